"""The doorway: runs inregel from a checkout, `python cli.py plan playbooks/site.yml`."""

from __future__ import annotations

import sys

from inregel.cli import program

if __name__ == "__main__":
    sys.exit(program())

"""`python -m inregel` is `inregel`."""

from __future__ import annotations

import sys

from inregel.cli import program

if __name__ == "__main__":
    sys.exit(program())

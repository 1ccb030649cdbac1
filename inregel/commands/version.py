"""`inregel version`: what a maintainer asks first."""

from __future__ import annotations

import platform
import sqlite3
import sys

from inregel import __version__
from inregel.commands.context import Context
from inregel.library import home


def version(context: Context) -> int:
    """One line per part; returns 0."""
    context.say(f"inregel {__version__}")
    context.say(f"python  {platform.python_version()} ({sys.executable})")
    context.say(f"sqlite  {sqlite3.sqlite_version}")
    context.say(f"library {home()}")
    return 0

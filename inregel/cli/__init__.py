"""The command line: options and arguments only. Each command calls one function in `inregel.commands`.

What does not belong here: doing anything. `group` is how commands are found and shown, `options` what they share,
`run` the one place where errors are shown; the other files declare commands, loaded when they are asked for.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inregel import __version__

if TYPE_CHECKING:
    from inregel.commands.context import Context


def main(argv: Sequence[str] | None = None, context: Context | None = None) -> int:
    """Runs one command and returns its exit code. `argv` without the program's name; None is the real command line.

    `context` has the streams, the clock and the environment where they are not those of this process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        # Asked by scripts at every start: answered before anything is loaded.
        try:
            sys.stdout.write(f"inregel {__version__}\n")
            sys.stdout.flush()
        except OSError:
            pass  # below it is said in words
        else:
            return 0
    if argv is not None:
        from inregel.cli.run import run

        return run(arguments, context)
    # One command, then the process ends: what is loaded lives to the end. Looking for garbage in it again and again,
    # and taking it apart at exit, is a fifth of the cost of a small plan (bench/startup.py).
    gc.set_threshold(500_000, 50, 50)
    from inregel.cli.run import run

    code = run(arguments)
    gc.freeze()
    return code


def program() -> int:
    """`main` as a program of its own. All is written and closed then: the process ends without taking itself apart.

    Returns where something could not be written, which Python complains of at its own exit, and where a profiler or
    debugger still wants a word.
    """
    code = main()
    if sys.getprofile() is None and sys.gettrace() is None:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):
            return code
        os._exit(code)
    return code

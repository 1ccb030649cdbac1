"""The command line: options and arguments only. Each command calls one function in `inregel.commands`.

What does not belong here: doing anything. `group` is how commands are found and shown, `options` what they share,
`run` the one place where errors are shown; the other files declare commands, loaded when they are asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from inregel import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. `argv` without the program's name; None is the real command line."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        # Asked by scripts at every start: answered before anything is loaded.
        sys.stdout.write(f"inregel {__version__}\n")
        return 0
    from inregel.cli.run import run

    return run(arguments)

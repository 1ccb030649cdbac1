"""`inregel completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from inregel.commands.context import Context
from inregel.errors import InregelError


class NoSuchShell(InregelError):
    """There is no completion for {shell}. There is one for bash, zsh and fish."""


VARIABLE = "_INREGEL_COMPLETE"
"""The environment variable by which the shell asks this program for completions."""


def completion(context: Context, shell: str) -> int:
    """Prints the script of `shell` (bash, zsh, fish); returns 0."""
    kind = get_completion_class(shell)
    if kind is None:
        raise NoSuchShell(shell=shell)
    # The script names only the program and the variable; which commands there are is asked at each press of Tab.
    script = kind(click.Command("inregel"), {}, "inregel", VARIABLE)
    context.say((script.source_template % script.source_vars()).strip())
    return 0

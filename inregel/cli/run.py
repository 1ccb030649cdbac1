"""The one place where errors are shown: what went wrong in plain words, and the exit code (design: commands)."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from inregel import platform
from inregel.commands.context import Context
from inregel.errors import InregelError
from inregel.speech import ENGLISH, Speech, phrase

USER, FAULT, INTERRUPTED = 1, 3, 130


def _invoke(arguments: list[str], context: Context | None) -> int:
    """The command that `arguments` name, or the shell's question how they could go on; errors go through."""
    from inregel.cli.root import root

    instruction = os.environ.get("_INREGEL_COMPLETE")
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "inregel", "_INREGEL_COMPLETE", instruction)
    with root.make_context("inregel", arguments, obj={"context": context, "arguments": arguments}) as started:
        return int(root.invoke(started) or 0)


def run(
    arguments: Sequence[str],
    context: Context | None = None,
    invoke: Callable[[list[str], Context | None], int] = _invoke,
) -> int:
    """Runs the command that `arguments` name and shows what went wrong; returns the exit code, and never raises."""
    _open_streams()
    platform.use_utf8(sys.stdout, sys.stderr)
    try:
        code = invoke(list(arguments), context)
    except BrokenPipeError:
        # The reader of our output went away in the middle: what was being done was cut short.
        platform.terminate_quietly()
        return INTERRUPTED
    except BaseException as error:
        return _show(error, arguments, None if context is None else context.directory)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        platform.terminate_quietly()
    return code


def _open_streams() -> None:
    """Streams that were closed before we began (`<&-`, some schedulers) become empty ones; Python leaves them None.

    The descriptors are taken as well, so that no file of ours is opened as the standard output of a child.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            empty = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # for as long as the program runs
            setattr(sys, name, empty)


def _show(error: BaseException, arguments: Sequence[str], directory: Path | None = None) -> int:
    """Says what went wrong; returns the exit code."""
    say = sys.stderr.write
    speech: Speech = vars(error).get("speech", ENGLISH)
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            say("\n" + speech("Interrupted. The same command goes on from where this one stopped.") + "\n")
            return INTERRUPTED
        case click.ClickException():
            error.show(sys.stderr)
            return USER
        case InregelError():
            say(f"{speech.error(error)}\n")
            if error.exit_code == FAULT:
                from inregel.cli import fault

                say(fault.note([error], arguments, directory))
            return error.exit_code
        case OSError() if error.errno in _OF_THE_MACHINE:
            say(f"{speech(_OF_THE_MACHINE[error.errno])}: {error.filename or error.strerror}\n")
            return USER
        case Exception():
            from inregel.cli import fault

            say(fault.report(error, arguments))
            return FAULT
        case _:
            raise error


_OF_THE_MACHINE = {
    errno.ENOSPC: phrase("The disk is full; make room and give the same command again"),
    errno.EDQUOT: phrase("Your disk quota is used up; make room and give the same command again"),
    errno.EROFS: phrase("The disk is read-only"),
    errno.EIO: phrase("The disk reported an error; look at it, then give the same command again"),
    errno.EFBIG: phrase(
        "A file would grow beyond what is permitted here (ulimit -f); raise that, then the same command again"
    ),
    errno.EACCES: phrase("No permission"),
    errno.EMFILE: phrase("Too many open files; raise the limit (ulimit -n) and give the same command again"),
}
"""What only the user's machine can help, wherever it comes up: no fault of ours, and no log."""

"""`inregel sandbox`: the emulated systems of a project, in the browser, on this computer only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inregel.commands.context import Context
from inregel.errors import InregelError, Interrupted

if TYPE_CHECKING:
    from inregel.sandbox.assu import Assu


class NoSandbox(InregelError):
    """{root} has no sandbox: there is no {place}.
    Make an example that has one: inregel init DIR --example"""


class PortTaken(InregelError):
    """The sandbox cannot listen on port {port} of this computer: {reason}.
    Give another one, or none for a free one: inregel sandbox --port 0"""


def sandbox(context: Context, *, port: int = 0) -> int:
    """Serves the emulated Assu of the project on 127.0.0.1 until Ctrl-C; `port` 0 takes a free one.

    Raises `Interrupted` (130) at the end, `NoSandbox` where there is none, `PortTaken`.
    """
    import asyncio

    assu = find(context)
    try:
        asyncio.run(_serve(context, assu, port))
    except KeyboardInterrupt:
        raise Interrupted from None
    return 0


def find(context: Context) -> Assu:
    """The emulated Assu of the project that `context.directory` stands in. Raises `NoSandbox`."""
    from inregel.config.settings import find_root
    from inregel.sandbox.assu import Assu
    from inregel.sandbox.example import SANDBOX

    root: Path = find_root(context.directory)
    if not (root / SANDBOX).is_file():
        raise NoSandbox(root=root, place=SANDBOX)
    return Assu(root / SANDBOX, root)


async def _serve(context: Context, assu: Assu, port: int) -> None:
    import asyncio

    from inregel.sandbox.pages import serving

    try:
        async with serving(assu, port) as address:
            context.tell("The sandbox runs at {address}", address=address)
            for one in assu:
                context.say(f"  {one.identity}, Assu {one.version}")
            context.tell("It can be reached from this computer only. Ctrl-C stops it.")
            context.out.flush()
            await asyncio.Event().wait()
    except OSError as error:
        raise PortTaken(port=port, reason=error.strerror or error) from error

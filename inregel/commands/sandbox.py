"""`inregel sandbox`: the emulated systems of a project, on this computer only; AFAS can be called by programs too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inregel.commands.context import Context
from inregel.errors import InregelError, Interrupted

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from inregel.sandbox.afas.store import Afas
    from inregel.sandbox.assu import Assu


class NoSandbox(InregelError):
    """{root} has no sandbox: there is no {place}.
    Make an example that has one: inregel init DIR --example
    An emulated AFAS can be had in any project: inregel sandbox --afas 1"""


class PortTaken(InregelError):
    """The sandbox cannot listen on port {port} of this computer: {reason}.
    Give another one, or none for a free one: inregel sandbox --port 0"""


def sandbox(context: Context, *, port: int = 0, environments: int = 0, afas_port: int = 0) -> int:
    """Serves the emulated systems of the project on 127.0.0.1 until Ctrl-C; port 0 takes a free one.

    Makes AFAS environments, up to `environments`. Raises `Interrupted` (130) at the end, `NoSandbox` where there is
    nothing to serve, `PortTaken`.
    """
    import asyncio

    assu, afas = find(context, environments)
    try:
        asyncio.run(_serve(context, assu, port, afas, afas_port))
    except KeyboardInterrupt:
        raise Interrupted from None
    return 0


def find(context: Context, environments: int = 0) -> tuple[Assu, Afas | None]:
    """The emulated systems of the project that `context.directory` stands in. Raises `NoSandbox`."""
    from inregel.config.settings import find_root
    from inregel.sandbox.afas import example as afas_example
    from inregel.sandbox.afas.store import Afas
    from inregel.sandbox.assu import Assu
    from inregel.sandbox.example import SANDBOX

    root: Path = find_root(context.directory)
    afas = None
    if environments or (root / afas_example.SANDBOX).is_file():
        afas = Afas(context.now, root / afas_example.SANDBOX)
        afas_example.furnish(afas, environments)
    elif not (root / SANDBOX).is_file():
        raise NoSandbox(root=root, place=SANDBOX)
    return Assu(root / SANDBOX, root), afas


async def _serve(context: Context, assu: Assu, port: int, afas: Afas | None, afas_port: int) -> None:
    import asyncio
    from contextlib import AsyncExitStack

    from inregel.sandbox.pages import serving

    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(serving(assu, port, afas))
        except OSError as error:
            raise PortTaken(port=port, reason=error.strerror or error) from error
        context.tell("The sandbox runs at {address}", address=address)
        for one in assu:
            context.say(f"  {one.identity}, Assu {one.version}")
        if afas is not None:
            await _serve_afas(context, afas, afas_port, stack)
        context.tell("It can be reached from this computer only. Ctrl-C stops it.")
        context.out.flush()
        await asyncio.Event().wait()


async def _serve_afas(context: Context, afas: Afas, port: int, stack: AsyncExitStack) -> None:
    from inregel.sandbox.afas.places import host_of
    from inregel.sandbox.afas.server import Emulator, serving

    try:
        address = await stack.enter_async_context(serving(Emulator(afas), port))
    except OSError as error:
        raise PortTaken(port=port, reason=error.strerror or error) from error
    for one in afas:
        context.say(f"  AFAS {one.name}: {address}/{host_of(one.number, one.tier)}/ProfitRestServices")

"""What inregel itself captured, as `inregel secret show` lists and reveals it: by connection, version and state."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING

from inregel.commands.context import Context
from inregel.secrets.base import SecretError
from inregel.speech import headline

if TYPE_CHECKING:
    from inregel.config.model import Settings
    from inregel.contract import Secret
    from inregel.ledger.base import Captured, Ledger


class SeveralCaptured(SecretError):
    """{name} was captured at several connections, so say which one:
    {choices}"""


def rows(context: Context, settings: Settings) -> list[tuple[str, str]]:
    """(name, where it was captured and what became of it): what is used, and what was refused since.

    A ledger that cannot be opened hides no store: that is said, and nothing is listed.
    """
    from inregel.ledger.base import LedgerError

    try:
        with _opened(context, settings) as ledger:
            known = [] if ledger is None else ledger.captures()
    except LedgerError as error:
        context.warn(context.speech("What was captured is not listed. {reason}", reason=headline(error)))
        return []
    newest: dict[tuple[str, str], list[Captured]] = {}
    for each in known:
        shown = newest.setdefault((each.name, each.connection), [])
        shown[:] = [*shown, each] if each.state == "refused" else [each]
    return [(each.name, _told(each)) for shown in newest.values() for each in shown]


def _told(captured: Captured) -> str:
    state = "refused: never used" if captured.state == "refused" else captured.state
    return f"captured at {captured.connection}, version {captured.version}, {state}"


def find(context: Context, settings: Settings, asked: str) -> Secret | None:
    """What was captured under `NAME`, or at one connection under `IDENTITY:NAME`. Raises `SeveralCaptured`."""
    connection, _, name = asked.rpartition(":")
    with _opened(context, settings) as ledger:
        if ledger is None:
            return None
        places = {each.connection for each in ledger.captures() if each.name == name}
        found = ledger.captured(name, [connection] if connection else sorted(places))
    if len(found) > 1:
        commands = (f"inregel secret show {shlex.quote(f'{each}:{name}')} --reveal" for each in found)
        raise SeveralCaptured(name=name, choices="\n    ".join(commands))
    return next(iter(found.values()), None)


@contextmanager
def _opened(context: Context, settings: Settings) -> Iterator[Ledger | None]:
    """The ledger; None where there is none yet, as in a new project or a fresh clone."""
    from inregel.ledger import open_ledger
    from inregel.ledger.base import LedgerMissing

    try:
        ledger = open_ledger(
            settings.ledger,
            settings.root,
            ledger_id=settings.ledger_id,
            now=lambda: context.now().astimezone(UTC),
            environ=context.environ,
        )
    except LedgerMissing:
        yield None
        return
    try:
        yield ledger
    finally:
        ledger.close()

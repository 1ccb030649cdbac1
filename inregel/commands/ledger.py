"""`inregel ledger`: make the record of a new project, copy it, bring it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inregel.commands.context import Context
from inregel.errors import InregelError
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.config.model import Settings
    from inregel.ledger.base import Ledger

_FILE: Final = "inregel.yml"


class LedgerNamed(InregelError):
    """inregel.yml names the ledger {id}, and it is not at {place}.
    If it was lost, bring it back: inregel ledger restore BACKUP
    If this project never applied anything: remove the line ledger_id from inregel.yml, then inregel ledger init"""


class IdUnwritten(InregelError):
    """The ledger was made at {place}, but its id could not be written into inregel.yml: {reason}
    Add this line to inregel.yml yourself: ledger_id: "{id}\""""


@contextmanager
def open_record(context: Context) -> Iterator[tuple[Settings, Ledger]]:
    """The ledger of the project that `context.directory` stands in, without its inventory and secrets."""
    from inregel.config import settings
    from inregel.ledger import open_ledger

    root = settings.find_root(context.directory)
    chosen = settings.load(root)
    context.adopt(chosen.spoken)
    opened = open_ledger(
        chosen.ledger,
        root,
        ledger_id=chosen.ledger_id,
        now=lambda: context.now().astimezone(UTC),
        environ=context.environ,
    )
    with closing(opened) as ledger:
        yield chosen, ledger


def init(context: Context) -> int:
    """Makes the ledger of a project that has none, and writes its id into `inregel.yml`. Returns 0.

    Where an earlier one was stopped before it wrote the id, it goes on from there. Raises `LedgerNamed` where
    `inregel.yml` names one already, `LedgerError` where a file is in its place.
    """
    from inregel.config import settings
    from inregel.ledger import locate
    from inregel.ledger.crypto import KEY_VARIABLE, key_place

    root = settings.find_root(context.directory)
    chosen = settings.load(root)
    context.adopt(chosen.spoken)
    place = locate(chosen.ledger, root)
    if chosen.ledger_id and not (place.exists() and place.stat().st_size):
        raise LedgerNamed(id=chosen.ledger_id, place=place)
    with closing(_new(context, chosen, place)) as ledger:
        _write_id(root, ledger.id, place)
        context.tell(
            "Made the ledger {id} at {place}, and wrote its id into {file}.",
            id=ledger.id,
            place=_shown(place, root),
            file=_FILE,
        )
    if not context.environ.get(KEY_VARIABLE):
        context.tell("Its key is {place}: keep a copy where the backups are not.", place=_shown(key_place(place), root))
    return 0


def _new(context: Context, settings: Settings, place: Path) -> Ledger:
    """A new ledger, or the one that was made when this command was stopped: nothing was ever done with it."""
    from inregel.ledger import create, open_ledger
    from inregel.ledger.files import IdMissing

    def now() -> datetime:
        return context.now().astimezone(UTC)

    if settings.ledger_id or not (place.exists() and place.stat().st_size):
        return create(settings.ledger, settings.root, now, context.environ)
    ledger = open_ledger(settings.ledger, settings.root, ledger_id=None, now=now, environ=context.environ)
    if sum(number for number, _ in ledger.heads().values()) > 1:
        ledger.close()
        raise IdMissing(place=place, found=ledger.id)
    return ledger


def _write_id(root: Path, ledger_id: str, place: Path) -> None:
    from inregel.config import settings
    from inregel.platform import write_durably

    file = root / _FILE
    try:
        old = file.read_bytes()
        end = b"\r\n" if b"\r\n" in old else b"\n"
        line = f'ledger_id: "{ledger_id}"'.encode()
        match = re.search(rb"^(?:ledger|project):[^\r\n]*", old, re.MULTILINE)
        at = match.end() if match else len(old)
        write_durably(file, old[:at] + end + line + old[at:])
    except OSError as error:
        raise IdUnwritten(place=place, reason=error.strerror or error, id=ledger_id) from error
    try:
        written = settings.load(root).ledger_id == ledger_id
    except InregelError:
        written = False
    if not written:
        # A file in another layout than one key per line: leave it to its owner.
        write_durably(file, old)
        raise IdUnwritten(place=place, reason=said("its layout leaves no place for a line"), id=ledger_id)


def backup(context: Context, target: str) -> int:
    """Writes a whole copy to the new file `target` while others go on. Returns 0."""
    from inregel.ledger import locate
    from inregel.ledger.crypto import KEY_VARIABLE, key_place

    with open_record(context) as (settings, ledger):
        path = context.directory / target
        ledger.backup(str(path))
        count = sum(number for number, _ in ledger.heads().values())
        key = key_place(locate(settings.ledger, settings.root))
        where = KEY_VARIABLE if context.environ.get(KEY_VARIABLE) else _shown(key, settings.root)
    context.tell("Wrote {file}: ledger {id}, {count} events.", file=target, id=ledger.id, count=count)
    context.tell(
        "The key is not in it. Without {place} no backup can be opened: keep a copy of it elsewhere.", place=where
    )
    return 0


def restore(context: Context, source: str, *, replace: bool = False) -> int:
    """Puts the copy `source` in place after proving that it is whole; with `replace` also where there is a ledger,
    which is kept beside it. Returns 0."""
    from inregel.config import settings
    from inregel.ledger import locate
    from inregel.ledger.files import restore as put_back

    root = settings.find_root(context.directory)
    chosen = settings.load(root)
    context.adopt(chosen.spoken)
    restored = put_back(
        context.directory / source,
        locate(chosen.ledger, root),
        ledger_id=chosen.ledger_id or None,
        now=lambda: context.now().astimezone(UTC),
        environ=context.environ,
        replace=replace,
    )
    last = f"{restored.last.astimezone(chosen.time_zone):%Y-%m-%d %H:%M}" if restored.last else "never"
    context.tell(
        "Restored ledger {id}: {count} events, the last of {moment}.",
        id=restored.ledger_id,
        count=restored.events,
        moment=last,
    )
    context.tell("The file is whole and its history verifies.")
    context.tell("What was done after that is not in it: the next plan reads it, or asks who can tell.")
    if restored.aside:
        context.tell("The ledger that was there is kept as {place}.", place=_shown(restored.aside, root))
    if not chosen.ledger_id:
        context.tell('Write its id into {file}: ledger_id: "{id}"', file=_FILE, id=restored.ledger_id)
    return 0


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

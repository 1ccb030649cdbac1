"""The ledger file as a whole: made, opened, backed up, restored. The key file is never part of a copy."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from inregel.crashpoints import edge
from inregel.frozen import frozen
from inregel.ledger.base import LedgerError, LedgerMissing, Violation, WrongLedger
from inregel.ledger.crypto import KEY_VARIABLE, Keyring, KeyWrong, key_place, load_key, make_key
from inregel.ledger.leases import Locks
from inregel.ledger.queries import statements
from inregel.ledger.sqlite import SqliteLedger
from inregel.ledger.store import APPLICATION_ID, BUSY_SECONDS, Store, connect, migrate, plain_errors
from inregel.platform import sync_folder


class IdMissing(LedgerError):
    """inregel.yml does not say which ledger is this project's; the one at {place} has the id {found}.
    Where that is the right one, write in inregel.yml: ledger_id: "{found}\""""


class LedgerThere(LedgerError):
    """There is a ledger at {place} already, and it was left as it is.
    To put a backup in its place: inregel ledger restore BACKUP --replace (the present one is moved aside)."""


class BackupThere(LedgerError):
    """{place} exists already, and a backup never overwrites. Give a new name."""


class BackupUnusable(LedgerError):
    """{place} cannot be restored: {reason}
    The present ledger was left as it is. Take another backup."""


class LedgerInUse(LedgerError):
    """The ledger at {place} is in use by {count} other process(es), and restoring would take it away under them.
    Wait until they end, then give the same command again."""

    exit_code = 4


def create_sqlite(place: Path, now: Callable[[], datetime], environ: Mapping[str, str]) -> SqliteLedger:
    """Makes a new ledger and its key, durably, and opens it. Raises `LedgerThere` where there is one."""
    if place.exists() and place.stat().st_size:
        raise LedgerThere(place=place)
    try:
        _make_folder(place.parent)
        key = make_key(key_place(place), environ)
        # A letter first: digits alone, or 1e345678, would be a number in YAML.
        ledger_id = secrets.choice("abcdef") + secrets.token_hex(4)[1:]
        fresh = place.with_name(f".{place.name}.{os.getpid()}.new")
        fresh.unlink(missing_ok=True)
        with plain_errors(place):
            _fill(fresh, ledger_id, Keyring(key, ledger_id).check(ledger_id))
        with edge("ledger.create"):
            fresh.replace(place)
            sync_folder(place.parent)
    except OSError as error:
        raise LedgerError(reason=f"No ledger could be made at {place}: {error.strerror or error}.") from error
    ledger = open_sqlite(place, ledger_id=ledger_id, now=now, environ=environ)
    with edge("ledger.note_create"), ledger.writing() as transaction:
        transaction.event("", "created", {"id": ledger_id})
    return ledger


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    # The key will live here and must not slip into git: never there without the file that says so.
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    fresh.mkdir(parents=True)
    with edge("ledger.folder"):
        (fresh / ".gitignore").write_text("*\n", "ascii")
        fresh.replace(folder)


def _fill(place: Path, ledger_id: str, key_check: str) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        place.chmod(0o600)
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for name, value in (("id", ledger_id), ("key_check", key_check)):
            connection.execute(statements()["add_meta"], {"name": name, "value": value})
        connection.execute("PRAGMA journal_mode = WAL")


def open_sqlite(
    place: Path,
    *,
    ledger_id: str | None,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    busy_seconds: float = BUSY_SECONDS,
) -> SqliteLedger:
    """Opens it; `ledger_id` None asks for no id. Raises `LedgerMissing`, `WrongLedger`, `LedgerError`."""
    store = Store(connect(place, busy_seconds=busy_seconds), place, busy_seconds)
    try:
        with store.errors():
            found, key_check = store.meta("id"), store.meta("key_check")
        if ledger_id == "":
            raise IdMissing(place=place, found=found)
        if ledger_id is not None and ledger_id != found:
            raise WrongLedger(place=place, found=found, wanted=ledger_id)
        keys = Keyring(load_key(key_place(place), environ), found)
        if keys.check(found) != key_check:
            raise KeyWrong(place=KEY_VARIABLE if environ.get(KEY_VARIABLE) else key_place(place))
    except BaseException:
        store.connection.close()
        raise
    return SqliteLedger(store, keys, found, now)


def backup(store: Store, target: Path) -> None:
    """Copies the ledger as it is at one moment into the new file `target`, while others read and write."""
    if target.exists():
        raise BackupThere(place=target)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        fresh.unlink(missing_ok=True)
        with plain_errors(target), closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
            fresh.chmod(0o600)
            store.connection.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        # Links, in place of renaming, refuse a target that came into being meanwhile.
        _place(fresh, target)
    except OSError as error:
        raise LedgerError(reason=f"No backup could be written to {target}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _place(fresh: Path, target: Path) -> None:
    with edge("ledger.backup"):
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        if target.exists():
            raise BackupThere(place=target)
        fresh.replace(target)
        sync_folder(target.parent)


@frozen
class Restored:
    """What came back."""

    ledger_id: str
    events: int
    """How many events the history has."""
    last: datetime | None
    """When the newest of them was written: all that was done after it is not in the ledger."""
    aside: Path | None
    """Where the ledger that was there now lies."""


def restore(
    source: Path,
    place: Path,
    *,
    ledger_id: str | None,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    replace: bool = False,
) -> Restored:
    """Puts a backup in place after proving that it is whole. What is there is moved aside, with `replace` only.

    Raises `LedgerThere`, `LedgerInUse`, `BackupUnusable`, and what opening raises (no key, another ledger).
    """
    there = place.exists() and place.stat().st_size > 0
    if there and not replace:
        raise LedgerThere(place=place)
    living = Locks(place.parent / "locks").living()
    if living:
        raise LedgerInUse(place=place, count=len(living))
    try:
        _make_folder(place.parent)
        fresh = place.with_name(f".{place.name}.{os.getpid()}.new")
        try:
            _copy(source, fresh)
            try:
                restored = _prove(fresh, source, place, ledger_id, now, environ)
            except LedgerMissing as error:
                raise BackupUnusable(place=source, reason="it is empty.") from error
            except KeyWrong as error:
                raise KeyWrong(place=KEY_VARIABLE if environ.get(KEY_VARIABLE) else key_place(place)) from error
            except LedgerError as error:
                raise _renamed(error, fresh, source) from error
            aside = _move_aside(place, now()) if place.exists() else None
            with edge("ledger.restore"):
                # A log that a crash left behind belongs to the ledger that was there, not to this one.
                for path in _with_logs(place)[1:]:
                    path.unlink(missing_ok=True)
                fresh.replace(place)
                sync_folder(place.parent)
        finally:
            for path in _with_logs(fresh):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerError(reason=f"{source} could not be restored to {place}: {error.strerror or error}.") from error
    opened = open_sqlite(place, ledger_id=ledger_id, now=now, environ=environ)
    with edge("ledger.note_restore"), closing(opened) as ledger, ledger.writing() as transaction:
        transaction.event("", "restored", {"events": restored.events})
    return Restored(restored.ledger_id, restored.events, restored.last, aside)


def _copy(source: Path, fresh: Path) -> None:
    if not source.is_file():
        raise BackupUnusable(place=source, reason="there is no such file.")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    with edge("ledger.copy"), fresh.open("rb+") as file:
        os.fsync(file.fileno())


def _prove(
    fresh: Path,
    source: Path,
    place: Path,
    ledger_id: str | None,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
) -> Restored:  # fmt: skip
    # The key file has the name of the ledger, not that of the copy.
    key = load_key(key_place(place), environ)
    opened = open_sqlite(fresh, ledger_id=ledger_id, now=now, environ={**environ, KEY_VARIABLE: key.hex()})
    with closing(opened) as ledger:
        damage = ledger.check_file()
        if damage:
            raise BackupUnusable(place=source, reason=f"it is damaged: {damage}.")
        violations = ledger.verify()
        if violations:
            raise BackupUnusable(place=source, reason=f"its history is not what was written: {listed(violations)}.")
        events, last = ledger.extent()
        ledger.use_wal()
        return Restored(ledger.id, events, last, None)


def _renamed(error: LedgerError, fresh: Path, source: Path) -> LedgerError:
    # People know the backup by its own name.
    fields = {name: str(value).replace(str(fresh), str(source)) for name, value in error.fields.items()}
    return type(error)(**fields)


def listed(violations: list[Violation]) -> str:
    """The first three violations as one text."""
    shown = [f"{each.office or 'project'} {each.number}: {each.reason}" for each in violations[:3]]
    more = f" and {len(violations) - 3} more" if len(violations) > 3 else ""
    return "; ".join(shown) + more


def _move_aside(place: Path, now: datetime) -> Path:
    aside = place.with_name(f"{place.name}.{now:%Y%m%dT%H%M%S%f}.old")
    with suppress(sqlite3.Error), closing(sqlite3.connect(place, isolation_level=None, timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    for path, other in zip(_with_logs(place), _with_logs(aside), strict=True):
        if path.exists():
            with edge("ledger.aside"):
                path.replace(other)
    return aside


def _with_logs(place: Path) -> list[Path]:
    return [place, *(place.with_name(place.name + end) for end in ("-wal", "-shm"))]

"""A ledger that this process may read and not write: a checkout of a pipeline, a read-only disk.

SQLite keeps an index (`-shm`) beside a file in WAL mode and must be able to make it
(https://www.sqlite.org/wal.html, "Read-Only Databases"). Where it cannot, the file is copied into memory as it stands,
without locks: sound only where no log (`-wal`) holds newer pages and the file did not change meanwhile, and both are
looked at. What does not belong here: what may be written.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from inregel.ledger.base import LedgerError

_REFUSED: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")
_TRIES: Final = 3


class LogLeft(LedgerError):
    """{place} can only be read here, and the newest of it still stands in {log} beside it.
    Give the command where both can be written (it works the log in), or use a copy: inregel ledger backup COPY"""


class Restless(LedgerError):
    """{place} can only be read here, and another process goes on writing to it. Give the same command again."""

    exit_code = 4


def refused(error: sqlite3.Error) -> bool:
    """Whether SQLite says that it may not write here."""
    return (getattr(error, "sqlite_errorname", None) or "").startswith(_REFUSED)


def open_to_read(place: Path, oldest: int, busy_seconds: float) -> sqlite3.Connection:
    """The ledger for reading alone: a copy in memory where it rests or is older than `oldest`, else the file itself.

    A copy may be brought up to date, as nobody else sees it. Raises `LogLeft`, `Restless`, `sqlite3.Error`.
    """
    log = place.with_name(f"{place.name}-wal")
    for _ in range(_TRIES):
        if _holds(log):
            return _in_place(place, log, oldest, busy_seconds)
        copy = _at_rest(place, log)
        if copy is not None:
            return copy
    raise Restless(place=place)


def _in_place(place: Path, log: Path, oldest: int, busy_seconds: float) -> sqlite3.Connection:
    there = _connect(f"{place.absolute().as_uri()}?mode=ro", busy_seconds)
    try:
        if there.execute("PRAGMA user_version").fetchone()[0] >= oldest:
            return there
        with closing(there):
            return _copy(there)
    except sqlite3.Error as error:
        there.close()
        if refused(error):
            raise LogLeft(place=place, log=log.name) from error
        raise


def _at_rest(place: Path, log: Path) -> sqlite3.Connection | None:
    """A copy of a file that nobody writes to; None where somebody did meanwhile."""
    before = _stamp(place)
    with closing(_connect(f"{place.absolute().as_uri()}?mode=ro&immutable=1", 0)) as there:
        copy = _copy(there)
    if _stamp(place) == before and not _holds(log):
        return copy
    copy.close()
    return None


def _holds(log: Path) -> bool:
    return log.exists() and log.stat().st_size > 0


def _copy(there: sqlite3.Connection) -> sqlite3.Connection:
    memory = _connect(":memory:", 0)
    there.backup(memory)
    return memory


def _connect(uri: str, busy_seconds: float) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_seconds)


def _stamp(place: Path) -> tuple[int, int, int]:
    found = place.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns

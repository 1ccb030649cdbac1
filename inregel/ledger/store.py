"""The SQLite file: opened, checked, brought up to date; statements by name; errors in plain words.

What does not belong here: what the tables mean (`sqlite`, `transaction`, `leases`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from inregel.crashpoints import edge
from inregel.ledger import reading
from inregel.ledger.base import LedgerError, LedgerMissing
from inregel.ledger.queries import migrations, statements

APPLICATION_ID: Final = 0x696E7267
"""`inrg`, at byte 68 of the file (https://www.sqlite.org/fileformat.html)."""
SCHEMA_VERSION: Final = 2
"""The number of the newest migration."""
BUSY_SECONDS: Final = 10.0

Parameters = Mapping[str, Any]


class NewerLedger(LedgerError):
    """The ledger at {place} has schema version {found}; this version of inregel knows {known} and older.
    Nothing was read or changed. Use the newer inregel, or restore a backup of before: inregel ledger restore BACKUP"""


class NotALedger(LedgerError):
    """{place} is not a ledger: {reason}. It was left as it is.
    Bring the ledger back: inregel ledger restore BACKUP. Or name the right file as `ledger` in inregel.yml."""


_FULL = (
    "There is no room left for {place} (its disk or its permitted size is full). What was there before is intact, and "
    "nothing of this step was written.\nMake room, then give the same command again."
)
_READONLY = (
    "{place} cannot be written: it, its folder or its disk is read-only. What was there before is intact, and nothing "
    "of this step was written.\nMake it writable, then give the same command again."
)
_IO = (
    "The disk of {place} reported an error ({code}). What was there before is intact; this last step is in it wholly "
    "or not at all.\nLook at the disk and its free room, then give the same command again: it sees what is there."
)
_BUSY = (
    "Another process has been writing to {place} for more than {seconds} seconds; it may hang or be stopped. Nothing "
    "of this step was written.\nEnd that process or let it go on, then give the same command again."
)
_DAMAGED = (
    "{place} is damaged ({code}). It was left as it is.\n"
    "Bring it back: inregel ledger restore BACKUP. Damage like this comes from a disk or from copying a ledger in use."
)
_CANNOT_OPEN = (
    "{place} cannot be opened: {reason}.\nLook at the rights of the file and its folder, then give the same command "
    "again."
)
_OTHER = "The ledger at {place} refused a step: {reason} ({code}). Nothing of this step was written."
_MESSAGES: Final = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READONLY,
    "SQLITE_PERM": _READONLY,
    "SQLITE_IOERR": _IO,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CANTOPEN": _CANNOT_OPEN,
}


def failure(error: sqlite3.Error, place: Path | str, seconds: float = BUSY_SECONDS) -> LedgerError:
    """What SQLite says, in words that tell what is intact and what to do."""
    code = getattr(error, "sqlite_errorname", None) or type(error).__name__
    kind = "_".join(code.split("_")[:2])
    text = _MESSAGES.get(kind, _OTHER)
    return LedgerError(reason=text.format(place=place, code=code, reason=error, seconds=round(seconds)))


@contextmanager
def plain_errors(place: Path | str, seconds: float = BUSY_SECONDS) -> Iterator[None]:
    """Within it SQLite's errors become `LedgerError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise failure(error, place, seconds) from error


class Store:
    """One connection to one ledger file. Statements are run by their name in `queries.sql`."""

    def __init__(self, connection: sqlite3.Connection, place: Path, busy_seconds: float) -> None:
        self.connection = connection
        self.place = place
        self.seconds = busy_seconds
        self._sql = statements()
        self._synced = True
        """Whether a commit of now is synced, as `connect` leaves it."""

    @property
    def readonly(self) -> bool:
        """Whether every write will be refused."""
        return bool(self.connection.execute("PRAGMA query_only").fetchone()[0])

    def errors(self) -> Any:
        """`plain_errors` for this file."""
        return plain_errors(self.place, self.seconds)

    def rows(self, name: str, parameters: Parameters | None = None) -> list[Any]:
        """All rows of a statement."""
        return self.connection.execute(self._sql[name], parameters or {}).fetchall()

    def row(self, name: str, parameters: Parameters | None = None) -> Any:
        """The first row, or None."""
        return self.connection.execute(self._sql[name], parameters or {}).fetchone()

    def each(self, name: str, parameters: Parameters | None = None) -> Iterator[Any]:
        """Rows one by one, for what may be long. Another step of this connection does not disturb it."""
        yield from self.connection.execute(self._sql[name], parameters or {})

    def run(self, name: str, parameters: Parameters) -> sqlite3.Cursor:
        """Runs a statement that writes."""
        return self.connection.execute(self._sql[name], parameters)

    def run_many(self, name: str, rows: Sequence[Parameters]) -> None:
        """Runs a statement that writes, once for each of `rows`."""
        self.connection.executemany(self._sql[name], rows)

    def named(self, name: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """All rows, each by column name."""
        cursor = self.connection.execute(self._sql[name], parameters or {})
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def meta(self, name: str) -> str:
        """One fact about the ledger itself, or ""."""
        row = self.row("meta", {"name": name})
        return str(row[0]) if row else ""

    def generation(self) -> int:
        """Another number than before where another connection wrote."""
        with self.errors():
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Within it all reads see one moment. Inside a transaction it is that transaction."""
        with self.errors():
            if self.connection.in_transaction:
                yield
                return
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self._end()

    @contextmanager
    def commit(self, *, durable: bool = True) -> Iterator[None]:
        """One commit or nothing. `durable=False` where a loss by a power failure is harmless."""
        with self.errors():
            if self.connection.in_transaction:
                raise RuntimeError("a transaction of the ledger is open already; end it before the next one begins")
            if durable != self._synced:
                self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._synced = durable
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                with edge("ledger.commit"):
                    self.connection.execute("COMMIT")
            finally:
                self._end()

    def _end(self) -> None:
        if self.connection.in_transaction:
            # It may have been rolled back by SQLite already, as when the disk is full.
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")


def connect(place: Path, *, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Opens an existing ledger file and checks what it is. Costs a few milliseconds and writes nothing, except that
    an older ledger is brought up to date; where the file or its folder is read-only, every write is refused.
    Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `LedgerError`."""
    if not place.is_file() or place.stat().st_size == 0:
        raise LedgerMissing(place=place)
    with plain_errors(place, busy_seconds):
        connection, readonly = _open(place, busy_seconds)
        try:
            _look_at(connection, place)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise NewerLedger(place=place, found=version, known=SCHEMA_VERSION)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            if version < SCHEMA_VERSION:
                migrate(connection)
            if readonly:
                # A copy in memory could be written to, and what was written there would be lost without a word.
                connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _open(place: Path, busy_seconds: float) -> tuple[sqlite3.Connection, bool]:
    """A connection, and whether it can only read."""
    if os.access(place, os.W_OK):
        uri = f"{place.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_seconds)
        try:
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.Error as error:
            if not reading.refused(error):
                return connection, False  # what is wrong with it is said by who looks at it next
            connection.close()
        else:
            return connection, False
    return reading.open_to_read(place, SCHEMA_VERSION, busy_seconds), True


def _look_at(connection: sqlite3.Connection, place: Path) -> None:
    try:
        found = connection.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB":
            raise
        raise NotALedger(place=place, reason="it is no SQLite file, or its first page is damaged") from error
    if found != APPLICATION_ID:
        raise NotALedger(place=place, reason="it is an SQLite file of another program, or one without content")


def migrate(connection: sqlite3.Connection, scripts: Mapping[int, str] | None = None) -> None:
    """Brings the schema up to date: each migration in one commit, so that a crash leaves a whole older schema."""
    for number, script in (migrations() if scripts is None else scripts).items():
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked inside the transaction: another process may have been here first.
            if connection.execute("PRAGMA user_version").fetchone()[0] < number:
                for statement in _split(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            with edge("ledger.migrate"):
                connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _split(script: str) -> Sequence[str]:
    # `executescript` commits first; statements one by one stay in the transaction. Each ends at the end of a line.
    found, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found

"""A ledger that can only be read: all of it is there, nothing is written beside it, and every write is refused."""

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.records import finish, make, start
from inregel.ledger.base import Ledger
from inregel.ledger.files import open_sqlite
from inregel.ledger.reading import open_to_read
from inregel.ledger.store import SCHEMA_VERSION

HERE = Path(__file__).parent
posix = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
REFUSED = "cannot be written: it, its folder or its disk is read-only"


@pytest.fixture
def folder(clock: Clock) -> Iterator[Path]:
    """A folder that also another user may enter, with a ledger of two notes that nobody has open."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    ledger = make(made, clock)
    note(ledger)
    note(ledger)
    ledger.close()
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def note(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.event("utrecht", "note", {"text": "x"})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read_as_another(folder: Path) -> list[str]:
    """What a process finds that may not write there."""
    key = (folder / "ledger.key").read_text().strip()
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    code, out, err = finish(start(HERE / "broken_disk.py", folder, "read", TEST_KEY=key))
    assert (code, err) == (0, "")
    return out.splitlines()


@posix
def test_a_ledger_in_a_folder_that_cannot_be_written_is_read_and_no_more(folder: Path) -> None:
    before = (folder / "ledger.db").read_bytes()
    events, slots, refused = read_as_another(folder)
    assert (events, slots) == ("2 notes", "slots 0 0 0")
    assert REFUSED in refused
    assert names(folder) == ["ledger.db", "ledger.key"]
    assert (folder / "ledger.db").read_bytes() == before


@posix
def test_what_another_process_has_just_written_is_read_too(folder: Path, clock: Clock) -> None:
    with closing(open_sqlite(folder / "ledger.db", ledger_id=None, now=clock, environ={})) as writer:
        note(writer)
        assert read_as_another(folder)[0] == "3 notes"


@posix
def test_a_log_that_cannot_be_worked_in_is_named_rather_than_left_out(folder: Path, clock: Clock) -> None:
    with closing(open_sqlite(folder / "ledger.db", ledger_id=None, now=clock, environ={})) as writer:
        note(writer)
        shutil.copytree(folder, folder / "copy")
    (folder / "copy" / "ledger.db-shm").unlink()
    (said,) = read_as_another(folder / "copy")
    assert said.partition("/ledger.db ")[2] == (
        "can only be read here, and the newest of it still stands in ledger.db-wal beside it. Give the command where "
        "both can be written (it works the log in), or use a copy: inregel ledger backup COPY"
    )
    (folder / "copy").chmod(0o755)


def test_a_ledger_at_rest_is_read_from_a_copy_and_gets_no_files_beside_it(folder: Path) -> None:
    with closing(open_to_read(folder / "ledger.db", SCHEMA_VERSION, 1)) as found:
        assert found.execute("SELECT count(*) FROM event WHERE office = 'utrecht'").fetchone() == (2,)
        assert names(folder) == ["ledger.db", "ledger.key"]


def test_an_older_ledger_in_use_is_copied_so_that_it_can_be_brought_up_to_date(folder: Path) -> None:
    place = folder / "ledger.db"
    with closing(sqlite3.connect(place, isolation_level=None)) as writer:
        writer.execute("INSERT INTO meta VALUES ('x', 'y')")
        with closing(open_to_read(place, SCHEMA_VERSION, 1)) as found:
            assert found.execute("PRAGMA database_list").fetchone()[2] == str(place)
        with closing(open_to_read(place, SCHEMA_VERSION + 1, 1)) as found:
            assert found.execute("PRAGMA database_list").fetchone()[2] == ""
            assert found.execute("SELECT count(*) FROM event WHERE office = 'utrecht'").fetchone() == (2,)

"""A full, read-only, failing, busy or damaged disk: a clear message, and what was there before is intact."""

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.records import finish, make, start
from inregel.ledger import open_ledger
from inregel.ledger.base import Ledger, LedgerError, LedgerMissing
from inregel.ledger.files import open_sqlite
from inregel.ledger.sqlite import SqliteLedger
from inregel.ledger.store import NotALedger, failure

HERE = Path(__file__).parent
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the fault is made by a call of Linux")
posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and rights of POSIX")


def note(ledger: Ledger, text: str = "x") -> None:
    with ledger.writing() as tx:
        tx.event("utrecht", "note", {"text": text})


def count(ledger: Ledger) -> int:
    return sum(1 for _ in ledger.events("utrecht"))


@pytest.fixture
def open_folder(clock: Clock) -> Iterator[Path]:
    """A folder that also another user may enter, with a ledger of two notes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    ledger = make(folder, clock)
    note(ledger)
    note(ledger)
    ledger.close()
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_full_disk_is_named_and_nothing_of_the_step_stays(file_ledger: SqliteLedger) -> None:
    note(file_ledger)
    connection = file_ledger._store.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    with pytest.raises(LedgerError, match="no room left .* nothing of this step was written") as full:
        note(file_ledger, "x" * 50_000)
    assert full.value.exit_code == 1
    assert count(file_ledger) == 1
    connection.execute(f"PRAGMA max_page_count = {pages + 100}").fetchone()
    note(file_ledger, "x" * 50_000)
    assert count(file_ledger) == 2
    assert file_ledger.verify() == []


@posix
def test_a_file_that_may_not_grow_keeps_every_acknowledged_commit(file_ledger: SqliteLedger, tmp_path: Path) -> None:
    (tmp_path / "clock").touch()
    code, out, err = finish(start(HERE / "worker.py", tmp_path, tmp_path / "clock", "one"), "grow\nend\n")
    assert (code, err) == (0, "")
    done, _, text = out.splitlines()[1].partition(" ")
    assert int(done) > 0
    assert "What was there before is intact" in text
    assert count(file_ledger) == int(done)
    assert file_ledger.verify(file_ledger.heads()) == []
    note(file_ledger)


@linux
def test_a_disk_that_does_not_keep_writes_is_named_and_the_ledger_is_whole(open_folder: Path, clock: Clock) -> None:
    key = (open_folder / "ledger.key").read_text().strip()
    code, out, err = finish(start(HERE / "broken_disk.py", open_folder, "fsync", TEST_KEY=key))
    if code == 77:
        pytest.skip("this kernel lets no process refuse its own calls")
    assert (code, err) == (0, "")
    assert "reported an error (SQLITE_IOERR_FSYNC)" in out
    assert "this last step is in it wholly or not at all" in out
    ledger = open_ledger("ledger.db", open_folder, ledger_id=None, now=clock, environ={})
    assert ledger.verify() == []
    bodies = [event.body for event in ledger.events("utrecht")]
    assert bodies[:2] == [{"text": "x"}, {"text": "x"}]
    assert bodies[2:] in ([], [{"n": "the last step"}])
    note(ledger)
    ledger.close()


@posix
def test_a_ledger_that_may_not_be_written_is_named_and_stays(open_folder: Path, clock: Clock) -> None:
    key = (open_folder / "ledger.key").read_text().strip()
    file = open_folder / "ledger.db"
    file.chmod(0o444)
    open_folder.chmod(0o555)
    before = file.read_bytes()
    code, out, err = finish(start(HERE / "broken_disk.py", open_folder, "readonly", TEST_KEY=key))
    assert (code, err) == (0, "")
    assert "cannot be written: it, its folder or its disk is read-only" in out
    assert file.read_bytes() == before
    assert sorted(path.name for path in open_folder.iterdir()) == ["ledger.db", "ledger.key"]


def test_a_refused_write_is_named(file_ledger: SqliteLedger) -> None:
    note(file_ledger)
    file_ledger._store.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(LedgerError, match="cannot be written"):
        note(file_ledger)
    assert count(file_ledger) == 1


def test_a_ledger_that_another_process_does_not_let_go_is_named(file_ledger: SqliteLedger, clock: Clock) -> None:
    blocker = sqlite3.connect(file_ledger.place, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    waiting = open_sqlite(file_ledger.place, ledger_id=None, now=clock, environ={}, busy_seconds=0.05)
    with pytest.raises(LedgerError, match="Another process has been writing to .* for more than"):
        note(waiting)
    assert count(waiting) == 0
    blocker.execute("ROLLBACK")
    blocker.close()
    note(waiting)
    assert count(waiting) == 1
    waiting.close()


def broken(place: Path, at: int, data: bytes) -> None:
    with place.open("rb+") as file:
        file.seek(at)
        file.write(data)


def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    place = ledger.place
    for _ in range(200):
        note(ledger, "x" * 500)
    ledger.close()
    broken(place, 4096, b"\xff" * (place.stat().st_size - 8192))
    before = place.read_bytes()
    with pytest.raises(LedgerError, match="is damaged .*|inregel ledger restore"):
        opened = open_ledger("ledger.db", tmp_path, ledger_id=None, now=clock, environ={})
        try:
            note(opened)
        finally:
            opened.close()
    assert place.read_bytes() == before


@pytest.mark.parametrize("size", [1, 50, 100, 4095, 5000])
def test_a_file_that_was_cut_off_is_named(tmp_path: Path, clock: Clock, size: int) -> None:
    ledger = make(tmp_path, clock)
    ledger.close()
    data = ledger.place.read_bytes()[:size]
    ledger.place.write_bytes(data)
    with pytest.raises(LedgerError, match="inregel ledger restore"):
        open_ledger("ledger.db", tmp_path, ledger_id=None, now=clock, environ={})
    assert ledger.place.read_bytes() == data


def test_what_is_no_ledger_is_named_and_left_as_it_is(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "ledger.db"
    place.write_bytes(b"A letter to Ria.\n" * 100)
    with pytest.raises(NotALedger, match="no SQLite file"):
        open_ledger("ledger.db", tmp_path, ledger_id=None, now=clock, environ={})
    assert place.read_bytes() == b"A letter to Ria.\n" * 100
    place.unlink()
    with sqlite3.connect(place) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(NotALedger, match="of another program"):
        open_ledger("ledger.db", tmp_path, ledger_id=None, now=clock, environ={})


def test_a_folder_or_nothing_at_its_place_is_a_missing_ledger(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.db").touch()
    for place in ("folder", "empty.db", "nothing.db", "no/such/folder/ledger.db"):
        with pytest.raises(LedgerMissing, match="an empty one would say that nothing was ever done"):
            open_ledger(place, tmp_path, ledger_id=None, now=clock, environ={})
    assert not (tmp_path / "nothing.db").exists()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("SQLITE_FULL", "Make room"),
        ("SQLITE_READONLY_DIRECTORY", "Make it writable"),
        ("SQLITE_IOERR_WRITE", "Look at the disk"),
        ("SQLITE_BUSY_SNAPSHOT", "End that process"),
        ("SQLITE_CORRUPT_INDEX", "inregel ledger restore BACKUP"),
        ("SQLITE_CANTOPEN", "rights of the file"),
        ("SQLITE_CONSTRAINT_CHECK", "refused a step"),
    ],
)
def test_each_kind_of_fault_says_what_to_do(code: str, text: str) -> None:
    error = sqlite3.OperationalError("as SQLite says")
    error.sqlite_errorname = code
    assert text in str(failure(error, "ledger.db"))

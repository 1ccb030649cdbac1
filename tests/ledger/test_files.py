"""The file as a whole: made, opened, brought up to date, backed up, restored; and its statements."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import inregel.ledger
from helpers.clock import Clock
from helpers.records import MINE, make, operation, order, said
from inregel.ledger import NoSuchKind, create, open_ledger
from inregel.ledger.base import Ledger, LedgerError, WrongLedger
from inregel.ledger.crypto import KeyMissing, KeyUnusable, KeyWrong
from inregel.ledger.files import (
    BackupThere,
    BackupUnusable,
    IdMissing,
    LedgerInUse,
    LedgerThere,
    Restored,
    restore,
)
from inregel.ledger.leases import Locks
from inregel.ledger.queries import migrations, statements
from inregel.ledger.store import SCHEMA_VERSION, NewerLedger, migrate
from inregel.platform import hold_lock

OTHER_KEY = "ab" * 32


def again(folder: Path, clock: Clock, ledger_id: str | None = None, **environ: str) -> Ledger:
    return open_ledger("ledger.db", folder, ledger_id=ledger_id, now=clock, environ=environ)


def note(ledger: Ledger, count: int = 1) -> None:
    for _ in range(count):
        with ledger.writing() as tx:
            tx.event("utrecht", "note", {})


# --- making and opening ---------------------------------------------------------------------------------------------


def test_a_new_ledger_has_an_id_a_key_and_one_event(tmp_path: Path, clock: Clock) -> None:
    ledger = create(".inregel/ledger.db", tmp_path, clock, {})
    assert re.fullmatch("[a-f][0-9a-f]{7}", ledger.id)
    assert [(each.kind, each.body) for each in ledger.events()] == [("created", {"id": ledger.id})]
    assert (tmp_path / ".inregel" / ".gitignore").read_text() == "*\n"
    ledger.close()
    names = sorted(path.name for path in (tmp_path / ".inregel").iterdir())
    assert names == [".gitignore", "ledger.db", "ledger.key"]
    with closing(open_ledger(".inregel/ledger.db", tmp_path, ledger_id=ledger.id, now=clock, environ={})) as opened:
        assert opened.id == ledger.id


def test_a_ledger_is_never_made_where_there_is_one(tmp_path: Path, clock: Clock) -> None:
    make(tmp_path, clock).close()
    before = (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(LedgerThere, match="already"):
        create("ledger.db", tmp_path, clock, {})
    assert (tmp_path / "ledger.db").read_bytes() == before


def test_a_key_from_the_environment_leaves_no_file(tmp_path: Path, clock: Clock) -> None:
    environ = {"INREGEL_LEDGER_KEY": OTHER_KEY}
    create("ledger.db", tmp_path, clock, environ).close()
    assert not (tmp_path / "ledger.key").exists()
    again(tmp_path, clock, INREGEL_LEDGER_KEY=OTHER_KEY.upper() + "\n").close()
    with pytest.raises(KeyMissing, match="ledger.key"):
        again(tmp_path, clock)


def test_another_ledger_is_refused_naming_both_ids(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    ledger.close()
    with pytest.raises(WrongLedger, match=f"has the id {ledger.id}; inregel.yml asks for 6f0d7c52"):
        again(tmp_path, clock, "6f0d7c52")
    with pytest.raises(IdMissing, match=f'ledger_id: "{ledger.id}"'):
        again(tmp_path, clock, "")


def test_a_wrong_or_unusable_key_is_refused(tmp_path: Path, clock: Clock) -> None:
    make(tmp_path, clock).close()
    with pytest.raises(KeyWrong, match="INREGEL_LEDGER_KEY"):
        again(tmp_path, clock, INREGEL_LEDGER_KEY=OTHER_KEY)
    for wrong in ("xyz", "abcd", "ab" * 33):
        with pytest.raises(KeyUnusable) as refused:
            again(tmp_path, clock, INREGEL_LEDGER_KEY=wrong)
        assert "64 hex digits" in str(refused.value)
    (tmp_path / "ledger.key").write_text(OTHER_KEY)
    with pytest.raises(KeyWrong, match=r"ledger\.key"):
        again(tmp_path, clock)
    (tmp_path / "ledger.key").write_bytes(b"\xff\xfe")
    with pytest.raises(KeyUnusable, match="is not a key: it has other characters than hex digits"):
        again(tmp_path, clock)


def test_a_newer_ledger_is_refused_naming_both_versions(tmp_path: Path, clock: Clock) -> None:
    make(tmp_path, clock).close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 2}")
    with pytest.raises(NewerLedger, match=f"schema version {SCHEMA_VERSION + 2}; .* knows {SCHEMA_VERSION} and older"):
        again(tmp_path, clock)


def test_a_url_is_refused_without_its_password(tmp_path: Path, clock: Clock) -> None:
    from helpers.canary import canary

    password = canary("a password in a URL")
    with pytest.raises(NoSuchKind, match="postgresql://db.example/inregel is not a file") as refused:
        open_ledger(f"postgresql://me:{password}@db.example/inregel", tmp_path, ledger_id=None, now=clock, environ={})
    assert password not in str(refused.value)


def test_reading_writes_nothing_at_all_to_the_file(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    with ledger.writing() as tx:
        tx.open_order(order())
        tx.attest("utrecht", "m", "k", {"a": 1}, said())
    ledger.close()
    file = tmp_path / "ledger.db"
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    with closing(again(tmp_path, clock)) as reader:
        assert reader.known(["utrecht"])
        assert reader.orders()
        reader.pending()
        reader.synced(["utrecht"])
        reader.next_number()
        reader.fingerprint_key()
        list(reader.events())
        reader.verify()
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.db", "ledger.key"]


def test_the_file_is_as_durable_as_it_says(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    ledger.take_slot("a", 1, MINE, MINE_TTL)
    connection = ledger._store.connection
    with ledger.writing():
        facts = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in FACTS}
    assert facts == FACTS
    with ledger.writing(durable=False):
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    with ledger.writing():
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    ledger.close()


FACTS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "application_id": 0x696E7267, "user_version": 2}
MINE_TTL = timedelta(minutes=1)


# --- migrations and statements --------------------------------------------------------------------------------------


def test_migrations_are_numbered_without_a_gap_up_to_the_known_version() -> None:
    assert list(migrations()) == list(range(1, SCHEMA_VERSION + 1))


def test_a_migration_is_whole_or_not_there() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        scripts = {1: "CREATE TABLE a (x);", 2: "CREATE TABLE b (x);\nCREATE TABLE a (x);", 3: "CREATE TABLE c (x);"}
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(connection, scripts)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
        assert (tables, connection.execute("PRAGMA user_version").fetchone()[0]) == (["a"], 1)
        migrate(connection, {**scripts, 2: "CREATE TABLE b (x);"})
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 3


def test_each_statement_has_a_sentence_compiles_and_is_used() -> None:
    folder = Path(inregel.ledger.__file__).parent
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        for name, statement in statements().items():
            sentence, _, sql = statement.partition("\n")
            assert sentence.startswith("-- "), name
            assert sentence.endswith((".", ":")), name
            parameters = dict.fromkeys(re.findall(r":(\w+)", re.sub(r"--.*", "", sql)))
            connection.execute(f"EXPLAIN {sql}", parameters)
            assert f'"{name}"' in code, name


def test_the_statements_of_a_plan_do_not_read_whole_tables() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        for name in ("stated", "listings", "statements", "persons", "synced", "orders_of_offices", "quota_used"):
            sql = statements()[name].partition("\n")[2]
            parameters = dict.fromkeys(re.findall(r":(\w+)", sql), "[]")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
            scanned = [step for step in plan if step.startswith("SCAN") and "json_each" not in step]
            assert not scanned, (name, plan)


# --- backup and restore ---------------------------------------------------------------------------------------------


def back(folder: Path, clock: Clock, source: str = "copy.db", **how: object) -> Restored:
    wanted: dict[str, object] = {"ledger_id": None, "environ": {}, **how}
    return restore(folder / source, folder / "ledger.db", now=clock, **wanted)  # type: ignore[arg-type]  # by name


@pytest.fixture
def saved(tmp_path: Path, clock: Clock) -> Path:
    """A folder with a ledger of three notes, a copy of when it had two, and the key."""
    ledger = make(tmp_path, clock)
    note(ledger, 2)
    ledger.backup(str(tmp_path / "copy.db"))
    clock.move(hours=1)
    note(ledger)
    ledger.close()
    return tmp_path


def test_a_backup_is_one_file_without_the_key(saved: Path) -> None:
    names = sorted(path.name for path in saved.iterdir())
    assert names == ["copy.db", "ledger.db", "ledger.key"]
    assert (saved / "ledger.key").read_text().strip().encode() not in (saved / "copy.db").read_bytes()
    assert (saved / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_backup_never_overwrites_and_says_why_it_fails(saved: Path, clock: Clock) -> None:
    with closing(again(saved, clock)) as ledger:
        with pytest.raises(BackupThere):
            ledger.backup(str(saved / "copy.db"))
        with pytest.raises(LedgerError, match="no/such/folder"):
            ledger.backup(str(saved / "no/such/folder/copy.db"))
    assert sorted(path.name for path in saved.iterdir()) == ["copy.db", "ledger.db", "ledger.key"]


def test_a_lost_ledger_comes_back_and_says_from_when(saved: Path, clock: Clock) -> None:
    with closing(again(saved, clock)) as ledger:
        ledger_id = ledger.id
    (saved / "ledger.db").unlink()
    start = clock()
    restored = back(saved, clock, ledger_id=ledger_id)
    assert (restored.events, restored.aside, restored.ledger_id) == (3, None, ledger_id)
    assert restored.last is not None
    assert restored.last < start
    with closing(again(saved, clock, ledger_id)) as ledger:
        assert [each.kind for each in ledger.events()] == ["created", "note", "note", "restored"]
        assert ledger.verify() == []
        note(ledger)
        assert ledger._store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_ledger_that_is_there_is_only_replaced_when_asked_and_kept_aside(saved: Path, clock: Clock) -> None:
    with pytest.raises(LedgerThere):
        back(saved, clock)
    restored = back(saved, clock, replace=True)
    assert restored.aside is not None
    assert restored.aside.parent == saved
    key = (saved / "ledger.key").read_text().strip()
    with closing(again(saved, clock)) as ledger:
        assert sum(each.kind == "note" for each in ledger.events()) == 2
    aside = open_ledger(restored.aside.name, saved, ledger_id=None, now=clock, environ={"INREGEL_LEDGER_KEY": key})
    with closing(aside):
        assert sum(each.kind == "note" for each in aside.events()) == 3


def test_a_damaged_ledger_can_be_replaced(saved: Path, clock: Clock) -> None:
    (saved / "ledger.db").write_bytes(b"damaged")
    assert back(saved, clock, replace=True).events == 3


def test_an_unusable_backup_is_refused_and_the_ledger_stays(saved: Path, clock: Clock) -> None:
    before = (saved / "ledger.db").read_bytes()
    sound = (saved / "copy.db").read_bytes()
    (saved / "text.db").write_bytes(b"A letter.\n" * 50)
    (saved / "empty.db").touch()
    (saved / "cut.db").write_bytes(sound[: len(sound) // 2])
    (saved / "forged.db").write_bytes(sound)
    with closing(sqlite3.connect(saved / "forged.db")) as connection:
        connection.execute("DROP TRIGGER event_is_never_changed")
        connection.execute("""UPDATE event SET body = '{"n":1}' WHERE seq = 2""")
        connection.commit()
    for name, reason in {
        "nothing.db": "no such file",
        "empty.db": "it is empty",
        "text.db": "is not a ledger",
        "cut.db": "damaged",
        "forged.db": "its history is not what was written: utrecht 1",
    }.items():
        with pytest.raises(LedgerError, match=reason) as refused:
            back(saved, clock, name, replace=True)
        assert ".new" not in str(refused.value), name
        assert (saved / "ledger.db").read_bytes() == before
    assert not [path for path in saved.iterdir() if path.name.endswith((".old", ".new", "-wal", "-shm"))]


def test_a_backup_of_another_ledger_or_key_is_refused(saved: Path, clock: Clock) -> None:
    with pytest.raises(WrongLedger, match="copy.db"):
        back(saved, clock, ledger_id="f0000000", replace=True)
    with pytest.raises(KeyWrong, match="INREGEL_LEDGER_KEY"):
        back(saved, clock, replace=True, environ={"INREGEL_LEDGER_KEY": OTHER_KEY})
    (saved / "ledger.key").unlink()
    with pytest.raises(KeyMissing):
        back(saved, clock, replace=True)


def test_a_ledger_is_not_replaced_under_a_process_that_uses_it(saved: Path, clock: Clock) -> None:
    (saved / "locks").mkdir()
    lock = hold_lock(saved / "locks" / "other")
    assert lock is not None
    with pytest.raises(LedgerInUse, match="1 other process"):
        back(saved, clock, replace=True)
    lock.release()
    back(saved, clock, replace=True)


def test_what_ended_processes_left_is_swept(tmp_path: Path) -> None:
    locks = Locks(tmp_path / "locks")
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "dead").touch()
    locks.hold("mine")
    assert [path.name for path in (tmp_path / "locks").iterdir()] == ["mine"]
    assert (locks.has_died("mine"), locks.has_died("dead")) == (False, True)
    locks.close()
    assert list((tmp_path / "locks").iterdir()) == []


def test_a_restored_lease_of_an_ended_process_does_not_block(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    ledger.acquire("afas:1", MINE, MINE_TTL)
    with ledger.writing() as tx:
        tx.intend(operation())
    ledger.backup(str(tmp_path / "copy.db"))
    ledger.close()
    back(tmp_path, clock, replace=True)
    with closing(again(tmp_path, clock)) as restored:
        assert restored.acquire("afas:1", replace(MINE, token="next"), MINE_TTL).fence == 2
        assert [each.id for each in restored.pending()] == ["op-1"]


def test_the_memory_ledger_says_that_it_has_nothing_to_copy(clock: Clock) -> None:
    from inregel.ledger.memory import MemoryLedger

    with pytest.raises(LedgerError, match="nothing to copy"):
        MemoryLedger(clock).backup("copy.db")


def test_an_unusable_backup_names_the_backup(saved: Path, clock: Clock) -> None:
    with pytest.raises(BackupUnusable, match="nothing.db cannot be restored: there is no such file"):
        back(saved, clock, "nothing.db", replace=True)

"""`inregel ledger init | backup | restore`."""

import io
from pathlib import Path

import pytest

from helpers.clock import Clock
from inregel.commands.context import Context
from inregel.commands.ledger import IdUnwritten, LedgerNamed, backup, init, open_record, restore
from inregel.errors import InregelError
from inregel.ledger.base import LedgerMissing
from inregel.ledger.files import LedgerThere


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Context:
    """A project without a ledger, seen from a folder within it."""
    (tmp_path / "inregel.yml").write_text("project: offices\ntime_zone: Europe/Amsterdam\n")
    (tmp_path / "here").mkdir()
    return Context(directory=tmp_path / "here", out=io.StringIO(), err=io.StringIO(), environ={}, now=clock)


def said(context: Context) -> str:
    assert isinstance(context.out, io.StringIO)
    text = context.out.getvalue()
    context.out.seek(0)
    context.out.truncate()
    return text


def note(context: Context) -> None:
    with open_record(context) as (_, ledger), ledger.writing() as tx:
        tx.event("utrecht", "note", {})


def test_init_makes_the_ledger_and_writes_its_id(context: Context, tmp_path: Path) -> None:
    assert init(context) == 0
    text = said(context)
    with open_record(context) as (settings, ledger):
        assert settings.ledger_id == ledger.id
        assert f"Made the ledger {ledger.id} at .inregel/ledger.db" in text
    assert ".inregel/ledger.key: keep a copy where the backups are not" in text
    lines = (tmp_path / "inregel.yml").read_text().splitlines()
    assert lines == ["project: offices", f'ledger_id: "{ledger.id}"', "time_zone: Europe/Amsterdam"]


def test_init_keeps_the_line_ends_of_the_file(context: Context, tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_bytes(b"project: offices\r\nledger: a.db\r\n")
    init(context)
    data = (tmp_path / "inregel.yml").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == 3


def test_init_leaves_a_file_that_has_no_place_for_a_line(context: Context, tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("{project: offices}\n")
    with pytest.raises(IdUnwritten, match="Add this line to inregel.yml yourself: ledger_id: "):
        init(context)
    assert (tmp_path / "inregel.yml").read_text() == "{project: offices}\n"


def test_init_with_a_key_from_the_environment_speaks_of_no_file(context: Context) -> None:
    context.environ = {"INREGEL_LEDGER_KEY": "ab" * 32}
    init(context)
    assert "ledger.key" not in said(context)


def test_init_is_refused_where_there_is_a_ledger_or_one_was_lost(context: Context, tmp_path: Path) -> None:
    init(context)
    with pytest.raises(LedgerThere):
        init(context)
    (tmp_path / ".inregel" / "ledger.db").unlink()
    with pytest.raises(LedgerNamed, match="inregel ledger restore BACKUP"):
        init(context)
    with pytest.raises(LedgerMissing), open_record(context):
        pass


def test_backup_says_that_the_key_is_not_in_it_and_restore_from_when_it_is(
    context: Context, tmp_path: Path, clock: Clock
) -> None:
    init(context)
    note(context)
    said(context)
    assert backup(context, "copy.db") == 0
    assert "2 events.\nThe key is not in it. Without .inregel/ledger.key no backup can be opened" in said(context)
    assert (tmp_path / "here" / "copy.db").is_file()
    clock.move(hours=2)
    note(context)
    with pytest.raises(LedgerThere):
        restore(context, "copy.db")
    assert restore(context, "copy.db", replace=True) == 0
    text = said(context)
    assert "2 events, the last of 2026-11-20 09:14." in text
    assert "kept as .inregel/ledger.db.20261120T101400000000.old" in text
    with open_record(context) as (_, ledger):
        assert [event.kind for event in ledger.events()] == ["created", "note", "restored"]


def test_restore_into_a_project_without_an_id_says_which_to_write(context: Context, tmp_path: Path) -> None:
    init(context)
    backup(context, "copy.db")
    (tmp_path / "inregel.yml").write_text("project: offices\n")
    (tmp_path / ".inregel" / "ledger.db").unlink()
    said(context)
    restore(context, "copy.db")
    assert "Write its id into inregel.yml: ledger_id: " in said(context)
    with pytest.raises(InregelError, match="does not say which ledger"), open_record(context):
        pass

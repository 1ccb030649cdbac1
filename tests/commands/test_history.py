"""`inregel history`, `history verify`, `history heads`."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.records import ELS, RIA
from inregel.commands.context import Context
from inregel.commands.history import HeadsUnusable, NoSuchTime, heads, history, verify
from inregel.commands.ledger import init, open_record


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Context:
    """A project with some history: one event now, two three days later."""
    (tmp_path / "inregel.yml").write_text("project: offices\n")
    context = Context(directory=tmp_path, out=io.StringIO(), err=io.StringIO(), environ={}, now=clock)
    init(context)
    said(context)
    with open_record(context) as (_, ledger):
        with ledger.writing() as tx:
            tx.event("utrecht", "order.done", {"number": "W1", "on": date(2026, 11, 20)}, person=RIA)
        clock.move(days=3)
        with ledger.writing() as tx:
            tx.event("gent", "order.opened", {"number": "W2"}, person=ELS, private={"note": "=1+1"})
            tx.event("utrecht", "note", {"text": "a\x1b[31mred\ntwo lines"})
    return context


def said(context: Context) -> str:
    assert isinstance(context.out, io.StringIO)
    text = context.out.getvalue()
    context.out.seek(0)
    context.out.truncate()
    return text


def test_text_says_when_where_what_and_who(context: Context) -> None:
    assert history(context) == 0
    lines = said(context).splitlines()
    assert lines[0].startswith("2026-11-20 09:14:00  (project) 1  created  id ")
    assert lines[1] == f"2026-11-20 09:14:00  utrecht 1  order.done  W1 done by {RIA}"
    assert lines[2] == "2026-11-23 09:14:00  gent 1  order.opened  by Els Maes  number W2, note =1+1"
    assert len(lines) == 4


def test_text_lets_no_escape_sequence_through(context: Context) -> None:
    history(context, "utrecht")
    text = said(context)
    assert "\x1b" not in text
    assert text.count("\n") == 2


def test_history_of_an_office_a_kind_and_a_time(context: Context) -> None:
    def kinds(*args: str, **how: str) -> list[str]:
        history(context, *args, format="json", **how)  # type: ignore[arg-type]  # by name, as the command line does
        return [each["kind"] for each in json.loads(said(context))]

    assert kinds() == ["created", "order.done", "order.opened", "note"]
    assert kinds("utrecht") == ["order.done", "note"]
    assert kinds(kind="order") == ["order.done", "order.opened"]
    assert kinds(kind="order.done") == ["order.done"]
    assert kinds(kind="ord") == []
    assert kinds(since="2d") == ["order.opened", "note"]
    assert kinds(since="2026-11-21") == ["order.opened", "note"]
    assert kinds(since="2026-11-20T09:14") == ["created", "order.done", "order.opened", "note"]
    assert kinds(since="2026-11-20T09:15") == ["order.opened", "note"]


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "999999d", ""])
def test_a_time_that_is_none_says_how_to_write_it(context: Context, since: str) -> None:
    if since:
        with pytest.raises(NoSuchTime, match="or how long ago: 30d"):
            history(context, since=since)
    else:
        assert history(context, since=since) == 0


def test_nothing_to_tell_is_said(context: Context) -> None:
    history(context, "hoorn")
    assert said(context) == "No events of hoorn.\n"


def test_csv_is_safe_for_a_spreadsheet(context: Context) -> None:
    with open_record(context) as (_, ledger), ledger.writing() as tx:
        tx.event("=cmd()", "note", {"a": 1}, person="@SUM(A1)")
    said(context)
    history(context, format="csv")
    rows = list(csv.DictReader(io.StringIO(said(context))))
    assert [row["kind"] for row in rows] == ["created", "order.done", "order.opened", "note", "note"]
    assert (rows[-1]["office"], rows[-1]["person"]) == ("'=cmd()", "'@SUM(A1)")
    assert json.loads(rows[2]["body"]) == {"number": "W2", "note": "=1+1"}
    assert len(rows[0]["mac"]) == 64


def test_verify_is_0_where_all_holds_and_tells_of_the_heads(context: Context) -> None:
    assert verify(context) == 0
    text = said(context)
    assert "4 events of 3 chains: nothing was changed, dropped or exchanged." in text
    assert "inregel history heads" in text


def test_verify_is_1_and_names_each_place(context: Context, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / ".inregel" / "ledger.db")) as connection:
        connection.execute("DROP TRIGGER event_is_never_changed")
        connection.execute("UPDATE event SET kind = 'order.failed' WHERE office = 'utrecht' AND number = 1")
        connection.commit()
    assert verify(context) == 1
    assert said(context) == "utrecht 1: it, or the link to the one before it, is not what was written\n"
    assert isinstance(context.err, io.StringIO)
    assert "inregel ledger restore BACKUP --replace" in context.err.getvalue()


def test_kept_heads_find_a_cut_off_end(context: Context, tmp_path: Path) -> None:
    assert heads(context) == 0
    (tmp_path / "heads.json").write_text(said(context))
    assert verify(context, "heads.json") == 0
    assert "kept elsewhere" not in said(context)
    with closing(sqlite3.connect(tmp_path / ".inregel" / "ledger.db")) as connection:
        connection.execute("DROP TRIGGER event_is_never_removed")
        connection.execute("DELETE FROM event WHERE seq = 4")
        connection.commit()
    assert verify(context) == 0
    said(context)
    assert verify(context, "heads.json") == 1
    assert said(context) == "utrecht 1: the history is cut off: it ends at 1, the kept head is 2\n"


def test_heads_of_another_ledger_or_form_are_refused(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "heads.json"
    with pytest.raises(HeadsUnusable, match="No such file"):
        verify(context, "heads.json")
    for content in ("", "[]", '{"heads": {"a": 1}}', '{"heads": {}}', "\ufeff{"):
        file.write_text(content)
        with pytest.raises(HeadsUnusable, match="another form"):
            verify(context, "heads.json")
    file.write_text('{"ledger_id": "f0000000", "heads": {}}')
    with pytest.raises(HeadsUnusable, match="it is of the ledger f0000000"):
        verify(context, "heads.json")

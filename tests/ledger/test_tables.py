"""The tables that plans rest on are proven by the history: whoever changes one by hand is found, row by row."""

import json
import sqlite3

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.records import DAY, ELS, RIA, line, operation, order, rollout, said
from inregel.contract import Provenance, Secret
from inregel.ledger.sqlite import SqliteLedger

COLUMNS = {
    "stated": ("office", "module", "container", "name", "state", "fields"),
    "listing": ("office", "module", "container", "statement"),
    "statement": ("kind", "at", "person", "until", "source"),
    "work_order": (
        "office", "identity", "name", "role", "title", "language", "digest", "schema", "secrets", "lines", "state",
        "opened", "person", "sealed", "closed", "successor", "closed_by", "answer",
    ),
    "operation": (
        "id", "office", "identity", "name", "module", "container", "key_name", "reaches", "at", "outcome",
        "checkpoint", "detail",
    ),
    "quota": ("office", "operation", "ref", "day", "amount", "state"),
    "rollout": ("id", "playbook", "play", "revision", "batches", "state", "started", "failed", "begun", "reason"),
    "synced": ("office", "digest", "states"),
    "captured": ("name", "connection", "version", "office", "operation", "state"),
}  # fmt: skip
"""The columns that a plan may rest on, by table."""
OTHERS = {"state": {"work_order": "failed", "quota": "released", "captured": "refused"}, "outcome": "failed"}
LEFT_OUT = {"rollout": {"seq"}, "captured": {"seq", "at", "sealed"}, "statement": {"id"}, "work_order": {"number"}}
"""Columns whose change moves the row to another name, or that are proven elsewhere (`sealed`, when it is opened)."""


@pytest.fixture
def full(file_ledger: SqliteLedger, clock: Clock) -> SqliteLedger:
    """A ledger with a row in every table."""
    with file_ledger.writing() as tx:
        tx.attest("utrecht", "assu.postbus", ("box", "I1"), {"linked": True, "since": DAY}, said())
        tx.list_all("utrecht", "assu.postbus", "box", said(ELS), [("box", "I1")])
        tx.open_order(order(person=RIA))
        tx.close_order("W1", "done", by=ELS, lines=(line(outcome="done", note="by phone"),), answers={"a": 1})
        tx.intend(operation(), operation("op-2", key="k", reaches=None))
        tx.checkpoint("op-1", {"command": 7})
        tx.outcome("performed", "op-1", "op-2")
        tx.reserve("utrecht", "create", DAY, 1, 3, "op-1")
        tx.settle_quota("op-1", spent=True)
        tx.save_rollout(rollout())
        tx.record_sync("utrecht", {("assu.postbus", "I1"): {"linked": True}})
        tx.capture("token", "afas:1", Secret("token", canary("token")), operation="op-1")
        tx.judge("op-1", True)
    clock.move(hours=1)
    with file_ledger.writing() as tx:
        tx.attest("utrecht", "assu.postbus", ("box", "I1"), {"linked": False}, said(at=clock()))
        proof = Provenance("verified", clock(), source="a.csv")
        tx.attest("utrecht", "assu.postbus", ("box", "I1"), {"seen": 1}, proof)
        tx.save_rollout(rollout(state="done", begun=frozenset({"utrecht"}), failed={"gent": "no answer"}))
    return file_ledger


def changed(ledger: SqliteLedger, *statements: str) -> list[str]:
    """What is found after somebody who owns the file changed it."""
    connection = sqlite3.connect(ledger.place)
    for statement in statements:
        assert connection.execute(statement).rowcount > 0, statement
    connection.commit()
    connection.close()
    return [each.reason for each in ledger.verify()]


def test_an_untouched_ledger_holds(full: SqliteLedger) -> None:
    assert full.verify() == []


@pytest.mark.parametrize(("table", "column"), [(table, each) for table, columns in COLUMNS.items() for each in columns])
def test_a_change_of_any_column_is_found(full: SqliteLedger, table: str, column: str) -> None:
    other = OTHERS.get(column)
    if isinstance(other, dict):
        other = other.get(table)
    if column in ("person", "closed_by"):
        value = f"CASE {column} WHEN 1 THEN 2 ELSE 1 END"
    elif column in ("statement", "amount", "version", "successor"):
        value = f"coalesce({column}, 0) + 1"
    elif column in ("sealed", "answer"):
        value = f"CAST(x'00' || {column} AS BLOB)"
    else:
        value = f"'{other}'" if other else f"coalesce({column}, '') || 'x'"
    assert changed(full, f"UPDATE {table} SET {column} = {value}")


@pytest.mark.parametrize("table", sorted(set(COLUMNS) - {"statement"}))
def test_a_row_that_is_gone_is_found(full: SqliteLedger, table: str) -> None:
    assert any("is gone from its table" in each for each in changed(full, f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("stated", "INSERT INTO stated SELECT 'gent', module, container, name, state, fields FROM stated"),
        ("listing", "INSERT INTO listing SELECT 'gent', module, container, statement FROM listing"),
        ("synced", "INSERT INTO synced SELECT 'gent', digest, states FROM synced"),
        ("quota", "INSERT INTO quota SELECT 'gent', operation, ref, day, amount, state FROM quota"),
    ],
)
def test_a_row_that_no_event_made_is_found(full: SqliteLedger, table: str, statement: str) -> None:
    assert any("no event says so" in each for each in changed(full, statement)), table


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stated SET state = '{'",
        "UPDATE stated SET fields = '[]'",
        "UPDATE work_order SET lines = 'no JSON', schema = x'ff'",
        "UPDATE operation SET reaches = x'00ff'",
        "UPDATE rollout SET batches = '7', started = 'yesterday'",
        "UPDATE synced SET states = ''",
    ],
)
def test_a_table_of_nonsense_is_found_and_not_stumbled_over(full: SqliteLedger, statement: str) -> None:
    assert changed(full, statement)


def test_what_is_found_names_the_row_and_the_event_that_wrote_it(full: SqliteLedger) -> None:
    connection = sqlite3.connect(full.place)
    connection.execute("""UPDATE operation SET outcome = 'failed' WHERE id = 'op-2'""")
    connection.commit()
    connection.close()
    (found,) = full.verify()
    performed = next(each for each in full.events("utrecht") if each.kind == "operation.performed")
    assert (found.office, found.number) == ("utrecht", performed.number)
    assert found.reason == "the table does not hold what it says of operation op-2"


def test_who_is_forgotten_leaves_the_tables_provable(full: SqliteLedger) -> None:
    assert full.forget(RIA)
    assert full.forget(ELS)
    assert full.verify() == []


def test_every_table_and_column_is_proven_or_named_as_left_out(full: SqliteLedger) -> None:
    connection = sqlite3.connect(full.place)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    there = {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in tables}
    connection.close()
    # The history and the persons have proofs of their own; leases and places end by themselves, and so do promises.
    for table in ("meta", "person", "event", "lease", "slot", "promised", "sqlite_sequence"):
        there.pop(table)
    assert there == {table: {*columns, *LEFT_OUT.get(table, ())} for table, columns in COLUMNS.items()}


def test_an_older_statement_cannot_be_put_in_the_place_of_a_newer(full: SqliteLedger) -> None:
    known = full.known(["utrecht"])["utrecht"].resources["assu.postbus", ("box", "I1")]
    assert known.fields["linked"] != known.fields["since"]
    connection = sqlite3.connect(full.place)
    (fields,) = connection.execute("SELECT fields FROM stated").fetchone()
    connection.close()
    numbers = json.loads(fields)
    older = json.dumps({**numbers, "linked": numbers["since"]})
    assert changed(full, f"UPDATE stated SET fields = '{older}'")


def test_an_event_that_does_not_say_what_it_wrote_proves_no_row(file_ledger: SqliteLedger) -> None:
    with file_ledger.writing() as tx:
        for kind in ("order.opened", "operation.intended", "attested", "in_sync", "quota.spent", "secret.captured"):
            tx.event("utrecht", kind, {"number": "W1", "operations": [{}], "resources": [7]})
    assert file_ledger.verify() == []

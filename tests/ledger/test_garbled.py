"""Rows that somebody wrote by hand, or that a disk lost: the ledger says that it is damaged, and what to do."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from helpers.records import DAY, line, operation, order, rollout, said
from inregel.ledger.base import OPEN, LedgerError
from inregel.ledger.sqlite import SqliteLedger

GARBAGE = ["", "{", "x", "3", "null", "[3]", "[[]]", '{"a": []}', '{"date": 3}', '"text"', b"\xff\x00", "[" * 3000]
COLUMNS = {
    "stated": ("state", "fields"),
    "statement": ("at", "until"),
    "work_order": ("schema", "secrets", "lines", "opened", "closed", "sealed", "answer"),
    "operation": ("reaches", "at", "checkpoint"),
    "rollout": ("batches", "started", "failed", "begun"),
    "synced": ("states",),
    "lease": ("expires", "since"),
}
OFFICES = ("utrecht",)
READERS: list[Callable[[SqliteLedger], Any]] = [
    lambda ledger: ledger.known(OFFICES),
    lambda ledger: ledger.synced(OFFICES),
    lambda ledger: ledger.orders(None, (*OPEN, "done")),
    lambda ledger: ledger.order("W1"),
    lambda ledger: ledger.pending(None),
    lambda ledger: ledger.pending(OFFICES),
    lambda ledger: ledger.rollout("site.yml", "Certificates"),
    lambda ledger: ledger.rollouts(),
    lambda ledger: ledger.verify(),
]
SAYS = "damaged: .* is not as inregel writes it[^$]*inregel history verify[^$]*inregel ledger restore BACKUP"


@pytest.fixture
def full(file_ledger: SqliteLedger) -> SqliteLedger:
    """A ledger with something in each table."""
    with file_ledger.writing() as tx:
        tx.attest("utrecht", "assu.postbus", ("box", "I1"), {"linked": True, "since": DAY}, said())
        tx.open_order(order())
        tx.close_order("W1", "done", lines=(line(outcome="done", note="by phone"),), answers={"a": 1})
        tx.open_order(order(identity="change-2"))
        tx.intend(operation())
        tx.checkpoint("op-1", {"command": 7})
        tx.save_rollout(rollout())
        tx.record_sync("utrecht", {("assu.postbus", "I1"): {"linked": True}})
    return file_ledger


def garble(ledger: SqliteLedger, table: str, column: str, garbage: object) -> None:
    connection = sqlite3.connect(ledger.place)
    connection.execute(f"UPDATE {table} SET {column} = ?", (garbage,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in COLUMNS.items() for column in columns]
)
def test_whatever_stands_in_a_column_is_read_or_named_as_damage(full: SqliteLedger, table: str, column: str) -> None:
    for garbage in GARBAGE:
        garble(full, table, column, garbage)
        for read in READERS:
            try:
                read(full)
            except LedgerError as error:
                assert error.exit_code == 1


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        ("stated", "state", READERS[0]),
        ("stated", "fields", READERS[0]),
        ("statement", "at", READERS[0]),
        ("synced", "states", READERS[1]),
        ("work_order", "lines", READERS[2]),
        ("work_order", "secrets", READERS[3]),
        ("work_order", "opened", READERS[3]),
        ("operation", "reaches", READERS[4]),
        ("operation", "checkpoint", READERS[5]),
        ("rollout", "batches", READERS[6]),
        ("rollout", "begun", READERS[7]),
    ],
)
def test_nonsense_in_the_ledger_says_what_to_do(
    full: SqliteLedger, table: str, column: str, read: Callable[[SqliteLedger], Any]
) -> None:
    garble(full, table, column, "{")
    with pytest.raises(LedgerError, match=SAYS):
        read(full)
    assert full.verify()

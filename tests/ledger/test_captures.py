"""Secrets that are shown once: to whom they belong, what a read makes of them, and those that were lost."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.records import make, operation
from inregel.contract import Secret
from inregel.ledger import open_ledger
from inregel.ledger.base import Captured, Ledger, LedgerError
from inregel.ledger.captures import bound
from inregel.ledger.crypto import seal
from inregel.ledger.queries import migrations

HERE, THERE = "afas:1", "afas:2"


def begin(ledger: Ledger, id: str = "op-1", *names: str, outcome: str = "", identity: str = HERE) -> None:
    """An operation that is to be shown secrets, and what became of it."""
    with ledger.writing() as tx:
        tx.intend(operation(id, identity=identity))
        if names:
            tx.promise(id, names)
        if outcome:
            tx.outcome(outcome, id)  # type: ignore[arg-type]  # one of the three


def capture(ledger: Ledger, value: str = "", id: str = "op-1", name: str = "token", connection: str = HERE) -> int:
    """Stores a secret; returns its version."""
    with ledger.writing() as tx:
        return tx.capture(name, connection, Secret(name, value or canary(name)), operation=id)


def judge(ledger: Ledger, there: bool, id: str = "op-1") -> None:
    """A read tells."""
    with ledger.writing() as tx:
        tx.judge(id, there)


def newest(ledger: Ledger, *connections: str) -> list[tuple[str, str]]:
    """By connection, in order."""
    found = ledger.captured("token", connections or (HERE,))
    return [(connection, secret.reveal()) for connection, secret in found.items()]


def events(ledger: Ledger, office: str = "utrecht") -> list[str]:
    """The kinds of the events about secrets."""
    return [each.kind for each in ledger.events(office) if each.kind.startswith("secret.")]


def test_a_captured_secret_has_versions_and_the_newest_is_given(ledger: Ledger) -> None:
    old, new = canary("first token"), canary("second token")
    begin(ledger)
    assert newest(ledger) == []
    assert (capture(ledger, old), capture(ledger, new), capture(ledger, "x", name="other")) == (1, 2, 1)
    assert newest(ledger) == [(HERE, new)]
    assert [secret.name for secret in ledger.captured("token", [HERE]).values()] == ["token"]
    first = next(each for each in ledger.events("utrecht") if each.kind == "secret.captured")
    assert first.body == {"id": "op-1", "secret": "token", "connection": HERE, "version": 1}


def test_a_secret_is_found_at_its_own_connection_alone(ledger: Ledger) -> None:
    begin(ledger)
    begin(ledger, "op-2", identity=THERE)
    a, b = canary("a"), canary("b")
    assert (capture(ledger, a), capture(ledger, b, "op-2", connection=THERE)) == (1, 1)
    assert newest(ledger) == [(HERE, a)]
    assert newest(ledger, THERE) == [(THERE, b)]
    assert newest(ledger, "afas:3") == []


def test_of_several_connections_the_one_that_was_captured_last_comes_last(ledger: Ledger, clock: Clock) -> None:
    begin(ledger)
    one, two = canary("one"), canary("two")
    capture(ledger, two, connection=THERE)
    clock.move(minutes=-5)
    capture(ledger, one)
    assert newest(ledger, THERE, HERE) == newest(ledger, HERE, THERE) == [(THERE, two), (HERE, one)]


def test_bytes_that_are_no_text_are_kept(ledger: Ledger) -> None:
    begin(ledger)
    with ledger.writing() as tx:
        tx.capture("token", HERE, Secret("token", b"\x00\xff"), operation="op-1")
    assert ledger.captured("token", [HERE])["afas:1"].reveal_bytes() == b"\x00\xff"


def test_a_secret_is_unverified_until_a_read_tells(ledger: Ledger, clock: Clock) -> None:
    begin(ledger, outcome="performed")
    capture(ledger)
    new = Captured("token", HERE, 1, clock(), "unverified", "utrecht", "op-1")
    assert ledger.captures() == [new]
    assert [each.id for each in ledger.unproven(["utrecht"])] == ["op-1"]
    assert ledger.unproven(["gent"]) == []
    judge(ledger, True)
    assert ledger.captures() == [replace(new, state="verified")]
    assert ledger.unproven(["utrecht"]) == []
    judge(ledger, False)  # said once and for all: what was verified stays so
    assert [each.state for each in ledger.captures()] == ["verified"]
    assert events(ledger) == ["secret.captured", "secret.verified"]


def test_a_refused_secret_is_not_used_and_the_one_before_stays_the_newest(ledger: Ledger) -> None:
    old = canary("old")
    begin(ledger, outcome="performed")
    capture(ledger, old)
    judge(ledger, True)
    begin(ledger, "op-2", outcome="performed")
    capture(ledger, canary("new"), "op-2")
    judge(ledger, False, "op-2")
    assert newest(ledger) == [(HERE, old)]
    assert [each.state for each in ledger.captures()] == ["verified", "refused"]
    assert events(ledger)[-1] == "secret.refused"
    # Its number is not used again: the value of another would open in its place.
    assert capture(ledger, canary("third"), "op-2") == 3


def test_an_unverified_secret_is_used(ledger: Ledger) -> None:
    value = canary("value")
    begin(ledger)
    capture(ledger, value)
    assert newest(ledger) == [(HERE, value)]


def test_what_a_person_copied_belongs_to_no_operation_and_is_judged_by_none(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.capture("token", "assu/gent", Secret("token", canary("copied")), office="gent")
    assert [(each.office, each.operation) for each in ledger.captures()] == [("gent", "")]
    assert events(ledger, "gent") == ["secret.captured"]
    with pytest.raises(LedgerError, match="never begun"):
        judge(ledger, True, "")


def test_what_was_promised_is_missed_until_it_is_stored(ledger: Ledger) -> None:
    begin(ledger, "op-1", "token", "other")
    found = ledger.promised(["utrecht"])
    assert [(each.name, each.operation.id) for each in found] == [("other", "op-1"), ("token", "op-1")]
    assert found[0].operation == ledger.pending()[0]
    assert ledger.promised(["gent"]) == []
    capture(ledger)
    assert [each.name for each in ledger.promised(["utrecht"])] == ["other"]
    assert events(ledger) == ["secret.promised", "secret.captured"]


def test_a_later_version_of_the_same_connection_keeps_the_promise_and_another_connection_does_not(
    ledger: Ledger,
) -> None:
    begin(ledger, "op-1", "token", outcome="performed")
    begin(ledger, "op-2", "token", identity=THERE)
    capture(ledger, id="op-2", connection=THERE)
    assert [each.operation.id for each in ledger.promised(["utrecht"])] == ["op-1"]
    begin(ledger, "op-3", "token")
    capture(ledger, id="op-3")
    assert ledger.promised(["utrecht"]) == []


def test_what_failed_was_shown_nothing(ledger: Ledger) -> None:
    begin(ledger, "op-1", "token", outcome="failed")
    assert ledger.promised(["utrecht"]) == []


def test_what_is_not_there_any_more_is_missed_by_nobody(ledger: Ledger) -> None:
    begin(ledger, "op-1", "token", outcome="performed")
    judge(ledger, True)
    assert [each.name for each in ledger.promised(["utrecht"])] == ["token"]
    judge(ledger, False)
    assert ledger.promised(["utrecht"]) == []
    assert events(ledger) == ["secret.promised", "secret.gone"]


def test_a_ledger_of_the_first_version_keeps_its_captured_secrets(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    keys, values = ledger._keys, [canary("first"), canary("second"), canary("elsewhere")]
    ledger.close()
    old = [("token", 1, HERE), ("token", 2, HERE), ("token", 3, THERE)]
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as connection:
        # As it was: one row of versions per name, whatever the connection.
        connection.execute("DROP TABLE captured")
        connection.execute("DROP TABLE promised")
        start = migrations()[1].index("CREATE TABLE captured")
        connection.execute(migrations()[1][start : migrations()[1].index(";", start)])
        connection.execute("PRAGMA user_version = 1")
        for (name, version, where), value in zip(old, values, strict=True):
            sealed = seal(keys.captured, value.encode(), bound(name, where, version))
            row = (name, version, where, f"2026-11-0{version}T08:00:00.000000+00:00", sealed)
            connection.execute(
                "INSERT INTO captured (name, version, connection, at, sealed) VALUES (?, ?, ?, ?, ?)", row
            )
    with closing(open_ledger("ledger.db", tmp_path, ledger_id=ledger.id, now=clock, environ={})) as opened:
        assert newest(opened, HERE, THERE) == [(HERE, values[1]), (THERE, values[2])]
        assert {each.state for each in opened.captures()} == {"unverified"}
        begin(opened)
        assert capture(opened) == 3

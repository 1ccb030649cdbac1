"""What could not be found out again is synced to the disk before anything follows from it."""

from pathlib import Path

from helpers.clock import Clock
from helpers.ledgers import commits
from helpers.world import World
from inregel.contract import Secret
from inregel.ledger import create
from inregel.ledger.sqlite import SqliteLedger


def world(root: Path, clock: Clock) -> World:
    made: list[SqliteLedger] = []

    def ledger(now: Clock) -> SqliteLedger:
        opened = create("ledger.db", root, now, {})
        assert isinstance(opened, SqliteLedger)
        made.append(opened)
        return opened

    return World(root, clock, ledger)


def synced(found: list[tuple[bool, str]], text: str) -> set[bool]:
    """Whether the commits that wrote `text` were synced."""
    return {each for each, wrote in found if text in wrote}


def test_an_intent_is_synced_before_it_is_performed_and_its_outcome_with_what_comes_next(
    tmp_path: Path, clock: Clock
) -> None:
    there = world(tmp_path, clock)
    there.play(there.items({"x": "1"}))
    assert isinstance(there.ledger, SqliteLedger)
    found = commits(there.ledger)
    there.apply()
    assert synced(found, "INSERT INTO operation") == {True}
    assert synced(found, "UPDATE operation SET outcome") == {False}
    assert synced(found, "INSERT INTO lease") == {False}
    there.ledger.close()


def test_an_order_that_is_handed_out_is_synced(tmp_path: Path, clock: Clock) -> None:
    there = world(tmp_path, clock)
    there.play(there.items({"x": "1"}, system="desk", way=["person"]))
    assert isinstance(there.ledger, SqliteLedger)
    found = commits(there.ledger)
    there.apply()
    (order,) = there.orders()
    there.do(order)
    assert synced(found, "INSERT INTO work_order") == {True}
    assert synced(found, "UPDATE work_order") == {True}
    there.ledger.close()


def test_a_secret_that_is_shown_once_is_synced(tmp_path: Path, clock: Clock) -> None:
    there = world(tmp_path, clock)
    assert isinstance(there.ledger, SqliteLedger)
    found = commits(there.ledger)
    with there.ledger.writing() as tx:
        tx.capture("token", "box:a", Secret("token", b"shown"))
    assert synced(found, "INSERT INTO captured") == {True}
    there.ledger.close()

"""Offices that run side by side share their commits, and nothing else: what is wrong with one stays with it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.ledgers import commits
from inregel.engine.commits import Commits
from inregel.ledger import create
from inregel.ledger.base import Holder, Lease, LeaseHeld, LeaseLost, LedgerError, Transaction
from inregel.ledger.sqlite import SqliteLedger

HOUR = timedelta(hours=1)
OFFICES = ("a", "b", "c")
ME = Holder("ria", "one")


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[SqliteLedger]:
    opened = create("ledger.db", tmp_path, clock, {})
    assert isinstance(opened, SqliteLedger)
    yield opened
    opened.close()


def shared_by(ledger: SqliteLedger) -> Commits:
    return Commits(ledger, ME, HOUR)


def lease(ledger: SqliteLedger, office: str, token: str = "one") -> Lease:
    return ledger.acquire(office, Holder("ria", token), HOUR)


def note(office: str) -> Callable[[Transaction], str]:
    """Writes an event of an office."""

    def write(tx: Transaction) -> str:
        tx.event(office, "noted", {})
        return office

    return write


def written(ledger: SqliteLedger) -> list[str]:
    """The offices with an event of their own."""
    return [event.office for event in ledger.events() if event.kind == "noted"]


def together(*waiting: Awaitable[object]) -> list[object]:
    """Runs them side by side; what each returned or raised."""

    async def run() -> list[object]:
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(run())


def test_what_is_written_in_the_same_turn_is_one_commit(ledger: SqliteLedger) -> None:
    held = {office: lease(ledger, office) for office in OFFICES}
    shared, found = shared_by(ledger), commits(ledger)
    assert together(*(shared.together([held[office]], note(office)) for office in OFFICES)) == list(OFFICES)
    assert len(found) == 1
    assert written(ledger) == list(OFFICES)


def test_who_comes_later_has_a_commit_of_its_own(ledger: SqliteLedger) -> None:
    shared, found = shared_by(ledger), commits(ledger)

    async def twice() -> None:
        await shared.together([], note("a"))
        await shared.together([], note("a"))

    asyncio.run(twice())
    assert len(found) == 2


def test_a_lost_lease_is_refused_and_the_others_are_written(ledger: SqliteLedger, clock: Clock) -> None:
    held = {office: lease(ledger, office) for office in OFFICES}
    clock.move(hours=1)
    held |= {office: lease(ledger, office, "two") for office in ("a", "c")}
    lease(ledger, "b", "three")
    shared = shared_by(ledger)
    a, b, c = together(*(shared.together([held[office]], note(office)) for office in OFFICES))
    assert (a, c) == ("a", "c")
    assert isinstance(b, LeaseLost)
    assert written(ledger) == ["a", "c"]


def test_what_fails_in_one_write_is_told_to_that_office_alone(ledger: SqliteLedger) -> None:
    def broken(tx: Transaction) -> None:
        tx.event("b", "noted", {})
        raise LedgerError(reason="b is broken")

    shared = shared_by(ledger)
    a, b, c = together(shared.together([], note("a")), shared.together([], broken), shared.together([], note("c")))
    assert (a, c) == ("a", "c")
    assert isinstance(b, LedgerError)
    assert written(ledger) == ["a", "c"]


def test_a_shared_commit_is_synced_where_any_of_it_has_to_be(ledger: SqliteLedger) -> None:
    shared, found = shared_by(ledger), commits(ledger)
    together(shared.together([], note("a"), durable=False), shared.together([], note("b")))
    together(shared.together([], note("a"), durable=False), shared.together([], note("b"), durable=False))
    assert [synced for synced, _ in found] == [True, False]


def test_what_was_handed_in_is_written_though_its_office_is_cancelled(ledger: SqliteLedger) -> None:
    shared = shared_by(ledger)

    async def run() -> None:
        waiting = [asyncio.ensure_future(shared.together([], note(office))) for office in ("a", "b")]
        await asyncio.sleep(0)
        waiting[0].cancel()
        assert await waiting[1] == "b"
        assert waiting[0].cancelled()

    asyncio.run(run())
    assert written(ledger) == ["a", "b"]


def test_leases_of_several_offices_are_taken_and_given_back_together(ledger: SqliteLedger, clock: Clock) -> None:
    shared, found = shared_by(ledger), commits(ledger)

    async def run() -> None:
        held = await asyncio.gather(shared.acquire(("a", "x")), shared.acquire(("b",)), shared.acquire(("c",)))
        assert [[each.identity for each in leases] for leases in held] == [["a", "x"], ["b"], ["c"]]
        await asyncio.gather(*(shared.release(leases) for leases in held))

    asyncio.run(run())
    assert [synced for synced, _ in found] == [False, False]
    assert ledger.fences(["a", "b", "c", "x"], free=True) == dict.fromkeys(["a", "b", "c", "x"], 1)


def test_an_office_that_another_holds_is_refused_alone(ledger: SqliteLedger) -> None:
    lease(ledger, "b", "another")
    shared = shared_by(ledger)
    a, b, c = together(*(shared.acquire((office, f"box:{office}")) for office in OFFICES))
    assert isinstance(b, LeaseHeld)
    assert ledger.fences(["box:b"]) == {}
    assert isinstance(a, tuple)
    assert isinstance(c, tuple)
    assert [each.identity for each in (*a, *c)] == ["a", "box:a", "c", "box:c"]

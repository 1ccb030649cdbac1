"""Leases, fences and places; and what a moved clock does to them."""

from datetime import timedelta

import pytest

from helpers.clock import Clock
from helpers.records import MINE, OTHER
from inregel.ledger.base import Holder, Lease, LeaseHeld, LeaseLost, Ledger
from inregel.ledger.sqlite import SqliteLedger

TTL = timedelta(minutes=5)


def take(ledger: Ledger, holder: Holder = MINE, identity: str = "afas:54321") -> Lease:
    return ledger.acquire(identity, holder, TTL)


def write(ledger: Ledger, *leases: Lease) -> None:
    with ledger.writing(*leases) as tx:
        tx.event("utrecht", "note", {})


def written(ledger: Ledger) -> int:
    return sum(1 for _ in ledger.events("utrecht"))


def test_a_lease_says_who_since_when_and_until_when(ledger: Ledger, clock: Clock) -> None:
    assert take(ledger) == Lease("afas:54321", MINE, 1, clock(), clock() + TTL)


def test_a_held_lease_is_refused_and_names_the_holder_and_since_when(file_ledger: SqliteLedger, clock: Clock) -> None:
    ledger = file_ledger
    lease = take(ledger)
    since = clock().astimezone()
    clock.move(minutes=4)
    with pytest.raises(LeaseHeld) as refused:
        take(ledger, OTHER)
    assert f"afas:54321 is in use by ria@pc12, process 4711, since {since:%Y-%m-%d %H:%M:%S}." in str(refused.value)
    assert refused.value.exit_code == 4
    write(ledger, lease)
    assert take(ledger, OTHER, "afas:other").fence == 1


def test_a_held_lease_is_refused_in_every_ledger(ledger: Ledger) -> None:
    take(ledger)
    with pytest.raises(LeaseHeld, match="ria@pc12"):
        take(ledger, OTHER)


def test_a_lease_whose_time_is_over_is_taken_over_and_the_late_writer_refused(ledger: Ledger, clock: Clock) -> None:
    late = take(ledger)
    clock.move(minutes=5)
    assert take(ledger, OTHER).fence == 2
    for attempt in (lambda: write(ledger, late), lambda: ledger.renew(late, TTL)):
        with pytest.raises(LeaseLost, match="lost to jan@pc13, process 4712"):
            attempt()
    assert written(ledger) == 0


def test_the_late_writer_learns_who_took_over_also_when_that_one_is_done(ledger: Ledger, clock: Clock) -> None:
    late = take(ledger)
    clock.move(minutes=6)
    ledger.release(take(ledger, OTHER))
    with pytest.raises(LeaseLost, match="jan@pc13"):
        write(ledger, late)


def test_a_lease_that_is_over_writes_nothing_though_nobody_took_it(ledger: Ledger, clock: Clock) -> None:
    lease = take(ledger)
    clock.move(minutes=5)
    with pytest.raises(LeaseLost, match="nobody yet") as lost:
        write(ledger, lease)
    assert lost.value.exit_code == 5
    assert written(ledger) == 0
    write(ledger, ledger.renew(lease, TTL))
    assert written(ledger) == 1


def test_a_lease_that_ends_during_a_commit_undoes_it(ledger: Ledger, clock: Clock) -> None:
    lease = take(ledger)
    with pytest.raises(LeaseLost), ledger.writing(lease) as tx:
        tx.event("utrecht", "note", {})
        clock.move(minutes=6)
    assert written(ledger) == 0


def test_each_of_several_leases_is_looked_at(ledger: Ledger, clock: Clock) -> None:
    first, second = take(ledger), take(ledger, MINE, "certipost:GENT01")
    write(ledger, first, second)
    clock.move(minutes=4)
    first = ledger.renew(first, TTL)
    clock.move(minutes=2)
    with pytest.raises(LeaseLost, match="certipost:GENT01"):
        write(ledger, first, second)
    write(ledger, first)
    assert written(ledger) == 2


def test_renewing_prolongs_and_keeps_the_fence(ledger: Ledger, clock: Clock) -> None:
    lease = take(ledger)
    clock.move(minutes=4)
    longer = ledger.renew(lease, TTL)
    assert (longer.fence, longer.since, longer.expires) == (lease.fence, lease.since, clock() + TTL)
    clock.move(minutes=4)
    with pytest.raises(LeaseHeld):
        take(ledger, OTHER)
    write(ledger, longer)


def test_a_lease_that_was_given_back_is_free_and_its_fence_goes_on(ledger: Ledger) -> None:
    lease = take(ledger)
    ledger.release(lease)
    with pytest.raises(LeaseLost, match="given back"):
        write(ledger, lease)
    with pytest.raises(LeaseLost, match="given back"):
        ledger.renew(lease, TTL)
    assert take(ledger, OTHER).fence == 2


def test_giving_back_a_lost_lease_is_nothing(ledger: Ledger, clock: Clock) -> None:
    late = take(ledger)
    clock.move(minutes=6)
    theirs = take(ledger, OTHER)
    ledger.release(late)
    write(ledger, theirs)


def test_the_same_holder_gets_the_same_lease_again(ledger: Ledger, clock: Clock) -> None:
    first = take(ledger)
    clock.move(minutes=1)
    again = take(ledger)
    assert (again.fence, again.since, again.expires) == (first.fence, first.since, clock() + TTL)
    write(ledger, first)


def test_fences_are_told_for_every_lease_that_was_ever_held(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.release(take(ledger))
    take(ledger, MINE, "b")
    assert ledger.fences(["afas:54321", "b", "never"]) == {"afas:54321": 3, "b": 1}
    assert ledger.fences(["afas:54321", "b", "never"], free=True) == {"afas:54321": 3}


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_moves_by_a_day_and_back_gives_a_lease_to_one_at_a_time(
    ledger: Ledger, clock: Clock, days: int
) -> None:
    first = take(ledger)
    clock.move(days=days)
    if days > 0:
        # Its time is over: another may have it, and then the first is refused.
        second = take(ledger, OTHER)
        with pytest.raises(LeaseLost):
            write(ledger, first)
        clock.move(days=-days)
        with pytest.raises(LeaseHeld):
            take(ledger, MINE)
        write(ledger, second)
    else:
        with pytest.raises(LeaseHeld):
            take(ledger, OTHER)
        first = ledger.renew(first, TTL)
        write(ledger, first)
        clock.move(days=-days)
        with pytest.raises(LeaseLost):
            write(ledger, first)
        assert take(ledger, OTHER).fence == 2
    assert written(ledger) == 1


def test_history_and_orders_hold_when_the_clock_moves_back(ledger: Ledger, clock: Clock) -> None:
    for days in (0, -1, 2, -1):
        clock.move(days=days)
        write(ledger)
    assert [event.number for event in ledger.events("utrecht")] == [1, 2, 3, 4]
    assert ledger.verify(ledger.heads()) == []


def test_places_are_given_up_to_the_limit(ledger: Ledger) -> None:
    assert [ledger.take_slot("afas", 2, MINE, TTL) for _ in range(3)] == [0, 1, None]
    assert ledger.take_slot("other", 2, MINE, TTL) == 0
    ledger.free_slot("afas", 0, MINE)
    assert ledger.take_slot("afas", 2, OTHER, TTL) == 0
    ledger.free_slot("afas", 0, MINE)
    assert ledger.take_slot("afas", 2, MINE, TTL) is None
    assert ledger.take_slot("afas", 0, MINE, TTL) is None


def test_a_place_whose_time_is_over_is_given_again(ledger: Ledger, clock: Clock) -> None:
    ledger.take_slot("afas", 1, MINE, TTL)
    clock.move(minutes=4)
    assert ledger.take_slot("afas", 1, OTHER, TTL) is None
    clock.move(minutes=1)
    assert ledger.take_slot("afas", 1, OTHER, TTL) == 0
    ledger.free_slot("afas", 0, MINE)
    assert ledger.take_slot("afas", 1, MINE, TTL) is None


def test_a_token_that_could_be_a_path_is_refused(file_ledger: SqliteLedger) -> None:
    for token in ("../x", "", "a/b", "."):
        with pytest.raises(ValueError, match="token"):
            take(file_ledger, Holder("x", token))

"""A clock that is moved, nights of 23 and 25 hours, and 29 February: a day is a day in the project's time zone."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.clock import START, Clock
from helpers.misfortune import Yard
from helpers.world import World, statuses
from inregel.contract import AtLeast
from inregel.drivers.memory import Store
from inregel.ledger import create
from inregel.ledger.base import Ledger
from inregel.plan.model import Status

ZONE = ZoneInfo("Europe/Amsterdam")
DAYS = [
    date(2026, 11, 20),
    date(2026, 10, 25),  # 25 hours
    date(2027, 3, 28),  # 23 hours
    date(2028, 2, 29),
    date(2026, 12, 31),
]
named = pytest.mark.parametrize("day", DAYS, ids=str)


def local(day: date, at: time = time()) -> datetime:
    """A moment as the wall clock of the project shows it."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


class Counting(Store):
    """Notes on which day each thing was written."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.days = clock, Counter[date]()

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        self.days[self.clock().astimezone(ZONE).date()] += 1
        super().put(resource, state, later)


def begun(root: Path, clock: Clock, ledger: Callable[[Clock], Ledger] | None = None) -> tuple[World, Counting]:
    """A project at the time of `clock`, with a quota of two things a day."""
    world = World(root, clock) if ledger is None else World(root, clock, ledger)
    world.settings(quotas={"box.set": "2 per day"})
    store = world.store = Counting(clock)
    return world, store


@named
def test_a_day_has_one_quota_however_many_hours_it_has(day: date, tmp_path: Path) -> None:
    clock = Clock(local(day - timedelta(days=1)))
    world, store = begun(tmp_path, clock)
    world.play(world.items({str(number): "1" for number in range(9)}))
    hours = 0
    while clock() < local(day + timedelta(days=2)):
        # Four times a day and at every hour of the night.
        if clock().astimezone(ZONE).hour in (0, 1, 2, 3, 12, 23):
            world.apply()
        clock.move(hours=1)
        hours += 1
    assert hours == 72 + {date(2026, 10, 25): 1, date(2027, 3, 28): -1}.get(day, 0)
    assert store.days == {day + timedelta(days=number): 2 for number in (-1, 0, 1)}
    assert set(store.writes.values()) == {1}


@named
def test_what_is_queued_comes_on_the_next_day_and_not_a_second_earlier(day: date, tmp_path: Path) -> None:
    clock = Clock(local(day, time(23, 0)))
    world, store = begun(tmp_path, clock)
    world.play(world.items({"x": "1", "y": "1", "z": "1"}))
    world.apply()
    (queued,) = [entry for entry in world.plan().entries() if entry.status is Status.QUEUED]
    assert queued.until == day + timedelta(days=1)
    clock.time = local(day + timedelta(days=1)) - timedelta(seconds=1)
    world.apply()
    assert sum(store.writes.values()) == 2
    clock.move(seconds=1)
    world.apply()
    assert sum(store.writes.values()) == 3


MOVES = st.lists(
    st.sampled_from([timedelta(days=1), timedelta(days=-1), timedelta(hours=1), timedelta(hours=-1), timedelta(0)]),
    max_size=6,
)


@settings(max_examples=12)
@given(moves=MOVES, day=st.sampled_from(DAYS))
def test_however_the_clock_is_moved_no_day_has_more_than_its_quota_and_nothing_is_done_twice(
    moves: list[timedelta], day: date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = Clock(local(day, time(0, 30)))
    world, store = begun(tmp_path_factory.mktemp("w"), clock)
    world.play(world.items({str(number): "1" for number in range(6)}))
    for move in [timedelta(0), *moves]:
        clock.time += move
        world.apply()
    assert max(store.days.values()) == 2
    for _ in range(3):
        clock.time = max(clock.time, local(max(store.days), time(12))) + timedelta(days=1)
        world.apply()
    assert set(statuses(world.plan()).values()) == {Status.IN_SYNC}
    assert set(store.writes.values()) == {1}
    assert max(store.days.values()) == 2
    assert world.ledger.verify() == []
    assert world.ledger.pending() == []


@named
@pytest.mark.parametrize("said", [time(0, 0), time(12, 0), time(23, 59, 59)], ids=str)
def test_a_statement_counts_to_the_end_of_its_last_day(day: date, said: time, tmp_path: Path) -> None:
    clock = Clock(local(day, said))
    world = World(tmp_path, clock)
    world.settings(attestations={"default": "366d"})
    world.play(world.items({"x": "1"}, "desk", way=["person"]))
    world.apply()
    world.do(world.orders()[0])
    last = day + timedelta(days=366)
    (known,) = world.ledger.known(["a"])["a"].resources.values()
    assert known.fields["value"].until == last
    clock.time = local(last + timedelta(days=1)) - timedelta(seconds=1)
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}
    clock.move(seconds=1)
    assert statuses(world.plan()) == {"x": Status.LOOK}
    clock.move(days=-1)
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}


@pytest.mark.parametrize(
    ("today", "until", "holds"),
    [
        (date(2028, 2, 29), date(2028, 4, 14), True),
        (date(2028, 2, 29), date(2028, 4, 13), False),
        (date(2028, 1, 15), date(2028, 2, 29), True),
        (date(2028, 1, 16), date(2028, 2, 29), False),
        (date(2027, 1, 15), date(2027, 3, 1), True),
        (date(2026, 10, 25), date(2026, 12, 9), True),
        (date(2027, 3, 28), date(2027, 5, 11), False),
    ],
)
def test_45_days_are_45_days_over_a_leap_day_and_a_short_one(today: date, until: date, holds: bool) -> None:
    assert AtLeast(timedelta(days=45)).holds(until, today) is holds


@pytest.mark.parametrize("days", [1, -1])
def test_numbers_of_orders_only_grow_however_the_clock_is_moved(days: int, tmp_path: Path) -> None:
    world = World(tmp_path, Clock())
    world.play(world.items({"x": "1"}, way=["person"]))
    world.apply()
    world.clock.move(days=days)
    world.apply()
    assert [order.number for order in world.orders()] == ["W1"]
    world.play(world.items({"x": "2"}, way=["person"]))
    world.apply()
    assert [order.number for order in world.orders()] == ["W2"]
    world.clock.move(days=-days)
    world.do(world.orders()[0])
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}
    assert world.ledger.verify() == []


class Shifting(Store):
    """The clock is moved while the first thing is written."""

    def __init__(self, clock: Clock, shift: timedelta) -> None:
        super().__init__()
        self.clock, self.shift = clock, shift

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        super().put(resource, state, later)
        self.clock.time += self.shift
        self.shift = timedelta(0)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("shift", [timedelta(days=1), timedelta(days=-1), timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_is_moved_in_the_middle_of_an_apply_spoils_nothing(
    kind: str, shift: timedelta, tmp_path: Path
) -> None:
    clock = Clock()

    def in_a_file(now: Clock) -> Ledger:
        return create("ledger.db", tmp_path, now, {})

    world = World(tmp_path, clock) if kind == "memory" else World(tmp_path, clock, in_a_file)
    world.settings(quotas={"box.set": "2 per day"})
    world.store = Shifting(clock, shift)
    world.play(world.items({"x": "1", "y": "1"}))
    outcome = world.apply()
    if outcome.unavailable:
        # Its lease ended under it: that is said, and the same command again sees what is there.
        assert "Give the same command again" in outcome.unavailable[0][1]
        world.apply()
    assert set(statuses(world.plan()).values()) == {Status.IN_SYNC}
    assert set(world.store.writes.values()) == {1}
    assert world.ledger.pending() == []
    assert world.ledger.verify() == []
    world.ledger.close()


@pytest.mark.parametrize("hours", [24, -24, 1, -1])
@pytest.mark.parametrize("crash", ["apply.after_lease:1", "apply.after_perform:2", "memory.after_write:1"])
def test_after_a_crash_and_a_moved_clock_the_same_command_goes_on(
    crash: str, hours: int, yard: Yard, tmp_path: Path
) -> None:
    place = yard.place(tmp_path / "project", "set")
    clock = tmp_path / "clock"
    clock.touch()
    for moment, code, how in ((START, -9, crash), (START + timedelta(hours=hours), 0, "")):
        os.utime(clock, (moment.timestamp(), moment.timestamp()))
        ended = place.apply(clock=str(clock), crash=how)
        assert ended.code == code, ended.said
    place.check()

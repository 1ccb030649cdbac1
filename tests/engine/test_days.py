"""A quota counts by the day of its office, whatever day it is where inregel runs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from helpers.clock import Clock
from helpers.world import World
from inregel.plan.model import Status

ZONES = {"a": "Europe/Brussels", "b": "America/New_York"}


def two(world: World, system: str = "box", count: int = 60, **args: Any) -> None:
    """An office in Brussels and one in New York, in a project that counts in Amsterdam, with one step a day."""
    world.settings(quotas={"box.set": "1 per day", "desk.by_hand": "1 per day"})
    world.offices("a", "b", **{name: {"time_zone": zone} for name, zone in ZONES.items()})
    world.play(world.items({f"{number:02}": "1" for number in range(count)}, system, **args))


def done(world: World) -> tuple[int, int]:
    """How many steps were performed in each."""
    return len(world.there("a")), len(world.there("b"))


def test_around_midnight_each_office_has_its_own_day(world: World, clock: Clock) -> None:
    two(world)
    clock.time = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)  # 05:30 in Brussels, 23:30 of the day before in New York
    world.apply()
    assert done(world) == (1, 1)
    clock.move(hours=1)  # midnight has passed in New York
    world.apply()
    assert done(world) == (1, 2)
    clock.time = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # and now in Brussels
    world.apply()
    assert done(world) == (2, 2)


def test_what_is_queued_comes_on_a_day_of_its_office(world: World, clock: Clock) -> None:
    two(world, count=2)
    clock.time = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    queued = {entry.office: entry.until for entry in world.plan().entries() if entry.status is Status.QUEUED}
    assert queued == {"a": date(2026, 11, 21), "b": date(2026, 11, 20)}
    world.apply()
    assert {entry.status for entry in world.plan().entries() if entry.office == "b"} == {Status.IN_SYNC, Status.QUEUED}


def test_work_orders_take_of_the_day_of_their_office(world: World, clock: Clock) -> None:
    two(world, "desk", 1, way=["person"])
    clock.time = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    world.apply()
    assert len(world.orders()) == 2
    key = "desk.by_hand"
    assert world.ledger.quota_used(("a", "b"), date(2026, 11, 20)) == {("a", key): 1}
    assert world.ledger.quota_used(("a", "b"), date(2026, 11, 19)) == {("b", key): 1}


@pytest.mark.parametrize(
    "night",
    [
        pytest.param(datetime(2026, 10, 24, 20, 30, tzinfo=UTC), id="winter begins in Brussels"),
        pytest.param(datetime(2026, 10, 31, 20, 30, tzinfo=UTC), id="winter begins in New York"),
        pytest.param(datetime(2027, 3, 13, 20, 30, tzinfo=UTC), id="summer begins in New York"),
        pytest.param(datetime(2027, 3, 27, 20, 30, tzinfo=UTC), id="summer begins in Brussels"),
    ],
)
def test_a_night_in_which_the_clock_changes_is_one_day_change(night: datetime, world: World, clock: Clock) -> None:
    two(world)
    days: dict[str, set[date]] = {"a": set(), "b": set()}
    for hour in range(0, 31):
        clock.time = night + timedelta(hours=hour)
        world.apply()
        for office, zone in ZONES.items():
            days[office].add(clock.time.astimezone(ZoneInfo(zone)).date())
        assert done(world) == (len(days["a"]), len(days["b"]))


def test_an_office_without_a_zone_of_its_own_counts_in_that_of_the_project(world: World, clock: Clock) -> None:
    world.settings(quotas={"box.set": "1 per day"})
    world.play(world.items({"x": "1", "y": "1"}))
    clock.time = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    world.apply()
    world.apply()
    assert len(world.there("a")) == 1
    clock.move(hours=1)  # midnight in Amsterdam
    world.apply()
    assert len(world.there("a")) == 2

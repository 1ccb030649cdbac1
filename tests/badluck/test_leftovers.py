"""What an interrupted or slow run leaves behind, and what the next one makes of it."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.world import CONNECTION, OwnDriver, World
from inregel.contract import Operation, Receipt, Secret
from inregel.drivers.memory import MemoryDriver, Store
from inregel.ledger.base import Holder
from inregel.plan.model import Status

OTHER = Holder("jan@pc2, process 9", "token-2")


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    yield World(tmp_path, clock)


class Dies(Store):
    """The process ends when the first write took effect."""

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        super().put(resource, state, later)
        raise Killed


class Killed(BaseException):
    """No handler of the program runs."""


def die(world: World) -> None:
    """An apply that ends in the middle; a minute later its lease is free."""
    world.store = Dies()
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.apply()
    world.store = Store(states=world.store.states, writes=world.store.writes)
    world.clock.move(minutes=5)


def outcomes(world: World) -> list[str]:
    return [event.kind for event in world.ledger.events("a") if event.kind.startswith("operation.")]


def test_what_an_exact_task_removes_is_read_again_also_where_nothing_else_changes(world: World) -> None:
    world.put("a", ("c", "old"), "1")
    world.put("a", ("c", "x"), "1")
    world.play({**world.items({"x": "1"}, box="c"), "exact": True})
    outcome = world.apply()
    assert {entry.status for entry in outcome.after.entries()} == {Status.IN_SYNC}
    assert world.there("a") == {("c", "x"): "1"}


def test_an_interrupted_operation_of_a_task_that_is_left_out_is_read_for_itself(world: World) -> None:
    world.settings(quotas={"box.set": "1 per day"})
    world.play({**world.items({"x": "1"}), "tags": ["one"]}, {**world.items({"y": "1"}), "tags": ["two"]})
    die(world)
    assert world.there("a") == {"x": "1"}
    world.apply(tags=["two"])
    assert world.ledger.pending() == []
    assert "operation.performed" in outcomes(world)
    # It took effect, so its quota is spent, and the other has to wait.
    assert world.there("a") == {"x": "1"}


def test_an_interrupted_operation_of_another_connection_is_not_read_from_this_one(world: World) -> None:
    world.play(world.items({"x": "1"}))
    die(world)
    inventory = (world.root / "inventory.yml").read_text()
    (world.root / "inventory.yml").write_text(inventory.replace("box-a", "box-b"))
    world.apply()
    assert [item.identity for item in world.ledger.pending()] == ["box:box-a"]
    (world.root / "inventory.yml").write_text(inventory)
    world.apply()
    assert world.ledger.pending() == []
    assert world.store.writes[("box:box-a", "box.item", "x")] == 1


def test_a_secret_that_a_driver_still_knows_after_a_crash_is_kept(tmp_path: Path, clock: Clock) -> None:
    value = canary("token")
    asked: list[Operation] = []

    class Remembers(MemoryDriver):
        """Knows by its command what was shown."""

        async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
            asked.append(operation)
            assert checkpoint == {"command": operation.id}
            return Receipt("performed", captured={"token_a": Secret("token_a", value)})

    world = OwnDriver(tmp_path, clock)
    world.play(world.items({"x": "1"}, captures=["token_a"]))
    die(world)
    assert world.ledger.captured("token_a", ["box:box-a"]) == {}
    world.driver = Remembers
    world.apply()
    assert len(asked) == 1
    assert world.ledger.captured("token_a", ["box:box-a"])["box:box-a"].reveal() == value
    assert [each.state for each in world.ledger.captures()] == ["verified"]
    assert world.ledger.pending() == []
    assert set(world.store.writes.values()) == {1}


def test_who_waits_for_a_place_until_the_lease_is_lost_begins_nothing(tmp_path: Path) -> None:
    class Waiting(Clock):
        """While one waits, another takes the lease, and then gives up the place."""

        async def sleep(self, seconds: float) -> None:
            self.move(minutes=2)
            waited.append(seconds)
            if busy:
                world.ledger.acquire("box:box-a", OTHER, timedelta(hours=1))
                world.ledger.free_slot("box:box-a", busy.pop(), OTHER)

    class Busy(MemoryDriver):
        """Its one place is taken by another as soon as the lease is held."""

        @property
        def operations(self) -> frozenset[str]:
            if world.ledger.fences(["box:box-a"]) and not busy and not waited:
                place = world.ledger.take_slot("box:box-a", 1, OTHER, timedelta(hours=1))
                busy.extend([] if place is None else [place])
            return super().operations

    busy: list[int] = []
    waited: list[float] = []
    world = OwnDriver(tmp_path, Waiting())
    # One call at a time, over all processes.
    world.write("schemas/connections/box.schema.json", json.dumps({**CONNECTION, "x-limit": 1}))
    world.play(world.items({"x": "1"}))
    world.driver = Busy
    outcome = world.apply()
    assert "lost to jan@pc2, process 9" in outcome.unavailable[0][1]
    assert world.store.performed == 0
    assert waited


@pytest.mark.parametrize(("seconds", "count"), [(20, 3), (15, 4), (19.9, 9), (7, 9)])
def test_operations_that_take_as_long_as_they_may_keep_their_lease(seconds: float, count: int, world: World) -> None:
    class Slow(Store):
        """Each write takes its time; 20 seconds are the most."""

        def put(self, resource: Any, state: Any, later: Any = None) -> None:
            world.clock.move(seconds=seconds)
            super().put(resource, state, later)

    world.store = Slow()
    world.play(world.items({str(number): "1" for number in range(count)}))
    outcome = world.apply()
    assert not outcome.unavailable
    assert {entry.status for entry in outcome.after.entries()} == {Status.IN_SYNC}

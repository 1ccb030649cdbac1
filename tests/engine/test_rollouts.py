"""Random rollouts on the real engine: never more offices begun than the computed bound, and none twice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from helpers.clock import Clock
from helpers.sizes import seed, size
from helpers.world import World
from inregel import rollout
from inregel.drivers.memory import Store
from inregel.errors import Unavailable

IN_ONE_TEST = 20


class Refusing(Store):
    """Some offices fail; it notes which were begun."""

    def __init__(self, refused: set[str]) -> None:
        Store.__init__(self)
        self.refused = refused
        self.begun: list[str] = []

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        """Fails for the offices that are to fail."""
        office = resource[0].removeprefix("box:box-")
        self.begun.append(office)
        if office in self.refused:
            raise Unavailable(system=office, reason="refused")
        Store.put(self, resource, state, later)


def once(folder: Path, dice: random.Random) -> None:
    """One rollout, its bound, and its second run."""
    offices = [f"o{n:02}" for n in range(dice.randint(1, 14))]
    serial = [dice.choice([1, 2, 3, "20%", "50%", 5]) for _ in range(dice.randint(1, 3))]
    limit = dice.choice([None, 0, 10, 34, 50, 100])
    forks = dice.choice([1, 2, 5])
    fails = {office for office in offices if dice.random() < dice.choice([0.1, 0.5])}
    world = World(folder, Clock())
    store = world.store = Refusing(fails)
    world.offices(*offices)
    extra = {} if limit is None else {"max_fail_percentage": limit}
    world.play(world.items({"x": "1"}), serial=serial, **extra)
    outcome = world.apply(forks=forks)
    batches = rollout.batches(offices, serial)
    most = rollout.bound([len(b) for b in batches], [[o in fails for o in b] for b in batches], limit, forks)
    assert len(store.begun) == len(set(store.begun))
    assert len(store.begun) <= most, (serial, limit, forks, fails)
    if not outcome.stopped:
        assert store.begun == offices or set(store.begun) == set(offices)
        return
    if len(batches) > 1 or limit is not None:
        before = list(store.begun)
        world.apply(forks=forks)
        assert store.begun == before, "a stopped rollout begins nothing until it is resumed"


@pytest.mark.soak
@pytest.mark.parametrize("part", range(-(-size("rollouts") // IN_ONE_TEST)))
def test_a_rollout_never_begins_more_offices_than_its_bound(part: int, tmp_path: Path) -> None:
    for number in range(IN_ONE_TEST):
        once(tmp_path / str(number), random.Random(seed(f"rollouts {part} {number}")))


def test_a_second_play_of_an_office_keeps_what_the_first_one_reached(world: World) -> None:
    world.plays(
        {"offices": "a", "tasks": [world.items({"x": "1"})]},
        {"offices": "a", "tasks": [world.items({"y": "2"})]},
    )
    world.put("a", "y", "2")
    world.apply()
    assert {key for _, key in world.ledger.synced(["a"])["a"]} == {"x", "y"}

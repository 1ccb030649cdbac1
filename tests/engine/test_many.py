"""One task that declares many resources: the work grows with their number, and not faster."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.world import World
from inregel.plan.model import Status

FEW, MANY = 100, 400


def calls(work: Callable[[], object]) -> int:
    """How many functions are called: the same on any machine, however busy it is."""
    count = 0

    def note(*event: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def life(root: Path, clock: Clock, number: int, system: str) -> dict[str, int]:
    """The calls of each passage of so many resources."""
    world = World(root, clock)
    way = ["person"] if system == "desk" else ["machine"]
    world.play(world.items({f"I09{i:06}": "1" for i in range(number)}, system=system, way=way))
    passages = {"plan": calls(world.plan), "apply": calls(world.apply)}
    if system == "desk":
        (order,) = world.orders()
        assert len(order.order.lines) == number
        passages |= {"plan, handed out": calls(world.plan), "apply, handed out": calls(world.apply)}
        passages["done"] = calls(lambda: world.do(order))
    passages |= {"plan again": calls(world.plan), "apply again": calls(world.apply)}
    assert {entry.status for entry in world.plan().entries()} == {Status.IN_SYNC}
    return passages


@pytest.mark.parametrize("system", ["box", "desk"])
def test_four_times_the_resources_cost_four_times_the_work(tmp_path: Path, clock: Clock, system: str) -> None:
    few = life(tmp_path / "few", clock, FEW, system)
    many = life(tmp_path / "many", clock, MANY, system)
    grown = {name: many[name] / few[name] for name in few}
    assert max(grown.values()) < 1.15 * MANY / FEW, grown

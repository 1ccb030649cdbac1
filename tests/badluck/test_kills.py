"""`kill -9` at any moment, again and again: the same command goes on, and ends in the same place."""

import random
import time
from pathlib import Path

import pytest

from helpers.misfortune import Yard
from helpers.sizes import seed, size

pytestmark = pytest.mark.soak
KILLED = -9


@pytest.fixture(scope="module")
def seconds(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long the first apply takes where nobody kills it."""
    place = yard.place(tmp_path_factory.mktemp("whole") / "project", "all")
    begun = time.perf_counter()
    assert place.apply().code == 0
    return time.perf_counter() - begun


@pytest.mark.parametrize("number", range(size("random kills")))
def test_after_kills_at_any_moment_the_same_command_ends_in_the_same_place(
    number: int, yard: Yard, seconds: float, tmp_path: Path
) -> None:
    chance = random.Random(seed(f"random kills {number}"))
    place = yard.place(tmp_path / "project", "all")
    for act in place.acts():
        for _ in range(chance.choice((1, 1, 2) if act == "apply" else (0, 1))):
            if act != "answer" or place.open_orders():
                assert place.act(act, kill_after=chance.uniform(0, seconds)).code in (0, KILLED)
        if act == "answer":
            place.answer_all()
        else:
            ended = place.apply()
            assert ended.code == 0, ended.said
    place.check()

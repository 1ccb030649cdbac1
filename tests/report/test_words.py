"""How values and numbers are written in a report."""

import pytest

from inregel.report import words
from inregel.speech import ENGLISH


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((), ""),
        (("W7",), "W7"),
        (("W1", "W2"), "W1, W2"),
        (("W1", "W2", "W3", "W7"), "W1 to W3, W7"),
        (("W120", "W9", "W10", "W11", "W9"), "W9 to W11, W120"),
        (("W1", "(Postbus)", "W2"), "W1, W2, (Postbus)"),
        (tuple(f"W{i}" for i in range(1, 15, 2)), "W1, W3, W5, W7, W9, ..."),
    ],
)
def test_numbers_of_orders_are_told_as_the_runs_that_they_are(numbers: tuple[str, ...], told: str) -> None:
    assert words.ranges(numbers, ENGLISH) == told


def test_resources_of_several_modules_are_named_or_counted() -> None:
    many = [f"I09{i:06}" for i in range(40)]
    told = words.resources([("a.b", [""]), ("a.c", ["x", "y"]), ("a.d", ["", ""]), ("a.e", many)], ENGLISH)
    assert told == "a.b, a.c (x, y), a.d (2), a.e (40)"

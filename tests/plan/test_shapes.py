"""A module that does not keep to the contract is named, with what is wrong, before anything is done with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inregel.contract import UNKNOWN, AtLeast, Blocked, Secret, Seen, Step, Wait
from inregel.plan import shapes
from inregel.plan.shapes import ModuleShape

SOUND = {
    "x": {"a": "1", "b": 1, "c": True, "d": date(2026, 11, 20), "e": frozenset({"f"}), "g": UNKNOWN},
    ("box", "y"): {"a": AtLeast(timedelta(days=45)), "b": Secret("pin", "1")},
    "gone": None,
}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_what_keeps_to_the_contract_passes() -> None:
    assert shapes.resources("m", "a", SOUND) == SOUND
    assert shapes.seen("m", "a", Seen({"x": {"a": "1"}}, True)).complete is True
    assert shapes.way("m", "a", Blocked("no")) == Blocked("no")
    assert shapes.way("m", "a", (Step("s.set", {"a": "1"}), Wait("p", NOON, None))) == [
        Step("s.set", {"a": "1"}),
        Wait("p", NOON, None),
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "gives a NoneType, not a mapping of keys to states"),
        ({5: {}}, "gives a key that is a int"),
        ({("a", "b", "c"): {}}, "gives a key that is a tuple"),
        ({"x": "value"}, "gives 'x' a state that is a str"),
        ({"x": {"value": [1]}}, "gives 'x' a field 'value' that cannot be"),
        ({"x": {"value": 1.5}}, "gives 'x' a field 'value' that cannot be"),
        ({"x": {"value": None}}, "gives 'x' a field 'value' that cannot be"),
    ],
)
def test_what_desired_gives_wrongly_is_named(given: Any, reason: str) -> None:
    with pytest.raises(ModuleShape) as raised:
        shapes.resources("assu.postbus", "utrecht", given)
    assert str(raised.value).startswith("The module assu.postbus does not keep to the contract, for utrecht: desired()")
    assert reason in str(raised.value)
    assert raised.value.exit_code == 3


@pytest.mark.parametrize(
    "given", [None, {}, Seen([], True), Seen({}, ["a"]), Seen({"x": ["value"]}, True)]
)  # fmt: skip
def test_what_actual_gives_wrongly_is_named(given: Any) -> None:
    with pytest.raises(ModuleShape, match=r"actual\(\)"):
        shapes.seen("assu.postbus", "utrecht", given)


@pytest.mark.parametrize(
    "given",
    [
        None,
        "do it",
        ["do it"],
        [Step("", {})],
        [Step(None, {})],
        [Step("s.set", ["x"])],
        [Step("s.set", {"a": 1.5})],
        [Step("s.set", {}, None)],
        [Step("s.set", {}, captures="token")],
        [Step("s.set", {}, captures=("afas:token",))],
        [Step("s.set", {}, captures=(5,))],
        [Wait("p", "tomorrow", None)],
        [Wait("p", NOON.replace(tzinfo=None), None)],
    ],
)
def test_what_steps_gives_wrongly_is_named(given: Any) -> None:
    with pytest.raises(ModuleShape, match=r"steps\(\)"):
        shapes.way("assu.postbus", "utrecht", given)


def test_a_value_that_is_wrong_is_not_repeated() -> None:
    with pytest.raises(ModuleShape) as raised:
        shapes.resources("m", "a", {"x": {"pin": ["4711"]}})
    assert "4711" not in str(raised.value)

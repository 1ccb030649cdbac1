"""The module assu.version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.assu import World, change, office
from inregel.contract import AtLeast, Module, Step, Unknown

LEAST = (1, 2628, 3, 16)
ARGS = {"at_least": "1.2628.3.16"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def module(world: World) -> Module:
    return world.module("assu.version")


def test_the_least_version_is_a_rule_by_installation(world: World, module: Module) -> None:
    assert module.desired(ARGS, office(), world.inputs()) == {"rds-1": {"version": AtLeast(LEAST)}}
    assert str(AtLeast(LEAST)) == "at least 1.2628.3.16"


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("1.2628.3.16", True),
        ("1.2628.3.100", True),
        ("1.2632", True),
        ("2.0", True),
        ("1.2628.3.9", False),
        ("1.2628.3", False),
        ("1.0.2614.0", False),
        ("x.2632", False),
        (True, False),
    ],
)
def test_versions_are_compared_number_by_number(version: Any, enough: bool, world: World) -> None:
    assert AtLeast(LEAST).holds(version, world.now.date()) is enough


@pytest.mark.parametrize(
    ("before", "order", "looks"),
    [
        (Unknown.UNKNOWN, "assu/wizard", True),
        ({"version": "1.2628.3.9"}, "assu/ticket", False),
    ],
)
def test_it_is_looked_up_in_the_walk_and_then_asked_by_ticket(
    world: World, module: Module, before: Any, order: str, looks: bool
) -> None:
    after = {"version": AtLeast(LEAST)}
    made = module.steps(change("assu.version", "rds-1", after, ARGS, office(), before=before), world.inputs())
    assert isinstance(made, list)
    (step,) = made
    assert isinstance(step, Step)
    assert (step.order, step.look_first, step.reaches) == (order, looks, after)


def test_a_version_that_is_cut_short_is_no_answer(module: Module) -> None:
    lines = {"rds-1": {"version": AtLeast(LEAST)}}
    assert module.actual({"assu_version": "1.2628", "lines": lines}).resources == {}
    assert module.actual({"assu_version": "1.2632", "lines": lines}).resources == {"rds-1": {"version": "1.2632"}}
    assert not module.actual({}).complete


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("1.2628.3.17", None),
        ("1.2628.3.15", "the window says 1.2628.3.15, and asked is at least 1.2628.3.16: the update is not there yet"),
        ("1.2628", "Assu 1.2628 is cut short, and whether it is new enough hangs on the rest: answer all of it"),
    ],
)
def test_an_update_that_is_not_there_is_refused_in_these_words(module: Module, said: str, message: str | None) -> None:
    step = Step("assu.update", None, {"least": "1.2628.3.16"})
    found = module.check(step, {"assu_version": said})  # type: ignore[attr-defined]  # optional
    assert [finding.message for finding in found] == ([message] if message else [])


def test_what_it_declares_is_what_it_was_made_of(world: World, module: Module) -> None:
    desired = module.desired(ARGS, office(), world.inputs())
    assert module.declare(desired) == ARGS  # type: ignore[attr-defined]  # optional

"""The module afas.connector_access."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import APP, Desk, change, messages, module, office, operations, working
from inregel.contract import Blocked, Step

MODULE = module("afas.connector_access")
GET, UPDATE = {"kind": "get"}, {"kind": "update"}
ARGS: dict[str, Any] = {"app_connector": APP, "get_connectors": ["A"], "update_connectors": ["KnUser"]}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_connector_is_one_resource_of_its_app_connector(desk: Desk) -> None:
    assert MODULE.desired(ARGS, office(), desk.inputs()) == {(APP, "A"): GET, (APP, "KnUser"): UPDATE}
    assert set(desk.asked) == {f"afas.app_connector:{APP}", "afas.get_connector"}
    assert MODULE.containers({"app_connector": APP}) == [APP]  # type: ignore[attr-defined]  # optional


def test_the_proof_is_all_that_the_token_of_the_app_connector_may_use() -> None:
    view = {"app_connectors": {APP: working(get_connectors={"A": "", "B": ""}, update_connectors={"KnUser": ""})}}
    seen = MODULE.actual(view)
    assert seen.resources == {(APP, "A"): GET, (APP, "B"): GET, (APP, "KnUser"): UPDATE}
    assert seen.complete == frozenset({APP})


@pytest.mark.parametrize(
    "token", [{"state": "unreadable", "why": "x", "remedy": ""}, working(app_connector="Other")], ids=["403", "other"]
)
def test_a_token_of_something_else_proves_nothing(token: dict[str, Any]) -> None:
    seen = MODULE.actual({"app_connectors": {APP: token}})
    assert (seen.resources, seen.complete) == ({}, frozenset())


def test_what_goes_waits_for_everything_that_is_declared_and_for_the_token(desk: Desk) -> None:
    gone = change("afas.connector_access", (APP, "A_v1"), None, ARGS, before=GET)
    arguments = {"app_connector": APP, "name": "A_v1", "kind": "get"}
    assert MODULE.steps(gone, desk.inputs()) == [
        Step("afas.unassign_connector", None, arguments, order="afas/remove", role="contact")
    ]
    assert set(desk.asked) == {"afas.connector_access", "afas.token"}


def test_one_that_is_written_in_other_capitals_is_not_taken_off(desk: Desk) -> None:
    desk.declared["afas.connector_access"] = {(APP, "bp_a"): GET, ("Other", "BP_B"): GET}
    way = MODULE.steps(change("afas.connector_access", (APP, "BP_A"), None, ARGS, before=GET), desk.inputs())
    assert isinstance(way, Blocked)
    assert way.reason == "AFAS writes BP_A, and the playbook bp_a: they are the same"
    other = change("afas.connector_access", (APP, "BP_B"), None, ARGS, before=GET)
    assert operations(MODULE.steps(other, desk.inputs())) == ["afas.unassign_connector"]


def test_what_comes_is_a_line_of_the_one_walk(desk: Desk) -> None:
    made = MODULE.steps(change("afas.connector_access", (APP, "A"), GET, ARGS, before=None), desk.inputs())
    arguments = {"app_connector": APP, "name": "A", "kind": "get"}
    assert made == [Step("afas.assign_connector", GET, arguments, order="afas/setup", role="contact")]


def test_an_answer_is_the_whole_tab() -> None:
    lines = {(APP, "A"): GET, (APP, "Old"): None}
    seen = MODULE.actual({"assigned": ["a", "Extra"], "lines": lines})
    assert seen.resources == {(APP, "A"): GET, (APP, "Extra"): GET}
    assert seen.complete == frozenset({APP})


def test_an_answer_about_two_tabs_or_app_connectors_tells_only_of_what_was_asked() -> None:
    for lines in ({(APP, "A"): GET, ("Other", "A"): GET}, {(APP, "A"): GET, (APP, "KnUser"): UPDATE}):
        seen = MODULE.actual({"assigned": ["A", "Extra"], "lines": lines})
        assert seen.complete is False
        assert {key[1] for key in seen.resources} == {"A"}


@pytest.mark.parametrize(
    ("reaches", "assigned", "said"),
    [
        (GET, ["A"], []),
        (GET, [], [f"A is not on the tab of {APP}"]),
        (None, ["A"], [f"A is still on the tab of {APP}"]),
        (None, [], []),
    ],
)
def test_an_answer_that_shows_otherwise_is_refused(reaches: Any, assigned: list[str], said: list[str]) -> None:
    step = Step("x", reaches, {"name": "A", "app_connector": APP})
    found = MODULE.check(step, {"assigned": assigned})  # type: ignore[attr-defined]  # optional
    assert messages(found) == said


def test_what_was_imported_declares_the_same(desk: Desk) -> None:
    desired = MODULE.desired(ARGS, office(), desk.inputs())
    args = MODULE.declare(desired)  # type: ignore[attr-defined]  # optional
    assert MODULE.desired(args, office(), desk.inputs()) == desired

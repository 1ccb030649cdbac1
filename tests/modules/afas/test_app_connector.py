"""The module afas.app_connector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import APP, GROUP, Desk, change, messages, module, office, operations, working
from inregel.contract import UNKNOWN, Blocked, Step

MODULE = module("afas.app_connector")
ARGS: dict[str, Any] = {"description": APP, "group": GROUP, "authentication": "classic"}
STATE = {"group": "BP", "authentication": "classic", "blocked": False}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("declared", "more", "shown"),
    [
        ({}, {}, GROUP),
        ({GROUP: {"description": "BP"}}, {}, "BP"),
        ({GROUP: {"description": "BP"}}, {"group_shown": "Groep BP"}, "Groep BP"),
    ],
)
def test_the_group_is_compared_with_what_afas_shows_of_it(
    desk: Desk, declared: Any, more: dict[str, Any], shown: str
) -> None:
    desk.declared[f"afas.user_group:{GROUP}"] = declared
    assert MODULE.desired({**ARGS, **more}, office(), desk.inputs()) == {APP: {**STATE, "group": shown}}


def test_rules_and_validity_count_where_they_are_declared(desk: Desk) -> None:
    args = {**ARGS, "validity": "1 jaar", "ip_rules": ["192.0.2.0/24"]}
    found = MODULE.desired(args, office(), desk.inputs())[APP]
    assert found is not None
    assert (found["validity"], found["ip_rules"]) == ("1 jaar", frozenset({"192.0.2.0/24"}))


def test_a_token_that_works_tells_the_group_and_that_nothing_is_blocked() -> None:
    seen = MODULE.actual({"app_connectors": {APP: working(group="BP")}})
    rest = dict.fromkeys(("authentication", "validity", "ip_rules"), UNKNOWN)
    assert (seen.resources, seen.complete) == ({APP: {"group": "BP", "blocked": False, **rest}}, False)


@pytest.mark.parametrize(
    "token", [{"state": "refused", "why": "x", "remedy": ""}, working(app_connector="Other")], ids=["refused", "other"]
)
def test_a_token_that_does_not_work_or_is_of_another_one_tells_nothing(token: dict[str, Any]) -> None:
    assert MODULE.actual({"app_connectors": {APP: token}}).resources == {}


def test_it_is_made_or_set_and_never_removed(desk: Desk) -> None:
    new = change("afas.app_connector", APP, STATE, ARGS, before=None)
    assert operations(MODULE.steps(new, desk.inputs())) == ["afas.make_app_connector"]
    other = change("afas.app_connector", APP, STATE, ARGS, before={**STATE, "blocked": True})
    way = MODULE.steps(other, desk.inputs())
    assert operations(way) == ["afas.set_app_connector"]
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    assert way[0].arguments["changed"] == ["blocked"]
    assert isinstance(MODULE.steps(change("afas.app_connector", APP, None, ARGS, before=STATE), desk.inputs()), Blocked)


def test_an_answer_with_another_group_is_refused() -> None:
    step = Step("afas.make_app_connector", STATE, {"description": APP, "group": GROUP, "group_shown": "BP"})
    check = MODULE.check  # type: ignore[attr-defined]  # optional
    assert [check(step, {"app_group": said}) for said in ("BP", GROUP)] == [[], []]
    text = f"{APP} is for the group Iedereen, and it was to be {GROUP} or BP"
    assert messages(check(step, {"app_group": "Iedereen"})) == [text]


@pytest.mark.parametrize(
    ("args", "view", "said"),
    [
        ({"ip_rules": ["192.0.2.1"]}, {"app_connectors": {APP: working()}}, []),
        ({"ip_rules": ["192.0.2.1"]}, {"before": {APP: STATE}}, []),
        ({"ip_rules": ["192.0.2.1"]}, {}, ["still blocked is unknown"]),
        ({"ip_rules": ["192.0.2.1"], "blocked": True}, {}, ["declared as blocked"]),
        ({}, {"app_connectors": {APP: working()}}, ["no declared IP rule; whether AFAS has one is unknown"]),
        (
            {"ip_rules": ["52.174.142.76", "52.174.142.140/32"]},
            {"app_connectors": {APP: working()}},
            ["lets AFAS' test tool in (52.174.142.76, 52.174.142.140)"],
        ),
    ],
)
def test_what_is_unwise_is_said_and_what_nobody_knows_is_unknown(
    args: dict[str, Any], view: dict[str, Any], said: list[str]
) -> None:
    found = messages(MODULE.lint({**ARGS, **args}, view))  # type: ignore[attr-defined]  # optional
    assert len(found) == len(said), found
    assert all(part in text for part, text in zip(said, found, strict=True)), found

"""The module afas.user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import GROUP, USER, Desk, change, messages, module, office, operations
from inregel.contract import Blocked, Fault, Step

MODULE = module("afas.user")
RIGHTS = {"App Connector": {"Activering": "onderhouden", "Getconnectoren": "onderhouden"}}
ARGS: dict[str, Any] = {"id": USER, "groups": [GROUP], "profit_windows": True, "menu_rights": RIGHTS}
LINES = frozenset({"App Connector > Activering: onderhouden", "App Connector > Getconnectoren: onderhouden"})
STATE = {"profit_windows": True, "blocked": False}
READ = {"name": "BP", "email": "a@b.example", "windows": True, "insite": False, "blocked": False}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_user_its_memberships_and_its_rights_are_resources_of_their_own(desk: Desk) -> None:
    assert MODULE.desired(ARGS, office(), desk.inputs()) == {
        USER: STATE,
        (GROUP, USER): {"status": "member"},
        ("rights", USER): {"system_user": True, "menu_rights": LINES},
    }


def test_a_user_of_another_environment_is_refused(desk: Desk) -> None:
    with pytest.raises(Fault, match=r"12345\.bp is no user of the environment 54321"):
        MODULE.desired({**ARGS, "id": "12345.bp"}, office(), desk.inputs())


def test_what_the_driver_lists_says_nothing_of_rights() -> None:
    view = {"users": {USER: {**READ, "groups": frozenset({GROUP})}}, "groups": {"OTHER": {}}}
    seen = MODULE.actual(view)
    assert seen.resources[USER] == {
        "name": "BP",
        "email": "a@b.example",
        "profit_windows": True,
        "insite": False,
        "blocked": False,
    }
    assert seen.resources[GROUP, USER] == {"status": "member"}
    assert [seen.covers(key) for key in ("54321.other", (GROUP, "x"), ("OTHER", USER), ("rights", USER))] == [
        *[True] * 3,
        False,
    ]
    assert MODULE.actual({"groups": {}}).complete is False


def test_a_new_user_begins_as_a_system_user_unless_it_is_none(desk: Desk) -> None:
    new = change("afas.user", USER, STATE, ARGS, before=None)
    arguments = {"user": USER, "name": "benefitsplaza", "windows": True}
    assert MODULE.steps(new, desk.inputs()) == [
        Step("afas.create_system_user", STATE, arguments, order="afas/setup", role="contact")
    ]
    plain = change("afas.user", USER, STATE, {**ARGS, "system_user": False}, before=None)
    assert operations(MODULE.steps(plain, desk.inputs())) == ["afas.create_user"]


def test_only_what_differs_is_changed_and_a_blocked_user_is_unblocked_first(desk: Desk) -> None:
    before = {"profit_windows": False, "blocked": True, "email": "old@b.example"}
    way = MODULE.steps(change("afas.user", USER, STATE, ARGS, before=before), desk.inputs())
    assert isinstance(way, list)
    first, second = way
    assert isinstance(first, Step)
    assert isinstance(second, Step)
    assert (first.operation, first.reaches) == ("afas.unblock_user", {"profit_windows": False, "blocked": False})
    assert (second.operation, second.arguments) == ("afas.update_user", {"user": USER, "windows": True})


def test_a_member_comes_after_its_user_and_its_group(desk: Desk) -> None:
    made = change("afas.user", (GROUP, USER), {"status": "member"}, ARGS, before=None)
    way = MODULE.steps(made, desk.inputs())
    assert operations(way) == ["afas.update_user"]
    assert set(desk.asked) == {f"afas.user:{USER}", f"afas.user_group:{GROUP}"}


def test_rights_wait_for_the_user_alone_and_are_told_line_by_line(desk: Desk) -> None:
    state = {"system_user": True, "role": "applicatiebeheerder", "menu_rights": LINES}
    args = {**ARGS, "role": "applicatiebeheerder"}
    way = MODULE.steps(change("afas.user", ("rights", USER), state, args), desk.inputs())
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    tabs = [{"name": name, "value": "onderhouden"} for name in ("Activering", "Getconnectoren")]
    assert way[0].arguments == {
        "user": USER,
        "rights": [{"menu": ["App Connector"], "rights": tabs}],
        "system_user": True,
        "role": "applicatiebeheerder",
    }
    assert desk.asked == [f"afas.user:{USER}"]


@pytest.mark.parametrize("key", [USER, (GROUP, USER), ("rights", USER)])
def test_nothing_of_a_user_is_taken_away(desk: Desk, key: Any) -> None:
    assert isinstance(MODULE.steps(change("afas.user", key, None, ARGS, before={}), desk.inputs()), Blocked)


def test_another_user_on_the_screen_is_refused() -> None:
    step = Step("afas.create_system_user", STATE, {"user": USER})
    check = MODULE.check  # type: ignore[attr-defined]  # optional
    assert check(step, {"afas_user": USER.upper()}) == []
    text = f"the user is called 54321.jan, and it was to be {USER}"
    assert messages(check(step, {"afas_user": "54321.jan"})) == [text]


@pytest.mark.parametrize(
    ("args", "windows", "said"),
    [
        ({"profit_windows": True}, None, "has access to Profit Windows: the manual of a.s.r. asks for it"),
        ({"profit_windows": False}, True, "has access to Profit Windows"),
        ({}, True, "has access to Profit Windows"),
        ({}, None, "is unknown"),
        ({}, False, ""),
        ({"profit_windows": False}, None, ""),
    ],
)
def test_access_to_profit_windows_is_remarked_upon_and_silence_is_unknown(
    args: dict[str, Any], windows: bool | None, said: str
) -> None:
    view = {} if windows is None else {"users": {USER: {"windows": windows}}}
    found = messages(MODULE.lint({"id": USER, **args}, view))  # type: ignore[attr-defined]  # optional
    assert [said in text for text in found] == ([True] if said else [])


def test_what_was_imported_declares_the_same(desk: Desk) -> None:
    desired = MODULE.desired({**ARGS, "role": "beheer"}, office(), desk.inputs())
    args = MODULE.declare(desired)  # type: ignore[attr-defined]  # optional
    assert MODULE.desired(args, office(), desk.inputs()) == desired

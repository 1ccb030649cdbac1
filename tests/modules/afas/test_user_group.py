"""The module afas.user_group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import GROUP, USER, Desk, change, messages, module, office, operations
from inregel.contract import Blocked, Fault, Step

MODULE = module("afas.user_group")
NAMED = {"description": "Benefits-Plaza"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_group_is_compared_by_its_description_where_one_is_declared(desk: Desk) -> None:
    assert MODULE.desired({"id": GROUP, **NAMED}, office(), desk.inputs()) == {GROUP: NAMED}
    assert MODULE.desired({"id": GROUP}, office(), desk.inputs()) == {GROUP: {}}


def test_a_user_of_another_environment_is_refused(desk: Desk) -> None:
    with pytest.raises(Fault, match=r"12345\.x is no user of the environment 54321"):
        MODULE.desired({"id": GROUP, "user": "12345.x"}, office(), desk.inputs())


def test_a_group_is_made_with_its_first_user_and_after_that_one(desk: Desk) -> None:
    way = MODULE.steps(change("afas.user_group", GROUP, NAMED, {"id": GROUP, "user": USER}, before=None), desk.inputs())
    arguments = {"group": GROUP, "group_description": "Benefits-Plaza", "user": USER}
    assert way == [Step("afas.create_group", NAMED, arguments, order="afas/setup", role="contact")]
    assert desk.asked == [f"afas.user:{USER}"]


@pytest.mark.parametrize(
    ("before", "args", "operation"),
    [
        (None, {}, "afas.make_group"),
        ({"description": "Other"}, {"user": USER}, "afas.rename_group"),
    ],
)
def test_what_the_api_cannot_do_is_an_operation_of_its_own(
    desk: Desk, before: Any, args: dict[str, Any], operation: str
) -> None:
    made = change("afas.user_group", GROUP, NAMED, {"id": GROUP, **args}, before=before)
    assert operations(MODULE.steps(made, desk.inputs())) == [operation]


def test_a_group_is_never_removed(desk: Desk) -> None:
    gone = change("afas.user_group", GROUP, None, {"id": GROUP}, before=NAMED)
    assert isinstance(MODULE.steps(gone, desk.inputs()), Blocked)


def test_what_is_not_listed_has_no_users_and_counts_as_absent() -> None:
    seen = MODULE.actual({"groups": {GROUP: {"description": "BP", "users": frozenset({USER})}}})
    assert (seen.resources, seen.complete) == ({GROUP: {"description": "BP"}}, True)
    assert MODULE.actual({"users": {}}).complete is False


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({}, ["how many users the group BENEFITSPLAZA has is unknown: nothing that was read tells"]),
        ({"groups": {}}, []),
        ({"groups": {GROUP: {"users": {USER}}}}, []),
        ({"groups": {GROUP: {"users": {USER, "54321.a"}}}}, ["the group BENEFITSPLAZA has 2 users: 54321.a, " + USER]),
    ],
)
def test_more_than_one_user_is_remarked_upon_and_silence_is_unknown(view: dict[str, Any], said: list[str]) -> None:
    assert messages(MODULE.lint({"id": GROUP}, view)) == said  # type: ignore[attr-defined]  # optional


def test_what_was_imported_declares_the_same(desk: Desk) -> None:
    args = MODULE.declare({GROUP: NAMED})  # type: ignore[attr-defined]  # optional
    assert MODULE.desired(args, office(), desk.inputs()) == {GROUP: NAMED}

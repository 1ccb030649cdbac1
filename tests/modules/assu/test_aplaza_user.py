"""The module assu.aplaza_user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.assu import World, change, office
from inregel.contract import Blocked, Step

SELECTED = {"status": "selected"}
RIA = "ria@vandalen.example"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_user_is_the_key_so_that_another_choice_is_one_difference(world: World) -> None:
    desired = world.module("assu.aplaza_user").desired({"user": " Ria@VanDalen.example"}, office(), world.inputs())
    assert desired == {RIA: SELECTED}


@pytest.mark.parametrize(
    ("answer", "resources"),
    [("ria@vandalen.example", {RIA: SELECTED}), ("Ria@vandalen.example ", {RIA: SELECTED}), ("geen", {})],
)
def test_the_tab_shows_the_one_that_is_selected(world: World, answer: str, resources: dict[str, Any]) -> None:
    seen = world.module("assu.aplaza_user").actual({"aplaza_user": answer})
    assert (seen.resources, seen.complete) == (resources, True)


def test_silence_says_nothing(world: World) -> None:
    assert world.module("assu.aplaza_user").actual({"postbussen": []}).complete is False


def test_selecting_can_be_done_without_looking_first(world: World) -> None:
    made = world.module("assu.aplaza_user").steps(
        change("assu.aplaza_user", RIA, SELECTED, {"user": RIA}, office()), world.inputs()
    )
    arguments = {"version": "1.2628.3.16", "band": "renewal", "user": RIA}
    role = "certificate.administrator"
    assert made == [
        Step("assu.select_aplaza_user", SELECTED, arguments, order="assu/wizard", role=role, form="renewal")
    ]


def test_a_user_is_never_unselected(world: World) -> None:
    made = world.module("assu.aplaza_user").steps(
        change("assu.aplaza_user", RIA, None, {"user": RIA}, office()), world.inputs()
    )
    assert isinstance(made, Blocked)
    assert made.reason == "a user must be selected in Aplaza instellingen; declare another one"


@pytest.mark.parametrize(
    ("answers", "messages"),
    [
        ({"aplaza_user": RIA}, []),
        ({"aplaza_user": "RIA@vandalen.example"}, []),
        ({"postbussen": []}, []),
        ({"aplaza_user": "jan@vandalen.example"}, [f"the screen shows jan@vandalen.example, not {RIA}"]),
        ({"aplaza_user": "geen"}, [f"the screen shows no user, not {RIA}"]),
    ],
)
def test_another_user_on_the_screen_is_refused(world: World, answers: dict[str, Any], messages: list[str]) -> None:
    step = Step("assu.select_aplaza_user", SELECTED, {"user": RIA})
    findings = world.module("assu.aplaza_user").check(step, answers)  # type: ignore[attr-defined]  # optional
    assert [finding.message for finding in findings] == messages


@pytest.mark.parametrize(("user", "shared"), [("info@vandalen.example", True), (RIA, False), ("Ria van Dalen", False)])
def test_a_shared_address_is_remarked_upon(world: World, user: str, shared: bool) -> None:
    findings = world.module("assu.aplaza_user").lint({"user": user}, {})  # type: ignore[attr-defined]  # optional
    text = f"{user} looks like a shared address; a user of Assu has a personal one"
    assert [finding.message for finding in findings] == ([text] if shared else [])


def test_what_is_there_can_be_declared(world: World) -> None:
    module = world.module("assu.aplaza_user")
    assert module.declare({RIA: SELECTED}) == {"user": RIA}  # type: ignore[attr-defined]  # optional


def test_the_tab_has_room_for_one_user(world: World) -> None:
    takes = world.module("assu.aplaza_user").takes  # type: ignore[attr-defined]  # optional
    assert list(takes(RIA, SELECTED)) == list(takes("jan@vandalen.example", SELECTED)) == ["Aplaza user"]

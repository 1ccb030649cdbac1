"""The module assu.postbus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.assu import FILE, World, change, office
from inregel.contract import Blocked, Step

LINKED = {"status": "linked"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_each_number_is_a_resource_and_rests_on_the_certificate(world: World) -> None:
    desired = world.module("assu.postbus").desired({"numbers": ["I09000123", "i09000456 "]}, office(), world.inputs())
    assert desired == {"I09000123": LINKED, "I09000456": LINKED}
    assert world.asked == ["assu.certificate"]


def test_the_screen_lists_all_of_them(world: World) -> None:
    seen = world.module("assu.postbus").actual({"postbussen": ["I09000123"], "assu_version": "1.2"})
    assert (seen.resources, seen.complete) == ({"I09000123": LINKED}, True)


def test_an_empty_list_says_that_there_are_none_and_silence_says_nothing(world: World) -> None:
    module = world.module("assu.postbus")
    assert (module.actual({"postbussen": []}).resources, module.actual({"postbussen": []}).complete) == ({}, True)
    assert module.actual({"valid_until": "geen"}).complete is False


@pytest.mark.parametrize("with_file", [True, False])
def test_the_step_looks_first_because_linking_reads_the_certificate_in_again(world: World, with_file: bool) -> None:
    more = {"file": FILE, "password": world.secret} if with_file else {}
    args = {"numbers": ["I09000123"], **more}
    made = world.module("assu.postbus").steps(
        change("assu.postbus", "I09000123", LINKED, args, office()), world.inputs()
    )
    arguments = {"version": "1.2628.3.16", "band": "renewal", "number": "I09000123", **more}
    arguments |= {"sealed": False} if with_file else {}
    assert made == [
        Step(
            "assu.link_postbus",
            LINKED,
            arguments,
            look_first=True,
            order="assu/wizard",
            role="certificate.administrator",
            form="renewal",
        )
    ]


def test_the_wizard_does_not_unlink(world: World) -> None:
    made = world.module("assu.postbus").steps(
        change("assu.postbus", "I09000123", None, {"numbers": []}, office()), world.inputs()
    )
    assert made == Blocked("the wizard links a postbus, it does not unlink it", "other", "ask A.i. Servicedesk")


@pytest.mark.parametrize(
    ("answers", "messages"),
    [
        ({"postbussen": ["I09000123", "I09000999"]}, []),
        ({"postbussen": [" i09000123"]}, []),
        ({"valid_until": "geen"}, []),
        ({"postbussen": ["I09000999"]}, ["postbus I09000123 is not among those that the screen shows"]),
        ({"postbussen": []}, ["postbus I09000123 is not among those that the screen shows"]),
    ],
)
def test_a_postbus_that_the_screen_does_not_show_is_refused(
    world: World, answers: dict[str, Any], messages: list[str]
) -> None:
    step = Step("assu.link_postbus", LINKED, {"number": "I09000123"})
    findings = world.module("assu.postbus").check(step, answers)  # type: ignore[attr-defined]  # optional
    assert [finding.message for finding in findings] == messages


@pytest.mark.parametrize(
    ("number", "odd"), [("I09000123", False), ("I0912345678", False), ("012345", True), ("I09", True)]
)
def test_an_odd_number_is_remarked_upon_and_never_refused(world: World, number: str, odd: bool) -> None:
    module = world.module("assu.postbus")
    assert module.desired({"numbers": [number]}, office(), world.inputs())
    text = f"{number!r} does not look like an I09 number; an EMS postbus number is another thing"
    findings = module.lint({"numbers": [number]}, {})  # type: ignore[attr-defined]  # optional
    assert [finding.message for finding in findings] == ([text] if odd else [])


@pytest.mark.parametrize(
    ("numbers", "messages"),
    [
        ([], ["EMS postbus 0123456, 0123457 and no I09 number: messages of TIME do not come"]),
        (["I09000123"], []),
    ],
)
def test_an_ems_number_alone_is_remarked_upon(world: World, numbers: list[str], messages: list[str]) -> None:
    args = {"numbers": numbers, "ems": ["0123456", "0123457"]}
    findings = world.module("assu.postbus").lint(args, {})  # type: ignore[attr-defined]  # optional
    assert [finding.message for finding in findings] == messages


def test_a_postbus_belongs_to_one_office(world: World) -> None:
    claims = world.module("assu.postbus").claims("I09000123", LINKED)  # type: ignore[attr-defined]  # optional
    assert claims == ["postbus:I09000123"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.from_regex(r"I09[0-9]{1,8}", fullmatch=True), unique=True))
def test_what_is_there_can_be_declared(world: World, numbers: list[str]) -> None:
    module = world.module("assu.postbus")
    resources = module.desired({"numbers": numbers}, office(), world.inputs())
    declared = module.declare(resources)  # type: ignore[attr-defined]  # optional
    assert module.desired(declared, office(), world.inputs()) == resources


def test_an_answer_from_another_band_of_versions_is_refused_by_every_module(world: World) -> None:
    step = Step("x", LINKED, {"version": "1.2628.3.16", "band": "renewal", "number": "I09", "user": "a"})
    for module in ("assu.postbus", "assu.aplaza_user"):
        check = world.module(module).check  # type: ignore[attr-defined]  # optional
        (finding,) = check(step, {"assu_version": "1.2628.3.9"})
        assert finding.message.startswith("Assu is 1.2628.3.9, but this order was written for 1.2628.3.16: ")
        assert check(step, {"assu_version": "1.2628.3.16"}) == []

"""The module asr.certificate: the hand-in of a new certificate, and nothing for a renewal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.assu import EMAIL, World, change, office
from inregel.contract import UNKNOWN, Step, Unknown

DECLARED = {EMAIL: {"serial": "5D2077"}}
NEW = {EMAIL: {"serial": "5D2077"}}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, declared=DECLARED)


@pytest.mark.parametrize(
    ("known", "args", "expected"),
    [
        (None, {}, NEW),
        (UNKNOWN, {}, {}),
        ({"serial": "4A910C"}, {}, {}),
        ({"serial": "4A910C", "kind": "new"}, {}, {}),
        ({"serial": "5D2077"}, {}, {}),
        ({"serial": "5D2077", "kind": "renewal"}, {}, {}),
        ({"serial": "5D2077", "kind": "new"}, {}, NEW),
        ({"serial": "not 5D2077", "kind": "new"}, {}, NEW),
        (UNKNOWN, {"kind": "new"}, NEW),
        (None, {"kind": "renewal"}, {}),
    ],
)
def test_it_is_declared_where_there_was_none_before(world: World, known: Any, args: Any, expected: Any) -> None:
    world.shared.known = lambda where, module, key: known if (module, key) == ("assu.certificate", EMAIL) else UNKNOWN
    assert world.module("asr.certificate").desired(args, office(), world.inputs()) == expected
    assert world.asked == ["assu.certificate"]


def test_a_certificate_that_is_blocked_blocks_it_where_the_task_says_that_it_is_new(tmp_path: Path) -> None:
    module = World(tmp_path).module("asr.certificate")
    assert module.desired({"kind": "new"}, office(), World(tmp_path).inputs()) == {"": {"serial": UNKNOWN}}
    assert module.desired({}, office(), World(tmp_path).inputs()) == {}


def test_it_is_a_line_of_the_same_walk_as_the_certificate(world: World) -> None:
    args = {"file": "files/utrecht.abc", "password": world.secret, "page": "https://asr.example"}
    after = {"serial": "5D2077"}
    made = world.module("asr.certificate").steps(
        change("asr.certificate", EMAIL, after, args, office(), before=Unknown.UNKNOWN), world.inputs()
    )
    assert made == [
        Step(
            "asr.hand_in_certificate",
            after,
            {"version": "1.2628.3.16", "band": "renewal", "sealed": False, **args},
            order="assu/wizard",
            role="certificate.administrator",
            form="renewal",
        )
    ]


def test_the_answer_says_whether_it_is_there(world: World) -> None:
    module = world.module("asr.certificate")
    there = module.actual({"asr_handed_in": "ja", "lines": {EMAIL: {"serial": "5D2077"}}})
    assert there.resources == {EMAIL: {"serial": "5D2077"}}
    not_there = module.actual({"asr_handed_in": "nee", "lines": {EMAIL: {"serial": "5D2077"}}})
    assert (not_there.resources, not_there.complete) == ({}, True)
    assert module.actual({}).complete is False
    step = Step("asr.hand_in_certificate", {"serial": "5D2077"})
    (finding,) = module.check(step, {"asr_handed_in": "nee"})  # type: ignore[attr-defined]  # optional
    assert finding.message == "the answer says that a.s.r. does not have the certificate"
    assert module.check(step, {"asr_handed_in": "ja"}) == []  # type: ignore[attr-defined]  # optional

"""The module afas.old_tokens."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import APP, USER, Desk, change, messages, module, office
from inregel.contract import UNKNOWN, Blocked, Step

MODULE = module("afas.old_tokens")
ARGS = {"app_connector": APP, "user": USER}
KEY = (APP, USER)
ONLY = {"only": date(2026, 11, 20)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_it_is_about_the_token_that_there_is_now_and_comes_after_its_delivery(desk: Desk) -> None:
    assert MODULE.desired(ARGS, office(), desk.inputs()) == {KEY: {"only": UNKNOWN}}
    desk.stated["afas.token", KEY] = {"status": "working", "made": date(2026, 11, 20)}
    assert MODULE.desired(ARGS, office(), desk.inputs()) == {KEY: ONLY}
    assert set(desk.asked) == {f"afas.token:{APP}/{USER}", f"asr.payroll_processor:{APP}"}


@pytest.mark.parametrize(
    ("left", "state"), [(["a"], ONLY), (["a", "b"], {"only": "one of 2"}), ([], {"only": "one of 0"})]
)
def test_one_token_is_left_or_it_is_not_done(left: list[str], state: Any) -> None:
    assert MODULE.actual({"tokens_left": left, "lines": {KEY: ONLY}}).resources == {KEY: state}


def test_silence_says_nothing() -> None:
    assert MODULE.actual({"app_connectors": {}}).complete is False


def test_a_person_deletes_them(desk: Desk) -> None:
    way = MODULE.steps(change("afas.old_tokens", KEY, ONLY, ARGS), desk.inputs())
    arguments = {"app_connector": APP, "user": USER, "environment": "54321", "made": date(2026, 11, 20)}
    assert way == [Step("afas.delete_old_tokens", ONLY, arguments, order="afas/old_tokens", role="contact")]
    assert isinstance(MODULE.steps(change("afas.old_tokens", KEY, None, ARGS, before=ONLY), desk.inputs()), Blocked)


@pytest.mark.parametrize(
    ("before", "known"), [(ONLY, True), ({"only": "one of 2"}, False), ({"only": UNKNOWN}, False), (UNKNOWN, False)]
)
def test_whether_there_are_others_is_unknown_until_somebody_says_so(before: Any, known: bool) -> None:
    found = messages(MODULE.lint(ARGS, {"before": {KEY: before}}))  # type: ignore[attr-defined]  # optional
    text = f"whether {APP} has more than one token is unknown: AFAS tells it on the screen alone"
    assert found == ([] if known else [text])

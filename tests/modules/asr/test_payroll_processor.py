"""The module asr.payroll_processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import APP, NUMBER, Desk, change, lost, messages, module, office, operations, token
from inregel.contract import UNKNOWN, Blocked, Fault, Office, Secret, Step
from inregel.formats import afas_token

MODULE = module("asr.payroll_processor")
TOKEN = token()
DATA = afas_token.parse(TOKEN.reveal(), "token_zwolle").data
ARGS: dict[str, Any] = {"company": "De Hanze Advies", "email": "salaris@dehanze.example", "app_connector": APP}


def state(**changes: Any) -> dict[str, Any]:
    """What a.s.r. shall have."""
    usual = {
        "status": "confirmed",
        "company": "De Hanze Advies",
        "email": "salaris@dehanze.example",
        "customer": NUMBER,
        "token": DATA,
    }
    return {**usual, **changes}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def here() -> Office:
    return office(tokens={APP: TOKEN})


def test_it_is_the_form_and_the_token_that_the_connection_has(desk: Desk) -> None:
    assert MODULE.desired(ARGS, here(), desk.inputs()) == {APP: state()}
    assert {"afas.token", "afas.connector_access"} < set(desk.asked)


def test_until_somebody_has_the_token_it_is_not_known_which(desk: Desk) -> None:
    assert MODULE.desired(ARGS, office(tokens=lost()), desk.inputs()) == {APP: state(token=UNKNOWN)}


def test_where_the_token_cannot_be_opened_what_asr_was_given_still_counts(desk: Desk) -> None:
    desk.stated["asr.payroll_processor", APP] = state(token="fingerprint:0123")
    desired = MODULE.desired(ARGS, office(tokens=lost()), desk.inputs())
    assert desired == {APP: state(token="fingerprint:0123")}


def test_a_connection_that_names_no_token_is_told_what_to_write(desk: Desk) -> None:
    with pytest.raises(Fault) as found:
        MODULE.desired(ARGS, office(), desk.inputs())
    assert found.value.blocked.remedy == "tokens: {Benefits-Plaza: \"{{ secret('token_' ~ office.id) }}\"}"


@pytest.mark.parametrize(("authentication", "taken"), [("classic", True), ("hybrid", True), ("oauth", False)])
def test_oauth_is_blocked_and_hybrid_is_not(desk: Desk, authentication: str, taken: bool) -> None:
    desk.declared[f"afas.app_connector:{APP}"] = {APP: {"authentication": authentication}}
    if taken:
        assert MODULE.desired(ARGS, here(), desk.inputs()) == {APP: state()}
        return
    with pytest.raises(Fault, match=r"a\.s\.r\. takes classic tokens, and the app connector Benefits-Plaza"):
        MODULE.desired(ARGS, here(), desk.inputs())


def test_the_order_has_exactly_the_fields_of_the_form_and_then_waits_for_the_message(desk: Desk) -> None:
    way = MODULE.steps(change("asr.payroll_processor", APP, state(), ARGS, where=here()), desk.inputs())
    assert operations(way) == ["asr.request_processor", "asr.confirm_processor"]
    assert isinstance(way, list)
    first, second = way
    assert isinstance(first, Step)
    assert isinstance(second, Step)
    assert first.arguments == {
        "company": "De Hanze Advies",
        "email": "salaris@dehanze.example",
        "customer": NUMBER,
        "token_version": 1,
        "token": DATA,
        "app_connector": APP,
        "again": False,
    }
    assert (first.reaches, second.reaches) == (state(status="requested"), state())
    assert "token" not in second.arguments


def test_what_was_requested_only_waits_for_the_message(desk: Desk) -> None:
    waiting = change("asr.payroll_processor", APP, state(), ARGS, before=state(status="requested"), where=here())
    assert operations(MODULE.steps(waiting, desk.inputs())) == ["asr.confirm_processor"]


def test_another_token_is_told_to_asr_again(desk: Desk) -> None:
    before = state(token="fingerprint:0123")
    way = MODULE.steps(change("asr.payroll_processor", APP, state(), ARGS, before=before, where=here()), desk.inputs())
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    assert (way[0].operation, way[0].arguments["again"]) == ("asr.request_processor", True)


def test_signing_off_is_not_known(desk: Desk) -> None:
    gone = change("asr.payroll_processor", APP, None, ARGS, before=state(), where=here())
    assert isinstance(MODULE.steps(gone, desk.inputs()), Blocked)


def test_the_number_is_that_of_the_connection_unless_the_task_says_another(desk: Desk) -> None:
    found = MODULE.desired({**ARGS, "customer": "11111"}, here(), desk.inputs())[APP]
    assert found is not None
    assert found["customer"] == "11111"


@pytest.mark.parametrize("form", ["<token><version>1</version><data>{}</data></token>", "{}"])
def test_whoever_does_it_is_shown_the_data_alone(form: str) -> None:
    stored = Secret("token_zwolle", form.format(DATA.reveal()))
    shows = MODULE.shows  # type: ignore[attr-defined]  # optional
    assert shows(Step("asr.request_processor", state()), stored).reveal() == DATA.reveal()


def test_no_message_is_no_confirmation() -> None:
    step = Step("asr.confirm_processor", state())
    check = MODULE.check  # type: ignore[attr-defined]  # optional
    assert check(step, {"asr_confirmed": "ja"}) == []
    assert messages(check(step, {"asr_confirmed": "nee"})) == ["the answer says that a.s.r. has not confirmed it yet"]
    seen = MODULE.actual({"asr_confirmed": "nee", "lines": {APP: state()}})
    assert seen.resources == {APP: state(status="requested")}
    assert MODULE.actual({"asr_confirmed": "ja", "lines": {APP: state()}}).resources == {}

"""The module afas.token, and the end of classic tokens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import (
    APP,
    NUMBER,
    USER,
    ZONE,
    Desk,
    change,
    lost,
    messages,
    module,
    office,
    operations,
    token,
    working,
)
from helpers.afas_wire import token_data
from inregel.contract import UNKNOWN, AtLeast, Blocked, Fault, Secret, Step

MODULE = module("afas.token")
ARGS: dict[str, Any] = {"app_connector": APP, "user": USER, "rotate_after": "300d"}
KEY = (APP, USER)
STATE = {"status": "working", "environment": NUMBER, "made": AtLeast(timedelta(days=-300))}
STEP = Step("afas.make_token", STATE, {"app_connector": APP, "user": USER, "environment": NUMBER})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZONE)


def test_a_token_is_of_this_environment_and_not_too_old(desk: Desk) -> None:
    assert MODULE.desired(ARGS, office(), desk.inputs()) == {KEY: STATE}
    assert set(desk.asked) == {f"afas.app_connector:{APP}", f"afas.user:{USER}"}


def test_its_end_counts_where_it_can_be_read(desk: Desk) -> None:
    found = MODULE.desired(ARGS, office(tokens={APP: token()}), desk.inputs())[KEY]
    assert found == {**STATE, "expires": AtLeast(timedelta(days=30))}


def test_its_end_does_not_count_where_nobody_can_open_it(desk: Desk) -> None:
    assert MODULE.desired(ARGS, office(tokens=lost()), desk.inputs()) == {KEY: STATE}


def test_its_end_does_not_count_where_a_new_one_would_not_last_longer(desk: Desk) -> None:
    desk.now = at("2027-08-01")
    assert "expires" not in (MODULE.desired(ARGS, office(tokens={APP: token()}), desk.inputs())[KEY] or {})
    desk.now = at("2027-07-31")
    assert "expires" in (MODULE.desired(ARGS, office(tokens={APP: token()}), desk.inputs())[KEY] or {})


def test_an_app_connector_with_oauth_has_no_tokens(desk: Desk) -> None:
    desk.declared[f"afas.app_connector:{APP}"] = {APP: {"authentication": "oauth"}}
    with pytest.raises(Fault, match="is declared with OAuth, which has no tokens of users"):
        MODULE.desired(ARGS, office(), desk.inputs())


@pytest.mark.parametrize(
    ("expires", "day"),
    [
        ("never", date(2027, 8, 31)),
        (date(2027, 5, 1), date(2027, 5, 1)),
        (date(2030, 1, 1), date(2027, 8, 31)),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_afas_tells_whose_it_is_and_when_it_ends_but_not_its_age(expires: Any, day: Any) -> None:
    seen = MODULE.actual({"app_connectors": {APP: working(expires=expires)}})
    state = {"status": "working", "environment": NUMBER, "made": UNKNOWN, "expires": day}
    assert (seen.resources, seen.complete) == ({KEY: state}, frozenset({APP}))


def test_one_of_something_else_shows_as_such() -> None:
    token = working(app_connector="Other", envid="T12345AC", user="12345.x")
    found = MODULE.actual({"app_connectors": {APP: token}}).resources[APP, "12345.x"]
    assert (found["status"], found["environment"]) == ("of the app connector Other", "12345")


@pytest.mark.parametrize(
    ("view", "absent"),
    [
        ({"missing": {APP: "There is no secret x"}}, True),
        ({"app_connectors": {APP: {"state": "refused", "why": "", "remedy": ""}}}, True),
        ({"app_connectors": {APP: {"state": "unreadable", "why": "", "remedy": ""}}}, False),
        ({"app_connectors": {APP: working(user="")}}, False),
        ({"users": {}}, False),
    ],
)
def test_one_that_nobody_has_or_afas_refuses_is_absent_and_one_that_cannot_be_read_is_unknown(
    view: dict[str, Any], absent: bool
) -> None:
    assert MODULE.actual(view).covers(KEY) is absent


def test_only_what_is_not_known_is_asked(desk: Desk) -> None:
    aged = change("afas.token", KEY, STATE, ARGS, read=True, where=office(tokens={APP: token()}))
    way = MODULE.steps(aged, desk.inputs())
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    assert (way[0].operation, way[0].look_first, way[0].order) == ("afas.look_at_token", True, "afas/token_look")


def test_where_nothing_reads_it_somebody_looks_before_a_second_one_is_made(desk: Desk) -> None:
    assert operations(MODULE.steps(change("afas.token", KEY, STATE, ARGS), desk.inputs())) == ["afas.look_at_token"]
    gone = change("afas.token", KEY, STATE, ARGS, before=None)
    assert operations(MODULE.steps(gone, desk.inputs())) == ["afas.make_token"]


def test_a_renewal_leaves_the_old_one(desk: Desk) -> None:
    old = {"status": "working", "environment": NUMBER, "made": date(2025, 1, 1)}
    for before, renewal in ((None, False), (old, True)):
        way = MODULE.steps(change("afas.token", KEY, STATE, ARGS, before=before), desk.inputs())
        assert isinstance(way, list)
        assert isinstance(way[0], Step)
        assert way[0].arguments["renewal"] is renewal


@pytest.mark.parametrize(
    ("before", "tokens", "refused"),
    [(None, {APP: token()}, True), (None, lost(), False), ({"made": date(2025, 1, 1)}, {APP: token()}, False)],
)
def test_one_that_is_there_and_does_not_work_is_perhaps_to_be_mended(
    desk: Desk, before: Any, tokens: Any, refused: bool
) -> None:
    way = MODULE.steps(
        change("afas.token", KEY, STATE, ARGS, before=before, where=office(tokens=tokens)), desk.inputs()
    )
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    assert way[0].arguments["refused"] is refused


def test_after_the_last_day_no_new_one_can_be_made(desk: Desk) -> None:
    new = change("afas.token", KEY, STATE, ARGS, before=None)
    desk.now = at("2027-08-31")
    assert operations(MODULE.steps(new, desk.inputs())) == ["afas.make_token"]
    desk.now = at("2027-09-01")
    way = MODULE.steps(new, desk.inputs())
    assert isinstance(way, Blocked)
    assert way.reason == "classic tokens ended on 2027-08-31, so a new one cannot be made"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2027-04-30", "of before September 2026 end on 2027-05-01 (1 day), all on 2027-08-31 (123 days)"),
        ("2027-05-01", "of before September 2026 end on 2027-05-01 (today), all on 2027-08-31 (122 days)"),
        ("2027-08-31", "end on 2027-08-31 (today); those of before September 2026 ended on 2027-05-01"),
        ("2027-09-01", "ended on 2027-08-31, 1 day ago: only OAuth is left"),
    ],
)
def test_the_end_of_classic_tokens_is_told_with_the_days_left(desk: Desk, day: str, said: str) -> None:
    desk.now = at(day)
    view = {"inputs": desk.inputs(), "before": {KEY: {"made": date(2027, 1, 1)}}}
    found = MODULE.lint(ARGS, view)  # type: ignore[attr-defined]  # optional
    assert messages(found) == [f"classic tokens {said}"]
    assert found[0].source == "https://docs.afas.help/profit/en/authentication"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (date(2025, 11, 20), []),
        (date(2025, 11, 19), ["was made on 2025-11-19: it is older than a year"]),
        (UNKNOWN, ["how old the token of Benefits-Plaza is, is unknown"]),
    ],
)
def test_a_token_older_than_a_year_is_remarked_upon_and_silence_is_unknown(
    desk: Desk, made: Any, said: list[str]
) -> None:
    view = {"inputs": desk.inputs(), "before": {KEY: {"made": made}}}
    found = messages(MODULE.lint(ARGS, view))[1:]  # type: ignore[attr-defined]  # optional
    assert [part in text for part, text in zip(said, found, strict=True)] == [True] * len(said)


def test_why_a_token_cannot_be_read_is_told(desk: Desk) -> None:
    token = {"state": "unreadable", "why": "AFAS does not let this address in (403)", "remedy": "add it"}
    view = {"inputs": desk.inputs(), "before": {}, "app_connectors": {APP: token}}
    found = messages(MODULE.lint(ARGS, view))  # type: ignore[attr-defined]  # optional
    assert found[1] == "the token of Benefits-Plaza: AFAS does not let this address in (403): add it"


# --- taking one in --------------------------------------------------------------------------------------------------


def test_what_is_taken_in_is_tried_at_its_own_app_connector() -> None:
    given = token()
    trial = MODULE.trial  # type: ignore[attr-defined]  # optional
    assert trial(STEP, {"token": given, "token_made": date(2026, 11, 20)}) == {"tokens": {APP: given}}
    assert trial(STEP, {"token_made": date(2026, 11, 20)}) == {}


@pytest.mark.parametrize("form", ["{xml}", "{data}", " {data}\n"])
def test_a_token_may_be_pasted_in_several_forms(form: str) -> None:
    text = form.format(xml=token().reveal(), data=token_data("token_zwolle"))
    assert MODULE.check(STEP, {"token": Secret("token", text)}) == []  # type: ignore[attr-defined]  # optional


@pytest.mark.parametrize("cut", [60, 32])
def test_half_a_token_is_refused_without_showing_it(cut: int) -> None:
    data = token_data("token_zwolle")[:cut]
    found = messages(MODULE.check(STEP, {"token": Secret("token", data)}))  # type: ignore[attr-defined]  # optional
    assert len(found) == 1
    assert data[:8] not in found[0]


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (working(), []),
        (working(envid="O12345AA"), ["the token is of the environment 12345, and not of 54321"]),
        (working(app_connector="Other"), ["the token is of the app connector Other, and not of Benefits-Plaza"]),
        (working(user="54321.jan"), [f"the token is of the user 54321.jan, and not of {USER}"]),
        (working(user=USER.upper(), app_connector=APP.upper()), []),
        (working(user=""), []),
        ({"state": "unreadable", "why": "403", "remedy": ""}, []),
        ({"state": "refused", "why": "401", "remedy": "unblock it"}, ["AFAS does not take the token: 401: unblock it"]),
    ],
)
def test_a_token_of_something_else_is_refused(read: dict[str, Any], said: list[str]) -> None:
    answers = {"token": token(), "read": {"app_connectors": {APP: read}}}
    assert messages(MODULE.check(STEP, answers)) == said  # type: ignore[attr-defined]  # optional


def test_an_answer_says_when_it_was_made_or_that_there_is_none() -> None:
    made = MODULE.actual({"token_made": date(2026, 1, 2), "lines": {KEY: STATE}})
    assert made.resources == {KEY: {"status": "working", "made": date(2026, 1, 2)}}
    assert MODULE.actual({"token_made": "2026-01-02", "lines": {KEY: STATE}}).resources == made.resources
    assert MODULE.actual({"token_made": "geen", "lines": {KEY: STATE}}).covers(KEY)


def test_an_order_takes_one_token_in() -> None:
    takes = MODULE.takes  # type: ignore[attr-defined]  # optional
    assert takes((APP, USER), STATE) == takes(("Other", USER), STATE)

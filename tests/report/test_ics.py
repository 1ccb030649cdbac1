"""The dates of a plan as an iCalendar file: read with another's reader, and by the letter of RFC 5545."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from inregel import report
from inregel.contract import VERIFIED, Wait
from inregel.plan.model import Entry, OfficePlan, Outcome, Plan, Status
from inregel.report.dues import alone
from inregel.report.ics import dump

DAY = plans.TODAY + timedelta(days=40)


def events(plan: Plan, language: str = "en") -> list[icalendar.Event]:
    (calendar,) = icalendar.Calendar.from_ical(dump(plan, language), multiple=True)
    assert [each.errors for each in calendar.walk()] == [[]] * len(calendar.walk())
    return [each for each in calendar.subcomponents if isinstance(each, icalendar.Event)]


def certificate(day: date = DAY, office: str = "ede", key: Any = "x@y.example", **more: Any) -> Entry:
    fields = {"before": {"valid_until": day}, "after": {"valid_until": plans.RULE}} | more
    return plans.entry(office, "assu.certificate", key, Status.IN_SYNC, **fields)


def one(*entries: Entry, name: str = "Bos", office: str = "ede", **more: Any) -> Plan:
    part = OfficePlan(plans.office(office, name, "1"), 0, 1, list(entries), more.pop("orders", []))
    return plans.plan([part], **more)


def lines(data: bytes) -> Iterator[str]:
    """Unfolded by the letter of section 3.1."""
    assert data.endswith(b"\r\n")
    yield from re.sub(rb"\r\n[ \t]", b"", data).decode().removesuffix("\r\n").split("\r\n")


def test_a_value_that_ends_is_a_day_of_its_own_with_a_warning_of_fourteen_days() -> None:
    (event,) = events(one(certificate()))
    assert event["DTSTART"].dt == DAY
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["SUMMARY"] == "Bos: assu.certificate x@y.example: valid_until ends"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["DTSTAMP"].dt == plans.NOW.astimezone(UTC)
    (alarm,) = event.subcomponents
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(days=-14))
    assert alarm["DESCRIPTION"] == event["SUMMARY"]


def test_what_others_do_is_in_the_calendar_and_wakes_nobody() -> None:
    wait = Wait("Certipost", plans.NOW + timedelta(days=2), {"status": "confirmed"})
    waiting = plans.entry("ede", "certipost.enrolment", "1", Status.WAITING, wait=wait)
    queued = plans.entry("ede", "certipost.enrolment", "2", Status.QUEUED, until=DAY)
    first, second = events(one(queued, waiting))
    assert first["SUMMARY"] == "Bos: certipost.enrolment 1: Certipost answers at the latest"
    assert second["SUMMARY"] == "Bos: certipost.enrolment 2: its turn (quota)"
    assert (first.subcomponents, second.subcomponents) == ([], [])


def test_a_look_on_the_day_on_which_the_value_ends_anyway_is_one_event() -> None:
    said = {"valid_until": plans.attested("Ria", plans.TODAY, DAY)}
    assert [event["SUMMARY"] for event in events(one(certificate(provenance=said)))] == [
        "Bos: assu.certificate x@y.example: valid_until ends"
    ]
    earlier = {"valid_until": plans.attested("Ria", plans.TODAY, DAY - timedelta(days=1))}
    assert len(events(one(certificate(provenance=earlier)))) == 2


def test_the_description_says_who_said_so_who_has_the_order_and_where_to_look() -> None:
    said = {"valid_until": plans.attested("Ria van Dalen", date(2026, 1, 2))}
    order = plans.order("ede", "o", "W7", "", open=True)
    book = {"playbook": "my books/site.yml"}
    (event,) = events(one(certificate(provenance=said, order="o"), orders=[order], names=book))
    assert event["DESCRIPTION"].split("\n") == [
        "Office: Bos (ede)",
        "Resource: assu.certificate x@y.example",
        "How it is known: attested 2026-01-02 by Ria van Dalen",
        "Work order W7, nobody by name",
        "Look: inregel plan 'my books/site.yml' --limit ede",
    ]
    (event,) = events(one(certificate(provenance={"": VERIFIED}, order="o"), orders=[replace(order, open=False)]))
    assert "read by the program" in event["DESCRIPTION"]
    assert "W7" not in event["DESCRIPTION"]


def test_the_uid_is_that_of_the_thing_and_not_of_the_day() -> None:
    uids = {
        str(event["UID"])
        for plan in (
            one(certificate()),
            one(certificate(DAY + timedelta(days=700))),
            one(certificate(office="ede"), name="Another name"),
        )
        for event in events(plan)
    }
    assert len(uids) == 1
    others = {
        str(event["UID"])
        for plan in (
            one(certificate(office="tiel"), office="tiel"),
            one(certificate(key="other")),
            one(certificate(key=("x@y", "example"))),
            one(certificate(before={"until": DAY})),
            one(certificate(), names={"project": "another"}),
        )
        for event in events(plan)
    }
    assert len(others | uids) == 6


def test_a_date_that_is_settled_is_gone_from_the_next_file() -> None:
    before = {str(event["UID"]) for event in events(one(certificate(), certificate(key="second")))}
    after = {str(event["UID"]) for event in events(one(certificate()))}
    assert after < before


def test_equal_plans_give_equal_bytes() -> None:
    assert dump(plans.three_offices()) == dump(plans.three_offices())


def test_a_plan_without_dates_is_a_sound_calendar_that_says_so() -> None:
    (event,) = events(one())
    assert (event["SUMMARY"], event["DTSTART"].dt) == ("No dates in this plan", plans.TODAY)


def test_signs_with_a_meaning_in_the_format_are_escaped() -> None:
    name = "Smit; Bos, \\n & Zn:\x07"
    data = dump(one(certificate(), name=name))
    assert rb"SUMMARY:Smit\; Bos\, \\n & Zn:\\x07: assu.certificate" in data.replace(b"\r\n ", b"")
    (event,) = events(one(certificate(), name=name))
    assert event["SUMMARY"].startswith("Smit; Bos, \\n & Zn:\\x07: ")


@pytest.mark.parametrize("name", ["é" * 60, "x" + "é" * 60, "東京" * 40, "\U0001f600" * 40, "x" * 300])
def test_a_line_has_at_most_75_octets_and_is_never_cut_within_a_character(name: str) -> None:
    data = dump(one(certificate(), name=name))
    for piece in data.split(b"\r\n"):
        assert len(piece) <= 75
        piece.decode()
    assert any(len(piece) >= 72 for piece in data.split(b"\r\n"))
    assert f"SUMMARY:{name}: assu.certificate" in "\n".join(lines(data))


def test_the_words_are_of_the_language_of_the_project() -> None:
    plan = one(certificate())
    assert events(plan, "nl")[0]["SUMMARY"].endswith(": valid_until loopt af")
    assert events(plan, "fr")[0]["SUMMARY"].endswith(": valid_until prend fin")


def test_after_an_apply_it_is_the_calendar_of_what_is_then() -> None:
    assert report.dump(Outcome(plans.three_offices()), "ics") == report.dump(plans.three_offices(), "ics")


@some_plans
@given(any_plan())
def test_any_plan_is_a_calendar_of_all_its_dates(plan: Plan) -> None:
    data = dump(plan)
    assert b"not shown" not in data
    assert b"fingerprint:" not in data
    assert re.search(rb"[^\r]\n|\r[^\n]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data) is None
    assert all(len(piece) <= 75 for piece in data.split(b"\r\n"))
    assert all(re.match(r"[A-Z-]+[:;]", line) for line in lines(data))
    found = events(plan)
    days = {event["DTSTART"].dt for event in found}
    wanted = {due.day for entry in plan.entries() for due in alone(entry)}
    assert days <= (wanted or {plan.at.date()})
    assert len({str(event["UID"]) for event in found}) == len(found)
    assert min(days) == min(wanted, default=plan.at.date())

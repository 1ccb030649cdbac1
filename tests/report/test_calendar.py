"""`--by date`: what comes in the next 90 days."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers import plans
from inregel.contract import Wait
from inregel.plan.model import Entry, OfficePlan, Plan, PlannedOrder, Status
from inregel.report import text
from inregel.report.dues import age


def shown(plan: Plan) -> list[str]:
    stream = io.StringIO()
    text.render(plan, stream=stream, by="date")
    return stream.getvalue().splitlines()


def office(*entries: Entry) -> Plan:
    return plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, list(entries), [])])


def test_dates_come_from_certificates_statements_waits_and_quotas_the_earliest_first() -> None:
    wait = Wait("Certipost", plans.NOW - timedelta(days=3), {"status": "confirmed"})
    waiting = plans.entry("ede", "certipost.enrolment", "1", Status.WAITING, wait=wait, after={})
    queued = plans.entry(
        "ede", "certipost.enrolment", "2", Status.QUEUED, until=plans.TODAY + timedelta(days=1), after={}
    )
    plan = plans.plan([*plans.three_offices().offices, *office(waiting, queued).offices])
    assert shown(plan)[2:7] == [
        "What comes until 2027-02-18 (90 days)",
        "  2026-09-30  51 d ago assu.aplaza_user    is to be looked at again: utrecht",
        "  2026-11-17  3 d ago  certipost.enrolment Certipost answers at the latest: ede",
        "  2026-11-21  in 1 d   certipost.enrolment queued, its quota allows it: ede",
        "  2026-12-18  in 28 d  assu.certificate    is to be looked at again: utrecht",
    ]


def test_what_is_in_sync_counts_too_and_what_is_later_does_not() -> None:
    soon, later = (plans.TODAY + timedelta(days=days) for days in (90, 91))
    entries = [
        plans.entry(
            "ede", "a.b", str(day), Status.IN_SYNC, before={"valid_until": day}, after={"valid_until": plans.RULE}
        )
        for day in (soon, later)
    ]
    assert shown(office(*entries))[3:5] == ["  2027-02-18  in 90 d  a.b                 valid_until ends: ede", ""]


def test_equal_events_of_a_day_are_one_line() -> None:
    day = plans.TODAY + timedelta(days=2)
    parts = [
        OfficePlan(
            plans.office(f"o{i}", "", "1"), 0, 1,
            [plans.entry(f"o{i}", "a.b", k, Status.IN_SYNC, before={"valid_until": day}, after={}) for k in "xy"], [],
        )
        for i in range(7)
    ]  # fmt: skip
    assert shown(plans.plan(parts))[3] == (
        "  2026-11-22  in 2 d   a.b                 valid_until ends: 7 offices: o0, o1, o2, o3, o4, ... (14 resources)"
    )


def test_an_empty_quarter_is_said() -> None:
    assert shown(office())[2] == "Nothing ends and nothing comes in the next 90 days, until 2027-02-18."


def in_hand(number: str, days: int | None, **more: Any) -> PlannedOrder:
    opened = None if days is None else plans.NOW - timedelta(days=days)
    return plans.order("ede", number, number, more.pop("person", "Jo"), open=True, opened=opened, **more)


def test_orders_in_hand_stand_below_the_dates_the_oldest_first() -> None:
    orders = [in_hand("W2", 0), in_hand("W10", 3, person=""), in_hand("W9", 3, title=""), in_hand("W4", None)]
    part = OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [], [*orders, plans.order("ede", "x", "W5", "Jo")])
    assert shown(plans.plan([part]))[3:10] == [
        "",
        "Work orders in hand (4, the oldest first)",
        "  W9          3 d      ede: assu/wizard, Jo",
        "  W10         3 d      ede: Bedrijfscertificaat inlezen, nobody by name",
        "  W2          today    ede: Bedrijfscertificaat inlezen, Jo",
        "  W4          today    ede: Bedrijfscertificaat inlezen, Jo",
        "",
    ]


def test_of_many_orders_the_oldest_are_named_and_the_others_counted() -> None:
    part = OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [], [in_hand(f"W{i}", i) for i in range(1, 31)])
    lines = shown(plans.plan([part]))
    assert lines[5].startswith("  W30         30 d")
    assert lines[24].startswith("  W11         11 d")
    assert lines[25] == "  10 more orders: inregel work list"


def test_an_order_grows_a_day_older_at_midnight_of_the_project() -> None:
    # 23:30 in Amsterdam is the day before, though both moments are on one day in UTC.
    late = datetime(2026, 11, 19, 22, 30, tzinfo=UTC)
    assert age(late, plans.NOW) == 1
    assert age(late + timedelta(minutes=30), plans.NOW) == 0
    assert age(plans.NOW + timedelta(days=3), plans.NOW) == 0

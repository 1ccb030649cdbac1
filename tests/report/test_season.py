"""The page for managers: its counts are those of the plan, it needs nothing from outside, and it prints."""

import re
import time
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from helpers.canary import canary
from inregel import report
from inregel.contract import Blocked, Secret
from inregel.plan.model import Entry, OfficePlan, Outcome, Plan, Status
from inregel.report.dues import alone
from inregel.report.season import dump
from inregel.report.summary import summarise

LATER = plans.TODAY + timedelta(days=400)


def page(plan: Plan, language: str = "en") -> Element:
    """The page as a strict reader sees it; of HTML only the signs that end by themselves differ."""
    text = dump(plan, language).decode().removeprefix("<!DOCTYPE html>\n")
    return ElementTree.fromstring(re.sub(r"<meta [^>]*>", "", text))


def said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def tables(root: Element) -> dict[str, list[list[str]]]:
    """The rows of each table, by the heading above it."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for element in root.iter():
        if element.tag == "h2":
            heading = said(element)
        elif element.tag == "tr":
            found.setdefault(heading, []).append([said(cell) for cell in element])
    return found


def number(text: str) -> int:
    return int(text.replace(",", "") or 0)


def one(*entries: Entry, name: str = "Bos", **more: object) -> Plan:
    return plans.plan([OfficePlan(plans.office("ede", name, "1"), 0, 1, list(entries), [])], **more)  # type: ignore[arg-type]  # names alone


def certificate(day: date, key: str = "") -> Entry:
    state = {"before": {"valid_until": day}, "after": {"valid_until": plans.RULE}}
    return plans.entry("ede", "assu.certificate", key, Status.IN_SYNC, **state)


def look(day: date, key: str) -> Entry:
    known = {"": plans.attested("Ria", plans.TODAY, day)}
    return plans.entry("ede", "assu.postbus", key, Status.IN_SYNC, before=plans.LINKED, provenance=known)


@some_plans
@given(any_plan())
def test_the_counts_of_every_part_are_those_of_the_plan(plan: Plan) -> None:
    root, total = page(plan), summarise(plan)
    told = tables(root)
    short = dict(zip(told["In short"][0], map(number, told["In short"][1]), strict=True))
    assert short == {
        "offices": len({part.office.id for part in plan.offices}), "settings": total.resources,
        "in sync": total.in_sync, "for people": total.person, "machine": total.machine, "waiting": total.waiting,
        "blocked": total.blocked, "failed": total.failed, "work orders": total.orders,
        "in hand": len(total.open_orders),
    }  # fmt: skip
    _, *rows, last = told["By setting"]
    columns = [[number(cell) for cell in row[1:]] for row in rows]
    assert [sum(column) for column in zip(*columns, strict=True)] == (
        [number(cell) for cell in last[1:]] if rows else []
    )
    sync, person, look, *others = (number(cell) for cell in last[1:])
    rest = [total.machine, total.waiting, total.blocked, total.failed, total.resources]
    assert [sync, person + look, *others] == [total.in_sync, total.person, *rest]

    _, *rows, last = told["By office"]
    assert len(rows) == short["offices"]
    assert last[2] == f"{total.in_sync}/{total.resources}"

    dates = [due for entry in plan.entries() for due in alone(entry)]
    assert (number(told["When what ends"][-1][-1]) if dates else 0) == len(dates)
    soon = [due for due in dates if due.day <= plans.TODAY + timedelta(days=90)]
    assert sum(number(row[-2]) for row in told.get("Until 2027-02-18", [["", "0", ""]])[1:]) == len(soon)

    blocked = told.get("What is blocked, and who can act", [["0", ""]])
    assert number(blocked[-1][-2]) == total.blocked + total.failed
    assert sum(number(row[-2]) for row in blocked[1:-1]) == number(blocked[-1][-2])
    orders = told.get("Work orders in hand", [["0", ""]])
    assert number(orders[-1][-2]) == len(total.open_orders)
    left = total.orders - len(total.open_orders)
    assert (f"Not handed out yet: {left:,}." in said(root)) == (left > 0)


@some_plans
@given(any_plan())
def test_any_page_is_sound_holds_no_secret_and_asks_nothing_from_outside(plan: Plan) -> None:
    data = dump(plan)
    page(plan)
    assert b"not shown" not in data
    assert b"fingerprint:" not in data
    assert re.search(rb"<(?!/?(?:%s)[ >]|!DOCTYPE html>)" % b"|".join(TAGS), data) is None
    assert re.search(rb"<[^>]* (?:src|href|on\w+|style)=", data) is None
    assert re.search(rb"url\(|@import|//", data.partition(b"</style>")[0]) is None


TAGS = (
    *(b"html", b"head", b"meta", b"title", b"style", b"body", b"h1", b"h2", b"p", b"strong", b"span"),
    *(b"table", b"thead", b"tbody", b"tfoot", b"tr", b"th", b"td", b"svg", b"desc", b"rect", b"line", b"text"),
)


def test_a_value_is_text_whatever_it_looks_like() -> None:
    bad = '<script>alert("x")</script>'
    blocked = plans.entry("ede", bad, "k", Status.BLOCKED, blocked=Blocked(bad, "you", bad), before=None)
    plan = one(blocked, name=bad, names={"project": bad, "playbook": bad, "notes": [bad]})
    assert b"<script" not in dump(plan)
    assert said(page(plan)).count(bad) == 9


def test_a_secret_stands_nowhere_on_the_page() -> None:
    step = plans.person_step("a.do", None, arguments={"password": Secret("pfx", canary("pfx"))})
    state = {"secret": Secret("pfx", canary("pfx"))}
    entry = plans.entry("ede", "a.b", "k", Status.CHANGE, chain=(step,), before=state, after=state)
    assert b"CNRY" not in dump(one(entry))


def test_equal_plans_give_equal_bytes() -> None:
    assert dump(plans.three_offices()) == dump(plans.three_offices())


@pytest.mark.parametrize(("language", "word"), [("nl", "geblokkeerd"), ("fr", "bloqué"), ("en", "blocked")])
def test_it_is_in_the_language_of_the_project_and_says_so(language: str, word: str) -> None:
    root = page(plans.three_offices(), language)
    assert root.attrib["lang"] == language
    assert f"x {word}" in said(root)


def test_a_cell_says_the_state_that_asks_most_with_a_mark_and_a_word() -> None:
    told = tables(page(plans.three_offices()))["By office"]
    assert told[0] == ["office", "first end", "in sync of all", "assu.certificate", "assu.postbus", "assu.aplaza_user"]
    assert told[1] == ["Van Dalen Assurantiën utrecht", "2026-12-18", "1/4", "~ to do", "~ to do 1/2", "? to look at"]
    assert told[2] == ["De Hanze Advies zwolle", "", "1/3", "x blocked", "x blocked", "= in sync"]
    assert told[4] == ["in sync of all", "", "2/9", "0/2", "1/5", "1/2"]


def test_an_office_in_two_plays_is_one_row_and_its_first_end_counts() -> None:
    office = plans.office("ede", "Bos", "1")
    past = plans.TODAY - timedelta(days=1)
    parts = [OfficePlan(office, i, 1, [certificate(day)], []) for i, day in enumerate((LATER, past))]
    parts[1].held, parts[0].unavailable = "an earlier batch is open", "no answer"
    told = tables(page(plans.plan(parts)))["By office"]
    assert told[1] == ["Bos ede (could not be read) (not begun)", f"{past} (overdue)", "2/2", "= in sync 2/2"]
    assert len(told) == 3


def test_the_time_line_counts_by_month_what_is_past_and_what_is_later() -> None:
    days = [plans.TODAY - timedelta(days=1), plans.TODAY, date(2026, 11, 30), date(2027, 10, 31), date(2027, 11, 1)]
    root = page(one(*(certificate(day, str(day)) for day in days)))
    head, ends, *_ = tables(root)["When what ends"]
    told = {month: count for month, count in zip(head, ends, strict=True) if count}
    assert told == {"what": "ends", "overdue": "1", "2026-11": "2", "2027-10": "1", "later": "1", "all": "5"}
    (drawing,) = root.iter("svg")
    names = {element.attrib.get("id"): said(element) for element in drawing}
    assert drawing.attrib["role"] == "img"
    assert [names[each] for each in drawing.attrib["aria-labelledby"].split()] == [
        "When what ends",
        "Bars per month: overdue 1, 2026-11 2, 2027-10 1, later 1. The table below says the same.",
    ]


def test_bars_are_as_high_as_their_counts_and_stand_on_the_line() -> None:
    looks = [look(date(2027, 1, 5), str(i)) for i in range(3)]
    root = page(one(certificate(date(2027, 1, 20)), *looks))
    bars = [element.attrib for element in root.iter("rect") if element.attrib["width"] == "40"]
    black, white = ((float(each["y"]), float(each["height"]), each["fill"]) for each in bars)
    assert black == (152.5, 37.5, "#222")
    assert white == (40.0, 112.5, "#fff")


def test_ends_are_told_by_day_and_looks_by_week() -> None:
    days = [date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 30), plans.TODAY, date(2026, 9, 1)]
    looks = [look(day, str(i)) for i, day in enumerate(days)]
    told = tables(page(one(certificate(date(2026, 11, 29)), *looks)))["Until 2027-02-18"]
    assert told[1:] == [
        ["before 2026-11-20", "look again", "1", "ede"],
        ["week of 2026-11-20", "look again", "1", "ede"],
        ["week of 2026-11-23", "look again", "2", "ede"],
        ["2026-11-29", "assu.certificate: valid_until ends", "1", "ede"],
        ["week of 2026-11-30", "look again", "1", "ede"],
    ]


def test_who_waits_longest_stands_first_with_the_ages_of_all_orders() -> None:
    ages = {"Ria": (3, 40, 8), "": (15,), "Jo": (7, 31)}
    orders = [
        plans.order("ede", f"{name}{days}", f"W{days}", name, open=True, opened=plans.NOW - timedelta(days=days))
        for name, own in ages.items()
        for days in own
    ]
    orders.append(plans.order("ede", "x", "W99", "Ria"))
    root = page(plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [], orders)]))
    head, *rows = tables(root)["Work orders in hand"]
    assert head == ["person", "0–7 days", "8–14 days", "15–30 days", "31+ days", "oldest, days", "number", "which"]
    assert rows == [
        ["Ria", "1", "1", "", "1", "40", "3", "W40 ede, W8 ede, W3 ede"],
        ["Jo", "1", "", "", "1", "31", "2", "W31 ede, W7 ede"],
        ["nobody by name", "", "", "1", "", "15", "1", "W15 ede"],
        ["all", "2", "1", "1", "2", "40", "6", ""],
    ]
    assert "Not handed out yet: 1." in said(root)


def test_what_you_can_do_stands_before_what_others_can() -> None:
    def entry(key: str, blocked: Blocked) -> Entry:
        return plans.entry("ede", "a.b", key, Status.BLOCKED, blocked=blocked, before=None)

    others = Blocked("no answer", "other", "they can")
    you = Blocked("wrong password", "you", "set it")
    later = Blocked("blocked by a.b", "you", cause="a.b")
    told = tables(page(one(entry("1", others), entry("2", others), entry("3", later), entry("4", you))))
    assert told["What is blocked, and who can act"][1:] == [
        ["you", "wrong password", "set it", "1", "ede"],
        ["others", "no answer", "they can", "2", "ede"],
        ["", "It waits for another setting that is blocked.", "", "1", "ede"],
        ["all", "4", ""],
    ]


def test_a_plan_with_nothing_to_tell_says_so_in_each_part() -> None:
    text = said(page(plans.in_sync(2, 2)))
    for each in (
        "Nothing is blocked.",
        "Nobody has a work order in hand.",
        "Nothing ends and nothing is to be looked at.",
    ):
        assert each in text


def test_120_offices_stay_a_handful_of_pages_and_their_heads_stand_on_each() -> None:
    plan = plans.many_offices(120, kinds=60)
    for i, part in enumerate(plan.offices):
        until = plans.TODAY + timedelta(days=i % 60)
        part.entries[1] = replace(part.entries[1], provenance={"": plans.attested("Ria", plans.TODAY, until)})
        opened = plans.NOW - timedelta(days=i % 30)
        part.orders[0] = replace(part.orders[0], open=True, opened=opened)
    rows = {name: len(own) for name, own in tables(page(plan)).items()}
    assert rows["By office"] == 122
    # A page in landscape takes about 43 rows.
    assert sum(rows.values()) <= 6 * 43
    style = dump(plan).partition(b"</style>")[0]
    assert b"size: A4 landscape" in style
    assert b"table-header-group" in style


def test_of_many_people_those_who_wait_longest_are_named_and_the_others_counted() -> None:
    orders = [
        plans.order("ede", str(i), f"W{i}", f"Person {i}", open=True, opened=plans.NOW - timedelta(days=i))
        for i in range(60)
    ]
    told = tables(page(plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [], orders)])))
    _, first, *_, rest, last = told["Work orders in hand"]
    assert (len(told["Work orders in hand"]), first[0]) == (33, "Person 59")
    assert rest[:-1] == ["30 others", "8", "7", "15", "", "29", "30"]
    assert rest[-1] == "W29 ede, W28 ede, W27 ede, W26 ede, W25 ede, W24 ede, … +24"
    assert last[-2] == "60"


def test_more_rows_than_fit_are_counted() -> None:
    entries = [certificate(plans.TODAY + timedelta(days=i), str(i)) for i in range(70)]
    told = tables(page(one(*entries)))["Until 2027-02-18"]
    assert len(told) == 42
    assert told[-1] == ["30 more rows: inregel plan playbooks/site.yml --by date", "30", ""]


def test_a_thousand_offices_take_less_than_a_second() -> None:
    plan = plans.many_offices(1000)
    started = time.process_time()
    for name in ("html", "ics"):
        report.dump(plan, name)
    assert time.process_time() - started < 1


def test_after_an_apply_it_is_the_page_of_what_is_then() -> None:
    assert report.dump(Outcome(plans.three_offices()), "html") == report.dump(plans.three_offices(), "html")

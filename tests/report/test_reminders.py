"""Who is reminded of what, and how old it is."""

import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from helpers.clock import Clock
from helpers.desktop import Desktop
from inregel.ledger.memory import MemoryLedger
from inregel.report.reminders import NoAge, aged, by_person, days_open, remind

ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def orders(tmp_path, clock):
    """W1 to W4: of Ria, of nobody, of Jan in French, of Ria; the later the older."""
    desktop = Desktop(tmp_path, clock, MemoryLedger(clock))
    desktop.settle(*(desktop.order(desktop.box(f"B{n}"), role=f"r{n}") for n in range(4)))
    people = [("Ria", "nl"), ("", "nl"), ("Jan", "fr"), ("Ria", "nl")]
    return [
        replace(
            order,
            opened=clock() - timedelta(days=3 * n),
            order=replace(order.order, person=person, language=language),
        )
        for n, (order, (person, language)) in enumerate(zip(desktop.work.open(), people, strict=True))
    ]


def numbers(orders):
    return [order.number for order in orders]


def test_the_oldest_comes_first(orders, clock):
    assert numbers(aged(orders, clock())) == ["W4", "W3", "W2", "W1"]


def test_equally_old_ones_come_by_number(orders, clock):
    same = [replace(orders[0], number=number) for number in ("W10", "W9")]
    assert numbers(aged(same, clock())) == ["W9", "W10"]


@pytest.mark.parametrize(
    ("text", "left"), [("", 4), ("0d", 3), ("3d", 2), ("3", 2), ("5d", 2), ("9d", 0), ("99999d", 0)]
)
def test_older_than_counts_whole_days(orders, clock, text, left):
    assert len(aged(orders, clock(), text)) == left


@pytest.mark.parametrize("text", ["x", "-1d", "1w", "1.5d", "123456d", " "])
def test_an_age_is_a_number_of_days(orders, clock, text):
    with pytest.raises(NoAge, match="--older-than 7d"):
        aged(orders, clock(), text)


def test_an_order_that_is_closed_grows_no_older(orders, clock):
    ended = replace(orders[3], closed=clock() - timedelta(days=2))
    assert days_open(ended, clock()) == 7
    assert days_open(orders[3], clock()) == 9


def test_each_person_has_one_text_in_their_language(orders, clock):
    text = remind(by_person(aged(orders, clock())), "text", clock(), ZONE)
    jan, ria, nobody = text.split("\n\n\n") if "\n\n\n" in text else text.split("\nVoor: ")
    assert jan.startswith("Pour: Jan\n\nCet ordre de travail est encore ouvert :\n\n- W3, utrecht: Kaart en vakken, ")
    assert ria.startswith("Ria\n\nDeze 2 werkopdrachten staan nog open, de oudste eerst:\n\n- W4")
    assert "(9 dagen)\n- W1" in ria
    assert "(vandaag)" in ria
    assert nobody.startswith("niemand met name\n")


def test_the_page_is_escaped_and_each_part_says_its_language(orders, clock):
    hostile = [replace(orders[0], order=replace(orders[0].order, person="<b>Ria</b>", title="<i>"))]
    page = remind(by_person([*hostile, orders[2]]), "html", clock(), ZONE)
    assert "<h1>&lt;b&gt;Ria&lt;/b&gt;</h1>" in page
    assert "<i>" not in page
    assert '<section lang="fr">' in page


def test_the_data_hold_the_same(orders, clock):
    data = json.loads(remind(by_person(aged(orders, clock())), "json", clock(), ZONE))
    assert [(each["person"], [order["number"] for order in each["orders"]]) for each in data["people"]] == [
        ("Jan", ["W3"]),
        ("Ria", ["W4", "W1"]),
        ("", ["W2"]),
    ]
    assert data["people"][0]["orders"][0]["days"] == 6


def test_nobody_is_reminded_of_nothing(clock):
    assert remind([], "text", clock(), ZONE) == ""
    assert json.loads(remind([], "json", clock(), ZONE)) == {"people": []}

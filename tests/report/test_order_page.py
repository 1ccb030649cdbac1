"""Work orders on paper: whole, escaped, without a script or a secret, in the language of the office."""

from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from helpers.clock import Clock
from helpers.desktop import Desktop
from inregel.ledger.memory import MemoryLedger
from inregel.report.order_page import order_page

ZONE = ZoneInfo("Europe/Amsterdam")
VOID = {"meta", "br", "hr"}


class Document(HTMLParser):
    """A strict reader: what is opened is closed, and nothing needs anything from elsewhere."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.words, self.attributes = [], [], "", []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.words += data

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


@pytest.fixture
def desktop(tmp_path):
    clock = Clock()
    return Desktop(tmp_path, clock, MemoryLedger(clock))


def test_a_page_has_the_steps_as_a_list_and_each_value_in_one_piece(desktop):
    page = order_page([desktop.open(desktop.card(date(2028, 11, 14)), desktop.box("B1"))], ZONE)
    assert page.startswith('<!DOCTYPE html>\n<html lang="nl">')
    assert '<li>Koppel <code class="value">B1</code>.</li>' in page
    assert Document(page).tags.count("ol") == 1
    assert "user-select: all" in page


def test_a_page_asks_what_the_order_asks_with_room_to_write(desktop):
    page = order_page([desktop.open(desktop.card(date(2028, 11, 14)), desktop.box("B1"))], ZONE)
    document = Document(page)
    assert document.values("class").count("room") == 2
    for words in (
        "Geldig tot",
        "Op het laatste scherm.",
        "Vakken",
        "zijn er geen: geen",
        "Naam",
        "Datum",
        "Lukt het niet",
    ):
        assert words in document.words


def test_a_secret_stands_on_paper_by_name_with_how_it_is_had(desktop):
    page = order_page([desktop.open(desktop.card(date(2028, 11, 14)))], ZONE)
    assert desktop.pin not in page
    assert '<span class="secret">[geheim: pin_utrecht]</span>' in page
    assert "inregel work show W1 --reveal pin_utrecht" in page


def test_an_answer_that_is_secret_has_no_room_to_be_written(desktop):
    words = Document(order_page([desktop.open(desktop.token())], ZONE)).words
    assert "Schrijf dit niet op" in words


def test_what_only_looks_like_a_secret_is_a_value(desktop):
    page = order_page([desktop.open(desktop.box("<secret pin_utrecht>"))], ZONE)
    assert '<code class="value">&lt;secret pin_utrecht&gt;</code>' in page


@pytest.mark.parametrize(
    "number", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "`</code><b>", "a\nb", "\x1b[2J"]
)
def test_a_value_brings_nothing_to_a_page_but_its_signs(desktop, number):
    document = Document(order_page([desktop.open(desktop.box(number))], ZONE))
    assert number.replace("\x1b", "\\x1b") in document.words
    assert not {"script", "img", "b"} & set(document.tags)


def test_a_page_has_no_script_and_needs_nothing_from_elsewhere(desktop):
    order = desktop.open(desktop.box("B1"))
    text = order.order.text + "\n![x](https://a.example/x.png)\n\n<script>x</script>\n\n[y](javascript:z)\n"
    page = order_page([replace(order, order=replace(order.order, text=text))], ZONE)
    document = Document(page)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(document.tags)
    assert document.values("src") == []
    assert all(not value.startswith("javascript") for value in document.values("href"))
    assert "url(" not in page
    assert "@import" not in page
    assert document.values("content")[0] == "default-src 'none'; style-src 'unsafe-inline'"


def test_a_page_is_made_for_a4_and_large_type(desktop):
    page = order_page([desktop.open(desktop.box("B1"))], ZONE)
    assert "@page { size: A4;" in page
    assert "font-size: 13pt" in page


def test_several_orders_are_a_page_each(desktop):
    one, two = desktop.open(desktop.box("B1")), desktop.open(desktop.box("B2"), role="boss")
    page = order_page([one, two], ZONE)
    assert Document(page).values("id") == ["W1", "W2"]
    assert "article + article { break-before: page" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "Wat u doorgeeft"),
        ("fr", "Ce que vous communiquez"),
        ("en", "What you report"),
        ("de", "What you report"),
    ],
)
def test_each_order_says_its_language_and_speaks_it(desktop, language, words):
    order = desktop.open(desktop.box("B1"))
    page = order_page([replace(order, order=replace(order.order, language=language))], ZONE)
    document = Document(page)
    assert document.values("lang") == [language, language]
    assert words in document.words


def test_a_closed_order_says_so_and_asks_nothing(desktop):
    desktop.open(desktop.box("B1"))
    page = order_page([desktop.work.fail("W1", by="Ria", reason="no menu")], ZONE)
    assert '<p class="closed">Deze opdracht is geweigerd. Voer haar niet meer uit.</p>' in page
    assert "Wat u doorgeeft" not in page


def test_an_order_for_nobody_by_name_says_so(desktop):
    order = desktop.open(desktop.box("B1"))
    assert "niemand met name" in order_page([replace(order, order=replace(order.order, person=""))], ZONE)


def test_the_day_is_that_of_the_office(desktop):
    order = replace(desktop.open(desktop.box("B1")), opened=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    assert "2026-11-21" in Document(order_page([order], ZONE)).words


def test_what_is_asked_with_choices_names_them(desktop):
    order = desktop.open(desktop.box("B1"))
    schema = {
        "properties": {"a": {"enum": ["x", "y"]}, "b": {"type": "boolean"}, "c": {"type": "string", "format": "date"}}
    }
    words = Document(order_page([replace(order, order=replace(order.order, schema=schema))], ZONE)).words
    for hint in ("Een van: x, y", "Een van: ja, nee", "Een datum, zoals 2028-11-14"):
        assert hint in words
    nothing = replace(order, order=replace(order.order, schema={"properties": {}}))
    assert "U hoeft niets over te nemen" in order_page([nothing], ZONE)

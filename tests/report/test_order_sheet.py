"""Many orders in one sheet: what is to be filled in, and nothing that a spreadsheet would run."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest

from helpers.clock import Clock
from helpers.desktop import Desktop
from inregel.ledger.memory import MemoryLedger
from inregel.report.order_sheet import order_csv, order_xlsx

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def desktop(tmp_path):
    clock = Clock()
    return Desktop(tmp_path, clock, MemoryLedger(clock))


@pytest.fixture
def orders(desktop):
    lines = [desktop.card(date(2028, 11, 14)), desktop.box("B1")]
    desktop.settle(
        desktop.order(*lines), desktop.order(desktop.box("B2"), role="boss"), desktop.order(desktop.token(), role="it")
    )
    return desktop.work.open()


def book(orders, language="nl"):
    return openpyxl.load_workbook(io.BytesIO(order_xlsx(orders, language, NOW)))


def table(sheet):
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def with_title(order, title):
    return replace(order, order=replace(order.order, title=title, person=title))


def test_one_row_is_one_order_with_a_column_for_each_answer(orders):
    headings, *rows = table(book(orders).worksheets[0])
    assert headings == [
        "Nummer", "Kantoor", "Opdracht", "Voor", "Wat te doen", "Geldig tot (valid_until)", "Vakken (boxes)",
        "token (token)", "Gedaan door", "Datum", "Bewijs (bestand)", "Staat echt zo", "Lukt niet, omdat",
    ]  # fmt: skip
    assert [row[:4] for row in rows] == [[f"W{n}", "utrecht", "Kaart en vakken", "Ria van Dalen"] for n in (1, 2, 3)]
    assert rows[0][4].splitlines()[:2] == ["doen: toy.card", "doen: toy.box B1"]
    assert all(cell == "" for cell in rows[0][5:])


def test_the_lines_and_the_steps_stand_on_tabs_of_their_own(orders):
    made = book(orders)
    assert made.sheetnames == ["Opdrachten", "Regels", "Stappen"]
    assert table(made["Regels"])[2] == ["W1", "utrecht", "toy.box", "B1", "doen", "linked: yes"]
    assert table(made["Stappen"])[2] == ["W1", "utrecht", "2", "Koppel B1."]


def test_a_secret_is_named_and_has_no_room(orders, desktop):
    made = order_xlsx(orders, "nl", NOW) + order_csv(orders, "nl").encode()
    assert desktop.pin.encode() not in made
    rows = table(book(orders).worksheets[0])
    assert "inregel work show W1 --reveal pin_utrecht" in rows[1][4]
    assert rows[3][7].startswith("Schrijf dit niet op")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("https://a.example")'])
def test_no_value_is_a_formula(orders, text):
    changed = [with_title(orders[0], text)]
    cell = book(changed).worksheets[0]["C2"]
    assert (cell.value, cell.data_type) == (text, "s")
    rows = list(csv.reader(io.StringIO(order_csv(changed, "nl").removeprefix("\ufeff")), delimiter=";"))
    assert rows[1][2] == f"'{text}"


def test_signs_that_no_sheet_takes_show_as_an_escape(orders):
    assert book([with_title(orders[0], "a\x00b\x1bc")]).worksheets[0]["C2"].value == "a\\x00b\\x1bc"


def test_answers_are_typed_as_text_and_dates_as_dates(orders):
    sheet = book(orders).worksheets[0]
    assert sheet["G2"].number_format == "@"
    assert sheet["F2"].number_format == "yyyy-mm-dd"
    rules = {rule.type: str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert "F2" in rules["date"].split()
    assert "L2:L4" in rules["list"] or "L2" in rules["list"]


def test_what_is_one_of_a_few_is_chosen_from_a_list(orders):
    schema = {"properties": {"a": {"enum": ["x", "y"]}, "b": {"enum": ["x,1", "y"]}, "c": {"type": "boolean"}}}
    changed = [replace(orders[0], order=replace(orders[0].order, schema=schema))]
    rules = book(changed).worksheets[0].data_validations.dataValidation
    found = {rule.formula1: str(rule.sqref) for rule in rules if rule.type == "list"}
    assert found == {'"x,y"': "F2", '"ja,nee"': "H2 L2"}


def test_what_an_order_does_not_ask_is_grey(orders):
    sheet = book(orders).worksheets[0]
    assert sheet["F3"].fill.fgColor.rgb.endswith("D9D9D9")
    assert not sheet["G3"].fill.fgColor.rgb.endswith("D9D9D9")


def test_where_to_read_an_answer_stands_at_its_heading(orders):
    assert book(orders).worksheets[0]["F1"].comment.text.startswith("Op het laatste scherm.")


def test_a_csv_is_opened_by_a_spreadsheet_as_it_is(orders):
    text = order_csv(orders, "fr")
    assert text.startswith("\ufeffNuméro;Bureau;")
    assert text.endswith("\r\n")


def test_a_long_order_tells_how_many_lines_are_left(desktop):
    desktop.open(*(desktop.box(f"B{n}") for n in range(15)))
    todo = table(book(desktop.work.open()).worksheets[0])[1][4].splitlines()
    assert len(todo) == 13
    assert todo[-1] == "+ 3"

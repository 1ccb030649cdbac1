"""Many orders answered in one sheet: each is taken or refused by itself, and the same sheet again is nothing new."""

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest

from helpers.canary import canary
from inregel.report.order_sheet import order_csv, order_xlsx
from inregel.work import WorkError
from inregel.work.many import Taker
from inregel.work.sheet import read

UNTIL = date(2028, 11, 14)
RIA = "Ria van Dalen"


@pytest.fixture
def desk(desktop):
    """W1: card and box B1. W2: box B2. W3: box B3."""
    lines = [desktop.card(UNTIL), desktop.box("B1")]
    desktop.settle(
        desktop.order(*lines),
        desktop.order(desktop.box("B2"), role="two"),
        desktop.order(desktop.box("B3"), role="three"),
    )
    return desktop


def filled(desk, **rows):
    """The sheet of the open orders with these cells filled in: `W1={"valid_until": ...}`."""
    book = openpyxl.load_workbook(io.BytesIO(order_xlsx(desk.work.all(), "nl", desk.clock())))
    sheet = book.worksheets[0]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for name, value in rows.get(str(sheet.cell(row, 1).value), {}).items():
            column = next(n for heading, n in columns.items() if heading == name or heading.endswith(f"({name})"))
            sheet.cell(row, column).value = value
    book.save(desk.root / "w.xlsx")
    return read(desk.root / "w.xlsx", "w.xlsx")


def take(desk, by=RIA, ask=lambda question: "", only=(), **rows):
    return {result.number: result for result in Taker(desk.work, filled(desk, **rows), by, ask).take(only)}


def became(results):
    return {number: result.became for number, result in results.items()}


def test_what_is_right_is_done_what_is_wrong_stays_open_and_what_is_empty_too(desk):
    results = take(desk, W1={"valid_until": UNTIL, "boxes": "B1"}, W2={"boxes": "B9"})
    assert became(results) == {"W1": "done", "W2": "wrong", "W3": "empty"}
    assert [order.number for order in desk.work.open()] == ["W2", "W3"]
    assert desk.work.show("W1").by == RIA
    assert desk.work.show("W1").answers == {"valid_until": "2028-11-14", "boxes": ["B1"]}


def test_answers_that_contradict_a_line_are_refused_by_line(desk):
    result = take(desk, W1={"valid_until": date(2027, 1, 1), "boxes": "B2"})["W1"]
    assert result.problems[:2] == (
        "row 2, W1: toy.card: the card that was read in is valid until 2028-11-14, and the screen says 2027-01-01",
        "row 2, W1: toy.box:B1: it was to be there, and the answers say that it is not there.",
    )
    assert "sheet Opdrachten, cell K2 (Staat echt zo)" in result.problems[2]
    assert desk.work.show("W1").state == "open"


def test_what_really_is_so_is_stated(desk):
    results = take(desk, W1={"valid_until": date(2027, 1, 1), "boxes": "B1", "Staat echt zo": "ja"})
    assert became(results)["W1"] == "done"
    assert desk.stated("toy.card").state["valid_until"] == date(2027, 1, 1)


def test_every_mistake_of_a_row_is_told_by_its_cell(desk):
    result = take(desk, W1={"valid_until": "tomorrow"})["W1"]
    assert result.problems == (
        "sheet Opdrachten, cell G2 (Vakken (boxes)): not answered.",
        "sheet Opdrachten, cell F2 (Geldig tot (valid_until)): this must be a date such as 2028-11-14; answered was "
        "tomorrow.",
    )


def test_an_answer_that_an_order_does_not_ask_is_a_mistake(desk):
    result = take(desk, W2={"boxes": "B2", "valid_until": UNTIL})["W2"]
    assert result.problems[0].startswith("sheet Opdrachten, cell F3 (Geldig tot (valid_until)): this is not asked.")


def test_the_same_sheet_again_is_done_already(desk):
    rows = {"W1": {"valid_until": UNTIL, "boxes": "B1"}, "W2": {"Lukt niet, omdat": "no menu"}}
    assert became(take(desk, **rows)) == {"W1": "done", "W2": "refused", "W3": "empty"}
    before = desk.kinds()
    again = take(desk, **rows)
    assert became(again) == {"W1": "already", "W2": "already", "W3": "empty"}
    assert again["W1"].text == "W1 is done already, by Ria van Dalen."
    assert desk.kinds() == before


def test_other_answers_to_what_is_done_are_told(desk):
    take(desk, W2={"boxes": "B2"})
    result = take(desk, W2={"boxes": "B2, B4"})["W2"]
    assert "W2 is done already, by Ria van Dalen, with other answers than these" in result.problems[0]
    assert desk.work.show("W2").answers == {"boxes": ["B2"]}


def test_an_order_that_was_replaced_names_the_one_to_go_on_with(desk):
    sheet = filled(desk, W2={"boxes": "B2"})
    desk.settle(desk.order(desk.box("B2"), desk.box("B5"), role="two"))
    results = {result.number: result for result in Taker(desk.work, sheet, RIA).take()}
    assert "W2 is superseded: W4 takes its place" in results["W2"].problems[0]


def test_why_it_cannot_be_done_refuses_the_order(desk):
    assert take(desk, W2={"Lukt niet, omdat": "no menu"})["W2"].text == "W2 is refused by Ria van Dalen: no menu"
    assert desk.work.show("W2").state == "failed"


def test_a_row_cannot_say_both(desk):
    result = take(desk, W2={"boxes": "B2", "Lukt niet, omdat": "no menu"})["W2"]
    assert "not both" in result.problems[0]
    assert desk.work.show("W2").state == "open"


def test_who_did_it_stands_in_the_row_or_is_given_for_all(desk):
    results = take(desk, W2={"boxes": "B2", "Gedaan door": "Jan"}, W3={"boxes": "B3"})
    assert (desk.work.show("W2").by, desk.work.show("W3").by) == ("Jan", RIA)
    assert became(results)["W3"] == "done"


def test_without_a_name_nothing_is_done(desk):
    result = take(desk, by="", W2={"boxes": "B2"})["W2"]
    assert result.problems == ("sheet Opdrachten, cell H3 (Gedaan door): who did it? Write the name there, or give one "
                               "for all rows: --by NAME",)  # fmt: skip


def test_the_day_in_the_row_is_that_of_the_statement(desk):
    desk.clock.move(days=5)
    seen = desk.clock().date() - timedelta(days=2)
    take(desk, W2={"boxes": "B2", "Datum": seen})
    said = desk.stated("toy.box", "B2").fields[""]
    assert said.at.astimezone(desk.settings.time_zone).date() == seen
    assert said.until == seen + timedelta(days=365)
    assert said.source == "W2, w.xlsx, row 3"


@pytest.mark.parametrize(("days", "told"), [(1, "in the future"), (-1, "was handed out on")])
def test_a_day_on_which_it_cannot_have_been_is_refused(desk, days, told):
    day = desk.clock().date() + timedelta(days=days)
    result = take(desk, W2={"boxes": "B2", "Datum": day})["W2"]
    assert told in result.problems[0]
    with pytest.raises(WorkError, match=told):
        desk.work.done("W2", RIA, {"boxes": ["B2"]}, on=day)


def test_evidence_lies_beside_the_sheet(desk):
    (desk.root / "scherm.png").write_bytes(b"a picture")
    take(desk, W2={"boxes": "B2", "Bewijs (bestand)": "scherm.png"})
    assert [path.read_bytes() for path in (desk.root / ".inregel/evidence").iterdir()] == [b"a picture"]
    assert desk.stated("toy.box", "B2").fields[""].source.startswith("W2, w.xlsx, row 3, evidence ")


@pytest.mark.parametrize(
    ("name", "told"), [("../x.png", "lies outside"), ("/x.png", "lies outside"), ("x.png", "No such")]
)
def test_evidence_that_lies_elsewhere_or_nowhere_is_refused(desk, name, told):
    result = take(desk, W2={"boxes": "B2", "Bewijs (bestand)": name})["W2"]
    assert told in result.problems[0]
    assert desk.work.show("W2").state == "open"


def test_a_row_that_was_sorted_away_from_its_number_is_noticed(desk):
    result = take(desk, W2={"boxes": "B2", "Kantoor": "zwolle"})["W2"]
    assert "W2 is for utrecht, and this row says zwolle. Were some columns sorted" in result.problems[0]


@pytest.mark.parametrize(
    ("number", "told"),
    [("W9", "W9"), ("", "does not say which order"), ("W1", "W1 stands in 2 rows"), ("w1 ", "2 rows")],
)
def test_a_number_has_to_be_one_of_an_order_and_stand_there_once(desk, number, told):
    results = list(Taker(desk.work, filled(desk, W2={"boxes": "B2", "Nummer": number}), RIA).take())
    assert [told in " ".join(result.problems) for result in results if result.became == "wrong"][-1:] == [True]
    assert {order.number for order in desk.work.open()} == {"W1", "W2", "W3"}


def test_only_the_orders_that_are_named_are_taken(desk):
    results = take(desk, only=["W3"], W2={"boxes": "B2"}, W3={"boxes": "B3"})
    assert became(results) == {"W3": "done"}
    assert desk.work.show("W2").state == "open"


def test_a_name_alone_says_that_it_is_done_only_where_no_cell_is_asked(desk):
    desk.settle(desk.order(desk.box("B2"), role="two"), desk.order(desk.token(), role="four"))
    results = take(desk, W2={"Gedaan door": "Jan"}, W4={"Gedaan door": "Jan"})
    assert became(results)["W2"] == "empty"
    assert became(results)["W4"] == "wrong"


def test_a_secret_answer_is_asked_at_the_keyboard_and_stands_in_no_file(desk):
    secret = canary("token")
    (order,) = desk.settle(desk.order(desk.token(), role="four")).values()
    assert became(take(desk))[order.number] == "empty"
    asked = []

    def ask(question):
        asked.append(question)
        return secret

    results = take(desk, ask=ask, **{order.number: {"Gedaan door": "Jan"}})
    assert became(results)[order.number] == "done"
    assert asked == [f"{order.number}, utrecht: token"]
    assert "secret.captured" in desk.kinds()
    again = take(desk, **{order.number: {"Gedaan door": "Jan"}})
    assert became(again)[order.number] == "already"


def test_where_nobody_can_type_a_secret_its_order_stays_open(desk):
    (order,) = desk.settle(desk.order(desk.token(), role="four")).values()
    result = take(desk, **{order.number: {"Gedaan door": "Jan"}})[order.number]
    assert f"inregel work done {order.number} --from w.xlsx" in result.problems[0]
    assert desk.work.show(order.number).state == "open"


def test_a_secret_in_a_cell_is_not_recorded(desk):
    secret = canary("typed")
    (order,) = desk.settle(desk.order(desk.token(), role="four")).values()
    result = take(desk, ask=lambda question: secret, **{order.number: {"token": secret}})[order.number]
    assert "must not stand in a sheet" in result.problems[0]
    assert secret not in str(result)
    assert desk.work.show(order.number).state == "open"
    (desk.root / "w.xlsx").unlink()


def test_a_file_that_is_asked_lies_beside_the_sheet(desktop):
    path = desktop.root / "modules/toy/work_orders/wizard.answers.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    schema["properties"] = {"scan": {"type": "string", "file": True}}
    path.write_text(json.dumps(schema), "utf-8")
    desktop.open(desktop.box("B1"))
    assert "lies outside" in take(desktop, W1={"scan": "../scan.pdf"})["W1"].problems[0]
    assert "cannot be read" in take(desktop, W1={"scan": "scan.pdf"})["W1"].problems[0]
    (desktop.root / "scan.pdf").write_bytes(b"scan")
    assert take(desktop, W1={"scan": "scan.pdf"})["W1"].became == "done"
    assert desktop.work.show("W1").answers["scan"].startswith("scan.pdf, SHA-256 ")
    assert take(desktop, W1={"scan": "scan.pdf"})["W1"].became == "already"


def test_a_csv_does_the_same(desk):
    text = order_csv(desk.work.open(), "nl").replace(";;;;;;;\r\n", ";;B2;;;;;\r\n", 2).splitlines()
    (desk.root / "w.csv").write_text("\n".join([text[0], *text[-2:]]) + "\n", "utf-8")
    rows = read(desk.root / "w.csv", "w.csv").rows
    assert [row.text("number") for row in rows] == ["W2", "W3"]

"""A sheet that was filled in, read back: what each cell says, and what cannot be read."""

from datetime import date, datetime

import openpyxl
import pytest

from inregel.work.sheet import SheetUnreadable, read

TEXT = {"type": "string"}
DAY = {"type": "string", "format": "date"}
PATTERN = {"type": "string", "pattern": r"^(geen|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}
LIST = {"type": "array", "items": {"type": "string"}}


def xlsx(folder, *rows, headings=("Nummer", "A (a)")):
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    book.save(folder / "w.xlsx")
    return read(folder / "w.xlsx", "w.xlsx")


def csv(folder, text, encoding="utf-8"):
    (folder / "w.csv").write_bytes(text.encode(encoding))
    return read(folder / "w.csv", "w.csv")


@pytest.mark.parametrize(
    ("cell", "schema", "value"),
    [
        ("x", TEXT, "x"),
        (" x ", TEXT, "x"),
        (5, TEXT, "5"),
        (date(2028, 11, 14), DAY, "2028-11-14"),
        (datetime(2028, 11, 14), PATTERN, "2028-11-14"),
        ("14-11-2028", DAY, "2028-11-14"),
        ("4/1/2028", PATTERN, "2028-01-04"),
        ("geen", PATTERN, "geen"),
        ("14-11-2028", TEXT, "14-11-2028"),
        ("B1, B2;B3\nB4", LIST, ["B1", "B2", "B3", "B4"]),
        ("B1", LIST, ["B1"]),
        ("geen", LIST, []),
        ("None", LIST, []),
        ("[]", LIST, []),
        (True, {"type": "boolean"}, True),
        ("nee", {"type": "boolean"}, False),
        ("Ja", {"type": "boolean"}, True),
        ("perhaps", {"type": "boolean"}, "perhaps"),
        (3, {"type": "integer"}, 3),
        ("3", {"type": "integer"}, 3),
        ('{"x": 1}', {"type": "object"}, {"x": 1}),
        ("x: 1", {"type": "object"}, "x: 1"),
        (None, LIST, None),
    ],
)
def test_a_cell_says_what_its_answer_means(tmp_path, cell, schema, value):
    assert xlsx(tmp_path, ("W1", cell)).rows[0].answer("a", schema) == value


@pytest.mark.parametrize(
    ("cell", "schema", "told"),
    [
        (1.263, TEXT, "last zeros are lost"),
        ("#REF!", TEXT, "holds the error"),
        ("x", {"type": "integer"}, "not a number"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, cell, schema, told):
    with pytest.raises(ValueError, match=told):
        xlsx(tmp_path, ("W1", cell)).rows[0].answer("a", schema)


def test_a_formula_without_its_result_is_not_empty(tmp_path):
    row = xlsx(tmp_path, ("W1", "=B1")).rows[0]
    assert row.filled("a")
    with pytest.raises(ValueError, match="formula"):
        row.answer("a", TEXT)


def test_a_secret_in_a_sheet_is_refused_and_not_repeated(tmp_path):
    with pytest.raises(ValueError, match="must not stand in a sheet") as error:
        xlsx(tmp_path, ("W1", "hunter2")).rows[0].answer("a", {"type": "string", "secret": True})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("heading", ["Nummer", "Number", "Numéro", "number", " NUMMER "])
def test_the_headings_of_every_language_are_known(tmp_path, heading):
    assert xlsx(tmp_path, ("W1", "x"), headings=(heading, "a")).rows[0].text("number") == "W1"


def test_a_heading_of_an_answer_is_its_name(tmp_path):
    sheet = xlsx(tmp_path, ("W1", "x", "y", "z"), headings=("Nummer", "Geldig (tot) (valid_until)", "boxes", "Note"))
    assert sheet.answers == {"valid_until", "boxes"}
    assert list(sheet.others) == ["sheet Sheet, cell D1 (Note)"]


def test_a_cell_is_called_as_people_see_it(tmp_path):
    assert xlsx(tmp_path, ("W1", "x")).rows[0].names["a"] == "sheet Sheet, cell B2 (A (a))"
    assert csv(tmp_path, "Nummer;A (a)\nW1;x\n").rows[0].names["a"] == "line 2, column A (a)"


def test_rows_above_the_headings_and_empty_ones_do_not_count(tmp_path):
    sheet = xlsx(tmp_path, ("Nummer", "A (a)"), (None, " "), ("W1", "x"), headings=("Our offices", ""))
    assert [row.at for row in sheet.rows] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_may_be_as_excel_saves_it(tmp_path, encoding):
    assert csv(tmp_path, "Nummer;A (a)\r\nW1;Daniël\r\n", encoding).rows[0].answer("a", TEXT) == "Daniël"


def test_the_sign_before_what_looks_like_a_formula_is_taken_off(tmp_path):
    assert csv(tmp_path, "Nummer,a\nW1,'=1+1\n").rows[0].answer("a", TEXT) == "=1+1"
    assert csv(tmp_path, "Nummer,a\nW1,'t Gooi\n").rows[0].answer("a", TEXT) == "'t Gooi"


@pytest.mark.parametrize(("cell", "day"), [(datetime(2026, 11, 20), "2026-11-20"), ("20-11-2026", "2026-11-20")])
def test_a_day_is_a_date_or_as_people_write_it(tmp_path, cell, day):
    assert str(xlsx(tmp_path, ("W1", cell), headings=("Nummer", "Datum")).rows[0].day("on")) == day


@pytest.mark.parametrize("cell", ["yesterday", "31-02-2026", 46000])
def test_a_day_that_is_none_is_said(tmp_path, cell):
    with pytest.raises(ValueError, match="is not a date"):
        xlsx(tmp_path, ("W1", cell), headings=("Nummer", "Datum")).rows[0].day("on")


@pytest.mark.parametrize(("cell", "yes"), [("ja", True), ("X", True), (None, False), ("nee", False), (True, True)])
def test_yes_has_many_words(tmp_path, cell, yes):
    assert xlsx(tmp_path, ("W1", cell), headings=("Nummer", "Staat echt zo")).rows[0].yes("found") is yes


def test_what_is_neither_yes_nor_no_is_said(tmp_path):
    with pytest.raises(ValueError, match="neither yes nor no: perhaps"):
        xlsx(tmp_path, ("W1", "perhaps"), headings=("Nummer", "Staat echt zo")).rows[0].yes("found")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Kantoor;A (a)\nx;y\n", "no column says which order a row is about.*Nummer, Numéro, Number"),
        (
            "Nummer;Voor;Pour\nW1;x;y\n",
            "the same column stands there twice: line 1, column Voor and line 1, column Pour",
        ),
        ("", "w.csv: the sheet is empty"),
    ],
)
def test_a_sheet_that_makes_no_sense_is_refused_whole(tmp_path, text, told):
    with pytest.raises(SheetUnreadable, match=told):
        csv(tmp_path, text)


def test_a_file_that_is_not_there_or_no_sheet_is_refused(tmp_path):
    (tmp_path / "w.csv").write_text("Nummer\n", "utf-8")
    with pytest.raises(SheetUnreadable, match=r"there is no file v.csv. Write instead: w.csv"):
        read(tmp_path / "v.csv", "v.csv")
    (tmp_path / "w.xlsx").write_bytes(b"no zip")
    with pytest.raises(SheetUnreadable, match="this is not an XLSX file"):
        read(tmp_path / "w.xlsx", "w.xlsx")

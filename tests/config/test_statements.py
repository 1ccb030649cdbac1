"""What the rows of a sheet say, and what no one can read without guessing."""

from collections.abc import Sequence
from datetime import date, datetime
from math import inf, nan
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.pages import names, sections
from helpers.pages import rows as rows_of
from helpers.places import checkout
from inregel.config import mapping, statements
from inregel.config.cells import Cell
from inregel.config.sayings import ABSENT, converted
from inregel.config.statements import Asked, Sheet
from inregel.library import Library

KNOWN = mapping.resources(Library(None))
HEADERS = ["Kantoor", "Certificaat e-mail", "Geldig tot", "Serienummer", "I09", "Aplaza-gebruiker", "Assu-versie"]
EMAIL = "a@certificate.example"


def read(path: Path, **asked: Any) -> tuple[Sheet, list[str]]:
    found, mistakes = statements.read(path, path.name, Asked(KNOWN, **asked))
    return found, [mistake.message for mistake in mistakes]


def xlsx(
    folder: Path, rows: Sequence[Sequence[Any]], formats: dict[str, str] | None = None, merged: str = "", above: int = 0
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append(["Stand van zaken"])
    for row in rows:
        sheet.append(list(row))
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    if merged:
        sheet.merge_cells(merged)
    book.save(folder / "today.xlsx")
    return folder / "today.xlsx"


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "today.csv").write_bytes(text.encode(encoding))
    return folder / "today.csv"


def said(sheet: Sheet, number: int = 0) -> dict[str, Any]:
    return {each.module: dict(each.resources) for each in sheet.rows[number].statements}


def one(folder: Path, header: str, value: Any, form: str = "General") -> list[str]:
    """The mistakes of a sheet with one odd cell, in C2."""
    rows = [["Kantoor", "Certificaat e-mail", header], ["ede", EMAIL, value]]
    return read(xlsx(folder, rows, {"C2": form}))[1]


def test_a_row_says_of_each_module_what_is_there_and_in_which_state(tmp_path: Path) -> None:
    row = ["ede", EMAIL, datetime(2028, 11, 14), "04:a9:10:c", "i09000123; I09000456", "Ria@A.example", None]
    sheet, mistakes = read(xlsx(tmp_path, [HEADERS, row]))
    assert mistakes == []
    assert said(sheet) == {
        "assu.certificate": {EMAIL: {"valid_until": date(2028, 11, 14), "serial": "4A910C"}},
        "assu.postbus": {"I09000123": {"status": "linked"}, "I09000456": {"status": "linked"}},
        "assu.aplaza_user": {"ria@a.example": {"status": "selected"}},
    }
    assert {each.module for each in sheet.rows[0].statements if each.whole} == {"assu.postbus", "assu.aplaza_user"}
    assert (sheet.rows[0].filled, sheet.rows[0].empty) == (5, 1)
    assert sheet.source(2) == "today.xlsx, sheet Sheet, row 2"


def test_there_is_none_is_not_the_same_as_empty(tmp_path: Path) -> None:
    rows = [HEADERS, ["ede", "geen", "", "", "Geen", "none", ""], ["hoorn", EMAIL, "geen"], ["gent", EMAIL], ["x"]]
    sheet, mistakes = read(xlsx(tmp_path, rows))
    assert mistakes == []
    assert said(sheet) == {"assu.certificate": {}, "assu.postbus": {}, "assu.aplaza_user": {}}
    assert all(each.whole for each in sheet.rows[0].statements)
    assert said(sheet, 1) == {"assu.certificate": {EMAIL: None}}
    assert said(sheet, 2) == {}
    assert [row.id for row in sheet.rows] == ["ede", "hoorn", "gent", "x"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_file_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, "Kantoor;Naam;I09\r\nede;Financiën één;I09000123,I09000456\r\n", encoding)
    sheet, mistakes = read(path)
    assert mistakes == []
    assert sheet.rows[0].variables == {"name": "Financiën één", "postbussen": ["I09000123", "I09000456"]}
    assert sheet.source(2) == "today.csv, row 2"


def test_what_stands_above_the_header_is_passed_over_and_other_columns_are_told(tmp_path: Path) -> None:
    sheet, mistakes = read(xlsx(tmp_path, [["KANTOOR", "  aplaza   User", "Wachtwoord"], ["ede", "ria", "x"]], above=2))
    assert mistakes == []
    assert said(sheet) == {"assu.aplaza_user": {"ria": {"status": "selected"}}}
    assert sheet.ignored == ["Wachtwoord"]
    assert sheet.rows[0].row == 4


ODD = [
    ("Geldig tot", 46374, "General", "holds the number 46374, not a date: format the column as a date, or as text"),
    ("Geldig tot", "31-02-2028", "General", "is no date: 31-02-2028; write year, month and day, such as 2028-11-14"),
    ("Geldig tot", "12/18/2028", "General", "is no date: 12/18/2028; write year, month and day, such as 2028-11-14"),
    ("Geldig tot", "nov 2028", "General", "is no date: nov 2028; write year, month and day, such as 2028-11-14"),
    ("Geldig tot", "14-11-28", "General", "is no date: 14-11-28; write year, month and day, such as 2028-11-14"),
    ("Serienummer", 4e10, "0.00E+00", "holds the number 4e+10, which may be what was typed or not"),
    ("Serienummer", 12345678901234567890, "General", "which may be what was typed or not: format the column as text"),
    ("Serienummer", "5D2O77", "General", "is no serial number: 5D2O77; write it in hexadecimal digits"),
    ("I09", "I09000123 en I09000456", "General", "holds `I09000123 EN I09000456`: write it like I09000123; I09000456"),
    ("I09", "?", "General", "holds `?`: leave it empty where nobody knows, and write `geen` where there is none"),
    ("I09", "=A1&B1", "General", "holds a formula whose result is not stored: open the sheet, calculate and save it"),
    ("I09", "#N/A", "General", "holds the error #N/A"),
    ("I09", True, "General", "holds True, not a text"),
    ("Aplaza user", "{{ x }}", "General", "holds a template; a cell is text, templates stand in YAML"),
    ("Assu-versie", 1.263, "General", "holds the number 1.263, whose last zeros are lost (1.2630 becomes 1.263)"),
    ("Assu-versie", "1.2628", "General", "holds 1.2628, which is cut short: write all of it, as the window shows it"),
    ("Assu-versie", "nieuw", "General", "is no version: nieuw; write all numbers, such as 1.2628.3.16"),
]


@pytest.mark.parametrize(("header", "value", "form", "told"), ODD, ids=[f"{odd[0]} {odd[1]}" for odd in ODD])
def test_an_odd_cell_is_told_with_its_name_and_what_to_write(
    tmp_path: Path, header: str, value: Any, form: str, told: str
) -> None:
    found = one(tmp_path, header, value, form)
    assert len(found) == 1
    assert found[0].startswith(f"sheet Sheet, cell C2 ({header}) ")
    assert told in found[0]


def test_numbers_that_lost_their_zeros_are_told(tmp_path: Path) -> None:
    rows = [["Kantoor", "I09"], ["ede", "0900123"], ["hoorn", 900456]]
    assert read(xlsx(tmp_path, rows))[1] == [
        "sheet Sheet, cell B3 (I09) holds the number 900456, while others in this column begin with a zero, which a "
        "number loses: format the column as text and type it again"
    ]


def test_merged_cells_are_told_since_only_the_first_of_them_holds_the_value(tmp_path: Path) -> None:
    rows = [["Kantoor", "Aplaza user", "Naam"], ["ede", "ria", "A"], ["hoorn", None, "B"], ["gent", "jan", "C"]]
    found = read(xlsx(tmp_path, rows, merged="B2:B3"))[1]
    told = "(Aplaza user) is merged (B2:B3): undo that, and write the value into each row"
    assert found == [f"sheet Sheet, cell B2 {told}", f"sheet Sheet, cell B3 {told}"]


ROWS: dict[str, tuple[list[list[Any]], list[str]]] = {
    "an office twice": (
        [["ede", EMAIL], ["ede", EMAIL]],
        ["sheet Sheet, cell A3 (Kantoor) names ede, which stands in row 2 already"],
    ),
    "no office": (
        [[None, EMAIL]],
        ["sheet Sheet, cell A2 (Kantoor) is empty, and the row is not: it needs the office"],
    ),
    "a date of nothing": (
        [["ede", None, date(2028, 11, 14)]],
        [
            "sheet Sheet, cell B2 (Certificaat e-mail) is empty, and Geldig tot is not: write which one, such as "
            "vandalen@certificate.example"
        ],
    ),
    "none, and a date": (
        [["ede", "geen", date(2028, 11, 14)]],
        ["sheet Sheet, cell B2 (Certificaat e-mail) says that there is none, and the row goes on: correct one"],
    ),
    "a number for an office": (
        [[12, EMAIL]],
        [
            "sheet Sheet, cell A2 (Kantoor) holds the number 12, and an id is text: format the column as text and type "
            "it again"
        ],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_contradicts_itself_is_told(tmp_path: Path, name: str) -> None:
    rows, told = ROWS[name]
    assert read(xlsx(tmp_path, [HEADERS, *rows]))[1] == told


def test_the_columns_of_a_sheet_are_told_where_they_do_not_say_enough_or_too_much(tmp_path: Path) -> None:
    assert read(csv(tmp_path, "Adres;I09\nx;y\n"))[1] == [
        "today.csv has no column that names the office, such as `id`, `Kantoor`, `Kantoor-id`, `Kantoorcode`, `Office` "
        "or `Office id`"
    ]
    assert read(csv(tmp_path, "Kantoor;I09;Postbussen\nede;I09000123;I09000123\n"))[1] == [
        "today.csv has 2 columns for `assu.postbus`: `I09` and `Postbussen`; say in --map which"
    ]
    assert read(tmp_path / "tomorrow.csv")[1] == ["there is no file tomorrow.csv"]
    assert read(csv(tmp_path, ""))[1] == ["the sheet is empty"]


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_a_date_is_the_same_however_it_is_written(day: date) -> None:
    target = mapping.targets(KNOWN)["assu.certificate.valid_until"]
    for value in (
        datetime(day.year, day.month, day.day),
        datetime(day.year, day.month, day.day, 23, 59),
        day.isoformat(),
        f"{day:%d-%m-%Y}",
        f"{day.day}/{day.month}/{day.year:04}",
        f"{day:%d.%m.%Y}",
    ):
        assert converted(Cell(value), target, is_id=False, zeros=False) == day


@given(st.integers(1, 2**160))
def test_a_serial_number_is_the_same_however_it_is_written(number: int) -> None:
    target = mapping.targets(KNOWN)["assu.certificate.serial"]
    plain = f"{number:X}"
    even = plain.zfill(len(plain) + len(plain) % 2)
    for text in (plain, plain.lower(), f"0x{plain}", ":".join(even[i : i + 2] for i in range(0, len(even), 2))):
        assert converted(Cell(text), target, is_id=False, zeros=False) == plain


@given(st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.none() | st.dates())
@example(inf)
@example(nan)
@example(1e300)
def test_whatever_stands_in_a_cell_is_a_value_or_a_mistake_in_words(value: Any) -> None:
    for target in mapping.targets(KNOWN).values():
        try:
            found = converted(Cell(value), target, is_id=False, zeros=False)
        except ValueError as error:
            assert str(error).split(" ", 1)[0] in ("holds", "is")
        else:
            assert found is None or found is ABSENT or isinstance(found, str | date | frozenset)


def test_the_guide_names_headers_of_each_column_that_is_known() -> None:
    page = sections((checkout() / "docs/guide/import.md").read_text("utf-8"))["Which column is what"]
    known = {header: name for name, each in mapping.targets(KNOWN).items() for header in each.headers}
    told = [header for row in rows_of(page) for header in names(row[0])]
    assert set(told) <= known.keys()
    assert {known[header] for header in told} == set(known.values())


def test_a_damaged_file_is_one_mistake_whichever_byte_is_damaged(tmp_path: Path) -> None:
    path = xlsx(tmp_path, [HEADERS, *([f"office-{n}", EMAIL] for n in range(20))], merged="I1:J1")
    sound, chance = path.read_bytes(), Random(1)
    told = set()
    for count in range(120):
        data = bytearray(sound)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data[: chance.randrange(len(data))] if count % 10 == 0 else data)
        told.update(message.partition(" (")[0] for message in read(path)[1])
    assert {"this is not an XLSX file", "this XLSX file is damaged or encrypted, and cannot be read"} <= told

"""Offices from CSV and XLSX."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.projects import make, said
from inregel.config import project
from inregel.config.cells import Cell, Shape, value_of
from inregel.config.mistakes import ConfigError
from inregel.secrets.memory import MemorySource

INVENTORY = """
all:
  offices:
    from: {file}
    columns:
      id: Kantoor
      name: Naam
      certificate.email: Mailadres
      certificate.kind: Soort
      postbussen: {{column: I09, split: ";"}}
      seats: {{column: Aantal, number: true}}
{more}
"""
HEADER = ["Kantoor", "Naam", "Mailadres", "Soort", "I09", "Aantal"]
ROW = ["ede", "De Hanze", "a@b.example", "new", "I09000123; I09000456", "12"]


def load(root: Path) -> project.Project:
    return project.load(root, secrets=MemorySource())


def with_csv(root: Path, data: bytes | str, more: str = "") -> Path:
    make(root, {"inventory.yml": INVENTORY.format(file="offices.csv", more=more)})
    (root / "offices.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def with_xlsx(root: Path, rows: Sequence[Sequence[Any]], more: str = "", formats: dict[str, str] | None = None) -> Path:
    make(root, {"inventory.yml": INVENTORY.format(file="offices.xlsx", more=more)})
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Kantoren"
    for row in rows:
        sheet.append(row)
    for cell, shape in (formats or {}).items():
        sheet[cell].number_format = shape
    book.create_sheet("Anders")
    book.save(root / "offices.xlsx")
    return root


def mistakes(root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root)
    return said(caught.value)


EDE = {
    "name": "De Hanze",
    "certificate": {"email": "a@b.example", "kind": "new"},
    "postbussen": ["I09000123", "I09000456"],
    "seats": 12,
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_file_is_read_whatever_its_delimiter_mark_and_line_ends(
    tmp_path: Path, delimiter: str, start: bytes, end: str
) -> None:
    row = [f'"{cell}"' if ";" in cell else cell for cell in ROW]
    text = end.join([delimiter.join(HEADER), delimiter.join(row), ""])
    assert load(with_csv(tmp_path, start + text.encode())).inventory.values("ede") == EDE


def test_an_xlsx_file_gives_the_same(tmp_path: Path) -> None:
    found = load(with_xlsx(tmp_path, [HEADER, [*ROW[:5], 12]]))
    assert found.inventory.values("ede") == EDE
    assert "offices.xlsx" in dict(found.inputs())


def test_an_empty_cell_is_left_out_and_an_empty_row_is_no_office(tmp_path: Path) -> None:
    found = load(with_xlsx(tmp_path, [HEADER, ["ede", None, "", None, None, None], [None] * 6, ["hoorn", "H"]]))
    assert found.inventory.values("ede") == {}
    assert found.inventory.order == ("ede", "hoorn")


def test_a_sheet_is_chosen_by_name_and_a_cell_keeps_its_line_breaks(tmp_path: Path) -> None:
    root = with_xlsx(tmp_path, [HEADER, ["ede", "a\nb", *ROW[2:]]], more="    sheet: Kantoren")
    assert load(root).inventory.values("ede")["name"] == "a\nb"


def test_a_mistake_in_a_value_of_a_sheet_names_its_row_and_column(tmp_path: Path) -> None:
    root = with_csv(tmp_path, f"{';'.join(HEADER)}\nede;x;y;nieuw;1;2\n")
    (root / "site.yml").write_text('- {offices: all, tasks: [{t.box: {kind: "{{ certificate.kind }}"}}]}')
    found = load(root)
    play = found.playbook("site.yml").plays[0]
    with pytest.raises(ConfigError) as caught:
        found.check([(play, ["ede"])])
    [mistake] = caught.value.mistakes
    assert str(mistake.where).startswith("offices.csv:2:")
    assert "nieuw" in mistake.message
    assert "(for kind of t.box)" in mistake.message


CSV = {
    "a column that is not there": (
        "Kantoor,Naam,Mailadress,Soort,I09,Aantal\n",
        ["inventory.yml:8:26: offices.csv has no column `Mailadres` -> Mailadress"],
    ),
    "a column that is there twice": (
        "Kantoor,Naam,Naam,Mailadres,Soort,I09,Aantal\n",
        ["inventory.yml:7:13: offices.csv has 2 columns `Naam`; give each its own name"],
    ),
    "an id that comes twice": (
        "Kantoor,Naam,Mailadres,Soort,I09,Aantal\nede,,,,,\nede,,,,,\n",
        ["offices.csv:3:1: the office ede stands in row 2 already"],
    ),
    "a row without an id": (
        "Kantoor,Naam,Mailadres,Soort,I09,Aantal\n,De Hanze,,,,\n",
        ["offices.csv:2:1: line 2, column Kantoor is empty, and the row is not: it needs an id"],
    ),
    "a template": (
        "Kantoor,Naam,Mailadres,Soort,I09,Aantal\nede,{{ x }},,,,\n",
        ["offices.csv:2:2: line 2, column Naam holds a template; a cell is text, templates stand in YAML"],
    ),
    "a number that is none": (
        "Kantoor,Naam,Mailadres,Soort,I09,Aantal\nede,,,,,veel\n",
        ["offices.csv:2:6: line 2, column Aantal is not a number: veel"],
    ),
    "an id that is no name": (
        "Kantoor,Naam,Mailadres,Soort,I09,Aantal\nede/x,,,,,\n",
        ["offices.csv:2:1: the office `ede/x` is not a name of letters, digits, `.`, `_` and `-`"],
    ),
    "a long number that a spreadsheet wrote": (
        "Kantoor;Naam;Mailadres;Soort;I09;Aantal\nede;1,23E+11;;;;\nhoorn;####;;;;\n",
        [
            "offices.csv:2:2: line 2, column Naam holds 1,23E+11, which a spreadsheet made of something longer: "
            "format the column as text and type it again",
            "offices.csv:3:2: line 3, column Naam holds ####, which a spreadsheet made of something longer: "
            "format the column as text and type it again",
        ],
    ),
    "a text that was cut at its semicolon": (
        "Kantoor;Naam;Mailadres;Soort;I09;Aantal\nede;De Hanze; Advies;x;;;3\nhoorn;;;;;;;\n",
        ["offices.csv:2:7: this line has 7 cells, and the header has 6 -> text that holds `;` in double quotes"],
    ),
    "an empty file": ("", ["offices.csv: the sheet is empty"]),
}


@pytest.mark.parametrize("case", CSV)
def test_a_mistake_in_a_csv_file_has_its_place_and_its_words(tmp_path: Path, case: str) -> None:
    text, expected = CSV[case]
    assert mistakes(with_csv(tmp_path, text)) == expected


def test_a_first_line_that_tells_excel_the_separator_is_no_header(tmp_path: Path) -> None:
    found = load(with_csv(tmp_path, f"sep=|\r\n{'|'.join(HEADER)}\r\nede|De; Hanze|||\r\n"))
    assert found.inventory.values("ede")["name"] == "De; Hanze"
    assert str(found.inventory.offices["ede"].where).startswith("offices.csv:3")


def test_a_csv_file_of_another_encoding_says_which_line(tmp_path: Path) -> None:
    data = ",".join(HEADER).encode() + "\nede,Assurantiën,,,,\n".encode("cp1252")
    assert mistakes(with_csv(tmp_path, data)) == [
        "offices.csv:2:1: the file is not UTF-8 -> the file saved as CSV UTF-8"
    ]


XLSX: dict[str, tuple[list[Any], dict[str, str], list[str]]] = {
    "an id that is a number": (
        [54321, *ROW[1:]],
        {},
        ["offices.xlsx:2:1: sheet Kantoren, cell A2 (Kantoor) holds the number 54321, and an id is text: "
         "format the column as text and type it again"],
    ),
    "a version that lost its zero": (
        ["ede", 1.263, *ROW[2:]],
        {},
        ["offices.xlsx:2:2: sheet Kantoren, cell B2 (Naam) holds the number 1.263, whose last zeros are lost "
         "(1.2630 becomes 1.263): format the column as text and type it again, or write `number: true`"],
    ),
    "an error": (
        ["ede", "#N/A", *ROW[2:]],
        {},
        ["offices.xlsx:2:2: sheet Kantoren, cell B2 (Naam) holds the error #N/A"],
    ),
    "a formula that was never calculated": (
        ["ede", "=1+1", *ROW[2:]],
        {},
        ["offices.xlsx:2:2: sheet Kantoren, cell B2 (Naam) holds a formula whose result is not stored: "
         "open the sheet, calculate and save it"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", XLSX)
def test_a_mistake_in_an_xlsx_file_has_its_cell_and_its_words(tmp_path: Path, case: str) -> None:
    row, formats, expected = XLSX[case]
    assert mistakes(with_xlsx(tmp_path, [HEADER, row], formats=formats)) == expected


def test_the_packed_bytes_of_an_xlsx_file_are_never_shown_as_its_line(tmp_path: Path) -> None:
    offices = [[f"k{number}", f"Kantoor {number * 7919}", *ROW[2:]] for number in range(200)]
    with pytest.raises(ConfigError) as caught:
        load(with_xlsx(tmp_path, [HEADER, *([f"x{number}", 1.5, *ROW[2:]] for number in range(5)), *offices]))
    assert {line[:13] for line in str(caught.value).splitlines()} == {"offices.xlsx:", "5 mistakes"}


def test_a_number_among_texts_that_begin_with_a_zero_has_lost_its_own(tmp_path: Path) -> None:
    rows = [HEADER, ["ede", "0471234567", *ROW[2:]], ["hoorn", 471234568, *ROW[2:]]]
    [found] = mistakes(with_xlsx(tmp_path, rows))
    assert found.startswith("offices.xlsx:3:2: sheet Kantoren, cell B3 (Naam) holds the number 471234568, while others")


def test_a_sheet_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    root = with_xlsx(tmp_path, [HEADER, ROW], more="    sheet: Kantoor")
    assert mistakes(root) == [
        "inventory.yml:12:12: there is no sheet `Kantoor`; there are: Kantoren, Anders -> Kantoren"
    ]


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    root = make(
        tmp_path, {"inventory.yml": INVENTORY.format(file="offices.xlsx", more=""), "offices.xlsx": "PK nothing"}
    )
    assert mistakes(root) == ["offices.xlsx: this is not an XLSX file -> the sheet saved as XLSX"]


def test_a_file_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    root = make(tmp_path, {"inventory.yml": INVENTORY.format(file="ofices.csv", more=""), "offices.csv": "x"})
    assert mistakes(root) == ["inventory.yml:4:11: there is no file ofices.csv -> offices.csv"]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (471234567, "0000000000", "0471234567"),
        (1.263, "0.0000", "1.2630"),
        (12, "General", "12"),
        (date(2026, 11, 20), "dd-mm-yyyy", "2026-11-20"),
        (datetime(2026, 11, 20), "General", "2026-11-20"),
        (datetime(2026, 11, 20, 9, 14), "General", "2026-11-20 09:14"),
        (True, "General", True),
        ("  x ", "General", "x"),
        (" ", "General", None),
    ],
)
def test_a_cell_becomes_the_text_that_the_sheet_shows(value: Any, form: str, shown: Any) -> None:
    assert value_of(Cell(value, form), Shape(), False) == shown


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="{"), max_size=20))
def test_text_is_never_read_as_anything_else(text: str) -> None:
    if text.startswith("#"):
        return
    assert value_of(Cell(text), Shape(), False) == (text.strip() or None)

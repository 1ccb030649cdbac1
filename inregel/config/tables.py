"""A sheet as a table: the header and the rows below it, out of an XLSX or CSV file. What cells mean is not known here.

Where something may have been lost or misread (merged cells, a formula without its result), the cell says so.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final
from xml.etree import ElementTree

from inregel import platform
from inregel.config.cells import Cell
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.words import nearest
from inregel.frozen import frozen

_MOST_ROWS: Final = 100_000
_MOST_BYTES: Final = 256 * 2**20
"""Of an XLSX file when unpacked."""
_ZEROS: Final = re.compile(r"0[0-9]+\Z")
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_TOLD: Final = re.compile(r"sep=([;,\t|])\s*\Z")
"""With such a first line Excel is told what stands between the cells."""
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class SheetProblem(Exception):
    """Mistakes that a sheet has."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


@frozen
class Ask:
    """Which sheet of a file is meant, and how it is to be read."""

    sheet: Any = None
    """Its name; None is the first one."""
    at: Where | Position | None = None
    """Where that name was given."""
    encodings: Sequence[str] = ()
    """Of a CSV file that is not UTF-8, in the order of trying; () refuses it. UTF-16 is tried where its mark stands."""
    is_header: Callable[[Sequence[str]], bool] = any
    """Tells the header from what stands above it."""
    merged: bool = False
    """Whether merged cells are to be told."""


@dataclass(slots=True)
class Table:
    """A sheet as it was read: its header and its rows, each with its number."""

    file: str
    sheet: str
    """"" in a CSV file."""
    headers: list[str]
    header_row: int
    rows: list[tuple[int, list[Cell]]]
    merged: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """By (row, column), both from 1, the merged cells that it is part of: `B2:B4`."""

    def cell_name(self, row: int, column: int) -> str:
        """How the people who keep the sheet call a cell; `column` counts from 0."""
        if not self.sheet:
            return f"line {row}, column {self.headers[column]}"
        return f"sheet {self.sheet}, cell {letters(column + 1)}{row} ({self.headers[column]})"

    def with_zeros(self, columns: Iterable[int]) -> frozenset[int]:
        """Columns in which some cell is text that begins with a zero: a number among them has lost its own."""
        return frozenset(
            index
            for index in columns
            if any(
                index < len(row) and isinstance(row[index].value, str) and _ZEROS.match(row[index].value)
                for _, row in self.rows
            )
        )


def letters(column: int) -> str:
    """The name of a column, from 1: A, B, ... AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def read(path: FilePath, name: str, source: Where | Position, ask: Ask) -> Table:
    """The table in a file. `name` is the file as people know it, `source` where it was named. Raises `SheetProblem`."""
    if platform.endless(path):
        raise SheetProblem([Mistake(f"{name} is not an ordinary file", source)])
    if not path.is_file():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise SheetProblem([Mistake(f"there is no file {name}", source, nearest(path.name, beside))])
    try:
        if path.suffix.lower() == ".xlsx":
            return _xlsx(path, name, ask, source)
        if path.suffix.lower() == ".csv":
            return _csv(path.read_bytes(), name, ask)
    except OSError as error:
        raise SheetProblem([Mistake(f"{name} cannot be read: {error.strerror or error}", source)]) from error
    raise SheetProblem([Mistake(f"{name} is neither .xlsx nor .csv", source)])


def _csv(data: bytes, name: str, ask: Ask) -> Table:
    text = _decoded(data, name, ask.encodings)
    first = text[: text.find("\n") + 1 or None]
    told = _TOLD.match(first)
    delimiter = told[1] if told else max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        if told:
            next(reader)
        number = reader.line_num + 1
        for fields in reader:
            rows.append((number, [Cell(value) for value in fields]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise SheetProblem([Mistake(f"this is not CSV: {error}", Position(name, reader.line_num, 1))]) from error
    table = _table(name, "", rows, ask)
    _no_more_than_headers(table, delimiter)
    return table


def _no_more_than_headers(table: Table, delimiter: str) -> None:
    """A row with more cells than the header has was cut at a sign that belongs to a text: its cells are shifted."""
    width = len(table.headers)
    mistakes = [
        Mistake(
            f"this line has {len(row)} cells, and the header has {width}",
            Position(table.file, number, width + 1),
            f"text that holds `{delimiter}` in double quotes",
        )
        for number, row in table.rows
        if any(cell.value.strip() for cell in row[width:])
    ]
    if mistakes:
        raise SheetProblem(mistakes)


def _decoded(data: bytes, name: str, encodings: Sequence[str]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if encodings:
            marked = [encoding for mark, encoding in _BOMS if data.startswith(mark)]
            for encoding in [*marked, *encodings]:
                try:
                    return data.decode(encoding)
                except UnicodeDecodeError:
                    continue
        line = data[: error.start].count(b"\n") + 1
        raise SheetProblem(
            [Mistake("the file is not UTF-8", Position(name, line, 1), "the file saved as CSV UTF-8")]
        ) from error


def _xlsx(path: FilePath, name: str, ask: Ask, source: Where | Position) -> Table:
    whole = Position(name, 0, 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and the like that it leaves out
            return _unpacked(path, name, ask, source)
    except (SheetProblem, MemoryError):
        raise
    except OSError as error:
        if error.errno:
            raise
        raise SheetProblem([Mistake("this XLSX file is damaged, and cannot be read", whole, "a sound copy")]) from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise SheetProblem([Mistake("this is not an XLSX file", whole, "the sheet saved as XLSX")]) from error
    except Exception as error:
        # Of a damaged file zlib, zipfile, the XML parser and openpyxl raise whatever they happen to meet.
        text = f"this XLSX file is damaged or encrypted, and cannot be read ({type(error).__name__})"
        raise SheetProblem([Mistake(text, whole, "the sheet saved as XLSX, without a password")]) from error


def _unpacked(path: FilePath, name: str, ask: Ask, source: Where | Position) -> Table:
    import openpyxl  # noqa: PLC0415  (slow to import, and only needed for sheets)

    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
            raise SheetProblem([Mistake("the file is larger than 256 MiB when unpacked", Position(name, 0, 0))])
    # Opened here: what openpyxl opens stays open where the file is damaged.
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        title = _sheet_title(book, ask, source)
        rows = _sheet_rows(book[title], name)
        if any(cell.value is None for _, row in rows for cell in row):
            rows = _mark_formulas(rows, openpyxl.load_workbook(file, read_only=True)[title])
    table = _table(name, title, rows, ask)
    if ask.merged:
        table.merged = _merged(path, title, len(table.headers))
    return table


def _sheet_title(book: Any, ask: Ask, source: Where | Position) -> str:
    titles = [str(title) for title in book.sheetnames]
    if ask.sheet is None:
        return titles[0]
    if ask.sheet not in titles:
        listed = ", ".join(titles)
        message = f"there is no sheet `{ask.sheet}`; there are: {listed}"
        raise SheetProblem([Mistake(message, ask.at or source, nearest(str(ask.sheet), titles))])
    return str(ask.sheet)


def _sheet_rows(sheet: Any, name: str) -> list[tuple[int, list[Cell]]]:
    rows = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > _MOST_ROWS:
            raise SheetProblem([Mistake(f"the sheet has more than {_MOST_ROWS:,} rows", Position(name, number, 1))])
        rows.append(
            (number, [Cell(cell.value, getattr(cell, "number_format", "General") or "General") for cell in row])
        )
    return rows


def _mark_formulas(rows: list[tuple[int, list[Cell]]], sheet: Any) -> list[tuple[int, list[Cell]]]:
    """Cells that hold a formula whose result was never stored look empty; they are not."""
    marked = []
    for (number, row), formulas in zip(rows, sheet.iter_rows(), strict=False):
        types = [getattr(cell, "data_type", "") for cell in formulas]
        cells = [
            cell._replace(formula=True) if cell.value is None and index < len(types) and types[index] == "f" else cell
            for index, cell in enumerate(row)
        ]
        marked.append((number, cells))
    return marked


def _merged(path: FilePath, title: str, width: int) -> dict[tuple[int, int], str]:
    """The merged cells of a sheet. openpyxl tells them only where it loads the whole of it, which takes long."""
    from openpyxl.utils.cell import range_boundaries  # noqa: PLC0415  (as above)

    found: dict[tuple[int, int], str] = {}
    with zipfile.ZipFile(path) as archive:
        place = _sheet_file(archive, title)
        if place not in archive.namelist():
            return found
        with archive.open(place) as stream:
            for _, element in ElementTree.iterparse(stream):
                if element.tag.endswith("}mergeCell"):
                    ref = element.get("ref", "")
                    left, top, right, bottom = range_boundaries(ref)
                    columns = range(left or 1, min(right or 1, width) + 1)
                    rows = range(top or 1, min(bottom or 1, _MOST_ROWS) + 1)
                    found.update({(row, column): ref for row in rows for column in columns})
                if not element.tag.endswith("}mergeCells"):
                    element.clear()
    return found


def _sheet_file(archive: zipfile.ZipFile, title: str) -> str:
    """The part of the archive that holds a sheet; "" where it is written in another way than Excel does."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return ""
    wanted = next((sheet.get(_RELATION) for sheet in book.iter() if sheet.get("name") == title), None)
    target = next((each.get("Target", "") for each in relations if each.get("Id") == wanted), "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _table(name: str, sheet: str, rows: list[tuple[int, list[Cell]]], ask: Ask) -> Table:
    filled = None
    for index, (number, row) in enumerate(rows):
        headers = ["" if cell.value is None else str(cell.value).strip() for cell in row]
        if any(headers):
            filled = filled or Table(name, sheet, headers, number, rows[index + 1 :])
            if ask.is_header(headers):
                return Table(name, sheet, headers, number, rows[index + 1 :])
    if filled is None:
        raise SheetProblem([Mistake("the sheet is empty", Position(name, 0, 0))])
    return filled

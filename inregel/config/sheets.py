"""Offices from a sheet: `offices: {from: offices.xlsx, columns: {id: Kantoor, certificate.email: Mailadres}}`.

One row is one office. A dotted target makes nested mappings. A cell is text, never a template; an empty cell is left
out. `{column: I09, split: ";"}` makes a list, `{column: Aantal, number: true}` a number. Numbers in XLSX become the
text that the sheet shows, dates ISO dates; where a number has lost what may have been typed, that is a mistake.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

from inregel import platform
from inregel.config.cells import Cell, Shape, value_of
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.words import nearest
from inregel.frozen import frozen

_MOST_ROWS: Final = 100_000
_MOST_BYTES: Final = 256 * 2**20
"""Of an XLSX file when unpacked."""
_ZEROS: Final = re.compile(r"0[0-9]+\Z")
KEYS: Final = frozenset({"from", "columns", "sheet"})
COLUMN_KEYS: Final = frozenset({"column", "split", "number"})


class Row(NamedTuple):
    """One office of a sheet."""

    id: str
    values: dict[str, Any]
    places: dict[str, Position]
    """Of each top-level variable: its first cell."""
    where: Position


@frozen
class Column:
    """What a column becomes."""

    target: tuple[str, ...]
    header: str
    where: Where
    shape: Shape


@dataclass(slots=True)
class _Table:
    """A sheet as it was read: its header and its rows, each with its number."""

    file: str
    sheet: str
    headers: list[str]
    header_row: int
    rows: list[tuple[int, list[Cell]]]

    def cell_name(self, row: int, column: int) -> str:
        """How the people who keep the sheet call a cell."""
        if not self.sheet:
            return f"line {row}, column {self.headers[column]}"
        letters, number = "", column + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return f"sheet {self.sheet}, cell {letters}{row} ({self.headers[column]})"


class SheetProblem(Exception):
    """Mistakes that a sheet has."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


def read(spec: Mapping[str, Any], where: Where, path: FilePath, name: str) -> tuple[list[Row], list[Mistake]]:
    """The offices of a sheet and all mistakes in it.

    `spec` is the mapping under `offices:`, `where` its place, `name` the file as people know it.
    """
    try:
        columns = _columns(spec, where)
        table = _open(path, name, spec.get("sheet"), where)
        places = _places(columns, table, where)
        rows = list(_rows(table, columns, places))
    except SheetProblem as problem:
        return [], problem.mistakes
    return _checked(rows)


def _columns(spec: Mapping[str, Any], where: Where) -> list[Column]:
    mistakes, found = [], []
    declared = spec.get("columns")
    if not isinstance(declared, dict) or "id" not in declared:
        place = where._replace(path=(*where.path, "columns" if declared is not None else "from"))
        raise SheetProblem(
            [Mistake("a sheet needs `columns`, with the column that holds the id", place, "columns: {id: Office}")]
        )
    for key in spec:
        if key not in KEYS:
            place = where._replace(path=(*where.path, key), key=True)
            mistakes.append(Mistake(f"`{key}` is not known here", place, nearest(str(key), KEYS)))
    for target, given in declared.items():
        place = where._replace(path=(*where.path, "columns", target))
        options = given if isinstance(given, dict) else {"column": given}
        header, split, number = options.get("column"), options.get("split", ""), options.get("number", False)
        plain = isinstance(target, str) and all(part.isidentifier() for part in target.split("."))
        if not plain or not isinstance(header, str) or not isinstance(split, str) or not isinstance(number, bool):
            message = (
                f"the column for `{target}` is the text above it, or a mapping with `column` and `split` or `number`"
            )
            mistakes.append(Mistake(message, place, f'{target}: {{column: Header, split: ";"}}'))
            continue
        for key in options.keys() - COLUMN_KEYS:
            mistakes.append(Mistake(f"`{key}` is not known here", place, nearest(str(key), COLUMN_KEYS)))
        found.append(Column(tuple(target.split(".")), header, place, Shape(target == "id", split, number)))
    targets = {column.target for column in found}
    for column in found:
        inside = next((t for t in targets if t != column.target and t == column.target[: len(t)]), None)
        if inside:
            message = f"`{'.'.join(inside)}` is one text, so `{'.'.join(column.target)}` cannot stand in it"
            mistakes.append(Mistake(message, column.where))
    if mistakes:
        raise SheetProblem(mistakes)
    return found


def _open(path: FilePath, name: str, sheet: Any, where: Where) -> _Table:
    source = where._replace(path=(*where.path, "from"))
    if platform.endless(path):
        raise SheetProblem([Mistake(f"{name} is not an ordinary file", source)])
    if not path.is_file():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise SheetProblem([Mistake(f"there is no file {name}", source, nearest(path.name, beside))])
    if path.suffix.lower() == ".xlsx":
        return _xlsx(path, name, sheet, where)
    if path.suffix.lower() == ".csv":
        return _csv(path.read_bytes(), name)
    raise SheetProblem([Mistake(f"{name} is neither .xlsx nor .csv", source)])


def _csv(data: bytes, name: str) -> _Table:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SheetProblem(
            [Mistake("the file is not UTF-8", Position(name, line, 1), "the file saved as CSV UTF-8")]
        ) from error
    first = text[: text.find("\n") + 1 or None]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        number = 1
        for fields in reader:
            rows.append((number, [Cell(field) for field in fields]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise SheetProblem([Mistake(f"this is not CSV: {error}", Position(name, reader.line_num, 1))]) from error
    return _table(name, "", rows)


def _xlsx(path: FilePath, name: str, sheet: Any, where: Where) -> _Table:
    import openpyxl  # noqa: PLC0415  (slow to import, and only needed for sheets)

    whole = Position(name, 0, 0)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise SheetProblem([Mistake("the file is larger than 256 MiB when unpacked", whole)])
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise SheetProblem([Mistake("this is not an XLSX file", whole, "the sheet saved as XLSX")]) from error
    with_formulas = None
    try:
        title = _sheet_title(book, sheet, where)
        rows = _sheet_rows(book[title], name)
        if any(cell.value is None for _, row in rows for cell in row):
            with_formulas = openpyxl.load_workbook(path, read_only=True)
            rows = _mark_formulas(rows, with_formulas[title])
    finally:
        book.close()
        if with_formulas is not None:
            with_formulas.close()
    return _table(name, title, rows)


def _sheet_title(book: Any, sheet: Any, where: Where) -> str:
    titles = [str(title) for title in book.sheetnames]
    if sheet is None:
        return titles[0]
    if sheet not in titles:
        place = where._replace(path=(*where.path, "sheet"))
        listed = ", ".join(titles)
        raise SheetProblem(
            [Mistake(f"there is no sheet `{sheet}`; there are: {listed}", place, nearest(str(sheet), titles))]
        )
    return str(sheet)


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


def _table(name: str, sheet: str, rows: list[tuple[int, list[Cell]]]) -> _Table:
    for index, (number, row) in enumerate(rows):
        headers = ["" if cell.value is None else str(cell.value).strip() for cell in row]
        if any(headers):
            return _Table(name, sheet, headers, number, rows[index + 1 :])
    raise SheetProblem([Mistake("the sheet is empty", Position(name, 0, 0))])


def _places(columns: Iterable[Column], table: _Table, where: Where) -> dict[Column, int]:
    """The index of each column."""
    mistakes, found = [], {}
    for column in columns:
        count = table.headers.count(column.header)
        if not count:
            message = f"{table.file} has no column `{column.header}`"
            near = nearest(column.header, [header for header in table.headers if header])
            mistakes.append(Mistake(message, column.where, near))
        elif count > 1:
            message = f"{table.file} has {count} columns `{column.header}`; give each its own name"
            mistakes.append(Mistake(message, column.where))
        else:
            found[column] = table.headers.index(column.header)
    if mistakes:
        raise SheetProblem(mistakes)
    return found


def _rows(table: _Table, columns: list[Column], places: Mapping[Column, int]) -> Iterator[Row | Mistake]:
    zeros = _columns_with_zeros(table, places)
    for number, cells in table.rows:
        values: dict[str, Any] = {}
        spots: dict[str, Position] = {}
        problems: list[Mistake] = []
        for column in columns:
            index = places[column]
            cell = cells[index] if index < len(cells) else Cell(None)
            spot = Position(table.file, number, index + 1)
            try:
                value = value_of(cell, column.shape, index in zeros)
            except ValueError as error:
                problems.append(Mistake(f"{table.cell_name(number, index)} {error}", spot))
                continue
            if value is not None:
                _put(values, column.target, value)
                spots.setdefault(column.target[0], spot)
        if not values and not problems:
            continue
        yield from problems
        office_id = values.pop("id", None)
        first = places[next(column for column in columns if column.target == ("id",))]
        place = spots.pop("id", Position(table.file, number, first + 1))
        if office_id is None and not any(problem.where == place for problem in problems):
            yield Mistake(f"{table.cell_name(number, first)} is empty, and the row is not: it needs an id", place)
        elif office_id is not None:
            yield Row(str(office_id), values, spots, place)


def _columns_with_zeros(table: _Table, places: Mapping[Column, int]) -> frozenset[int]:
    """Columns in which some cell is text that begins with a zero: a number among them has lost its own."""
    return frozenset(
        index
        for index in places.values()
        if any(
            index < len(row) and isinstance(row[index].value, str) and _ZEROS.match(row[index].value)
            for _, row in table.rows
        )
    )


def _put(values: dict[str, Any], target: tuple[str, ...], value: Any) -> None:
    for part in target[:-1]:
        values = values.setdefault(part, {})
    values[target[-1]] = value


def _checked(rows: Iterable[Row | Mistake]) -> tuple[list[Row], list[Mistake]]:
    """The rows and the mistakes apart; an id that comes twice is one."""
    found: dict[str, Row] = {}
    mistakes = []
    for row in rows:
        if isinstance(row, Mistake):
            mistakes.append(row)
        elif row.id in found:
            before = found[row.id].where
            mistakes.append(Mistake(f"the office {row.id} stands in row {before.line} already", row.where))
        else:
            found[row.id] = row
    return list(found.values()), mistakes

"""Work orders that were answered in a sheet, read back: what each row says, cell by cell.

What does not belong here: whether an order takes these answers (`inregel.work.many`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from inregel.config import tables
from inregel.config.cells import Cell, Shape, value_of
from inregel.config.mistakes import Position
from inregel.config.tables import Ask, SheetProblem, Table
from inregel.errors import InregelError
from inregel.frozen import frozen
from inregel.report.order_words import COLUMNS, FILLED, words
from inregel.speech import LANGUAGES, said

_NAMED: Final = re.compile(r"\((?P<name>[A-Za-z_]\w*)\)\s*\Z")
_DAY: Final = re.compile(r"(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})\Z")
_QUOTED: Final = re.compile(r"'(?=[=+\-@\t\r])")
"""Before what a spreadsheet would take for a formula."""
_WORDS: Final = tuple(map(words, LANGUAGES))
_FIXED: Final[Mapping[str, str]] = {
    heading.casefold(): column
    for told in _WORDS
    for column, heading in [*told.columns.items(), *((each, each) for each in (*COLUMNS, *FILLED))]
}
_HIDDEN: Final = frozenset(told.hidden for told in _WORDS)
_YES: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("ja", "oui", "yes", "true", "x", "1"), True),
    **dict.fromkeys(("nee", "non", "no", "false", "0"), False),
}
_NOTHING: Final = frozenset({"geen", "aucun", "aucune", "none", "[]"})


class SheetUnreadable(InregelError):
    """{reason}"""


@frozen
class Row:
    """One row with something in it. Columns are those of `order_words`, and the names of answers."""

    at: int
    """Its number in the file."""
    cells: Mapping[str, Cell]
    names: Mapping[str, str]
    """How people call each of its cells, also the empty ones."""

    def text(self, column: str) -> str:
        """What stands there, as it is shown; "" for nothing. Raises `ValueError` with the end of a sentence."""
        cell = self.cells.get(column)
        return "" if cell is None else str(value_of(cell, Shape(), False) or "").strip()

    def day(self, column: str) -> date | None:
        """A date, None for nothing. Raises `ValueError` where it is none."""
        cell = self.cells.get(column)
        value = None if cell is None else cell.value
        if isinstance(value, datetime):
            return value.date()
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(_iso(text))
        except ValueError:
            raise ValueError(said("is not a date such as 2028-11-14: {text}", text=text)) from None

    def yes(self, column: str) -> bool:
        """Whether yes stands there. Raises `ValueError` where something else does."""
        text = self.text(column)
        if text and text.lower() not in _YES:
            raise ValueError(said("is neither yes nor no: {text}", text=text))
        return _YES.get(text.lower(), False)

    def answer(self, name: str, schema: Mapping[str, Any]) -> Any:
        """An answer as its schema means it, None for nothing. Raises `ValueError` where the cell cannot be read."""
        cell = self.cells.get(name)
        if cell is None:
            return None
        if schema.get("secret"):
            return _no_secret(cell)
        kind = schema.get("type")
        if kind in ("integer", "number"):
            return value_of(cell, Shape(number=True), False)
        value = value_of(cell, Shape(), False)
        return value if value is None else _READERS.get(str(kind), _string)(value, schema)

    def filled(self, column: str) -> bool:
        """Whether anything stands in a cell, also what cannot be read."""
        cell = self.cells.get(column)
        return cell is not None and str(cell.value).strip() not in _HIDDEN


@frozen
class Sheet:
    """A sheet that was read."""

    file: str
    folder: Path
    """Where it lies: paths in it begin there."""
    rows: tuple[Row, ...]
    answers: frozenset[str]
    """The names of answers that it has a column for."""
    others: Mapping[str, str]
    """Columns that mean nothing here, by how people call their heading, with what stands there."""


def read(path: Path, file: str) -> Sheet:
    """The rows of an XLSX (its first tab) or CSV file, in order. Raises `SheetUnreadable`."""
    ask = Ask(encodings=("cp1252",), is_header=lambda cells: "number" in map(_column, cells))
    try:
        table = tables.read(path, file, Position(file, 0, 0), ask)
    except SheetProblem as problem:
        told = [f"{mistake.message}{f'. Write instead: {mistake.instead}' if mistake.instead else ''}"
                for mistake in problem.mistakes]  # fmt: skip
        raise SheetUnreadable(reason=f"{file}: {'; '.join(told)}") from problem
    columns = [_column(heading) for heading in table.headers]
    _check(columns, table)
    known = {index: column for index, column in enumerate(columns) if column}
    others = {
        table.cell_name(table.header_row, index): heading
        for index, (heading, column) in enumerate(zip(table.headers, columns, strict=True))
        if heading and not column
    }
    fixed = {*COLUMNS, *FILLED}
    return Sheet(file, path.parent, tuple(_rows(table, known)), frozenset(known.values()) - fixed, others)


def _column(heading: str) -> str:
    """What a column is for, by its heading; "" where that is not known."""
    fixed = _FIXED.get(heading.strip().casefold())
    if fixed is not None:
        return fixed
    named = _NAMED.search(heading)
    if named is not None:
        return named["name"]
    return heading.strip() if re.fullmatch(r"[a-z]\w*", heading.strip()) else ""


def _check(columns: list[str], table: Table) -> None:
    """The order of each row has to be known, and no column may stand there twice."""
    if "number" not in columns:
        headings = ", ".join(told.columns["number"] for told in _WORDS)
        reason = said(
            "{file}: no column says which order a row is about. Its heading is one of: {headings}",
            file=table.file,
            headings=headings,
        )
        raise SheetUnreadable(reason=reason)
    for index, column in enumerate(columns):
        if column and column in columns[:index]:
            first = table.cell_name(table.header_row, columns.index(column))
            second = table.cell_name(table.header_row, index)
            text = said(
                "{file}: the same column stands there twice: {first} and {second}",
                file=table.file,
                first=first,
                second=second,
            )
            raise SheetUnreadable(reason=text)


def _rows(table: Table, known: Mapping[int, str]) -> Iterator[Row]:
    for number, cells in table.rows:
        found = {
            known[index]: _unquoted(cell)
            for index, cell in enumerate(cells)
            if index in known and (cell.formula or (cell.value is not None and str(cell.value).strip()))
        }
        if found:
            yield Row(number, found, {name: table.cell_name(number, index) for index, name in known.items()})


def _unquoted(cell: Cell) -> Cell:
    return cell._replace(value=_QUOTED.sub("", cell.value, count=1)) if isinstance(cell.value, str) else cell


# --- what a cell says -----------------------------------------------------------------------------------------------


def _no_secret(cell: Cell) -> None:
    """A secret never stands in a sheet; the message must not repeat it."""
    if str(cell.value).strip() not in _HIDDEN:
        raise ValueError(
            said(
                "holds a secret, which must not stand in a sheet: take it out and delete the copies of the "
                "file. Nothing of this row was recorded."
            )
        )


def _iso(text: str) -> str:
    """14-11-2028, as it is typed in a sheet, as 2028-11-14."""
    day = _DAY.match(text)
    return f"{day['year']}-{int(day['month']):02}-{int(day['day']):02}" if day else text


def _string(value: Any, schema: Mapping[str, Any]) -> Any:
    """A text. A date that was typed as people write it becomes one as it is asked, where one is asked."""
    text = str(value)
    dated = schema.get("format") == "date"
    if dated or ("pattern" in schema and not re.search(schema["pattern"], text)):
        other = _iso(text.removesuffix(" 00:00"))
        if dated or re.search(schema["pattern"], other):
            return other
    return text


def _list(value: Any, schema: Mapping[str, Any]) -> Any:
    """`a, b`, also with `;` or a line for each; `none` is the empty list, which an empty cell is not."""
    text = str(value)
    if text.lower() in _NOTHING:
        return []
    if text.startswith("["):
        return _json(text, schema)
    items = schema.get("items", {})
    return [_string(part.strip(), items) for part in re.split(r"[,;\n]", text) if part.strip()]


def _boolean(value: Any, _schema: Mapping[str, Any]) -> Any:
    return value if isinstance(value, bool) else _YES.get(str(value).lower(), value)


def _json(value: Any, _schema: Mapping[str, Any]) -> Any:
    """What is neither a text nor a list of them is typed as JSON."""
    try:
        return json.loads(str(value))
    except (ValueError, RecursionError):
        return value


_READERS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], Any]]] = {
    "array": _list,
    "boolean": _boolean,
    "object": _json,
}

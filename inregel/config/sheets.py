"""Offices from a sheet: `offices: {from: offices.xlsx, columns: {id: Kantoor, certificate.email: Mailadres}}`.

One row is one office. A dotted target makes nested mappings. A cell is text, never a template; an empty cell is left
out. `{column: I09, split: ";"}` makes a list, `{column: Aantal, number: true}` a number. Numbers in XLSX become the
text that the sheet shows, dates ISO dates; where a number has lost what may have been typed, that is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

from inregel.config import tables
from inregel.config.cells import Cell, Shape, value_of
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.tables import Ask, SheetProblem, Table
from inregel.config.words import nearest
from inregel.frozen import frozen

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


def read(spec: Mapping[str, Any], where: Where, path: FilePath, name: str) -> tuple[list[Row], list[Mistake]]:
    """The offices of a sheet and all mistakes in it.

    `spec` is the mapping under `offices:`, `where` its place, `name` the file as people know it.
    """
    try:
        columns = _columns(spec, where)
        source, sheet = (where._replace(path=(*where.path, part)) for part in ("from", "sheet"))
        table = tables.read(path, name, source, Ask(spec.get("sheet"), sheet))
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


def _places(columns: Iterable[Column], table: Table, where: Where) -> dict[Column, int]:
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


def _rows(table: Table, columns: list[Column], places: Mapping[Column, int]) -> Iterator[Row | Mistake]:
    zeros = table.with_zeros(places.values())
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

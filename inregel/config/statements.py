"""What the rows of a sheet say of offices: of each module which resources there are and in which state.

An empty cell says nothing. What cannot be read without guessing is a mistake that names the cell and what to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from inregel.config import mapping, tables
from inregel.config.cells import Cell
from inregel.config.mapping import ID, OwnColumns, Resource, Target
from inregel.config.mistakes import Mistake, Position
from inregel.config.sayings import ABSENT, converted
from inregel.config.tables import Ask, SheetProblem, Table
from inregel.contract import Key, State
from inregel.frozen import frozen

ValueOf: TypeAlias = Callable[[str, str], Any]
_WRONG: Final = object()


@frozen
class Statement:
    """What one row says of one module in one office."""

    office: str
    module: str
    row: int
    resources: Mapping[Key, State | None]
    whole: bool
    """These are all there are; what is not named is absent."""


@dataclass(slots=True)
class OfficeRow:
    """One row."""

    id: str
    row: int
    statements: list[Statement] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    """What an inventory would say of the office, by dotted name."""
    filled: int = 0
    empty: int = 0
    """Cells in columns of modules."""


@dataclass(slots=True)
class Sheet:
    """What a sheet says."""

    file: str
    sheet: str
    rows: list[OfficeRow]
    columns: dict[str, str]
    """Target to header."""
    ignored: list[str]
    """Headers of columns that say nothing here."""

    def source(self, row: int) -> str:
        """What a statement out of a row rests on: `today.xlsx, sheet Blad1, row 17`."""
        return f"{self.prefix}{row}"

    @property
    def prefix(self) -> str:
        """What all its sources begin with."""
        return f"{self.file}, sheet {self.sheet}, row " if self.sheet else f"{self.file}, row "


@frozen
class Asked:
    """What reading needs to know beside the sheet."""

    known: Sequence[Resource]
    own: OwnColumns = OwnColumns()
    sheet: str | None = None
    office: Callable[[str], str] = str
    """The id of an office as the inventory has it, for one as the sheet has it."""
    value: ValueOf = lambda office, variable: None
    """A variable of an office; None where there is none."""


def read(path: FilePath, name: str, asked: Asked) -> tuple[Sheet, list[Mistake]]:
    """All that a sheet says, and all mistakes in it; with any of these nothing of it is to be used."""
    targets = mapping.targets(asked.known)
    whole = Position(name, 0, 0)
    try:
        ask = Ask(
            asked.sheet or asked.own.sheet,
            whole,
            encodings=("cp1252",),
            is_header=lambda headers: mapping.is_header(headers, targets, asked.own),
            merged=True,
        )
        table = tables.read(path, name, whole, ask)
    except SheetProblem as problem:
        return Sheet(name, "", [], {}, []), problem.mistakes
    places, mistakes = mapping.place(table.headers, name, targets, asked.own)
    used = {target: table.headers[index] for target, index in places.items()}
    ignored = [header for index, header in enumerate(table.headers) if header and index not in places.values()]
    sheet = Sheet(name, table.sheet, [], used, ignored)
    if mistakes:
        return sheet, mistakes
    reader = _Reader(table, places, targets, asked, sheet)
    reader.read()
    return sheet, reader.mistakes


class _Reader:
    """Goes through the rows of one table."""

    def __init__(
        self, table: Table, places: Mapping[str, int], targets: Mapping[str, Target], asked: Asked, sheet: Sheet
    ) -> None:
        self._table, self._places, self._asked, self._sheet = table, places, asked, sheet
        self._targets = {name: targets.get(name) or Target(name, variable=name) for name in places}
        self._zeros = table.with_zeros(places.values())
        self._seen: dict[str, int] = {}
        self.mistakes: list[Mistake] = []

    def read(self) -> None:
        """All rows."""
        for number, cells in self._table.rows:
            said = dict(self._cells(number, cells))
            if said.keys() <= {name for name, value in said.items() if value is None}:
                continue
            self._row(number, said)

    def _cells(self, number: int, cells: Sequence[Cell]) -> Iterator[tuple[str, Any]]:
        """What each column says in a row; None where it is empty, `_WRONG` where it has a mistake."""
        for name, index in self._places.items():
            cell = cells[index] if index < len(cells) else Cell(None)
            merged = self._table.merged.get((number, index + 1))
            try:
                if merged:
                    raise ValueError(f"is merged ({merged}): undo that, and write the value into each row")
                yield (
                    name,
                    converted(cell, self._targets[name], name == ID, index in self._zeros, self._own_split(name)),
                )
            except ValueError as error:
                self._wrong(number, name, str(error))
                yield name, _WRONG

    def _own_split(self, name: str) -> str:
        return self._asked.own.splits.get(name, "")

    def _wrong(self, number: int, name: str, end: str) -> None:
        index = self._places[name]
        spot = Position(self._table.file, number, index + 1)
        self.mistakes.append(Mistake(f"{self._table.cell_name(number, index)} {end}", spot))

    def _row(self, number: int, said: dict[str, Any]) -> None:
        given = said.pop(ID)
        if given is _WRONG:
            return
        if given is None:
            self._wrong(number, ID, "is empty, and the row is not: it needs the office")
            return
        row = OfficeRow(self._asked.office(given), number)
        if row.id in self._seen:
            self._wrong(number, ID, f"names {row.id}, which stands in row {self._seen[row.id]} already")
            return
        self._seen[row.id] = number
        for name, value in said.items():
            if value is None or value is _WRONG or value is ABSENT:
                continue
            if variable := self._targets[name].variable:
                row.variables[variable] = sorted(value) if isinstance(value, frozenset) else value
        cells = [value for name, value in said.items() if self._targets[name].module]
        row.filled = sum(value is not None for value in cells)
        row.empty = len(cells) - row.filled
        for each in self._asked.known:
            statement = self._statement(row, each, said)
            if statement is not None:
                row.statements.append(statement)
        self._sheet.rows.append(row)

    def _statement(self, row: OfficeRow, each: Resource, said: Mapping[str, Any]) -> Statement | None:
        """What a row says of one module; None where it says nothing, or has a mistake there."""
        own = {target.field: said.get(target.name) for target in each.fields}
        fields = {name: value for name, value in own.items() if value is not None}
        key = said.get(each.key.name)
        if key is _WRONG or any(value is _WRONG for value in fields.values()):
            return None
        if key is ABSENT:
            if any(value is not ABSENT for value in fields.values()):
                self._wrong(row.row, each.key.name, "says that there is none, and the row goes on: correct one")
                return None
            return Statement(row.id, each.module, row.row, {}, whole=True)
        if key is None and not fields:
            return None
        keys = self._keys(row, each, key, fields)
        if not keys:
            return None
        if ABSENT in fields.values():
            return Statement(row.id, each.module, row.row, dict.fromkeys(keys), whole=False)
        state: State = {**each.state, **fields}
        if not state:
            return None  # a name alone states nothing
        return Statement(row.id, each.module, row.row, dict.fromkeys(sorted(keys), state), each.whole)

    def _keys(self, row: OfficeRow, each: Resource, key: Any, fields: Mapping[str, Any]) -> frozenset[str]:
        """The resources that a row speaks of; by the inventory where the sheet has no column for that."""
        usual = self._asked.value(row.id, each.key.variable) if each.key.variable else None
        if key is None and each.key.name in self._places:
            name = next(target.name for target in each.fields if target.field in fields)
            like = usual if isinstance(usual, str) else each.key.like
            told = f"is empty, and {self._table.headers[self._places[name]]} is not: write which one, such as {like}"
            self._wrong(row.row, each.key.name, told)
        if key is None:
            return frozenset((usual,)) if isinstance(usual, str) and each.key.name not in self._places else frozenset()
        names: frozenset[str] = key if isinstance(key, frozenset) else frozenset((key,))
        # The inventory's way of writing counts: an address is the same whatever its capitals.
        written: list[Any] = usual if isinstance(usual, list) else [usual]
        declared = {one.casefold(): one for one in written if isinstance(one, str)}
        return frozenset(declared.get(one.casefold(), one) for one in names)

"""Which column of a sheet says what: shipped headers of each module (`x-import` of its schema), or a file of one's own.

A target is `id`, `MODULE` (the name of the resource), `MODULE.FIELD`, or a variable of the office such as `name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path as FilePath
from typing import Any, Final

from inregel.config import source
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.words import listed, nearest
from inregel.frozen import frozen
from inregel.library import Library

ID: Final = "id"
_OFFICE: Final[Mapping[str, tuple[str, ...]]] = {
    ID: ("id", "Kantoor", "Kantoor-id", "Kantoorcode", "Office", "Office id"),
    "name": ("Naam", "Kantoornaam", "Name", "Office name"),
    "contact": ("Contact", "Contactpersoon", "Contact person"),
    "connections.assu.installation": ("Installatie", "Installation"),
    "connections.assu.portefeuille": ("Portefeuille",),
}
"""Headers of what an inventory says of an office; read only where the office is not in it yet."""
_MODULE: Final = re.compile(r"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)(?:\.([a-z_][a-z0-9_]*))?\Z")
_KEYS: Final = ("columns", "sheet")
_COLUMN_KEYS: Final = ("column", "split")


@frozen
class Target:
    """What a column says."""

    name: str
    module: str = ""
    field: str = ""
    """Of the module's state; "" is the key."""
    headers: tuple[str, ...] = ()
    variable: str = ""
    """The variable of the office that says the same."""
    type: str = "text"
    """`text`, `date`, `hex` or `version`."""
    split: str = ""
    """What separates the parts of a list, any of these signs; "" is a single value."""
    case: str = ""
    """`upper`; `address` is lower where it holds an @."""
    pattern: str = ""
    like: str = ""
    """An example of what fits."""


@frozen
class Resource:
    """How rows of a sheet speak of a module."""

    module: str
    key: Target
    fields: tuple[Target, ...]
    state: Mapping[str, Any]
    """What is true of each resource that is named."""
    whole: bool
    """A cell names all there are: what it does not name is absent."""


@frozen
class OwnColumns:
    """A file of one's own: `--map`."""

    where: Where = Where("")
    sheet: str | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Target to header; None: this sheet does not say it."""
    splits: Mapping[str, str] = field(default_factory=dict)


class MapProblem(Exception):
    """Mistakes in such a file."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


def resources(library: Library) -> list[Resource]:
    """What can be imported: the modules whose schema has `x-import`."""
    found = []
    for module in library.modules():
        rule = library.module_schema(module).get("x-import")
        if isinstance(rule, Mapping):
            key = _target(module, module, "", rule.get("key", {}))
            fields = (_target(f"{module}.{name}", module, name, each) for name, each in rule.get("fields", {}).items())
            found.append(Resource(module, key, tuple(fields), rule.get("state", {}), bool(rule.get("whole"))))
    return found


def _target(name: str, module: str, field: str, rule: Mapping[str, Any]) -> Target:
    return Target(
        name=name,
        module=module,
        field=field,
        headers=tuple(rule.get("columns", ())),
        variable=rule.get("variable", ""),
        type=rule.get("type", "text"),
        split=",;/+|\n" if rule.get("split") else "",
        case=rule.get("case", ""),
        pattern=rule.get("pattern", ""),
        like=rule.get("like", ""),
    )


def targets(known: Sequence[Resource]) -> dict[str, Target]:
    """All that a column can say, by name."""
    found = {name: Target(name, headers=headers, variable=name) for name, headers in _OFFICE.items()}
    for each in known:
        found.update({target.name: target for target in (each.key, *each.fields)})
    return found


def read(path: FilePath, name: str, known: Mapping[str, Target]) -> OwnColumns:
    """A file of one's own. Raises `ConfigError` where it is no YAML, `MapProblem` with all that it says wrongly."""
    data = source.read(path, path.parent)
    whole = Where(path.name)
    if not isinstance(data, dict) or not isinstance(data.get("columns"), dict):
        text = f"{name} has to say which columns there are: `columns:` with a target and the text above the column each"
        raise MapProblem([Mistake(text, whole, "columns: {id: Office, assu.postbus: I09}")])
    mistakes = [
        Mistake(f"`{key}` is not known here", whole._replace(path=(key,), key=True), nearest(str(key), _KEYS))
        for key in data.keys() - set(_KEYS)
    ]
    sheet = data.get("sheet")
    if sheet is not None and not isinstance(sheet, str):
        mistakes.append(Mistake("`sheet` is the name of a sheet", whole._replace(path=("sheet",)), "sheet: Blad1"))
    columns: dict[str, str | None] = {}
    splits: dict[str, str] = {}
    for target, given in data["columns"].items():
        place = whole._replace(path=("columns", target))
        mistakes += _unknown_target(str(target), place, known)
        options = given if isinstance(given, dict) else {"column": given}
        header, split = options.get("column"), options.get("split", "")
        if not isinstance(header, str | None) or not isinstance(split, str) or options.keys() - set(_COLUMN_KEYS):
            text = (
                f"the column for `{target}` is the text above it, null for none, or a mapping with `column` and `split`"
            )
            mistakes.append(Mistake(text, place, f'{target}: {{column: Header, split: ";"}}'))
            continue
        columns[str(target)] = header
        if split:
            splits[str(target)] = split
    if mistakes:
        raise MapProblem(mistakes)
    return OwnColumns(whole, sheet, columns, splits)


def _unknown_target(name: str, place: Where, known: Mapping[str, Target]) -> Iterator[Mistake]:
    """What looks like a module and is none; any other name is a variable of the office."""
    systems = {target.module.partition(".")[0] for target in known.values() if target.module}
    if name not in known and _MODULE.match(name) and name.partition(".")[0] in systems:
        importable = [each for each, target in known.items() if target.module]
        text = f"`{name}` cannot be imported; these can: {listed(importable, last='and')}"
        yield Mistake(text, place._replace(key=True), nearest(name, importable))
    elif name not in known and not all(part.isidentifier() for part in name.split(".")):
        yield Mistake(f"`{name}` is no name of a variable", place._replace(key=True), nearest(name, known))


def is_header(headers: Sequence[str], known: Mapping[str, Target], own: OwnColumns) -> bool:
    """Whether a row of a sheet is the one above the offices: it has the column of their ids."""
    return any(_plain(header) in _wanted(known[ID], own) for header in headers)


def place(
    headers: Sequence[str], file: str, known: Mapping[str, Target], own: OwnColumns
) -> tuple[dict[str, int], list[Mistake]]:
    """The index of each target's column, and what is wrong: a column that is not there, or two that mean the same."""
    plain = [_plain(header) for header in headers]
    found: dict[str, int] = {}
    mistakes = []
    for name in dict.fromkeys((*known, *own.columns)):
        target = known.get(name) or Target(name, variable=name)
        wanted = _wanted(target, own)
        there = [index for index, header in enumerate(plain) if header and header in wanted]
        where: Where | Position = Position(file, 0, 0)
        if own.columns.get(name) is not None:
            where = own.where._replace(path=("columns", name))
        if len(there) > 1:
            names = listed([headers[index] for index in there], last="and")
            mistakes.append(
                Mistake(f"{file} has {len(there)} columns for `{name}`: {names}; say in --map which", where)
            )
        elif there:
            found[name] = there[0]
        elif own.columns.get(name) is not None:
            near = nearest(str(own.columns[name]), [header for header in headers if header])
            mistakes.append(Mistake(f"{file} has no column `{own.columns[name]}`", where, near))
        elif name == ID:
            text = f"{file} has no column that names the office, such as {listed(known[ID].headers)}"
            mistakes.append(Mistake(text, where, "a file for --map with columns: {id: HEADER}"))
    return found, mistakes


def _wanted(target: Target, own: OwnColumns) -> set[str]:
    if target.name in own.columns:
        header = own.columns[target.name]
        return set() if header is None else {_plain(header)}
    return {_plain(header) for header in target.headers}


def _plain(header: str) -> str:
    return " ".join(header.casefold().split())

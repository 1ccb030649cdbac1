"""The connections of an office, rendered and checked against `schemas/connections/<system>.schema.json`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from inregel.config import schema
from inregel.config.expressions import Absent, Problem
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.scope import OfficeScope
from inregel.config.templates import settle, told
from inregel.config.words import listed, nearest
from inregel.contract import Connection, Fault, Secret

_HIDDEN = Secret("hidden", b"")
_LABEL: Final = re.compile(r"[a-z0-9_]+")


class PartlyKnown(Mapping[str, Any]):
    """Settings of which a secret cannot be had: asking for that one raises the `Fault` of this office."""

    __slots__ = ("_absent", "_values")

    def __init__(self, values: Mapping[str, Any], absent: Mapping[str, Absent]) -> None:
        self._values = values
        self._absent = absent

    def __getitem__(self, name: str) -> Any:
        absent = self._absent.get(name)
        if absent is not None:
            raise Fault(absent.reason, remedy=absent.remedy)
        return self._values[name]

    def hides(self, names: Iterable[str]) -> bool:
        """Whether one of these cannot be had."""
        return any(name in self._absent for name in names)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Connections:
    """Makes the connections of offices."""

    def __init__(
        self, schema_of: Callable[[str], Mapping[str, Any] | None], systems: Callable[[], Iterable[str]]
    ) -> None:
        self._schema_of = schema_of
        self._systems = systems

    def of(self, office: str, scope: OfficeScope, note: Callable[[Mistake], None]) -> dict[str, Connection]:
        """By name (`afas`, `afas.test`); mistakes go to `note`. Raises `Absent` where they are one secret together."""
        place = scope.place("connections") or Position("", 0, 0)
        try:
            declared = scope.get("connections")
        except KeyError:
            return {}
        except Problem as problem:
            _report(problem, place, scope, note)
            return {}
        if not isinstance(declared, Mapping):
            note(Mistake("`connections` is a mapping of systems to how they are reached", place, "assu: {...}"))
            return {}
        found: dict[str, Connection] = {}
        for name in declared:
            where = place._replace(path=(*place.path, name)) if isinstance(place, Where) else place
            connection = self._one(office, name, declared, where, scope, note)
            if connection is not None:
                self._refuse_same(connection, found, where, note)
                found[name] = connection
        return found

    def _refuse_same(
        self,
        connection: Connection,
        found: Mapping[str, Connection],
        where: Where | Position,
        note: Callable[[Mistake], None],
    ) -> None:
        """Two names for one place would make two resources of each thing that is there."""
        parts = (self._schema_of(connection.system) or {}).get("x-identity", ())
        if isinstance(connection.settings, PartlyKnown) and connection.settings.hides(parts):
            return
        same = next((each.name for each in found.values() if each.identity == connection.identity), None)
        if same is not None:
            alike = listed(parts, last="and")
            message = f"`{connection.name}` is the same place as `{same}`: they have the same {alike}"
            note(Mistake(message, where._replace(key=True) if isinstance(where, Where) else where))

    def identities(self, office: str, scope: OfficeScope) -> Iterator[tuple[str, str]]:
        """Name and identity of each connection, alone; those that are not right are left out."""
        try:
            declared = scope.get("connections")
        except (KeyError, Problem, Absent):
            return
        for name in declared if isinstance(declared, Mapping) else ():
            shape = self._schema_of(name.partition(".")[0])
            try:
                settings = declared[name] or {}
                keys = () if shape is None else shape.get("x-identity", ())
                values = {key: settle(settings[key]) for key in keys if key in settings}
            except (Problem, Absent):
                continue
            if shape is not None:
                yield name, _identity(office, name, shape, values)

    def _one(
        self,
        office: str,
        name: str,
        declared: Mapping[str, Any],
        where: Where | Position,
        scope: OfficeScope,
        note: Callable[[Mistake], None],
    ) -> Connection | None:
        system, dot, label = name.partition(".")
        if dot and not _LABEL.fullmatch(label):
            place = where._replace(key=True) if isinstance(where, Where) else where
            note(Mistake("behind the dot stands a label of small letters, digits and `_`", place, f"{system}.test"))
            return None
        shape = self._schema_of(system)
        if shape is None:
            place = where._replace(key=True) if isinstance(where, Where) else where
            note(Mistake(f"there is no system `{system}`", place, nearest(system, self._systems())))
            return None
        values: dict[str, Any] = {}
        absent: dict[str, Absent] = {}
        partly: dict[str, PartlyKnown] = {}
        before: list[Mistake] = []
        try:
            settings = declared[name]
            for key in settings if isinstance(settings, Mapping) else ():
                try:
                    values[key], hidden = _settled(settings[key])
                    partly |= {key: PartlyKnown(values[key], hidden)} if hidden else {}
                except Absent as problem:
                    values[key], absent[key] = _HIDDEN, problem
                except Problem as problem:
                    place = where._replace(path=(*where.path, key)) if isinstance(where, Where) else where
                    _report(problem, place, scope, before.append)
        except Problem as problem:
            _report(problem, where, scope, before.append)
        if not before:
            data = values if isinstance(settings, Mapping) or settings is None else settings
            before = schema.check(data, shape, where if isinstance(where, Where) else Where(where.file))
            if isinstance(where, Position):
                before = [
                    Mistake(f"{mistake.message} (connection {name})", where, mistake.instead) for mistake in before
                ]
        for mistake in before:
            note(mistake)
        if before:
            return None
        identity = _identity(office, name, shape, values)
        known: Mapping[str, Any] = {**values, **partly}
        return Connection(
            system, name, identity, PartlyKnown(known, absent) if absent else known, int(shape.get("x-limit", 0))
        )


def _settled(raw: Any) -> tuple[Any, dict[str, Absent]]:
    """A setting, and of one that is a mapping, such as several tokens, which of them cannot be had.

    Raises `Absent` where it is one secret, `Problem`.
    """
    if not isinstance(raw, Mapping):
        return settle(raw), {}
    values: dict[str, Any] = {}
    absent: dict[str, Absent] = {}
    for name in raw:
        try:
            values[name] = settle(raw[name])
        except Absent as problem:
            values[name], absent[name] = _HIDDEN, problem
    return values, absent


def _identity(office: str, name: str, shape: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """System and the settings that its schema marks; where it marks none, the connection of this office."""
    parts = [str(values.get(key, "")) for key in shape.get("x-identity", ())]
    return f"{name.partition('.')[0]}:{'/'.join(parts)}" if parts else f"{name}:{office}"


def _report(problem: Problem, place: Where | Position, scope: OfficeScope, note: Callable[[Mistake], None]) -> None:
    message, instead = told(problem, scope.names())
    note(Mistake(message, problem.where or place, instead))

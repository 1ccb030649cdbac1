"""Settings that several connections share: what one installation has, it has for every office on it.

The schema of a connection says so: `"x-alike": {"version": ["installation"]}` means that two connections with the
same installation have the same version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.positions import locate
from inregel.config.scope import OfficeScope
from inregel.contract import Connection, Fault

Place = Where | Position


def unlike(
    connected: Mapping[str, Mapping[str, Connection]],
    schema_of: Callable[[str], Mapping[str, Any] | None],
    scope: Callable[[str], OfficeScope],
    root: Path,
) -> Iterator[Mistake]:
    """A mistake for each connection that differs from the first one that shares the setting, with both places."""
    first: dict[tuple[object, ...], tuple[str, str, object]] = {}
    for office, connection in _each(connected):
        rules: Mapping[str, Iterable[str]] = (schema_of(connection.system) or {}).get("x-alike", {})
        for name, shared in rules.items():
            try:
                value, same = connection.settings.get(name), [connection.settings.get(each) for each in shared]
            except Fault:
                continue  # a secret that cannot be had
            key = (connection.system, name, *map(str, same))
            other, other_name, known = first.setdefault(key, (office, connection.name, value))
            if known != value:
                there = _text(_place(scope(other), other_name, name), root)
                told = f"{' '.join(map(str, same))} has one {name}: "
                told += f"here it is {value}, and {known} at {other} ({there})"
                place = _place(scope(office), connection.name, name)
                yield Mistake(told, place, f"the same {name} at both")


def _each(connected: Mapping[str, Mapping[str, Connection]]) -> Iterator[tuple[str, Connection]]:
    return ((office, connection) for office, found in connected.items() for connection in found.values())


def _place(scope: OfficeScope, connection: str, setting: str) -> Place:
    place = scope.place("connections") or Position("", 0, 0)
    return place._replace(path=(*place.path, connection, setting)) if isinstance(place, Where) else place


def _text(place: Place, root: Path) -> str:
    return str(locate(root, place) if isinstance(place, Where) else place)

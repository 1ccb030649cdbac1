"""Containers with templates in them: each part is rendered when it is asked for, once.

So `connections.afas.environment` does not need the secret that stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, overload

from inregel.config.expressions import MARKS, Problem, Sealed
from inregel.config.source import Vaulted
from inregel.config.templates import Render


class Host(Protocol):
    """The scope in which the parts are rendered."""

    trace: set[str] | None
    """The names that the value under way rests on."""

    def traced(self, name: str, render: Render) -> tuple[Any, frozenset[str]]:
        """The value of a template, and the names that it rests on."""
        ...

    def placed(self, problem: Problem, name: str) -> Problem:
        """The problem with its place."""
        ...

    def vaulted(self, value: Vaulted) -> Sealed:
        """A secret."""
        ...

    def text(self, text: str) -> Render:
        """A compiled template."""
        ...


class LazyMap(Mapping[str, Any]):
    """A mapping with templates in it; each is rendered when its key is asked for."""

    __slots__ = ("_kept", "_name", "_raw", "_scope")

    def __init__(self, raw: Mapping[str, Any], scope: Host, name: str) -> None:
        self._raw = raw
        self._scope = scope
        self._name = name
        self._kept: dict[str, tuple[Any, frozenset[str]]] = {}

    def __getitem__(self, key: str) -> Any:
        return _part(self._raw[key], key, f"{self._name}\0.{key}", self._scope, self._kept)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


class LazyList(Sequence[Any]):
    """A list with templates in it."""

    __slots__ = ("_kept", "_name", "_raw", "_scope")

    def __init__(self, raw: Sequence[Any], scope: Host, name: str) -> None:
        self._raw = raw
        self._scope = scope
        self._name = name
        self._kept: dict[int, tuple[Any, frozenset[str]]] = {}

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        at = range(len(self._raw))[index]
        return _part(self._raw[at], at, f"{self._name}\0#{at}", self._scope, self._kept)

    def __len__(self) -> int:
        return len(self._raw)

    def __add__(self, other: Sequence[Any]) -> list[Any]:
        return [*self, *other]

    def __radd__(self, other: Sequence[Any]) -> list[Any]:
        return [*other, *self]


def _part(raw: Any, key: Any, name: str, scope: Host, kept: dict[Any, tuple[Any, frozenset[str]]]) -> Any:
    """The value of one part of a lazy container."""
    if key in kept:
        value, rests = kept[key]
        if scope.trace is not None:
            scope.trace |= rests
        return value
    if isinstance(raw, str):
        if not MARKS.search(raw):
            return raw
        try:
            value, rests = scope.traced(name, scope.text(raw))
        except Problem as problem:
            raise scope.placed(problem, name) from problem.__cause__
    elif isinstance(raw, Vaulted):
        value, rests = scope.vaulted(raw), frozenset()
    elif isinstance(raw, (dict, list)) and dynamic(raw):
        value, rests = lazy(raw, scope, name), frozenset()
    else:
        return raw
    kept[key] = (value, rests)
    return value


def lazy(raw: Any, scope: Host, name: str) -> LazyMap | LazyList:
    """A container with templates in it."""
    return LazyMap(raw, scope, name) if isinstance(raw, dict) else LazyList(raw, scope, name)


def dynamic(value: Any) -> bool:
    """Whether a template or a vault value stands anywhere in a value."""
    own = value.__class__
    if own is str:
        return "{" in value and MARKS.search(value) is not None
    if own is dict:
        return any(map(dynamic, value.values()))
    if own is list:
        return any(map(dynamic, value))
    return own is Vaulted

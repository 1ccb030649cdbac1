"""The values of a state, and the names for what modules, drivers and the engine hand to one another."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final, TypeAlias

from inregel.frozen import frozen


class Unknown(Enum):
    """The one value `UNKNOWN`: nobody has read it and nobody has said so. It is not a difference and not absence."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


class Secret:
    """A value that is printed as its name. Only `reveal()` gives the value; compare by keyed fingerprint."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str | bytes) -> None:
        self.name = name
        self._value = value.encode() if isinstance(value, str) else value

    def reveal(self) -> str:
        """The secret as text (UTF-8). Call it where the value is used, and keep the result nowhere."""
        return self._value.decode()

    def reveal_bytes(self) -> bytes:
        """The secret as bytes."""
        return self._value

    def fingerprint(self, key: bytes) -> str:
        """32 hex digits that tell under `key` whether two secrets are equal, and nothing else."""
        return hmac.new(key, self._value, hashlib.sha256).hexdigest()[:32]

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash((Secret, self.name))

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError(f"{self!r} is not to be pickled")


@frozen
class AtLeast:
    """The rule "at least this much": a whole number, for dates a time span counted from today, or a version.

    It is recorded as the rule, so that the passing of time is drift and not a changed plan. A version is the numbers
    of a text such as `1.2628.3.16`, and is compared number by number.
    """

    bound: int | timedelta | tuple[int, ...]

    def holds(self, value: Value, today: date) -> bool:
        """Whether `value` (int, date when the bound is a time span, text when it is a version) satisfies the rule."""
        if isinstance(self.bound, timedelta):
            return isinstance(value, date) and value >= today + self.bound
        if isinstance(self.bound, tuple):
            parts = value.split(".") if isinstance(value, str) else []
            return all(part.isascii() and part.isdecimal() for part in parts) and tuple(map(int, parts)) >= self.bound
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.bound

    def __str__(self) -> str:
        if isinstance(self.bound, timedelta):
            return f"at least {self.bound.days} days"
        return f"at least {'.'.join(map(str, self.bound)) if isinstance(self.bound, tuple) else self.bound}"


Value: TypeAlias = "str | int | bool | date | frozenset[str] | Secret | AtLeast | Unknown"
State: TypeAlias = Mapping[str, Value]
"""Flat; a field that is not set is left out. Where a whole state may be absent it is `State | None`."""
Key: TypeAlias = "str | tuple[str, str]"
"""A resource's name within its module and office, or (container, name)."""
Resources: TypeAlias = "dict[Key, State | None]"
"""What is declared: the state to reach, or None for "shall not be there"."""
Args: TypeAlias = Mapping[str, Any]
"""A task's arguments after templates and schema; secrets are `Secret`."""
View: TypeAlias = Mapping[str, Any]
"""What one read of a connection gave, or what a person answered: the driver's and the order's own shape.

A driver may say under `blocked`, by module, why a part could not be read that somebody can mend: `{module: Blocked}`.
"""
Answers: TypeAlias = Mapping[str, Any]


def key_text(key: Key) -> str:
    """The key as people write it: `name`, or `container/name`."""
    return key if isinstance(key, str) else f"{key[0]}/{key[1]}"


def containers_of(resources: Iterable[Key]) -> frozenset[str]:
    """The containers of some keys; plain keys stand in the container "" (the office itself)."""
    return frozenset(key[0] if isinstance(key, tuple) else "" for key in resources)

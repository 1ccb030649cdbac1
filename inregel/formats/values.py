"""The values of a state as JSON, as text for people, and as bytes for digests.

A `Secret` never becomes JSON: it raises `TypeError`, so that a leak is a fault and not a habit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from inregel.contract import UNKNOWN, AtLeast, Secret, State, Unknown, Value

_PLAIN: Final = frozenset((str, int, bool))


def encode_value(value: Value) -> Any:
    """One value as JSON: str, int and bool as they are, the others as a mapping with one key.

    Raises `TypeError` for a `Secret` and for all that is not a value of a state (a float, a list, a time of day).
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"date": value.isoformat()}
    if isinstance(value, frozenset):
        if not all(isinstance(item, str) for item in value):
            raise TypeError("a set of a state holds text only")
        return {"set": sorted(value)}
    if isinstance(value, AtLeast):
        return _encode_rule(value)
    if value is UNKNOWN:
        return {"unknown": True}
    if isinstance(value, Secret):
        raise TypeError(f"{value!r} is not to be stored")
    raise TypeError(f"a {type(value).__name__} is not a value of a state")


def _encode_rule(rule: AtLeast) -> dict[str, int | list[int]]:
    if isinstance(rule.bound, tuple):
        return {"at_least_version": list(rule.bound)}
    if not isinstance(rule.bound, timedelta):
        return {"at_least": rule.bound}
    if rule.bound != timedelta(days=rule.bound.days):
        raise TypeError(f"the rule '{rule}' does not count in whole days")
    return {"at_least_days": rule.bound.days}


def decode_value(data: Any) -> Value:
    """The inverse of `encode_value`. Raises `ValueError` for what it never wrote."""
    if type(data) in _PLAIN:
        return data  # type: ignore[no-any-return]  # one of the three plain types, just tested
    if isinstance(data, Mapping) and len(data) == 1:
        ((name, content),) = data.items()
        if name == "date":
            return date.fromisoformat(content)
        if name == "set":
            return frozenset(content)
        if name == "at_least":
            return AtLeast(content)
        if name == "at_least_days":
            return AtLeast(timedelta(days=content))
        if name == "at_least_version":
            return AtLeast(tuple(content))
        if name == "unknown":
            return UNKNOWN
    raise ValueError(f"not a stored value: {data!r}")


def encode(state: State | None) -> dict[str, Any] | None:
    """A whole state as JSON; None (absent) stays None."""
    if state is None:
        return None
    return {name: value if type(value) in _PLAIN else encode_value(value) for name, value in state.items()}


def decode(data: Mapping[str, Any] | None) -> dict[str, Value] | None:
    """The inverse of `encode`."""
    if data is None:
        return None
    return {name: value if type(value) in _PLAIN else decode_value(value) for name, value in data.items()}


def show(value: Value | None) -> str:
    """A value as people read it in a plan: `2028-11-14`, `a, b`, `yes`, a secret by its name, None as `absent`."""
    if value is None:
        return "absent"
    if isinstance(value, str):
        return value or "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    if isinstance(value, Secret):
        return value.name
    return value.value if isinstance(value, Unknown) else str(value)


def canonical(data: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8: equal data gives equal bytes. Values of a state may stand in it.

    Raises `TypeError` for a `Secret`, `ValueError` for a number that is none.
    """
    text = json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=encode_value
    )
    # A text with half a surrogate pair can come from an escape in YAML; it has a digest like any other.
    return text.encode("utf-8", "surrogatepass")

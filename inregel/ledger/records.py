"""Values of the ledger as the columns and JSON in which they are stored, and back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from inregel.contract import Key, Provenance, State, key_text
from inregel.formats import values
from inregel.ledger.base import LedgerError, OrderLine

FORGOTTEN: Final = "(forgotten)"
"""What is shown in place of a person whose key was destroyed."""

_TAGS: Final = frozenset(("date", "set", "at_least", "at_least_days", "unknown"))


def time_text(time: datetime) -> str:
    """UTC with six decimals, so that times sort as text. Raises `ValueError` for a time without a zone."""
    if time.tzinfo is None:
        raise ValueError(f"{time.isoformat()} has no time zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds")


class Garbled(LedgerError):
    """The ledger is damaged: {what} is not as inregel writes it. It was left as it is.
    See what was changed: inregel history verify
    Bring the ledger back: inregel ledger restore BACKUP --replace"""


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Within it rows are read that only inregel writes: where they are of another form, `Garbled` is raised."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Garbled(what=what) from error


def time_of(text: str) -> datetime:
    """The inverse of `time_text`. Raises `Garbled`, as all inverses here do."""
    try:
        return datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise Garbled(what="a time in it") from error


def maybe_time(text: str | None) -> datetime | None:
    """`time_of` where there is one."""
    return None if text is None else time_of(text)


def maybe_text(time: datetime | None) -> str | None:
    """`time_text` where there is one."""
    return None if time is None else time_text(time)


def maybe_day(text: str | None) -> date | None:
    """A day where there is one."""
    return None if text is None else date.fromisoformat(text)


def key_columns(key: Key) -> tuple[str, str]:
    """Container ("" where the key has none) and name. Raises `LedgerError` for a container without a name."""
    if isinstance(key, str):
        return "", key
    if not key[0]:
        raise LedgerError(reason=f"The key {key_text(key)} names a container without a name. Correct its module.")
    return key


def key_of(container: str, name: str) -> Key:
    """The inverse of `key_columns`."""
    return (container, name) if container else name


_any_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=values.encode_value).encode
_sorted_json = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def to_json(data: Any) -> str:
    """JSON without spaces; values of a state may stand anywhere in it. Raises `TypeError` for a secret."""
    return _any_json(data)


def from_json(text: str | bytes) -> Any:
    """The inverse of `to_json`: values of a state are themselves again, other mappings and lists are plain."""
    with decoding("a text of JSON in it"):
        return _revive(json.loads(text))


def _revive(data: Any) -> Any:
    if isinstance(data, dict):
        if len(data) == 1 and next(iter(data)) in _TAGS:
            return values.decode_value(data)
        return {name: _revive(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_revive(value) for value in data]
    return data


def names_json(names: Collection[str] | Collection[int]) -> str:
    """One parameter for any number of names."""
    return json.dumps(list(names))


def state_json(state: State | None) -> str:
    """A state, "null" where it is absent. Raises `TypeError` for a secret. Equal states give equal text."""
    return _sorted_json(values.encode(state))


def state_of(text: str) -> State | None:
    """The inverse of `state_json`."""
    with decoding("a state in it"):
        return values.decode(json.loads(text))


def states_json(states: Mapping[tuple[str, Key], State | None]) -> str:
    """All states of an office: equal content gives equal text, whatever its order."""
    rows = [(module, *key_columns(key), values.encode(state)) for (module, key), state in states.items()]
    return _sorted_json(sorted(rows, key=lambda row: row[:3]))


def states_of(text: str) -> dict[tuple[str, Key], State | None]:
    """The inverse of `states_json`."""
    decode = values.decode
    return {
        (module, (container, name) if container else name): decode(state)
        for module, container, name, state in json.loads(text)
    }


def lines_json(lines: Sequence[OrderLine]) -> str:
    """The lines of a work order without their notes, which may speak of people and are sealed."""
    return to_json(
        [
            [line.module, *key_columns(line.key), line.kind, line.operation, values.encode(line.reaches),
             line.arguments, line.outcome]
            for line in lines
        ]
    )  # fmt: skip


def lines_of(text: str, notes: Sequence[str | None] = ()) -> tuple[OrderLine, ...]:
    """The inverse of `lines_json`, with the notes put back; None is a note that was forgotten."""
    lines = tuple(
        OrderLine(module, key_of(container, name), kind, operation, values.decode(reaches), _revive(arguments), outcome)
        for module, container, name, kind, operation, reaches, arguments, outcome in json.loads(text)
    )
    if not any(note != "" for note in notes):
        return lines
    return tuple(
        replace(line, note=FORGOTTEN if note is None else note) for line, note in zip(lines, notes, strict=True)
    )


def provenance(row: Sequence[Any], person: str) -> Provenance:
    """A statement as stored (kind, at, until, source), with its person's name."""
    kind, at, until, source = row
    return Provenance(kind, maybe_time(at), person, maybe_day(until), source)


def event_kind(by: Provenance) -> str:
    """The kind of the event that records a statement."""
    return "verified" if by.kind == "verified" else "attested"


def spoken_of(kind: str, values: State | None, known: State | None) -> tuple[str, ...]:
    """The fields of which a statement is the provenance; "" is the resource as a whole.

    A proof speaks of its fields alone where something is known: that the resource is there stays a person's word.
    """
    whole = () if kind == "verified" and known is not None else ("",)
    return (*whole, *(values or ()))


def order_number(number: str) -> int:
    """7 for `W7` or `w7`; 0 for what is no such number."""
    digits = number.strip()[1:]
    is_one = number.strip()[:1] in ("W", "w") and digits.isascii() and digits.isdigit() and len(digits) < 12
    return int(digits) if is_one else 0

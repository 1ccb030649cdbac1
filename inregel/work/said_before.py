"""What a file said before, as the history has it: so the same sheet again says nothing new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final, NamedTuple

from inregel.ledger.base import Event


class Before(NamedTuple):
    """A value, and the day for which it was said."""

    value: Any
    day: date


GONE: Final[Mapping[str, None]] = {"": None}
"""The one field of a resource that is not there."""


@dataclass(slots=True)
class SaidBefore:
    """Of one module in one office."""

    listing: Before | None = None
    """The names of all there are, where that was said last."""
    resources: dict[str, dict[str, Before]] = field(default_factory=dict)
    """By name and field."""


def said_before(events: Iterable[Event], prefix: str, zone: tzinfo) -> dict[tuple[str, str], SaidBefore]:
    """By (office, module), what statements said whose source begins with `prefix`. Days are those of `zone`."""
    found: dict[tuple[str, str], SaidBefore] = {}
    for event in events:
        if event.kind != "attested" or not str(event.body.get("source", "")).startswith(prefix):
            continue
        at = event.body.get("at")
        day = (datetime.fromisoformat(at) if at else event.at).astimezone(zone).date()
        for module, container, name, state, how in event.body["resources"]:
            said = found.setdefault((event.office, module), SaidBefore())
            if how == "listing":
                said.listing = Before(frozenset(name), day)
                said.resources = {key: fields for key, fields in said.resources.items() if key in name}
                continue
            said.listing = None  # where this is a part of a listing, that follows
            fields = said.resources.setdefault(f"{container}/{name}" if container else name, {})
            if state is None or "" in fields:
                fields.clear()
            told: Mapping[str, Any] = GONE if state is None else state
            fields.update({part: Before(value, day) for part, value in told.items()})
    return found

"""What the ledger in memory remembers."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, NamedTuple

from inregel.contract import Key, Provenance, Secret, State
from inregel.ledger import chain
from inregel.ledger.base import Captured, Lease, Order, Pending, Rollout, Stated


class Entry(NamedTuple):
    """An event, its MAC, and what is personal in it."""

    entry: chain.Entry
    mac: bytes
    body: Mapping[str, Any]
    private: Mapping[str, Any]


class Given(NamedTuple):
    """A work order as written, and the records of the persons in it."""

    order: Order
    person: int | None
    by: int | None = None


@dataclass(slots=True)
class Tables:
    """All that a ledger remembers. Values are never changed in place, so that a shallow copy is a snapshot."""

    persons: dict[int, tuple[bytes, bytes, str]] = field(default_factory=dict)
    """Hash of the name, hash of the address, the name as written; None is a forgotten one."""
    events: list[Entry] = field(default_factory=list)
    stated: dict[tuple[str, str, Key], Stated] = field(default_factory=dict)
    """By office, module and key; `by` of a provenance is the number of a record."""
    listings: dict[tuple[str, str, str], Provenance] = field(default_factory=dict)
    orders: dict[int, Given] = field(default_factory=dict)
    operations: dict[str, Pending] = field(default_factory=dict)
    quota: dict[tuple[str, str, str], tuple[date, int, str]] = field(default_factory=dict)
    """By office, operation and reference: day, amount, state."""
    rollouts: dict[str, Rollout] = field(default_factory=dict)
    synced: dict[str, Mapping[tuple[str, Key], State | None]] = field(default_factory=dict)
    captured: list[tuple[Captured, Secret]] = field(default_factory=list)
    promised: frozenset[tuple[str, str]] = frozenset()
    """(operation, name)."""
    leases: dict[str, tuple[Lease, bool]] = field(default_factory=dict)
    """By identity: the newest, and whether it is still held."""
    slots: dict[tuple[str, int], tuple[str, datetime]] = field(default_factory=dict)
    last_person: int = 0

    def snapshot(self) -> Tables:
        """The same, unmoved by what comes after."""
        return Tables(*(copy(getattr(self, each.name)) for each in fields(self)))

"""An office with Assu, its certificate file and the inputs that a module is handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpers.canary import canary
from inregel.contract import Change, Connection, Key, Module, Office, Provenance, Secret, State, Step, Unknown
from inregel.engine.inputs import OfficeInputs, Shared
from inregel.ledger.base import LineKind
from inregel.library import Library
from inregel.plan.model import PlannedLine, PlannedOrder
from inregel.sandbox.certificates import Wish, make_container
from inregel.secrets.memory import MemorySource

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=ZoneInfo("Europe/Amsterdam"))
EMAIL = "vandalen@certificate.example"
FILE = "files/utrecht.abc"
ATTESTED = Provenance("attested", at=datetime(2024, 12, 11, 9, tzinfo=UTC), by="Ria van Dalen")
VERSIONS = {"older": "1.2628.3.9", "built_in": "1.2628.3.15", "renewal": "1.2628.3.16"}


def wish(**changes: Any) -> Wish:
    """The certificate of utrecht, with changes."""
    usual = Wish(
        serial=0x5D2077,
        email=EMAIL,
        name="Van Dalen Assurantiën",
        valid_from=datetime(2026, 11, 15, 9, tzinfo=UTC),
        valid_until=datetime(2028, 11, 14, 12, tzinfo=UTC),
    )
    return replace(usual, **changes)


def office(version: str = "1.2628.3.16", **variables: Any) -> Office:
    """Utrecht; `variables` come beside its administrator."""
    settings = {"installation": "rds-1", "portefeuille": "Van Dalen", "version": version}
    connection = Connection("assu", "assu", "assu:rds-1/Van Dalen", settings)
    named = {"certificate": {"administrator": "Ria van Dalen"}, "contact": "Info", **variables}
    return Office("utrecht", "Van Dalen Assurantiën", ("nl",), named, {"assu": connection})


@dataclass
class World:
    """A project's folder with secrets, for one office."""

    root: Path
    declared: Mapping[Key, State | None] = field(default_factory=dict)
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)
    library: Library = field(default_factory=lambda: Library(None))

    def __post_init__(self) -> None:
        self.secret = Secret("assu_pfx_utrecht", canary("the right password"))
        (self.root / "files").mkdir(exist_ok=True)
        self.put(make_container(wish(), self.secret.reveal()))
        self.shared = Shared(self.root, MemorySource({self.secret.name: self.secret.reveal()}), self.now)

    def put(self, data: bytes) -> None:
        """Writes the certificate's file."""
        (self.root / FILE).write_bytes(data)

    def wish(self, **changes: Any) -> None:
        """Writes the certificate's file, with another certificate in it."""
        self.put(make_container(wish(**changes), self.secret.reveal()))

    def inputs(self) -> OfficeInputs:
        """What a module is handed."""

        def of(ref: str, asker: str) -> tuple[str, Mapping[Key, State | None]]:
            self.asked.append(ref)
            return ref, self.declared

        return OfficeInputs(self.shared, of)

    def args(self, **changes: Any) -> dict[str, Any]:
        """The arguments of the certificate's task."""
        usual = {"file": FILE, "password": self.secret, "kind": "renewal", "email": EMAIL, "renew_before": "45d"}
        return usual | changes

    def module(self, name: str) -> Module:
        """A module, loaded as the product loads it."""
        return self.library.module(name)


def change(module: str, key: str, after: State | None, args: Mapping[str, Any], where: Office, **more: Any) -> Change:
    """A change of which everything differs, from unknown where `before` is not given."""
    before: State | Unknown | None = more.get("before", Unknown.UNKNOWN)
    return Change(where, module, key, before, after, tuple(after or ()), {}, args)


def order(where: Office, lines: list[tuple[str, str, LineKind, Step]]) -> PlannedOrder:
    """A planned order of these lines."""
    planned = tuple(PlannedLine(module, key, kind, step, Unknown.UNKNOWN) for module, key, kind, step in lines)
    step = planned[0].step
    return PlannedOrder("0" * 32, where.id, step.order, step.role, planned, number="W1", person="Ria van Dalen")

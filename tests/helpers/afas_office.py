"""An office with AFAS and the inputs that its modules are handed, without any driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpers.afas_wire import token_data
from inregel.config.connections import PartlyKnown
from inregel.config.expressions import Absent
from inregel.contract import (
    UNKNOWN,
    VERIFIED,
    Change,
    Connection,
    Finding,
    Key,
    Module,
    Office,
    Provenance,
    Secret,
    State,
    Step,
    Unknown,
)
from inregel.engine.inputs import OfficeInputs, Shared
from inregel.library import Library
from inregel.secrets.memory import MemorySource

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 20, 9, 14, tzinfo=ZONE)
APP = "Benefits-Plaza"
NUMBER = "54321"
USER = "54321.benefitsplaza"
GROUP = "BENEFITSPLAZA"
_LIBRARY = Library(None)


def module(name: str) -> Module:
    """A module, loaded as the product loads it."""
    return _LIBRARY.module(name)


def office(*, tokens: Mapping[str, Any] | None = None, **variables: Any) -> Office:
    """Zwolle; `tokens` are those of the connection, None for no such setting."""
    settings: dict[str, Any] = {"environment": NUMBER, "tier": "production"}
    settings |= {} if tokens is None else {"tokens": tokens}
    connection = Connection("afas", "afas", f"afas:{NUMBER}/production", settings, 5)
    named = {"contact": "Jan Kuiper", **variables}
    return Office("zwolle", "De Hanze Advies", ("payroll",), named, {"afas": connection})


def lost(app: str = APP) -> Mapping[str, Any]:
    """The setting `tokens` of a connection whose token nobody has."""
    return PartlyKnown({app: Secret("hidden", b"")}, {app: Absent("There is no secret token_zwolle.", "set it")})


def token(name: str = "token_zwolle") -> Secret:
    """A token as AFAS showed it."""
    return Secret(name, f"<token><version>1</version><data>{token_data(name)}</data></token>")


@dataclass
class Desk:
    """Inputs: what other tasks declare, by reference, and what people stated, by module and key."""

    root: Path
    declared: dict[str, Mapping[Key, State | None]] = field(default_factory=dict)
    stated: dict[tuple[str, Key], State] = field(default_factory=dict)
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def inputs(self) -> OfficeInputs:
        """What a module is handed."""

        def of(ref: str, asker: str) -> tuple[str, Mapping[Key, State | None]]:
            self.asked.append(ref)
            return ref, self.declared.get(ref, {})

        def known(office: str, module: str, key: Key) -> State | Unknown | None:
            return self.stated.get((module, key), UNKNOWN)

        return OfficeInputs(Shared(self.root, MemorySource({}), self.now, known=known), of, office="zwolle")


def change(name: str, key: Key, after: State | None, args: Mapping[str, Any], **more: Any) -> Change:
    """A change; from unknown where `before` is not given, and of all fields that differ."""
    before: State | Unknown | None = more.get("before", UNKNOWN)
    known = before if isinstance(before, Mapping) else {}
    fields = tuple(each for each in after or () if known.get(each) != (after or {})[each])
    sources: Mapping[str, Provenance] = {"": VERIFIED} if more.get("read") else {}
    where = more.get("where") or office()
    given = () if isinstance(before, Unknown) else fields
    return Change(where, name, key, before, after, given, sources, args)


def operations(way: Any) -> list[str]:
    """The names of the steps."""
    return [part.operation for part in way if isinstance(part, Step)]


def messages(findings: list[Finding]) -> list[str]:
    """What is said."""
    return [each.message for each in findings]


def working(**changes: Any) -> dict[str, Any]:
    """What the driver tells of a token that works."""
    usual = {
        "state": "working",
        "envid": f"O{NUMBER}AA",
        "app_connector": APP,
        "group": "Benefits-Plaza",
        "user": USER,
        "expires": "never",
        "get_connectors": {"BP_Employers": "Employers"},
        "update_connectors": {},
    }
    return {**usual, **changes}

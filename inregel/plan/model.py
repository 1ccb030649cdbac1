"""The values of a plan. A report reads them, apply executes them; nothing in here computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Literal, NamedTuple

from inregel.config.mistakes import Where
from inregel.contract import Blocked, Finding, Key, Office, Provenance, State, Step, Table, Unknown, Value, Wait
from inregel.frozen import frozen
from inregel.ledger.base import LineKind, Order


class Status(Enum):
    """Where one resource stands. A resource has exactly one, so the summary adds up."""

    IN_SYNC = "in_sync"
    CHANGE = "change"
    """Something will be done, by a machine or a person."""
    LOOK = "look"
    """A person is asked what is there (and to do it unless it is so already, where that is harmless)."""
    WAITING = "waiting"
    """A third party is at work, or an order that must come first is open."""
    QUEUED = "queued"
    """Over a quota: comes later."""
    BLOCKED = "blocked"
    FAILED = "failed"
    """Only in the outcome of an apply: refused, failed, or not reached after verify."""


Actor = Literal["", "machine", "person", "both"]


class FieldChange(NamedTuple):
    """One field that differs. `after` is the value to be reached where the step knows it, else the rule."""

    name: str
    before: Value | None
    """None: not set or absent."""
    after: Value | None
    was: Provenance
    """How `before` is known."""


@frozen
class PlannedStep:
    """A step and who does it."""

    step: Step
    actor: Literal["machine", "person"]
    order: str = ""
    """The identity of its work order."""


@dataclass(slots=True)
class Entry:
    """One resource in the plan."""

    office: str
    play: int
    """Index into `Plan.plays`."""
    module: str
    key: Key
    status: Status
    task: str
    where: Where
    before: State | Unknown | None = None
    after: State | None = None
    """As desired; rules stand as rules."""
    fields: tuple[FieldChange, ...] = ()
    chain: tuple[PlannedStep | Wait, ...] = ()
    """The whole way, in order."""
    actor: Actor = ""
    order: str = ""
    """Identity of the first work order that it stands in."""
    line: LineKind | None = None
    after_orders: tuple[str, ...] = ()
    """Identities of orders that must be done before this one can begin."""
    blocked: Blocked | None = None
    wait: Wait | None = None
    until: date | None = None
    """When a queued one comes."""
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    """Per field of `before`; "" is the whole."""
    needs: tuple[tuple[str, Key], ...] = ()
    """(module, key) of this office that it rests on."""

    @property
    def irreversible(self) -> bool:
        """Whether a step of it cannot be taken back."""
        return any(isinstance(part, PlannedStep) and part.step.irreversible for part in self.chain)


@frozen
class PlannedLine:
    """One line of a planned work order."""

    module: str
    key: Key
    kind: LineKind
    step: Step
    """Its state may be stored: secrets stand in it by fingerprint."""
    before: State | Unknown | None
    shown: State | None = None
    """What it reaches as the text says it, where that holds secrets: by their names."""


@frozen
class PlannedOrder:
    """A work order that apply would hand out, or that is open already."""

    identity: str
    office: str
    name: str
    """The text, `assu/wizard`."""
    role: str
    lines: tuple[PlannedLine, ...]
    after: tuple[str, ...] = ()
    """Identities of orders that come first; this one is handed out when they are done."""
    ready: bool = True
    """False: a machine's step, or a wait, comes first; it is not handed out yet."""
    number: str = ""
    """`W1`: that of the open order, else the one that it will have."""
    title: str = ""
    person: str = ""
    language: str = "nl"
    open: bool = False
    """It stands in the ledger and waits for the person."""
    opened: datetime | None = None
    """Since when, where it is open."""


@dataclass(slots=True)
class OfficePlan:
    """One office in one play."""

    office: Office
    play: int
    batch: int
    """From 1."""
    entries: list[Entry]
    """In the order in which they are done."""
    orders: list[PlannedOrder]
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    """(module, what lint says)."""
    tables: list[Table] = field(default_factory=list)
    held: str = ""
    """Why this office is not begun now (an earlier batch is open), or ""."""
    unavailable: str = ""
    """Why a system of it could not be read: its resources are blocked by others."""


@frozen
class PlannedPlay:
    """A play and how it is rolled out."""

    name: str
    pattern: str
    offices: tuple[str, ...]
    batches: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Plan:
    """What would be done, and why."""

    project: str
    playbook: str
    revision: str
    """Digest of all inputs, 64 hex digits; people see the first 7."""
    at: datetime
    seconds: float
    """How long the reading took."""
    plays: tuple[PlannedPlay, ...]
    offices: list[OfficePlan]
    """In the order of plays, then of the inventory."""
    secrets: bool = True
    """False: made without secrets; it cannot be applied."""
    notes: list[str] = field(default_factory=list)
    """Said once at the head, such as what could not be read without secrets."""

    def entries(self) -> list[Entry]:
        """All resources, each once."""
        return [entry for office in self.offices for entry in office.entries]


@frozen
class Performed:
    """One operation that a machine performed, or tried to."""

    office: str
    module: str
    key: Key
    operation: str
    outcome: Literal["performed", "failed", "unknown"]
    detail: str = ""


@dataclass(slots=True)
class Outcome:
    """What an apply did. `after` is the plan that a new run would print; its FAILED entries say what went wrong."""

    after: Plan
    performed: list[Performed] = field(default_factory=list)
    handed_out: list[Order] = field(default_factory=list)
    """Work orders that were opened by this run."""
    ended: list[Order] = field(default_factory=list)
    """Work orders that this run superseded or withdrew."""
    held: list[tuple[str, str]] = field(default_factory=list)
    """(play, why its next batch has not begun)."""
    stopped: list[tuple[str, str]] = field(default_factory=list)
    """(play, why its rollout was stopped)."""
    unavailable: list[tuple[str, str]] = field(default_factory=list)
    """(office, why it could not be worked on: a system that does not answer, a lease of somebody else)."""
    interrupted: bool = False

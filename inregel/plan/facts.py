"""Everything that planning one office rests on: what is declared, what was found, and who can do what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from inregel.config.model import Task
from inregel.contract import Args, Blocked, Inputs, Key, Module, Office, Seen, State
from inregel.ledger.base import Order, OrderLine, Pending, Promised
from inregel.plan.compare import Found
from inregel.plan.model import PlannedStep

Ref = tuple[str, Key]
"""A resource within one office: (module, key)."""


class Recorder(Inputs, Protocol):
    """Inputs that tell which references were asked for since the last time."""

    def take_asked(self) -> frozenset[str]:
        """The refs given to `of` since the last call."""
        ...

    def at(self, module: str) -> Inputs:
        """The same for resources of a module at its connection."""
        ...


@dataclass(slots=True, repr=False, eq=False)
class Declared:
    """One resource as a task declares it for one office."""

    play: int
    task: Task
    module: str
    key: Key
    state: State | None
    args: Args
    planned: bool = True
    """False: left out by tags or `when`; it counts for `exact` and for references only."""
    blocked: Blocked | None = None
    """A fault of this office: a file or a secret."""
    asked: frozenset[str] = frozenset()
    """What `desired` asked of `inputs.of`."""
    failed: bool = False
    """The task could not be evaluated, so what else it declares is not known."""


@dataclass(slots=True, repr=False, eq=False)
class Quotas:
    """What is left of the quotas today, of one office."""

    left: dict[str, int]
    """By operation; a missing one is not bounded."""
    limits: Mapping[str, int]
    today: date | None = None
    """The day that it is in the office; None is `Facts.today`."""


@dataclass(slots=True, repr=False, eq=False)
class Facts:
    """Everything that planning one office rests on."""

    office: Office
    today: date
    secret_key: bytes
    module: Callable[[str], Module]
    inputs: Recorder
    find: Callable[[str, Key], Found]
    operations: Callable[[str], frozenset[str]]
    """What the driver of a connection, by name, can perform now; empty where there is none."""
    has_text: Callable[[str], bool]
    """Whether there is a work-order text of that name."""
    person: Callable[[str], str]
    """The name that stands under a role."""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    """By module, what was read in this run."""
    owners: Sequence[Declared] = ()
    """One for each `exact` task, also where it declares nothing."""
    unreadable: Mapping[str, Blocked] = field(default_factory=dict)
    """By module: why its system could not be read."""
    orders: Sequence[Order] = ()
    """The open and the refused work orders of the office."""
    quotas: Quotas = field(default_factory=lambda: Quotas({}, {}))
    failed: Mapping[Ref, str] = field(default_factory=dict)
    """What failed in this run, and why."""
    unsettled: Mapping[Ref, Pending] = field(default_factory=dict)
    """Operations that were begun, and nothing tells what became of them: they are looked at, never repeated."""
    lost: Mapping[Ref, Sequence[Promised]] = field(default_factory=dict)
    """Secrets that were shown once when a resource was made, and that nobody stored."""
    allowed: Callable[[Ref, PlannedStep, Found], Blocked | None] = lambda ref, planned, found: None
    """Whether a step is one that was confirmed."""
    granted: Callable[[Ref, PlannedStep], Blocked | None] = lambda ref, planned: None
    """Whether a step that is begun now may be, where it is irreversible. Counts it."""
    _lines: dict[tuple[Ref, str], list[tuple[Order, OrderLine]]] | None = field(default=None, init=False)

    def lines_of(self, ref: Ref, state: str) -> Sequence[tuple[Order, OrderLine]]:
        """The lines about a resource in the orders of that state, with their orders."""
        if self._lines is None:
            self._lines = {}
            for order in self.orders:
                for line in order.order.lines:
                    self._lines.setdefault(((line.module, line.key), order.state), []).append((order, line))
        return self._lines.get((ref, state), ())

"""The contract test for modules: authors run it on their own, and ours go through the same.

`prove` takes a project folder and a playbook through the real steps (plan, apply, the people, the time) until nothing
is open. Then the plan must be empty, the plans must have written nothing, and each difference that was predicted must
be the one that came about. Systems are those of the project (a memory driver, an emulator); nothing is stubbed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from inregel.config import project as projects
from inregel.contract import VERIFIED, Key, Module, Value, key_text
from inregel.engine.applying import apply
from inregel.engine.planning import make_plan
from inregel.engine.run import Options, Run
from inregel.errors import InregelError
from inregel.ledger.base import Holder, Ledger, Order
from inregel.ledger.memory import MemoryLedger
from inregel.library import Library
from inregel.names import plain
from inregel.plan.compare import Found, compare
from inregel.plan.model import Entry, Plan, PlannedStep, Status
from inregel.secrets.base import SecretSource
from inregel.secrets.memory import MemorySource
from inregel.work import Desk, Work

Result = TypeVar("Result")
Person = Callable[[Work, Order], None]
"""Does one open work order: `work.done(...)` or `work.fail(...)` with what the screen says."""
Resource = tuple[str, str, Key]
"""(office, module, key)."""


class ContractBroken(InregelError):
    """{where} does not keep the contract of a module:
    {broken}
    What a module promises stands in docs/guide/modules-and-drivers.md"""


class Clock:
    """A clock that waits without waiting."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """The time, aware."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Moves on at once."""
        self.time += timedelta(seconds=seconds)


@dataclass(slots=True)
class Case:
    """One project to prove a module on."""

    root: Path
    playbook: str
    person: Person
    clock: Clock
    secrets: SecretSource = field(default_factory=lambda: MemorySource({}))
    library: Library | None = None
    writes: Callable[[], object] = lambda: None
    """A count of what was written to the systems: planning must not change it."""
    rounds: int = 20
    """After so many applies something must be wrong."""
    ledger: Ledger | None = None
    """None: a new one in memory."""


def prove(case: Case) -> Plan:
    """Takes the case to its end and returns the last plan. Raises `ContractBroken` with everything that was found."""
    proof = Proof(case)
    last = proof.run()
    if proof.broken:
        raise ContractBroken(where=case.root.name, broken="\n    ".join(dict.fromkeys(proof.broken)))
    return last


class Proof:
    """One run of the contract test; `broken` collects what was found."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.ledger: Ledger = case.ledger or MemoryLedger(case.clock)
        self.broken: list[str] = []
        self._predicted: dict[Resource, Mapping[str, Value | None]] = {}

    def run(self) -> Plan:
        """Plan, apply, people, time; again until nothing is open."""
        plan = self._plan()
        self._purity()
        for _ in range(self.case.rounds):
            if all(entry.status is Status.IN_SYNC for entry in plan.entries()):
                break
            self._predict(plan)
            if self.broken:
                return plan  # what follows from it would only hide it
            self._apply()
            orders = self.ledger.orders()
            for order in orders:
                self.case.person(self._work(), order)
            if not orders:
                self._wait(plan)
            plan = self._plan()
        self._judge(plan)
        return plan

    # --- steps ------------------------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        before = (dict(self.ledger.heads()), self.case.writes())
        plan = self._engine(make_plan)
        if (dict(self.ledger.heads()), self.case.writes()) != before:
            self.broken.append("making a plan wrote something")
        return plan

    def _apply(self) -> None:
        project = self._project()
        desk = Desk(self.ledger, project.library, project)
        self._engine(lambda run: apply(run, desk))

    def _engine(self, work: Callable[[Run], Awaitable[Result]]) -> Result:
        project = self._project()
        book = project.playbook(self.case.playbook)
        options = Options(now=self.case.clock, sleep=self.case.clock.sleep)
        holder = Holder("contract test", token_hex(4))

        async def main() -> Result:
            async with Run(project, book, self.ledger, holder, options) as run:
                run.declare()
                return await work(run)

        return asyncio.run(main())

    def _project(self) -> projects.Project:
        return projects.load(self.case.root, secrets=self.case.secrets, library=self.case.library)

    def _work(self) -> Work:
        project = self._project()
        return Work(self.ledger, project.library, self.case.secrets, self.case.clock, settings=project.settings)

    def _wait(self, plan: Plan) -> None:
        """Moves the clock to the next thing that somebody else does, or to the next day."""
        ends = [entry.wait.until for entry in plan.entries() if entry.wait is not None]
        now = self.case.clock()
        later = [end for end in ends if end > now]
        self.case.clock.time = min(later, default=now + timedelta(days=1)) + timedelta(seconds=1)

    # --- what is promised -------------------------------------------------------------------------------------------

    def _predict(self, plan: Plan) -> None:
        """Remembers what each difference says will be, and looks at the way to it."""
        library = self._project().library
        for entry in plan.entries():
            if entry.status in (Status.BLOCKED, Status.FAILED):
                why = entry.blocked.reason if entry.blocked else ""
                self.broken.append(f"{_name(entry)} is {entry.status.value}: {why}")
            if entry.chain:
                self._way(entry)
                self._predicted[entry.office, entry.module, entry.key] = {f.name: f.after for f in entry.fields}
            self._functions(entry.module, library.module(plain(entry.module)))

    def _way(self, entry: Entry) -> None:
        """The way must end at what is desired."""
        last = entry.chain[-1]
        reaches = last.step.reaches if isinstance(last, PlannedStep) else last.reaches
        today = self.case.clock().date()
        if compare(Found(reaches, {"": VERIFIED}), entry.after, today, self.ledger.fingerprint_key()).fields:
            self.broken.append(f"{_name(entry)}: the way does not end at what is desired")

    def _functions(self, name: str, module: Module) -> None:
        """A module without answers to read must say so, instead of saying that nothing is there."""
        try:
            seen = module.actual({})
        except Exception as error:
            self.broken.append(f"{name}.actual({{}}) raises {type(error).__name__}; not asked is Seen({{}}, False)")
            return
        if seen.complete is True:
            self.broken.append(f"{name}.actual({{}}) says that nothing is there; it was not asked: complete=False")

    def _purity(self) -> None:
        """Declaring twice gives the same."""

        async def twice(run: Run) -> bool:
            first = {name: office.declared for name, office in run.offices.items()}
            run.offices, run.selected = {}, []
            run.declare()
            again = {name: office.declared for name, office in run.offices.items()}
            return all(
                [(i.module, i.key, i.state) for i in first[name]] == [(i.module, i.key, i.state) for i in again[name]]
                for name in first
            )

        if not self._engine(twice):
            self.broken.append("desired() gives something else the second time")

    def _judge(self, plan: Plan) -> None:
        """At the end: nothing is open, and everything is as it was predicted."""
        open_ones = [entry for entry in plan.entries() if entry.status is not Status.IN_SYNC]
        if open_ones:
            names = ", ".join(f"{_name(entry)} ({entry.status.value})" for entry in open_ones[:5])
            self.broken.append(f"after everything was done the plan is not empty: {names}")
        self.broken += self._not_as_predicted(plan.entries())
        if self.ledger.verify():
            self.broken.append("the history does not verify")

    def _not_as_predicted(self, entries: Iterable[Entry]) -> list[str]:
        found = {(entry.office, entry.module, entry.key): entry for entry in entries}
        today = self.case.clock().date()
        result = []
        for resource, fields in self._predicted.items():
            entry = found.get(resource)
            if entry is None:
                continue
            wanted = {name: value for name, value in fields.items() if value is not None and name}
            seen = Found(entry.before, entry.provenance)
            key = self.ledger.fingerprint_key()
            if entry.after is not None and compare(seen, wanted, today, key).fields:
                result.append(f"{_name(entry)}: predicted {wanted}, found {entry.before}")
        return result


def _name(entry: Entry) -> str:
    return f"{entry.office}: {entry.module} {key_text(entry.key)}"


__all__ = ["Case", "Clock", "ContractBroken", "Person", "prove"]

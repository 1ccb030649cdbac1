"""The way of one office through an apply: read, lease, perform, read again, verify, hand out, remember."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from inregel.contract import Key, Office, Seen, State, Unknown, Value
from inregel.crashpoints import edge
from inregel.engine import performing, planning, shown
from inregel.engine.background import Background
from inregel.engine.leases import Leases, identities
from inregel.engine.run import OfficeRun, Reading, Run
from inregel.errors import InregelError
from inregel.frozen import frozen
from inregel.ledger.base import Order, Transaction
from inregel.plan.draft import sealed
from inregel.plan.facts import Ref
from inregel.plan.model import Entry, OfficePlan, Performed, PlannedOrder, PlannedStep, Status
from inregel.plan.proofs import fresh
from inregel.speech import message

MOST_ROUNDS = 50
"""More rounds than any sound chain of steps has; a module that never ends is stopped here."""


class Desk(Protocol):
    """Where work orders are handed out (`inregel.work.Desk`)."""

    def settle(
        self,
        tx: Transaction,
        office: Office,
        orders: Sequence[PlannedOrder],
        in_sync: Collection[tuple[str, Key]],
        scope: Collection[tuple[str, Key]] | None = None,
    ) -> Mapping[str, Order]:
        """Opens what can be begun, supersedes or withdraws what is no longer planned."""
        ...


@frozen
class Job:
    """What is the same for all offices of a batch."""

    desk: Desk
    play: int
    background: Background
    """What the ledger said when the play began; under the leases it is read again where others wrote meanwhile."""
    generation: int
    """That of the ledger before it was read."""
    held: str = ""
    """Why the batch is only looked at, or ""."""


@dataclass(slots=True)
class OfficeOutcome:
    """What an apply did for one office."""

    parts: list[OfficePlan] = field(default_factory=list)
    performed: list[Performed] = field(default_factory=list)
    handed_out: list[Order] = field(default_factory=list)
    ended: list[Order] = field(default_factory=list)
    unavailable: str = ""
    error: InregelError | None = None


class OfficeWork:
    """The way of one office through an apply."""

    def __init__(self, run: Run, office: OfficeRun, job: Job, result: OfficeOutcome) -> None:
        self.run, self.office, self.job, self.result = run, office, job, result
        self.play, self.background = job.play, job.background
        self.generation = job.generation
        self.reading = Reading()
        self.failed: dict[Ref, str] = {}
        self.tried: set[tuple[Ref, str, frozenset[tuple[str, Value]] | None]] = set()
        self.parts: list[OfficePlan] = []

    @property
    def name(self) -> str:
        """The office's id."""
        return self.office.office.id

    async def look(self) -> None:
        """Reads and plans only."""
        self.reading = await self.run.read(self.office)
        await self._plan()
        for part in self.parts:
            part.held = self.job.held
        self.result.parts = [part for part in self.parts if part.play == self.play]

    async def do(self) -> None:
        """Reads, and where there is something to do takes the leases and does it."""
        names = identities(self.office.office, self.office.connections())
        # Noted before the read: another office of this run that shares a connection may write after it.
        fences = {name: self.run.fences[name] for name in names if name in self.run.fences}
        self.reading = await self.run.read(self.office)
        self.run.options.observer.office_read(self.name)
        await self._plan()
        if self._something():
            async with Leases(self.run, names) as leases:
                await self._leased(leases, fences)
        if self.reading.errors and self.result.error is None:
            self.result.error = self.reading.errors[0]
            self.result.unavailable = message(self.result.error)
        self.result.parts = [part for part in self.parts if part.play == self.play]

    def _something(self) -> bool:
        """Whether this office needs more than a look."""
        if self._ready() or self.name in self.background.pending or self._orders_differ() or self._verdicts():
            return True
        return self._synced() != self.background.synced.get(self.name, {})

    def _orders_differ(self) -> bool:
        """Whether orders are to be opened, superseded or withdrawn."""
        if any(order.ready and not order.after and not order.open for order in self._own_orders()):
            return True
        scope = self._scope()
        planned = {order.identity for order in self._own_orders()}
        return any(
            order.state == "open"
            and order.order.identity not in planned
            and all((line.module, line.key) in scope for line in order.order.lines)
            for order in self.background.orders.get(self.name, ())
        )

    def _scope(self) -> set[Ref]:
        """What this plan speaks for: its resources, and what stands beside them in an order and is declared no more."""
        own = {(entry.module, entry.key) for entry in self._entries()}
        declared = {(item.module, item.key) for item in self.office.declared}
        scope = set(own)
        for order in self.background.orders.get(self.name, ()):
            refs = {(line.module, line.key) for line in order.order.lines}
            if refs & own:
                scope |= refs - declared
        return scope

    async def _leased(self, leases: Leases, fences: Mapping[str, int]) -> None:
        """Under the leases. What was read may have moved where somebody else had them meanwhile: it is read again."""
        run = self.run
        known = self._as_planned()
        if not leases.unbroken(fences):
            self.reading, known = await run.read(self.office), False
        if await self._settle(leases):
            self.background = self._ask()
            await self._plan()
        elif not known:
            await self._plan()
        self._judge(leases)
        for _ in range(MOST_ROUNDS):
            ready = list(self._ready())
            if not ready or run.stopping:
                break
            await self._round(leases, ready)
        await self._finish(leases)
        run.fences |= {lease.identity: lease.fence for lease in leases.held}

    def _as_planned(self) -> bool:
        """Whether the ledger still says what the plan was made on: neither others wrote, nor this run about it."""
        first = self.name not in self.run.written
        self.run.written.add(self.name)
        if first and self.run.ledger.generation() == self.generation:
            return True
        planned_on, self.background = self.background, self._ask()
        return planned_on.says_the_same(self.background, self.name)

    async def _settle(self, leases: Leases) -> bool:
        """What an earlier run began and did not end, if anything. What this run does not plan is read for it."""
        pending = self.background.pending.get(self.name)
        if not pending:
            return False
        planned = {(item.module, item.key) for item in self.office.declared if item.planned}
        others = {(item.module, item.key) for item in pending} - planned
        known = self.background.known.get(self.name)
        own, apart = self._find(), planning.finder(await self.run.read_undeclared(self.office, others), known)
        await performing.settle(
            self.run,
            self.office,
            leases,
            pending,
            lambda module, key: (apart if (module, key) in others else own)(module, key),
        )
        return True

    def _verdicts(self) -> dict[str, bool]:
        """By operation, what was read of the secrets that it was shown: there, or gone."""
        unproven, lost = self.background.unproven.get(self.name, ()), self.background.lost.get(self.name, ())
        return shown.verdicts(self.run, self.office, unproven, lost, planning.finder(self.reading, None))

    def _judge(self, leases: Leases) -> None:
        """Writes down what an earlier run could not read yet."""
        verdicts = self._verdicts()
        if verdicts:
            shown.judge(self.run, leases, verdicts)

    async def _round(self, leases: Leases, ready: Sequence[tuple[Entry, PlannedStep]]) -> None:
        """Performs what can be begun, reads it again, verifies, plans again."""
        run, now = self.run, self.run.options.now()
        tasks = []
        for entry, planned in ready:
            reaches = sealed(planned.step.reaches, run.secret_key)
            state = None if reaches is None else frozenset(reaches.items())
            mark = ((entry.module, entry.key), planned.step.operation, state)
            if mark in self.tried:
                self.failed[mark[0]] = f"{mark[1]} is proposed again after it was performed: no progress"
                continue
            self.tried.add(mark)
            tasks.append(performing.prepare(entry, planned.step, now))
        if tasks:
            await performing.perform(run, self.office, leases, tasks)
            for task in tasks:
                if not task.skipped:
                    run.allowance.begun(self.name, task.ref, task.step.operation)
            await self._read_again({task.ref for task in tasks})
            leases.outlast(run.options.patience)
            self.failed |= performing.verify(run, leases, tasks, self._find())
            self.result.performed += [task.result() for task in tasks if not task.skipped]
        if not self._still_says(tasks):
            self.background = self._ask()
        await self._plan()

    def _still_says(self, tasks: Sequence[performing.Task]) -> bool:
        """Whether the ledger says of this office what it said before these operations."""
        return self.run.ledger.generation() == self.generation and all(
            performing.leaves_nothing(self.run, task) for task in tasks
        )

    async def _read_again(self, refs: Collection[Ref]) -> None:
        fresh = await self.run.read(self.office, refs)
        exact = {owner.module for owner in self.office.desired.owners}  # their listing was read as a whole again
        for module, seen in fresh.seen.items():
            old = self.reading.seen.get(module)
            if old is None or (seen.complete is True and module in exact):
                self.reading.seen[module] = seen
                continue
            again = {key for name, key in refs if name == module}
            kept = {key: state for key, state in old.resources.items() if key not in again}
            found = {key: state for key, state in seen.resources.items() if key in again}
            self.reading.seen[module] = Seen({**kept, **found}, old.complete, {**old.at, **seen.at})
        for module in fresh.unreadable:
            # What was read before it was performed says nothing any more.
            self.reading.seen.pop(module, None)
        self.reading.unreadable |= fresh.unreadable
        self.reading.errors += fresh.errors

    async def _finish(self, leases: Leases) -> None:
        """Work orders, and what is in sync, in one commit."""
        run = self.run
        leases.outlast(run.options.patience)
        before = {order.number for order in self.background.orders.get(self.name, ()) if order.state == "open"}
        entries = self._entries()
        in_sync = {(entry.module, entry.key) for entry in entries if entry.status is Status.IN_SYNC}
        scope = self._scope()
        # What is in sync can be found out again; an order that a person was given can not.
        durable = bool(before or self._own_orders())

        def write(tx: Transaction) -> Mapping[str, Order]:
            opened = self.job.desk.settle(tx, self.office.office, self._own_orders(), in_sync, scope)
            for proof in fresh(entries, self.background.known.get(self.name)):
                tx.attest(self.name, proof.module, proof.key, proof.state, proof.by)
            tx.record_sync(self.name, self._synced())
            return opened

        with edge("apply.orders"):
            opened = await run.commits.together(leases.held, write, durable=durable)
        self._number(opened)
        self.result.handed_out = [order for order in opened.values() if order.number not in before]
        after = {order.number for order in run.ledger.orders([self.name])} if before else before
        self.result.ended = [run.ledger.order(number) for number in sorted(before - after)]
        for order in self.result.handed_out:
            for line in order.order.lines:
                run.allowance.begun(self.name, (line.module, line.key), line.operation)
            run.options.observer.handed_out(order.number, order.order.title, order.order.person, self.name)

    def _number(self, opened: Mapping[str, Order]) -> None:
        """The numbers that the orders really got."""
        for part in self.parts:
            part.orders = [
                replace(order, number=known.number, open=True, opened=known.opened) if known is not None else order
                for order in part.orders
                for known in (opened.get(order.identity),)
            ]

    # --- what the present plan says ---------------------------------------------------------------------------------

    async def _plan(self) -> None:
        self.parts = await planning.plan_office(self.run, self.office, self.reading, self.background, self.failed)

    def _ask(self) -> Background:
        """What the ledger says now."""
        self.generation = self.run.ledger.generation()
        return Background.read(self.run, [self.name], journal=True)

    def _find(self) -> performing.Find:
        return planning.finder(self.reading, self.background.known.get(self.name))

    def _entries(self) -> list[Entry]:
        return [entry for part in self.parts if part.play == self.play for entry in part.entries]

    def _own_orders(self) -> list[PlannedOrder]:
        return [order for part in self.parts if part.play == self.play for order in part.orders]

    def _ready(self) -> list[tuple[Entry, PlannedStep]]:
        """Machine's steps that can be begun now, in order: what they rest on is in sync, or done before them."""
        done = {(e.module, e.key) for part in self.parts for e in part.entries if e.status is Status.IN_SYNC}
        declared = {(e.module, e.key) for part in self.parts for e in part.entries}
        ready = []
        for entry in self._entries():
            first = entry.chain[0] if entry.chain else None
            if entry.status not in (Status.CHANGE, Status.LOOK) or not isinstance(first, PlannedStep):
                continue
            open_needs = (set(entry.needs) & declared) - done
            if first.actor == "machine" and not entry.after_orders and not open_needs:
                ready.append((entry, first))
                if len(entry.chain) == 1:
                    done.add((entry.module, entry.key))
        return ready

    def _synced(self) -> dict[Ref, State | None]:
        """What is in sync now, beside what was before and is not part of this plan."""
        entries = self._entries()
        planned = {(entry.module, entry.key) for entry in entries}
        known = self.background.synced.get(self.name, {})
        kept = {ref: state for ref, state in known.items() if ref not in planned}
        now: dict[Ref, State | None] = {}
        for entry in entries:
            ref = (entry.module, entry.key)
            if entry.status is Status.IN_SYNC and not isinstance(entry.before, Unknown):
                now[ref] = sealed(entry.before, self.run.secret_key)
            elif ref in known:
                now[ref] = known[ref]
        return {**kept, **now}

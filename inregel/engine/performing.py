"""Performing operations: each is journalled as intended before, and as performed, failed or unknown after.

Plain operations of one office and round are written together, in two commits that offices side by side may share; one
that cannot be taken back is written by itself. What became of an unknown one is never guessed: it is settled by the
driver, or read back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from inregel.contract import AtLeast, Key, Operation, Provenance, Receipt, Step, Unknown
from inregel.crashpoints import edge
from inregel.engine import asking, shown
from inregel.engine.leases import Leases
from inregel.engine.run import OfficeRun, Run
from inregel.errors import InregelError
from inregel.ledger.base import Pending, QuotaUsed, Transaction
from inregel.names import connection_of, plain
from inregel.plan.compare import Found, read_back
from inregel.plan.draft import sealed
from inregel.plan.facts import Ref
from inregel.plan.model import Entry, Performed

Outcome = Literal["performed", "failed", "unknown"]
Find = Callable[[str, Key], Found]
"""What is known of a resource now."""


@dataclass(slots=True)
class Task:
    """One operation of a round."""

    entry: Entry
    step: Step
    operation: Operation
    outcome: Outcome | None = None
    """None: not begun."""
    detail: str = ""
    journalled: bool = False
    captured: frozenset[str] = frozenset()
    """Names of the secrets that it was shown, and that are stored."""
    skipped: bool = False
    """Not begun, for now: what it rests on failed, or the run was interrupted."""
    there: bool | None = None
    """Whether what it was to reach was there when it was read again; None: that was not read."""

    @property
    def ref(self) -> Ref:
        """The resource."""
        return self.entry.module, self.entry.key

    @property
    def connection(self) -> str:
        """The name of the connection that performs it."""
        return connection_of(self.entry.module)

    @property
    def missing(self) -> frozenset[str]:
        """Names of the secrets that it was to be shown, and that are not stored."""
        return frozenset(self.step.captures) - self.captured

    def result(self) -> Performed:
        """What a report says of it."""
        entry = self.entry
        return Performed(
            entry.office, entry.module, entry.key, self.operation.name, self.outcome or "failed", self.detail
        )


def prepare(entry: Entry, step: Step, now: datetime) -> Task:
    """The operation of a step, with an id of its own."""
    module = plain(entry.module)  # a driver knows its own connection
    operation = Operation(
        _id(now), step.operation, module, entry.key, step.arguments, step.reaches, tuple(step.captures)
    )
    return Task(entry, step, operation)


def _id(now: datetime) -> str:
    """By time first, so that a table in this order is written at its end and not all over; then by chance."""
    return f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(5)}"


async def perform(run: Run, office: OfficeRun, leases: Leases, tasks: Sequence[Task]) -> None:
    """Performs one round in order. What rests on something that failed in it is not begun."""
    alone = any(task.step.irreversible for task in tasks)
    failed: set[Ref] = set()
    for group in [[task] for task in tasks] if alone else [list(tasks)]:
        await _intend(run, office, leases, group)
        try:
            for task in group:
                if not task.journalled:
                    continue
                if run.stopping or failed & set(task.entry.needs):
                    task.skipped, task.detail = True, "not begun"
                else:
                    await _one(run, office, leases, task)
                if task.outcome != "performed":
                    failed.add(task.ref)
        finally:
            await _record(run, leases, group)


async def _intend(run: Run, office: OfficeRun, leases: Leases, tasks: Sequence[Task]) -> None:
    """Writes to the journal what is about to be done, and takes its quota."""
    leases.outlast(run.options.patience * 2)
    with edge("apply.intend"):
        await run.commits.together(leases.held, partial(_write_intent, run, office, tasks))


def _write_intent(run: Run, office: OfficeRun, tasks: Sequence[Task], tx: Transaction) -> None:
    quotas, today = run.project.settings.quotas, run.day(office.office.id)
    for task in tasks:
        quota = quotas.get(task.step.operation)
        task.journalled, task.detail = True, ""
        try:
            if quota is not None:
                tx.reserve(office.office.id, quota.operation, today, 1, quota.amount, task.operation.id)
        except QuotaUsed as error:
            task.journalled, task.detail = False, str(error)
    tx.intend(*(_pending(run, office, task) for task in tasks if task.journalled))
    for task in tasks:
        if task.journalled and task.step.captures:
            tx.promise(task.operation.id, task.step.captures)


def _pending(run: Run, office: OfficeRun, task: Task) -> Pending:
    return Pending(
        id=task.operation.id,
        office=office.office.id,
        identity=office.office.connections[task.connection].identity,
        name=task.operation.name,
        module=task.entry.module,
        key=task.entry.key,
        reaches=sealed(task.step.reaches, run.secret_key),
        at=run.options.now(),
        outcome="intended",
    )


async def _one(run: Run, office: OfficeRun, leases: Leases, task: Task) -> None:
    """One operation through the driver. Anything but a clear answer is `unknown`."""
    observer, connection = run.options.observer, office.office.connections[task.connection]
    driver = await run.driver(office.office, task.connection)
    if driver is None or task.operation.name not in asking.operations(driver, connection.system):
        task.detail = "the driver can no longer perform it; make a new plan"
        return
    observer.performing(office.office.id, task.entry, task.step)
    async with run.slot(connection, run.options.patience):
        # Not before: others may have had the place for long, and the lease may be theirs by now.
        leases.outlast(run.options.patience * 2)
        if run.stopping:
            task.skipped, task.detail = True, "not begun"
            return
        task.outcome, task.detail = "unknown", "interrupted"
        with edge("apply.perform"):
            receipt = await asking.perform(
                driver, task.operation, run.options.patience, partial(_checkpoint, run, leases, task)
            )
        if receipt.captured:
            _capture(run, leases, task, connection.identity, receipt)
    task.outcome, task.detail = receipt.outcome, receipt.detail
    observer.performed(office.office.id, task.entry, task.step, receipt.outcome, receipt.detail)


def _checkpoint(run: Run, leases: Leases, task: Task, data: Mapping[str, Any]) -> None:
    with edge("apply.checkpoint"), run.ledger.writing(*leases.held) as tx:
        tx.checkpoint(task.operation.id, data)


def _capture(run: Run, leases: Leases, task: Task, identity: str, receipt: Receipt) -> None:
    """What is shown once is stored before anything else happens."""
    with edge("apply.capture"), run.ledger.writing(*leases.held) as tx:
        shown.keep(tx, task.operation.id, identity, receipt.captured)
    task.captured = frozenset(receipt.captured)


async def _record(run: Run, leases: Leases, tasks: Sequence[Task]) -> None:
    """Writes to the journal what became of them; what was not begun failed for certain.

    Not durable by itself: where a power failure takes it back, they are as they were intended, and settled.
    """
    with edge("apply.outcome"):
        await run.commits.together(leases.held, partial(_write_outcome, run, tasks), durable=False)


def _write_outcome(run: Run, tasks: Sequence[Task], tx: Transaction) -> None:
    journalled = [task for task in tasks if task.journalled]
    alike: dict[tuple[Outcome, str], list[str]] = {}
    for task in journalled:
        alike.setdefault((task.outcome or "failed", task.detail), []).append(task.operation.id)
    for (outcome, detail), ids in alike.items():
        tx.outcome(outcome, *ids, detail=detail)
    for task in journalled:
        if task.step.operation in run.project.settings.quotas and task.outcome != "unknown":
            tx.settle_quota(task.operation.id, spent=task.outcome == "performed")
        if task.outcome == "performed":
            shown.note_lost(tx, task.entry.office, task.operation.id, task.missing)


def verify(run: Run, leases: Leases, tasks: Sequence[Task], find: Find) -> dict[Ref, str]:
    """Compares what was read again with what each step was to reach; returns what failed, and why.

    What cannot be read back rests on the driver's own answer, and is attested by it.
    """
    today, key = run.shared.now.date(), run.secret_key
    for task in tasks:
        task.there = read_back(find(*task.ref), task.step.reaches, today, key)
    news = [task for task in tasks if _is_news(task)]
    if news:
        with edge("apply.verify"), run.ledger.writing(*leases.held) as tx:
            for task in news:
                _note_read(run, tx, task)
    return {task.ref: why for task in tasks if (why := _not_reached(task))}


def leaves_nothing(run: Run, task: Task) -> bool:
    """Whether no plan rests on what the ledger says of it: it ended for certain, and what it reached was read."""
    if task.outcome == "unknown" or (task.outcome == "performed" and task.there is None):
        return False
    return not task.step.captures and task.operation.name not in run.project.settings.quotas


def _is_news(task: Task) -> bool:
    """Whether there is something to write down of what was read, or that it could not be read."""
    if task.outcome == "performed":
        return task.there is None or bool(task.captured or task.missing)
    return task.outcome == "unknown" and task.there is not None


def _note_read(run: Run, tx: Transaction, task: Task) -> None:
    """What a read tells that nobody knew, or cannot tell."""
    there = task.there
    if there is None:
        _attest(run, tx, task.entry.office, task.ref, task.operation)
        return
    if task.outcome == "unknown":
        task.outcome = "performed" if there else "failed"
        tx.outcome(task.outcome, task.operation.id, detail="read back")
        if task.operation.name in run.project.settings.quotas:
            tx.settle_quota(task.operation.id, spent=there)
        shown.note_lost(tx, task.entry.office, task.operation.id, task.missing if there else ())
    if task.captured or task.missing:
        tx.judge(task.operation.id, there)


def _not_reached(task: Task) -> str:
    """Why a step did not reach what it was to reach; "" where it did, or was not begun."""
    name = task.operation.name
    if task.outcome == "performed":
        return "" if task.there is not False else f"{name} was answered, but what was to be reached is not there"
    if task.outcome == "unknown":
        return f"what became of {name} is not known: {task.detail}"
    return "" if task.skipped else task.detail or f"{name} failed"


def _attest(run: Run, tx: Transaction, office: str, ref: Ref, done: Operation | Pending) -> None:
    """What was performed and cannot be read rests on the driver's own word. A rule tells no value."""
    reaches = done.reaches
    if reaches is not None:
        reaches = {name: value for name, value in reaches.items() if not isinstance(value, AtLeast | Unknown)}
    by = Provenance("attested", run.options.now(), "inregel", source=f"operation {done.id}")
    tx.attest(office, *ref, sealed(reaches, run.secret_key), by)


async def settle(run: Run, office: OfficeRun, leases: Leases, pending: Sequence[Pending], find: Find) -> None:
    """What an earlier run left open: the driver says what became of it, else what was read says so."""
    for item in pending:
        connection = office.office.connections.get(connection_of(item.module))
        if connection is None or connection.identity != item.identity:
            # It was done elsewhere: what is read here says nothing about it.
            continue
        names = {each.name for each in run.ledger.promised([item.office]) if each.operation.id == item.id}
        receipt = await _settled(run, office, item, tuple(sorted(names)))
        there = read_back(find(item.module, item.key), item.reaches, run.shared.now.date(), run.secret_key, item.at)
        outcome, detail = receipt.outcome, receipt.detail or "settled by the driver"
        if outcome == "unknown":
            if there is None:
                continue
            outcome, detail = ("performed" if there else "failed"), "read back after an interruption"
        leases.outlast(run.options.patience)
        with edge("apply.settle"), run.ledger.writing(*leases.held) as tx:
            shown.keep(tx, item.id, item.identity, receipt.captured)
            tx.outcome(outcome, item.id, detail=detail)
            shown.settle(tx, item, outcome, there, names - receipt.captured.keys())
            if outcome == "performed" and there is None:
                _attest(run, tx, item.office, (item.module, item.key), item)
            if item.name in run.project.settings.quotas:
                tx.settle_quota(item.id, spent=outcome == "performed")


async def _settled(run: Run, office: OfficeRun, item: Pending, captures: tuple[str, ...]) -> Receipt:
    """What the driver knows of an operation that was interrupted."""
    try:
        driver = await run.driver(office.office, connection_of(item.module))
    except InregelError:
        return Receipt("unknown")
    if driver is None:
        return Receipt("unknown")
    operation = Operation(item.id, item.name, plain(item.module), item.key, {}, item.reaches, captures)
    return await asking.settle(driver, operation, run.options.patience, item.checkpoint)

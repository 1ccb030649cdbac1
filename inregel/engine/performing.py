"""Performing operations: each is journalled as intended before, and as performed, failed or unknown after.

Plain operations of one office and round share their two commits; one that cannot be taken back has its own. What became
of an unknown one is never guessed: it is settled by the driver, or read back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from inregel.contract import AtLeast, Key, Operation, Provenance, Receipt, Step, Unknown
from inregel.crashpoints import edge
from inregel.engine import asking
from inregel.engine.leases import Leases
from inregel.engine.run import OfficeRun, Run
from inregel.errors import InregelError
from inregel.ledger.base import Pending, QuotaUsed, Transaction
from inregel.plan.compare import Found, read_back
from inregel.plan.draft import Ref, sealed
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
    skipped: bool = False
    """Not begun, for now: what it rests on failed, or the run was interrupted."""

    @property
    def ref(self) -> Ref:
        """The resource."""
        return self.entry.module, self.entry.key

    @property
    def system(self) -> str:
        """The system that performs it."""
        return self.entry.module.partition(".")[0]

    def result(self) -> Performed:
        """What a report says of it."""
        entry = self.entry
        return Performed(
            entry.office, entry.module, entry.key, self.operation.name, self.outcome or "failed", self.detail
        )


def prepare(entry: Entry, step: Step) -> Task:
    """The operation of a step, with an id of its own."""
    operation = Operation(secrets.token_hex(8), step.operation, entry.module, entry.key, step.arguments, step.reaches)
    return Task(entry, step, operation)


async def perform(run: Run, office: OfficeRun, leases: Leases, tasks: Sequence[Task]) -> None:
    """Performs one round in order. What rests on something that failed in it is not begun."""
    alone = any(task.step.irreversible for task in tasks)
    failed: set[Ref] = set()
    for group in [[task] for task in tasks] if alone else [list(tasks)]:
        _intend(run, office, leases, group)
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
            _record(run, leases, group)


def _intend(run: Run, office: OfficeRun, leases: Leases, tasks: Sequence[Task]) -> None:
    """Writes to the journal what is about to be done, and takes its quota."""
    leases.outlast(run.options.patience * 2)
    quotas, today = run.project.settings.quotas, run.shared.now.date()
    with edge("apply.intend"), run.ledger.writing(*leases.held) as tx:
        for task in tasks:
            quota = quotas.get(task.step.operation)
            try:
                if quota is not None:
                    tx.reserve(office.office.id, quota.operation, today, 1, quota.amount, task.operation.id)
            except QuotaUsed as error:
                task.detail = str(error)
                continue
            tx.intend(_pending(run, office, task))
            task.journalled = True


def _pending(run: Run, office: OfficeRun, task: Task) -> Pending:
    return Pending(
        id=task.operation.id,
        office=office.office.id,
        identity=office.office.connections[task.system].identity,
        name=task.operation.name,
        module=task.entry.module,
        key=task.entry.key,
        reaches=sealed(task.step.reaches, run.secret_key),
        at=run.options.now(),
        outcome="intended",
    )


async def _one(run: Run, office: OfficeRun, leases: Leases, task: Task) -> None:
    """One operation through the driver. Anything but a clear answer is `unknown`."""
    observer, connection = run.options.observer, office.office.connections[task.system]
    driver = await run.driver(office.office, task.system)
    if driver is None or task.operation.name not in asking.operations(driver, task.system):
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
            _capture(run, leases, connection.identity, receipt)
    task.outcome, task.detail = receipt.outcome, receipt.detail
    observer.performed(office.office.id, task.entry, task.step, receipt.outcome, receipt.detail)


def _checkpoint(run: Run, leases: Leases, task: Task, data: Mapping[str, Any]) -> None:
    with edge("apply.checkpoint"), run.ledger.writing(*leases.held) as tx:
        tx.checkpoint(task.operation.id, data)


def _capture(run: Run, leases: Leases, identity: str, receipt: Receipt) -> None:
    """What is shown once is stored before anything else happens."""
    with edge("apply.capture"), run.ledger.writing(*leases.held) as tx:
        for name, secret in receipt.captured.items():
            tx.capture(name, identity, secret)


def _record(run: Run, leases: Leases, tasks: Sequence[Task]) -> None:
    """Writes to the journal what became of them; what was not begun failed for certain."""
    with edge("apply.outcome"), run.ledger.writing(*leases.held) as tx:
        for task in tasks:
            if not task.journalled:
                continue
            tx.outcome(task.operation.id, task.outcome or "failed", task.detail)
            if task.step.operation in run.project.settings.quotas and task.outcome != "unknown":
                tx.settle_quota(task.operation.id, spent=task.outcome == "performed")


def verify(run: Run, leases: Leases, tasks: Sequence[Task], find: Find) -> dict[Ref, str]:
    """Compares what was read again with what each step was to reach; returns what failed, and why.

    What cannot be read back rests on the driver's own answer, and is attested by it.
    """
    today, key = run.shared.now.date(), run.secret_key
    read = [(task, read_back(find(*task.ref), task.step.reaches, today, key)) for task in tasks]
    news = [each for each in read if (each[0].outcome, each[1] is None) in (("unknown", False), ("performed", True))]
    if news:
        with edge("apply.verify"), run.ledger.writing(*leases.held) as tx:
            for task, there in news:
                _note_read(run, tx, task, there)
    return {task.ref: why for task, there in read if (why := _not_reached(task, there))}


def _note_read(run: Run, tx: Transaction, task: Task, there: bool | None) -> None:
    """What a read tells that nobody knew, or cannot tell."""
    if there is None:
        _attest(run, tx, task.entry.office, task.operation)
        return
    task.outcome = "performed" if there else "failed"
    tx.outcome(task.operation.id, task.outcome, "read back")
    if task.operation.name in run.project.settings.quotas:
        tx.settle_quota(task.operation.id, spent=there)


def _not_reached(task: Task, there: bool | None) -> str:
    """Why a step did not reach what it was to reach; "" where it did, or was not begun."""
    name = task.operation.name
    if task.outcome == "performed":
        return "" if there is not False else f"{name} was answered, but what was to be reached is not there"
    if task.outcome == "unknown":
        return f"what became of {name} is not known: {task.detail}"
    return "" if task.skipped else task.detail or f"{name} failed"


def _attest(run: Run, tx: Transaction, office: str, done: Operation | Pending) -> None:
    """What was performed and cannot be read rests on the driver's own word. A rule tells no value."""
    reaches = done.reaches
    if reaches is not None:
        reaches = {name: value for name, value in reaches.items() if not isinstance(value, AtLeast | Unknown)}
    by = Provenance("attested", run.options.now(), "inregel", source=f"operation {done.id}")
    tx.attest(office, done.module, done.key, sealed(reaches, run.secret_key), by)


async def settle(run: Run, office: OfficeRun, leases: Leases, pending: Sequence[Pending], find: Find) -> None:
    """What an earlier run left open: the driver says what became of it, else what was read says so."""
    for item in pending:
        connection = office.office.connections.get(item.module.partition(".")[0])
        if connection is None or connection.identity != item.identity:
            # It was done elsewhere: what is read here says nothing about it.
            continue
        receipt = await _settled(run, office, item)
        there = read_back(find(item.module, item.key), item.reaches, run.shared.now.date(), run.secret_key, item.at)
        outcome, detail = receipt.outcome, receipt.detail or "settled by the driver"
        if outcome == "unknown":
            if there is None:
                continue
            outcome, detail = ("performed" if there else "failed"), "read back after an interruption"
        leases.outlast(run.options.patience)
        with edge("apply.settle"), run.ledger.writing(*leases.held) as tx:
            for name, secret in receipt.captured.items():
                tx.capture(name, item.identity, secret)
            tx.outcome(item.id, outcome, detail)
            if outcome == "performed" and there is None:
                _attest(run, tx, item.office, item)
            if item.name in run.project.settings.quotas:
                tx.settle_quota(item.id, spent=outcome == "performed")


async def _settled(run: Run, office: OfficeRun, item: Pending) -> Receipt:
    """What the driver knows of an operation that was interrupted."""
    try:
        driver = await run.driver(office.office, item.module.partition(".")[0])
    except InregelError:
        return Receipt("unknown")
    if driver is None:
        return Receipt("unknown")
    operation = Operation(item.id, item.name, item.module, item.key, {}, item.reaches)
    return await asking.settle(driver, operation, run.options.patience, item.checkpoint)

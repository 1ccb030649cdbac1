"""Making a plan: reads all offices at once and puts the plan together. Writes nothing, nowhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter

from inregel import rollout
from inregel.contract import Key
from inregel.engine import shown
from inregel.engine.background import Background
from inregel.engine.remarks import remark
from inregel.engine.rolling import barred, newest
from inregel.engine.run import OfficeRun, Reading, Run
from inregel.errors import InregelError
from inregel.ledger.base import Known, Pending
from inregel.names import connection_of, plain
from inregel.plan import texts
from inregel.plan.build import build
from inregel.plan.compare import Found, find, read_back
from inregel.plan.facts import Facts, Quotas, Ref
from inregel.plan.model import OfficePlan, Plan, PlannedOrder, PlannedPlay, Status
from inregel.plan.proofs import told_without_secrets
from inregel.speech import headline, joined


async def make_plan(run: Run) -> Plan:
    """The plan of a run whose offices are declared."""
    options, begun = run.options, perf_counter()
    options.observer.reading_started(len(run.offices))
    places = asyncio.Semaphore(max(1, options.forks))

    async def one(office: OfficeRun) -> Reading:
        async with places:
            reading = await run.read(office)
        options.observer.office_read(office.office.id)
        return reading

    readings = await asyncio.gather(*(one(office) for office in run.offices.values()))
    options.observer.reading_done()
    seconds = perf_counter() - begun
    background = Background.read(run, list(run.offices))
    plan = Plan(
        project=run.project.settings.project,
        playbook=run.playbook.path,
        revision=revision(run),
        at=run.shared.now,
        seconds=seconds,
        plays=planned_plays(run),
        offices=[],
        secrets=run.project.secrets.usable,
    )
    for office, reading in zip(run.offices.values(), readings, strict=True):
        plan.offices += await plan_office(run, office, reading, background)
    for play in range(len(run.plays)):
        hold(run, plan, play)
    number_orders(plan, run.ledger.next_number())
    return plan


def hold(run: Run, plan: Plan, index: int) -> None:
    """Says of the offices of later batches why an apply would not begin them: one before them waits for people."""
    play, batches = run.plays[index], plan.plays[index].batches
    parts = {part.office.id: part for part in plan.offices if part.play == index}
    record = newest(run, index)
    if record is not None and (record.revision == plan.revision or record.state == "paused"):
        reason = barred(record)
        for part in parts.values():
            part.held = reason if rollout.standing(part.entries) != "in_sync" else ""
        if reason:
            return
    reason = ""
    for batch in batches:
        for office in batch:
            parts[office].held = reason
        if reason:
            continue
        if any(_can_begin(parts[office]) for office in batch):
            return  # the next apply does this first, and then sees
        standings = {office: rollout.standing(parts[office].entries) for office in batch}
        reason = rollout.verdict(batch, standings, play.max_fail_percentage, play.proceed).reason


def _can_begin(part: OfficePlan) -> bool:
    """Whether an apply would do something here: hand out an order, or let a machine act."""
    if any(order.ready and not order.after and not order.open for order in part.orders):
        return True
    return any(
        entry.actor in ("machine", "both") and entry.status is Status.CHANGE and not entry.after_orders
        for entry in part.entries
    )


def planned_plays(run: Run) -> tuple[PlannedPlay, ...]:
    """The plays with their batches: those of the rollout that is under way, else as `serial` cuts them."""
    result = []
    for play, offices in zip(run.plays, run.selected, strict=True):
        result.append(PlannedPlay(play.name, play.pattern, offices, rollout.batches(offices, play.serial)))
    return tuple(result)


def revision(run: Run) -> str:
    """The digest of all that the plan rests on: configuration, declared files, secrets. 64 hex digits."""
    digest = hashlib.sha256()
    files = dict(run.project.inputs())
    files |= {path: file.digest for path, file in run.shared.files.items()}
    # A secret counts by its fingerprint: rekeying changes nothing, another password is another revision.
    files |= {f"secret {name}": s.fingerprint(run.secret_key) for name, s in run.project.secrets.used.items()}
    for path, mark in sorted(files.items()):
        digest.update(f"{path}\0{mark}\n".encode())
    return digest.hexdigest()


async def plan_office(
    run: Run, office: OfficeRun, reading: Reading, background: Background, failed: Mapping[tuple[str, Key], str] = {}
) -> list[OfficePlan]:
    """The plan of one office, one part per play."""
    facts = await gather_facts(run, office, reading, background)
    facts.failed = failed
    run.allowance.plan_again(office.office.id)
    entries, orders = build(facts, office.declared)
    known = background.known.get(office.office.id)
    if known is not None and not run.project.secrets.usable:
        entries = told_without_secrets(entries, known, run.optional, office.desired.inputs)
    parts = []
    for play in office.plays:
        own = [entry for entry in entries if entry.play == play]
        refs = {(entry.module, entry.key) for entry in own}
        mine = [titled(run, office, order) for order in orders if (order.lines[0].module, order.lines[0].key) in refs]
        part = OfficePlan(office.office, play, batch_of(run, play, office.office.id), own, mine)
        part.unavailable = joined(map(headline, reading.errors))
        remark(run, office, part, reading)
        parts.append(part)
    parts[0].findings += await shown.lost_elsewhere(run, office, background.lost.get(office.office.id, ()))
    return parts


def batch_of(run: Run, play: int, office_id: str) -> int:
    """The number of an office's batch in a play, from 1."""
    numbers: dict[str, int] | None = run.shared.memo.get(("batches", play))
    if numbers is None:
        batches = rollout.batches(run.selected[play], run.plays[play].serial)
        numbers = {office: i for i, batch in enumerate(batches, 1) for office in batch}
        run.shared.memo["batches", play] = numbers
    return numbers.get(office_id, 1)


async def gather_facts(run: Run, office: OfficeRun, reading: Reading, background: Background) -> Facts:
    """Everything that planning this office rests on."""
    name = office.office.id
    operations = await run.operations(office)
    limits = {operation: quota.amount for operation, quota in run.project.settings.quotas.items()}
    left = {operation: limit - background.used.get((name, operation), 0) for operation, limit in limits.items()}
    return Facts(
        office=office.office,
        today=run.shared.now.date(),
        secret_key=run.secret_key,
        module=lambda name: run.library.module(plain(name)),
        inputs=office.desired.inputs,
        find=finder(reading, background.known.get(name)),
        operations=lambda name: operations.get(name, frozenset()),
        has_text=lambda order: has_text(run, order),
        person=lambda role: run.project.person(name, role).partition(" <")[0],
        seen=reading.seen,
        owners=office.desired.owners,
        unreadable=reading.unreadable,
        orders=background.orders.get(name, ()),
        quotas=Quotas(left, limits, run.day(name)),
        lost=shown.lost_here(office, background.lost.get(name, ())),
        unsettled=unsettled(run, office, background.pending.get(name, ()), reading, background.known.get(name)),
        allowed=lambda ref, planned, found: run.allowance.ask(name, ref, planned, found),
        granted=lambda ref, planned: run.allowance.grant(name, ref, planned),
    )


def unsettled(
    run: Run, office: OfficeRun, pending: Sequence[Pending], reading: Reading, known: Known | None
) -> dict[Ref, Pending]:
    """Operations that were begun, and neither what was read nor what somebody said since tells what became of them."""
    result: dict[Ref, Pending] = {}
    find_now = finder(reading, known)
    for item in pending:
        connection = office.office.connections.get(connection_of(item.module))
        if connection is None or connection.identity != item.identity:
            continue
        found = find_now(item.module, item.key)
        if read_back(found, item.reaches, run.shared.now.date(), run.secret_key, item.at) is None:
            result[(item.module, item.key)] = item
    return result


def finder(reading: Reading, known: Known | None) -> Callable[[str, Key], Found]:
    """What is known of a resource: read, else stated."""
    seen = reading.seen
    return lambda module, key: find(seen.get(module), known, module, key)


def has_text(run: Run, order: str) -> bool:
    """Whether a work-order text exists."""
    memo = run.shared.memo
    if ("text", order) not in memo:
        try:
            run.library.text(order, "nl")
        except InregelError:
            memo[("text", order)] = False
        else:
            memo[("text", order)] = True
    return bool(memo[("text", order)])


def titled(run: Run, office: OfficeRun, order: PlannedOrder) -> PlannedOrder:
    """A planned order with its title, as the text gives it, in the office's language where there is such a text."""
    language = run.library.spoken(order.name, run.project.language(office.office.id))
    return replace(order, title=texts.title(order, office.office, language, run.library), language=language)


def number_orders(plan: Plan, first: int) -> None:
    """Gives the orders that are not open yet the numbers that they will have."""
    for part in plan.offices:
        for i, order in enumerate(part.orders):
            if not order.number:
                part.orders[i] = replace(order, number=f"W{first}")
                first += 1

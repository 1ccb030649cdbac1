"""Carrying a plan out: the plays in turn, their batches in turn, the offices of a batch side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from time import perf_counter

from inregel import rollout
from inregel.engine import planning
from inregel.engine.background import Background
from inregel.engine.office import Desk, Job, OfficeOutcome, OfficeWork
from inregel.engine.rolling import Rolling, has_failed
from inregel.engine.run import OfficeRun, Run
from inregel.errors import InregelError
from inregel.ledger.base import LeaseHeld
from inregel.plan.model import Outcome, Plan
from inregel.plan.progress import OfficeEnd
from inregel.speech import message


async def apply(run: Run, desk: Desk) -> Outcome:
    """Applies all plays of a run whose offices are declared. A stopped rollout ends the run."""
    began = perf_counter()
    plan = Plan(
        project=run.project.settings.project,
        playbook=run.playbook.path,
        revision=planning.revision(run),
        at=run.shared.now,
        seconds=0.0,
        plays=planning.planned_plays(run),
        offices=[],
    )
    outcome = Outcome(plan)
    run.note_fences()
    generation = run.ledger.generation()
    background = Background.read(run, list(run.offices), journal=True)
    for index in range(len(run.plays)):
        await _play(run, Job(desk, index, background, generation), outcome)
        if outcome.stopped or run.stopping:
            break
    planning.number_orders(plan, run.ledger.next_number())
    plan.seconds = perf_counter() - began
    outcome.interrupted = run.stopping
    return outcome


async def _play(run: Run, job: Job, outcome: Outcome) -> None:
    """One play: its batches in turn, until one holds or stops."""
    index = job.play
    rolling = Rolling.resume(run, index, outcome.after.revision)
    if rolling.barred:
        outcome.stopped.append((run.plays[index].name, rolling.barred))
        # Nothing is begun; what there is to do is said all the same.
        chosen = run.selected[index]
        looked = await _batch(run, replace(job, held=rolling.barred), chosen, rolling)
        for office in chosen:
            if office in looked:
                _collect(outcome, office, looked[office])
        return
    held, waits = "", False
    for batch in rolling.batches:
        results = await _batch(run, replace(job, held=held), batch, rolling)
        for office in batch:
            if office in results:
                _collect(outcome, office, results[office])
        if held:
            continue
        verdict = rolling.close(batch, results)
        if verdict.action == "stop" or run.stopping:
            if verdict.action == "stop":
                outcome.stopped.append((run.plays[index].name, verdict.reason))
            return
        waits = verdict.action == "hold"
        if waits and batch != rolling.batches[-1]:
            held = verdict.reason
            outcome.held.append((run.plays[index].name, held))
            run.options.observer.held(held)
    rolling.finish(waits)


async def _batch(run: Run, job: Job, batch: Sequence[str], rolling: Rolling) -> dict[str, OfficeOutcome]:
    """All offices of one batch, `forks` at a time; a held batch is only read, so that the plan can say what waits."""
    places = asyncio.Semaphore(max(1, run.options.forks))
    results: dict[str, OfficeOutcome] = {}
    failed: set[str] = set()
    run.options.observer.apply_started(0 if job.held else len(batch))

    async def one(office: str) -> None:
        async with places:
            if run.stopping or not (job.held or rolling.may_start(batch, len(failed))):
                return
            if not job.held:
                rolling.begin(office)
            results[office] = await apply_office(run, run.offices[office], job)
            if has_failed(results[office]):
                failed.add(office)

    try:
        async with asyncio.TaskGroup() as group:
            for office in batch:
                group.create_task(one(office))
    except BaseExceptionGroup as several:
        raise first_of(several) from several
    return results


def first_of(several: BaseExceptionGroup) -> BaseException:
    """The first one is what people have to know; that offices run side by side is a detail."""
    first: BaseException = several
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


async def apply_office(run: Run, office: OfficeRun, job: Job) -> OfficeOutcome:
    """One office in one play. What goes wrong here stays here, but for a fault of ours."""
    result = OfficeOutcome()
    work = OfficeWork(run, office, job, result)
    try:
        await (work.look() if job.held else work.do())
    except LeaseHeld as error:
        run.options.observer.waiting_for_lease(
            str(error.fields.get("identity", "")), str(error.fields.get("holder", ""))
        )
        run.errors.append(error)
        result.unavailable, result.error = message(error), error
    except InregelError as error:
        run.errors.append(error)
        result.unavailable, result.error = message(error), error
    if result.error is not None and not result.parts:
        # What can be said of the office all the same; where that fails too, the first error has said it.
        with suppress(InregelError):
            await work.look()
    if not job.held:
        run.options.observer.office_done(office.office.id, _end(result, job.play))
    return result


def _end(result: OfficeOutcome, play: int) -> OfficeEnd:
    if result.error is not None:
        return "unavailable"
    entries = [entry for part in result.parts if part.play == play for entry in part.entries]
    standing = rollout.standing(entries)
    ends: dict[rollout.Standing, OfficeEnd] = {
        "in_sync": "in_sync",
        "failed": "failed",
        "blocked": "blocked",
        "handed_out": "handed_out",
        "open": "waiting",
    }
    return ends[standing]


def _collect(outcome: Outcome, office: str, result: OfficeOutcome) -> None:
    outcome.after.offices += result.parts
    outcome.performed += result.performed
    outcome.handed_out += result.handed_out
    outcome.ended += result.ended
    if result.unavailable:
        outcome.unavailable.append((office, result.unavailable))

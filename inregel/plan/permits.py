"""Irreversible steps are counted against `--allow` only where they are begun: not what waits, or comes after others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inregel.plan.draft import Draft, handed_out
from inregel.plan.facts import Facts, Ref
from inregel.plan.model import PlannedStep, Status


def permit(facts: Facts, item: Draft, by_ref: Mapping[Ref, Draft]) -> None:
    """Blocks a resource whose next steps may not be begun. What it rests on has been looked at before it."""
    if item.status not in (Status.CHANGE, Status.LOOK):
        return
    steps = _begun(item)
    item.begins = bool(steps) and all(
        _comes_before(other, steps[0]) for ref in item.needs if (other := by_ref.get(ref)) is not None
    )
    if not item.begins or item.kind == "look":
        return
    asked = [planned for planned in steps if not handed_out(facts, item.ref, planned.step)]
    barred = next((why for planned in asked if (why := facts.granted(item.ref, planned)) is not None), None)
    if barred is not None:
        item.block(barred)


def _begun(item: Draft) -> Sequence[PlannedStep]:
    """The steps that one apply can begin: those of machines, and then what stands in one work order."""
    steps = item.lines()
    first = next((i for i, planned in enumerate(steps) if planned.actor == "person"), len(steps))
    last = first
    while last < len(steps) and steps[last].actor == "person" and _order(steps[last]) == _order(steps[first]):
        last += 1
    return steps[:last]


def _comes_before(other: Draft, first: PlannedStep) -> bool:
    """Whether what a resource rests on is done before it in one apply, or stands in the same work order."""
    if other.status is Status.IN_SYNC:
        return True
    if not other.begins:
        return False
    steps = other.lines()
    by_people = [planned for planned in steps if planned.actor == "person"]
    if not by_people:
        return True
    return first.actor == "person" and steps[-1].actor == "person" and _order(steps[-1]) == _order(first)


def _order(planned: PlannedStep) -> tuple[str, str]:
    return planned.step.order, planned.step.role

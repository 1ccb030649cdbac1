"""What may be begun: what was confirmed, and irreversible steps only by name and number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from inregel.contract import Blocked
from inregel.engine import moved
from inregel.formats import values
from inregel.frozen import frozen
from inregel.plan.compare import Found
from inregel.plan.draft import sealed
from inregel.plan.facts import Ref
from inregel.plan.model import Entry, Plan, PlannedStep
from inregel.speech import said

Mark = tuple[str, Ref, str, str, bytes]
"""Office, resource, operation, who acts and what it reaches."""


@frozen
class Confirmed:
    """A plan that a person has seen."""

    steps: frozenset[Mark]
    entries: Mapping[tuple[str, Ref], Entry]
    """By office and resource: what was found then, to say what has moved."""


def confirmed(plan: Plan, secret_key: bytes) -> Confirmed:
    """The steps of a plan, so that an apply does these and no others."""
    entries = {(entry.office, (entry.module, entry.key)): entry for entry in plan.entries()}
    steps = frozenset(
        _mark(office, ref, part, secret_key)
        for (office, ref), entry in entries.items()
        for part in entry.chain
        if isinstance(part, PlannedStep)
    )
    return Confirmed(steps, entries)


def _mark(office: str, ref: Ref, planned: PlannedStep, secret_key: bytes) -> Mark:
    reaches = values.canonical(values.encode(sealed(planned.step.reaches, secret_key)))
    return office, ref, planned.step.operation, planned.actor, reaches


class Allowance:
    """Asked before each step of a plan is put into an apply; each plan counts anew what is not begun."""

    def __init__(self, allow: Mapping[str, int] | None, seen: Confirmed | None, secret_key: bytes) -> None:
        self._left = None if allow is None else dict(allow)
        self._seen, self._secret_key = seen, secret_key
        self._granted: dict[str, set[tuple[Ref, str]]] = defaultdict(set)
        """By office, what was counted for the present plan and is not begun yet."""
        self._begun: set[tuple[str, Ref, str]] = set()
        self.moved: set[tuple[str, Ref]] = set()
        """What differs from the plan that was confirmed."""

    def plan_again(self, office: str) -> None:
        """Gives back what the last plan of an office counted and did not begin."""
        for _, operation in self._granted.pop(office, ()):
            if self._left is not None:
                self._left[operation] += 1

    def begun(self, office: str, ref: Ref, operation: str) -> None:
        """A step was begun, or handed out: what it took is used up, and stays granted in this run."""
        self._begun.add((office, ref, operation))
        self._granted[office].discard((ref, operation))

    def ask(self, office: str, ref: Ref, planned: PlannedStep, found: Found) -> Blocked | None:
        """None where the step is one that was confirmed; else what has moved, with planned and present value."""
        seen = self._seen
        if seen is None or _mark(office, ref, planned, self._secret_key) in seen.steps:
            return None
        self.moved.add((office, ref))
        what = moved.told(seen.entries.get((office, ref)), found.state, planned, self._secret_key)
        reason = said("it has moved since the plan that you confirmed: {what}", what=what)
        return Blocked(reason, "you", said("look at it: inregel plan"))

    def grant(self, office: str, ref: Ref, planned: PlannedStep) -> Blocked | None:
        """None where the step may be begun now; counts it where it cannot be taken back."""
        step = planned.step
        if self._left is None or not step.irreversible or (office, ref, step.operation) in self._begun:
            return None
        if (ref, step.operation) in self._granted[office]:
            return None
        if self._left.get(step.operation, 0) > 0:
            self._left[step.operation] -= 1
            self._granted[office].add((ref, step.operation))
            return None
        reason = said("{operation} cannot be taken back", operation=step.operation)
        return Blocked(reason, "you", f"inregel apply ... --allow {step.operation}=N")

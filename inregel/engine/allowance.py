"""What may be begun: what was confirmed, and irreversible steps only by name and number."""

from __future__ import annotations

from collections.abc import Mapping

from inregel.contract import Blocked
from inregel.formats import values
from inregel.plan.draft import Ref, sealed
from inregel.plan.model import Plan, PlannedStep

Mark = tuple[str, Ref, str, str, bytes]
Confirmed = frozenset[Mark]
"""Office, resource, operation, who acts and what it reaches, of each step of a plan that a person has seen."""


def confirmed(plan: Plan, secret_key: bytes) -> Confirmed:
    """The steps of a plan, so that an apply does these and no others."""
    return frozenset(
        _mark(entry.office, (entry.module, entry.key), part, secret_key)
        for entry in plan.entries()
        for part in entry.chain
        if isinstance(part, PlannedStep)
    )


def _mark(office: str, ref: Ref, planned: PlannedStep, secret_key: bytes) -> Mark:
    reaches = values.canonical(values.encode(sealed(planned.step.reaches, secret_key)))
    return office, ref, planned.step.operation, planned.actor, reaches


class Allowance:
    """Asked before each step of a plan is put into an apply."""

    def __init__(self, allow: Mapping[str, int] | None, seen: Confirmed | None, secret_key: bytes) -> None:
        self._left = None if allow is None else dict(allow)
        self._seen, self._secret_key = seen, secret_key
        self._granted: set[tuple[str, Ref, str]] = set()
        self.moved: set[tuple[str, Ref]] = set()
        """What differs from the plan that was confirmed."""

    def ask(self, office: str, ref: Ref, planned: PlannedStep) -> Blocked | None:
        """None where the step may be begun. What was granted once stays granted in this run."""
        step = planned.step
        if self._seen is not None and _mark(office, ref, planned, self._secret_key) not in self._seen:
            self.moved.add((office, ref))
            return Blocked("it has moved since the plan that you confirmed", "you", "look at it: inregel plan")
        if self._left is None or not step.irreversible or (office, ref, step.operation) in self._granted:
            return None
        if self._left.get(step.operation, 0) > 0:
            self._left[step.operation] -= 1
            self._granted.add((office, ref, step.operation))
            return None
        return Blocked(f"{step.operation} cannot be taken back", "you", f"inregel apply ... --allow {step.operation}=N")

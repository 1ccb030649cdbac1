"""One resource: what differs, which steps close it, and who does them. Pure, but for what a module asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from inregel.contract import (
    UNKNOWN,
    AtLeast,
    Blocked,
    Change,
    Fault,
    Provenance,
    Secret,
    State,
    Step,
    Wait,
    key_text,
)
from inregel.errors import InregelError
from inregel.formats import values
from inregel.ledger.base import LineKind, Pending
from inregel.names import at, connection_of, office_at, plain
from inregel.plan import shapes
from inregel.plan.compare import FINGERPRINT, WHOLE_VERIFIED, Difference, Found, compare
from inregel.plan.facts import Declared, Facts, Ref
from inregel.plan.faults import module_fault
from inregel.plan.lost import made_anew, told
from inregel.plan.model import Actor, FieldChange, PlannedStep, Status
from inregel.plan.proofs import proven
from inregel.speech import said


@dataclass(slots=True, repr=False, eq=False)
class Draft:
    """One resource on its way into the plan."""

    declared: Declared
    status: Status
    found: Found
    chain: tuple[PlannedStep | Wait, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    kind: LineKind | None = None
    actor: Actor = ""
    blocked: Blocked | None = None
    wait: Wait | None = None
    until: date | None = None
    asked: frozenset[str] = frozenset()
    needs: tuple[Ref, ...] = ()
    groups: list[int] = field(default_factory=list)
    """Groups of its steps, in order."""
    begins: bool = False
    """The next apply begins it; else something comes first."""

    @property
    def ref(self) -> Ref:
        """Its name within the office."""
        return self.declared.module, self.declared.key

    def lines(self) -> list[PlannedStep]:
        """The steps that are part of this plan: those before the first wait; of a look only the first."""
        steps: list[PlannedStep] = []
        for part in self.chain:
            if isinstance(part, Wait):
                break
            steps.append(part)
        return steps[:1] if self.kind == "look" else steps

    def block(self, why: Blocked, status: Status = Status.BLOCKED) -> None:
        """It cannot go on."""
        self.status, self.blocked = status, why


def draft(facts: Facts, declared: Declared) -> Draft:
    """Compares one resource and asks its module for the way."""
    ref = (declared.module, declared.key)
    if declared.blocked is not None:
        return Draft(declared, Status.BLOCKED, Found(UNKNOWN, {}), blocked=declared.blocked)
    if declared.module in facts.unreadable:
        return Draft(declared, Status.BLOCKED, Found(UNKNOWN, {}), blocked=facts.unreadable[declared.module])
    found = _found(facts, declared)
    difference = compare(found, declared.state, facts.today, facts.secret_key)
    lost = facts.lost.get(ref, ()) if found.state is not None else ()
    if not difference:
        result = Draft(declared, Status.IN_SYNC, found)
        if lost:
            result.block(told(lost))
        return result
    result = Draft(declared, Status.CHANGE, found)
    if ref in facts.failed:
        result.block(Blocked(facts.failed[ref], "you"), Status.FAILED)
        result.fields = _fields(declared.state, found, difference, None)
        return result
    _way(facts, result, difference)
    if lost and result.status is Status.CHANGE and not made_anew(lost, result.lines()):
        result.block(told(lost))
    return result


def _found(facts: Facts, declared: Declared) -> Found:
    """What is known of a resource; of what people stated also what a declared file shows."""
    found = facts.find(declared.module, declared.key)
    if found.sources is WHOLE_VERIFIED or declared.state is None:
        return found
    name, inputs = (facts.office.id, declared.module, declared.key), facts.inputs.at(declared.module)
    proves = getattr(facts.module(declared.module), "proves", None)
    return proven(proves, found, name, declared.args, inputs)


def _way(facts: Facts, result: Draft, difference: Difference) -> None:
    """The chain of steps, and what of it can be begun."""
    declared, found = result.declared, result.found
    facts.inputs.take_asked()
    change = Change(
        office=office_at(facts.office, [declared.module]),
        module=plain(declared.module),
        key=declared.key,
        before=found.state if difference.fields else UNKNOWN,
        after=declared.state,
        fields=difference.fields,
        provenance=found.sources,
        args=declared.args,
    )
    try:
        way: Any = facts.module(declared.module).steps(change, facts.inputs.at(declared.module))
    except Fault as fault:
        way = fault.blocked
    except InregelError:
        raise
    except (Exception, SystemExit) as error:
        raise module_fault(declared.module, facts.office.id, error) from error
    way = shapes.way(declared.module, facts.office.id, way)
    result.asked = declared.asked | facts.inputs.take_asked()
    first = None if isinstance(way, Blocked) or not way or isinstance(way[0], Wait) else way[0]
    result.fields = _fields(declared.state, found, difference, first)
    if isinstance(way, Blocked):
        result.block(way)
    elif not way:
        result.block(
            Blocked(said("{module} knows no way from here to what is declared", module=declared.module), "other")
        )
    elif first is None:
        assert isinstance(way[0], Wait)
        result.status, result.wait = Status.WAITING, way[0]
        result.chain = _acting(facts, declared.module, way, by_person=False)
    else:
        result.kind = "look" if result.ref in facts.unsettled else _kind(first, difference)
        result.status = Status.CHANGE if result.kind == "do" else Status.LOOK
        result.chain = _acting(facts, declared.module, way, by_person=result.kind == "look")
        _decide(facts, result)


def _kind(first: Step, difference: Difference) -> LineKind:
    """From unknown nothing is done that could do harm twice: it is looked at first."""
    if difference.fields:
        return "do"
    if difference.unknown and not (first.look_first or first.irreversible):
        return "look_then_do"
    return "look"


def _acting(
    facts: Facts, module: str, way: Sequence[Step | Wait], *, by_person: bool
) -> tuple[PlannedStep | Wait, ...]:
    """Who does each step: the driver where it can, else a person. A look is always a person's."""
    chain: list[PlannedStep | Wait] = []
    for part in way:
        if isinstance(part, Wait):
            chain.append(part)
            continue
        can = facts.operations(connection_of(at(part.operation, connection_of(module))))
        chain.append(PlannedStep(part, "machine" if part.operation in can and not by_person else "person"))
    return tuple(chain)


def _decide(facts: Facts, result: Draft) -> None:
    """Whether the steps have somebody to do them, and were not refused before."""
    steps = result.lines()
    for planned in steps:
        step = planned.step
        if planned.actor == "person" and not (step.order and facts.has_text(step.order)):
            if result.kind == "look" and not result.fields:
                result.status, result.chain, result.kind = Status.IN_SYNC, (), None
                return
            result.block(_nobody(step, result.kind, facts.unsettled.get(result.ref)))
            return
    actors = {planned.actor for planned in steps}
    result.actor = "both" if len(actors) == 2 else next(iter(actors))
    refused = _refused(facts, result, steps)
    if refused is not None:
        result.block(refused, Status.FAILED)
        return
    if result.kind != "look":
        # What stands in an open order was allowed when it was handed out, and stays so until the order is closed.
        asked = [planned for planned in steps if not handed_out(facts, result.ref, planned.step)]
        answers = (facts.allowed(result.ref, planned, result.found) for planned in asked)
        barred = next((why for why in answers if why is not None), None)
        if barred is not None:
            result.block(barred)


def handed_out(facts: Facts, ref: Ref, step: Step) -> bool:
    """Whether a person has this same step in hand."""
    lines = facts.lines_of(ref, "open")
    if not lines:
        return False
    reaches = values.encode(sealed(step.reaches, facts.secret_key))
    return any(
        line.kind != "look" and line.operation == step.operation and values.encode(line.reaches) == reaches
        for _, line in lines
    )


def _nobody(step: Step, kind: LineKind | None, begun: Pending | None = None) -> Blocked:
    none = said("and it names no work order")
    if step.order:
        none = said("and there is no work-order text {order!r}", order=step.order)
    if begun is not None:
        text = said(
            "nobody knows what became of {operation}, begun {moment}: the driver cannot read it, {why}",
            operation=begun.name,
            moment=f"{begun.at.astimezone():%Y-%m-%d %H:%M}",
            why=none,
        )
    elif kind == "look":
        text = said("nobody knows what is there, the driver could not read it, {why}", why=none)
    else:
        text = said(
            "the driver cannot perform {operation} with these credentials, {why}", operation=step.operation, why=none
        )
    return Blocked(text, "other")


def _refused(facts: Facts, result: Draft, steps: Sequence[PlannedStep]) -> Blocked | None:
    """A person said of this same change that it cannot be done."""
    lines = facts.lines_of(result.ref, "failed")
    if not lines:
        return None
    wanted = [(p.step.operation, values.encode(sealed(p.step.reaches, facts.secret_key))) for p in steps]
    for order, line in lines:
        if line.outcome == "cannot" and (line.operation, values.encode(line.reaches)) in wanted:
            reason = said("refused by {person} ({number})", person=order.by, number=order.number)
            if line.note:
                reason = said(
                    "refused by {person}: {note} ({number})", person=order.by, note=line.note, number=order.number
                )
            return Blocked(reason, "you", f"inregel work reopen {order.number}")
    return None


def sealed(state: State | None, secret_key: bytes) -> State | None:
    """A state that may be stored: each secret as its keyed fingerprint."""
    if state is None or not any(isinstance(value, Secret) for value in state.values()):
        return state
    return {
        name: FINGERPRINT + value.fingerprint(secret_key) if isinstance(value, Secret) else value
        for name, value in state.items()
    }


def sealed_step(step: Step, secret_key: bytes) -> Step:
    """A step whose state may be stored."""
    state = sealed(step.reaches, secret_key)
    return step if state is step.reaches else replace(step, reaches=state)


def _fields(after: State | None, found: Found, difference: Difference, first: Step | None) -> tuple[FieldChange, ...]:
    """What the plan prints: the value to be reached where the step knows it, else the rule."""
    names = (*difference.fields, *difference.unknown, *difference.stale)
    before: Mapping[str, object] = found.state if isinstance(found.state, Mapping) else {}
    changes = []
    for name in names:
        wanted = None if after is None else after.get(name)
        if isinstance(wanted, AtLeast) and first is not None and first.reaches is not None:
            wanted = first.reaches.get(name, wanted)
        was = UNKNOWN if name in difference.unknown else before.get(name)
        changes.append(FieldChange(name, was, wanted, found.source(name)))  # type: ignore[arg-type]  # a Value of a State
    return tuple(changes)


def provenance(found: Found) -> Mapping[str, Provenance]:
    """How a resource is known, as an entry carries it."""
    return found.sources


def ref_text(ref: Ref) -> str:
    """A resource as people write it: `afas.user:54321.x`."""
    return f"{ref[0]}:{key_text(ref[1])}" if ref[1] else ref[0]

"""The plan of one office: every resource once, in the order in which it is done, and the work orders for people.

Pure: it works on `Facts` and gives values. How one resource is decided stands in `draft`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from inregel.contract import Blocked, Step, Wait, containers_of, key_text
from inregel.formats import values
from inregel.ledger.base import Order
from inregel.names import label_of, meant, plain
from inregel.plan.draft import Draft, draft, ref_text, sealed_step
from inregel.plan.facts import Declared, Facts, Ref
from inregel.plan.faults import running
from inregel.plan.model import Entry, PlannedLine, PlannedOrder, PlannedStep, Status
from inregel.plan.order import Grouping, describe_circle, identity, line_digest, sort
from inregel.plan.permits import permit
from inregel.speech import phrase, said

_OPEN_END = (Status.CHANGE, Status.LOOK)


def build(facts: Facts, declared: Sequence[Declared]) -> tuple[list[Entry], list[PlannedOrder]]:
    """All resources of an office in the order of doing, and its work orders.

    `declared` stands in the order of plays and tasks. Raises `order.Circle` where resources need each other.
    """
    index = Index(declared)
    drafts = [draft(facts, item) for item in (*declared, *index.surplus(facts)) if item.planned]
    acting = [item for item in drafts if item.status is not Status.IN_SYNC]
    if not acting:
        return [_entry(facts.office.id, item) for item in drafts], []
    _reserve(facts, acting)
    for item in acting:
        item.needs = index.needs(item)
    ordered = _sorted(facts, acting)
    grouping = Grouping()
    by_ref = {item.ref: item for item in ordered}
    handed_out = HandedOut(facts.orders)
    for item in ordered:
        _follow(item, by_ref)
        permit(facts, item, by_ref)
        _group(facts, item, by_ref, grouping, handed_out)
    orders = _orders(facts, grouping)
    rest = [item for item in drafts if item.status is Status.IN_SYNC and item.ref not in by_ref]
    return [_entry(facts.office.id, item, grouping, orders) for item in (*ordered, *rest)], [
        orders[i] for i in sorted(orders)
    ]


class Index:
    """What an office declares, by module, key and task."""

    def __init__(self, declared: Sequence[Declared]) -> None:
        self.by_module: dict[str, list[Declared]] = defaultdict(list)
        self._by_task: dict[str, list[Ref]] = defaultdict(list)
        for item in declared:
            self.by_module[item.module].append(item)
            if item.task.name:
                self._by_task[item.task.name].append((item.module, item.key))
        self._labelled = {plain(module) for module in self.by_module if label_of(module)}
        """Modules at a connection with a label: a task without a name, which is called by its module, stands for one
        connection."""

    def resolve(self, ref: str, asker: str) -> list[Ref]:
        """What a task name, `module` or `module:key` stands for, to a resource of the module `asker`.

        [] where nothing is declared.
        """
        if ref in self._by_task and ref not in self._labelled:
            return self._by_task[ref]
        module, _, key = ref.partition(":")
        for way in meant(module, asker, self.by_module):
            items = (item for each in way for item in self.by_module.get(each, ()))
            found = [(item.module, item.key) for item in items if not key or key_text(item.key) == key]
            if found:
                return found
        return []

    def needs(self, item: Draft) -> tuple[Ref, ...]:
        """What a resource rests on: what its module asked for, and what `needs:` adds."""
        # What was asked for says already which connection it turned out to mean.
        found = {other for ref in item.asked for other in self.resolve(ref, ref.partition(":")[0])}
        found |= {other for ref in item.declared.task.needs for other in self.resolve(ref, item.declared.module)}
        found.discard(item.ref)
        return tuple(sorted(found, key=str))

    def surplus(self, facts: Facts) -> list[Declared]:
        """What is there, was verified in this run, and is declared by no task of an `exact` container."""
        extra: dict[Ref, Declared] = {}
        for owner in facts.owners:
            seen, items = facts.seen.get(owner.module), self.by_module.get(owner.module, [])
            # A task that could not be evaluated may declare what would be removed.
            if seen is None or any(item.failed for item in items):
                continue
            owned = _owned(facts, owner, items)
            wanted = {item.key for item in items}
            for key in seen.resources:
                if key not in wanted and containers_of([key]) <= owned:
                    surplus = Declared(owner.play, owner.task, owner.module, key, None, owner.args)
                    extra.setdefault((owner.module, key), surplus)
        return list(extra.values())


def _owned(facts: Facts, owner: Declared, items: Iterable[Declared]) -> frozenset[str]:
    """The containers that an `exact` task owns: those of its keys, and those that the module names."""
    named = getattr(facts.module(owner.module), "containers", None)
    with running(owner.module, facts.office.id):
        extra = frozenset(named(owner.args)) if named else frozenset()
    return containers_of(item.key for item in items if item.task is owner.task) | extra


def _reserve(facts: Facts, acting: Sequence[Draft]) -> None:
    """Quotas, in the order of declaration; what an open order holds is counted already."""
    if not facts.quotas.limits:
        return
    held = {(line.module, line.key, line.operation) for order in facts.orders if order.state == "open"
            for line in order.order.lines if line.kind != "look"}  # fmt: skip
    over: dict[str, int] = defaultdict(int)
    for item in acting:
        if item.status not in _OPEN_END or item.kind == "look":
            continue
        for planned in item.lines():
            operation = planned.step.operation
            if operation not in facts.quotas.limits or (*item.ref, operation) in held:
                continue
            if facts.quotas.left.get(operation, 0) > 0:
                facts.quotas.left[operation] -= 1
                continue
            days = 1 + over[operation] // max(1, facts.quotas.limits[operation])
            over[operation] += 1
            item.status, item.until = Status.QUEUED, (facts.quotas.today or facts.today) + timedelta(days=days)
            break


def _sorted(facts: Facts, acting: Sequence[Draft]) -> list[Draft]:
    """By what rests on what; the order of the playbook breaks ties; removals run in reverse."""
    by_ref = {item.ref: item for item in acting}
    removal = {item.ref for item in acting if item.declared.state is None and not item.declared.failed}
    before: dict[Ref, set[Ref]] = defaultdict(set)
    for item in acting:
        for other in item.needs:
            if other in by_ref:
                later, earlier = (other, item.ref) if {item.ref, other} <= removal else (item.ref, other)
                before[later].add(earlier)
    kept = [ref for ref in by_ref if ref not in removal]
    gone = [ref for ref in reversed(list(by_ref)) if ref in removal]
    try:
        return [by_ref[ref] for ref in sort([*kept, *gone], before)]
    except ValueError as error:
        raise describe_circle(facts.office.id, error.args[0], ref_text) from None


def _follow(item: Draft, by_ref: Mapping[Ref, Draft]) -> None:
    """What a resource rests on decides whether it can go on; a mere look rests on nothing."""
    if item.status not in _OPEN_END or item.kind == "look":
        return
    for ref in item.needs:
        other = by_ref.get(ref)
        if other is None:
            continue
        if other.status in (Status.BLOCKED, Status.FAILED):
            blocked = other.status is Status.BLOCKED
            why = phrase("blocked by {resource}") if blocked else phrase("waits for what failed: {resource}")
            who = other.blocked.who if other.blocked else "other"
            item.block(Blocked(said(why, resource=ref[0]), who, cause=ref_text(ref)))
            return
        if other.status in (Status.WAITING, Status.QUEUED) or any(isinstance(p, Wait) for p in other.chain):
            item.status, item.wait, item.until = Status.WAITING, other.wait or _wait(other), other.until
            item.blocked = Blocked(said("waits for {resource}", resource=ref_text(ref)), "other", cause=ref_text(ref))
            return


def _wait(item: Draft) -> Wait | None:
    return next((part for part in item.chain if isinstance(part, Wait)), None)


class HandedOut:
    """The lines that stand in open orders: a look does not supersede an order that a person has in hand."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._names = {
            (order.order.name, order.order.role, label_of(line.module))
            for order in orders if order.state == "open" for line in order.order.lines
        }  # fmt: skip
        self._lines = {
            line_digest(line.module, key_text(line.key), line.kind, line.operation, values.encode(line.reaches))
            for order in orders if order.state == "open" for line in order.order.lines
        }  # fmt: skip

    def apart(self, step: Step, label: str, kind: str, digest: str) -> str:
        """Groups a new look apart from an order of that name which was handed out without it."""
        waits = kind == "look" and (step.order, step.role, label) in self._names and digest not in self._lines
        return "look" if waits else ""


def _group(facts: Facts, item: Draft, by_ref: Mapping[Ref, Draft], grouping: Grouping, handed_out: HandedOut) -> None:
    """Puts the steps of one resource into groups, each after what comes before it."""
    if item.status not in _OPEN_END or item.kind is None:
        return
    after: set[int] = set()
    if item.kind != "look":
        after = {other.groups[-1] for ref in item.needs if (other := by_ref.get(ref)) is not None and other.groups}
    for planned in item.lines():
        if planned.actor == "machine":
            group = grouping.machine(after)
        else:
            step = sealed_step(planned.step, facts.secret_key)
            shown = None if step is planned.step else planned.step.reaches
            line = PlannedLine(*item.ref, item.kind, step, item.found.state, shown)
            digest = line_digest(
                line.module, key_text(line.key), line.kind, line.step.operation, values.encode(line.step.reaches)
            )
            label = label_of(line.module)  # a person works at one connection of a system at a time
            apart = f"{item.declared.play}{handed_out.apart(planned.step, label, item.kind, digest)}@{label}"
            group = grouping.person(planned.step.order, planned.step.role, line, after, apart=apart)
        item.groups.append(group)
        after = {group}


def _orders(facts: Facts, grouping: Grouping) -> dict[int, PlannedOrder]:
    """The groups of people as work orders, by group."""
    names = {
        i: identity(facts.office.id, group.name, group.role, group.lines)
        for i, group in enumerate(grouping.groups) if group.name
    }  # fmt: skip
    numbers = {order.order.identity: order for order in facts.orders if order.state == "open"}
    orders: dict[int, PlannedOrder] = {}
    for i, name in names.items():
        group = grouping.groups[i]
        known = numbers.get(name)
        orders[i] = PlannedOrder(
            identity=name,
            office=facts.office.id,
            name=group.name,
            role=group.role,
            lines=tuple(group.lines),
            after=tuple(sorted(names[j] for j in grouping.orders_before(i))),
            ready=not any(not grouping.groups[j].name for j in group.before),
            number=known.number if known else "",
            person=facts.person(group.role),
            open=known is not None,
            opened=known.opened if known else None,
        )
    return orders


def _entry(
    office: str, item: Draft, grouping: Grouping | None = None, orders: Mapping[int, PlannedOrder] | None = None
) -> Entry:
    """The value that the plan carries."""
    declared = item.declared
    entry = Entry(
        office,
        declared.play,
        declared.module,
        declared.key,
        item.status,
        declared.task.name,
        declared.task.where,
        item.found.state,
        declared.state,
        provenance=item.found.sources,
    )
    if item.status is Status.IN_SYNC:
        return entry
    entry.fields, entry.actor, entry.line = item.fields, item.actor, item.kind
    entry.blocked, entry.wait, entry.until, entry.needs = item.blocked, item.wait, item.until, item.needs
    if item.blocked is not None and item.blocked.field:
        # The line of the argument that is wrong, rather than that of the task.
        path = (*declared.task.where.path, plain(declared.module), item.blocked.field)
        entry.where = declared.task.where._replace(path=path)
    entry.chain = _with_orders(item, orders or {})
    if item.groups and grouping is not None and orders:
        own = [orders[g].identity for g in item.groups if g in orders]
        entry.order = own[0] if own else ""
        entry.after_orders = tuple(orders[g].identity for g in sorted(grouping.orders_before(item.groups[0])))
    return entry


def _with_orders(item: Draft, orders: Mapping[int, PlannedOrder]) -> tuple[PlannedStep | Wait, ...]:
    groups = iter(item.groups)
    chain: list[PlannedStep | Wait] = []
    for part in item.chain:
        group = None if isinstance(part, Wait) else next(groups, None)
        if group is not None and group in orders and isinstance(part, PlannedStep):
            part = PlannedStep(part.step, part.actor, orders[group].identity)
        chain.append(part)
    return tuple(chain)

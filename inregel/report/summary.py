"""How a plan adds up: each resource counts once, in exactly one sort."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from inregel.plan.model import Entry, OfficePlan, Plan, PlannedOrder, Status
from inregel.report.words import order_name, orders, ranges, settings
from inregel.speech import Speech


@dataclass(slots=True)
class Summary:
    """Counts of resources, unless said otherwise.

    `resources == in_sync + change + waiting + blocked + failed`, and `change == machine + person`.
    """

    resources: int = 0
    in_sync: int = 0
    change: int = 0
    machine: int = 0
    person: int = 0
    """A resource that needs a machine and a person counts here."""
    waiting: int = 0
    """Queued ones too."""
    blocked: int = 0
    failed: int = 0
    remove: int = 0
    """Of `change`."""
    handed_out: int = 0
    """Of `change`: they stand in work orders that people have in hand."""
    held: int = 0
    """Of `change`: an earlier batch comes first."""
    irreversible: int = 0
    orders: int = 0
    """Work orders, open ones too."""
    open_orders: tuple[str, ...] = ()
    """Numbers of those that people have in hand."""
    by_you: int = 0
    """Causes."""
    by_others: int = 0
    next: date | None = None
    """When the first of the waiting ones may go on."""

    @property
    def done(self) -> bool:
        """Everything is in sync."""
        return self.in_sync == self.resources

    @property
    def idle(self) -> bool:
        """Nothing can be begun now, though not everything is in sync."""
        return not self.done and self.change == self.handed_out + self.held and not self.failed


def summarise(plan: Plan) -> Summary:
    """Counts a plan. What is in sync costs one comparison, so that a plan of 100,000 resources is quick."""
    total, synced = Summary(), Status.IN_SYNC
    causes: dict[Literal["you", "other"], set[tuple[str, str]]] = {"you": set(), "other": set()}
    dates: list[date] = []
    for office in plan.offices:
        total.resources += len(office.entries)
        total.orders += len(office.orders)
        rest = [entry for entry in office.entries if entry.status is not synced]
        if not rest:
            continue
        known = {order.identity: order for order in office.orders}
        for entry in rest:
            _count(total, entry, office, known)
            if entry.blocked is not None and not entry.blocked.cause and entry.status is Status.BLOCKED:
                causes[entry.blocked.who].add((entry.blocked.reason, entry.blocked.remedy))
            if entry.status in (Status.WAITING, Status.QUEUED):
                dates += [each for each in (_next(entry),) if each is not None]
        total.open_orders += tuple(order_name(order) for order in office.orders if order.open)
    total.in_sync = total.resources - total.change - total.waiting - total.blocked - total.failed
    total.by_you, total.by_others = len(causes["you"]), len(causes["other"])
    total.next = min(dates, default=None)
    return total


def _count(total: Summary, entry: Entry, office: OfficePlan, orders: dict[str, PlannedOrder]) -> None:
    if entry.status in (Status.CHANGE, Status.LOOK):
        total.change += 1
        total.machine += entry.actor == "machine"
        total.person += entry.actor != "machine"
        total.remove += entry.after is None and entry.status is Status.CHANGE
        total.irreversible += entry.irreversible
        order = orders.get(entry.order)
        in_hand = order is not None and order.open and entry.actor != "machine"
        total.handed_out += in_hand
        total.held += bool(office.held) and not in_hand
    elif entry.status is Status.BLOCKED:
        total.blocked += 1
    elif entry.status is Status.FAILED:
        total.failed += 1
    else:
        total.waiting += 1


def _next(entry: Entry) -> date | None:
    if entry.wait is not None:
        return entry.wait.until.date()
    return entry.until


def closing(total: Summary, speech: Speech) -> list[str]:
    """The last lines about the counts. The very last one is a promise where nothing is to be done."""
    if total.done:
        # One form in English, so that who waits for this line in a script finds it.
        text = speech.many(
            total.resources,
            "Nothing to do: {count} resources in sync.",
            "Nothing to do: {count} resources in sync.",
        )
        return [text]
    if total.idle:
        return [*_causes(total, speech), _nothing_now(total, speech)]
    irreversible = speech.many(total.irreversible, "{count} irreversible", "{count} irreversible")
    causes = " ".join(_causes(total, speech, always=True))
    return [_counts(total, speech), f"{_orders(total, speech)}, {irreversible}. {causes}"]


def _counts(total: Summary, speech: Speech) -> str:
    number = speech.number
    parts = [
        speech("{count} in sync", count=number(total.in_sync)),
        speech(
            "{count} to change ({machine} machine, {person} person)",
            count=number(total.change),
            machine=number(total.machine),
            person=number(total.person),
        ),
        speech("{count} waiting", count=number(total.waiting)),
        speech.many(total.blocked, "{count} blocked", "{count} blocked"),
    ]
    if total.failed:
        parts.append(speech.many(total.failed, "{count} failed", "{count} failed"))
    return speech(
        "{resources}: {counts}. {remove} to remove.",
        resources=settings(total.resources, speech),
        counts=", ".join(parts),
        remove=number(total.remove),
    )


def _orders(total: Summary, speech: Speech) -> str:
    text = orders(total.orders, speech)
    if not total.open_orders:
        return text
    return speech("{orders} ({count} handed out already)", orders=text, count=speech.number(len(total.open_orders)))


def _causes(total: Summary, speech: Speech, *, always: bool = False) -> list[str]:
    if not (always or total.blocked):
        return []
    you, others = (speech.many(count, "{count} cause", "{count} causes") for count in (total.by_you, total.by_others))
    return [speech("Blocked by you: {you}. Blocked by others: {others}.", you=you, others=others)]


def _nothing_now(total: Summary, speech: Speech) -> str:
    number = speech.number
    waiting = speech("{count} waiting", count=number(total.waiting))
    if total.next is not None:
        waiting = speech("{waiting} (next {day})", waiting=waiting, day=total.next.isoformat())
    with_people = speech(
        "{count} with people ({orders})", count=number(total.handed_out), orders=ranges(total.open_orders, speech)
    )
    parts = [
        (True, speech("{count} in sync", count=number(total.in_sync))),
        (total.handed_out, with_people),
        (total.held, speech.many(total.held, "{count} held", "{count} held")),
        (total.waiting, waiting),
        (total.blocked, speech.many(total.blocked, "{count} blocked", "{count} blocked")),
    ]
    return speech("Nothing to do now: {counts}.", counts=", ".join(text for count, text in parts if count))

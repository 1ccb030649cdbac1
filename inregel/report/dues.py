"""What of a plan is bound to a day: what ends, what is to be looked at again, what others answer, how old orders are.

Pure, and without words of its own: `calendar` tells it as text, `ics` as a calendar, `season` as a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple

from inregel.contract import AtLeast, State
from inregel.plan.model import Entry, Plan, PlannedOrder

Sort = Literal["ends", "look", "answer", "turn"]
SORTS: Final[tuple[Sort, ...]] = ("ends", "look", "answer", "turn")
"""A value ends; a statement stops to count; a third party answers at the latest; a quota allows it."""


class Due(NamedTuple):
    """One day of one resource."""

    day: date
    sort: Sort
    what: str = ""
    """The field that ends, or who answers."""


class Aged(NamedTuple):
    """A work order that a person has in hand, and for how long."""

    days: int
    order: PlannedOrder


def dues(entry: Entry) -> list[Due]:
    """The days of one resource; a resource in sync has them too."""
    found = [Due(day, "ends", name) for name, day in _ends(entry.before, entry.after)]
    stated = [known.until for known in entry.provenance.values() if known.until is not None]
    if stated:
        found.append(Due(min(stated), "look"))
    if entry.wait is not None:
        found.append(Due(entry.wait.until.date(), "answer", entry.wait.party))
    elif entry.until is not None:
        found.append(Due(entry.until, "turn"))
    return found


def alone(entry: Entry) -> list[Due]:
    """The same, without a look on the day on which a value of it ends anyway: whoever is there then looks."""
    found = dues(entry)
    ends = {due.day for due in found if due.sort == "ends"}
    return [due for due in found if due.sort != "look" or due.day not in ends]


def _ends(before: object, after: State | None) -> Iterator[tuple[str, date]]:
    """Dates in what is there that a rule wants ahead, or that are called an end."""
    if not isinstance(before, Mapping):
        return
    for name, value in before.items():
        rule = after.get(name) if after else None
        wanted = isinstance(rule, AtLeast) and isinstance(rule.bound, timedelta)
        if isinstance(value, date) and (wanted or name.endswith("until")):
            yield name, value


def in_hand(plan: Plan) -> list[Aged]:
    """The work orders that people have in hand, the oldest first."""
    orders = [order for part in plan.offices for order in part.orders if order.open]
    return sorted(
        (Aged(age(order.opened, plan.at), order) for order in orders),
        key=lambda aged: (-aged.days, aged.order.office, _number(aged.order)),
    )


def age(opened: datetime | None, at: datetime) -> int:
    """Whole calendar days, in the time zone of the plan; 0 where it is not known since when, or since later."""
    return max(0, (at.date() - opened.astimezone(at.tzinfo).date()).days) if opened is not None else 0


def _number(order: PlannedOrder) -> tuple[int, str]:
    digits = order.number[1:]
    return (int(digits) if digits.isdecimal() and digits.isascii() else 0, order.identity)

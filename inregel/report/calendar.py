"""`--by date`: what comes in the next 90 days, what is overdue, and which work orders are in hand for how long. Pure.

Dates come from values that must lie ahead (a certificate's last day), from statements that stop to count, from waits
and from quotas.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from inregel.plan.model import Plan
from inregel.report import words
from inregel.report.dues import Aged, Due, dues, in_hand
from inregel.report.lines import EMPTY, Line, Span, line, pad

DAYS: Final = 90
LATE: Final = 14
"""From so many days on an order in hand, or a date ahead, is shown as one to act on."""
_ORDERS: Final = 20
_HANG: Final = 37


def calendar_lines(plan: Plan) -> Iterator[Line]:
    """One line per day, module and event, the earliest first; then the orders in hand, the oldest first."""
    yield from _day_lines(plan)
    orders = in_hand(plan)
    if orders:
        yield EMPTY
        yield from _order_lines(orders)


def _day_lines(plan: Plan) -> Iterator[Line]:
    today = plan.at.date()
    last = today + timedelta(days=DAYS)
    days: dict[tuple[date, str, str], dict[str, int]] = {}
    for entry in plan.entries():
        for due in dues(entry):
            if due.day <= last:
                offices = days.setdefault((due.day, entry.module, event(due)), {})
                offices[entry.office] = offices.get(entry.office, 0) + 1
    yield EMPTY
    if not days:
        yield line(f"Nothing ends and nothing comes in the next {DAYS} days, until {last.isoformat()}.")
        return
    yield line(Span(f"What comes until {last.isoformat()}", "strong"), f" ({DAYS} days)")
    for (day, module, text), offices in sorted(days.items()):
        yield _day_line(day, today, (module, text), offices)


def _day_line(day: date, today: date, what: tuple[str, str], offices: dict[str, int]) -> Line:
    left = (day - today).days
    when = "today" if left == 0 else f"in {left} d" if left > 0 else f"{-left} d ago"
    style = "blocked" if left < 0 else "change" if left <= LATE else ""
    module, text = what
    count = sum(offices.values())
    many = f" ({words.number(count)} resources)" if count > len(offices) else ""
    total = f"{words.number(len(offices))} offices: " if len(offices) > 1 else ""
    names = total + words.some(offices, len(offices), 5)
    told = f"  {pad(when, 9)}{pad(module, 20)}{text}: {names}{many}"
    return line("  ", Span(day.isoformat(), style), told, hang=_HANG)


def event(due: Due) -> str:
    """What happens on that day."""
    return {
        "ends": f"{due.what} ends",
        "look": "is to be looked at again",
        "answer": f"{due.what} answers at the latest",
        "turn": "queued, its quota allows it",
    }[due.sort]


def _order_lines(orders: list[Aged]) -> Iterator[Line]:
    yield line(Span("Work orders in hand", "strong"), f" ({words.number(len(orders))}, the oldest first)")
    for days, order in orders[:_ORDERS]:
        since = "today" if days == 0 else f"{days} d"
        text = f"{order.office}: {order.title or order.name}, {order.person or 'nobody by name'}"
        style = "change" if days >= LATE else ""
        yield line("  ", Span(pad(words.order_name(order), 10), style), f"  {pad(since, 9)}{text}", hang=23)
    if len(orders) > _ORDERS:
        yield line(f"  {words.plural(len(orders) - _ORDERS, 'more order')}: inregel work list")

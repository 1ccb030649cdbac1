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
from inregel.report.lines import EMPTY, Line, Span, cells, line, pad
from inregel.speech import Speech

DAYS: Final = 90
LATE: Final = 14
"""From so many days on an order in hand, or a date ahead, is shown as one to act on."""
_ORDERS: Final = 20
_HANG: Final = 37
_WHEN: Final = 9
"""Columns of how far away a day is, at the least."""


def calendar_lines(plan: Plan, speech: Speech) -> Iterator[Line]:
    """One line per day, module and event, the earliest first; then the orders in hand, the oldest first."""
    yield from _day_lines(plan, speech)
    orders = in_hand(plan)
    if orders:
        yield EMPTY
        yield from _order_lines(orders, speech)


def _day_lines(plan: Plan, speech: Speech) -> Iterator[Line]:
    today = plan.at.date()
    last = today + timedelta(days=DAYS)
    days: dict[tuple[date, str, str], dict[str, int]] = {}
    for entry in plan.entries():
        for due in dues(entry):
            if due.day <= last:
                offices = days.setdefault((due.day, entry.module, event(due, speech)), {})
                offices[entry.office] = offices.get(entry.office, 0) + 1
    yield EMPTY
    if not days:
        until = last.isoformat()
        yield line(speech("Nothing ends and nothing comes in the next {days} days, until {day}.", days=DAYS, day=until))
        return
    heading = speech("What comes until {day}", day=last.isoformat())
    yield line(Span(heading, "strong"), speech(" ({days} days)", days=DAYS))
    whens = {day: _when((day - today).days, speech) for day, _, _ in days}
    wide = max(_WHEN, *(cells(when) + 1 for when in whens.values()))
    for (day, module, text), offices in sorted(days.items()):
        yield _day_line(
            Span(day.isoformat(), _style((day - today).days)), pad(whens[day], wide), (module, text), offices, speech
        )


def _day_line(day: Span, when: str, what: tuple[str, str], offices: dict[str, int], speech: Speech) -> Line:
    module, text = what
    count = sum(offices.values())
    many = f" ({words.settings(count, speech)})" if count > len(offices) else ""
    total = f"{words.offices(len(offices), speech)}: " if len(offices) > 1 else ""
    names = total + words.some(offices, len(offices), 5)
    return line("  ", day, f"  {when}{pad(module, 20)}{text}: {names}{many}", hang=_HANG)


def _style(left: int) -> str:
    return "blocked" if left < 0 else "change" if left <= LATE else ""


def _when(left: int, speech: Speech) -> str:
    if left == 0:
        return speech("today")
    return speech("{days} d ago", days=-left) if left < 0 else speech("in {days} d", days=left)


def event(due: Due, speech: Speech) -> str:
    """What happens on that day."""
    return {
        "ends": speech("{what} ends", what=due.what),
        "look": speech("is to be looked at again"),
        "answer": speech("{what} answers at the latest", what=due.what),
        "turn": speech("queued, its quota allows it"),
    }[due.sort]


def _order_lines(orders: list[Aged], speech: Speech) -> Iterator[Line]:
    count = speech.number(len(orders))
    yield line(Span(speech("Work orders in hand"), "strong"), speech(" ({count}, the oldest first)", count=count))
    for days, order in orders[:_ORDERS]:
        since = speech("today") if days == 0 else speech("{days} d", days=days)
        text = f"{order.office}: {order.title or order.name}, {order.person or speech('nobody by name')}"
        style = "change" if days >= LATE else ""
        yield line("  ", Span(pad(words.order_name(order), 10), style), f"  {pad(since, 9)}{text}", hang=23)
    if len(orders) > _ORDERS:
        more = speech.many(len(orders) - _ORDERS, "{count} more order", "{count} more orders")
        yield line(f"  {more}: inregel work list")

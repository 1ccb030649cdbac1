"""`--by date`: what comes in the next 90 days, and what is overdue. Pure.

Dates come from values that must lie ahead (a certificate's last day), from statements that stop to count, from waits
and from quotas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from inregel.contract import AtLeast, State
from inregel.plan.model import Entry, Plan
from inregel.report import words
from inregel.report.lines import EMPTY, Line, Span, line, pad

DAYS: Final = 90
_HANG: Final = 37


def calendar_lines(plan: Plan) -> Iterator[Line]:
    """One line per day, module and event, the earliest first."""
    today = plan.at.date()
    last = today + timedelta(days=DAYS)
    days: dict[tuple[date, str, str], dict[str, int]] = {}
    for entry in plan.entries():
        for day, event in events(entry):
            if day <= last:
                offices = days.setdefault((day, entry.module, event), {})
                offices[entry.office] = offices.get(entry.office, 0) + 1
    yield EMPTY
    if not days:
        yield line(f"Nothing ends and nothing comes in the next {DAYS} days, until {last.isoformat()}.")
        return
    yield line(Span(f"What comes until {last.isoformat()}", "strong"), f" ({DAYS} days)")
    for (day, module, event), offices in sorted(days.items()):
        yield _day_line(day, today, (module, event), offices)


def _day_line(day: date, today: date, what: tuple[str, str], offices: dict[str, int]) -> Line:
    left = (day - today).days
    when = "today" if left == 0 else f"in {left} d" if left > 0 else f"{-left} d ago"
    style = "blocked" if left < 0 else "change" if left <= 14 else ""
    module, event = what
    count = sum(offices.values())
    many = f" ({words.number(count)} resources)" if count > len(offices) else ""
    total = f"{words.number(len(offices))} offices: " if len(offices) > 1 else ""
    names = total + words.some(offices, len(offices), 5)
    told = f"  {pad(when, 9)}{pad(module, 20)}{event}: {names}{many}"
    return line("  ", Span(day.isoformat(), style), told, hang=_HANG)


def events(entry: Entry) -> list[tuple[date, str]]:
    """(day, what happens then) of one resource."""
    found = [(day, f"{name} ends") for name, day in _ends(entry.before, entry.after)]
    stated = {known.until for known in entry.provenance.values() if known.until is not None}
    if stated:
        found.append((min(stated), "is to be looked at again"))
    if entry.wait is not None:
        found.append((entry.wait.until.date(), f"{entry.wait.party} answers at the latest"))
    elif entry.until is not None:
        found.append((entry.until, "queued, its quota allows it"))
    return found


def _ends(before: object, after: State | None) -> list[tuple[str, date]]:
    """Dates in what is there that a rule wants ahead, or that are called an end."""
    if not isinstance(before, Mapping):
        return []
    ends = []
    for name, value in before.items():
        rule = after.get(name) if after else None
        wanted = isinstance(rule, AtLeast) and isinstance(rule.bound, timedelta)
        if isinstance(value, date) and (wanted or name.endswith("until")):
            ends.append((name, value))
    return ends

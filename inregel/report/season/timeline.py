"""When what ends: a drawing by month, the same as a table, and the days of the next quarter. Pure.

A date counts here as it does in the calendar file: a look on the day on which a value ends anyway is one date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from inregel.plan.model import Plan
from inregel.report.calendar import DAYS
from inregel.report.dues import Due, Sort, alone
from inregel.report.ics import happens
from inregel.report.page import text
from inregel.report.season.look import Teller, table
from inregel.speech import phrase

_MONTHS: Final = 12
_ROWS: Final = 40
"""Rows of the next quarter that are shown."""
_OFFICES: Final = 5
_GROUPS: Final[tuple[tuple[str, frozenset[Sort], str], ...]] = (
    (phrase("ends"), frozenset(("ends",)), 'fill="#222" stroke="#222"'),
    (phrase("to be looked at again"), frozenset(("look",)), 'fill="#fff" stroke="#222"'),
    (phrase("others answer, quota"), frozenset(("answer", "turn")), 'fill="#999" stroke="#222"'),
)
"""Phrase, sorts, and paint: black, white and grey, so that it can be told apart on any paper."""
_WIDTH: Final = 960
_TOP: Final = 40
_BASE: Final = 190


class Column(NamedTuple):
    """One bar: what is past, a month, or what is later."""

    label: str
    counts: Sequence[int]
    """By group."""

    @property
    def total(self) -> int:
        """All dates of it."""
        return sum(self.counts)


def columns(plan: Plan, teller: Teller) -> list[Column]:
    """What is past, this month and the eleven after it, and what is later."""
    today = plan.at.date()
    first = today.year * 12 + today.month - 1
    found: Counter[tuple[int, int]] = Counter()
    for entry in plan.entries():
        for due in alone(entry):
            month = due.day.year * 12 + due.day.month - 1 - first
            place = 0 if due.day < today else min(month, _MONTHS) + 1
            found[place, _group(due)] += 1
    months = [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(first, first + _MONTHS)]
    labels = [teller.speech("overdue"), *months, teller.speech("later")]
    return [Column(label, [found[i, j] for j in range(len(_GROUPS))]) for i, label in enumerate(labels)]


def _group(due: Due) -> int:
    return next(i for i, (_, sorts, _) in enumerate(_GROUPS) if due.sort in sorts)


def timeline(plan: Plan, teller: Teller) -> Iterator[str]:
    """The drawing and its table."""
    bars = columns(plan, teller)
    yield teller.heading("When what ends")
    if not any(bar.total for bar in bars):
        yield teller.paragraph("Nothing ends and nothing is to be looked at.")
        return
    yield from _drawing(bars, teller)
    labels = "".join(f'<th scope="col" class="n">{text(bar.label)}</th>' for bar in bars)
    head = teller.columns("what") + labels + teller.counted("all")
    rows = [
        _row(teller.words(message), [bar.counts[i] for bar in bars], teller) for i, (message, *_) in enumerate(_GROUPS)
    ]
    yield from table(head, rows, _row(teller.words("all"), [bar.total for bar in bars], teller))


def _row(name: str, counts: Sequence[int], teller: Teller) -> str:
    return f'<tr><th scope="row">{name}</th>{teller.numbers([*counts, sum(counts)])}</tr>'


def _drawing(bars: Sequence[Column], teller: Teller) -> Iterator[str]:
    """Stacked bars; who cannot see them is read the counts."""
    highest = max(bar.total for bar in bars)
    told = ", ".join(f"{bar.label} {bar.total}" for bar in bars if bar.total)
    yield f'<svg viewBox="0 0 {_WIDTH} 220" role="img" aria-labelledby="when-title when-text">'
    yield f'<title id="when-title">{teller.words("When what ends")}</title>'
    yield (
        f'<desc id="when-text">'
        f"{teller.words('Bars per month: {counts}. The table below says the same.', counts=told)}</desc>"
    )
    for i, (message, _, paint) in enumerate(_GROUPS):
        yield f'<rect x="{20 + i * 220}" y="4" width="12" height="12" {paint}/>'
        yield f'<text x="{38 + i * 220}" y="14">{teller.words(message)}</text>'
    wide = _WIDTH / len(bars)
    for i, bar in enumerate(bars):
        middle, y = wide * (i + 0.5), float(_BASE)
        for number, (_, _, paint) in zip(bar.counts, _GROUPS, strict=True):
            high = number / highest * (_BASE - _TOP)
            y -= high
            if number:
                yield f'<rect x="{middle - 20:.1f}" y="{y:.1f}" width="40" height="{high:.1f}" {paint}/>'
        if bar.total:
            yield f'<text x="{middle:.1f}" y="{y - 4:.1f}" text-anchor="middle">{teller.count(bar.total)}</text>'
        yield f'<text x="{middle:.1f}" y="{_BASE + 16}" text-anchor="middle">{text(bar.label)}</text>'
    yield f'<line x1="0" y1="{_BASE}" x2="{_WIDTH}" y2="{_BASE}" stroke="#000"/>'
    yield "</svg>"


def coming(plan: Plan, teller: Teller) -> Iterator[str]:
    """What is overdue and what comes in the next 90 days: ends by day, looks by week, so that it stays short."""
    today = plan.at.date()
    last = today + timedelta(days=DAYS)
    rows: dict[tuple[date, str, str], Counter[str]] = {}
    for entry in plan.entries():
        for due in alone(entry):
            if due.day <= last:
                rows.setdefault(_when(due, entry.module, today, teller), Counter())[entry.office] += 1
    if not rows:
        return
    yield teller.heading("Until {day}", day=last.isoformat())
    ranked = sorted(rows.items())
    shown = [_coming(told, offices, teller) for (_, told, _), offices in ranked[:_ROWS]]
    foot = ""
    if len(ranked) > _ROWS:
        more = sum(offices.total() for _, offices in ranked[_ROWS:])
        text_ = teller.words(
            "{count} more rows: {command}",
            count=teller.count(len(ranked) - _ROWS),
            command=f"inregel plan {plan.playbook} --by date",
        )
        foot = f'<tr><th scope="row" colspan="2">{text_}</th><td class="n">{teller.count(more)}</td><td></td></tr>'
    head = teller.columns("day", "what") + teller.counted("number") + teller.columns("offices")
    yield from table(head, shown, foot)


def _when(due: Due, module: str, today: date, teller: Teller) -> tuple[date, str, str]:
    """(day to sort by, cells of the day and of what happens, module) of a row."""
    what = happens(due, teller.speech)
    if due.sort != "look":
        day, label = due.day, due.day.isoformat()
        if due.day < today:
            label += f" ({teller.speech('overdue')})"
        what = f"{module}: {what}"
    elif due.day < today:
        day, label = date.min, teller.speech("before {day}", day=today.isoformat())
    else:
        day = max(today, due.day - timedelta(days=due.day.weekday()))
        label = teller.speech("week of {day}", day=day.isoformat())
    return day, f"<td>{text(label)}</td><td>{text(what)}</td>", what


def _coming(cells: str, offices: Mapping[str, int], teller: Teller) -> str:
    number = sum(offices.values())
    return f'<tr>{cells}<td class="n">{teller.count(number)}</td><td>{teller.some(list(offices), _OFFICES)}</td></tr>'

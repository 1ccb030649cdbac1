"""The work orders that people have in hand, by person and age. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from inregel.plan.model import Plan
from inregel.report import words
from inregel.report.dues import Aged, in_hand
from inregel.report.page import text
from inregel.report.season.look import Teller, table
from inregel.report.summary import Summary

_AGES: Final = ((0, 7), (8, 14), (15, 30), (31, None))
"""Days, both included."""
_ROWS: Final = 30
"""Persons that have a row of their own: those who wait longest."""
_SHOWN: Final = 6


def people(plan: Plan, total: Summary, teller: Teller) -> Iterator[str]:
    """A row per person, whoever waits longest first; the last row is that of the plan."""
    found: dict[str, list[Aged]] = {}
    orders = in_hand(plan)
    for aged in orders:
        found.setdefault(aged.order.person, []).append(aged)
    yield teller.heading("Work orders in hand")
    if not orders:
        yield teller.paragraph("Nobody has a work order in hand.")
    else:
        names = [f"{low}–{high}" if high is not None else f"{low}+" for low, high in _AGES]
        ages = "".join(f'<th scope="col" class="n">{teller.words("{days} days", days=name)}</th>' for name in names)
        head = teller.columns("person") + ages + teller.counted("oldest, days", "number") + teller.columns("which")
        rows = [_person(text(name) or teller.words("nobody by name"), own, teller) for name, own in found.items()]
        if len(rows) > _ROWS:
            rest = [aged for own in list(found.values())[_ROWS:] for aged in own]
            label = teller.words("{count} others", count=teller.count(len(rows) - _ROWS))
            rows[_ROWS:] = [_person(label, rest, teller)]
        yield from table(head, rows, _person(teller.words("all"), orders, teller, which=False))
    if total.orders > len(orders):
        yield teller.paragraph("Not handed out yet: {count}.", count=teller.count(total.orders - len(orders)))


def _person(name: str, own: Sequence[Aged], teller: Teller, *, which: bool = True) -> str:
    ages = [sum(low <= each.days and (high is None or each.days <= high) for each in own) for low, high in _AGES]
    oldest = max(each.days for each in own)
    listed = [f"{words.order_name(each.order)} {each.order.office}" for each in own] if which else []
    return (
        f'<tr><th scope="row">{name}</th>{teller.numbers(ages)}<td class="n">{teller.count(oldest)}</td>'
        f'<td class="n">{teller.count(len(own))}</td><td>{teller.some(listed, _SHOWN)}</td></tr>'
    )

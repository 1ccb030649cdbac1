"""The counts by setting, and the matrix of offices and settings. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from inregel.plan.model import Plan
from inregel.report.dues import dues
from inregel.report.page import text
from inregel.report.season.look import MARKS, Stand, Teller, stand, table
from inregel.report.summary import Summary
from inregel.speech import phrase

_COLUMNS: Final = (
    Stand.SYNC,
    Stand.PERSON,
    Stand.LOOK,
    Stand.MACHINE,
    Stand.WAITING,
    Stand.BLOCKED,
    Stand.FAILED,
)


@dataclass(slots=True)
class Row:
    """One office, over all plays."""

    id: str
    name: str
    stands: dict[str, Counter[Stand]] = field(default_factory=dict)
    """By module."""
    end: date | None = None
    """The first day on which a value of it ends."""
    remarks: list[str] = field(default_factory=list)
    """Phrases."""


def overview(plan: Plan, total: Summary, teller: Teller) -> Iterator[str]:
    """How many settings stand how, per module; the last row is that of the plan."""
    modules: dict[str, Counter[Stand]] = {}
    for entry in plan.entries():
        modules.setdefault(entry.module, Counter())[stand(entry)] += 1
    offices = len({part.office.id for part in plan.offices})
    yield teller.heading("In short")
    told = {
        phrase("offices"): offices,
        phrase("settings"): total.resources,
        phrase("in sync"): total.in_sync,
        phrase("for people"): total.person,
        phrase("machine"): total.machine,
        phrase("waiting"): total.waiting,
        phrase("blocked"): total.blocked,
        phrase("failed"): total.failed,
        phrase("work orders"): total.orders,
        phrase("in hand"): len(total.open_orders),
    }
    cells = "".join(f'<td class="n">{teller.count(number)}</td>' for number in told.values())
    yield from table(teller.counted(*told), [f"<tr>{cells}</tr>"])
    yield teller.heading("By setting")
    head = teller.columns("setting") + teller.counted(*(MARKS[each][1] for each in _COLUMNS), "all")
    rows = [_counts(module, counts, teller) for module, counts in modules.items()]
    everything: Counter[Stand] = sum(modules.values(), Counter())
    yield from table(head, rows, _counts(teller.speech("all"), everything, teller))


def _counts(name: str, counts: Counter[Stand], teller: Teller) -> str:
    cells = teller.numbers([*(counts[each] for each in _COLUMNS), counts.total()])
    return f'<tr><th scope="row">{text(name)}</th>{cells}</tr>'


def offices(plan: Plan, teller: Teller) -> Iterator[str]:
    """A row per office in the order of the plan, a column per module."""
    modules = list(dict.fromkeys(entry.module for entry in plan.entries()))
    rows = _rows(plan)
    yield teller.heading("By office")
    yield teller.paragraph("Of each setting of an office the sort that asks most, and how many of its number are so.")
    names = "".join(f'<th scope="col">{text(module)}</th>' for module in modules)
    head = teller.columns("office", "first end") + teller.counted("in sync of all") + names
    yield from table(
        head, (_office(row, modules, plan.at.date(), teller) for row in rows), _foot(rows, modules, teller)
    )


def _rows(plan: Plan) -> list[Row]:
    rows: dict[str, Row] = {}
    for part in plan.offices:
        row = rows.setdefault(part.office.id, Row(part.office.id, part.office.name))
        row.remarks += [phrase("not begun")] * bool(part.held) + [phrase("could not be read")] * bool(part.unavailable)
        for entry in part.entries:
            row.stands.setdefault(entry.module, Counter())[stand(entry)] += 1
            days = [due.day for due in dues(entry) if due.sort == "ends"]
            row.end = min((day for day in (row.end, *days) if day is not None), default=None)
    return list(rows.values())


def _office(row: Row, modules: Sequence[str], today: date, teller: Teller) -> str:
    notes = "".join(f' <span class="small">({teller.words(each)})</span>' for each in dict.fromkeys(row.remarks))
    name = f'{text(row.name or row.id)} <span class="small">{text(row.id)}</span>{notes}'
    end = "" if row.end is None else row.end.isoformat()
    if row.end is not None and row.end < today:
        end = f"<strong>{end} ({teller.words('overdue')})</strong>"
    synced = sum(counts[Stand.SYNC] for counts in row.stands.values())
    total = sum(counts.total() for counts in row.stands.values())
    cells = "".join(_cell(row.stands.get(module), teller) for module in modules)
    share = f'<td class="n">{teller.count(synced)}/{teller.count(total)}</td>'
    return f'<tr><th scope="row">{name}</th><td>{end}</td>{share}{cells}</tr>'


def _cell(counts: Counter[Stand] | None, teller: Teller) -> str:
    """`~ to do 1/2`: the sort that asks most, and of how many."""
    worst = next((each for each in Stand if counts and counts[each]), None)
    if worst is None or counts is None:
        return "<td></td>"
    mark, message = MARKS[worst]
    total = counts.total()
    of = "" if total == 1 else f" {teller.count(counts[worst])}/{teller.count(total)}"
    return f'<td class="{worst.value}">{mark} {teller.words(message)}{of}</td>'


def _foot(rows: Sequence[Row], modules: Sequence[str], teller: Teller) -> str:
    counts = [sum((row.stands.get(module, Counter()) for row in rows), Counter()) for module in modules]
    shares = [(each[Stand.SYNC], each.total()) for each in counts]
    every = (sum(part for part, _ in shares), sum(whole for _, whole in shares))
    cells = "".join(
        f'<td class="n">{teller.count(part)}/{teller.count(whole)}</td>' for part, whole in (every, *shares)
    )
    return f'<tr><th scope="row">{teller.words("in sync of all")}</th><td></td>{cells}</tr>'

"""What is blocked or has failed: why, who can act, and what can be done. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias

from inregel.plan.model import Entry, Plan, Status
from inregel.report.page import text
from inregel.report.season.look import Teller, table
from inregel.speech import phrase

_ROWS: Final = 30
_OFFICES: Final = 4

Cause: TypeAlias = tuple[str, str, str]
"""Who can act ("you", "others", or "" where another setting is blocked), why, what can be done."""


def causes(plan: Plan, teller: Teller) -> Iterator[str]:
    """A row per reason: what you can do first, then the commonest."""
    found: dict[Cause, Counter[str]] = {}
    for entry in plan.entries():
        if entry.status in (Status.BLOCKED, Status.FAILED):
            found.setdefault(_cause(entry, teller), Counter())[entry.office] += 1
    yield teller.heading("What is blocked, and who can act")
    if not found:
        yield teller.paragraph("Nothing is blocked.")
        return
    ranked = sorted(found.items(), key=lambda item: (("you", "others", "").index(item[0][0]), -item[1].total()))
    rows = [_row(cause, offices, teller) for cause, offices in ranked[:_ROWS]]
    rest = ranked[_ROWS:]
    if rest:
        names: Counter[str] = sum((offices for _, offices in rest), Counter())
        label = teller.speech("{count} other reasons", count=teller.count(len(rest)))
        rows.append(_row(("", label, ""), names, teller))
    total = sum(offices.total() for offices in found.values())
    last = f'<td class="n">{teller.count(total)}</td><td></td>'
    head = teller.columns("who can act", "why", "what can be done") + teller.counted("number")
    foot = f'<tr><th scope="row" colspan="3">{teller.words("all")}</th>{last}</tr>'
    yield from table(head + teller.columns("offices"), rows, foot)


def _cause(entry: Entry, teller: Teller) -> Cause:
    blocked = entry.blocked
    if blocked is None:
        return "", teller.speech("failed"), ""
    if blocked.cause:
        return "", teller.speech("It waits for another setting that is blocked."), ""
    who = phrase("you") if blocked.who == "you" else phrase("others")
    return who, teller.speech.again(blocked.reason), teller.speech.again(blocked.remedy)


def _row(cause: Cause, offices: Counter[str], teller: Teller) -> str:
    who, why, remedy = cause
    cells = f"<td>{teller.words(who) if who else ''}</td><td>{text(why)}</td><td>{text(remedy)}</td>"
    number = f'<td class="n">{teller.count(offices.total())}</td>'
    return f"<tr>{cells}{number}<td>{teller.some(list(offices), _OFFICES)}</td></tr>"

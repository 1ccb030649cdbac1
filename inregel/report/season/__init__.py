"""A plan as one HTML page for those who answer for the offices: it prints, and needs nothing beside it. Pure.

First the counts, then each office with the state of its settings, then when what ends, who has work in hand, and what
is blocked. The counts of every part add up to those of the plan. What does not belong here: how one part is made
(`matrix`, `timeline`, `people`, `causes`).
"""

from __future__ import annotations

from collections.abc import Iterator

from inregel.plan.model import Outcome, Plan
from inregel.report.page import page, text
from inregel.report.season.causes import causes
from inregel.report.season.look import STYLE, Teller
from inregel.report.season.matrix import offices, overview
from inregel.report.season.people import people
from inregel.report.season.timeline import coming, timeline
from inregel.report.summary import summarise
from inregel.speech import speech_in


def dump(report: Plan | Outcome, language: str = "nl") -> bytes:
    """The page of a plan, or of the plan after an apply, as UTF-8. Equal plans give equal bytes."""
    plan = report if isinstance(report, Plan) else report.after
    teller = Teller(speech_in(language))
    title = teller.speech("{project}: the offices on {day}", project=plan.project, day=plan.at.date().isoformat())
    return page(title, language, STYLE, "\n".join(_body(plan, title, teller))).encode()


def _body(plan: Plan, title: str, teller: Teller) -> Iterator[str]:
    total = summarise(plan)
    yield f"<h1>{text(title)}</h1>"
    yield teller.paragraph(
        "Playbook {playbook}, revision {revision}, made on {day} at {time}.",
        playbook=plan.playbook,
        revision=plan.revision[:7],
        day=plan.at.date().isoformat(),
        time=f"{plan.at:%H:%M}",
    )
    for note in plan.notes:
        yield f"<p>{text(teller.speech.again(note))}</p>"
    yield from overview(plan, total, teller)
    yield from timeline(plan, teller)
    yield from coming(plan, teller)
    yield from causes(plan, teller)
    yield from people(plan, total, teller)
    yield from offices(plan, teller)

"""The plan as text: for a terminal, or plain for a pipe.

Up to ten offices with news stand one by one; more are told by equal finding (`grouped`), so that a plan of 120
offices fits on a page. What does not belong here: how one office or one finding is written (`office`, `rows`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Literal, TextIO

from inregel.frozen import frozen
from inregel.plan.model import OfficePlan, Plan
from inregel.report import words
from inregel.report.causes import cause_lines, common
from inregel.report.lines import EMPTY, Line, Span, line, write
from inregel.report.office import Locate, file_only, has_news, office_lines, remembered
from inregel.report.rows import View
from inregel.report.screen import PIPE_WIDTH
from inregel.report.summary import Summary, closing, summarise
from inregel.speech import ENGLISH, Speech

MOST_OFFICES: Final = 10
"""Offices that are told one by one."""


@frozen
class Style:
    """How a plan is to be told."""

    verbose: bool = False
    by: Literal["office", "date"] = "office"
    next_command: str = ""
    locate: Locate = file_only
    speech: Speech = ENGLISH


def render(  # noqa: PLR0913  # what is told, to where, and how: named by every caller
    plan: Plan,
    *,
    stream: TextIO,
    width: int | None = None,
    color: bool = False,
    verbose: bool = False,
    by: str = "office",
    next_command: str = "",
    locate: Locate = file_only,
    speech: Speech = ENGLISH,
) -> None:
    """Writes the plan to `stream`; `width` None is that of a pipe. `next_command` is what to type next, or ""."""
    style = Style(verbose, "date" if by == "date" else "office", next_command, remembered(locate), speech)
    write(plan_lines(plan, style), stream, width=width or PIPE_WIDTH, color=color)


def plan_lines(plan: Plan, style: Style) -> Iterator[Line]:
    """The whole plan as lines."""
    from inregel.report.calendar import calendar_lines

    total = summarise(plan)
    yield from header(plan, total, style.speech)
    if style.by == "date":
        yield from calendar_lines(plan, style.speech)
    else:
        yield from _body(plan, style, total)
    yield EMPTY
    yield from ending(total, style, plan)


def header(plan: Plan, total: Summary, speech: Speech) -> Iterator[Line]:
    """What was read, when, at which revision."""
    yield line(
        speech(
            "Plan for {offices}, {resources}, read in {seconds} s. Revision {revision}. {moment}.",
            offices=words.offices(len({part.office.id for part in plan.offices}), speech),
            resources=words.settings(total.resources, speech),
            seconds=speech.decimal(plan.seconds),
            revision=plan.revision[:7],
            moment=speech.date(plan.at),
        )
    )
    if not plan.secrets:
        yield line(speech("Made without secrets: this plan shows, and cannot be applied."))
    for note in plan.notes:
        yield line(speech.again(note))


def _body(plan: Plan, style: Style, total: Summary) -> Iterator[Line]:
    if total.done and not style.verbose:
        news: list[OfficePlan] = [part for part in plan.offices if part.findings or part.held or part.unavailable]
    else:
        news = plan.offices if style.verbose else [part for part in plan.offices if has_news(part)]
    orders = {order.identity: order for part in plan.offices for order in part.orders}
    if not style.verbose and len({part.office.id for part in news}) > MOST_OFFICES:
        from inregel.report.grouped import grouped_lines

        yield from grouped_lines(plan, news, orders, style)
        return
    view = View(plan.at, orders, style.verbose, speech=style.speech)
    causes = common((entry for part in news for entry in part.entries), view)
    yield from cause_lines(causes.values(), style.locate, style.speech)
    view = replace(view, told=frozenset(causes))
    for part in news:
        lines = list(office_lines(part, plan, view, style.locate))
        if lines:
            yield EMPTY
            yield from lines


def ending(total: Summary, style: Style, plan: Plan) -> Iterator[Line]:
    """The counts, and what to type next; a plan with nothing to do ends with the line that says so."""
    speech = style.speech
    for text in closing(total, speech):
        yield line(Span(text, "good" if total.done else ""))
    if total.done or total.idle or not style.next_command:
        return
    hints = [speech("Next: {command}", command=style.next_command)]
    if len({part.office.id for part in plan.offices}) > 1 and "--limit" not in style.next_command:
        hints.append(speech("One office: --limit {office}", office=_worst(plan)))
    if total.in_sync and not style.verbose:
        hints.append(speech("All in sync too: --verbose"))
    yield line("      ".join(hints), hang=6)


def _worst(plan: Plan) -> str:
    """The office to look at first: one that waits for you, else one with something to do."""
    news = [part for part in plan.offices if has_news(part)]
    for part in news:
        if any(entry.blocked is not None and entry.blocked.who == "you" for entry in part.entries):
            return part.office.id
    return news[0].office.id

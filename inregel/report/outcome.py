"""What an apply did, as text: performed, handed out, failed, held, and what to type next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TextIO, TypeAlias

from inregel.contract import key_text
from inregel.ledger.base import Order
from inregel.plan.model import Entry, OfficePlan, Outcome, Performed, Plan, Status
from inregel.report import words
from inregel.report.causes import cause_lines, common
from inregel.report.lines import EMPTY, Line, Span, line, pad, write
from inregel.report.office import KEY_COLUMN, Locate, file_only, remembered
from inregel.report.rows import Row, View, rows
from inregel.report.screen import PIPE_WIDTH
from inregel.report.summary import Summary, closing, summarise
from inregel.report.text import MOST_OFFICES, Style
from inregel.speech import ENGLISH, Speech, phrase

_ORDERS: Final = 20
"""Work orders that are told one by one."""
_FAILURES: Final = 20
OrderLine: TypeAlias = Callable[[Order, Speech], Line]
_ENDED: Final = {"superseded": phrase("superseded"), "withdrawn": phrase("withdrawn")}
_OUTCOMES: Final = {"performed": ("=", "good"), "failed": ("x", "blocked"), "unknown": ("?", "look")}
_RESULTS: Final = {
    "performed": "{names}: {operation}",
    "failed": phrase("{names}: {operation} failed"),
    "unknown": phrase("{names}: {operation} has an unknown outcome; the next run reads what became of it"),
}


def render_outcome(  # noqa: PLR0913  # the same parameters as `text.render`
    outcome: Outcome,
    *,
    stream: TextIO,
    width: int | None = None,
    color: bool = False,
    verbose: bool = False,
    next_command: str = "",
    locate: Locate = file_only,
    speech: Speech = ENGLISH,
) -> None:
    """Writes what an apply did to `stream`; `width` None is that of a pipe."""
    style = Style(verbose=verbose, next_command=next_command, locate=remembered(locate), speech=speech)
    write(outcome_lines(outcome, style), stream, width=width or PIPE_WIDTH, color=color)


def outcome_lines(outcome: Outcome, style: Style) -> Iterator[Line]:
    """The whole outcome as lines."""
    plan, total, speech = outcome.after, summarise(outcome.after), style.speech
    name = plan.playbook or plan.project
    yield line(
        speech(
            "Applied {playbook}, revision {revision}. {moment}.",
            playbook=name,
            revision=plan.revision[:7],
            moment=speech.date(plan.at),
        )
    )
    yield from _performed(outcome.performed, style)
    yield from _orders(outcome, style)
    yield from _listed(outcome, style, speech("Failed"), _went_wrong)
    yield from _listed(outcome, style, speech("Blocked by you"), _yours)
    yield from _held(outcome, speech)
    if outcome.interrupted:
        yield EMPTY
        then = speech(" What was begun is in the journal; the same command goes on.")
        yield line(Span(speech("Interrupted."), "blocked"), then)
    yield EMPTY
    yield from _ending(total, style, plan)


def _performed(performed: list[Performed], style: Style) -> Iterator[Line]:
    """Per office what a machine did; of many offices per operation."""
    if not performed:
        return
    speech = style.speech
    offices = dict.fromkeys(each.office for each in performed)
    if len(offices) > MOST_OFFICES and not style.verbose:
        yield EMPTY
        where = speech("  in {count} offices", count=speech.number(len(offices)))
        yield line(Span(speech("Performed"), "strong"), where)
        yield from _by_operation(performed, speech, offices=True)
        return
    for office in offices:
        yield EMPTY
        yield line(Span(office, "strong"))
        yield from _by_operation([each for each in performed if each.office == office], speech, offices=False)


def _by_operation(performed: Iterable[Performed], speech: Speech, *, offices: bool) -> Iterator[Line]:
    groups: dict[tuple[str, str, str, str], list[Performed]] = {}
    for each in performed:
        groups.setdefault((each.module, each.operation, each.outcome, each.detail), []).append(each)
    for (module, operation, result, detail), some in groups.items():
        sign, style = _OUTCOMES[result]
        keys = [name for each in some if (name := key_text(each.key))]
        names = words.names(keys or [speech.number(len(some))], speech)
        if offices:
            where = dict.fromkeys(each.office for each in some)
            in_offices = speech(
                "{count} in {offices}", count=speech.number(len(some)), offices=words.offices(len(where), speech)
            )
            names = f"{in_offices} ({words.some(where, len(where))})"
        text = speech(_RESULTS[result], names=names, operation=operation)
        text += f", {speech.again(detail)}" if detail else ""
        yield line("  ", Span(sign, style), " ", pad(module, 21), text, hang=KEY_COLUMN)


def _orders(outcome: Outcome, style: Style) -> Iterator[Line]:
    speech = style.speech
    if outcome.handed_out:
        yield EMPTY
        yield line(Span(speech("Handed out"), "strong"), f"  {words.orders(len(outcome.handed_out), speech)}")
        yield from _some(outcome.handed_out, style, _order_line)
    if outcome.ended:
        yield EMPTY
        yield line(Span(speech("No longer needed"), "strong"), f"  {words.orders(len(outcome.ended), speech)}")
        yield from _some(outcome.ended, style, _ended_line)


def _some(orders: list[Order], style: Style, one: OrderLine) -> Iterator[Line]:
    shown = orders if style.verbose or len(orders) <= _ORDERS else orders[: _ORDERS // 2]
    for order in shown:
        yield one(order, style.speech)
    if len(shown) < len(orders):
        count = style.speech.number(len(orders) - len(shown))
        yield line(style.speech("  ... {count} more: inregel work list", count=count))


def _order_line(order: Order, speech: Speech) -> Line:
    new = order.order
    lines = speech.many(len(new.lines), "{count} line", "{count} lines")
    who = new.person or new.role
    text = speech(
        " {title}, for {person}, {language}: {lines}", title=new.title, person=who, language=new.language, lines=lines
    )
    return line("  ", Span(order.number, "strong"), text, right=new.office, hang=4)


def _ended_line(order: Order, speech: Speech) -> Line:
    how = speech(_ENDED[order.state]) if order.state in _ENDED else order.state
    if order.successor:
        text = speech(" {title}, superseded by {number}", title=order.order.title, number=order.successor)
    else:
        text = speech(" {title}, {state}: what it asked for is so already", title=order.order.title, state=how)
    return line("  ", Span(order.number, "strong"), text, right=order.order.office, hang=4)


def _listed(outcome: Outcome, style: Style, title: str, wanted: Callable[[Entry], bool]) -> Iterator[Line]:
    """The resources of one kind, such as those that failed: each with the reason and what can be done."""
    parts = [part for part in outcome.after.offices if any(wanted(entry) for entry in part.entries)]
    if not parts:
        return
    entries = [entry for part in parts for entry in part.entries if wanted(entry)]
    speech = style.speech
    causes = common(entries, View(outcome.after.at, {}, style.verbose, speech=speech))
    found: list[tuple[OfficePlan, Row]] = []
    for part in parts:
        orders = {order.identity: order for order in part.orders}
        view = View(outcome.after.at, orders, style.verbose, frozenset(causes), speech)
        found += [(part, row) for row in rows([e for e in part.entries if wanted(e)], view)]
    settings, offices = words.settings(len(entries), speech), words.offices(len(parts), speech)
    yield EMPTY
    yield line(Span(title, "strong"), "  " + speech("{resources} in {offices}", resources=settings, offices=offices))
    yield from cause_lines(causes.values(), style.locate, speech)
    shown = found if style.verbose or len(found) <= _FAILURES else found[: _FAILURES // 2]
    for part, row in shown:
        names = "" if row.several else words.names(row.keys, speech)
        text = f"{part.office.id}{' ' + names if names else ''}: {row.finding.text}"
        yield line("  ", Span("x", "blocked"), " ", pad(row.finding.module, 21), text, hang=KEY_COLUMN)
        for detail in row.finding.details:
            right = str(style.locate(row.where)) if detail.located else ""
            yield line(" " * KEY_COLUMN, detail.text, right=right, hang=KEY_COLUMN)
    if len(shown) < len(found):
        more = speech("{count} more (--verbose)", count=speech.number(len(found) - len(shown)))
        yield line(f"  ... {more}")


def _went_wrong(entry: Entry) -> bool:
    return entry.status is Status.FAILED


def _yours(entry: Entry) -> bool:
    """Blocked by something that the reader can mend; what waits for another resource is told with that one."""
    why = entry.blocked
    return entry.status is Status.BLOCKED and why is not None and why.who == "you" and not why.cause


def _held(outcome: Outcome, speech: Speech) -> Iterator[Line]:
    told = [
        *((".", "wait", speech("{play}: held, {reason}", play=play, reason=reason)) for play, reason in outcome.held),
        *(("x", "blocked", _barred(play, reason, speech)) for play, reason in outcome.stopped),
    ]
    by_reason: dict[str, list[str]] = {}
    for office, reason in outcome.unavailable:
        by_reason.setdefault(" ".join(speech.again(reason).split()), []).append(office)
    for reason, offices in by_reason.items():
        about = words.some(offices, len(offices)) if len(offices) > 1 else offices[0]
        told.append(("x", "blocked", speech("{offices}: not worked on, {reason}", offices=about, reason=reason)))
    if told:
        yield EMPTY
    for sign, style, text in told:
        yield line("  ", Span(sign, style), f" {text}", hang=4)


def _barred(play: str, reason: str, speech: Speech) -> str:
    """Stopped by this run, or paused or stopped before it: then the reason says so itself."""
    if reason.startswith(("paused: ", "stopped: ")):
        return f"{play}: {speech.again(reason)}"
    return speech("{play}: stopped, {reason}", play=play, reason=reason)


def _ending(total: Summary, style: Style, plan: Plan) -> Iterator[Line]:
    speech = style.speech
    for text in closing(total, speech):
        yield line(Span(text, "good" if total.done else ""))
    if total.done or not style.next_command:
        return
    # Handing out work orders is success: what comes next is doing them.
    numbers = [order.number for part in plan.offices for order in part.orders if order.open and order.number]
    if numbers:
        text = speech(
            "Next: inregel work show {number}      When it is done: {command}",
            number=numbers[0],
            command=style.next_command,
        )
    else:
        text = speech("Next: {command}", command=style.next_command)
    yield line(text, hang=6)

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

_ORDERS: Final = 20
"""Work orders that are told one by one."""
_FAILURES: Final = 20
OrderLine: TypeAlias = Callable[[Order], Line]
_OUTCOMES: Final = {"performed": ("=", "good"), "failed": ("x", "blocked"), "unknown": ("?", "look")}


def render_outcome(  # noqa: PLR0913  # the same parameters as `text.render`
    outcome: Outcome,
    *,
    stream: TextIO,
    width: int | None = None,
    color: bool = False,
    verbose: bool = False,
    next_command: str = "",
    locate: Locate = file_only,
) -> None:
    """Writes what an apply did to `stream`; `width` None is that of a pipe."""
    style = Style(verbose=verbose, next_command=next_command, locate=remembered(locate))
    write(outcome_lines(outcome, style), stream, width=width or PIPE_WIDTH, color=color)


def outcome_lines(outcome: Outcome, style: Style) -> Iterator[Line]:
    """The whole outcome as lines."""
    plan, total = outcome.after, summarise(outcome.after)
    name = plan.playbook or plan.project
    yield line(f"Applied {name}, revision {plan.revision[:7]}. {words.long_date(plan.at)}.")
    yield from _performed(outcome.performed, style)
    yield from _orders(outcome, style)
    yield from _listed(outcome, style, "Failed", _went_wrong)
    yield from _listed(outcome, style, "Blocked by you", _yours)
    yield from _held(outcome)
    if outcome.interrupted:
        yield EMPTY
        yield line(Span("Interrupted.", "blocked"), " What was begun is in the journal; the same command goes on.")
    yield EMPTY
    yield from _ending(total, style, plan)


def _performed(performed: list[Performed], style: Style) -> Iterator[Line]:
    """Per office what a machine did; of many offices per operation."""
    if not performed:
        return
    offices = dict.fromkeys(each.office for each in performed)
    if len(offices) > MOST_OFFICES and not style.verbose:
        yield EMPTY
        yield line(Span("Performed", "strong"), f"  in {words.number(len(offices))} offices")
        yield from _by_operation(performed, offices=True)
        return
    for office in offices:
        yield EMPTY
        yield line(Span(office, "strong"))
        yield from _by_operation([each for each in performed if each.office == office], offices=False)


def _by_operation(performed: Iterable[Performed], *, offices: bool) -> Iterator[Line]:
    groups: dict[tuple[str, str, str, str], list[Performed]] = {}
    for each in performed:
        groups.setdefault((each.module, each.operation, each.outcome, each.detail), []).append(each)
    for (module, operation, result, detail), some in groups.items():
        sign, style = _OUTCOMES[result]
        names = words.names([name for each in some if (name := key_text(each.key))] or [words.number(len(some))])
        if offices:
            where = dict.fromkeys(each.office for each in some)
            about = words.some(where, len(where))
            names = f"{words.number(len(some))} in {words.plural(len(where), 'office')} ({about})"
        text = f"{names}: {operation}" + ("" if result == "performed" else f" {_said(result)}")
        text += f", {detail}" if detail else ""
        yield line("  ", Span(sign, style), " ", pad(module, 21), text, hang=KEY_COLUMN)


def _said(result: str) -> str:
    return "failed" if result == "failed" else "has an unknown outcome; the next run reads what became of it"


def _orders(outcome: Outcome, style: Style) -> Iterator[Line]:
    if outcome.handed_out:
        yield EMPTY
        yield line(Span("Handed out", "strong"), f"  {words.plural(len(outcome.handed_out), 'work order')}")
        yield from _some(outcome.handed_out, style, _order_line)
    if outcome.ended:
        yield EMPTY
        yield line(Span("No longer needed", "strong"), f"  {words.plural(len(outcome.ended), 'work order')}")
        yield from _some(outcome.ended, style, _ended_line)


def _some(orders: list[Order], style: Style, one: OrderLine) -> Iterator[Line]:
    shown = orders if style.verbose or len(orders) <= _ORDERS else orders[: _ORDERS // 2]
    for order in shown:
        yield one(order)
    if len(shown) < len(orders):
        yield line(f"  ... {words.number(len(orders) - len(shown))} more: inregel work list")


def _order_line(order: Order) -> Line:
    new = order.order
    lines = words.plural(len(new.lines), "line")
    text = f" {new.title}, for {new.person or new.role}, {new.language}: {lines}"
    return line("  ", Span(order.number, "strong"), text, right=new.office, hang=4)


def _ended_line(order: Order) -> Line:
    how = f"superseded by {order.successor}" if order.successor else f"{order.state}: what it asked for is so already"
    return line("  ", Span(order.number, "strong"), f" {order.order.title}, {how}", right=order.order.office, hang=4)


def _listed(outcome: Outcome, style: Style, title: str, wanted: Callable[[Entry], bool]) -> Iterator[Line]:
    """The resources of one kind, such as those that failed: each with the reason and what can be done."""
    parts = [part for part in outcome.after.offices if any(wanted(entry) for entry in part.entries)]
    if not parts:
        return
    entries = [entry for part in parts for entry in part.entries if wanted(entry)]
    causes = common(entries, View(outcome.after.at, {}, style.verbose))
    found: list[tuple[OfficePlan, Row]] = []
    for part in parts:
        orders = {order.identity: order for order in part.orders}
        view = View(outcome.after.at, orders, style.verbose, frozenset(causes))
        found += [(part, row) for row in rows([e for e in part.entries if wanted(e)], view)]
    count = len(entries)
    yield EMPTY
    yield line(Span(title, "strong"), f"  {words.plural(count, 'resource')} in {words.plural(len(parts), 'office')}")
    yield from cause_lines(causes.values(), style.locate)
    shown = found if style.verbose or len(found) <= _FAILURES else found[: _FAILURES // 2]
    for part, row in shown:
        names = "" if row.several else words.names(row.keys)
        text = f"{part.office.id}{' ' + names if names else ''}: {row.finding.text}"
        yield line("  ", Span("x", "blocked"), " ", pad(row.finding.module, 21), text, hang=KEY_COLUMN)
        for detail in row.finding.details:
            right = str(style.locate(row.where)) if detail.located else ""
            yield line(" " * KEY_COLUMN, detail.text, right=right, hang=KEY_COLUMN)
    if len(shown) < len(found):
        yield line(f"  ... {words.number(len(found) - len(shown))} more (--verbose)")


def _went_wrong(entry: Entry) -> bool:
    return entry.status is Status.FAILED


def _yours(entry: Entry) -> bool:
    """Blocked by something that the reader can mend; what waits for another resource is told with that one."""
    why = entry.blocked
    return entry.status is Status.BLOCKED and why is not None and why.who == "you" and not why.cause


def _held(outcome: Outcome) -> Iterator[Line]:
    told = [
        *((".", "wait", f"{play}: held, {reason}") for play, reason in outcome.held),
        *(("x", "blocked", f"{play}: {_barred(reason)}") for play, reason in outcome.stopped),
    ]
    by_reason: dict[str, list[str]] = {}
    for office, reason in outcome.unavailable:
        by_reason.setdefault(" ".join(reason.split()), []).append(office)
    for reason, offices in by_reason.items():
        about = words.some(offices, len(offices)) if len(offices) > 1 else offices[0]
        told.append(("x", "blocked", f"{about}: not worked on, {reason}"))
    if told:
        yield EMPTY
    for sign, style, text in told:
        yield line("  ", Span(sign, style), f" {text}", hang=4)


def _barred(reason: str) -> str:
    """Stopped by this run, or paused or stopped before it: then the reason says so itself."""
    return reason if reason.startswith(("paused: ", "stopped: ")) else f"stopped, {reason}"


def _ending(total: Summary, style: Style, plan: Plan) -> Iterator[Line]:
    for text in closing(total):
        yield line(Span(text, "good" if total.done else ""))
    if total.done or not style.next_command:
        return
    # Handing out work orders is success: what comes next is doing them.
    numbers = [order.number for part in plan.offices for order in part.orders if order.open and order.number]
    first = f"inregel work show {numbers[0]}      When it is done: " if numbers else ""
    yield line(f"Next: {first}{style.next_command}", hang=6)

"""`inregel work`: the open work orders, one of them to read, and what a person says back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from inregel.commands.context import Context, printable
from inregel.commands.orders import open_work
from inregel.speech import phrase, said

if TYPE_CHECKING:
    from inregel.ledger.base import Order
    from inregel.work import Work

_HEADINGS: Final = (
    phrase("number"),
    phrase("office"),
    phrase("title"),
    phrase("for"),
    phrase("open for"),
    phrase("lines"),
)
_STATES: Final = {
    "open": phrase("open"),
    "done": phrase("done"),
    "failed": phrase("failed"),
    "superseded": phrase("superseded"),
    "withdrawn": phrase("withdrawn"),
}


def list_(context: Context, *, office: str = "", everything: bool = False, older_than: str = "") -> int:
    """Prints the open work orders, of one office or of all, the oldest first; `everything` adds those that are closed.

    `older_than` leaves out those that are open for no more days, such as 7d. Returns 0.
    """
    from inregel.report.reminders import aged

    with open_work(context, secrets=False) as work:
        orders = work.all(office or None) if everything else work.open(office or None)
        orders = aged(orders, context.now(), older_than)
        if not orders:
            age = context.speech(" for more than {age}", age=older_than) if older_than else ""
            _tell_none(context, work, office, age)
            return 0
        headings = [*map(context.speech, _HEADINGS), *([context.speech("state")] if everything else [])]
        rows = [_row(context, order, everything=everything) for order in orders]
    for line in _table(headings, [[printable(cell) for cell in row] for row in rows]):
        context.say(line)
    first = next((order.number for order in orders if order.state == "open"), orders[0].number)
    context.tell("\nRead one: inregel work show {number}", number=first)
    return 0


def show(  # noqa: PLR0913  # a command takes what its options say, by name
    context: Context,
    *numbers: str,
    out: str = "",
    format: str = "",
    everything: bool = False,
    office: str = "",
    reveal: str = "",
    reason: str = "",
    by: str = "",
) -> int:
    """Prints work orders as people read them, or the one secret that is to be revealed. Returns 0.

    One on a terminal is laid out; otherwise, and in the file `out`, it is `format`: markdown, html, csv or xlsx, or
    what the name of the file says. `everything` is all that are open, of `office` where one is given.
    """
    from inregel.commands import paper
    from inregel.work import WorkError

    chosen = paper.format_of(format, out)
    with open_work(context, secrets=bool(reveal)) as work:
        if reveal:
            if len(numbers) != 1 or out or format:
                raise WorkError(
                    reason=said("A secret of one order is shown on the screen, and never written to a file.")
                )
            by = by or _asked(context, phrase("Your name"))
            reason = reason or _asked(context, phrase("Why do you need it (this is recorded)"))
            context.say(work.reveal(numbers[0], reveal, by, reason))
            return 0
        orders = _chosen(context, work, numbers, everything=everything, office=office)
        if not orders:
            _tell_none(context, work, office)
            return 0
        data = paper.made(work, orders, chosen, context.now(), context.asked_language, context.speech)
    if out:
        paper.write(context.directory / out, data)
        context.tell("Written: {file}", file=out)
    elif chosen == "xlsx":
        raise WorkError(reason=said("A sheet is no text for a screen. Say where to write it: --out orders.xlsx"))
    elif chosen == "markdown" and context.out.isatty():
        _lay_out(context, data.decode())
    else:
        context.out.write(data.decode())
    return 0


def _chosen(context: Context, work: Work, numbers: Sequence[str], *, everything: bool, office: str) -> list[Order]:
    """The orders that were asked for: by number, or all that are open."""
    from inregel.report.reminders import aged
    from inregel.work import WorkError

    if bool(numbers) == (everything or bool(office)):
        reason = said("Which order? Give numbers (inregel work show W1 W2), or --all, or --office OFFICE.")
        raise WorkError(reason=reason)
    if numbers:
        return [work.show(number) for number in dict.fromkeys(number.strip().upper() for number in numbers)]
    return aged(work.open(office or None), context.now())


def done(
    context: Context,
    number: str,
    *,
    by: str = "",
    answers: str = "",
    set_: Sequence[str] = (),
    evidence: str = "",
    found: bool = False,
) -> int:
    """Records that a work order was done. Returns 0, or raises with all that is missing or contradicts.

    `answers` is a YAML or JSON file, or - for standard input; `set_` are name=value, and win. On a terminal what is
    not given is asked.
    """
    from inregel.work import closed, describe, read_pairs

    with open_work(context, secrets=False) as work:
        order = work.show(number)
        if order.state != "open":
            raise closed(order)
        given = {**_read(context, answers), **read_pairs(set_, order.order.schema)}
        if not answers and context.can_ask():
            given = _ask_all(context, order.order.schema, given)
        given = _located(context, given, order.order.schema)
        by = by or _asked(context, phrase("Your name"), order.order.person)
        ended = work.done(number, by, given, context.directory / evidence if evidence else None, found=found)
        remarks = [remark for remark in work.remarks if remark]
    text = context.speech(
        "{number} is done ({lines}), as said by {person}.",
        number=ended.number,
        lines=describe(ended.order.lines),
        person=ended.by,
    )
    context.say(printable(text))
    for remark in remarks:
        context.warn(printable(context.speech.again(remark)))
    context.tell("Next: inregel apply PLAYBOOK goes on with what follows. What else is asked: inregel work list")
    return 0


def fail(context: Context, number: str, *, by: str = "", reason: str = "", lines: Sequence[str] = ()) -> int:
    """Records that a work order, or some of its lines (`module:key`), cannot be done. Returns 0."""
    with open_work(context, secrets=False) as work:
        order = work.show(number)
        by = by or _asked(context, phrase("Your name"), order.order.person)
        reason = reason or _asked(context, phrase("Why can it not be done"))
        ended = work.fail(number, by, reason, lines or None)
    text = context.speech(
        "{number} is refused by {person}: {reason}", number=ended.number, person=ended.by, reason=reason
    )
    context.say(printable(text))
    context.tell("The same change is not handed out again, until: inregel work reopen {number}", number=ended.number)
    return 0


def reopen(context: Context, number: str, *, by: str = "") -> int:
    """Lifts a refusal. Returns 0."""
    with open_work(context, secrets=False) as work:
        ended = work.reopen(number, by or _asked(context, phrase("Your name")))
    context.tell(
        "The refusal of {number} is lifted. The next apply hands the change out again, as a new order.",
        number=ended.number,
    )
    return 0


def _tell_none(context: Context, work: Work, office: str, age: str = "") -> None:
    """That there are no open orders, with the name that may have been meant, where none ever had this one."""
    from inregel.config.words import nearest

    if not office:
        context.tell("No open work orders{age}.", age=age)
        return
    known = list(dict.fromkeys(order.order.office for order in work.all(None)))
    near = "" if office in known else nearest(office, known)
    hint = context.speech(" Nearest name with orders: {name}", name=near) if near else ""
    context.tell("No open work orders{age} for {office}.{hint}", age=age, office=office, hint=hint)


# --- what is printed ------------------------------------------------------------------------------------------------


def _row(context: Context, order: Order, *, everything: bool) -> tuple[str, ...]:
    from inregel.report.order_words import NOBODY
    from inregel.report.reminders import days_open

    days, speech = days_open(order, context.now()), context.speech
    age = speech("today") if days < 1 else speech.many(days, "{number} day", "{number} days", number=days)
    new = order.order
    person = new.person or speech(NOBODY)
    row = (order.number, new.office, new.title, person, age, speech.number(len(new.lines)))
    if not everything:
        return row
    state = speech(_STATES[order.state])
    if order.successor:
        state = speech("{state}, see {number}", state=state, number=order.successor)
    return (*row, state)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    from rich.cells import cell_len

    table = [headings, *rows]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _lay_out(context: Context, text: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    plain = context.color is False or (context.color is None and "NO_COLOR" in context.environ)
    Console(file=context.out, no_color=plain, highlight=False).print(Markdown(text))


# --- what is asked --------------------------------------------------------------------------------------------------


def _asked(context: Context, question: str, otherwise: str = "") -> str:
    """What a person types; nothing where nobody is there to be asked."""
    if not context.can_ask():
        return ""
    context.err.write(f"{context.speech(question)}{f' [{otherwise}]' if otherwise else ''}: ")
    context.err.flush()
    return context.stdin.readline().strip() or otherwise


def _asked_unseen(context: Context, question: str) -> str:
    return context.ask(f"{question}: ") if context.ask is not None else ""


def _ask_all(context: Context, schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Asks what is not given yet, each with where to read it. Secrets are not typed where they can be read."""
    from inregel.work import read_pairs

    answers = dict(given)
    for name, each in schema.get("properties", {}).items():
        if name in answers:
            continue
        if each.get("description"):
            context.err.write(f"  {each['description']}\n")
        label = f"{each.get('title') or name}{' (a, b, ...)' if each.get('type') == 'array' else ''}"
        text = _asked_unseen(context, label) if each.get("secret") else _asked(context, label)
        if text:
            answers |= read_pairs([f"{name}={text}"], schema)
    return answers


def _located(context: Context, given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, with the paths of files as they are seen from where the command was typed."""
    files = {name for name, each in schema.get("properties", {}).items() if each.get("file")}
    return {
        name: str(context.directory / value) if name in files and isinstance(value, str) and value else value
        for name, value in given.items()
    }


def _read(context: Context, answers: str) -> dict[str, Any]:
    """Answers from a file, or from standard input for -."""
    import tempfile

    from inregel.config import source
    from inregel.work import WorkError

    if not answers:
        return {}
    if answers == "-":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "standard-input.yml"
            path.write_text(context.stdin.read(), "utf-8")
            data = source.read(path, Path(folder), may_be_empty=True)
    else:
        path = context.directory / answers
        data = source.read(path, path.parent, may_be_empty=True)
    if data is not None and not isinstance(data, dict):
        text = said("{file} must hold `name: answer` lines. What is asked: inregel work show NUMBER", file=answers)
        raise WorkError(reason=text)
    return data or {}

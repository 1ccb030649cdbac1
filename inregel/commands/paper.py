"""Work orders on paper and in a sheet, and back: what `inregel work` writes for people without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from inregel.commands.context import Context, printable
from inregel.commands.orders import open_work
from inregel.speech import ENGLISH, Speech, said

if TYPE_CHECKING:
    from inregel.ledger.base import Order
    from inregel.work import Work

Format = Literal["markdown", "html", "csv", "xlsx"]
_SUFFIXES: Final[Mapping[str, Format]] = {".html": "html", ".htm": "html", ".csv": "csv", ".xlsx": "xlsx"}


def format_of(format: str, out: str) -> Format:
    """The format that was asked for; else the one that the file is called after."""
    asked: Format | None = next((each for each in (*_SUFFIXES.values(), "markdown") if each == format), None)
    return asked or _SUFFIXES.get(Path(out).suffix.lower(), "markdown")


def zone_of(work: Work) -> ZoneInfo:
    """In which zone a day is a day on paper."""
    return ZoneInfo("UTC") if work.settings is None else work.settings.time_zone


def made(  # noqa: PLR0913  # the orders, and how they are to look
    work: Work, orders: Sequence[Order], format: Format, now: datetime, asked: str = "", speech: Speech = ENGLISH
) -> bytes:
    """The file: one page for each order, or one sheet with all of them, in the language that was `asked` for."""
    from inregel.work import readable

    if format == "markdown":
        return printable("\n".join(readable(order, speech) for order in orders)).encode()
    if format == "html":
        from inregel.report.order_page import order_page

        return order_page(orders, zone_of(work)).encode()
    from inregel.report import order_sheet

    language = asked or ("en" if work.settings is None else work.settings.language)
    if format == "csv":
        return order_sheet.order_csv(orders, language).encode()
    return order_sheet.order_xlsx(orders, language, now)


def write(path: Path, data: bytes) -> None:
    """A file, whole or not at all; a pipe as it is. Raises `WorkError`."""
    from inregel.platform import write_durably
    from inregel.work import WorkError

    try:
        if path.is_file() or not path.exists():
            write_durably(path, data)
        else:
            path.write_bytes(data)
    except OSError as error:
        raise WorkError(reason=said("{path} cannot be written: {reason}", path=path, reason=error.strerror)) from error


def remind(context: Context, *, office: str = "", older_than: str = "", format: str = "text", out: str = "") -> int:
    """Prints a text for each person with open orders, which can be mailed; nothing is sent. Returns 0."""
    from inregel.report import reminders

    told: reminders.Format = "html" if format == "html" else "json" if format == "json" else "text"
    with open_work(context, secrets=False) as work:
        people = reminders.by_person(reminders.aged(work.open(office or None), context.now(), older_than))
        text = reminders.remind(people, told, context.now(), zone_of(work))
    if told == "text":
        text = printable(text) or context.speech("Nobody has open work orders that old.") + "\n"
    if out:
        write(context.directory / out, text.encode())
        context.tell("Written: {file}", file=out)
    else:
        context.out.write(text)
    return 0


def done_from(context: Context, file: str, *, numbers: Sequence[str] = (), by: str = "") -> int:
    """Records the answers of many work orders that stand in a sheet. Returns 0, or raises with all that is wrong.

    Each order is taken or refused by itself. `numbers` are those that are meant, where it is not all of them; `by` says
    so where a row names nobody.
    """

    def ask(question: str) -> str:
        return "" if context.ask is None else context.ask(f"{question}: ")

    with open_work(context, secrets=False) as work:
        return _take(context, work, file, numbers, by, ask)


def _take(context: Context, work: Work, file: str, numbers: Sequence[str], by: str, ask: Callable[[str], str]) -> int:
    """Takes the answers of a sheet, order by order. Returns 0; raises `SheetRefused` with all that is wrong."""
    from inregel.work.many import SheetRefused, Taker
    from inregel.work.sheet import read

    sheet = read(context.directory / file, file)
    results = []
    for result in Taker(work, sheet, by, ask).take([number.strip().upper() for number in numbers]):
        results.append(result)
        if result.text:
            context.say(printable(context.speech.again(result.text)))
    _remarks(context, work, sheet.others)
    empty = [result.number for result in results if result.became == "empty"]
    if empty:
        context.tell("Not filled in, so still open: {numbers}", numbers=", ".join(empty))
    missed = sorted({number.strip().upper() for number in numbers} - {result.number for result in results})
    problems = [problem for result in results for problem in result.problems]
    problems += [said("{number} does not stand in it", number=number) for number in missed]
    if problems:
        wrong = sum(result.became == "wrong" for result in results) + len(missed)
        count = said("{count} rows", count=wrong) if wrong > 1 else said("{count} row", count=wrong)
        listed = "\n".join(f"- {printable(context.speech.again(each))}" for each in problems)
        raise SheetRefused(count=count, file=file, problems=listed)
    if not results:
        context.tell("{file} has no rows.", file=file)
    context.tell("Next: inregel apply PLAYBOOK goes on with what follows. What else is asked: inregel work list")
    return 0


def _remarks(context: Context, work: Work, others: Mapping[str, str]) -> None:
    for place in others:
        text = context.speech("{place} is no column of a sheet of work orders, and is not read.", place=place)
        context.warn(printable(text))
    for remark in work.remarks:
        if remark:
            context.warn(printable(context.speech.again(remark)))

"""Many work orders answered in one sheet: each row is one order, taken or refused by itself as `Work.done` does.

So a mistake in one row holds back that order and no other, and the same sheet again finds what is done already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from inregel.errors import InregelError
from inregel.frozen import frozen
from inregel.ledger.base import LedgerError, Order, OrderClosed
from inregel.speech import message, phrase, said
from inregel.work import answers as forms
from inregel.work.answers import AnswersRefused, WorkError
from inregel.work.judge import describe
from inregel.work.life import Work, closed
from inregel.work.sheet import Row, Sheet

T = TypeVar("T")
Became = Literal["done", "refused", "already", "wrong", "empty"]
_REALLY: Final = phrase(
    "Where it really is so on the screen, write yes in the column for that ({cell}), and hand it in again."
)


class SheetRefused(InregelError):
    """{count} of {file} could not be taken, and stay as they are; correct the sheet and give the same command again:
    {problems}"""


@frozen
class Result:
    """What became of one row."""

    at: int
    number: str
    became: Became
    """`refused`: the person said that it cannot be done. `wrong`: nothing was recorded."""
    text: str = ""
    problems: tuple[str, ...] = ()


class Wrong(Exception):
    """Why a row cannot be taken."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


@frozen
class Taker:
    """Who takes the rows of a sheet."""

    work: Work
    sheet: Sheet
    by: str = ""
    """Who says so, where a row does not name anybody."""
    ask: Callable[[str], str] = lambda question: ""
    """Asks for a secret, unseen; "" where nobody can be asked."""

    def take(self, only: Collection[str] = ()) -> Iterator[Result]:
        """Takes row after row (of the orders `only`, where some are named); each is one commit."""
        counts = Counter(self._number(row) for row in self.sheet.rows)
        for row in self.sheet.rows:
            number = self._number(row)
            if only and number not in only:
                continue
            try:
                if counts[number] > 1 and number:
                    text = said(
                        "{number} stands in {count} rows; leave one of them", number=number, count=counts[number]
                    )
                    raise Wrong(_at(row, "number", text))
                yield self._row(row, number)
            except Wrong as wrong:
                yield Result(row.at, number, "wrong", problems=wrong.problems)

    def _number(self, row: Row) -> str:
        try:
            return row.text("number").upper()
        except ValueError:
            return ""

    def _row(self, row: Row, number: str) -> Result:
        if not number:
            cell = row.names["number"]
            raise Wrong(said("{cell} does not say which order this row is about, such as W1", cell=cell))
        try:
            order = self.work.show(number)
        except LedgerError as error:
            raise Wrong(_at(row, "number", message(error))) from error
        if self._is_empty(row, order):
            return Result(row.at, order.number, "empty")
        office = _read(row, "office", lambda: row.text("office"))
        if office and office != order.order.office:
            text = said(
                "{number} is for {office}, and this row says {other}. Were some columns sorted, and others not?",
                number=order.number,
                office=order.order.office,
                other=office,
            )
            raise Wrong(_at(row, "office", text))
        reason = _read(row, "cannot", lambda: row.text("cannot"))
        if order.state != "open":
            return self._closed(row, order, reason)
        if reason:
            return self._cannot(row, order, reason)
        return self._done(row, order)

    def _is_empty(self, row: Row, order: Order) -> bool:
        """Whether a row says nothing yet. Where no cell is asked, the name of who did it says that it is done."""
        asked = any(not each.get("secret") for each in order.order.schema.get("properties", {}).values())
        said = [*self.sheet.answers, "cannot", "found", "evidence", *([] if asked else ["by"])]
        return not any(row.filled(column) for column in said)

    def _closed(self, row: Row, order: Order, reason: str) -> Result:
        """A row of an order that is not open: the same again is nothing new, anything else is refused."""
        if order.state == "failed" and reason:
            text = said("{number} is refused already, by {person}.", number=order.number, person=order.by)
            return Result(row.at, order.number, "already", text)
        if order.state == "done" and not reason:
            schema = order.order.schema
            stored = forms.without_secrets(forms.named(self._answers(row, order), schema)[0], schema)
            if _without(stored, _files(order)) == _without(order.answers, _files(order)):
                text = said("{number} is done already, by {person}.", number=order.number, person=order.by)
                return Result(row.at, order.number, "already", text)
            text = said(
                "{number} is done already, by {person}, with other answers than these; what was recorded stays. "
                "What is asked now: inregel work list",
                number=order.number,
                person=order.by,
            )
            raise Wrong(_at(row, "number", text))
        raise Wrong(_at(row, "number", message(closed(order))))

    def _cannot(self, row: Row, order: Order, reason: str) -> Result:
        filled = [name for name in sorted(self.sheet.answers) if row.filled(name)]
        if filled:
            text = said(
                "a row says why it cannot be done, or what the screen shows, not both; {cell} is filled in too",
                cell=row.names[filled[0]],
            )
            raise Wrong(_at(row, "cannot", text))
        ended = self.work.fail(order.number, self._by(row), reason)
        text = said("{number} is refused by {person}: {reason}", number=ended.number, person=ended.by, reason=reason)
        return Result(row.at, order.number, "refused", text)

    def _done(self, row: Row, order: Order) -> Result:
        given, by = self._answers(row, order), self._by(row)
        schema = order.order.schema
        secret = [name for name, each in schema.get("properties", {}).items() if each.get("secret")]
        _, problems = forms.named(given, schema)
        told = [
            said("{cell}: {text}", cell=self._place(row, each), text=each.text)
            for each in problems
            if each.name not in secret
        ]
        if told:
            raise Wrong(*told)
        given |= {name: str(self._file(row, name, given[name])) for name in _files(order) if given.get(name)}
        given |= self._secrets(row, order, secret)
        named = _read(row, "evidence", lambda: row.text("evidence"))
        evidence = self._file(row, "evidence", named) if named else None
        found = _read(row, "found", lambda: row.yes("found"))
        on = _read(row, "on", lambda: row.day("on"))
        return self._hand_in(row, order, by, given, (evidence, found, on))

    def _hand_in(
        self, row: Row, order: Order, by: str, given: Mapping[str, Any], beside: tuple[Path | None, bool, date | None]
    ) -> Result:
        evidence, found, on = beside
        source = f"{self.sheet.file}, row {row.at}"
        try:
            ended = self.work.done(order.number, by, given, evidence, found=found, on=on, source=source)
        except AnswersRefused as error:
            really = said(_REALLY, cell=row.names.get("found", "found"))
            raise Wrong(*(_row(row, order, each) for each in error.problems), really) from error
        except (WorkError, OrderClosed) as error:
            raise Wrong(_row(row, order, message(error))) from error
        text = said(
            "{number} is done ({lines}), as said by {person}.",
            number=ended.number,
            lines=describe(ended.order.lines),
            person=ended.by,
        )
        return Result(row.at, ended.number, "done", text)

    def _answers(self, row: Row, order: Order) -> dict[str, Any]:
        """What the row answers, also what is not asked. Raises `Wrong` with every cell that cannot be read."""
        asked, given, problems = order.order.schema.get("properties", {}), {}, []
        for name in self.sheet.answers:
            if name not in asked and not row.filled(name):
                continue
            try:
                given[name] = row.answer(name, asked.get(name, {}))
            except ValueError as error:
                problems.append(said("{cell} {text}", cell=row.names[name], text=error.args[0]))
        if problems:
            raise Wrong(*problems)
        return given

    def _secrets(self, row: Row, order: Order, names: Collection[str]) -> dict[str, str]:
        """Answers that are secret: they are typed at the keyboard."""
        given = {}
        for name in names:
            title = order.order.schema["properties"][name].get("title") or name
            given[name] = self.ask(f"{order.number}, {order.order.office}: {title}")
            if not given[name]:
                text = said(
                    "{title} is a secret, which never stands in a sheet. "
                    "Type this in a terminal, where it is asked: {command}",
                    title=title,
                    command=f"inregel work done {order.number} --from {self.sheet.file}",
                )
                raise Wrong(_row(row, order, text))
        return given

    def _file(self, row: Row, column: str, name: str) -> Path:
        """A file that a row names. It lies beside the sheet: whoever fills in a sheet has no say in other folders."""
        folder = self.sheet.folder.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            text = said("{name} lies outside of the folder of the sheet; put it beside it", name=name)
            raise Wrong(_at(row, column, text))
        return path

    def _by(self, row: Row) -> str:
        by = _read(row, "by", lambda: row.text("by")) or self.by
        if not by.strip():
            place = row.names.get("by", said("row {row}", row=row.at))
            text = said("who did it? Write the name there, or give one for all rows: --by NAME")
            raise Wrong(said("{cell}: {text}", cell=place, text=text))
        return by

    def _place(self, row: Row, problem: forms.Problem) -> str:
        """The cell of an answer; where it has no column, what the answer is called."""
        return row.names.get(problem.name, said("row {row}, {what}", row=row.at, what=problem.label))


def _read(row: Row, column: str, read: Callable[[], T]) -> T:
    """What a cell says; a cell that cannot be read is named."""
    try:
        return read()
    except ValueError as error:
        raise Wrong(said("{cell} {text}", cell=row.names[column], text=error.args[0])) from error


def _at(row: Row, column: str, text: str) -> str:
    return said("{cell}: {text}", cell=row.names[column], text=text)


def _row(row: Row, order: Order, text: str) -> str:
    return said("row {row}, {number}: {text}", row=row.at, number=order.number, text=text)


def _files(order: Order) -> list[str]:
    """The answers that are files; of one that was handed in only its name and its digest are kept."""
    return [name for name, each in order.order.schema.get("properties", {}).items() if each.get("file")]


def _without(answers: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in names}

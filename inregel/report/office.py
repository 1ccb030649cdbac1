"""The plan of one office as lines: its heading, a row per finding, its work orders and what lint says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Final, TypeAlias

from inregel.config.mistakes import Where
from inregel.contract import Office, Table
from inregel.plan.model import OfficePlan, Plan, PlannedOrder, Status
from inregel.report import words
from inregel.report.lines import Line, Span, cells, line, pad
from inregel.report.rows import Detail, Row, View, rows
from inregel.speech import Speech

Locate: TypeAlias = Callable[[Where], object]
"""Gives the place of a node as text (`config.positions.locate` for one project)."""

KEY_COLUMN: Final = 25
_NOTE_COLUMN: Final = 56
_SHOWN: Final = 10
"""Rows of one module with one mark, of more than `_MOST`."""
_MOST: Final = 12
_TABLE_ROWS: Final = 5


def remembered(locate: Locate) -> Locate:
    """The same, each place looked up once: a file is read again for every look."""
    return cache(locate)


def file_only(where: Where) -> object:
    """The place of a node where nobody can look it up: its file."""
    return where.file


def office_lines(part: OfficePlan, plan: Plan, view: View, locate: Locate) -> Iterator[Line]:
    """All that is to be said about an office in one play; nothing where all is in sync."""
    found = rows(part.entries, view)
    if not (found or part.findings or part.held or part.unavailable or part.tables):
        return
    speech = view.speech
    yield heading(part, plan, speech)
    if part.unavailable:
        yield line(
            "  ", Span("x", "blocked"), " " + speech("could not be read: {reason}", reason=part.unavailable), hang=4
        )
    if part.held:
        yield line("  ", Span(".", "wait"), " " + speech("not begun: {reason}", reason=part.held), hang=4)
    for row in found if view.verbose else _limited(found, speech):
        yield from row_lines(row, locate, speech) if isinstance(row, Row) else (row,)
    for module, finding in part.findings:
        text = f" {module}: {speech.again(finding.message)}"
        text += speech(" (source: {source})", source=finding.source) if finding.source else ""
        yield line("  ", Span("!", "lint"), text, hang=4)
    for table in part.tables:
        yield from table_lines(table, speech, verbose=view.verbose)
    for order in part.orders:
        yield order_line(order, view.orders, speech)


def heading(part: OfficePlan, plan: Plan, speech: Speech) -> Line:
    """`utrecht  Van Dalen Assurantiën, Assu 1.2628.3.16            play 1, batch 1 of 2`."""
    office = part.office
    about = ", ".join(text for text in (office.name if office.name != office.id else "", *connections(office)) if text)
    play = plan.plays[part.play] if part.play < len(plan.plays) else None
    batches = len(play.batches) if play else 1
    right = ""
    if batches > 1:
        right = speech("play {play}, batch {batch} of {batches}", play=part.play + 1, batch=part.batch, batches=batches)
    elif len(plan.plays) > 1:
        right = speech("play {play}", play=part.play + 1)
    return line(Span(office.id, "strong"), f"  {about}" if about else "", right=right, hang=2)


def connections(office: Office) -> list[str]:
    """Per connection its name and what it is known by: a version, else what identifies it."""
    texts = []
    for name, connection in office.connections.items():
        known = connection.settings.get("version") or connection.identity.partition(":")[2]
        texts.append(f"{name[:1].upper()}{name[1:]} {known}".rstrip())
    return texts


def _limited(found: Sequence[Row], speech: Speech) -> Iterator[Row | Line]:
    """Many different rows of one module with one mark: the first, and how many more."""
    for (sign, module), group in groupby(found, key=lambda row: (row.finding.mark, row.finding.module)):
        some = list(group)
        if len(some) <= _MOST:
            yield from some
            continue
        yield from some[:_SHOWN]
        more = sum(len(row.keys) for row in some[_SHOWN:])
        text = speech("{count} more (--verbose)", count=speech.number(more))
        yield line("  ", Span(sign, words.MARKS[sign]), " ", pad(module, 21), text)


def row_lines(row: Row, locate: Locate, speech: Speech) -> Iterator[Line]:
    """A row and the lines below it."""
    finding = row.finding
    names = "" if row.several else words.names(row.keys, speech)
    text = f"{names}: {finding.text}" if names and finding.text else names or finding.text
    yield line(
        "  ",
        Span(finding.mark, words.MARKS[finding.mark]),
        " ",
        pad(finding.module, 21) + ("" if cells(finding.module) < 21 else " "),
        text,
        right=finding.who,
        hang=KEY_COLUMN,
    )
    for detail in finding.details:
        yield detail_line(detail, row.where, locate)


def detail_line(detail: Detail, where: Where, locate: Locate) -> Line:
    """A field, or what comes after, or what one can do."""
    if not detail.name:
        right = str(locate(where)) if detail.located else detail.note
        return line(" " * KEY_COLUMN, detail.text, right=right, hang=KEY_COLUMN)
    start = pad(" " * 6 + detail.name, KEY_COLUMN)
    text = start + detail.text
    if not detail.note:
        return line(text, hang=KEY_COLUMN)
    gap = " " * max(2, _NOTE_COLUMN - cells(text))
    return line(text, gap, Span(detail.note, "faint"), hang=KEY_COLUMN)


def order_line(order: PlannedOrder, orders: Mapping[str, PlannedOrder], speech: Speech) -> Line:
    """`W1 Bedrijfscertificaat inlezen, for Ria van Dalen, nl.`"""
    who = order.person or order.role
    text = speech(
        " {title}, for {person}, {language}.", title=order.title or order.name, person=who, language=order.language
    )
    if order.open:
        text += speech(" Handed out.")
    after = words.order_names(order.after, orders)
    if after:
        text += speech(" After {orders}.", orders=after)
    elif not order.ready and not order.open:
        text += speech(" Not yet: something else comes first.")
    remarks = dict.fromkeys(each.step.remark for each in order.lines if each.kind != "look" and each.step.remark)
    text += "".join(f" {speech(remark)}" for remark in remarks)
    return line("  ", Span(words.order_name(order), "strong"), text, hang=4)


def table_lines(table: Table, speech: Speech, *, verbose: bool) -> Iterator[Line]:
    """A module's own table; its first rows, unless all are asked for."""
    shown = table.rows if verbose else table.rows[:_TABLE_ROWS]
    columns = tuple(map(speech.again, table.columns))
    yield line(f"    {speech.again(table.title)}", hang=4)
    sizes = [max(cells(text) for text in column) for column in zip(columns, *shown, strict=False)]
    for i, each in enumerate((columns, *shown)):
        text = "".join(pad(cell, size + 2) for cell, size in zip(each, sizes, strict=False)).rstrip()
        yield line("      ", Span(text, "" if i else "faint"), hang=8)
    if len(shown) < len(table.rows):
        more = speech.many(len(table.rows) - len(shown), "{count} more row", "{count} more rows")
        yield line(f"      ... {more} (--verbose)")


def has_news(part: OfficePlan) -> bool:
    """Whether anything of an office is shown when all in sync is left out."""
    return bool(part.findings or part.held or part.unavailable) or any(
        entry.status is not Status.IN_SYNC for entry in part.entries
    )

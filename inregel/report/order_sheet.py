"""Many work orders in one sheet, to be filled in and read back: as XLSX, and as CSV for other programs.

One row is one order, because an order is answered as a whole; its lines and its steps stand on two more tabs of the
XLSX. A cell is text and never a formula, whatever stands in it. There is no secret in it, and no room for one.
What does not belong here: reading it back (`inregel.work.sheet`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from inregel.contract import key_text
from inregel.formats import markdown, values
from inregel.frozen import frozen
from inregel.ledger.base import Order, OrderLine
from inregel.plan.compare import FINGERPRINT
from inregel.report.order_page import hint, reveal_command
from inregel.report.order_words import COLUMNS, FILLED, Words, words
from inregel.report.page import visible

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_STEP: Final = re.compile(r"^ *\d+[.)] (.*)$", re.MULTILINE)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_LONGEST: Final = 32_000
"""Characters of a cell; Excel takes 32,767."""
_MOST_LINES: Final = 12
"""Lines of an order that its row tells; all of them stand on the tab of the lines."""
_WIDTHS: Final[Mapping[str, float]] = {"number": 9, "office": 14, "title": 32, "person": 26, "todo": 48, "cannot": 40}
_WIDTH: Final = 24.0


@frozen
class Answer:
    """A column for one answer."""

    name: str
    title: str

    @property
    def heading(self) -> str:
        """`Geldig tot (valid_until)`: what people read, and what is read back."""
        return f"{self.title} ({self.name})"


class Choice(NamedTuple):
    """What a cell may hold: one of `options`, or where there are none a date."""

    options: tuple[str, ...]


def answers(orders: Sequence[Order]) -> list[Answer]:
    """The columns for the answers of these orders: each name once, in the order in which they are asked."""
    found: dict[str, Answer] = {}
    for order in orders:
        for name, schema in order.order.schema.get("properties", {}).items():
            found.setdefault(name, Answer(name, schema.get("title") or name))
    return list(found.values())


def rows(orders: Sequence[Order], told: Words) -> Iterator[list[str]]:
    """The heading and a row for each order; what is to be filled in is empty."""
    asked = answers(orders)
    yield [*(told.columns[each] for each in COLUMNS), *(each.heading for each in asked),
           *(told.columns[each] for each in FILLED)]  # fmt: skip
    for order in orders:
        new = order.order
        shown = [order.number, new.office, new.title, new.person or told.nobody, _todo(order, told)]
        yield [*shown, *(_room(order, each.name, told) for each in asked), *("" for _ in FILLED)]


def _room(order: Order, name: str, told: Words) -> str:
    """What stands in the cell of an answer before it is filled in: nothing, or that it is never written there."""
    return told.hidden if order.order.schema.get("properties", {}).get(name, {}).get("secret") else ""


def _todo(order: Order, told: Words) -> str:
    lines = order.order.lines
    shown = [f"{told.kinds[line.kind]}: {_what(line)}" for line in lines[:_MOST_LINES]]
    more = [f"+ {len(lines) - _MOST_LINES:,}"] if len(lines) > _MOST_LINES else []
    secrets = [reveal_command(order.number, name) for name in order.order.secrets]
    return "\n".join([*shown, *more, *secrets])


def _what(line: OrderLine) -> str:
    return " ".join(part for part in (line.module, key_text(line.key)) if part)


def lines(orders: Sequence[Order], told: Words) -> Iterator[list[str]]:
    """The heading and a row for each line of each order."""
    yield [told.kinds[each] for each in ("number", "office", "module", "key", "kind", "becomes")]
    for order in orders:
        for line in order.order.lines:
            kind, becomes = told.kinds[line.kind], _becomes(line, told)
            yield [order.number, order.order.office, line.module, key_text(line.key), kind, becomes]


def _becomes(line: OrderLine, told: Words) -> str:
    if line.reaches is None:
        return told.kinds["gone"]
    return "\n".join(f"{name}: {_shown(value)}" for name, value in line.reaches.items())


def _shown(value: Any) -> str:
    return "***" if isinstance(value, str) and value.startswith(FINGERPRINT) else values.show(value)


def steps(orders: Sequence[Order], told: Words) -> Iterator[list[str]]:
    """The heading and a row for each numbered step of each order."""
    yield [told.kinds[each] for each in ("number", "office", "step", "text")]
    for order in orders:
        for number, step in enumerate(_STEP.findall(order.order.text), 1):
            yield [order.number, order.order.office, str(number), markdown.plain(step)]


# --- CSV ------------------------------------------------------------------------------------------------------------


def order_csv(orders: Sequence[Order], language: str) -> str:
    """The table of the orders as CSV, with `;` and a BOM so that a spreadsheet opens it by itself.

    Before a cell that a spreadsheet would take for a formula stands a `'`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows(orders, words(language)):
        writer.writerow([_unformula(_text(cell)) for cell in row])
    return "\ufeff" + out.getvalue()


def _unformula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _text(cell: str) -> str:
    return visible(cell)[:_LONGEST]


# --- XLSX -----------------------------------------------------------------------------------------------------------


def order_xlsx(orders: Sequence[Order], language: str, now: datetime) -> bytes:
    """The workbook: the tab to fill in, the lines, the steps. `now` is when it was made."""
    from openpyxl import Workbook

    told = words(language)
    book = Workbook()
    book.properties.creator = "inregel"
    book.properties.created = book.properties.modified = now.replace(tzinfo=None)
    first = book.worksheets[0]
    first.title = told.sheets["answers"]
    asked = answers(orders)
    names = [*COLUMNS, *(each.name for each in asked), *FILLED]
    _fill(first, rows(orders, told), [_WIDTHS.get(name, _WIDTH) for name in names])
    first.freeze_panes = "B2"
    _mark(first, orders, asked, told)
    _add(book, told.sheets["lines"], lines(orders, told), (9, 14, 24, 30, 30, 48))
    _add(book, told.sheets["steps"], steps(orders, told), (9, 14, 8, 110))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add(book: Workbook, title: str, table: Iterator[list[str]], widths: Sequence[float]) -> None:
    sheet = book.create_sheet(title)
    _fill(sheet, table, widths)
    sheet.freeze_panes = "A2"


def _fill(sheet: Worksheet, table: Iterator[list[str]], widths: Sequence[float]) -> None:
    """Writes texts as texts."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(table, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            # The format of text keeps what is typed there: `1.2630` stays that, and so does `0471`.
            cell.number_format, cell.alignment = "@", wrapped
            if value:
                cell.value = _text(value)
                cell.data_type = "s"
            if number == 1:
                cell.font = bold
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _mark(sheet: Worksheet, orders: Sequence[Order], asked: Sequence[Answer], told: Words) -> None:
    """What each cell may hold, how it is written, and which are not asked."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    grey, begin = PatternFill("solid", fgColor="D9D9D9"), len(COLUMNS) + 1
    choices: dict[Choice, list[str]] = {}
    for column, each in enumerate(asked, begin):
        where = ""
        for row, order in enumerate(orders, 2):
            schema = order.order.schema.get("properties", {}).get(each.name)
            cell = sheet.cell(row, column)
            if schema is None or schema.get("secret"):
                cell.fill = grey
                continue
            where = where or "\n".join(filter(None, (schema.get("description", ""), hint(schema, told))))
            choice = _choice(schema, told)
            if choice is not None:
                choices.setdefault(choice, []).append(cell.coordinate)
        if where:
            sheet.cell(1, column).comment = Comment(visible(where), "inregel", height=140, width=320)
    last = begin + len(asked)
    for row in range(2, len(orders) + 2):
        choices.setdefault(Choice(()), []).append(sheet.cell(row, last + FILLED.index("on")).coordinate)
        choices.setdefault(Choice((told.yes, told.no)), []).append(
            sheet.cell(row, last + FILLED.index("found")).coordinate
        )
    _validate(sheet, choices)


def _choice(schema: Mapping[str, Any], told: Words) -> Choice | None:
    if "enum" in schema:
        return Choice(tuple(map(str, schema["enum"])))
    if schema.get("type") == "boolean":
        return Choice((told.yes, told.no))
    return Choice(()) if schema.get("format") == "date" else None


def _validate(sheet: Worksheet, choices: Mapping[Choice, Sequence[str]]) -> None:
    """Drop-downs, and cells for dates."""
    from openpyxl.worksheet.datavalidation import DataValidation

    for choice, cells in choices.items():
        listed = ",".join(choice.options)
        if not choice.options:
            rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
            for each in cells:
                sheet[each].number_format = "yyyy-mm-dd"
        elif len(listed) <= 255 and not any("," in each or '"' in each for each in choice.options):
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        else:  # Excel takes no longer list, and has no sign for a comma in one
            continue
        rule.showErrorMessage = True
        for each in cells:
            rule.add(each)
        sheet.add_data_validation(rule)

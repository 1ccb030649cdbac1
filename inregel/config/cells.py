"""What one cell of a sheet becomes: text as the sheet shows it, a list, or a number.

Where a spreadsheet made a number of what may have been text, something can be lost (the zero of 0471234567, the last
zero of 1.2630); then it is a mistake rather than a guess.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

_TEMPLATE: Final = re.compile(r"\{[{%#]")
_PADDED: Final = re.compile(r"0+\Z")
_DECIMALS: Final = re.compile(r"0\.(0+)\Z")
_SPOILED: Final = re.compile(r"-?[0-9](?:[.,][0-9]+)?E[+-][0-9]+\Z|#{3,}\Z")
"""What a spreadsheet writes into a CSV file for a long number, and for a date in a narrow column."""
_AS_TEXT: Final = "format the column as text and type it again"
_ERROR: Final = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)\Z")


class Cell(NamedTuple):
    """One cell as it was read."""

    value: Any
    format: str = "General"
    formula: bool = False


class Shape(NamedTuple):
    """What a column of the sheet is to become."""

    is_id: bool = False
    split: str = ""
    """Between the parts of a list; "" for a single value."""
    number: bool = False


def value_of(cell: Cell, shape: Shape, zeros: bool) -> Any:
    """What a cell becomes, None where it is empty. Raises `ValueError` with the end of a sentence."""
    if cell.formula:
        raise ValueError("holds a formula whose result is not stored: open the sheet, calculate and save it")
    if shape.number:
        return _number(cell.value)
    text = _text(cell, shape, zeros)
    if not isinstance(text, str):
        return text
    text = text.strip()
    if not text:
        return None
    if _TEMPLATE.search(text):
        raise ValueError("holds a template; a cell is text, templates stand in YAML")
    if shape.split:
        separator = "\n" if shape.split == "\\n" else shape.split
        return [part.strip() for part in text.split(separator) if part.strip()]
    return text


def _number(value: Any) -> int | float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, (bool, date, time)):
        raise ValueError("is not a number")
    if isinstance(value, (int, float)):
        _finite(value)
        return int(value) if value == int(value) else value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        found = float(str(value).replace(",", "."))
        _finite(found)
        return found
    except ValueError:
        raise ValueError(f"is not a number: {value}") from None


def _text(cell: Cell, shape: Shape, zeros: bool) -> Any:
    value = cell.value
    if value is None or isinstance(value, (str, bool)):
        if isinstance(value, str) and _ERROR.match(value):
            raise ValueError(f"holds the error {value}")
        if isinstance(value, str) and _SPOILED.match(value.strip()):
            raise ValueError(f"holds {value.strip()}, which a spreadsheet made of something longer: {_AS_TEXT}")
        return value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if not isinstance(value, (int, float)):
        raise ValueError("holds something that is neither text nor a number")
    _finite(value)
    return _shown(value, cell.format, shape, zeros)


def _finite(value: float) -> None:
    """No program of sheets writes such a one; a file that was made by hand may hold it."""
    if not math.isfinite(value):
        raise ValueError(f"holds {value}, which is not a number")


def _shown(value: float, form: str, shape: Shape, zeros: bool) -> str:
    """The text that a sheet shows for a number."""
    if _PADDED.match(form) and value == int(value):
        return str(int(value)).zfill(len(form))
    decimals = _DECIMALS.match(form)
    if decimals:
        return f"{value:.{len(decimals[1])}f}"
    told = f"holds the number {value:g}" if value != int(value) else f"holds the number {int(value)}"
    if shape.is_id:
        raise ValueError(f"{told}, and an id is text: {_AS_TEXT}")
    if zeros:
        raise ValueError(f"{told}, while others in this column begin with a zero, which a number loses: {_AS_TEXT}")
    if value != int(value):
        raise ValueError(
            f"{told}, whose last zeros are lost (1.2630 becomes 1.263): {_AS_TEXT}, or write `number: true`"
        )
    return str(int(value))

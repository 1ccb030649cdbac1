"""What one cell of a sheet says, where a column says something of a module: a text, a date, a list of names, or "none".

What cannot be read without guessing raises `ValueError` with the end of a sentence that begins with the cell.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from inregel.config.cells import Cell, Shape, value_of
from inregel.config.mapping import Target
from inregel.formats import versions

ABSENT: Final = object()
"""There is none."""
NONE: Final = ("geen", "none", "aucun", "aucune")
"""What a cell says where there is none; an empty one says that nobody knows."""
_NOTHING: Final = frozenset(("-", "--", "?", "??", "n/a", "na", "nvt", "n.v.t.", "onbekend", "unknown", "inconnu"))
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?\Z")
_DUTCH: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\Z")
_HEX: Final = re.compile(r"[0-9A-F]+\Z")
_SCIENTIFIC: Final = re.compile(r"E[+-]", re.IGNORECASE)
_EXACT: Final = 10**15
"""From here a spreadsheet rounds whole numbers."""


def converted(cell: Cell, target: Target, is_id: bool, zeros: bool, split: str = "") -> Any:
    """What a cell says: text, a date, a set of texts, `ABSENT`; None where it is empty.

    Raises `ValueError` with the end of a sentence.
    """
    if target.type == "hex":
        _exact(cell)
    if target.type == "date" and isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        raise ValueError(f"holds the number {cell.value:g}, not a date: format the column as a date, or as text")
    text = value_of(cell, Shape(is_id), zeros)
    if text is None:
        return None
    if isinstance(text, bool):
        raise ValueError(f"holds {text}, not a text")
    if target.module and text.casefold() in NONE:
        return ABSENT
    if target.module and text.casefold() in _NOTHING:
        raise ValueError(
            f"holds `{text}`: leave it empty where nobody knows, and write `{NONE[0]}` where there is none"
        )
    separators = split or target.split
    if separators:
        parts = re.split("|".join(map(re.escape, [split] if split else separators)), text)
        return frozenset(_one(part.strip(), target) for part in parts if part.strip()) or None
    return _one(text, target)


def _exact(cell: Cell) -> None:
    """A serial number such as 12E5 is a number to a spreadsheet, and a long one is rounded."""
    if isinstance(cell.value, int | float) and (_SCIENTIFIC.search(cell.format) or abs(cell.value) >= _EXACT):
        told = f"holds the number {cell.value:g}, which may be what was typed or not"
        raise ValueError(f"{told}: format the column as text and type it again")


def _one(text: str, target: Target) -> Any:
    if target.type == "date":
        return day(text)
    if target.type == "hex":
        plain = re.sub(r"[\s:.-]", "", text).upper().removeprefix("0X").lstrip("0") or "0"
        if not _HEX.match(plain):
            raise ValueError(f"is no serial number: {text}; write it in hexadecimal digits, such as 5D2077")
        return plain
    if target.type == "version":
        return _version(text)
    if target.case == "upper":
        text = text.upper()
    elif target.case == "address" and "@" in text:
        text = text.lower()
    if target.pattern and not re.search(target.pattern, text):
        raise ValueError(f"holds `{text}`: write it like {target.like}")
    return text


def day(text: str) -> date:
    """ISO, or day, month and year, as Dutch, Belgian and French sheets have it."""
    iso, dutch = _ISO.match(text), _DUTCH.match(text)
    try:
        if iso:
            return datetime(int(iso[1]), int(iso[2]), int(iso[3])).date()
        if dutch:
            return datetime(int(dutch[3]), int(dutch[2]), int(dutch[1])).date()
    except ValueError:
        pass
    raise ValueError(f"is no date: {text}; write year, month and day, such as 2028-11-14")


def _version(text: str) -> str:
    try:
        short = versions.is_cut_short(text)
    except versions.NotAVersion:
        raise ValueError(f"is no version: {text}; write all numbers, such as 1.2628.3.16") from None
    if short:
        raise ValueError(f"holds {text}, which is cut short: write all of it, as the window shows it")
    return text

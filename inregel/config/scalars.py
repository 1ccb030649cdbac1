"""What a plain YAML scalar is read as: the rules of YAML 1.1 as PyYAML has them, with the traps refused.

A trap is text that YAML 1.1 and 1.2 read differently (`1e3` is text in one and a number in the other), or that cannot
be used (`.nan`, a date that is none). It is refused at once: quotes say what is meant in both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import yaml

from inregel.config.words import cut

_IMPLICIT: Final = yaml.SafeLoader.yaml_implicit_resolvers
SPECIAL: Final = frozenset(char for char in _IMPLICIT if char) - {"="}
"""First characters of all scalars that may be something else than text."""
_STOCK: Final = yaml.constructor.SafeConstructor()
_CORE: Final = "tag:yaml.org,2002:"
_BOOL: Final = yaml.constructor.SafeConstructor.bool_values
_YAML12: Final = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+\Z|0o[0-7]+\Z|[-+]?\.?[0-9][0-9.]*[eE][0-9]+\Z")
_FRACTION: Final = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}\Z")
_DAY: Final = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}\Z")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]{1,16}\Z")
_LONGEST: Final = 400
"""A longer number is no number that anybody means."""
_SHORT: Final = 16
"""Below it decimal digits are read without further question."""
_EXACT: Final = 1e16
"""Above it a float no longer holds every whole number."""


class _Merge:
    """The key `<<`."""

    def __repr__(self) -> str:
        return "<<"


MERGE: Final = _Merge()
UNREAD: Final = object()
"""What `quietly` returns where it is not sure."""


class Trap(Exception):
    """A scalar that is refused: why, and what to write."""

    def __init__(self, message: str, instead: str) -> None:
        super().__init__(message)
        self.message = message
        self.instead = instead


def plain(text: str) -> Any:
    """The value of a plain scalar; `MERGE` for `<<`. Raises `Trap`."""
    if not text:
        return None
    first = text[0]
    if first not in SPECIAL:
        return text
    if first in _DIGITS:
        if len(text) < _SHORT and first != "0" and text.isdecimal() and text.isascii():
            return int(text)
        if _FRACTION.match(text):
            return float(text)
        if _DAY.match(text):
            return _day(text)
        if _HEX.match(text):
            return int(text, 16)
    for matches, read in _RULES[first]:
        if matches(text):
            return read(text)
    if first in _NUMERIC and _YAML12.match(text):
        raise Trap(
            f"`{cut(text)}` is text in YAML 1.1 and a number in YAML 1.2",
            f'"{cut(text)}" for text, {_number(text)} for the number',
        )
    return text


def typed(kind: str, text: str) -> Any:
    """The scalar read as one of `KINDS`. Raises `Trap`."""
    return _READ[kind](text)


def _bool(text: str) -> bool:
    try:
        return _BOOL[text.lower()]
    except KeyError:
        raise Trap(f"`{cut(text)}` is neither true nor false", "true or false") from None


def _int(text: str) -> int:
    """Binary, octal (0...), hexadecimal, sexagesimal (12:30) or decimal, as YAML 1.1 has them."""
    if len(text) > _LONGEST:
        raise Trap(f"a number of {len(text):,} characters cannot be used", "quotes around it, if text is meant")
    digits = text.replace("_", "").lstrip("+-")
    try:
        if ":" in digits:
            value = 0
            for part in digits.split(":"):
                value = value * 60 + int(part)
        elif digits[:2] in _BASES:
            value = int(digits[2:], _BASES[digits[:2]])
        else:
            value = int(digits, 8 if digits[0] == "0" else 10)
    except (ValueError, IndexError):
        raise Trap(f"`{cut(text)}` looks like a number and is none", f'"{cut(text)}"') from None
    return -value if text[0] == "-" else value


def _float(text: str) -> float:
    try:
        value = float(_STOCK.construct_yaml_float(yaml.ScalarNode("", text)))
    except (ValueError, IndexError, OverflowError):
        raise Trap(f"`{cut(text)}` looks like a number and is none", f'"{cut(text)}"') from None
    if not math.isfinite(value):
        raise Trap(f"`{cut(text)}` is no number that can be used", f'"{cut(text)}", if text is meant')
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _no_date(text) from None


def _timestamp(text: str) -> Any:
    try:
        return _day(text) if _DAY.match(text) else _STOCK.construct_yaml_timestamp(yaml.ScalarNode("", text))
    except (ValueError, AttributeError, OverflowError):
        raise _no_date(text) from None


def _no_date(text: str) -> Trap:
    return Trap(f"`{cut(text)}` looks like a date and is none", f'a date such as 2026-11-20, or "{cut(text)}"')


_BASES: Final = {"0b": 2, "0x": 16}
_DIGITS: Final = frozenset("0123456789")
_NUMERIC: Final = _DIGITS | frozenset("+-.")
KINDS: Final = ("str", "null", "bool", "int", "float", "timestamp")
"""Core tags that a scalar may have: `!!str 12`."""
_READ: Final[dict[str, Callable[[str], Any]]] = {
    "str": str,
    "null": lambda text: None,
    "bool": _bool,
    "int": _int,
    "float": _float,
    "timestamp": _timestamp,
    "merge": lambda text: MERGE,
    "value": str,
}
_RULES: Final = {
    first: tuple((pattern.match, _READ.get(tag.removeprefix(_CORE), str)) for tag, pattern in rules)
    for first, rules in _IMPLICIT.items()
    if first
}


def _number(text: str) -> str:
    try:
        value = int(text, 8) if text.startswith("0o") else float(text)
    except (ValueError, OverflowError):
        return "digits"
    if not math.isfinite(value) or abs(value) >= _EXACT:
        return "all its digits"
    return str(int(value)) if value == int(value) else repr(value)


def quietly(text: str) -> Any:
    """The value of a plain scalar that is no trap; `UNREAD` of others."""
    try:
        value = plain(text)
    except Trap:
        return UNREAD
    return UNREAD if value is MERGE else value


def plain_is_text(key: str) -> bool:
    """Whether a key would be read as this text without quotes too."""
    try:
        return isinstance(plain(key), str)
    except Trap:
        return False

"""What a plain YAML scalar is read as: the rules of YAML 1.1 as PyYAML has them, with the traps refused.

A trap is text that YAML 1.1 and 1.2 read differently (`1e3` is text in one and a number in the other), or that cannot
be used (`.nan`, a date that is none). It is refused at once: quotes say what is meant in both.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import yaml

from inregel.config.words import cut

SPECIAL: Final = frozenset(char for char in yaml.SafeLoader.yaml_implicit_resolvers if char) - {"="}
"""First characters of all scalars that may be something else than text."""
_RULES: Final[dict[str, tuple[tuple[str, re.Pattern[str]], ...]]] = {
    char: tuple(rules) for char, rules in yaml.SafeLoader.yaml_implicit_resolvers.items() if char
}
_STOCK: Final = yaml.constructor.SafeConstructor()
_CORE: Final = "tag:yaml.org,2002:"
_BOOL: Final = yaml.constructor.SafeConstructor.bool_values
_YAML12: Final = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+\Z|0o[0-7]+\Z|[-+]?\.?[0-9][0-9.]*[eE][0-9]+\Z")
_DIGITS: Final = 400
"""A longer number is no number that anybody means."""


class _Merge:
    """The key `<<`."""

    def __repr__(self) -> str:
        return "<<"


MERGE: Final = _Merge()


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
    if len(text) < 16 and text.isdecimal() and text.isascii() and first != "0":
        return int(text)
    for tag, pattern in _RULES[first]:
        if pattern.match(text):
            return typed(tag.removeprefix(_CORE), text)
    if first in "0123456789+-." and _YAML12.match(text):
        raise Trap(
            f"`{cut(text)}` is text in YAML 1.1 and a number in YAML 1.2",
            f'"{text}" for text, {_number(text)} for the number',
        )
    return text


def typed(kind: str, text: str) -> Any:
    """The scalar read as `kind`: str, null, bool, int, float, timestamp, merge, value. Raises `Trap`."""
    if kind == "null":
        return None
    if kind == "bool":
        return _bool(text)
    if kind == "merge":
        return MERGE
    if kind in _NUMBERS:
        return _NUMBERS[kind](text)
    return text


def _bool(text: str) -> bool:
    try:
        return _BOOL[text.lower()]
    except KeyError:
        raise Trap(f"`{cut(text)}` is neither true nor false", "true or false") from None


def _int(text: str) -> int:
    if len(text) > _DIGITS:
        raise Trap(f"a number of {len(text):,} digits cannot be used", "quotes around it, if text is meant")
    try:
        return int(_STOCK.construct_yaml_int(_node(text)))
    except (ValueError, IndexError):
        raise Trap(f"`{cut(text)}` looks like a number and is none", f'"{cut(text)}"') from None


def _float(text: str) -> float:
    try:
        value = float(_STOCK.construct_yaml_float(_node(text)))
    except (ValueError, IndexError, OverflowError):
        raise Trap(f"`{cut(text)}` looks like a number and is none", f'"{cut(text)}"') from None
    if not math.isfinite(value):
        raise Trap(f"`{cut(text)}` is no number that can be used", f'"{cut(text)}", if text is meant')
    return value


def _timestamp(text: str) -> Any:
    try:
        return _STOCK.construct_yaml_timestamp(_node(text))
    except (ValueError, AttributeError, OverflowError):
        raise Trap(
            f"`{cut(text)}` looks like a date and is none", f'a date such as 2026-11-20, or "{cut(text)}"'
        ) from None


_NUMBERS: Final = {"int": _int, "float": _float, "timestamp": _timestamp}
KINDS: Final = ("str", "null", "bool", "int", "float", "timestamp")
"""Core tags that a scalar may have: `!!str 12`."""


def _node(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("", text)


def _number(text: str) -> str:
    try:
        value = int(text, 8) if text.startswith("0o") else float(text)
    except (ValueError, OverflowError):
        return "digits"
    if not math.isfinite(value) or abs(value) >= 1e16:
        return "all its digits"
    return str(int(value)) if value == int(value) else repr(value)

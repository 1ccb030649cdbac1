"""Reads JSON with the same strictness as YAML, and finds the place of a path in it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from inregel.config.lines import place
from inregel.config.mistakes import Mistake, Position
from inregel.config.words import cut
from inregel.later import later

_MOST_COST: Final = 170_000_000
"""Bytes that the values of a file may take, estimated from above by its punctuation."""
_COST: Final = ((b"{", 300), (b"[", 90), (b":", 190), (b",", 40))
_MOST: Final = 100
"""Mistakes of one kind that are collected."""
_TOKEN: Final = later(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s,:{}\[\]"]+')
_ESCAPE: Final = later(rb"\\u(?:[dD][89a-fA-F]|0000)")
_HALF: Final = later("[\ud800-\udfff\0]")
_LOOK: Final = 200
"""Characters in which a comma before a mistake is looked for."""
_TRAILING: Final = ("trailing comma", "a comma stands before the closing bracket", "nothing there")
_EXPLAINED: Final = (
    ("Expecting ',' delimiter", "a comma is missing, or a bracket is not closed", "`,` between the parts"),
    ("Expecting property name", "a key in double quotes is meant here", '"name": value'),
    _TRAILING,
    ("Expecting ':' delimiter", "a colon is missing after the key", '"name": value'),
    ("Unterminated string", "the quote that opens here is not closed", "a quote at the end as well"),
    ("Invalid control character", "a line break or tab stands inside quotes", "\\n or \\t"),
    ("escape", "a backslash begins an escape, and this is none", "\\\\ for a backslash"),
    ("Extra data", "something follows after the end of the value", "one value per file"),
    (
        "Expecting value",
        "a value is missing here",
        "text in double quotes, a number, true, false, null, [...] or {...}",
    ),
)


class _Refused(Exception):
    """A mistake without a place: the place is found afterwards."""


def read_json(data: bytes, text: str, file: str, depth: int) -> tuple[Any, list[Mistake]]:
    """The value of a JSON text (None where it is empty) and its mistakes. `data` is `text` as UTF-8."""
    whole = Position(file, 0, 0)
    if not text.strip():
        return None, []
    if sum(data.count(mark) * cost for mark, cost in _COST) > _MOST_COST:
        return None, [Mistake("the file has too many values", whole, "fewer values in one file")]
    twice = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        result = dict(items)
        if len(result) != len(items):
            twice = True
        return result

    try:
        result = json.loads(
            text, object_pairs_hook=pairs, parse_float=_number, parse_int=_whole, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        return None, [_explained(error, file)]
    except _Refused as refused:
        return None, [_found(str(refused), text, file)]
    except RecursionError:
        return None, [Mistake(f"this is nested deeper than {depth} levels", whole, "fewer levels")]
    mistakes = _twice(text, file) if twice else []
    if _deeper(result, depth):
        mistakes.append(Mistake(f"this is nested deeper than {depth} levels", whole, "fewer levels"))
    elif _ESCAPE.search(data):
        mistakes.extend(_unusable(text, file))
    return result, mistakes


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """The parts of sound JSON, no commas and colons: `{`, `}`, `[`, `]` or `s` (a scalar), its text, its offset."""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark[0] == '"':
            yield "s", json.loads(mark) if "\\" in mark else mark[1:-1], token.start()
        else:
            yield mark if mark in "{}[]" else "s", mark, token.start()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _Refused(text) from None


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Refused(text)
    return value


def _constant(text: str) -> float:
    raise _Refused(text)


def _explained(error: json.JSONDecodeError, file: str) -> Mistake:
    before = error.doc[max(0, error.pos - _LOOK) : error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("}", "]"):
        # Python 3.13 says so by itself, and points at the comma; earlier ones at what follows it.
        comma = error.doc.rindex(",", 0, error.pos)
        return Mistake(_TRAILING[1], Position(file, *place(error.doc, comma)), _TRAILING[2])
    position = Position(file, *place(error.doc, error.pos))
    for part, message, instead in _EXPLAINED:
        if part in error.msg:
            return Mistake(message, position, instead)
    return Mistake(f"this is not JSON: {error.msg}", position)


def _found(number: str, text: str, file: str) -> Mistake:
    position = Position(file, *place(text, max(0, text.find(number))))
    return Mistake(f"`{cut(number, 30)}` is no number that can be used", position, "text in double quotes")


def _twice(text: str, file: str) -> list[Mistake]:
    """The keys that stand twice, with their places: a second pass, over the tokens."""
    result: list[Mistake] = []
    levels: list[set[str] | None] = [None]
    is_key = False
    for kind, value, at in tokens(text):
        keys = levels[-1]
        if kind in "}]":
            levels.pop()
            is_key = True
        elif keys is not None and is_key:
            if value in keys:
                message = f"the key `{cut(value)}` stands twice in this mapping"
                result.append(Mistake(message, Position(file, *place(text, at)), "one of the two"))
                if len(result) >= _MOST:
                    break
            keys.add(value)
            is_key = False
        else:
            is_key = True
            if kind in "{[":
                levels.append(set() if kind == "{" else None)
    return result


def _unusable(text: str, file: str) -> list[Mistake]:
    """Strings with a NUL or half a character, which no file and no other system takes."""
    found = ((value, at) for kind, value, at in tokens(text) if kind == "s" and _HALF.search(value))
    message = "this text holds a NUL or half a character"
    return [Mistake(message, Position(file, *place(text, at)), "the text without it") for _, at in islice(found, _MOST)]


def _deeper(value: Any, depth: int) -> bool:
    """Whether containers are nested deeper than `depth`."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True

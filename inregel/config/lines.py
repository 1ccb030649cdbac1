"""The lines of a file as people are shown them: cut to the terminal, and never with a secret."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from inregel.config.words import secret_key
from inregel.later import later

WIDTH: Final = 100
"""Columns of a source line that are shown."""
LONGEST: Final = 1_000
"""Characters of a line that are looked at."""
_BLOCK: Final = 1 << 16
_HIDDEN: Final = "***"
_PAIR: Final = later(r"""(?P<key>[\w.-]+)["']?\s*[:=](?:\s+|(?=\S)|\Z)""")
_URL: Final = later(r"(?<=://)[^/\s@]+(?=@)")
_CIPHER: Final = later(r"\s*(?:\$ANSIBLE_VAULT.*|[0-9a-fA-F]{24,}\s*)\Z")
_HARMLESS: Final = later(r"""["']?\{\{ *secret\(|!vault\b|[|>][+-]?\s*\Z|[\[{]?\s*\Z""")


class Lines:
    """The lines of a text as YAML counts them, from 0; "" beyond its end. Only what is asked for is cut out.

    Of a longer line the first `LONGEST` characters: nobody reads more of it, and patterns shall not either.
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        self._before = [0]
        for start in range(0, len(self._text), _BLOCK):
            self._before.append(self._before[-1] + self._text.count("\n", start, start + _BLOCK))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number <= self._before[-1]:
            return ""
        start = self._start(number)
        end = self._text.find("\n", start, start + LONGEST)
        return self._text[start : start + LONGEST if end < 0 else end]

    def _start(self, number: int) -> int:
        if number == 0:
            return 0
        block = bisect_left(self._before, number) - 1
        at = block * _BLOCK - 1
        for _ in range(number - self._before[block]):
            at = self._text.index("\n", at + 1)
        return at + 1


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of an index into the text."""
    lone = text.count("\r", 0, at) - text.count("\r\n", 0, at)
    before = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
    return text.count("\n", 0, at) + lone + 1, at - before


def without_user(text: str) -> str:
    """The text with `***` for the user part of every URL, where passwords stand."""
    return _URL.sub(_HIDDEN, text)


def masked(line: str, *, settings: bool = False) -> str:
    """The line with everything from a secret value on replaced by `***`.

    A value is secret after a key that says so, in the user part of a URL, or as the text of a vault block. In
    `inregel.yml` (`settings`) the key `secrets` names files.
    """
    if _CIPHER.match(line):
        return line[: len(line) - len(line.lstrip())] + _HIDDEN
    for pair in _PAIR.finditer(line):
        if secret_key(pair["key"]) and not (settings and pair["key"] == "secrets"):
            rest = line[pair.end() :]
            if rest and not _HARMLESS.match(rest):
                return without_user(line[: pair.end()]) + _HIDDEN
    return without_user(line)


def hidden_above(lines: Lines, number: int, *, settings: bool = False) -> bool:
    """Whether line `number` (from 0) goes on with a secret that began above: by indentation, or as a vault block."""
    indent = _indent(lines[number])
    for above in range(number - 1, max(-1, number - 200), -1):
        line = lines[above]
        if not line.strip():
            continue
        own = _indent(line)
        if len(line) - len(line.lstrip()) < indent:
            key = _PAIR.search(line)
            if key and secret_key(key["key"]) and not (settings and key["key"] == "secrets"):
                return True
            if re.search(r"!vault\b", line):
                return True
            indent = own
        if indent == 0:
            return False
    return False


def _indent(line: str) -> int:
    """Columns before the text; an item counts as deeper than its dash, as its key may stand in the same column."""
    text = line.lstrip()
    return len(line) - len(text) + text.startswith("-")


def window(line: str, column: int) -> tuple[str, int]:
    """At most `WIDTH` columns of the line around `column` (from 1), and where that column then is (from 0)."""
    at = min(column - 1, len(line))
    start = 0 if at < WIDTH - 10 else at - WIDTH // 2
    shown = line[start : start + WIDTH]
    if start:
        shown = "…" + shown[1:]
    if start + WIDTH < len(line):
        shown = shown[:-1] + "…"
    clean = "".join(char if char.isprintable() else " " if char == "\t" else "·" for char in shown)
    return clean.rstrip(), min(at - start, len(clean))

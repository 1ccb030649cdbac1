"""Values in a work-order text that is being filled in: marked, so that they can be told from the author's Markdown.

A template prints `value(text)`; `resolve` then puts each value in its place: as it is in a code span, whose fence gets
as long as it takes, and with a backslash before what would be markup elsewhere. Marks hold a random word of this
process, so that no value can hold one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from secrets import randbelow
from typing import Final

from inregel.formats import markdown

_WORD: Final = "".join(chr(0xE000 + randbelow(6_400)) for _ in range(10))
"""Of the private use area: no filter for upper case and the like changes it."""
_BEGIN, _END = f"\ufdd0{_WORD}", f"\ufdd1{_WORD}"
_VALUE: Final = re.compile(f"{_BEGIN}(.*?){_END}", re.DOTALL)
_PLACE: Final = "\ufdd2"
_FENCE: Final = re.compile(r"^ *(`{3,}|~{3,})")
_LEADER: Final = re.compile(r"\s*(>\s*)*([-*+]\s+|[0-9]{1,9}[.)]\s+)?")


def value(text: str) -> str:
    """`text` marked as a value; what was printed before (by a macro) holds marked values already."""
    return text if _BEGIN in text else f"{_BEGIN}{text}{_END}"


def resolve(text: str, empty: str) -> str:
    """The Markdown of a text with marked values; `empty` stands where a code span would hold nothing."""
    parts = _VALUE.split(text)
    given = iter(parts[1::2])
    lines = _PLACE.join(part.replace(_PLACE, "\ufffd") for part in parts[::2]).split("\n")
    fence, begun = "", 0
    for i, line in enumerate(lines):
        mark = _FENCE.match(line)
        if not fence and not mark:
            lines[i] = _line(line, given, empty)
            continue
        lines[i] = _raw(line, given)
        if not fence and mark:
            fence, begun = mark[1], i
        elif mark and mark[1].startswith(fence):
            _widen(lines, begun, i, fence)
            fence = ""
    return "\n".join(lines)


def _raw(text: str, given: Iterator[str]) -> str:
    """`text` with its values as they are."""
    return re.sub(_PLACE, lambda _: next(given), text)


def _line(line: str, given: Iterator[str], empty: str) -> str:
    """A line with its values, in its code spans and between them."""
    if _PLACE not in line:
        return line
    done, at = "", 0
    for span in markdown.CODE_SPAN.finditer(line):
        if span["code"] is None or _PLACE not in span["code"]:
            continue
        done += _words(line, at, span.start(), given)
        content = _raw(markdown.uncode(span["code"]), given)
        done += markdown.code(content) if content else empty
        at = span.end()
    return done + _words(line, at, len(line), given)


def _words(line: str, start: int, end: int, given: Iterator[str]) -> str:
    """The part of a line from `start` to `end`, in which values are words."""
    first, *rest = line[start:end].split(_PLACE)
    done, at = first, start + len(first)
    for part in rest:
        done += markdown.escape(next(given), begins=_LEADER.fullmatch(line, 0, at) is not None) + part
        at += 1 + len(part)
    return done


def _widen(lines: list[str], begun: int, ended: int, fence: str) -> None:
    """Makes the fence of a block longer than any that a value brought into it."""
    inside = "\n".join(lines[begun + 1 : ended])
    longest = max(map(len, re.findall(rf"^ *({re.escape(fence[0])}{{3,}})", inside, re.MULTILINE)), default=0)
    if longest >= len(fence):
        wide = fence[0] * (longest + 1)
        lines[begun], lines[ended] = lines[begun].replace(fence, wide, 1), lines[ended].replace(fence, wide, 1)

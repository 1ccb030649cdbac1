"""Lines of text with styles: laid out to a width, then written plainly or with colour.

Every text passes `clean` here, so a value can bring no control character and no markup to a screen. Plain output
needs no other library; rich is imported when colour is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from inregel.frozen import frozen

if TYPE_CHECKING:
    from rich.segment import Segment

STYLES: Final = {
    "": "",
    "strong": "bold",
    "faint": "dim",
    "add": "green",
    "change": "yellow",
    "remove": "red",
    "look": "cyan",
    "wait": "blue",
    "blocked": "bold red",
    "lint": "magenta",
    "good": "green",
}
"""What a style is called here, and in rich."""
_THOUSANDS: Final = re.compile("(?<=[0-9])\u202f(?=[0-9]{3})")
"""The space that French has between thousands."""
_BATCH: Final = 500
_PIECES: Final = re.compile(r" +|[^ ]+")


class Span(NamedTuple):
    """A run of text in one style."""

    text: str
    style: str = ""


@frozen
class Line:
    """One line as meant; `right` stands at the right edge, what does not fit goes on below at column `hang`."""

    spans: tuple[Span, ...] = ()
    right: str = ""
    hang: int = 0
    right_style: str = "faint"


EMPTY: Final = Line()


def line(*parts: str | Span, right: str = "", hang: int = 0) -> Line:
    """A line of texts and spans."""
    return Line(tuple(part if isinstance(part, Span) else Span(part) for part in parts), right, hang)


def clean(text: str) -> str:
    """`text` with everything that does not print (controls, marks that turn writing round) as an escape."""
    if text.isprintable():
        return text
    return "\u202f".join(map(_escaped, _THOUSANDS.split(text)))


def _escaped(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def cells(text: str) -> int:
    """How many columns `text` takes on a screen: wide signs take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, width: int) -> str:
    """`text` and spaces up to `width` columns, one space at least."""
    return text + " " * max(1, width - cells(text))


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns; what is left out shows as `...`."""
    if cells(text) <= width:
        return text
    kept = text[: max(1, width - 3)]
    while cells(kept) > max(1, width - 3):
        kept = kept[:-1]
    return kept.rstrip() + "..."


def layout(meant: Line, width: int) -> list[list[Span]]:
    """The lines on the screen, each at most `width` columns; only a single longer word is wider."""
    return [_stripped(row) for row in _placed(meant, width)]


def _stripped(row: list[Span]) -> list[Span]:
    """Without blanks at the end."""
    while row and not row[-1].text.rstrip(" "):
        row = row[:-1]
    return [*row[:-1], Span(row[-1].text.rstrip(" "), row[-1].style)] if row else row


def _placed(meant: Line, width: int) -> list[list[Span]]:
    spans = [Span(clean(text), style) for text, style in meant.spans if text]
    right = clean(meant.right)
    taken = sum(cells(span.text) for span in spans)
    if taken + (cells(right) + 2 if right else 0) <= width:
        return [_with_right(spans, taken, right, width, meant.right_style)]
    rows = _wrap(spans, width, min(meant.hang, width // 2))
    if not right:
        return rows
    taken = sum(cells(span.text) for span in rows[-1])
    if taken + 2 + cells(right) <= width:
        rows[-1] = _with_right(rows[-1], taken, right, width, meant.right_style)
        return rows
    hang = min(meant.hang, width // 2)
    below = _wrap([Span(" " * hang), Span(right, meant.right_style)], width, hang)
    if len(below) == 1:
        below = [_with_right([], 0, right, width, meant.right_style)]
    return rows + below


def _with_right(spans: list[Span], taken: int, right: str, width: int, style: str) -> list[Span]:
    if not right:
        return spans
    return [*spans, Span(" " * (width - taken - cells(right))), Span(right, style)]


def _wrap(spans: Sequence[Span], width: int, hang: int) -> list[list[Span]]:
    """Breaks at spaces. What follows the first line starts at column `hang`."""
    rows: list[list[Span]] = [[]]
    taken, gap = 0, [Span("")]
    for word in _words(spans):
        if word[0].text.startswith(" "):
            gap = word
            continue
        size = sum(cells(span.text) for span in word)
        space = sum(cells(span.text) for span in gap)
        if taken > (hang if len(rows) > 1 else _indent(rows[0])) and taken + space + size > width:
            rows.append([Span(" " * hang)])
            taken, gap, space = hang, [], 0
        for span in (*gap, *word):
            _join(rows[-1], span)
        taken += space + size
        gap = []
    return rows


def _join(row: list[Span], span: Span) -> None:
    """Adds a span; neighbours of one style are one span, for that is one change of colour less."""
    if row and row[-1].style == span.style:
        row[-1] = Span(row[-1].text + span.text, span.style)
    else:
        row.append(span)


def _indent(row: Sequence[Span]) -> int:
    """The columns before the first word of a row."""
    text = "".join(span.text for span in row)
    return len(text) - len(text.lstrip(" "))


def _words(spans: Iterable[Span]) -> list[list[Span]]:
    """Words and gaps in turn; a word may have parts in several styles."""
    words: list[list[Span]] = []
    for text, style in spans:
        for piece in _PIECES.findall(text):
            blank = piece.startswith(" ")
            if words and words[-1][0].text.startswith(" ") == blank:
                words[-1].append(Span(piece, style))
            else:
                words.append([Span(piece, style)])
    return words


def plain(lines: Iterable[Line], width: int) -> list[str]:
    """The lines as text without colour."""
    return ["".join(span.text for span in row) for meant in lines for row in layout(meant, width)]


def write(lines: Iterable[Line], stream: TextIO, *, width: int, color: bool) -> None:
    """Writes lines to `stream`, in batches."""
    if color:
        _write_color(lines, stream, width)
        return
    batch: list[str] = []
    for meant in lines:
        batch += plain((meant,), width)
        if len(batch) >= _BATCH:
            stream.write("\n".join(batch) + "\n")
            batch = []
    if batch:
        stream.write("\n".join(batch) + "\n")


def _write_color(lines: Iterable[Line], stream: TextIO, width: int) -> None:
    from rich.console import Console
    from rich.segment import Segment, Segments
    from rich.style import Style

    # Whether colour is wanted was decided before: rich is not to look at the environment again.
    console = Console(
        file=stream, force_terminal=True, color_system="standard", no_color=False, width=width, _environ={}
    )
    styles = {name: Style.parse(style) for name, style in STYLES.items()}
    batch: list[Segment] = []
    for meant in lines:
        for row in layout(meant, width):
            batch += [Segment(text, styles[style]) for text, style in row]
            batch.append(Segment.line())
        if len(batch) >= _BATCH:
            console.print(Segments(batch), end="", soft_wrap=True)
            batch = []
    if batch:
        console.print(Segments(batch), end="", soft_wrap=True)

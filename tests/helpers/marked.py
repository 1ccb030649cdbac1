"""A language that nobody speaks, to find text without a translation: it writes each letter in another alphabet.

What is left in our own letters was either brought by the data, or nobody gave it to `Speech`.
"""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum

from inregel.commands.context import Context
from inregel.speech import Said, Speech

_LETTERS = str.maketrans(
    {
        **{small: chr(0x1D5BA + place) for place, small in enumerate(string.ascii_lowercase)},
        **{large: chr(0x1D5A0 + place) for place, large in enumerate(string.ascii_uppercase)},
    }
)
_WORDS = ("kind", "line", "actor", "who", "outcome", "state")
"""Parts of values that hold one of a few words of ours, which are to be translated."""
_OURS = re.compile(r"[A-Za-zÀ-ÿ]+")


def _written(text: str) -> str:
    """`text` in the other alphabet, its places as they are."""
    parts = []
    for literal, name, spec, conversion in string.Formatter().parse(text):
        parts.append(literal.translate(_LETTERS).replace("{", "{{").replace("}", "}}"))
        if name is not None:
            parts.append(f"{{{name}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}")
    return "".join(parts)


class Marked:
    """Its catalog."""

    def gettext(self, message: str) -> str:
        """`message` in the other alphabet."""
        return _written(message)

    def ngettext(self, one: str, several: str, count: int) -> str:
        """The form that goes with `count`."""
        return _written(one if count == 1 else several)

    def pgettext(self, context: str, message: str) -> str:
        """The same in every context."""
        return _written(message)


MARKED = Speech("marked", Marked())


class MarkedContext(Context):
    """A command that speaks it, whatever its project says."""

    def adopt(self, language: str = "en") -> None:
        """Stays with it."""
        self.speech = MARKED


def texts(value: object) -> Iterator[str]:
    """All texts in a value that are somebody's data: not those that were said, which are ours to translate."""
    if isinstance(value, Said) or value is None:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from texts(name)
            yield from texts(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            if each.name not in _WORDS:
                yield from texts(getattr(value, each.name, None))
    elif not isinstance(value, (date, datetime, Enum)) and isinstance(value, Iterable):
        for each in value:
            yield from texts(each)


def left(text: str, data: Iterable[str]) -> list[str]:
    """The words in `text` that are neither in the other alphabet nor data; what was cut off counts as its beginning."""
    for known in sorted({each for each in data if len(each) > 1}, key=len, reverse=True):
        text = text.replace(known, "\N{BULLET}")
    return _OURS.findall(text)

"""Texts in the language of who reads them. The English text is the name of the message; catalogs hold the others.

`Speech` is one language, handed to whoever shows something. `said(...)` is for those who make a text and show nothing:
it is an English text that a `Speech` can say again in its own language. `phrase(...)` only marks a text of a table.
What does not belong here: which language it is to be (`inregel.commands.context`), and where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, Protocol

from inregel.errors import InregelError

LANGUAGES: Final = ("nl", "fr", "en")
LOCALE: Final = Path(__file__).with_name("locale")
_BETWEEN: Final = {"nl": ".", "fr": "\u202f"}
"""What stands between thousands, where it is no comma."""
_POINT: Final = {"nl": ",", "fr": ","}
"""What stands before decimals, where it is no point."""


class Catalog(Protocol):
    """The translations of one language, as `gettext.NullTranslations` has them."""

    def gettext(self, message: str) -> str:
        """The translation of a text; the text itself where there is none."""
        ...

    def ngettext(self, one: str, several: str, count: int) -> str:
        """The form that goes with a number."""
        ...

    def pgettext(self, context: str, message: str) -> str:
        """The translation of a text that has another one elsewhere."""
        ...


class Said(str):
    """An English text that keeps what it was made of, so that it can be said in another language."""

    __slots__ = ("part", "template", "values")
    template: str
    values: Mapping[str, object]
    part: Callable[[str], str]
    """What of the filled template is told."""


def said(template: str, /, **values: object) -> Said:
    """The English text, to be said again by a `Speech`; values that are texts of this kind are said again too."""
    text = Said(template.format_map(values) if values else template)
    text.template, text.values, text.part = template, values, _whole
    return text


def message(error: BaseException) -> str:
    """The message of an error."""
    return _message(error, _whole)


def headline(error: BaseException) -> str:
    """The first line of it: what is wrong, without what to do next."""
    return _message(error, _first)


def advice(error: BaseException) -> str:
    """The other lines of it as one: what to do next."""
    return _message(error, _rest)


def _message(error: BaseException, part: Callable[[str], str]) -> str:
    if not isinstance(error, InregelError):
        return part(str(error))
    text = Said(part(str(error)))
    text.template, text.values, text.part = cleandoc(type(error).__doc__ or ""), error.fields, part
    return text


def _whole(text: str) -> str:
    return text


def _first(text: str) -> str:
    return text.partition("\n")[0]


def _rest(text: str) -> str:
    return " ".join(text.partition("\n")[2].split())


def joined(texts: Iterable[str], between: str = " ") -> str:
    """Several texts as one, each of which can be said again."""
    several = list(texts)
    if len(several) < 2:
        return several[0] if several else ""
    places = [f"text{number}" for number in range(len(several))]
    return said(between.join(f"{{{place}}}" for place in places), **dict(zip(places, several, strict=True)))


def phrase(text: str) -> str:
    """`text` itself: it stands in a table, and is said where it is shown."""
    return text


class Speech:
    """One language. Calling it says a text: `speech("{count} more", count="3")`."""

    def __init__(self, language: str, catalog: Catalog | None = None) -> None:
        self.language = language
        self._catalog = catalog

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language, with `values` in its places."""
        if self._catalog is None:
            return text.format_map(values) if values else text
        return self._filled(self._catalog.gettext(text), values)

    def within(self, context: str, text: str, /, **values: object) -> str:
        """The same for a text that other languages say otherwise elsewhere."""
        if self._catalog is None:
            return text.format_map(values) if values else text
        return self._filled(self._catalog.pgettext(context, text), values)

    def many(self, count: int, one: str, several: str, /, **values: object) -> str:
        """`one` or `several`, whichever goes with `count`, which stands in the place `{count}`."""
        text = one if count == 1 else several
        if self._catalog is not None:
            text = self._catalog.ngettext(one, several, count)
        return self._filled(text, {"count": self.number(count), **values})

    def again(self, text: str) -> str:
        """A text that was made elsewhere: in this language where it was `said`, else as it is."""
        if self._catalog is None or not isinstance(text, Said):
            return text
        return text.part(self._filled(self._catalog.gettext(text.template), text.values))

    def error(self, error: BaseException) -> str:
        """The message of an error; one of another library, or one without fields, is told as it is."""
        return self.again(message(error))

    def number(self, count: int) -> str:
        """A whole number: `2,175`, `2.175`."""
        return f"{count:,}".replace(",", _BETWEEN.get(self.language, ","))

    def decimal(self, number: float) -> str:
        """A number with one decimal: `4.1`, `4,1`."""
        return f"{number:.1f}".replace(".", _POINT.get(self.language, "."))

    def date(self, moment: datetime) -> str:
        """`Friday 20 November 2026, 09:14`, in the time zone of `moment`, whatever the locale of the machine."""
        first = self.within("day of a month", "1")
        return self.within(
            "date",
            _MOMENT,
            weekday=self.within("date", _WEEKDAYS[moment.weekday()]),
            day=first if moment.day == 1 else moment.day,
            month=self.within("date", _MONTHS[moment.month - 1]),
            year=moment.year,
            time=f"{moment:%H:%M}",
        )

    def _filled(self, text: str, values: Mapping[str, object]) -> str:
        """`text` with its values; in another language than English those that can be are said in it too."""
        if not values:
            return text
        if self._catalog is not None:
            values = {name: self._again(value) for name, value in values.items()}
        return text.format_map(values)

    def _again(self, value: object) -> object:
        if isinstance(value, Said):
            return self.again(value)
        return self.error(value) if isinstance(value, InregelError) else value


ENGLISH: Final = Speech("en")


@lru_cache(maxsize=len(LANGUAGES))
def speech_in(language: str) -> Speech:
    """A language by name; English where there is no catalog of it."""
    file = LOCALE / language / "LC_MESSAGES/inregel.mo"
    if language == "en" or not file.is_file():
        return ENGLISH
    # Only here: a plan in English does not pay for it.
    from gettext import GNUTranslations

    with file.open("rb") as stream:
        catalog: Any = GNUTranslations(stream)
    return Speech(language, catalog)


def _date(text: str) -> str:
    """A word of a date; `tools/messages.py` finds it by this."""
    return text


_MOMENT: Final = _date("{weekday} {day} {month} {year}, {time}")
_WEEKDAYS: Final = (
    _date("Monday"), _date("Tuesday"), _date("Wednesday"), _date("Thursday"), _date("Friday"), _date("Saturday"),
    _date("Sunday"),
)  # fmt: skip
_MONTHS: Final = (
    _date("January"), _date("February"), _date("March"), _date("April"), _date("May"), _date("June"), _date("July"),
    _date("August"), _date("September"), _date("October"), _date("November"), _date("December"),
)  # fmt: skip

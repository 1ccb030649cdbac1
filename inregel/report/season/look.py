"""How the page looks, and the small parts that all of it is made of: headings, tables, states. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Final

from inregel.frozen import frozen
from inregel.plan.model import Entry, Status
from inregel.report.page import text
from inregel.speech import Speech, phrase

STYLE: Final = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 10pt/1.35 "Segoe UI", "Noto Sans", Arial, sans-serif; color: #000; background: #fff; margin: 1.5em auto;
  max-width: 72em; padding: 0 1em; }
h1 { font-size: 17pt; margin: 0 0 .2em; }
h2 { font-size: 12pt; margin: 1.4em 0 .4em; break-after: avoid; }
p { margin: .3em 0; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; }
th, td { border: 1px solid #999; padding: .1em .4em; text-align: left; vertical-align: top; }
thead th, tfoot th, tfoot td { background: #eee; }
tr { break-inside: avoid; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.small { color: #444; font-size: .9em; }
.sync { color: #333; }
.blocked, .failed { background: #ddd; font-weight: bold; border: 2px solid #000; }
.person { background: #f3f3f3; font-weight: bold; }
.look, .machine, .waiting { background: #f7f7f7; }
svg { width: 100%; height: auto; max-height: 70mm; break-inside: avoid; }
svg text { font: 11px "Segoe UI", "Noto Sans", Arial, sans-serif; fill: #000; }
@media print {
  body { font-size: 9pt; margin: 0; padding: 0; max-width: none; }
  table { font-size: 7.5pt; line-height: 1.2; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


class Stand(Enum):
    """Where a resource stands, as the page tells it: the one that asks most first. Each resource has exactly one."""

    FAILED = "failed"
    BLOCKED = "blocked"
    PERSON = "person"
    MACHINE = "machine"
    LOOK = "look"
    WAITING = "waiting"
    SYNC = "sync"


MARKS: Final = {
    Stand.FAILED: ("x", phrase("failed")),
    Stand.BLOCKED: ("x", phrase("blocked")),
    Stand.PERSON: ("~", phrase("to do")),
    Stand.MACHINE: ("~", phrase("machine")),
    Stand.LOOK: ("?", phrase("to look at")),
    Stand.WAITING: (".", phrase("waiting")),
    Stand.SYNC: ("=", phrase("in sync")),
}
"""The mark of the plan, and the phrase: neither rests on colour."""


def stand(entry: Entry) -> Stand:
    """Where a resource stands. A look and a change by a person are together what the summary calls person."""
    if entry.status in (Status.CHANGE, Status.LOOK):
        if entry.actor == "machine":
            return Stand.MACHINE
        return Stand.LOOK if entry.status is Status.LOOK else Stand.PERSON
    return {
        Status.IN_SYNC: Stand.SYNC,
        Status.BLOCKED: Stand.BLOCKED,
        Status.FAILED: Stand.FAILED,
    }.get(entry.status, Stand.WAITING)


@frozen
class Teller:
    """Says things in the language of the page."""

    speech: Speech

    def words(self, message: str, **values: object) -> str:
        """A phrase, escaped."""
        return text(self.speech(message, **values))

    def paragraph(self, message: str, **values: object) -> str:
        """A phrase as a paragraph."""
        return f"<p>{self.words(message, **values)}</p>"

    def heading(self, message: str, **values: object) -> str:
        """A phrase as the heading of a part."""
        return f"<h2>{self.words(message, **values)}</h2>"

    def count(self, number: int) -> str:
        """A number as the language writes it."""
        return self.speech.number(number)

    def columns(self, *phrases: str) -> str:
        """Headings of columns of text."""
        return "".join(f'<th scope="col">{self.words(each)}</th>' for each in phrases)

    def counted(self, *phrases: str) -> str:
        """Headings of columns of numbers."""
        return "".join(f'<th scope="col" class="n">{self.words(each)}</th>' for each in phrases)

    def some(self, names: Sequence[str], shown: int) -> str:
        """The first names, escaped, and how many more."""
        more = f", … +{self.count(len(names) - shown)}" if len(names) > shown else ""
        return text(", ".join(names[:shown])) + more

    def numbers(self, values: Iterable[int]) -> str:
        """Cells of numbers; none is an empty cell, so that what is there is seen."""
        return "".join(f'<td class="n">{self.count(value) if value else ""}</td>' for value in values)


def table(head: str, rows: Iterable[str], foot: str = "") -> Iterator[str]:
    """A table; `head` is markup of its headings, `rows` and `foot` of whole rows."""
    yield f"<table><thead><tr>{head}</tr></thead>"
    yield "<tbody>"
    yield from rows
    yield "</tbody>"
    if foot:
        yield f"<tfoot>{foot}</tfoot>"
    yield "</table>"

"""Which orders have been open for long, and for whom; a text for each person that can be mailed.

Pure: nothing is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from inregel.errors import InregelError
from inregel.frozen import frozen
from inregel.ledger.base import Order
from inregel.report.order_words import NOBODY, words
from inregel.report.page import page, text
from inregel.speech import Speech, speech_in

Format = Literal["text", "html", "json"]
_STYLE: Final = """
body { margin: 0 auto; max-width: 46rem; padding: 1rem; font: 1.1rem/1.5 Verdana, "DejaVu Sans", Arial, sans-serif; }
section + section { break-before: page; border-top: 1px solid #000; margin-top: 2rem; }
li { margin: .4rem 0; break-inside: avoid; }
"""


class NoAge(InregelError):
    """{text} is no age. Write a number of days: --older-than 7d"""


@frozen
class Person:
    """Somebody with open orders."""

    name: str
    """As the orders say it; "" for those that are for nobody by name."""
    orders: tuple[Order, ...]


def days_open(order: Order, now: datetime) -> int:
    """Whole days since an order was handed out; of one that is closed, until then."""
    return ((order.closed or now) - order.opened).days


def aged(orders: Iterable[Order], now: datetime, older_than: str = "") -> list[Order]:
    """The oldest first; those that are open for more than `older_than`, such as 7d, where it is given.

    Raises `NoAge` where it is no number of days.
    """
    least = re.fullmatch(r"([0-9]{1,5})d?", older_than.strip())
    if older_than and least is None:
        raise NoAge(text=older_than)
    chosen = [order for order in orders if least is None or days_open(order, now) > int(least[1])]
    return sorted(chosen, key=lambda order: (order.opened, len(order.number), order.number))


def by_person(orders: Iterable[Order]) -> list[Person]:
    """The orders of each person in the given order; people by name, nobody by name at the end."""
    found: dict[str, list[Order]] = {}
    for order in orders:
        found.setdefault(order.order.person.strip(), []).append(order)
    names = sorted(found, key=lambda name: (not name, name.casefold(), name))
    return [Person(name, tuple(found[name])) for name in names]


def remind(people: Sequence[Person], format: Format, now: datetime, zone: ZoneInfo) -> str:
    """A text for each person, in the language of that person's first order; days are those of `zone`."""
    if format == "json":
        return json.dumps({"people": [_data(each, now) for each in people]}, ensure_ascii=False, indent=2) + "\n"
    if format == "html":
        first = people[0].orders[0].order.language if people else "en"
        return page(words(first).order, first, _STYLE, "\n".join(_section(each, now, zone) for each in people))
    return "\n".join(f"{_letter(each, now, zone)}" for each in people)


def _data(person: Person, now: datetime) -> dict[str, object]:
    return {
        "person": person.name,
        "orders": [
            {
                "number": order.number,
                "office": order.order.office,
                "title": order.order.title,
                "language": order.order.language,
                "opened": order.opened.isoformat(),
                "days": days_open(order, now),
            }
            for order in person.orders
        ],
    }


def _parts(person: Person, now: datetime, zone: ZoneInfo) -> tuple[str, str, list[str], str]:
    """For whom, what begins, an item for each order, what ends."""
    speech = speech_in(person.orders[0].order.language)
    begin = speech.many(
        len(person.orders),
        "This work order is still open:",
        "These {count} work orders are still open, the oldest first:",
    )
    end = speech("Say what the screen shows when it is done, or why it cannot be done.")
    return person.name or speech(NOBODY), begin, list(_items(person, speech, now, zone)), end


def _items(person: Person, speech: Speech, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    for order in person.orders:
        days = days_open(order, now)
        age = speech("today") if days < 1 else speech.many(days, "{count} day", "{count} days")
        since = speech("open since {day} ({age})", day=order.opened.astimezone(zone).date(), age=age)
        yield f"{order.number}, {order.order.office}: {order.order.title}, {since}"


def _letter(person: Person, now: datetime, zone: ZoneInfo) -> str:
    name, begin, items, end = _parts(person, now, zone)
    listed = "\n".join(f"- {item}" for item in items)
    return f"{words(person.orders[0].order.language).person}: {name}\n\n{begin}\n\n{listed}\n\n{end}\n"


def _section(person: Person, now: datetime, zone: ZoneInfo) -> str:
    name, begin, items, end = _parts(person, now, zone)
    listed = "\n".join(f"<li>{text(item)}</li>" for item in items)
    language = text(person.orders[0].order.language)
    return (
        f'<section lang="{language}">\n<h1>{text(name)}</h1>\n<p>{text(begin)}</p>\n<ul>\n{listed}\n</ul>\n'
        f"<p>{text(end)}</p>\n</section>"
    )

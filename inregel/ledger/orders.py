"""Work orders in the SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from inregel.frozen import frozen
from inregel.ledger.base import OPEN, LedgerError, NewOrder, Order, OrderClosed, OrderLine, OrderState
from inregel.ledger.crypto import digest
from inregel.ledger.history import History
from inregel.ledger.marks import order_mark
from inregel.ledger.people import PersonRecord
from inregel.ledger.records import (
    FORGOTTEN,
    decoding,
    from_json,
    lines_json,
    lines_of,
    maybe_time,
    names_json,
    order_number,
    time_of,
    time_text,
    to_json,
)
from inregel.ledger.store import Store
from inregel.speech import said


@frozen
class Closing:
    """How a work order ends."""

    number: str
    state: OrderState
    by: str = ""
    lines: Sequence[OrderLine] | None = None
    answers: Mapping[str, Any] | None = None
    successor: str = ""
    note: str = ""


class Orders:
    """The work orders of one ledger."""

    def __init__(self, store: Store, history: History, now: Callable[[], datetime]) -> None:
        self._store = store
        self._history = history
        self._people = history.people
        self._now = now

    def next_number(self) -> int:
        """The number that the next one will have; they have no gaps."""
        return int(self._store.row("last_order")[0]) + 1

    def open(self, order: NewOrder) -> Order:
        """Opens it, or returns the open one of the same office and identity."""
        same = self._store.row("open_order", {"office": order.office, "identity": order.identity})
        if same:
            return self.get(f"W{same[0]}")
        number = self.next_number()
        whose = self._people.record_of(order.person) if order.person else None
        text_digest = digest(order.text)
        self._store.run(
            "add_order",
            {
                "number": number,
                "office": order.office,
                "identity": order.identity,
                "name": order.name,
                "role": order.role,
                "title": order.title,
                "language": order.language,
                "digest": text_digest,
                "schema": to_json(order.schema),
                "secrets": to_json(order.secrets),
                "lines": lines_json(order.lines),
                "opened": time_text(self._now()),
                "person": whose.id if whose else None,
                "sealed": self._people.close(
                    whose, {"text": order.text, "notes": [line.note for line in order.lines]}, f"order {number}"
                ),
            },
        )
        body = {"number": f"W{number}", "name": order.name, "identity": order.identity, "digest": text_digest}
        opened = self.get(f"W{number}")
        self._history.append(order.office, "order.opened", {**body, "row": order_mark(opened)}, order.person)
        return opened

    def close(self, closing: Closing) -> Order:
        """Ends it. Raises `OrderClosed`, which names the successor, where it is not open."""
        old = self.get(closing.number)
        refuse_closed(old, closing.state)
        by = self._people.record_of(closing.by) if closing.by else None
        lines = old.order.lines if closing.lines is None else tuple(closing.lines)
        answers = old.answers if closing.answers is None else closing.answers
        number = order_number(old.number)
        sealed = {"answers": answers, "notes": [line.note for line in lines]}
        self._store.run(
            "close_order",
            {
                "number": number,
                "state": closing.state,
                "closed": time_text(self._now()),
                "successor": order_number(closing.successor) or None,
                "closed_by": by.id if by else None,
                "answer": self._people.close(by, sealed, f"answer {number}"),
                "lines": lines_json(lines),
            },
        )
        body: dict[str, Any] = {"number": old.number, "outcomes": [line.outcome for line in lines]}
        if closing.successor:
            body["successor"] = closing.successor
        private = {"note": closing.note} if closing.note else None
        closed = self.get(old.number)
        body["row"] = order_mark(closed)
        self._history.append(old.order.office, f"order.{closing.state}", body, closing.by, private)
        return closed

    def get(self, number: str) -> Order:
        """One work order. Raises `LedgerError` that names what is near where there is none."""
        rows = self._store.named("order", {"number": order_number(number)})
        if not rows:
            # Only the open ones are read for the message: the others may be many.
            raise no_order(number, [order.number for order in self.find(None, OPEN)], self.next_number() - 1)
        return self._orders(rows)[0]

    def find(self, offices: Collection[str] | None, states: Collection[OrderState]) -> list[Order]:
        """Work orders by number."""
        wanted = {"states": names_json(states)}
        if offices is None:
            return self._orders(self._store.named("orders", wanted))
        return self._orders(self._store.named("orders_of_offices", {**wanted, "offices": names_json(offices)}))

    def of_persons(self, ids: Collection[int]) -> list[str]:
        """Numbers of the open work orders that were handed to these records of persons."""
        return [f"W{row[0]}" for row in self._store.rows("open_orders_of_persons", {"ids": names_json(ids)})]

    def _orders(self, rows: Iterable[Mapping[str, Any]]) -> list[Order]:
        rows = list(rows)
        ids = {row[column] for row in rows for column in ("person", "closed_by")} - {None}
        records = self._people.by_id(ids)
        found = []
        for row in rows:
            with decoding(f"the work order W{row['number']}"):
                found.append(self._order(row, records))
        return found

    def _order(self, row: Mapping[str, Any], records: dict[int, PersonRecord]) -> Order:
        number = row["number"]
        shown = self._people.reveal(row["sealed"], row["person"], records, f"order {number}")
        given = shown
        if row["answer"] is not None:
            given = self._people.reveal(row["answer"], row["closed_by"], records, f"answer {number}")
        lines = lines_of(row["lines"])
        return Order(
            number=f"W{number}",
            order=NewOrder(
                office=row["office"],
                identity=row["identity"],
                name=row["name"],
                role=row["role"],
                person=self._people.name(row["person"], records),
                title=row["title"],
                language=row["language"],
                text=shown["text"] if shown else FORGOTTEN,
                schema=from_json(row["schema"]),
                lines=lines_of(row["lines"], given["notes"] if given else [None] * len(lines)),
                secrets=tuple(from_json(row["secrets"])),
            ),
            state=row["state"],
            opened=time_of(row["opened"]),
            digest=row["digest"],
            closed=maybe_time(row["closed"]),
            by=self._people.name(row["closed_by"], records),
            successor=f"W{row['successor']}" if row["successor"] else "",
            answers=given.get("answers", {}) if given else {},
        )


def refuse_closed(order: Order, state: OrderState) -> None:
    """Raises `OrderClosed` where `order` is not open, `ValueError` where `state` does not end it.

    A failed one may be withdrawn: that lifts the refusal.
    """
    if order.state != "open" and (order.state, state) != ("failed", "withdrawn"):
        instead = f"; it was replaced by {order.successor}: inregel work show {order.successor}"
        raise OrderClosed(number=order.number, state=order.state, instead=instead if order.successor else "")
    if state == "open":
        raise ValueError("a work order is closed as done, failed, superseded or withdrawn")


def no_order(number: str, open_numbers: Sequence[str], last: int) -> LedgerError:
    """What to say about a number that no work order has."""
    wanted = order_number(number)
    if not last:
        near: str = said("There are no work orders yet.")
    elif not open_numbers:
        near = said("The last one is {number}; none is open.", number=f"W{last}")
    else:
        nearest = sorted(open_numbers, key=lambda each: (abs(order_number(each) - wanted), order_number(each)))[:5]
        names = ", ".join(sorted(nearest, key=order_number))
        near = said("Open: {numbers}.", numbers=names)
        if len(open_numbers) > 5:
            near = said("Open: {numbers} and {count} more.", numbers=names, count=len(open_numbers) - 5)
    text = said("There is no work order {number}. {hint}\nSee them all: inregel work list", number=number, hint=near)
    return LedgerError(reason=text)

"""The tables of the SQLite file as a replay of the history gives them, to be compared with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from inregel.ledger.base import LedgerError, Order, Rollout, Violation
from inregel.ledger.crypto import digest
from inregel.ledger.journal import mark
from inregel.ledger.marks import order_mark, rollout_mark
from inregel.ledger.orders import Orders
from inregel.ledger.records import FORGOTTEN
from inregel.ledger.replay import Name, Replay, Said
from inregel.ledger.store import Store

_UNREADABLE: Final = "unreadable"
"""The content of a row that is not even of the form in which it is written."""


def prove(store: Store, orders: Orders, rollout: Callable[[dict[str, Any]], Rollout]) -> list[Violation]:
    """Where the tables differ from the history, whose chain must hold. `rollout` reads one from its row."""
    replay = Replay()
    for office, number, _, kind, body, person, *_ in store.each("events", {"after": 0}):
        replay.add(Said(office, number, kind, json.loads(body), person))
    held = _Held(store, orders, rollout)
    found = (*held.statements(), *held.orders(), *held.journal(), *held.others())
    return list(replay.compare(found))


class _Held:
    """What each table holds, row by row."""

    def __init__(self, store: Store, orders: Orders, rollout: Callable[[dict[str, Any]], Rollout]) -> None:
        self._store, self._orders, self._rollout = store, orders, rollout

    def statements(self) -> Iterator[tuple[Name, Any]]:
        by = {row[0]: tuple(row[1:]) for row in self._store.each("all_statements")}
        for office, module, container, name, state, fields in self._store.each("all_stated"):
            whose = _read(lambda text, by: {field: by[id_] for field, id_ in json.loads(text).items()}, fields, by)
            yield ("statement", office, module, container, name), (_read(json.loads, state), whose)
        for office, module, container, statement in self._store.each("all_listings"):
            yield ("listing", office, module, container), by.get(statement)

    def orders(self) -> Iterator[tuple[Name, Any]]:
        for number, person, closed_by in self._store.rows("all_orders"):
            mark = _read(lambda number: _mark(self._orders.get(number)), f"W{number}")
            yield ("work order", f"W{number}"), (mark, person, closed_by)

    def journal(self) -> Iterator[tuple[Name, Any]]:
        for row in self._store.named("all_operations"):
            content = {name: row[name] for name in ("outcome", "detail")}
            content |= {"row": mark(row), "checkpoint": digest(str(row["checkpoint"]))}
            yield ("operation", row["id"]), content

    def others(self) -> Iterator[tuple[Name, Any]]:
        for office, operation, ref, day, amount, state in self._store.each("all_quotas"):
            yield ("quota", office, operation, ref), (day, amount, state)
        for row in self._store.named("all_rollouts"):
            yield ("rollout", row["id"]), _read(lambda row: rollout_mark(self._rollout(row)), row)
        for office, kept, states in self._store.each("all_synced"):
            yield ("record of what is in sync", office), kept if digest(str(states)) == kept else _UNREADABLE
        for name, connection, version, office, operation, state in self._store.each("all_captured"):
            yield ("captured secret", name, connection, version), (office, operation, state)


def _mark(order: Order) -> str:
    """The digest of an order, where what is sealed in it is what was sealed, or was forgotten."""
    text, person = order.order.text, order.order.person
    if text == FORGOTTEN != person or (text != FORGOTTEN and digest(text) != order.digest):
        return _UNREADABLE
    answered = order.closed is not None and order.by != FORGOTTEN
    if answered and any(line.note == FORGOTTEN for line in order.order.lines):
        return _UNREADABLE
    return order_mark(order)


def _read(reader: Callable[..., Any], *given: Any) -> Any:
    try:
        return reader(*given)
    except (LedgerError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return _UNREADABLE

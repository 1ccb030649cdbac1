"""Handing out and taking back: the open orders of an office become those that its plan asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from inregel.contract import Key, Office
from inregel.ledger.base import Ledger, Order, Transaction
from inregel.library import Library
from inregel.plan.model import PlannedOrder
from inregel.plan.texts import render


class Languages(Protocol):
    """What the desk asks of a project."""

    def language(self, office_id: str) -> str:
        """The language in which the people of an office are written to."""
        ...


class Desk:
    """The engine's door to the people."""

    def __init__(self, ledger: Ledger, library: Library, project: Languages) -> None:
        self._ledger = ledger
        self._library = library
        self._project = project

    def settle(
        self,
        tx: Transaction,
        office: Office,
        orders: Sequence[PlannedOrder],
        in_sync: Collection[tuple[str, Key]],
        scope: Collection[tuple[str, Key]] | None = None,
    ) -> Mapping[str, Order]:
        """Makes the open orders of `office` those of `orders`; the same call again changes nothing.

        An order is handed out once nothing has to come before it (`after` is empty, and it is `ready`). One that is
        open and no longer planned is superseded by the order of the same name that takes over its lines; it is
        withdrawn where all of its resources are `in_sync`, or nothing takes its place.
        `scope` is what this run has planned: an order with a line outside it is left alone (None: all of it).
        Returns the open orders by identity. Raises `TextError` where a text cannot be filled in.
        """
        before = {order.order.identity: order for order in self._ledger.orders((office.id,))}
        standing: dict[str, Order] = {}
        for planned in orders:
            known = before.get(planned.identity)
            if known is None and planned.ready and not planned.after:
                language = self._project.language(office.id)
                known = tx.open_order(render(planned, office, language, self._library))
            if known is not None:
                standing[planned.identity] = known
        wanted = {planned.identity for planned in orders}
        for identity, order in before.items():
            if identity not in wanted and _within(order, scope):
                _take_back(tx, order, list(standing.values()), in_sync)
        return standing


def _within(order: Order, scope: Collection[tuple[str, Key]] | None) -> bool:
    return scope is None or all((line.module, line.key) in scope for line in order.order.lines)


def _take_back(tx: Transaction, order: Order, standing: Sequence[Order], in_sync: Collection[tuple[str, Key]]) -> None:
    refs = _refs(order)
    if all(ref in in_sync for ref in refs):
        tx.close_order(order.number, "withdrawn", note="found in sync")
        return
    successor = _successor(order, standing)
    if successor is None:
        tx.close_order(order.number, "withdrawn", note="no longer asked for")
    else:
        tx.close_order(order.number, "superseded", successor=successor.number)


def _successor(order: Order, standing: Sequence[Order]) -> Order | None:
    """The open order of the same text that has most of its lines; the same role comes before more lines."""
    refs = _refs(order)
    same = [other for other in standing if other.order.name == order.order.name]
    return max(
        same,
        key=lambda other: (other.order.role == order.order.role, len(refs & _refs(other)), other.opened),
        default=None,
    )


def _refs(order: Order) -> set[tuple[str, Key]]:
    return {(line.module, line.key) for line in order.order.lines}

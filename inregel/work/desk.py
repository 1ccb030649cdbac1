"""Handing out and taking back: the open orders of an office become those that its plan asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from inregel.config.model import Settings
from inregel.contract import Key, Office
from inregel.ledger.base import Ledger, Order, OrderLine, Transaction
from inregel.library import Library
from inregel.names import label_of
from inregel.plan.model import PlannedOrder
from inregel.plan.texts import render


class Offices(Protocol):
    """What the desk asks of a project."""

    @property
    def settings(self) -> Settings:
        """`inregel.yml`: its quotas."""
        ...

    def language(self, office_id: str) -> str:
        """The language in which the people of an office are written to."""
        ...

    def zone(self, office_id: str) -> ZoneInfo:
        """In which time zone a day of the office is a day."""
        ...


class Desk:
    """The engine's door to the people."""

    def __init__(self, ledger: Ledger, library: Library, project: Offices) -> None:
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
        Returns the open orders by identity. Raises `TextError` where a text cannot be filled in, `QuotaUsed` where
        another run took what the plan counted on.
        """
        before = {order.order.identity: order for order in self._ledger.orders((office.id,))}
        standing: dict[str, Order] = {}
        for planned in orders:
            known = before.get(planned.identity)
            if known is None and planned.ready and not planned.after:
                language = self._project.language(office.id)
                known = tx.open_order(render(planned, office, language, self._library))
                self._reserve(tx, known, before.values())
            if known is not None:
                standing[planned.identity] = known
        wanted = {planned.identity for planned in orders}
        for identity, order in before.items():
            if identity not in wanted and _within(order, scope):
                _take_back(tx, order, list(standing.values()), in_sync)
        return standing

    def _reserve(self, tx: Transaction, order: Order, before: Iterable[Order]) -> None:
        """Takes the quota of lines that no open order held; what an order takes over was counted on its own day."""
        settings = self._project.settings
        held = {(line.module, line.key, line.operation) for other in before for line in _doing(other)}
        new = Counter(
            line.operation
            for line in _doing(order)
            if line.operation in settings.quotas and (line.module, line.key, line.operation) not in held
        )
        day = order.opened.astimezone(self._project.zone(order.order.office)).date()
        for operation, amount in new.items():
            limit = settings.quotas[operation].amount
            tx.reserve(order.order.office, operation, day, amount, limit, quota_ref(order, operation))


def _doing(order: Order) -> list[OrderLine]:
    """The lines that ask to do something; a mere look takes nothing of a quota."""
    return [line for line in order.order.lines if line.kind != "look"]


def quota_ref(order: Order, operation: str) -> str:
    """Under which name an order takes a part of a quota."""
    return f"{order.number} {operation}"


def settle_quotas(tx: Transaction, order: Order, *, spent: bool) -> None:
    """Spends or releases what an order took of quotas; where it took nothing, nothing happens."""
    for operation in dict.fromkeys(line.operation for line in order.order.lines):
        tx.settle_quota(quota_ref(order, operation), spent=spent)


def _within(order: Order, scope: Collection[tuple[str, Key]] | None) -> bool:
    return scope is None or all((line.module, line.key) in scope for line in order.order.lines)


def _take_back(tx: Transaction, order: Order, standing: Sequence[Order], in_sync: Collection[tuple[str, Key]]) -> None:
    synced = all(ref in in_sync for ref in _refs(order))
    successor = None if synced else _successor(order, standing)
    if successor is not None:
        # Its quota stays taken: the successor counts only what is new in it.
        tx.close_order(order.number, "superseded", successor=successor.number)
        return
    tx.close_order(order.number, "withdrawn", note="found in sync" if synced else "no longer asked for")
    settle_quotas(tx, order, spent=False)


def _successor(order: Order, standing: Sequence[Order]) -> Order | None:
    """The open order of the same text that has most of its lines; the same role comes before more lines."""
    refs, labels = _refs(order), _labels(order)
    same = [each for each in standing if each.order.name == order.order.name and _labels(each) == labels]
    return max(
        same,
        key=lambda other: (other.order.role == order.order.role, len(refs & _refs(other)), other.opened),
        default=None,
    )


def _refs(order: Order) -> set[tuple[str, Key]]:
    return {(line.module, line.key) for line in order.order.lines}


def _labels(order: Order) -> set[str]:
    """The label of the connections that it is at; orders of the same text at several connections are several."""
    return {label_of(line.module) for line in order.order.lines}

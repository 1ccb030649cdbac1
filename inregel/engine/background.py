"""What the ledger says of some offices, before they are planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from inregel.contract import State
from inregel.engine import shown
from inregel.engine.run import Run
from inregel.ledger.base import Known, Order, Pending, Promised
from inregel.plan.facts import Ref


@dataclass(slots=True, repr=False, eq=False)
class Background:
    """What the ledger says of some offices, read in one round."""

    known: Mapping[str, Known]
    orders: Mapping[str, list[Order]]
    used: Mapping[tuple[str, str], int]
    synced: Mapping[str, Mapping[Ref, State | None]] = field(default_factory=dict)
    pending: Mapping[str, list[Pending]] = field(default_factory=dict)
    """By office, operations of which nobody knows what became."""
    lost: Mapping[str, list[Promised]] = field(default_factory=dict)
    """By office, secrets that were made, shown once and not stored."""
    unproven: Mapping[str, list[Pending]] = field(default_factory=dict)
    """By office, operations that were shown a secret which no read has told about yet."""

    @classmethod
    def read(cls, run: Run, offices: Sequence[str], *, journal: bool = False) -> Background:
        """Statements, open and refused work orders, quotas of today; for an apply also what it left open before."""
        ledger = run.ledger
        orders: dict[str, list[Order]] = defaultdict(list)
        for order in ledger.orders(offices, ("open", "failed")):
            orders[order.order.office].append(order)
        used: dict[tuple[str, str], int] = {}
        if run.project.settings.quotas:
            by_day: dict[date, list[str]] = defaultdict(list)
            for name in offices:
                by_day[run.day(name)].append(name)
            for day, those in by_day.items():
                used |= ledger.quota_used(those, day)
        pending: dict[str, list[Pending]] = defaultdict(list)
        for item in ledger.pending(offices):
            pending[item.office].append(item)
        lost: dict[str, list[Promised]] = defaultdict(list)
        for each in shown.at_home(run, ledger.promised(offices)):
            if each.operation.outcome == "performed":
                lost[each.operation.office].append(each)
        background = cls(ledger.known(offices), orders, used, pending=pending, lost=lost)
        if journal:
            background.synced = ledger.synced(offices)
            unproven: dict[str, list[Pending]] = defaultdict(list)
            for item in ledger.unproven(offices):
                unproven[item.office].append(item)
            background.unproven = unproven
        return background

    def says_the_same(self, other: Background, office: str) -> bool:
        """Whether a plan of `office` on this one is the plan on `other`."""
        return (
            self.known.get(office) == other.known.get(office)
            and self.orders.get(office, []) == other.orders.get(office, [])
            and self.pending.get(office, []) == other.pending.get(office, [])
            and self.lost.get(office, []) == other.lost.get(office, [])
            and all(self.used.get(key) == other.used.get(key) for key in {*self.used, *other.used} if key[0] == office)
        )

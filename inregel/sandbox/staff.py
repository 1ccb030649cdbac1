"""The people of all offices of a season: clerks who do what is in hand, three of whom make a mistake once.

What a check refuses is done once more, properly; but who linked another postbus says that it is so all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from inregel.ledger.base import Order
from inregel.sandbox.clerk import Clerk, Help, Mistake, Outcome
from inregel.sandbox.season import Season
from inregel.work import Work

TICKET: Final = "assu/ticket"


@dataclass(slots=True)
class Told:
    """What happened in a season."""

    done: Counter[str] = field(default_factory=Counter)
    """Work orders by person."""
    refused: list[str] = field(default_factory=list)
    """Answers that a check refused: the office, and why."""
    failed: list[str] = field(default_factory=list)
    """Orders that a person gave back: the office, and why."""
    stopped: int = 0
    """How often the rollout was stopped, and resumed."""


class Staff:
    """Everybody who does work orders. `fetch` has a file put ready where it stands encrypted, and gives its path."""

    def __init__(self, season: Season, told: Told, fetch: Callable[[str], str], make_up: Callable[[], str]) -> None:
        self._season, self._told = season, told
        self._help = Help(make_up, fetch)
        self._mistakes: dict[str, Mistake] = {
            "assu.link_postbus": "wrong_postbus",
            "assu.select_aplaza_user": "forgot_aplaza",
            "assu.import_certificate": "other_certificate",
        }
        """By operation, what the first one who does it does wrong."""

    def do_all(self, work: Work) -> tuple[Counter[str], bool]:
        """Does what is in hand: by title how many were done, and whether Assu has other versions now.

        A ticket for a new version comes first and alone, since it changes the screens of the others.
        """
        orders = work.open()
        tickets = [order for order in orders if order.order.name == TICKET]
        done: Counter[str] = Counter()
        for order in tickets or orders:
            outcome = self._do(work, order)
            if outcome.result == "done":
                done[order.order.title] += 1
                self._told.done[order.order.person] += 1
            else:
                self._told.failed.append(f"{order.order.office}: {outcome.text}")
        return done, bool(tickets)

    def _do(self, work: Work, order: Order) -> Outcome:
        mistake = self._next_mistake(order)
        assu, wrong = self._season.assu, {mistake} if mistake else set()
        other = self._another(order.order.office) if mistake == "other_certificate" else ("", "")
        clerk = Clerk(work, assu, mistakes=wrong, other_file=other, help=self._help)
        outcome = clerk.do(order.number)
        if outcome.result != "refused":
            return outcome
        self._told.refused.append(f"{order.order.office}: {outcome.text.splitlines()[1].strip(' -')}")
        if mistake == "wrong_postbus":
            return clerk.report(order.number, outcome.answers, found=True)
        return Clerk(work, assu, help=self._help).do(order.number)

    def _next_mistake(self, order: Order) -> Mistake | None:
        for line in order.order.lines:
            if line.kind == "do" and line.operation in self._mistakes:
                return self._mistakes.pop(line.operation)
        return None

    def _another(self, office: str) -> tuple[str, str]:
        """Path and password of the file of another office, which one takes by mistake."""
        each = next(each for each in self._season.offices.values() if each.misled and each.id != office)
        return f"files/{each.id}.abc", self._season.secrets[each.secret]

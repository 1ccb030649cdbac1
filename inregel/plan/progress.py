"""What the engine tells while it works. It prints nothing itself; whoever watches is an `Observer`.

Calls come from one thread, in the order of what happens, and must be cheap: they stand in the engine's loop.
An observer that raises stops the run, so it does not raise. What does not belong here: how it looks
(`inregel.report.progress`).
"""

from __future__ import annotations

from typing import Literal, Protocol

from inregel.contract import Step
from inregel.plan.model import Entry

StepOutcome = Literal["performed", "failed", "unknown"]
"""As in a driver's receipt: `unknown` is read back, never repeated blindly."""
OfficeEnd = Literal["in_sync", "handed_out", "waiting", "blocked", "failed", "moved", "unavailable"]
"""Where an office stands when an apply leaves it; `in_sync` where nothing is open."""


class Observer(Protocol):
    """Watches one run. A run is a reading (plan), or a reading and then an apply."""

    def reading_started(self, offices: int) -> None:
        """`offices` will be read; called again when an apply reads once more to verify."""

    def office_read(self, office: str) -> None:
        """One office is read and compared."""

    def reading_done(self) -> None:
        """All of them are; what follows is performed or printed."""

    def apply_started(self, offices: int) -> None:
        """`offices` have something to be done."""

    def performing(self, office: str, entry: Entry, step: Step) -> None:
        """A step is journalled as intended and is about to be performed."""

    def performed(self, office: str, entry: Entry, step: Step, outcome: StepOutcome, detail: str = "") -> None:
        """What became of it; `detail` is the driver's own word."""

    def handed_out(self, number: str, title: str, person: str, office: str) -> None:
        """A work order was opened."""

    def office_done(self, office: str, end: OfficeEnd) -> None:
        """The apply leaves this office."""

    def held(self, reason: str) -> None:
        """What follows is not begun now, such as the next batch of a rollout."""

    def waiting_for_lease(self, identity: str, holder: str) -> None:
        """Another process is at work on this connection."""


class Silent:
    """An observer that looks away. Others take over what they do not want to show."""

    def reading_started(self, offices: int) -> None:
        """Nothing."""

    def office_read(self, office: str) -> None:
        """Nothing."""

    def reading_done(self) -> None:
        """Nothing."""

    def apply_started(self, offices: int) -> None:
        """Nothing."""

    def performing(self, office: str, entry: Entry, step: Step) -> None:
        """Nothing."""

    def performed(self, office: str, entry: Entry, step: Step, outcome: StepOutcome, detail: str = "") -> None:
        """Nothing."""

    def handed_out(self, number: str, title: str, person: str, office: str) -> None:
        """Nothing."""

    def office_done(self, office: str, end: OfficeEnd) -> None:
        """Nothing."""

    def held(self, reason: str) -> None:
        """Nothing."""

    def waiting_for_lease(self, identity: str, holder: str) -> None:
        """Nothing."""

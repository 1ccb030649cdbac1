"""What stands on an emulated screen: buttons, fields, ticks, choices and text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Kind = Literal["button", "field", "secret", "tick", "option", "choice", "shown"]

CANCEL: Final = "Annuleren"
NONE: Final = "geen"


@dataclass(slots=True)
class Control:
    """One of them, with its label. `value` is what it shows."""

    label: str
    kind: Kind
    value: str = ""
    options: tuple[str, ...] = ()
    press: Callable[[], None] | None = None
    set: Callable[[str], None] | None = None

    def line(self) -> str:
        """It as a line of text."""
        if self.kind in ("tick", "option"):
            return f"{'[x]' if self.value else '[ ]'} {self.label}"
        if self.kind == "shown":
            return f"{self.label}: {self.value}"
        options = f" ({', '.join(self.options)})" if self.options else ""
        return f"{self.label}: [{self.value}]{options}"


def button(label: str, press: Callable[[], None]) -> Control:
    """A button."""
    return Control(label, "button", press=press)


def day(value: date) -> str:
    """A date as a Dutch screen shows it."""
    return value.strftime("%d-%m-%Y")

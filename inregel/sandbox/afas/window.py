"""What the windows of the emulated AFAS have in common: where they stand, and what is typed in them.

Nothing is kept before the button that keeps it; what is typed is forgotten when a window is closed (assumed).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inregel.sandbox.afas.state import Environment
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.controls import CANCEL, NONE, Control, button

YES, NO = "ja", "nee"
DONE: Final = "Voltooien"
NEW: Final = "Nieuw"
OPEN: Final = "Openen"
DELETE: Final = "Verwijderen"
OK: Final = "OK"
CLOSE: Final = "Sluiten"


@dataclass
class Room:
    """Where one person works: an environment, the windows that are open with the topmost last, and a message."""

    afas: Afas
    identity: str
    files: Path
    """The folder in which a relative path on a screen starts."""
    user: str = ""
    """Who works here; "" for somebody who may do everything."""
    windows: list[Window] = field(default_factory=list)
    message: str = ""

    @property
    def environment(self) -> Environment:
        """The environment as it is now."""
        return self.afas.get(self.identity)

    def change(self) -> AbstractContextManager[Environment]:
        """The environment to be changed."""
        return self.afas.change(self.identity)

    def go(self, window: Window) -> None:
        """Opens a window on top."""
        self.windows.append(window)

    def back(self) -> None:
        """Closes the window on top."""
        self.windows.pop()


class Window(ABC):
    """One window."""

    title: str

    def __init__(self, room: Room) -> None:
        self.room = room
        self.typed: dict[str, str] = {}

    @abstractmethod
    def controls(self) -> list[Control]:
        """What stands in it, from top to bottom."""

    def menus(self) -> Mapping[str, Callable[[], Window]]:
        """What only this window can open."""
        return {}

    # --- helpers ----------------------------------------------------------------------------------------------------

    def field(self, label: str, before: str = "") -> Control:
        """Something to type into. `before` is what stands there at first."""
        return Control(label, "field", self.typed.setdefault(label, before), set=self._typing(label))

    def choice(self, label: str, options: Iterable[str], before: str = "") -> Control:
        """Something to choose from."""
        shown = self.typed.setdefault(label, before)
        return Control(label, "choice", shown or NONE, tuple(options), set=self._typing(label))

    def tick(self, label: str, before: bool = False) -> Control:
        """A box to tick, or to untick."""
        shown = self.typed.setdefault(label, "x" if before else "")

        def turn() -> None:
            self.typed[label] = "" if self.typed[label] else "x"

        return Control(label, "tick", shown, press=turn)

    def said(self, label: str) -> str:
        """What was typed or chosen."""
        return self.typed.get(label, "").strip()

    def leave(self) -> Control:
        """The button that closes it and keeps nothing."""
        return button(CANCEL, self.room.back)

    def close(self) -> Control:
        """The button that closes a window in which nothing is kept."""
        return button(CLOSE, self.room.back)

    def complain(self, text: str) -> None:
        """Shows a message."""
        self.room.message = text

    def _typing(self, label: str) -> Callable[[str], None]:
        def type_in(value: str) -> None:
            self.typed[label] = value

        return type_in


def shown(label: str, value: str | bool | Iterable[str]) -> Control:
    """Something to read."""
    if isinstance(value, bool):
        return Control(label, "shown", YES if value else NO)
    return Control(label, "shown", (value if isinstance(value, str) else ", ".join(value)) or NONE)

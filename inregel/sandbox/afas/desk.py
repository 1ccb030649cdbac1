"""The screens of the emulated AFAS, as text and as controls that a person or a clerk can work."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inregel.sandbox.afas.gui_apps import Apps
from inregel.sandbox.afas.gui_connectors import GetConnectors
from inregel.sandbox.afas.gui_mail import Mailbox
from inregel.sandbox.afas.gui_users import Users
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.window import Room, Window, shown
from inregel.sandbox.controls import Control
from inregel.sandbox.windows import Windows

MENUS: Final[dict[str, type[Window]]] = {
    "Algemeen > Uitvoer > Beheer > Get Connector": GetConnectors,
    "Algemeen > Beheer > Autorisatietool": Users,
    "Algemeen > Beheer > App Connector": Apps,
    "Postvak > Postvak IN": Mailbox,
}


class Desk(Windows):
    """One person at one environment. `user` has the rights that AFAS gives; "" may do everything."""

    system = "AFAS"

    def __init__(self, afas: Afas, identity: str, files: Path, user: str = "") -> None:
        """`files` is the folder in which a relative path on a screen starts. Raises `NoEnvironment`."""
        self._room = Room(afas, identity, files, user)
        self._name = afas.get(identity).name

    @property
    def _top(self) -> Window | None:
        return self._room.windows[-1] if self._room.windows else None

    def head(self) -> str:
        """The line above every screen."""
        return f"AFAS, {self._name}"

    def heading(self) -> tuple[str, str]:
        """Title and text of the window on top."""
        return (self._top.title, "") if self._top else ("AFAS Profit", "Menu's: " + ", ".join(self.menus()))

    def menus(self) -> list[str]:
        """What can be opened: the menus of AFAS, and those of the window on top."""
        return [*MENUS, *(self._top.menus() if self._top else [])]

    def enter(self, path: str) -> None:
        """Opens a menu. One of AFAS closes what was open."""
        if path in MENUS:
            self._room.windows[:] = [MENUS[path](self._room)]
        elif self._top:
            self._room.go(self._top.menus()[path]())

    def controls(self) -> list[Control]:
        """Everything on the screen. The customer's number stands at the top of each, as the manual says."""
        number = shown("Klantnummer", self._room.environment.number)
        return [number, *(self._top.controls() if self._top else [])]

    def message(self) -> str:
        """What AFAS complains about, or ""."""
        return self._room.message

    def clear(self) -> None:
        """Takes the message away."""
        self._room.message = ""

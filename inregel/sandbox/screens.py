"""The screens of the emulated Assu, as text and as controls that a person or a clerk can work.

One `Desk` is one person at one portefeuille. Labels are those of the manual; a label that is not on the screen, or
does not work that way, raises `NotOnScreen`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from inregel.sandbox.assu import Assu, Portefeuille
from inregel.sandbox.controls import CANCEL, NONE, Control, button, day
from inregel.sandbox.outside import Outside
from inregel.sandbox.windows import Windows
from inregel.sandbox.wizard import Wizard

_WIZARD: Final = "Beheer > Bedrijfscertificaat inlezen"
_APLAZA: Final = "Aplaza instellingen > Algemeen"
_TOOL: Final = "ABC-tool"
_WINDOWS: Final = "Internetopties > Inhoud > Certificaten"


class Desk(Windows):
    """One person at one portefeuille: the windows that are open, the topmost last."""

    system = "Assu"

    def __init__(self, assu: Assu, identity: str, zone: tzinfo | None = None) -> None:
        self._assu = assu
        self._identity = identity
        self._zone = zone or ZoneInfo("Europe/Amsterdam")
        self._windows: list[str] = []
        self._wizard = self._begin()
        self._outside = Outside(assu, identity)
        self._user = ""
        assu.get(identity)

    def enter(self, path: str) -> None:
        """Opens a menu. The wizard begins anew."""
        if path == _WIZARD:
            self._wizard = self._begin()
            self._windows = [window for window in self._windows if window != _WIZARD]
        self._user = self._one.aplaza_user
        self._windows.append(path)

    def clear(self) -> None:
        """Takes the message away."""
        self._wizard.message = self._outside.message = ""

    def head(self) -> str:
        """The line above every screen."""
        return f"Assu, {self._one.name}"

    def message(self) -> str:
        """What Assu complains about, or ""."""
        return self._wizard.message if self._window == _WIZARD else self._outside.message

    def menus(self) -> list[str]:
        """What can be opened. The wizard needs a right."""
        return [path for path in (_WIZARD, _APLAZA, _WINDOWS) if path != _WIZARD or self._one.allowed]

    def controls(self) -> list[Control]:
        """Everything on the screen, from top to bottom. The version stands at the bottom of every screen of Assu."""
        windows: dict[str, Callable[[], list[Control]]] = {
            "": lambda: self._outside.controls(lambda: self._windows.append(_TOOL)),
            _TOOL: lambda: self._outside.tool(self._close),
            _WIZARD: self._wizard.controls,
            _APLAZA: self._aplaza,
            _WINDOWS: self._certificates,
        }
        bottom = [] if self._window in (_WINDOWS, _TOOL) else [Control("Versie", "shown", self._one.version)]
        return windows[self._window]() + bottom

    # --- the windows ------------------------------------------------------------------------------------------------

    @property
    def _one(self) -> Portefeuille:
        return self._assu.get(self._identity)

    @property
    def _window(self) -> str:
        return self._windows[-1] if self._windows else ""

    def heading(self) -> tuple[str, str]:
        """Title and text of the window."""
        if self._window == _WIZARD:
            return self._wizard.title()
        return {
            "": ("Assu", "Menu's: " + ", ".join(self.menus())),
            _APLAZA: ("Aplaza instellingen, Algemeen", ""),
            _TOOL: ("ABC-tool van Solera", "Een venster buiten Assu."),
            _WINDOWS: ("Certificaten", "Certificaten van deze computer."),
        }[self._window]

    def _certificates(self) -> list[Control]:
        held = self._one.certificate
        shown = Control("Geldig tot", "shown", day(held.valid_until) if held else NONE)
        return [shown, button("Sluiten", self._close)]

    def _aplaza(self) -> list[Control]:
        def select(user: str) -> None:
            self._user = user

        def keep() -> None:
            self._assu.select_user(self._identity, self._user)
            self._close()

        choice = Control("Gebruiker", "choice", self._user or NONE, tuple(self._one.users), set=select)
        return [choice, button("OK", keep), button(CANCEL, self._close)]

    # --- helpers ----------------------------------------------------------------------------------------------------

    def _begin(self) -> Wizard:
        return Wizard(self._assu, self._identity, self._zone, self._close)

    def _close(self) -> None:
        self._windows.pop()

"""The windows of **Algemeen > Beheer > App Connector**: the list, a new one, and the tabs of one.

From the manual: the path, Nieuw, Omschrijving, Gebruikersgroep, Voltooien, the tabs Activering, Gebruikerstoken and
Getconnectoren, and that a token is shown once. From a supplier's manual: Authenticatietype. Assumed: everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from inregel.sandbox.afas.gui_tabs import General, IpRules, Keys, Services, Tab
from inregel.sandbox.afas.gui_tokens import OAuth, Tokens
from inregel.sandbox.afas.gui_users import ADMINISTRATOR, MAINTAIN, TABS
from inregel.sandbox.afas.standard import UPDATE
from inregel.sandbox.afas.state import AppConnector
from inregel.sandbox.afas.window import DELETE, DONE, NEW, OPEN, Room, Window, shown
from inregel.sandbox.controls import Control, button

_APP: Final = "App Connector"
_NAME: Final = "Omschrijving"
_GROUP: Final = "Gebruikersgroep"
_GUARDED: Final = {
    "Activering": "Activering",
    "Gebruikerstoken": "Gebruikerstokens",
    "Getconnectoren": "Getconnectoren",
}
"""Tabs that need a right, with the name of the right in the manual."""


class Apps(Window):
    """All app connectors of the environment."""

    title = "App Connector"

    def controls(self) -> list[Control]:
        there = self.room.environment.apps
        chosen = [button(OPEN, self._open), button(DELETE, self._delete)] if self.said(_APP) in there else []
        return [self.choice(_APP, there), button(NEW, lambda: self.room.go(NewApp(self.room))), *chosen, self.close()]

    def _open(self) -> None:
        self.room.go(OneApp(self.room, self.said(_APP)))

    def _delete(self) -> None:
        name = self.typed.pop(_APP)
        with self.room.change() as environment:
            del environment.apps[name]


class NewApp(Window):
    """An app connector is made. It is blocked at first, and nothing says so here."""

    title = "Nieuwe App Connector"

    def controls(self) -> list[Control]:
        groups = self.room.environment.groups
        return [self.field(_NAME), self.choice(_GROUP, groups), button(DONE, self._make), self.leave()]

    def _make(self) -> None:
        name, group = self.said(_NAME), self.said(_GROUP)
        if not name or name in self.room.environment.apps:
            self.complain("De omschrijving is leeg of bestaat al.")
        elif not group:
            self.complain("Kies een gebruikersgroep.")
        else:
            key = self.room.afas.make(16).upper()
            with self.room.change() as environment:
                environment.apps[name] = AppConnector(name, group, api_key=key)
            self.room.back()


class OneApp(Window):
    """One app connector: its tabs as buttons, and what is on the tab that is open."""

    def __init__(self, room: Room, app: str) -> None:
        super().__init__(room)
        self._app = app
        self.title = f"App Connector {app}"
        self._tabs: dict[str, Callable[[], Tab]] = {
            "Algemeen": lambda: General(room, app),
            "Activering": lambda: Keys(room, app),
            "Gebruikerstoken": lambda: Tokens(room, app),
            "Getconnectoren": lambda: Assigned(room, app, "Getconnector"),
            "Updateconnectoren": lambda: Assigned(room, app, "Updateconnector"),
            "Connectors": lambda: Services(room, app),
            "IP-restricties": lambda: IpRules(room, app),
            "OAuth": lambda: OAuth(room, app),
        }
        self._open: Tab | None = None

    def controls(self) -> list[Control]:
        inside = self._open.controls() if self._open else []
        return [shown(_NAME, self._app), *inside, *(self._tab(name) for name in self._allowed()), self.close()]

    def _allowed(self) -> list[str]:
        user = self.room.environment.users.get(self.room.user)
        if user is None or ADMINISTRATOR in user.roles:
            return list(self._tabs)
        held = user.rights
        return [tab for tab in self._tabs if tab in _GUARDED and held.get(f"{TABS} > {_GUARDED[tab]}") == MAINTAIN]

    def _tab(self, name: str) -> Control:
        def turn() -> None:
            self._open = self._tabs[name]()

        return button(name, turn)


class Assigned(Tab):
    """Which Get- or UpdateConnectors the tokens may use."""

    def __init__(self, room: Room, app: str, label: str) -> None:
        super().__init__(room, app)
        self._label = label

    def controls(self) -> list[Control]:
        held = self._held(self.app)
        chosen = [button(DELETE, self._remove)] if self.said(self._label) in held else []
        return [
            shown(f"Toegewezen {self._label.lower()}en", held),
            self.choice(self._label, held),
            button(NEW, lambda: self.room.go(Assign(self.room, self._label, self._free(), self._add))),
            *chosen,
        ]

    def _held(self, app: AppConnector) -> list[str]:
        return app.get_connectors if self._label == "Getconnector" else app.update_connectors

    def _free(self) -> list[str]:
        there = self.room.environment.get_connectors if self._label == "Getconnector" else UPDATE
        return [name for name in there if name not in self._held(self.app)]

    def _add(self, name: str) -> None:
        with self.change() as app:
            self._held(app).append(name)

    def _remove(self) -> None:
        with self.change() as app:
            self._held(app).remove(self.typed.pop(self._label))


class Assign(Window):
    """One more is chosen."""

    def __init__(self, room: Room, label: str, free: list[str], add: Callable[[str], None]) -> None:
        super().__init__(room)
        self.title = f"{label} toevoegen"
        self._label, self._free, self._add = label, free, add

    def controls(self) -> list[Control]:
        return [self.choice(self._label, self._free), button(DONE, self._keep), self.leave()]

    def _keep(self) -> None:
        if not self.said(self._label):
            self.complain("Maak een keuze.")
            return
        self._add(self.said(self._label))
        self.room.back()

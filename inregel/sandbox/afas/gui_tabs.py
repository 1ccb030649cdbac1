"""Tabs of an app connector: Algemeen, Activering, Connectors, IP-restricties. Their contents are assumed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from inregel.sandbox.afas.auth import is_rule
from inregel.sandbox.afas.state import AppConnector, Authentication
from inregel.sandbox.afas.window import DELETE, OK, Room, Window, shown
from inregel.sandbox.controls import Control, button

_KINDS: Final[dict[str, Authentication]] = {"Classic token": "classic", "Hybrid": "hybrid", "OAuth": "oauth"}
_RULES: Final[dict[str, Literal["", "allow", "exclude"]]] = {"geen": "", "toestaan": "allow", "uitsluiten": "exclude"}
_TYPE: Final = "Authenticatietype"
_VALID: Final = "Geldigheid nieuwe tokens (dagen)"
_RULE, _ADDRESS, _LISTED = "Soort", "IP-adres", "Adres"


class Tab(Window):
    """What a tab has of its app connector."""

    title = ""

    def __init__(self, room: Room, app: str) -> None:
        super().__init__(room)
        self.name = app

    @property
    def app(self) -> AppConnector:
        """As it is now."""
        return self.room.environment.apps[self.name]

    @contextmanager
    def change(self) -> Iterator[AppConnector]:
        """To be changed."""
        with self.room.change() as environment:
            yield environment.apps[self.name]


class General(Tab):
    """Group, blocked or not, authentication, validity. OAuth does not become Classic again (Profit 9)."""

    def controls(self) -> list[Control]:
        app = self.app
        now = next(label for label, kind in _KINDS.items() if kind == app.authentication)
        possible = list(_KINDS)[list(_KINDS).index(now) :]
        if self.room.environment.profit < 9:
            possible = [now]
        return [
            self.choice("Gebruikersgroep", self.room.environment.groups, app.group),
            self.tick("Geblokkeerd", app.blocked),
            self.choice(_TYPE, possible, now),
            self.field(_VALID, str(app.validity_days or "")),
            button(OK, self._keep),
        ]

    def _keep(self) -> None:
        days = self.said(_VALID)
        if days and (not days.isdecimal() or not 0 < int(days) < 10_000):
            self.complain("De geldigheid is geen aantal dagen.")
            return
        with self.change() as app:
            app.group, app.blocked = self.said("Gebruikersgroep"), bool(self.said("Geblokkeerd"))
            app.authentication = _KINDS[self.said(_TYPE)]
            app.validity_days = int(days) if days else None


class Keys(Tab):
    """The keys that a one-time password is asked with."""

    def controls(self) -> list[Control]:
        return [shown("API-sleutel", self.app.api_key), shown("Omgevingssleutel", self.room.environment.key)]


class Services(Tab):
    """What else may be called."""

    def controls(self) -> list[Control]:
        return [
            self.tick("ProfitVersion", self.app.tells_version),
            self.tick("AFAS Remote Cmd", self.app.remote),
            button(OK, self._keep),
        ]

    def _keep(self) -> None:
        with self.change() as app:
            app.tells_version, app.remote = bool(self.said("ProfitVersion")), bool(self.said("AFAS Remote Cmd"))


class IpRules(Tab):
    """From where the app connector may be used: a list of those who may, or of those who may not."""

    def controls(self) -> list[Control]:
        app = self.app
        now = next(label for label, kind in _RULES.items() if kind == app.ip_kind)
        chosen = [button(DELETE, self._remove)] if self.said(_LISTED) in app.ip_addresses else []
        return [
            self.choice(_RULE, _RULES, now),
            shown("IP-adressen", app.ip_addresses),
            self.field(_ADDRESS),
            button("Toevoegen", self._add),
            self.choice(_LISTED, app.ip_addresses),
            *chosen,
            button(OK, self._keep),
        ]

    def _add(self) -> None:
        address = self.said(_ADDRESS)
        if not is_rule(address, self.room.environment.profit) or address in self.app.ip_addresses:
            self.complain("Dit IP-adres is ongeldig of staat er al.")
            return
        with self.change() as app:
            app.ip_addresses.append(self.typed.pop(_ADDRESS).strip())

    def _remove(self) -> None:
        with self.change() as app:
            app.ip_addresses.remove(self.typed.pop(_LISTED))

    def _keep(self) -> None:
        with self.change() as app:
            app.ip_kind = _RULES[self.said(_RULE)]

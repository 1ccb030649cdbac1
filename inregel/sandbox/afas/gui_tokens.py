"""Tabs of an app connector that make secrets: Gebruikerstoken and OAuth. Each secret is shown once.

From the manual: that a token is made here for a user, and shown once. Assumed: all labels.
"""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from inregel.sandbox.afas.auth import LAST, TOKEN, ZONE, is_member
from inregel.sandbox.afas.calls import Refused
from inregel.sandbox.afas.gui_tabs import Tab
from inregel.sandbox.afas.oauth import new_secret
from inregel.sandbox.afas.otp import new_token
from inregel.sandbox.afas.window import DELETE, DONE, NEW, OK, Room, Window, shown
from inregel.sandbox.controls import Control, button

_TOKEN: Final = "Gebruikerstoken"
_USER: Final = "Gebruiker"
_NAME: Final = "Omschrijving token"
_FILE: Final = "Bestand"


class Tokens(Tab):
    """The tokens, by their descriptions; what they are cannot be seen any more."""

    def controls(self) -> list[Control]:
        held = {token.description: token for token in self.app.tokens}
        token = held.get(self.said("Token"))
        about = []
        if token:
            end = f"{token.expires.astimezone(ZONE):%d-%m-%Y}" if token.expires else ""
            made = f"{token.created.astimezone(ZONE):%d-%m-%Y}"
            about = [shown(_USER, token.user), shown("Aangemaakt op", made), shown("Geldig tot", end)]
            about.append(shown("Laatst gebruikt", token.last_used))
        return [
            shown("Gebruikerstokens", held),
            self.choice("Token", held),
            *about,
            button(NEW, lambda: self.room.go(NewToken(self.room, self.name))),
            *([button(DELETE, self._delete)] if token else []),
        ]

    def _delete(self) -> None:
        name = self.typed.pop("Token")
        with self.change() as app:
            app.tokens = [token for token in app.tokens if token.description != name]


class NewToken(Tab):
    """A token is made for a user of the group."""

    title = "Nieuw gebruikerstoken"

    def controls(self) -> list[Control]:
        environment = self.room.environment
        users = [user for user in environment.users if is_member(environment, self.app.group, user)]
        return [self.choice(_USER, users), self.field(_NAME), button(DONE, self._make), self.leave()]

    def _make(self) -> None:
        afas, now = self.room.afas, self.room.afas.clock()
        if not self.said(_USER) or not self.said(_NAME):
            self.complain("Kies een gebruiker en geef een omschrijving.")
        elif now >= LAST or self.app.authentication == "oauth":
            self.complain("Deze App Connector heeft geen gebruikerstokens meer.")
        else:
            try:
                with self.change() as app:
                    made = new_token(app, self.said(_USER), self.said(_NAME), now, afas.make)
            except Refused:
                self.complain("De omschrijving bestaat al.")
            else:
                self.room.back()
                self.room.go(Once(self.room, made))


class Once(Window):
    """A secret, which is gone when this is closed."""

    title = "Let op: dit wordt eenmalig getoond"

    def __init__(self, room: Room, secret: str, label: str = _TOKEN) -> None:
        super().__init__(room)
        self._secret, self._label = secret, label

    def controls(self) -> list[Control]:
        match = TOKEN.fullmatch(self._secret)
        parts = [shown("Versienummer token", match[1]), shown("Data token", match[2])] if match else []
        return [shown(self._label, self._secret), *parts, self.close()]


class OAuth(Tab):
    """The client of an app connector that is Hybrid or OAuth: its secrets and its certificates."""

    def controls(self) -> list[Control]:
        app, environment = self.app, self.room.environment
        if app.authentication == "classic":
            return [shown("Client-id", "")]
        users = [user for user in environment.users if is_member(environment, app.group, user)]
        return [
            shown("Client-id", app.client_id),
            self.choice(_USER, users, app.client_user),
            shown("Client secrets", str(len(app.secrets))),
            shown("Certificaten", str(len(app.keys))),
            self.field(_FILE),
            button(OK, self._keep),
            *([button("Nieuw client secret", self._secret)] if app.client_id else []),
            *([button("Certificaat toevoegen", self._certificate)] if app.client_id else []),
        ]

    def _keep(self) -> None:
        if not self.said(_USER):
            self.complain("Kies een gebruiker.")
            return
        with self.change() as app:
            app.client_user = self.said(_USER)
            app.client_id = app.client_id or self.room.afas.make(16)

    def _secret(self) -> None:
        afas = self.room.afas
        with self.change() as app:
            made = new_secret(app, self.room.environment.profit, afas.clock(), afas.make)
        self.room.go(Once(self.room, made, "Client secret"))

    def _certificate(self) -> None:
        try:
            pem = (self.room.files / self.said(_FILE)).read_text("ascii")
            load = x509.load_pem_x509_certificate if "CERTIFICATE" in pem else load_pem_public_key
            load(pem.encode())
        except OSError:
            self.complain("Het bestand is niet gevonden.")
        except ValueError:
            self.complain("Het bestand is geen certificaat en geen publieke sleutel.")
        else:
            with self.change() as app:
                app.keys.append(pem)

"""What stands beside the emulated Assu: the ABC-tool, A.i. Servicedesk, a form of Solera, the page of a.s.r.

None of these is described by a public source, so all of their labels and what they ask are assumed here; the work
orders say so too. A certificate that is collected is a real PKCS#12 file, valid for two years more than the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from inregel.sandbox.assu import Assu, Portefeuille
from inregel.sandbox.controls import Control, button

_YEARS: Final = timedelta(days=730)
FOLDER: Final = "downloads"
"""Where the ABC-tool puts what it collects, below the folder that paths on a screen start in."""


class Outside:
    """What one person does beside Assu. What is typed is forgotten when it was sent."""

    def __init__(self, assu: Assu, identity: str) -> None:
        self._assu = assu
        self._identity = identity
        self._typed: dict[str, str] = {}
        self._collected = ""
        self.message = ""
        """What was complained about; whoever acts clears it first."""

    def controls(self, open_tool: Callable[[], None]) -> list[Control]:
        """Beside the main window of Assu."""
        return [
            button("ABC-tool", open_tool),
            self._field("A.i. Servicedesk"),
            button("Ticket versturen", self._send_ticket),
            self._field("Nieuwe beheerder"),
            button("Formulier versturen", self._send_form),
            Control("Beheerder", "shown", self._one.administrator or "geen"),
            Control("Bij a.s.r. ingelezen", "shown", "ja" if self._is_at_asr() else "nee"),
        ]

    def tool(self, close: Callable[[], None]) -> list[Control]:
        """The ABC-tool."""
        shown = [Control("Bestand", "shown", self._collected)] if self._collected else []
        return [
            Control("Versie ABC-tool", "shown", self._one.tool),
            self._field("E-mailadres"),
            self._field("Nieuw wachtwoord", secret=True),
            button("Ophalen", self._collect),
            *shown,
            button("Sluiten", close),
        ]

    @property
    def _one(self) -> Portefeuille:
        return self._assu.get(self._identity)

    def _field(self, label: str, *, secret: bool = False) -> Control:
        def type_in(value: str) -> None:
            self._typed[label] = value

        typed = self._typed.get(label, "")
        shown = "*" * min(8, len(typed)) if secret else typed
        return Control(label, "secret" if secret else "field", shown, set=type_in)

    def _is_at_asr(self) -> bool:
        held = self._one.certificate
        return held is not None and self._one.asr == held.serial

    def _send_ticket(self) -> None:
        question = self._typed.pop("A.i. Servicedesk", "")
        if question:
            self._assu.send_ticket(self._identity, question)
        else:
            self.message = "Vul een vraag in."

    def _send_form(self) -> None:
        person = self._typed.pop("Nieuwe beheerder", "")
        if person:
            self._assu.appoint(self._identity, person)
        else:
            self.message = "Vul de nieuwe beheerder in."

    def _collect(self) -> None:
        from inregel.sandbox.certificates import Wish, make_container

        one, held = self._one, self._one.certificate
        email, password = self._typed.get("E-mailadres", ""), self._typed.get("Nieuw wachtwoord", "")
        if held is None or email != held.email:
            self.message = "Dit e-mailadres is niet bekend."
        elif len(password) < 8:
            self.message = "Het wachtwoord is te kort."
        else:
            end = datetime.combine(held.valid_until, time(12), UTC)
            wish = Wish(int(held.serial, 16) + 1, email, one.name, end - _YEARS / 2, end + _YEARS)
            self._collected = f"{FOLDER}/{one.installation}-{wish.serial:X}.abc"
            place = self._assu.files / self._collected
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(make_container(wish, password))
            self._typed.clear()

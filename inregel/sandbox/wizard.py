"""The emulated wizard "Bedrijfscertificaat inlezen": its screens in their order, by version, as the manual has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import Final

from inregel.formats import pkcs12, versions
from inregel.sandbox.assu import Assu, Held, Portefeuille
from inregel.sandbox.controls import CANCEL, NONE, Control, button, day

_NEXT: Final = "Volgende>"
_COLLECTED: Final = "Ik heb zelf het ABC bestand al opgehaald bij Solera"
_COLLECT: Final = "Ik wil het certificaat ophalen met de ABC-tool"
_RENEW: Final = "Ik wil een bestaand certificaat verlengen"
_LINK: Final = "Ik wil het certificaat koppelen aan een postbus"
_RENEWED_FOR: Final = timedelta(days=730)
_TITLES: Final = {
    "intro": ("Bedrijfscertificaat inlezen", "Deze wizard leest het bedrijfscertificaat in."),
    "way": ("Bedrijfscertificaat inlezen: keuze", ""),
    "renew": ("Bedrijfscertificaat inlezen: verlengen", ""),
    "file": ("Bedrijfscertificaat inlezen: bestand", ""),
    "data": ("Bedrijfscertificaat inlezen: gegevens", "De gegevens van het certificaat."),
    "postbus": ("Bedrijfscertificaat inlezen: postbus", ""),
    "check": ("Bedrijfscertificaat inlezen: postbussen", "Controleer de postbussen."),
    "done": ("Bedrijfscertificaat inlezen: klaar", "Het certificaat kan worden ingelezen."),
}


@dataclass(slots=True)
class _Entry:
    """What was filled in so far; it is thrown away when the wizard is left."""

    way: str = ""
    file: str = ""
    password: str = ""
    link: bool = False
    chosen: list[str] = field(default_factory=list)
    held: Held | None = None
    email: str = ""
    code: str = ""
    pfx: bool = False


class Wizard:
    """One walk through the wizard."""

    def __init__(self, assu: Assu, identity: str, zone: tzinfo, close: Callable[[], None]) -> None:
        self._assu = assu
        self._identity = identity
        self._zone = zone
        self._close = close
        self._screen = "intro"
        self._entry = _Entry()
        self.message = ""
        """What it complains about; whoever acts clears it first."""

    def title(self) -> tuple[str, str]:
        """Title and text of the screen."""
        return _TITLES[self._screen]

    def controls(self) -> list[Control]:
        """What stands on the screen, from top to bottom."""
        screens: dict[str, Callable[[], list[Control]]] = {
            "intro": lambda: [button(_NEXT, lambda: self._go("way"))],
            "way": self._way,
            "renew": self._renew,
            "file": self._file,
            "data": self._data,
            "postbus": self._postbus,
            "check": self._check,
            "done": self._done,
        }
        return [*screens[self._screen](), button(CANCEL, self._close)]

    @property
    def _one(self) -> Portefeuille:
        return self._assu.get(self._identity)

    def _go(self, screen: str) -> None:
        self._screen = screen

    def _way(self) -> list[Control]:
        # From .16 the first choice renews; before, it collects with the ABC-tool.
        first = _RENEW if versions.band(self._one.version) == "renewal" else _COLLECT

        def choose(way: str) -> Callable[[], None]:
            def chosen() -> None:
                self._entry.way = way

            return chosen

        ways = (first, _COLLECTED)
        marks = {way: "x" if self._entry.way == way else "" for way in ways}
        options = [Control(way, "option", marks[way], press=choose(way)) for way in ways]
        return [*options, button(_NEXT, self._after_way)]

    def _after_way(self) -> None:
        if self._entry.way == _COLLECTED:
            self._go("file")
        elif self._entry.way == _RENEW:
            self._go("renew")
        else:
            self.message = "De ABC-tool is niet gevonden." if self._entry.way else "Maak een keuze."

    def _renew(self) -> list[Control]:
        def email(value: str) -> None:
            self._entry.email = value

        def code(value: str) -> None:
            self._entry.code = value

        return [
            Control("E-mailadres", "field", self._entry.email, set=email),
            Control("BCC-code", "secret", "*" * min(8, len(self._entry.code)), set=code),
            button(_NEXT, self._after_renew),
        ]

    def _after_renew(self) -> None:
        held = self._one.certificate
        if held is None or self._entry.email != held.email:
            self.message = "Dit e-mailadres is niet bekend."
        elif not self._one.bcc or self._entry.code != self._one.bcc:
            self.message = "De BCC-code is onjuist."
        else:
            serial = f"{int(held.serial, 16) + 1:X}"
            self._entry.held = Held(serial, held.valid_until + _RENEWED_FOR, held.email)
            self._go("postbus")

    def _file(self) -> list[Control]:
        def file(value: str) -> None:
            self._entry.file = value

        def password(value: str) -> None:
            self._entry.password = value

        return [
            Control("Bestand", "field", self._entry.file, set=file),
            Control("Wachtwoord", "secret", "*" * min(8, len(self._entry.password)), set=password),
            button(_NEXT, self._after_file),
        ]

    def _after_file(self) -> None:
        try:
            data = (self._assu.files / self._entry.file).read_bytes()
            certificate = pkcs12.open_container(data, self._entry.password)
        except OSError:
            self.message = "Het bestand is niet gevonden."
        except pkcs12.WrongPassword:
            self.message = "Het wachtwoord is onjuist."
        except pkcs12.ContainerError:
            self.message = "Het bestand kan niet worden gelezen."
        else:
            email = certificate.emails[0] if certificate.emails else ""
            self._entry.held = Held(certificate.serial, certificate.last_day(self._zone), email)
            self._go("data")

    def _data(self) -> list[Control]:
        held = self._entry.held
        assert held is not None
        return [Control("Geldig tot", "shown", day(held.valid_until)), button(_NEXT, lambda: self._go("postbus"))]

    def _postbus(self) -> list[Control]:
        def link() -> None:
            self._entry.link = True

        numbers = tuple(self._one.available)
        choice = Control("Postbus", "choice", ", ".join(self._entry.chosen), numbers, set=self._entry.chosen.append)
        tick = Control(_LINK, "tick", "x" if self._entry.link else "", press=link)
        return [tick, *([choice] if self._entry.link else []), button(_NEXT, lambda: self._go("check"))]

    def _check(self) -> list[Control]:
        numbers = dict.fromkeys([*self._one.linked, *self._entry.chosen])
        shown = Control("Postbussen", "shown", ", ".join(numbers) or NONE)
        return [shown, button(_NEXT, lambda: self._go("done"))]

    def _done(self) -> list[Control]:
        def finish() -> None:
            assert self._entry.held is not None
            self._assu.import_certificate(self._identity, self._entry.held, self._entry.chosen)
            self._close()

        def request() -> None:
            self._entry.pfx = True
            self._assu.request_pfx(self._identity)

        def hand_in() -> None:
            assert self._entry.held is not None
            if self._entry.pfx:
                self._assu.hand_in(self._identity, self._entry.held.serial)
            else:
                self.message = "Er is geen .pfx-bestand om in te lezen."

        held = self._entry.held
        there = held is not None and self._one.asr == held.serial
        return [
            button(".pfx bestand opvragen", request),
            button("a.s.r.", hand_in),
            Control("Bij a.s.r. ingelezen", "shown", "ja" if there else "nee"),
            button("Voltooien", finish),
        ]

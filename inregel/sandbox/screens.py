"""The screens of the emulated Assu, as text and as controls that a person or a clerk can work.

One `Desk` is one person at one portefeuille. Labels are those of the manual; a label that is not on the screen, or
does not work that way, raises `NotOnScreen`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from inregel.errors import InregelError
from inregel.formats import pkcs12, versions
from inregel.sandbox.assu import Assu, Held, Portefeuille

Kind = Literal["button", "field", "secret", "tick", "option", "choice", "shown"]

_NEXT: Final = "Volgende>"
_CANCEL: Final = "Annuleren"
_COLLECTED: Final = "Ik heb zelf het ABC bestand al opgehaald bij Solera"
_COLLECT: Final = "Ik wil het certificaat ophalen met de ABC-tool"
_RENEW: Final = "Ik wil een bestaand certificaat verlengen"
_LINK: Final = "Ik wil het certificaat koppelen aan een postbus"
_WIZARD: Final = "Beheer > Bedrijfscertificaat inlezen"
_APLAZA: Final = "Aplaza instellingen > Algemeen"
_WINDOWS: Final = "Internetopties > Inhoud > Certificaten"
_NONE: Final = "geen"


class NotOnScreen(InregelError):
    """{what} is not on this screen:
    {screen}"""


@dataclass(slots=True)
class Control:
    """Something on a screen. `value` is what it shows; of a choice with many values they stand in `chosen`."""

    label: str
    kind: Kind
    value: str = ""
    options: tuple[str, ...] = ()
    press: Callable[[], None] | None = None
    set: Callable[[str], None] | None = None


@dataclass(slots=True)
class _Entry:
    """What was filled in so far; it is thrown away when the wizard is left."""

    way: str = ""
    file: str = ""
    password: str = ""
    link: bool = False
    chosen: list[str] = field(default_factory=list)
    held: Held | None = None


class Desk:
    """One person at one portefeuille: the windows that are open, the topmost last."""

    def __init__(self, assu: Assu, identity: str, zone: tzinfo | None = None) -> None:
        self._assu = assu
        self._identity = identity
        self._zone = zone or ZoneInfo("Europe/Amsterdam")
        self._windows: list[str] = []
        self._entry = _Entry()
        self._user = ""
        self._message = ""
        assu.get(identity)

    # --- what a person can do ---------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Opens a menu or window, such as "Beheer > Bedrijfscertificaat inlezen"."""
        self._message = ""
        if path not in (_WIZARD, _APLAZA, _WINDOWS):
            self._missing(path)
        if path == _WIZARD:
            if not self._one.allowed:
                self._missing(path)
            self._entry = _Entry()
            self._windows = [window for window in self._windows if not window.startswith("wizard")]
            self._windows.append("wizard intro")
        else:
            self._user = self._one.aplaza_user
            self._windows.append("aplaza" if path == _APLAZA else "windows")

    def press(self, label: str) -> None:
        """Presses a button."""
        self._do(self.control(label), "button")

    def fill(self, label: str, value: str) -> None:
        """Types into a field."""
        self._set(self.control(label), value, "field", "secret")

    def tick(self, label: str) -> None:
        """Ticks a box, or chooses one of several options."""
        self._do(self.control(label), "tick", "option")

    def select(self, label: str, value: str) -> None:
        """Chooses from a list."""
        control = self.control(label)
        if value not in control.options:
            self._missing(f"{value} at {label}")
        self._set(control, value, "choice")

    def control(self, label: str) -> Control:
        """The control with this label; `…` in it stands for any words. Raises `NotOnScreen`."""
        pattern = re.compile(".*".join(re.escape(part) for part in label.split("…")))
        found = [control for control in self.controls() if pattern.fullmatch(control.label)]
        if len(found) != 1:
            self._missing(label)
        return found[0]

    # --- what a person sees -----------------------------------------------------------------------------------------

    def screen(self) -> str:
        """The screen as text."""
        title, text = self._title()
        lines = [f"Assu, {self._one.name}", f"== {title} ==", *([text] if text else [])]
        lines += [_line(control) for control in self.controls() if control.kind != "button"]
        buttons = [f"[ {control.label} ]" for control in self.controls() if control.kind == "button"]
        lines += [" ".join(buttons)] if buttons else []
        lines += [f"! {self._message}"] if self._message else []
        return "\n".join(lines) + "\n"

    def message(self) -> str:
        """What Assu complains about, or ""."""
        return self._message

    def menus(self) -> list[str]:
        """What can be opened."""
        return [path for path in (_WIZARD, _APLAZA, _WINDOWS) if path != _WIZARD or self._one.allowed]

    def controls(self) -> list[Control]:
        """Everything on the screen, from top to bottom. The version stands at the bottom of every screen of Assu."""
        window = self._windows[-1] if self._windows else "desktop"
        built: dict[str, Callable[[], list[Control]]] = {
            "desktop": list,
            "windows": self._windows_certificates,
            "aplaza": self._aplaza,
            "wizard intro": lambda: [self._button(_NEXT, self._after_intro), self._cancel()],
            "wizard way": self._way,
            "wizard renew": self._renew,
            "wizard file": self._file,
            "wizard data": self._data,
            "wizard postbus": self._postbus,
            "wizard check": self._check,
            "wizard done": self._done,
        }
        bottom = [] if window == "windows" else [Control("Versie", "shown", self._one.version)]
        return built[window]() + bottom

    # --- the windows ------------------------------------------------------------------------------------------------

    @property
    def _one(self) -> Portefeuille:
        return self._assu.get(self._identity)

    def _title(self) -> tuple[str, str]:
        window = self._windows[-1] if self._windows else "desktop"
        return {
            "desktop": ("Assu", "Menu's: " + ", ".join(self.menus())),
            "windows": ("Certificaten", "Certificaten van deze computer."),
            "aplaza": ("Aplaza instellingen, Algemeen", ""),
            "wizard intro": ("Bedrijfscertificaat inlezen", "Deze wizard leest het bedrijfscertificaat in."),
            "wizard way": ("Bedrijfscertificaat inlezen: keuze", ""),
            "wizard renew": ("Bedrijfscertificaat inlezen: verlengen", ""),
            "wizard file": ("Bedrijfscertificaat inlezen: bestand", ""),
            "wizard data": ("Bedrijfscertificaat inlezen: gegevens", "De gegevens van het certificaat."),
            "wizard postbus": ("Bedrijfscertificaat inlezen: postbus", ""),
            "wizard check": ("Bedrijfscertificaat inlezen: postbussen", "Controleer de postbussen."),
            "wizard done": ("Bedrijfscertificaat inlezen: klaar", "Het certificaat kan worden ingelezen."),
        }[window]

    def _windows_certificates(self) -> list[Control]:
        held = self._one.certificate
        shown = [Control("Geldig tot", "shown", _day(held.valid_until) if held else _NONE)]
        return [*shown, self._button("Sluiten", self._close)]

    def _aplaza(self) -> list[Control]:
        def select(user: str) -> None:
            self._user = user

        def keep() -> None:
            self._assu.select_user(self._identity, self._user)
            self._close()

        users = tuple(self._one.users)
        return [
            Control("Gebruiker", "choice", self._user or _NONE, users, set=select),
            self._button("OK", keep),
            self._button(_CANCEL, self._close),
        ]

    def _way(self) -> list[Control]:
        # From .16 the first choice renews; before, it collects with the ABC-tool, which the oldest do not have.
        first = _RENEW if self._band == "renewal" else _COLLECT

        def choose(way: str) -> Callable[[], None]:
            def chosen() -> None:
                self._entry.way = way

            return chosen

        options = [
            Control(label, "option", "x" if self._entry.way == label else "", press=choose(label))
            for label in (first, _COLLECTED)
        ]
        return [*options, self._button(_NEXT, self._after_way), self._cancel()]

    def _renew(self) -> list[Control]:
        return [Control("E-mailadres", "field"), Control("BCC-code", "secret"), self._cancel()]

    def _file(self) -> list[Control]:
        def file(value: str) -> None:
            self._entry.file = value

        def password(value: str) -> None:
            self._entry.password = value

        return [
            Control("Bestand", "field", self._entry.file, set=file),
            Control("Wachtwoord", "secret", "*" * min(8, len(self._entry.password)), set=password),
            self._button(_NEXT, self._after_file),
            self._cancel(),
        ]

    def _data(self) -> list[Control]:
        held = self._entry.held
        assert held is not None
        return [
            Control("Geldig tot", "shown", _day(held.valid_until)),
            self._button(_NEXT, lambda: self._go("postbus")),
            self._cancel(),
        ]

    def _postbus(self) -> list[Control]:
        def link() -> None:
            self._entry.link = True

        def choose(number: str) -> None:
            self._entry.chosen.append(number)

        choice = Control("Postbus", "choice", ", ".join(self._entry.chosen), tuple(self._one.available), set=choose)
        return [
            Control(_LINK, "tick", "x" if self._entry.link else "", press=link),
            *([choice] if self._entry.link else []),
            self._button(_NEXT, lambda: self._go("check")),
            self._cancel(),
        ]

    def _check(self) -> list[Control]:
        numbers = dict.fromkeys([*self._one.linked, *self._entry.chosen])
        return [
            Control("Postbussen", "shown", ", ".join(numbers) or _NONE),
            self._button(_NEXT, lambda: self._go("done")),
            self._cancel(),
        ]

    def _done(self) -> list[Control]:
        def request() -> None:
            self._assu.request_pfx(self._identity)

        return [self._button(".pfx bestand opvragen", request), self._button("Voltooien", self._finish), self._cancel()]

    # --- from one screen to the next --------------------------------------------------------------------------------

    @property
    def _band(self) -> versions.Band:
        return versions.band(self._one.version)

    def _go(self, screen: str) -> None:
        self._windows[-1] = f"wizard {screen}"

    def _after_intro(self) -> None:
        self._go("way")

    def _after_way(self) -> None:
        if not self._entry.way:
            self._message = "Maak een keuze."
        elif self._entry.way == _COLLECTED:
            self._go("file")
        elif self._entry.way == _RENEW:
            self._go("renew")
            self._message = "Verlengen zit niet in deze nabootsing."
        else:
            self._message = "De ABC-tool is niet gevonden."

    def _after_file(self) -> None:
        try:
            data = (self._assu.files / self._entry.file).read_bytes()
            certificate = pkcs12.open_container(data, self._entry.password)
        except OSError:
            self._message = "Het bestand is niet gevonden."
        except pkcs12.WrongPassword:
            self._message = "Het wachtwoord is onjuist."
        except pkcs12.ContainerError:
            self._message = "Het bestand kan niet worden gelezen."
        else:
            email = certificate.emails[0] if certificate.emails else ""
            self._entry.held = Held(certificate.serial, certificate.last_day(self._zone), email)
            self._go("data")

    def _finish(self) -> None:
        assert self._entry.held is not None
        self._assu.import_certificate(self._identity, self._entry.held, self._entry.chosen)
        self._close()

    def _close(self) -> None:
        self._windows.pop()

    # --- helpers ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _button(label: str, press: Callable[[], None]) -> Control:
        return Control(label, "button", press=press)

    def _cancel(self) -> Control:
        return self._button(_CANCEL, self._close)

    def _do(self, control: Control, *kinds: Kind) -> None:
        if control.kind not in kinds or control.press is None:
            self._missing(f"{control.label}, to be pressed,")
        else:
            self._message = ""
            control.press()

    def _set(self, control: Control, value: str, *kinds: Kind) -> None:
        if control.kind not in kinds or control.set is None:
            self._missing(f"{control.label}, to be filled in,")
        else:
            self._message = ""
            control.set(value)

    def _missing(self, what: str) -> None:
        raise NotOnScreen(what=what, screen=self.screen().rstrip().replace("\n", "\n    "))


def _day(day: date) -> str:
    return day.strftime("%d-%m-%Y")


def _line(control: Control) -> str:
    if control.kind in ("tick", "option"):
        mark = "[x]" if control.value else "[ ]"
        return f"{mark} {control.label}"
    if control.kind == "shown":
        return f"{control.label}: {control.value}"
    options = f" ({', '.join(control.options)})" if control.options else ""
    return f"{control.label}: [{control.value}]{options}"

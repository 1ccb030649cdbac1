"""An emulated Assu: what each portefeuille of each installation holds, in a JSON file that processes share.

It is as strict as the manual of the original: the screens of the version, in their order; the file is really read, and
its password tried; nothing is kept before **Voltooien**. What the manual does not say is decided here and marked
"assumed": leaving the wizard changes nothing; the check screen shows all postbussen that are linked; the texts of
error messages; the buttons OK and Annuleren of Aplaza instellingen; how A.i. Servicedesk is asked.
What does not belong here: what the screens look like (`inregel.sandbox.screens` and `wizard`; `outside` has what is
beside Assu).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from inregel.errors import InregelError

NEWEST: Final = "1.2632.1"
"""The version that the emulated A.i. Servicedesk installs."""


class NoInstallation(InregelError):
    """There is no portefeuille {name} in the sandbox. There are: {known}."""


@dataclass(slots=True)
class Held:
    """A certificate as Assu keeps it."""

    serial: str
    valid_until: date
    email: str = ""


@dataclass(slots=True)
class Portefeuille:
    """One portefeuille of one installation, and what became of it."""

    installation: str
    name: str
    version: str
    allowed: bool = True
    """Whether the user has the right to the wizard."""
    certificate: Held | None = None
    available: list[str] = field(default_factory=list)
    """The I09 postbussen that can be chosen."""
    linked: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    aplaza_user: str = ""
    imports: int = 0
    """How many times the wizard was finished: tests see that nothing was done twice."""
    requests: int = 0
    """How many times the .pfx file was asked for."""
    tickets: list[str] = field(default_factory=list)
    """What A.i. Servicedesk was asked."""
    bcc: str = ""
    """The code that renews the certificate; "" where nobody has one."""
    administrator: str = ""
    """Who holds it, as Solera knows."""
    asr: str = ""
    """The serial number of the certificate that a.s.r. has."""
    tool: str = "4.1.3"
    """The version of the ABC-tool that is at hand."""

    @property
    def identity(self) -> str:
        """`rds-1/Van Dalen`."""
        return f"{self.installation}/{self.name}"


class Assu:
    """All portefeuilles of a sandbox. Every change is written at once, as a whole."""

    def __init__(self, state: Path, files: Path) -> None:
        """`state` is the JSON file, `files` the folder in which a relative path on a screen starts."""
        self.state = state
        self.files = files

    def add(self, portefeuille: Portefeuille) -> None:
        """Puts one there, in place of another of the same identity."""
        self.put([portefeuille])

    def put(self, portefeuilles: Iterable[Portefeuille]) -> None:
        """Puts several there at once."""
        everything = self._load()
        self._save(everything | {each.identity: each for each in portefeuilles})

    def get(self, identity: str) -> Portefeuille:
        """What one holds now. Raises `NoInstallation`."""
        everything = self._load()
        if identity not in everything:
            raise NoInstallation(name=identity, known=", ".join(everything) or "none")
        return everything[identity]

    def __iter__(self) -> Iterator[Portefeuille]:
        return iter(self._load().values())

    def import_certificate(self, identity: str, held: Held, link: list[str]) -> None:
        """What **Voltooien** does."""
        everything = self._load()
        one = everything[identity]
        one.certificate = held
        one.linked = list(dict.fromkeys([*one.linked, *link]))
        one.imports += 1
        self._save(everything)

    def request_pfx(self, identity: str) -> None:
        """What **.pfx bestand opvragen** does."""
        everything = self._load()
        everything[identity].requests += 1
        self._save(everything)

    def select_user(self, identity: str, user: str) -> None:
        """What **OK** of Aplaza instellingen does."""
        everything = self._load()
        everything[identity].aplaza_user = user
        self._save(everything)

    def send_ticket(self, identity: str, text: str) -> None:
        """What A.i. does with a ticket: it installs the newest version at once, for all of the installation."""
        everything = self._load()
        everything[identity].tickets.append(text)
        for one in everything.values():
            if one.installation == everything[identity].installation:
                one.version = NEWEST
        self._save(everything)

    def hand_in(self, identity: str, serial: str) -> None:
        """What the page of a.s.r. does."""
        everything = self._load()
        everything[identity].asr = serial
        self._save(everything)

    def appoint(self, identity: str, person: str) -> None:
        """What Solera does with the form: the new administrator has the code from then on."""
        everything = self._load()
        everything[identity].administrator = person
        self._save(everything)

    def _load(self) -> dict[str, Portefeuille]:
        if not self.state.exists():
            return {}
        entries = json.loads(self.state.read_text("utf-8"))
        return {one.identity: one for one in (_decode(entry) for entry in entries)}

    def _save(self, everything: Mapping[str, Portefeuille]) -> None:
        # A new file in place of the old one: whoever reads at the same time sees one or the other, whole.
        self.state.parent.mkdir(parents=True, exist_ok=True)
        entries = [asdict(one) for one in everything.values()]
        handle, name = tempfile.mkstemp(dir=self.state.parent, prefix=self.state.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(entries, file, default=date.isoformat, indent=1, ensure_ascii=False)
        Path(name).replace(self.state)


def _decode(entry: dict[str, Any]) -> Portefeuille:
    held = entry.pop("certificate")
    if held is not None:
        held = Held(**{**held, "valid_until": date.fromisoformat(held["valid_until"])})
    return Portefeuille(**entry, certificate=held)

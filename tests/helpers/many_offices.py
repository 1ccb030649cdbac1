"""A project of many offices with Assu: certificate files that really open, and a sheet that somebody keeps of them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from helpers.canary import canary
from helpers.clock import Clock
from inregel.commands import import_, plan
from inregel.commands.context import Context
from inregel.commands.session import open_session
from inregel.contract import Key
from inregel.ledger import create
from inregel.ledger.base import Known, Stated
from inregel.plan.model import Plan
from inregel.sandbox.certificates import Wish, make_container

HEADERS = ("Kantoor", "Naam", "Certificaat e-mail", "Geldig tot", "Serienummer", "I09", "Aplaza-gebruiker", "Wie")
SETTINGS = """project: offices
ledger: .inregel/ledger.db
ledger_id: "LEDGER"
inventory: inventory.json
secrets: environment
attestations: {default: 365d, assu.certificate: until valid_until}
"""
PLAYBOOK = """
- name: Certificates
  offices: all
  tasks:
    - assu.certificate:
        file: "files/{{ office.id }}.abc"
        password: "{{ secret('assu_pfx') }}"
        kind: renewal
        email: "{{ certificate.email }}"
    - assu.postbus: {numbers: "{{ postbussen }}"}
    - assu.aplaza_user: {user: "{{ aplaza_user }}"}
"""
VALID = (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2028, 2, 28, 12, tzinfo=UTC))


def declared(number: int) -> dict[str, Any]:
    """An office as an inventory has it."""
    return {
        "name": f"Kantoor {number}",
        "contact": f"Ria {number} <ria{number}@kantoor.example>",
        "connections": {"assu": {"installation": f"rds-{number}", "portefeuille": "Alles", "version": "1.2628.3.16"}},
        "certificate": {"email": f"kantoor{number}@certificate.example"},
        "postbussen": [f"I09{number:06}", f"I09{number + 500000:06}"],
        "aplaza_user": f"ria{number}@kantoor.example",
    }


def row(number: int, **changes: Any) -> list[Any]:
    """An office as the sheet has it, just as declared; `changes` by header (`_` for what is no letter)."""
    own = declared(number)
    values = [
        office(number),
        own["name"],
        own["certificate"]["email"],
        date(2028, 2, 28),
        f"{serial(number):X}",
        "; ".join(own["postbussen"]),
        own["aplaza_user"],
        "Jan",
    ]
    names = [header.replace(" ", "_").replace("-", "_") for header in HEADERS]
    for name, value in changes.items():
        values[names.index(name)] = value
    return values


def office(number: int) -> str:
    """Its id."""
    return f"office-{number:03}"


def serial(number: int) -> int:
    """Of the certificate of an office."""
    return 0x4A0000 + number


@cache
def container(number: int, password: str) -> bytes:
    """The certificate file of an office, made once in a run."""
    return make_container(
        Wish(serial(number), declared(number)["certificate"]["email"], f"Kantoor {number}", *VALID), password
    )


@dataclass
class Project:
    """The project in a folder."""

    root: Path
    count: int
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.password = canary("the password of every certificate")
        (self.root / "files").mkdir(parents=True)
        (self.root / "playbooks").mkdir()
        for number in range(self.count):
            (self.root / f"files/{office(number)}.abc").write_bytes(container(number, self.password))
        (self.root / "playbooks/site.yml").write_text(PLAYBOOK)
        self.declare({office(number): declared(number) for number in range(self.count)})
        with closing(create(".inregel/ledger.db", self.root, lambda: self.clock().astimezone(UTC), {})) as ledger:
            (self.root / "inregel.yml").write_text(SETTINGS.replace("LEDGER", ledger.id))

    def declare(self, offices: Mapping[str, Mapping[str, Any]]) -> None:
        """Writes the inventory."""
        (self.root / "inventory.json").write_text(json.dumps({"all": {"offices": offices}}))

    def context(self) -> Context:
        """A fresh one."""
        environ = {"INREGEL_SECRET_ASSU_PFX": self.password, "COLUMNS": "110"}
        return Context(
            directory=self.root,
            out=io.StringIO(),
            err=io.StringIO(),
            stdin=io.StringIO(),
            environ=environ,
            now=self.clock,
            sleep=self.clock.sleep,
            interactive=False,
        )

    def sheet(self, rows: Sequence[Sequence[Any]], headers: Sequence[str] = HEADERS, name: str = "today.xlsx") -> str:
        """Writes it; its name."""
        import openpyxl

        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Blad1"
        for each in (headers, *rows):
            sheet.append(list(each))
        book.save(self.root / name)
        return name

    def take(self, file: str, **options: Any) -> str:
        """Imports; gives what was printed, on both streams."""
        context = self.context()
        assert import_.offices(context, file, **{"by": "Jan Kuiper", **options}) == 0
        return context.out.getvalue() + context.err.getvalue()  # type: ignore[attr-defined]  # each is a StringIO

    def plan(self) -> Plan:
        """The plan, as the engine makes it."""
        with open_session(self.context()) as session:
            return plan.make(session, "playbooks/site.yml", {"quiet": True})[0]

    def all_known(self, number: int = 0) -> Known:
        """What is stated of an office."""
        with open_session(self.context()) as session:
            return session.ledger.known([office(number)]).get(office(number), Known())

    def known(self, number: int = 0) -> Mapping[tuple[str, Key], Stated]:
        """The resources among it."""
        return self.all_known(number).resources

    def events(self) -> int:
        """How many there are."""
        with open_session(self.context()) as session:
            return sum(1 for _ in session.ledger.events())

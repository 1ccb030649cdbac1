"""The example project: three Dutch offices, one for each version of the wizard, and their emulated Assu.

Certificate files and passwords are made on the spot. All dates are counted from the day on which it is made; made on
20 November 2026 they are those of the documentation.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from inregel.contract import Key, Provenance, State
from inregel.formats import vault
from inregel.frozen import frozen
from inregel.ledger import create
from inregel.ledger.base import Transaction
from inregel.sandbox.assu import Assu, Held, Portefeuille
from inregel.sandbox.folder import Folder, template

ZONE: Final = ZoneInfo("Europe/Amsterdam")
SANDBOX: Final = "sandbox/assu.json"
"""Where the emulated Assu of a project keeps its state."""
_DAY: Final = date(2026, 11, 20)
_LINKED: Final[State] = {"status": "linked"}
_SELECTED: Final[State] = {"status": "selected"}


@frozen
class Example:
    """What was made."""

    root: Path
    assu: Assu
    letter: str
    """The right password of zwolle."""


@frozen
class _Office:
    """The file of an office's certificate."""

    serial: int
    email: str
    name: str
    valid_from: date
    valid_until: date


_OFFICES: Final = {
    "utrecht": _Office(
        0x5D2077, "vandalen@certificate.example", "Van Dalen Assurantiën", date(2026, 11, 10), date(2028, 11, 14)
    ),
    "zwolle": _Office(
        0x7C31E9, "dehanze@certificate.example", "De Hanze Advies", date(2026, 11, 12), date(2028, 11, 16)
    ),
    "hoorn": _Office(
        0x2B66F0, "noordkop@certificate.example", "Noordkop Verzekeringen", date(2026, 11, 2), date(2028, 11, 6)
    ),
}


def random_secret(name: str) -> str:
    """A password that nobody has to remember."""
    return secrets.token_urlsafe(12)


def build(
    root: Path,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    make_secret: Callable[[str], str] = random_secret,
) -> Example:
    """Makes the example in `root`. Raises `Taken` where a file is in the way; then nothing is changed."""
    moved = now().astimezone(ZONE).date() - _DAY
    passwords = {office: make_secret(f"assu_pfx_{office}") for office in _OFFICES}
    with Folder(root, ("inregel.yml", "inventory.yml", "secrets.yml", "playbooks", "files", ".inregel")) as folder:
        folder.write(".gitignore", template("example/gitignore"))
        folder.write("README.md", template("example/README.md"))
        folder.write("inventory.yml", template("example/inventory.yml"))
        folder.write("playbooks/site.yml", template("site.yml"))
        folder.write("letters/zwolle-password.txt", passwords["zwolle"] + "\n", mode=0o600)
        for office, file in _OFFICES.items():
            folder.write(f"files/{office}.abc", _container(file, passwords[office], moved))
        stored = passwords | {"zwolle": make_secret("the wrong password of zwolle")}
        text = "".join(f"assu_pfx_{office}: {value}\n" for office, value in stored.items())
        vault_password = make_secret("the vault password")
        folder.write(".vault-password", vault_password + "\n", mode=0o600)
        folder.write("secrets.yml", vault.encrypt(text.encode(), vault_password), mode=0o600)
        folder.made(".inregel")
        with closing(create(".inregel/ledger.db", root, now, environ)) as ledger:
            with ledger.writing() as tx:
                _state(tx, moved)
            settings = template("example/inregel.yml").replace("LEDGER_ID", ledger.id)
        folder.made("sandbox")
        assu = _emulate(root, moved)
        folder.write("inregel.yml", settings)
    return Example(root, assu, passwords["zwolle"])


def _container(office: _Office, password: str, moved: timedelta) -> bytes:
    from inregel.sandbox.certificates import Wish, make_container

    begin, end = (datetime.combine(day + moved, time(12), ZONE) for day in (office.valid_from, office.valid_until))
    return make_container(Wish(office.serial, office.email, office.name, begin, end), password)


def _state(tx: Transaction, moved: timedelta) -> None:
    """What was known before: utrecht in part and partly out of date, zwolle wholly, hoorn not at all."""

    def said(by: str, at: date, until: date) -> Provenance:
        return Provenance("attested", datetime.combine(at + moved, time(9), ZONE), by, until + moved)

    def attest(office: str, module: str, key: Key, state: State | None, by: Provenance) -> None:
        tx.attest(office, module, key, state, by)

    ria = "Ria van Dalen"
    held: State = {"serial": "4A910C", "valid_until": date(2026, 12, 18) + moved}
    email = _OFFICES["utrecht"].email
    attest("utrecht", "assu.certificate", email, held, said(ria, date(2024, 12, 11), date(2026, 12, 18)))
    linked = said(ria, date(2026, 3, 2), date(2027, 4, 6))
    attest("utrecht", "assu.postbus", "I09000123", _LINKED, linked)
    attest("utrecht", "assu.postbus", "I09000456", None, linked)
    selected = said(ria, date(2025, 9, 30), date(2026, 9, 30))
    attest("utrecht", "assu.aplaza_user", "ria@vandalen.example", _SELECTED, selected)
    jan = said("Jan Kuiper", date(2026, 11, 2), date(2027, 11, 2))
    attest("zwolle", "assu.certificate", _OFFICES["zwolle"].email, None, jan)
    tx.list_all("zwolle", "assu.postbus", "", jan, ())
    attest("zwolle", "assu.aplaza_user", "jan@dehanze.example", _SELECTED, jan)


def _emulate(root: Path, moved: timedelta) -> Assu:
    assu = Assu(root / SANDBOX, root)
    assu.add(
        Portefeuille(
            "rds-1",
            "Van Dalen",
            "1.2628.3.16",
            certificate=Held("4A910C", date(2026, 12, 18) + moved, _OFFICES["utrecht"].email),
            available=["I09000123", "I09000456", "I09000999"],
            linked=["I09000123"],
            users=["piet@vandalen.example", "ria@vandalen.example"],
            aplaza_user="ria@vandalen.example",
        )
    )
    assu.add(
        Portefeuille(
            "rds-2",
            "De Hanze",
            "1.2628.3.15",
            available=["I09000788", "I09000789"],
            users=["jan@dehanze.example", "mies@dehanze.example"],
            aplaza_user="jan@dehanze.example",
        )
    )
    assu.add(
        Portefeuille(
            "rds-3",
            "Noordkop",
            "1.2628.3.9",
            certificate=Held("19A4D2", date(2026, 12, 5) + moved, _OFFICES["hoorn"].email),
            available=["I09000320", "I09000321"],
            users=["els@noordkop.example", "kees@noordkop.example"],
        )
    )
    return assu

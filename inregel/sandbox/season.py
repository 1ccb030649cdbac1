"""A project of many offices for a simulated year: their sheet, what is known of them, certificate files, emulated Assu.

Which office has which trouble follows from its number, so the same size gives the same season. Certificates end spread
over the year that begins on the day on which the project is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from inregel.formats import vault
from inregel.frozen import frozen
from inregel.ledger import create
from inregel.sandbox.assu import Assu, Held, Portefeuille
from inregel.sandbox.certificates import Wish, make_container
from inregel.sandbox.folder import Folder, template

ZONE: Final = ZoneInfo("Europe/Amsterdam")
SANDBOX: Final = "sandbox/assu.json"
SHEET: Final = "offices.xlsx"
"""What shall be, read by the inventory."""
TODAY: Final = "today.xlsx"
"""What is known, for `inregel import offices`."""
HOLDER: Final = "Beheerder"
CONTACT: Final = "Contactpersoon"
VERSION: Final = "Assu-versie"
LEAVER: Final = "Ria van Dalen"
SUCCESSOR: Final = "Piet de Wit"
LEAST: Final = 12
"""Offices of the smallest season that has every trouble."""
_LIFE: Final = timedelta(days=730)
_YEAR: Final = 345
_COLLECTED: Final = timedelta(days=10)
"""How long the first certificates lie ready."""
_TOO_OLD: Final = "1.2622.1.4"
_VERSIONS: Final = ("1.2628.3.9", "1.2628.3.14", "1.2628.3.15", "1.2628.3.16", "1.2630.1.2")
_RENEWING: Final = "1.2630.1.2"
_TOWNS: Final = (
    *("hoorn", "ede", "tiel", "goes", "sneek", "weert", "assen", "emmen", "zeist", "breda"),
    *("venlo", "delft", "gouda", "almelo", "borne", "cuijk", "doorn", "epe", "franeker", "grave"),
)
_FIRST: Final = ("Anna", "Bram", "Carla", "Daan", "Els", "Frits", "Greet", "Hans", "Ina", "Jan", "Kees", "Lies")
_LAST: Final = ("Bakker", "Visser", "Smit", "Mulder", "Bos", "Vos", "Peters", "Hendriks", "Dekker", "Kuiper", "Maas")


@frozen
class SeasonOffice:
    """One office: what is declared, what its Assu holds, what is known, and what goes wrong in it."""

    number: int
    id: str
    person: str
    installation: str
    version: str
    ends: date
    """Of the certificate that Assu holds when the year begins."""
    renews: bool = False
    """In the wizard, with a BCC code; else with a file."""
    starts: bool = False
    """There is no certificate yet; the file has the first one."""
    misled: bool = False
    """The password that is stored is not that of the file."""
    barred: bool = False
    """Its person has no right to the wizard at first."""
    unknown: bool = False
    """Nobody knows its postbussen. Whoever renews in the wizard cannot look at them without renewing."""
    differs: str = ""
    """What its Assu has otherwise than declared: `user`, `postbus` or `certificate`."""

    @property
    def email(self) -> str:
        """Of its certificate."""
        return f"{self.id}@certificate.example"

    @property
    def user(self) -> str:
        """Whom Aplaza is to have."""
        return f"{self.person.split()[0].lower()}@{self.id}.example"

    @property
    def postbussen(self) -> tuple[str, ...]:
        """The declared ones."""
        return tuple(f"I09{self.number + extra:06}" for extra in (100_000, 200_000))

    @property
    def serial(self) -> int:
        """Of the certificate in its file."""
        return 0x4A0000 + self.number * 16

    @property
    def portefeuille(self) -> str:
        """Its name in Assu."""
        return f"Kantoor {self.id}"

    @property
    def identity(self) -> str:
        """Of its portefeuille in the sandbox."""
        return f"{self.installation}/{self.portefeuille}"

    @property
    def secret(self) -> str:
        """The name of its password or code."""
        return f"bcc_{self.id}" if self.renews else f"assu_pfx_{self.id}"


@frozen
class Season:
    """What was made."""

    root: Path
    assu: Assu
    offices: Mapping[str, SeasonOffice]
    secrets: Mapping[str, str]
    """The right passwords and codes, by the name of the secret."""


def offices(count: int, today: date) -> list[SeasonOffice]:
    """The offices of a season of `count` (at least `LEAST`)."""
    return [_office(number, count, today) for number in range(count)]


def _office(number: int, count: int, today: date) -> SeasonOffice:
    town = _TOWNS[number % len(_TOWNS)]
    ends = today + timedelta(days=20 + number * _YEAR // count)
    renews = number % 12 == 5
    version = _RENEWING if renews else _VERSIONS[number % len(_VERSIONS)]
    installation = f"rds-{number:03}"
    if number % 20 in (15, 16, 17):  # three portefeuilles of one installation
        installation, version = f"rds-{number - number % 20 + 15:03}", "1.2628.3.16"
    leaving = number % 40 == 3
    return SeasonOffice(
        number=number,
        id=town if number < len(_TOWNS) else f"{town}-{number // len(_TOWNS) + 1}",
        person=LEAVER if leaving else f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}",
        installation=installation,
        version=_TOO_OLD if number == 7 else version,
        ends=ends,
        renews=renews and number % 20 not in (15, 16, 17),
        starts=number % 40 == 11,
        misled=number % 30 == 10,
        barred=number in (2, 3, 4),
        unknown=number in (1, 2, 3, 4) or number % 40 == 25 and not renews,
        differs={6: "user", 8: "postbus", 9: "certificate"}.get(number, ""),
    )


def build(
    root: Path,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    count: int,
    make_secret: Callable[[str], str],
) -> Season:
    """Makes the project in `root`. Raises `Taken` where a file is in the way; then nothing is changed."""
    today = now().astimezone(ZONE).date()
    all_ = offices(count, today)
    right = {each.secret: make_secret(each.secret) for each in all_}
    with Folder(root, ("inregel.yml", "inventory.yml", "secrets.yml", "playbooks", "files", ".inregel")) as folder:
        folder.write(".gitignore", template("example/gitignore"))
        folder.write("inventory.yml", template("season/inventory.yml"))
        folder.write("playbooks/season.yml", template("season.yml"))
        for each in all_:
            if not each.renews:
                folder.write(f"files/{each.id}.abc", _file(each, right[each.secret], today))
        _store(folder, all_, right, make_secret)
        folder.made(".inregel")
        with closing(create(".inregel/ledger.db", root, now, environ)) as ledger:
            settings = template("season/inregel.yml").replace("LEDGER_ID", ledger.id)
        folder.made("sandbox")
        assu = _emulate(root, all_, right)
        folder.made(SHEET)
        write_sheet(root, [declared(each) for each in all_])
        folder.made(TODAY)
        _write(root / TODAY, _KNOWN, (_known(each) for each in all_))
        folder.write("inregel.yml", settings)
    return Season(root, assu, {each.id: each for each in all_}, right)


def _file(each: SeasonOffice, password: str, today: date) -> bytes:
    ends = today - _COLLECTED + _LIFE if each.starts else each.ends
    begin, end = (datetime.combine(day, time(12), ZONE) for day in (ends - _LIFE, ends))
    return make_container(Wish(each.serial, each.email, each.portefeuille, begin, end), password)


def _store(
    folder: Folder, all_: Sequence[SeasonOffice], right: Mapping[str, str], make_secret: Callable[[str], str]
) -> None:
    wrong = {each.secret: make_secret(f"not the password of {each.id}") for each in all_ if each.misled}
    text = "".join(f"{name}: {value}\n" for name, value in {**right, **wrong}.items())
    password = make_secret("the vault password")
    folder.write(".vault-password", password + "\n", mode=0o600)
    folder.write("secrets.yml", vault.encrypt(text.encode(), password), mode=0o600)
    for name in wrong:
        folder.write(f"letters/{name}.txt", right[name] + "\n", mode=0o600)


# --- the sheets -----------------------------------------------------------------------------------------------------

_DECLARED: Final = (
    *("Kantoor", "Naam", CONTACT, "Installatie", "Portefeuille", VERSION),
    *("Mailadres certificaat", HOLDER, "I09", "Aplaza-gebruiker", "Route"),
)
_KNOWN: Final = ("Kantoor", "Certificaat e-mail", "Geldig tot", "Serienummer", "I09", "Aplaza-gebruiker", VERSION)


def declared(each: SeasonOffice) -> dict[str, Any]:
    """Its row of the sheet, by header."""
    values = (
        *(each.id, each.portefeuille, f"{each.person} <{each.user}>", each.installation, each.portefeuille),
        *(
            each.version,
            each.email,
            each.person,
            ";".join(each.postbussen),
            each.user,
            "renew" if each.renews else None,
        ),
    )
    return dict(zip(_DECLARED, values, strict=True))


def write_sheet(root: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes the sheet that the inventory reads."""
    _write(root / SHEET, _DECLARED, ([row[name] for name in _DECLARED] for row in rows))


def announce(root: Path, day: date) -> None:
    """The inventory says that the leaver leaves on that day, and who takes over."""
    path = root / "inventory.yml"
    people = f'people: {{{LEAVER}: {{until: "{day}", successor: {SUCCESSOR}}}}}'
    path.write_text(path.read_text("utf-8").replace("people: {}", people), "utf-8")


def put_ready(root: Path, data: bytes) -> str:
    """Puts a decrypted file where whoever reads it in finds it; gives its path in the project."""
    ready = "sandbox/ready.abc"
    (root / ready).write_bytes(data)
    return ready


def _known(each: SeasonOffice) -> list[Any]:
    """What somebody knows of it: as its Assu is, with gaps."""
    held = _held(each)
    return [
        each.id,
        each.email,
        held.valid_until if held else "geen",
        held.serial if held else None,
        None if each.unknown else ";".join(_linked(each)) or "geen",
        _selected(each),
        each.version,
    ]


def _write(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Kantoren")
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    book.save(path)


# --- what the emulated Assu holds -----------------------------------------------------------------------------------


def _held(each: SeasonOffice) -> Held | None:
    if each.starts:
        return None
    if each.differs == "certificate":
        return Held(f"{each.serial - 1:X}", each.ends - timedelta(days=10), each.email)
    return Held(f"{each.serial:X}", each.ends, each.email)


def _linked(each: SeasonOffice) -> list[str]:
    return list(each.postbussen[:1] if each.differs == "postbus" else () if each.starts else each.postbussen)


def _selected(each: SeasonOffice) -> str:
    return f"balie@{each.id}.example" if each.differs == "user" else each.user


def _emulate(root: Path, all_: Sequence[SeasonOffice], right: Mapping[str, str]) -> Assu:
    assu = Assu(root / SANDBOX, root)
    assu.put(
        Portefeuille(
            each.installation,
            each.portefeuille,
            each.version,
            allowed=not each.barred,
            certificate=_held(each),
            available=[*each.postbussen, f"I09{each.number + 300_000:06}"],
            linked=_linked(each),
            users=[f"balie@{each.id}.example", each.user],
            aplaza_user=_selected(each),
            bcc=right[each.secret] if each.renews else "",
            administrator=each.person,
            asr="" if each.starts else f"{each.serial:X}",
        )
        for each in all_
    )
    return assu

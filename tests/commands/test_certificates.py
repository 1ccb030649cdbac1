"""What `inregel plan` says of certificate files: each thing that can be wrong with one, in one literal message.

The files are those of `openssl`, and of `keytool` as it wrote them for `tests/vectors`.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from helpers import many_offices
from helpers.canary import canary
from helpers.clock import Clock
from helpers.containers import NAME, certificate, export, mixed, run, with_rounds, write_pem
from helpers.marked import MARKED, left
from inregel.cli import main
from inregel.commands import plan
from inregel.commands.context import Context
from inregel.commands.session import open_session
from inregel.contract import Provenance
from inregel.ledger import create
from inregel.plan.model import Entry, Plan, Status

VECTORS = Path(__file__).parents[1] / "vectors"
EMAIL = '        email: "{{ certificate.email }}"\n'
PLAYBOOK = many_offices.PLAYBOOK.replace(EMAIL, EMAIL + '        holder: "{{ certificate.holder }}"\n')
SETTINGS = {
    "project": "offices",
    "ledger": ".inregel/ledger.db",
    "inventory": "inventory.json",
    "secrets": "environment",
}


@cache
def secret() -> str:
    """The password of every file that has the right one."""
    return canary("the password of the files")


@dataclass
class Folder:
    """Where `openssl` makes the file of one office."""

    path: Path
    name: str

    @property
    def email(self) -> str:
        """The address of the certificate, as the office declares it."""
        return f"{self.name}@certificate.example"

    def pem(self, **wish: Any) -> None:
        """certificate.pem and key.pem: the certificate of the office, or one that differs by `wish`."""
        usual = {"email": self.email, "serial": serial(self.name), "private": key(self.name)}
        write_pem(self.path, certificate(**{**usual, **wish}), key(self.name))

    def export(self, *options: str, password: str = "", **wish: Any) -> bytes:
        """The file."""
        self.pem(**wish)
        return export(self.path, password or secret(), *options)


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of an office."""
    return ec.generate_private_key(ec.SECP256R1())


def serial(name: str) -> int:
    """The number of the certificate of an office."""
    return int.from_bytes(name.encode()[:7])


def der(at: Folder) -> bytes:
    at.pem()
    run(at.path, "openssl", "x509", "-in", "certificate.pem", "-outform", "DER", "-out", "out.der")
    return (at.path / "out.der").read_bytes()


def pem(at: Folder) -> bytes:
    at.pem()
    return (at.path / "certificate.pem").read_bytes()


def zipped(at: Folder) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("kantoor.abc", at.export())
    return packed.getvalue()


def changed(at: Folder) -> bytes:
    data = bytearray(at.export())
    data[data.index(bytes.fromhex("2a864886f70d010706")) + 150] ^= 1
    return bytes(data)


def other_key(at: Folder) -> bytes:
    own = at.export("-nomac")
    write_pem(at.path, certificate(private=key("somebody else")), key("somebody else"))
    return mixed(own, export(at.path, secret(), "-nomac"))


def bomb(at: Folder) -> bytes:
    return with_rounds(at.export(), 2**31)[0]


CA = """[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
default_md = sha1
policy = any
serial = serial.txt
[any]
commonName = supplied
emailAddress = optional
"""


def sha1(at: Folder) -> bytes:
    """Signed as before 2017; no library signs so any more, but `openssl ca` does."""
    at.pem()
    (at.path / "ca.cnf").write_text(CA, "utf-8")
    (at.path / "index.txt").write_text("", "utf-8")
    (at.path / "serial.txt").write_text("5D2077\n", "utf-8")
    subject = f"/CN={NAME}/emailAddress={at.email}"
    run(at.path, "openssl", "req", "-new", "-key", "key.pem", "-utf8", "-subj", subject, "-out", "csr.pem")
    signed = ["-config", "ca.cnf", "-batch", "-notext", "-selfsign", "-preserveDN"]
    days = ["-startdate", "20261115090000Z", "-enddate", "20281114120000Z"]
    run(at.path, "openssl", "ca", *signed, *days, "-keyfile", "key.pem", "-in", "csr.pem", "-out", "certificate.pem")
    return export(at.path, secret())


def day(*numbers: int) -> datetime:
    """At noon, UTC."""
    return datetime(*numbers, 12, tzinfo=UTC)  # type: ignore[misc, arg-type]  # three numbers


def java(kind: str) -> Callable[[Folder], bytes]:
    return lambda at: (VECTORS / f"keytool/store.{kind}").read_bytes()


def text(data: bytes) -> Callable[[Folder], bytes]:
    return lambda at: data


ABC, COPY = "put the file that the ABC-tool wrote at {file}", "copy the file to {file} once more, as binary"
JAVA = "keytool -importkeystore -srckeystore {file} -destkeystore new.p12 -deststoretype PKCS12"
NOT = "{file} is not a PKCS#12 file but "
# office: (its file, why it is blocked, what to do)
BLOCKED: dict[str, tuple[Callable[[Folder], bytes], str, str]] = {
    "wrong-password": (
        lambda at: at.export(password=canary("of this file")),
        "secret assu_pfx does not open {file} (a sound PKCS#12 file)",
        "inregel secret set assu_pfx",
    ),
    "old-wrong-password": (
        lambda at: at.export("-legacy", password=canary("of this old file")),
        "secret assu_pfx does not open {file} (a sound PKCS#12 file)",
        "inregel secret set assu_pfx",
    ),
    "cut-off": (
        lambda at: at.export()[:500],
        "{file} is a damaged PKCS#12 file: it ends at byte 500, and should go on to byte {size}",
        COPY,
    ),
    "sent-as-text": (
        lambda at: at.export() + b"\r\n",
        "{file} is a damaged PKCS#12 file: after its end at byte {size} more follows",
        COPY,
    ),
    "changed": (
        changed,
        "{file} is a damaged PKCS#12 file: the password is right, and a part of the content has changed",
        COPY,
    ),
    "jks": (java("jks"), NOT + "a Java keystore (JKS)", JAVA),
    "jceks": (java("jceks"), NOT + "a Java keystore (JCEKS)", JAVA),
    "pem": (pem, NOT + "a PEM file (text with -----BEGIN)", ABC),
    "der": (der, NOT + "a certificate alone, without its key", ABC),
    "zip": (zipped, NOT + "a ZIP archive: unpack it first", ABC),
    "gzip": (lambda at: gzip.compress(at.export()), NOT + "a gzip archive: unpack it first", ABC),
    "base64": (lambda at: base64.encodebytes(at.export()), NOT + "a file in base64: decode it first", ABC),
    "web-page": (
        text(b"<!DOCTYPE html>\n<html><title>Inloggen</title></html>"),
        NOT + "a web page (HTML), as where a download asks to log in",
        ABC,
    ),
    "pdf": (text(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), NOT + "a PDF document", ABC),
    "letter": (text(b"Geachte heer,\r\n"), NOT + "a text file", ABC),
    "empty": (text(b""), NOT + "an empty file", ABC),
    "no-key": (lambda at: at.export("-nokeys"), "{file} holds a certificate without its private key", ABC),
    "no-certificate": (lambda at: at.export("-nocerts"), "{file} holds no certificate", ABC),
    "other-key": (other_key, "{file} holds a private key that does not belong to its certificate", ABC),
    "bomb": (
        bomb,
        "{file} asks for 2,147,487,744 rounds to check the password, more than the 5,000,000 that are allowed: "
        "it was not opened",
        "do not use this file before you know where it comes from",
    ),
    "not-yet": (
        lambda at: at.export(begins=day(2026, 12, 1)),
        "{file} is not valid before 2026-12-01",
        "wait until that day",
    ),
    "other-office": (
        lambda at: at.export(email="sound@certificate.example"),
        "{file} is the certificate of sound@certificate.example, not of other-office@certificate.example",
        "put the file of Kantoor other-office there, or correct email",
    ),
    "other-holder": (
        lambda at: at.export(name="De Hanze"),
        "{file} is in the name of CN=De Hanze, not of Van Dalen",
        "put the file of Kantoor other-holder there, or correct holder",
    ),
}
# office: (its file, what is said beside the plan, the document that it rests on)
REMARKED: dict[str, tuple[Callable[[Folder], bytes], str, str]] = {
    "expired": (
        lambda at: at.export(begins=day(2024, 11, 19), ends=day(2026, 11, 19)),
        "{file} expired on 2026-11-19; a new one is to be collected",
        "",
    ),
    "soon": (
        lambda at: at.export(begins=day(2024, 11, 19), ends=day(2026, 12, 18)),
        "{file} is valid until 2026-12-18: 28 days; a new one is to be collected",
        "",
    ),
    "sha1": (
        sha1,
        "{file} is signed with SHA1, which is no longer given out",
        "ABZ Certification Practice Statement 1.9",
    ),
    "gap": (
        lambda at: at.export(),
        "{file} begins on 2026-11-15, and the one before it ends on 2026-11-10: a gap",
        "",
    ),
    "no-address": (
        lambda at: at.export(email=""),
        "{file} names no e-mail address, so nothing shows that it is this office's",
        "",
    ),
}
SOUND: dict[str, Callable[[Folder], bytes]] = {
    "sound": lambda at: at.export(),
    "sound-old": lambda at: at.export("-legacy"),
    "sound-java": lambda at: at.export("-name", "a", "-macalg", "sha512"),
}
FILES = {**{name: row[0] for name, row in (BLOCKED | REMARKED).items()}, **SOUND}


def context_in(root: Path, clock: Clock) -> Context:
    """A fresh one for the project there."""
    environ = {"INREGEL_SECRET_ASSU_PFX": secret(), "COLUMNS": "200"}
    streams = {name: io.StringIO() for name in ("out", "err", "stdin")}
    return Context(directory=root, environ=environ, now=clock, sleep=clock.sleep, interactive=False, **streams)


@dataclass
class Stage:
    """The project with an office for each row."""

    root: Path
    files: Mapping[str, Callable[[Folder], bytes]]
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        for folder in ("files", "playbooks"):
            (self.root / folder).mkdir(parents=True)
        for name, make in self.files.items():
            with TemporaryDirectory() as place:
                (self.root / f"files/{name}.abc").write_bytes(make(Folder(Path(place), name)))
        (self.root / "playbooks/site.yml").write_text(PLAYBOOK, "utf-8")
        self.declare({name: self.office(name) for name in self.files})
        with closing(create(SETTINGS["ledger"], self.root, lambda: self.clock().astimezone(UTC), {})) as ledger:
            (self.root / "inregel.yml").write_text(json.dumps({**SETTINGS, "ledger_id": ledger.id}), "utf-8")

    def office(self, name: str) -> dict[str, Any]:
        """As the inventory has it."""
        number = list(self.files).index(name)
        return {
            "name": f"Kantoor {name}",
            "contact": f"Ria <{name}@kantoor.example>",
            "connections": {"assu": {"installation": name, "portefeuille": "A", "version": "1.2628.3.16"}},
            "certificate": {"email": f"{name}@certificate.example", "holder": "Van Dalen"},
            "postbussen": [f"I09{number:06}"],
            "aplaza_user": f"{name}@kantoor.example",
        }

    def declare(self, offices: Mapping[str, Mapping[str, Any]]) -> None:
        """Writes the inventory."""
        (self.root / "inventory.json").write_text(json.dumps({"all": {"offices": offices}}), "utf-8")

    def context(self) -> Context:
        """A fresh one."""
        return context_in(self.root, self.clock)

    def plan(self) -> Plan:
        """The plan, as the engine makes it."""
        with open_session(self.context()) as session:
            return plan.make(session, "playbooks/site.yml", {"quiet": True})[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    """One plan over an office for each row."""
    stage = Stage(tmp_path_factory.mktemp("offices") / "project", FILES)
    with open_session(stage.context()) as session, session.ledger.writing() as tx:
        before = {"serial": "1", "valid_until": date(2026, 11, 10)}
        said = Provenance("attested", stage.clock(), "Ria", date(2027, 1, 1))
        tx.attest("gap", "assu.certificate", "gap@certificate.example", before, said)
    return stage.root, stage.plan()


def entry(made: Plan, name: str, module: str = "assu.certificate") -> Entry:
    (found,) = [each for each in made.entries() if (each.office, each.module) == (name, module)]
    return found


@pytest.mark.parametrize("name", BLOCKED)
def test_each_thing_that_is_wrong_with_a_file_is_one_message_and_one_thing_to_do(
    made: tuple[Path, Plan], name: str
) -> None:
    root, result = made
    _, reason, remedy = BLOCKED[name]
    file = f"files/{name}.abc"
    data = (root / file).read_bytes()
    size_of = int.from_bytes(data[2:4]) + 4  # of the PKCS#12 in it
    blocked = entry(result, name).blocked
    assert blocked is not None
    assert (blocked.reason, blocked.remedy, blocked.who) == (
        reason.format(file=file, size=size_of),
        remedy.format(file=file),
        "you",
    )
    assert [finding for part in result.offices if part.office.id == name for finding in part.findings] == []


@pytest.mark.parametrize("name", REMARKED)
def test_what_is_no_reason_to_stop_is_one_remark(made: tuple[Path, Plan], name: str) -> None:
    _, wanted, source = REMARKED[name]
    (part,) = [each for each in made[1].offices if each.office.id == name]
    assert [(module, finding.message, finding.source) for module, finding in part.findings] == [
        ("assu.certificate", wanted.format(file=f"files/{name}.abc"), source)
    ]
    assert entry(made[1], name).blocked is None


COMMANDS = ("inregel secret set", "keytool -importkeystore")
"""They are typed as they are in every language."""
DATA = [
    *(text for name in FILES for text in (f"files/{name}.abc", f"{name}@certificate.example", f"Kantoor {name}")),
    *("assu_pfx", "CN=De Hanze", "Van Dalen", "SHA1", "email", "holder"),
]


def told(made: Plan) -> Iterator[str]:
    """Each reason, remedy and remark of a plan, without commands to type."""
    blocked = [each.blocked for each in made.entries() if each.blocked is not None]
    for each in blocked:
        yield from (text for text in (each.reason, each.remedy) if not text.startswith(COMMANDS))
    yield from (finding.message for part in made.offices for _, finding in part.findings)


def test_nothing_of_what_is_said_of_a_file_is_left_in_english(made: tuple[Path, Plan]) -> None:
    texts = list(told(made[1]))
    assert len(texts) == 2 * len(BLOCKED) + len(REMARKED) - 4  # two for `secret set`, two for `keytool`
    assert {text: left(MARKED.again(text), DATA) for text in texts} == dict.fromkeys(texts, [])


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "nl",
            (
                "files/expired.abc is verlopen op 2026-11-19; er moet een nieuw opgehaald worden",
                "files/jks.abc is geen PKCS#12-bestand, maar een Java-keystore (JKS)",
                "geheim assu_pfx opent files/wrong-password.abc niet (een gaaf PKCS#12-bestand)",
                "files/cut-off.abc is een beschadigd PKCS#12-bestand: het eindigt bij byte 500, en moet doorgaan tot",
                "kopieer het bestand nog eens naar files/cut-off.abc, als binair bestand",
            ),
        ),
        (
            "fr",
            (
                "files/expired.abc a expiré le 2026-11-19 ; il faut en récupérer un nouveau",
                "files/jks.abc n'est pas un fichier PKCS#12, mais un keystore Java (JKS)",
                "le secret assu_pfx n'ouvre pas files/wrong-password.abc (un fichier PKCS#12 intact)",
            ),
        ),
    ],
)
def test_the_plan_says_it_in_the_language_of_its_reader(
    made: tuple[Path, Plan], language: str, lines: Sequence[str]
) -> None:
    context = context_in(made[0], Clock())
    chosen = "expired:jks:wrong-password:cut-off"
    main(["--language", language, "plan", "playbooks/site.yml", "--limit", chosen], context)
    shown = " ".join(context.out.getvalue().split())  # type: ignore[attr-defined]  # a StringIO
    assert [each for each in lines if each not in shown] == []


def test_the_others_go_on(made: tuple[Path, Plan]) -> None:
    others = [each for each in made[1].entries() if each.office not in BLOCKED or each.module != "assu.certificate"]
    assert {each.office for each in others} == set(FILES)
    assert [each.office for each in others if each.blocked is not None] == []
    assert {entry(made[1], name).status for name in SOUND} == {Status.LOOK}

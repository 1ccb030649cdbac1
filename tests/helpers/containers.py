"""PKCS#12 files that other tools wrote: `openssl` in every way that it knows, `keytool` where it is installed.

A file is made once in a run, with a password that is a canary. `pbmac1` is put together here by RFC 9579, as the
`openssl` of many machines does not know it yet.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.x509.oid import NameOID

from helpers.canary import allow, canary
from inregel.formats import asn1

SERIAL = "5D2077"
NAME = "Van Dalen Assurantiën"
EMAIL = "vandalen@certificate.example"
FROM = datetime(2026, 11, 15, 9, tzinfo=UTC)
UNTIL = datetime(2028, 11, 14, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A file and the password that opens it."""

    data: bytes
    password: str


def pbe(certificate: str, key: str, mac: str) -> tuple[str, ...]:
    """The options of `openssl pkcs12 -export` for these ways to encrypt, and this checksum."""
    return ("-certpbe", certificate, "-keypbe", key, "-macalg", mac)


OPENSSL: dict[str, tuple[str, ...]] = {
    "RC2": ("-legacy",),
    "RC2, 128 bits": ("-legacy", *pbe("PBE-SHA1-RC2-128", "PBE-SHA1-RC2-128", "sha1")),
    "3DES": pbe("PBE-SHA1-3DES", "PBE-SHA1-3DES", "sha1"),
    "3DES, two keys": pbe("PBE-SHA1-2DES", "PBE-SHA1-2DES", "sha1"),
    "AES-128": pbe("AES-128-CBC", "AES-128-CBC", "sha1"),
    "AES-192": pbe("AES-192-CBC", "AES-192-CBC", "sha384"),
    "AES-256": pbe("AES-256-CBC", "AES-256-CBC", "sha256"),
    "AES-256, SHA-512": pbe("AES-256-CBC", "AES-256-CBC", "sha512"),
    "key alone encrypted": ("-certpbe", "NONE", "-keypbe", "AES-256-CBC"),
    "no checksum": ("-nomac",),
}
"""Families by the way in which they are encrypted."""


def run(folder: Path, *command: str) -> None:
    """A tool of others. Raises `CalledProcessError`."""
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@cache
def key() -> ec.EllipticCurvePrivateKey:
    """The key of the usual certificate."""
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    name: str = NAME, *, email: str = EMAIL, serial: int = int(SERIAL, 16), begins: datetime = FROM,
    ends: datetime = UNTIL, private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
) -> x509.Certificate:  # fmt: skip
    """A certificate that is signed by itself."""
    private = private or key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(serial)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if email:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(email)]), critical=False)
    return builder.sign(private, hashes.SHA256())


def write_pem(folder: Path, made: x509.Certificate, private: ec.EllipticCurvePrivateKey | None = None) -> None:
    """certificate.pem and key.pem, as `openssl` takes them."""
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes((private or key()).private_bytes(serialization.Encoding.PEM, form, plain))
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))


def export(folder: Path, secret: str, *options: str) -> bytes:
    """What `openssl pkcs12 -export` makes of certificate.pem and key.pem."""
    command = ["openssl", "pkcs12", "-export", "-in", "certificate.pem", "-inkey", "key.pem", "-out", "out.abc"]
    allow(folder / "secret").write_text(secret + "\n", "utf-8")
    run(folder, *command, "-passout", "file:secret", *options)
    return (folder / "out.abc").read_bytes()


@cache
def openssl(family: str, shape: str = "{}") -> Made:
    """A file of a family; `shape` is the password, with a canary in it."""
    secret = shape.format(canary("openssl"))
    with TemporaryDirectory() as folder:
        write_pem(Path(folder), certificate())
        return Made(export(Path(folder), secret, "-name", "Été", *OPENSSL[family]), secret)


def has_keytool() -> bool:
    """Whether this machine has it: it comes with Java."""
    return shutil.which("keytool") is not None


@cache
def keytool() -> Made:
    """A keystore of the type PKCS12, as Java writes it."""
    secret = canary("keytool")
    with TemporaryDirectory() as folder:
        allow(Path(folder) / "secret").write_text(secret, "utf-8")
        made = ["-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=Java", "-storetype", "PKCS12"]
        run(Path(folder), "keytool", *made, "-keystore", "store", "-storepass:file", "secret")
        return Made((Path(folder) / "store").read_bytes(), secret)


# --- by hand --------------------------------------------------------------------------------------------------------

HMAC_SHA256 = bytes.fromhex("300c06082a864886f70d02090500")
"""AlgorithmIdentifier hmacWithSHA256."""


def pbmac1(made: Made, rounds: int = 2048) -> Made:
    """The same file with the checksum of RFC 9579: HMAC under a key of PBKDF2."""
    pfx = asn1.children(asn1.read(made.data))
    content = asn1.octets(asn1.read(asn1.children(pfx[1])[1].content))
    salt = bytes(range(16))
    secret = PBKDF2HMAC(hashes.SHA256(), 32, salt, min(rounds, 100_000)).derive(made.password.encode())
    mac = hmac.HMAC(secret, hashes.SHA256())
    mac.update(content)
    kdf = sequence(octets(salt), number(rounds), number(32), HMAC_SHA256)
    derived = sequence(object_id("2a864886f70d01050c"), kdf)
    how = sequence(object_id("2a864886f70d01050e"), sequence(derived, HMAC_SHA256))
    checksum = sequence(sequence(how, octets(mac.finalize())), octets(b"NOT USED"), number(1))
    return Made(sequence(pfx[0].whole, pfx[1].whole, checksum), made.password)


def mixed(first: bytes, second: bytes) -> bytes:
    """The certificate of one file with the key of another; neither has a checksum, and one password opens both."""
    (one, kind), (other, _) = (_parts(each) for each in (first, second))
    content = octets(sequence(one[0].whole, other[1].whole))
    return sequence(number(3), sequence(kind.whole, asn1.encode(asn1.WRAPPER, content)))


def _parts(data: bytes) -> tuple[list[asn1.Element], asn1.Element]:
    """The two parts of a file of `openssl`, the certificates first, and what the content is said to be."""
    kind, wrapped = asn1.children(asn1.children(asn1.read(data))[1])
    return asn1.children(asn1.read(asn1.octets(asn1.read(wrapped.content)))), kind


def with_rounds(data: bytes, count: int) -> list[bytes]:
    """The same file, where one derivation at a time asks for `count`: `openssl` asks for 2,048, Java for 10,000."""
    usual = (number(2048), number(10_000))
    spots = [at for at in range(len(data)) if data[at : at + 4] in usual]
    return [replaced(data, spot, number(count)) for spot in spots]


def replaced(data: bytes, spot: int, new: bytes, begin: int = 0) -> bytes:
    """`data`, which begins at `begin`, with `new` for the element at `spot`; the lengths around it are corrected."""
    element, end = asn1.read_on(data)
    if begin == spot:
        return new
    inside = element.tag & asn1.CONSTRUCTED or (element.tag == asn1.OCTET_STRING and element.content[:1] == b"\x30")
    at = end - len(element.content)
    if not (inside and begin + at <= spot < begin + end):
        return data[:end]
    parts = []
    while at < end:
        _, size_of = asn1.read_on(data[at:end])
        parts.append(replaced(data[at : at + size_of], spot, new, begin + at))
        at += size_of
    return asn1.encode(element.tag, b"".join(parts))


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE in DER."""
    return asn1.encode(asn1.SEQUENCE, b"".join(parts))


def octets(content: bytes) -> bytes:
    """An OCTET STRING in DER."""
    return asn1.encode(asn1.OCTET_STRING, content)


def number(value: int) -> bytes:
    """An INTEGER in DER."""
    return asn1.encode(asn1.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def object_id(content: str) -> bytes:
    """An OBJECT IDENTIFIER, by its content in hex."""
    return asn1.encode(asn1.OBJECT, bytes.fromhex(content))

"""Opens a PKCS#12 container and says what certificate is in it, or in plain words why it does not open.

An `.abc` file of the ABC-tool, a `.pfx` and a `.p12` are read alike: the extension proves nothing, so the bytes are
looked at first. Whether a certificate has expired or is signed with SHA-1 is not an error of the reader.
What does not belong here: which certificate an office should have (that is the module `assu.certificate`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Final

from inregel.errors import InregelError
from inregel.formats import asn1
from inregel.formats.kinds import sniff
from inregel.frozen import frozen

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

MOST_BYTES: Final = 1024 * 1024
"""A certificate with its key and chain takes some thousands of bytes."""
MOST_ITERATIONS: Final = 5_000_000
"""Over all derivations of one file together; a few seconds of work. Usual are 2,000 to 600,000."""

_DATA = "1.2.840.113549.1.7.1"
_ENCRYPTED = "1.2.840.113549.1.7.6"
_BARE, _SHROUDED = "1.2.840.113549.1.12.10.1.1", "1.2.840.113549.1.12.10.1.2"
_PBKDF2 = "1.2.840.113549.1.5.12"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_COUNT_SECOND = ("1.2.840.113549.1.12.1.", "1.2.840.113549.1.5.")
_PBES2 = ("1.2.840.113549.1.5.13", "1.2.840.113549.1.5.14")


class ContainerError(InregelError):
    """{reason}"""


class WrongPassword(ContainerError):
    """The password does not open it (a sound PKCS#12 file)."""


class Damaged(ContainerError):
    """It is a damaged PKCS#12 file: {reason}."""


class NotPkcs12(ContainerError):
    """It is not a PKCS#12 file but {what}."""


class NoCertificate(ContainerError):
    """It holds no certificate."""


class NoKey(ContainerError):
    """It holds a certificate without its private key."""


class KeyMismatch(ContainerError):
    """It holds a private key that does not belong to its certificate."""


class TooCostly(ContainerError):
    """It asks for {count} rounds to check the password, more than the {most} that are allowed: it was not opened."""


class Unsupported(ContainerError):
    """It is encrypted in a way that cannot be read here: {reason}."""


@frozen
class Certificate:
    """What a container says about its certificate."""

    serial: str
    """Hexadecimal, upper case, without leading zeros."""
    valid_from: datetime
    valid_until: datetime
    """Aware (UTC). The last second at which it is valid."""
    subject: str
    issuer: str
    """As RFC 4514 writes a name."""
    emails: tuple[str, ...]
    """Of the alternative names, then of the subject; each once."""
    fingerprint: str
    """SHA-256 of the certificate, 64 hex digits."""
    der: bytes
    """The certificate itself, which is public: never the key."""
    signature_hash: str
    """`sha256`; "" where the signature has none of its own."""
    has_key: bool
    key_matches: bool
    friendly_name: str

    def first_day(self, zone: tzinfo | None = UTC) -> date:
        """The day on which it begins to be valid."""
        return self.valid_from.astimezone(zone or UTC).date()

    def last_day(self, zone: tzinfo | None = UTC) -> date:
        """The last day on which it is valid."""
        return self.valid_until.astimezone(zone or UTC).date()


def open_container(data: bytes, password: str | None, *, need_key: bool = True) -> Certificate:
    """Opens it and reads the certificate. None and "" both stand for no password.

    Raises a `ContainerError`: `NotPkcs12`, `Damaged`, `TooCostly` before the password is tried; then `WrongPassword`,
    `Unsupported`, `NoCertificate`, and where `need_key` also `NoKey` and `KeyMismatch`.
    """
    pfx = _structure(data)
    _refuse_bombs(pfx)
    try:
        opened = _load(data, password)
    except ValueError as error:
        raise _why_closed(pfx, password) from error
    chosen = opened.cert.certificate if opened.cert else None
    others = [entry.certificate for entry in opened.additional_certs]
    if chosen is None and not others:
        raise NoCertificate
    if need_key and opened.key is None:
        raise NoKey
    certificate = chosen or others[0]
    matches = opened.key is not None and opened.key.public_key() == certificate.public_key()
    if need_key and not matches:
        raise KeyMismatch
    name = next((e.friendly_name for e in (opened.cert, *opened.additional_certs) if e and e.friendly_name), b"")
    return _describe(certificate, opened.key is not None, matches, name)


def read_certificate(der: bytes) -> Certificate:
    """The public certificate alone, as `Certificate.der` has it. Raises `Damaged`."""
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError as error:
            raise Damaged(reason="its certificate cannot be read") from error
    return _describe(certificate, has_key=False, matches=False, name=b"")


def _structure(data: bytes) -> list[asn1.Element]:
    # version, authSafe and, as a rule, macData
    what = sniff(data)
    if what:
        raise NotPkcs12(what=what)
    if len(data) > MOST_BYTES:
        raise Damaged(reason=f"it is {len(data):,} bytes long, and {MOST_BYTES:,} would be much")
    try:
        whole = asn1.read(data)
        if len(whole.whole) != len(data):
            raise asn1.Malformed(f"after its end at byte {len(whole.whole)} more follows")
        parts = asn1.children(whole)
        if len(parts) not in (2, 3) or parts[1].tag != asn1.SEQUENCE:
            raise asn1.Malformed("its parts are not those of PKCS#12")
    except asn1.Malformed as error:
        raise Damaged(reason=error) from error
    return parts


def _refuse_bombs(pfx: list[asn1.Element]) -> None:
    try:
        counts = list(_costs(pfx[1]))
        if len(pfx) == 3:
            counts += [*_costs(pfx[2]), *_mac_cost(pfx[2])]
    except asn1.Malformed as error:
        raise Damaged(reason=error) from error
    if any(count < 0 for count in counts):
        raise Damaged(reason="it asks for fewer than no rounds")
    if sum(counts) > MOST_ITERATIONS:
        count = sum(counts)
        raise TooCostly(count=f"{count:,}" if count < 10**15 else "more than 10^15", most=f"{MOST_ITERATIONS:,}")


def _mac_cost(mac: asn1.Element) -> Iterator[int]:
    parts = asn1.children(mac)
    if len(parts) > 2:
        yield asn1.integer(parts[2])


def _costs(element: asn1.Element) -> Iterator[int]:
    """The rounds of every derivation that can be seen without the password (RFC 7292, 8018, 7914, 9579)."""
    for parts in asn1.walk(element):
        name = asn1.object_id(parts[0]) if len(parts) > 1 else ""
        if not name or parts[1].tag != asn1.SEQUENCE:
            continue
        if name == _SCRYPT:
            n, r, p = (asn1.integer(part) for part in asn1.children(parts[1])[1:4])
            yield n * r * p
        elif name == _PBKDF2 or (name.startswith(_COUNT_SECOND) and name not in _PBES2):
            given = asn1.children(parts[1])
            if len(given) < 2:
                raise asn1.Malformed("it does not say how many rounds it asks for")
            yield asn1.integer(given[1])


def _load(data: bytes, password: str | None) -> PKCS12KeyAndCertificates:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # BER in place of DER is read all the same
            return pkcs12.load_pkcs12(data, password.encode() if password else None)
    except UnsupportedAlgorithm as error:
        raise Unsupported(reason=str(error).rstrip(".")) from error


def _why_closed(pfx: list[asn1.Element], password: str | None) -> ContainerError:
    """A wrong password and a changed byte both break the checksum. But a part that opens shows that the password is
    right, so that the damage is elsewhere."""
    for part, proves in _parts_alone(pfx):
        try:
            opened = _load(part, password)
        except (ValueError, ContainerError):
            continue
        if proves or opened.key is not None:
            return Damaged(reason="the password is right, and a part of the content has changed")
    return WrongPassword()


def _parts_alone(pfx: list[asn1.Element]) -> Iterator[tuple[bytes, bool]]:
    """A container, without checksum, for each part of this one that hides something.

    True: it is encrypted as a whole, so that opening it proves the password. Else only a key that comes out of it
    does: a secret key, as `keytool` stores it beside, is skipped whatever the password is.
    """
    try:
        kind, wrapped = asn1.children(pfx[1])
        safes = asn1.children(asn1.read(asn1.octets(asn1.read(wrapped.content))))
        if asn1.object_id(kind) != _DATA:
            return
        for safe in safes:
            whole = asn1.object_id(asn1.children(safe)[0]) == _ENCRYPTED
            if not any(_costs(safe)) or not (whole or _hides_keys(safe)):
                continue
            only = asn1.encode(asn1.OCTET_STRING, asn1.encode(asn1.SEQUENCE, safe.whole))
            content = asn1.encode(asn1.SEQUENCE, kind.whole + asn1.encode(wrapped.tag, only))
            yield asn1.encode(asn1.SEQUENCE, pfx[0].whole + content), whole
    except (asn1.Malformed, ValueError, IndexError):
        return


def _hides_keys(safe: asn1.Element) -> bool:
    """Whether a part holds private keys, all of them encrypted."""
    bags = {asn1.object_id(parts[0]) for parts in asn1.walk(safe) if parts}
    return _SHROUDED in bags and _BARE not in bags


def _describe(certificate: x509.Certificate, has_key: bool, matches: bool, name: bytes) -> Certificate:
    """All that is asked of a certificate. Raises `Damaged` where a part of it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _described(certificate, has_key, matches, name)
        except ValueError as error:
            raise Damaged(reason="its certificate cannot be read") from error


def _described(certificate: x509.Certificate, has_key: bool, matches: bool, name: bytes) -> Certificate:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        algorithm = certificate.signature_hash_algorithm
        signature_hash = algorithm.name if algorithm else ""
    except UnsupportedAlgorithm:
        signature_hash = ""
    return Certificate(
        serial=f"{certificate.serial_number:X}",
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        emails=_emails(certificate),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        der=certificate.public_bytes(Encoding.DER),
        signature_hash=signature_hash,
        has_key=has_key,
        key_matches=matches,
        friendly_name=name.decode("utf-8", "replace"),
    )


def _emails(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    found: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found += names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        pass
    found += [str(entry.value) for entry in certificate.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(address.strip() for address in found))

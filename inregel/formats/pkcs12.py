"""Opens a PKCS#12 container and says what certificate is in it, or in plain words why it does not open.

An `.abc` file of the ABC-tool, a `.pfx` and a `.p12` are read alike: the extension proves nothing, so the bytes are
looked at first. Whether a certificate has expired or is signed with SHA-1 is not an error of the reader.
What does not belong here: which certificate an office should have (that is the module `assu.certificate`).
"""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING

from inregel.formats import asn1
from inregel.formats.container import (
    ContainerError,
    Damaged,
    KeyMismatch,
    NoCertificate,
    NoKey,
    NotPkcs12,
    TooCostly,
    Unsupported,
    WrongPassword,
    parts_alone,
    refuse_bombs,
    structure,
)
from inregel.frozen import frozen
from inregel.speech import said

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

__all__ = [
    "Certificate",
    "ContainerError",
    "Damaged",
    "KeyMismatch",
    "NoCertificate",
    "NoKey",
    "NotPkcs12",
    "TooCostly",
    "Unsupported",
    "WrongPassword",
    "open_container",
    "read_certificate",
]


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
    pfx = structure(data)
    refuse_bombs(pfx)
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
    matches = opened.key is not None and _belong_together(opened.key, certificate)
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
            raise Damaged(reason=said("its certificate cannot be read")) from error
    return _describe(certificate, has_key=False, matches=False, name=b"")


def _belong_together(key: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    """Whether the key is that of the certificate. Raises `Damaged`, `Unsupported` where its public part is none."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return key.public_key() == certificate.public_key()
    except UnsupportedAlgorithm as error:
        reason = said("its certificate has a key of an unknown kind ({error})", error=error)
        raise Unsupported(reason=reason) from error
    except ValueError as error:
        raise Damaged(reason=said("its certificate cannot be read")) from error


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
    for part, proves in parts_alone(pfx):
        try:
            opened = _load(part, password)
        except (ValueError, ContainerError):
            continue
        if proves or opened.key is not None:
            return Damaged(reason=said("the password is right, and a part of the content has changed"))
    return WrongPassword()


def _describe(certificate: x509.Certificate, has_key: bool, matches: bool, name: bytes) -> Certificate:
    """All that is asked of a certificate. Raises `Damaged` where a part of it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _described(certificate, has_key, matches, name)
        except ValueError as error:
            raise Damaged(reason=said("its certificate cannot be read")) from error


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

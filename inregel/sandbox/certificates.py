"""Certificates for the example and for tests: real PKCS#12 files, made on the spot, worth nothing outside."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from inregel.frozen import frozen

_ROUNDS: Final = 2_048


@frozen
class Wish:
    """What a certificate shall say. Times are aware."""

    serial: int
    email: str
    name: str
    valid_from: datetime
    valid_until: datetime
    in_subject: bool = False
    """The e-mail address stands in the subject rather than among the alternative names."""


def make_certificate(wish: Wish, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate for `key`, signed by itself."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, wish.name)]
    if wish.in_subject:
        attributes.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, wish.email))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox Bedrijfscertificaten")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(attributes))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(wish.serial)
        .not_valid_before(wish.valid_from)
        .not_valid_after(wish.valid_until)
    )
    if wish.email and not wish.in_subject:
        names = x509.SubjectAlternativeName([x509.RFC822Name(wish.email)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256())


def make_container(wish: Wish, password: str) -> bytes:
    """A PKCS#12 file with a fresh key, encrypted under `password` ("" for none)."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = make_certificate(wish, key)
    return pkcs12.serialize_key_and_certificates(wish.name.encode(), key, certificate, None, _encryption(password))


def _encryption(password: str) -> KeySerializationEncryption:
    """As the tools make them that hand out certificates: OpenSSL derives keys in 2,048 rounds."""
    if not password:
        return NoEncryption()
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS)
    return builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).build(password.encode())

"""TLS for the emulator: a certificate of its own for AFAS' hosts and the loopback address, and one that has expired."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from inregel.frozen import frozen
from inregel.sandbox.afas.faults import Faults

_SERVICES: Final = ("rest", "resttest", "restaccept", "restcursus", "soap", "soaptest", "soapaccept", "soapcursus")
_DAY: Final = timedelta(days=1)


@frozen
class Tls:
    """What a server needs, and what a client has to trust."""

    server: ssl.SSLContext
    trusted: str
    """The certificate of the issuer, as PEM."""


@frozen
class _Issuer:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_tls(faults: Faults) -> Tls:
    """Contexts for now: certificates are judged by the clock of the client's TLS library, which nobody passes in.

    A connection meets the expired certificate while the fault `expired_tls` is on.
    """
    now = datetime.now(UTC)
    issuer = _issuer(now - 20 * _DAY, now + _DAY)
    good, bad = _context(issuer, now - _DAY, now + _DAY), _context(issuer, now - 10 * _DAY, now - _DAY)

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        if faults.take_expired():
            connection.context = bad

    good.sni_callback = choose
    return Tls(good, issuer.certificate.public_bytes(Encoding.PEM).decode())


def _issuer(start: datetime, end: datetime) -> _Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Sandbox AFAS, issuer")
    flags = dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True)
    flags |= dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    usage = x509.KeyUsage(**flags, encipher_only=False, decipher_only=False)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _Issuer(key, made)


def _context(issuer: _Issuer, start: datetime, end: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(f"*.{service}.afas.online") for service in _SERVICES]
    names += [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    subject, serial = _name("Sandbox AFAS"), x509.random_serial_number()
    made = (
        x509.CertificateBuilder(issuer.certificate.subject, subject, key.public_key(), serial, start, end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(by, critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:
        # The library reads keys from files only; this one is worth nothing and gone at once.
        file = Path(folder, "server.pem")
        file.touch(0o600)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(made.public_bytes(Encoding.PEM) + private)
        context.load_cert_chain(file)
    return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

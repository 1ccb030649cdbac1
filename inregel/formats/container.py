"""The outside of a PKCS#12 container: all that can be told without its password, before a library spends time on it.

Structure, and how many rounds it asks for (RFC 7292, 8018, 7914, 9579). Rounds that stand inside an encrypted part
cannot be seen. What does not belong here: cryptography, and what the certificate says (`pkcs12`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from inregel.errors import InregelError
from inregel.formats import asn1
from inregel.formats.kinds import sniff
from inregel.speech import said

MOST_BYTES: Final = 1024 * 1024
"""A certificate with its key and chain takes some thousands of bytes."""
MOST_ITERATIONS: Final = 5_000_000
"""Over all derivations of one file together; a few seconds of work. Usual are 2,000 to 600,000."""

_DATA = "1.2.840.113549.1.7.1"
_SIGNED = "1.2.840.113549.1.7.2"
_ENCRYPTED = "1.2.840.113549.1.7.6"
_CONTENTS = (_DATA, _ENCRYPTED, "1.2.840.113549.1.7.3")
"""What a part may be; the last is encrypted for a key, and is refused as such when it is opened."""
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


def structure(data: bytes) -> list[asn1.Element]:
    """Its parts: version, authSafe and, as a rule, macData. Raises `NotPkcs12`, `Damaged`, `Unsupported`."""
    what = sniff(data)
    if what:
        raise NotPkcs12(what=what)
    if len(data) > MOST_BYTES:
        raise Damaged(
            reason=said(
                "it is {size} bytes long, and {most} would be much", size=f"{len(data):,}", most=f"{MOST_BYTES:,}"
            )
        )
    try:
        whole, end = asn1.read_on(data)
        if end != len(data):
            raise asn1.Malformed(said("after its end at byte {end} more follows", end=end))
        parts = asn1.children(whole)
        if len(parts) not in (2, 3) or parts[1].tag != asn1.SEQUENCE:
            raise asn1.Malformed(said("its parts are not those of PKCS#12"))
        _safes(parts)
    except asn1.Malformed as error:
        raise Damaged(reason=error.args[0]) from error
    return parts


def _safes(pfx: list[asn1.Element]) -> list[asn1.Element]:
    """The parts of the content, each of them encrypted or not (RFC 7292, 4.1). Raises `Malformed`, `Unsupported`."""
    outer = asn1.children(pfx[1])
    if [asn1.object_id(part) for part in outer[:1]] == [_SIGNED]:
        raise Unsupported(reason=said("a signature protects it, and not a password"))
    if len(outer) == 2 and asn1.object_id(outer[0]) == _DATA and outer[1].tag == asn1.WRAPPER:
        content = asn1.read(outer[1].content)
        if content.tag & ~asn1.CONSTRUCTED == asn1.OCTET_STRING:
            safes = asn1.children(asn1.read(asn1.octets(content)))
            if all(safe.tag == asn1.SEQUENCE and _kind(safe) in _CONTENTS for safe in safes):
                return safes
    raise asn1.Malformed(said("its content is not that of PKCS#12"))


def _kind(safe: asn1.Element) -> str:
    """The name of what a part of the content is; "" where it has none."""
    return next((asn1.object_id(part) for part in asn1.children(safe)), "")


def refuse_bombs(pfx: list[asn1.Element]) -> None:
    """Raises `TooCostly` where it asks for too many rounds, `Damaged` where it does not say how many."""
    try:
        counts = list(_costs(pfx[1]))
        if len(pfx) == 3:
            counts += [*_costs(pfx[2]), *_mac_cost(pfx[2])]
    except asn1.Malformed as error:
        raise Damaged(reason=error.args[0]) from error
    if any(count < 0 for count in counts):
        raise Damaged(reason=said("it asks for fewer than no rounds"))
    if sum(counts) > MOST_ITERATIONS:
        count = sum(counts)
        told = f"{count:,}" if count < 10**15 else said("more than 10^15")
        raise TooCostly(count=told, most=f"{MOST_ITERATIONS:,}")


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
                raise asn1.Malformed(said("it does not say how many rounds it asks for"))
            yield asn1.integer(given[1])


def parts_alone(pfx: list[asn1.Element]) -> Iterator[tuple[bytes, bool]]:
    """A container, without checksum, for each part of this one that hides something.

    True: it is encrypted as a whole, so that opening it proves the password. Else only a key that comes out of it
    does: a secret key, as `keytool` stores it beside, is skipped whatever the password is.
    """
    kind = asn1.children(pfx[1])[0].whole
    for safe in _safes(pfx):
        whole = _kind(safe) == _ENCRYPTED
        if not any(_costs(safe)) or not (whole or _hides_keys(safe)):
            continue
        only = asn1.encode(asn1.OCTET_STRING, asn1.encode(asn1.SEQUENCE, safe.whole))
        content = asn1.encode(asn1.SEQUENCE, kind + asn1.encode(asn1.WRAPPER, only))
        yield asn1.encode(asn1.SEQUENCE, pfx[0].whole + content), whole


def _hides_keys(safe: asn1.Element) -> bool:
    """Whether a part holds private keys, all of them encrypted."""
    bags = {asn1.object_id(parts[0]) for parts in asn1.walk(safe) if parts}
    return _SHROUDED in bags and _BARE not in bags

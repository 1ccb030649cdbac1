"""What some bytes are, from how they begin: for the message about a file that is not the one that was meant.

Nothing is decoded further than it takes to tell the kinds apart, so that a file that was cut off has a name too.
Sources: RFC 5280 (certificate, CRL, public key), 2986 (request), 5958 and 8017 and 5915 (private keys), 5652 (PKCS#7).
"""

from __future__ import annotations

import re
from typing import Final

from inregel.formats import asn1
from inregel.speech import said

_HEADS: Final = (
    (b"\xfe\xed\xfe\xed", said("a Java keystore (JKS)")),
    (b"\xce\xce\xce\xce", said("a Java keystore (JCEKS)")),
    (b"$ANSIBLE_VAULT", said("a file that is still encrypted with Ansible Vault")),
    (b"PK\x03\x04", said("a ZIP archive: unpack it first")),
    (b"\x1f\x8b", said("a gzip archive: unpack it first")),
    (b"7z\xbc\xaf\x27\x1c", said("a 7-Zip archive: unpack it first")),
    (b"Rar!\x1a\x07", said("a RAR archive: unpack it first")),
    (b"%PDF-", said("a PDF document")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", said("a document of Office or Outlook")),
)
_WEB_PAGE: Final = (b"<!doctype html", b"<html")
_IN_BASE64: Final = re.compile(rb"MI[A-Za-z0-9+/\r\n]{40,}={0,2}\s*")
"""DER of more than 127 bytes, written as text."""
_SIGNED, _PKCS7 = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7."
_TIMES: Final = (0x17, 0x18)
_BITS: Final = 0x03
_INT, _OCTETS, _OID, _SEQ, _FIRST = asn1.INTEGER, asn1.OCTET_STRING, asn1.OBJECT, asn1.SEQUENCE, 0xA0
_KEY: Final = said("a private key alone, without its certificate")
_NOT_KNOWN: Final = said("something unknown")


def sniff(data: bytes) -> str:
    """What the bytes are: "" for PKCS#12, else words such as "a Java keystore (JKS)"."""
    if not data:
        return said("an empty file")
    if b"-----BEGIN " in data[:4096]:
        return said("a PEM file (text with -----BEGIN)")
    for head, name in _HEADS:
        if data.startswith(head):
            return name
    if data[0] == _SEQ:
        return _der(data)
    if data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_WEB_PAGE):
        return said("a web page (HTML), as where a download asks to log in")
    if _IN_BASE64.fullmatch(data[:4096]):
        return said("a file in base64: decode it first")
    return said("a text file") if _is_text(data[:4096]) else _NOT_KNOWN


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = data[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\f" for character in text)


def _der(data: bytes) -> str:
    """A SEQUENCE, by the tags of its first parts."""
    parts = asn1.peek(data)
    tags = [tag for tag, _ in parts]
    if tags[:1] == [_INT]:
        return _numbered(parts, tags)
    if tags[:1] == [_OID]:
        return _pkcs7(parts)
    return _sequence(parts[0][1], tags) if tags[:1] == [_SEQ] else _NOT_KNOWN


def _numbered(parts: list[tuple[int, bytes]], tags: list[int]) -> str:
    """What begins with a number: PKCS#12 with 3, a private key with its version, an RSA public key with its modulus."""
    first = parts[0][1]
    if first == b"\x03":
        return ""
    if len(first) > 1 and tags in ([_INT], [_INT, _INT]):
        return said("a public key alone")
    if first in (b"\x00", b"\x01") and (tags[1:2] in ([_SEQ], [_OCTETS]) or tags[:3] == [_INT, _INT, _INT]):
        return _KEY
    return _NOT_KNOWN


def _pkcs7(parts: list[tuple[int, bytes]]) -> str:
    name = asn1.object_id(asn1.Element(_OID, parts[0][1], b""))
    if name != _SIGNED:
        return said("a PKCS#7 message, which is not of certificates") if name.startswith(_PKCS7) else _NOT_KNOWN
    signed = asn1.peek(parts[1][1]) if len(parts) > 1 else []
    # version, digests, content, and then in [0] the certificates
    listed = any(tag == _FIRST and content for tag, content in signed[3:])
    return said("PKCS#7 with certificates, without a key" if listed else "PKCS#7 without any certificate")


def _sequence(inside: bytes, tags: list[int]) -> str:
    """What begins with a SEQUENCE: its parts tell, and what follows it."""
    first = [tag for tag, _ in asn1.parts(inside)]
    if first[:1] == [_OID]:
        public = tags[1:2] == [_BITS]
        return said("a public key alone" if public else "a private key alone (encrypted), without its certificate")
    if first in ([_INT, _SEQ, _SEQ], [_INT, _SEQ, _SEQ, _FIRST]):
        return said("a certificate signing request (CSR)")
    if first[:1] == [_INT]:
        first = first[1:] if first[2:3] == [_SEQ] and first[3:4] and first[3] in _TIMES else first
    elif first[:1] == [_FIRST]:
        return said("a certificate alone, without its key")
    if first[:2] == [_SEQ, _SEQ] and first[2:3] and first[2] in _TIMES:
        return said("a list of revoked certificates (CRL)")
    # A certificate of version 1 begins with its number.
    return said("a certificate alone, without its key") if first[:3] == [_INT, _SEQ, _SEQ] else _NOT_KNOWN

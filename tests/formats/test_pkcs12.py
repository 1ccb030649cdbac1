"""The reader of PKCS#12 files, on files that `openssl`, `keytool` and cryptography wrote."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.canary import canary
from helpers.containers import export
from inregel.formats import asn1
from inregel.formats.kinds import sniff
from inregel.formats.pkcs12 import (
    Certificate,
    ContainerError,
    Damaged,
    KeyMismatch,
    NoCertificate,
    NoKey,
    NotPkcs12,
    TooCostly,
    WrongPassword,
    open_container,
    read_certificate,
)
from inregel.sandbox.certificates import Wish, make_certificate, make_container

WISH = Wish(
    serial=0x04A910C,
    email="vandalen@certificate.example",
    name="Van Dalen Assurantiën",
    valid_from=datetime(2026, 11, 15, 9, 0, tzinfo=UTC),
    valid_until=datetime(2028, 11, 14, 22, 59, 59, tzinfo=UTC),
)


@cache
def password() -> str:
    return canary("pkcs12")


@cache
def container() -> bytes:
    return make_container(WISH, password())


@cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    private = key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(private)
    public = make_certificate(WISH, key()).public_bytes(serialization.Encoding.PEM)
    (tmp_path / "certificate.pem").write_bytes(public)
    return tmp_path


# --- what is in it --------------------------------------------------------------------------------------------------


def test_a_container_says_all_that_is_asked_of_it() -> None:
    found = open_container(container(), password())
    assert found.fingerprint == hashlib.sha256(found.der).hexdigest()
    assert read_certificate(found.der) == replace(found, has_key=False, key_matches=False, friendly_name="")
    assert found == Certificate(
        serial="4A910C",
        valid_from=datetime(2026, 11, 15, 9, 0, tzinfo=UTC),
        valid_until=datetime(2028, 11, 14, 22, 59, 59, tzinfo=UTC),
        subject="CN=Van Dalen Assurantiën",
        issuer="CN=Sandbox Bedrijfscertificaten",
        emails=("vandalen@certificate.example",),
        fingerprint=found.fingerprint,
        der=found.der,
        signature_hash="sha256",
        has_key=True,
        key_matches=True,
        friendly_name="Van Dalen Assurantiën",
    )


def test_days_are_those_of_the_asked_time_zone() -> None:
    wish = Wish(
        1, "a@b.example", "A", datetime(2026, 1, 1, 23, 30, tzinfo=UTC), datetime(2028, 1, 1, 23, 30, tzinfo=UTC)
    )
    found = open_container(make_container(wish, ""), "")
    amsterdam = ZoneInfo("Europe/Amsterdam")
    assert (found.first_day(), found.last_day()) == (date(2026, 1, 1), date(2028, 1, 1))
    assert (found.first_day(amsterdam), found.last_day(amsterdam)) == (date(2026, 1, 2), date(2028, 1, 2))


def test_an_address_in_the_subject_is_found_too() -> None:
    wish = Wish(1, "a@b.example", "A", WISH.valid_from, WISH.valid_until, in_subject=True)
    assert open_container(make_container(wish, ""), None).emails == ("a@b.example",)


def test_a_certificate_without_an_address_has_none() -> None:
    wish = Wish(1, "", "A", WISH.valid_from, WISH.valid_until)
    assert open_container(make_container(wish, ""), None).emails == ()


@pytest.mark.parametrize("options", [("-noiter", "-nomaciter"), ("-iter", "100000")], ids=" ".join)
def test_few_rounds_and_many_are_done(pem: Path, options: tuple[str, ...]) -> None:
    secret = canary("openssl")
    data = export(pem, secret, *options)
    assert open_container(data, secret).key_matches
    with pytest.raises(WrongPassword):
        open_container(data, canary("another"))


def test_no_password_and_an_empty_one_are_the_same(pem: Path) -> None:
    for data in (make_container(WISH, ""), export(pem, "")):
        assert open_container(data, None) == open_container(data, "")


# --- what is wrong with it ------------------------------------------------------------------------------------------


def without_key() -> bytes:
    secret = BestAvailableEncryption(password().encode())
    return pkcs12.serialize_key_and_certificates(b"a", None, make_certificate(WISH, key()), None, secret)


def without_certificate() -> bytes:
    return pkcs12.serialize_key_and_certificates(b"a", key(), None, None, BestAvailableEncryption(password().encode()))


def with_another_key() -> bytes:
    """The key bag of one container and the certificate bag of another."""

    def parts(data: bytes) -> tuple[list[asn1.Element], list[asn1.Element]]:
        pfx = asn1.children(asn1.read(data))
        wrapped = asn1.read(asn1.children(pfx[1])[1].content)
        return pfx, asn1.children(asn1.read(wrapped.content))

    first, second = make_container(WISH, password()), make_container(WISH, password())
    pfx, safes = parts(first)
    mixed = b"".join([safes[0].whole, parts(second)[1][1].whole])
    kind = asn1.children(pfx[1])[0].whole
    safe = asn1.encode(asn1.OCTET_STRING, asn1.encode(asn1.SEQUENCE, mixed))
    content = asn1.encode(asn1.SEQUENCE, kind + asn1.encode(0xA0, safe))
    return asn1.encode(asn1.SEQUENCE, pfx[0].whole + content)


def with_rounds(count: int) -> bytes:
    """A container whose checksum asks for `count` rounds."""
    pfx = asn1.children(asn1.read(make_container(WISH, password())))
    mac = asn1.children(pfx[2])
    number = asn1.encode(asn1.INTEGER, count.to_bytes(16, "big", signed=True))
    changed = asn1.encode(asn1.SEQUENCE, mac[0].whole + mac[1].whole + number)
    return asn1.encode(asn1.SEQUENCE, pfx[0].whole + pfx[1].whole + changed)


MESSAGES: list[tuple[str, Callable[[], bytes], type[ContainerError], str]] = [
    ("empty", lambda: b"", NotPkcs12, "It is not a PKCS#12 file but an empty file."),
    (
        "text",
        lambda: b"Geachte heer, hierbij het certificaat.\r\n",
        NotPkcs12,
        "It is not a PKCS#12 file but a text file.",
    ),
    (
        "PEM",
        lambda: make_certificate(WISH, key()).public_bytes(serialization.Encoding.PEM),
        NotPkcs12,
        "It is not a PKCS#12 file but a PEM file (text with -----BEGIN).",
    ),
    (
        "PEM after bag attributes",
        lambda: b"Bag Attributes\n" + make_certificate(WISH, key()).public_bytes(serialization.Encoding.PEM),
        NotPkcs12,
        "It is not a PKCS#12 file but a PEM file (text with -----BEGIN).",
    ),
    (
        "DER",
        lambda: make_certificate(WISH, key()).public_bytes(serialization.Encoding.DER),
        NotPkcs12,
        "It is not a PKCS#12 file but a certificate alone, without its key.",
    ),
    (
        "key",
        lambda: key().private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        NotPkcs12,
        "It is not a PKCS#12 file but a private key alone, without its certificate.",
    ),
    (
        "JKS head",
        lambda: bytes.fromhex("feedfeed0000000200000001"),
        NotPkcs12,
        "It is not a PKCS#12 file but a Java keystore (JKS).",
    ),
    (
        "zip",
        lambda: b"PK\x03\x04\x14\x00",
        NotPkcs12,
        "It is not a PKCS#12 file but a ZIP archive: unpack it first.",
    ),
    (
        "vault",
        lambda: b"$ANSIBLE_VAULT;1.1;AES256\n3333\n",
        NotPkcs12,
        "It is not a PKCS#12 file but a file that is still encrypted with Ansible Vault.",
    ),
    ("noise", lambda: bytes(range(128, 256)), NotPkcs12, "It is not a PKCS#12 file but something unknown."),
    (
        "cut off",
        lambda: with_rounds(1)[:500],
        Damaged,
        f"It is a damaged PKCS#12 file: it ends at byte 500, and should go on to byte {len(with_rounds(1))}.",
    ),
    (
        "something after it",
        lambda: with_rounds(1) + b"\r\n",
        Damaged,
        f"It is a damaged PKCS#12 file: after its end at byte {len(with_rounds(1))} more follows.",
    ),
    ("no key", without_key, NoKey, "It holds a certificate without its private key."),
    ("no certificate", without_certificate, NoCertificate, "It holds no certificate."),
    ("another key", with_another_key, KeyMismatch, "It holds a private key that does not belong to its certificate."),
    (
        "bomb",
        lambda: with_rounds(2**31 - 1),
        TooCostly,
        "It asks for 2,147,487,743 rounds to check the password, more than the 5,000,000 that are allowed: "
        "it was not opened.",
    ),
    (
        "fewer than none",
        lambda: with_rounds(-5),
        Damaged,
        "It is a damaged PKCS#12 file: it asks for fewer than no rounds.",
    ),
    (
        "a wrong password",
        lambda: make_container(WISH, canary("other")),
        WrongPassword,
        "The password does not open it (a sound PKCS#12 file).",
    ),
]


@pytest.mark.parametrize(("data", "error", "message"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_what_is_wrong_is_said_in_these_words(
    data: Callable[[], bytes], error: type[ContainerError], message: str
) -> None:
    with pytest.raises(ContainerError) as caught:
        open_container(data(), password())
    assert (type(caught.value), str(caught.value)) == (error, message)


@pytest.mark.parametrize("options", [(), ("-legacy",)], ids=["modern", "legacy"])
def test_a_changed_byte_is_damage_and_a_wrong_password_is_not(pem: Path, options: tuple[str, ...]) -> None:
    data = bytearray(export(pem, password(), "-noiter", "-nomaciter", *options))
    middle = data.index(bytes.fromhex("2a864886f70d010706")) + 150
    data[middle] ^= 1
    with pytest.raises(Damaged) as caught:
        open_container(bytes(data), password())
    assert str(caught.value) == (
        "It is a damaged PKCS#12 file: the password is right, and a part of the content has changed."
    )
    with pytest.raises(WrongPassword):
        open_container(bytes(data), canary("wrong"))


def test_a_certificate_alone_can_be_asked_for() -> None:
    found = open_container(without_key(), password(), need_key=False)
    assert (found.serial, found.has_key, found.key_matches) == ("4A910C", False, False)
    other = open_container(with_another_key(), password(), need_key=False)
    assert (other.has_key, other.key_matches) == (True, False)


def with_key_rounds(data: bytes, count: int) -> bytes:
    """The same container, where every derivation of its content (2,048 rounds) asks for `count`."""

    def changed(element: asn1.Element) -> bytes:
        if element.tag & asn1.CONSTRUCTED:
            return asn1.encode(element.tag, b"".join(changed(part) for part in asn1.children(element)))
        if element.tag == asn1.OCTET_STRING and element.content[:2] in (b"\x30\x82", b"\x30\x81"):
            return asn1.encode(element.tag, changed(asn1.read(element.content)))
        if element.whole == bytes.fromhex("02020800"):
            return asn1.encode(asn1.INTEGER, count.to_bytes(8, "big"))
        return element.whole

    pfx = asn1.children(asn1.read(data))
    return asn1.encode(asn1.SEQUENCE, pfx[0].whole + changed(pfx[1]) + pfx[2].whole)


@pytest.mark.parametrize("options", [(), ("-legacy",)], ids=["modern", "legacy"])
def test_a_bomb_in_the_content_is_refused_at_once(pem: Path, options: tuple[str, ...]) -> None:
    sound = export(pem, password(), *options)
    begun = time.process_time()
    with pytest.raises(TooCostly, match="It asks for 8,589,936,640 rounds"):
        open_container(with_key_rounds(sound, 2**32), password())
    assert time.process_time() - begun < 0.5
    # The same change within the bound is opened: the checksum does not match, but the password is right.
    with pytest.raises(WrongPassword):
        open_container(with_key_rounds(sound, 2047), password())


def test_rounds_without_end_are_not_spelled_out() -> None:
    with pytest.raises(TooCostly, match=r"It asks for more than 10\^15 rounds"):
        open_container(with_rounds(2**120), password())


def test_a_password_is_in_no_message() -> None:
    for _, data, _, _ in MESSAGES:
        with pytest.raises(ContainerError) as caught:
            open_container(data(), password())
        assert password() not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


def test_the_name_of_a_file_is_never_asked() -> None:
    assert sniff(container()) == ""
    assert sniff(b"\x30\x80\x02\x01\x03") == ""


@settings(max_examples=150, deadline=2000)
@given(st.data())
def test_broken_bytes_give_an_error_of_ours_and_nothing_else(data: st.DataObject) -> None:
    broken = bytearray(cheap())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(broken) - 1))
        broken[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(broken), len(broken) // 2, len(broken) - 3]))
    try:
        open_container(bytes(broken[:end]), password())
    except ContainerError as error:
        assert str(error)


@cache
def cheap() -> bytes:
    scheme = pkcs12.PBES.PBESv2SHA256AndAES256CBC
    builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).key_cert_algorithm(scheme)
    certificate = make_certificate(WISH, key())
    return pkcs12.serialize_key_and_certificates(b"a", key(), certificate, None, builder.build(password().encode()))


@given(st.binary(max_size=300))
def test_any_bytes_give_an_error_of_ours(data: bytes) -> None:
    for head in (b"", b"\x30\x82\x01\x00\x02\x01\x03", b"\x30\x80\x02\x01\x03\x30\x80", b"\x30\x84"):
        with pytest.raises(ContainerError):
            open_container(head + data, password())


@pytest.mark.parametrize("start", ["30061031", "30060431", "3006a003", "30062406"])
def test_a_salt_that_looks_like_an_element_is_no_damage_to_the_file(start: str) -> None:
    pfx = asn1.children(asn1.read(make_container(WISH, password())))
    mac = asn1.children(pfx[2])
    salt = asn1.encode(asn1.OCTET_STRING, bytes.fromhex(start + "35414243"))
    parts = [asn1.encode(asn1.SEQUENCE, pfx[2].content.replace(mac[1].whole, salt)), pfx[0].whole + pfx[1].whole]
    data = asn1.encode(asn1.SEQUENCE, parts[1] + parts[0])
    with pytest.raises(Damaged, match="the password is right"):  # the checksum has another salt; the structure is sound
        open_container(data, password())


def test_what_is_wrapped_on_purpose_is_looked_into_to_its_end() -> None:
    broken = asn1.encode(asn1.OCTET_STRING, bytes.fromhex("300604550102"[:12]) + b"ab")
    alone, wrapped = asn1.encode(asn1.SEQUENCE, broken), asn1.encode(asn1.SEQUENCE, asn1.encode(0xA0, broken))
    assert list(asn1.walk(asn1.read(alone)))
    with pytest.raises(asn1.Malformed):
        list(asn1.walk(asn1.read(wrapped)))

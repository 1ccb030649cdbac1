"""PKCS#12 files that are damaged, or made to do harm: one error of ours, in bounded work, and never another fault."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial, reduce
from pathlib import Path

import pytest

from helpers.canary import canary
from helpers.containers import (
    OPENSSL,
    Made,
    number,
    object_id,
    octets,
    openssl,
    pbmac1,
    replaced,
    sequence,
    with_rounds,
)
from helpers.sizes import seed, size
from inregel.formats import asn1
from inregel.formats.container import MOST_BYTES, MOST_ITERATIONS
from inregel.formats.pkcs12 import (
    Certificate,
    ContainerError,
    Damaged,
    NotPkcs12,
    TooCostly,
    Unsupported,
    WrongPassword,
    open_container,
)

JAVA = Path(__file__).parents[1] / "vectors/keytool"
FAMILIES: dict[str, Callable[[], Made]] = {
    **{family: partial(openssl, family) for family in OPENSSL},
    "PBMAC1": lambda: pbmac1(openssl("AES-256")),
    "keytool": lambda: Made((JAVA / "modern.p12").read_bytes(), "public-password"),
    "keytool, SHA-512": lambda: Made((JAVA / "sha512.p12").read_bytes(), "public-password"),
}
PROVABLE = sorted(set(FAMILIES) - {"key alone encrypted", "no checksum"})
"""Where a checksum and two encrypted parts tell a changed byte from a wrong password."""


def outcome(data: bytes, password: str) -> Certificate | ContainerError:
    """The certificate, or the error of ours; anything else is a fault, and fails the test."""
    try:
        return open_container(data, password)
    except ContainerError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
        return error


def rounds(data: bytes) -> int:
    """Of all derivations that can be seen: a salt and then a number, and the number at the end of the checksum."""
    parts = asn1.children(asn1.read(data))
    seen = [each for part in parts for each in asn1.walk(part)]
    salted = [each for each in seen if [part.tag for part in each[:2]] == [asn1.OCTET_STRING, asn1.INTEGER]]
    last = [part for part in asn1.children(parts[2])[2:3] if part.tag == asn1.INTEGER] if len(parts) > 2 else []
    return sum(asn1.integer(each[1]) for each in salted) + sum(asn1.integer(part) for part in last)


@pytest.mark.parametrize("family", FAMILIES)
def test_any_changed_byte_gives_an_error_of_ours_and_bounded_work(family: str) -> None:
    made = FAMILIES[family]()
    sound = open_container(made.data, made.password)
    chance = random.Random(seed(f"damaged containers {family}"))  # noqa: S311  # a test, not a secret
    for _ in range(size("damaged containers")):
        changed = bytearray(made.data)
        changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
        found = outcome(bytes(changed), made.password)
        if isinstance(found, ContainerError):
            assert not (isinstance(found, WrongPassword) and family in PROVABLE), "the password is right"
        elif family in PROVABLE:
            assert found.der == sound.der
        if not isinstance(found, Damaged | NotPkcs12 | TooCostly):
            assert rounds(bytes(changed)) <= MOST_ITERATIONS


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_that_was_cut_off_anywhere_is_damaged_and_no_wrong_password(family: str) -> None:
    made = FAMILIES[family]()
    for end in range(len(made.data)):
        found = outcome(made.data[:end], made.password)
        assert isinstance(found, NotPkcs12 if end == 0 else NotPkcs12 | Damaged)
        assert end < 9 or isinstance(found, Damaged), end


@pytest.mark.parametrize("count", [2**31, 2**31 - 1, 2**63, MOST_ITERATIONS + 1])
@pytest.mark.parametrize("family", FAMILIES)
def test_rounds_without_end_are_refused_wherever_they_stand(family: str, count: int) -> None:
    made = FAMILIES[family]()
    bombs = with_rounds(made.data, count)
    assert len(bombs) >= (2 if family in PROVABLE else 1)
    begun = time.process_time()
    for bomb in bombs:
        assert isinstance(outcome(bomb, made.password), TooCostly)
    assert time.process_time() - begun < 0.5


def test_as_many_rounds_as_are_allowed_are_done() -> None:
    made = openssl("AES-256")
    data = with_rounds(made.data, 50_000)[0]
    assert rounds(data) < MOST_ITERATIONS
    assert isinstance(outcome(data, made.password), Damaged)  # other rounds give another key: it is no longer that file


@pytest.mark.parametrize("family", PROVABLE)
def test_a_salt_of_no_bytes_is_damage(family: str) -> None:
    made = FAMILIES[family]()
    seen = [each for part in asn1.children(asn1.read(made.data)) for each in asn1.walk(part)]
    salts = [each[0].whole for each in seen if [p.tag for p in each[:2]] == [asn1.OCTET_STRING, asn1.INTEGER]]
    assert len(salts) >= 2
    for salt in salts:
        emptied = replaced(made.data, made.data.index(salt), octets(b""))
        assert len(emptied) < len(made.data)
        assert isinstance(outcome(emptied, made.password), Damaged)


# --- BER in place of DER --------------------------------------------------------------------------------------------


def endless(data: bytes) -> bytes:
    """The same in BER: no constructed element says how long it is, its end is marked."""

    def rewritten(element: asn1.Element) -> bytes:
        if not element.tag & asn1.CONSTRUCTED:
            return element.whole
        return bytes((element.tag, 0x80)) + b"".join(map(rewritten, asn1.children(element))) + b"\x00\x00"

    return rewritten(asn1.read(data))


def in_pieces(data: bytes) -> bytes:
    """The same in BER: the content comes in pieces of 100 bytes, as some tools write it while they go."""
    pfx = asn1.children(asn1.read(data))
    kind, wrapped = asn1.children(pfx[1])
    content = asn1.octets(asn1.read(wrapped.content))
    pieces = b"".join(octets(content[at : at + 100]) for at in range(0, len(content), 100))
    whole = bytes((asn1.OCTET_STRING | asn1.CONSTRUCTED, 0x80)) + pieces + b"\x00\x00"
    safe = sequence(kind.whole, asn1.encode(asn1.WRAPPER, whole))
    return sequence(pfx[0].whole, safe, *(part.whole for part in pfx[2:]))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("way", [endless, in_pieces], ids=["without lengths", "in pieces"])
def test_ber_is_read_as_der_is_or_told_as_damage(family: str, way: Callable[[bytes], bytes]) -> None:
    made = FAMILIES[family]()
    assert outcome(way(made.data), made.password) == open_container(made.data, made.password)
    if family in PROVABLE:
        assert isinstance(outcome(way(made.data), canary("another")), WrongPassword)
        assert isinstance(outcome(way(made.data)[:-2], made.password), Damaged)


# --- made to do harm ------------------------------------------------------------------------------------------------

NULL = b"\x05\x00"
DATA = object_id("2a864886f70d010701")


def outside(content: bytes) -> bytes:
    """What looks like PKCS#12 from outside, with this in it."""
    return sequence(number(3), sequence(content))


def inside(content: bytes) -> bytes:
    """What has the form of PKCS#12, with this where a part has its content."""
    part = sequence(DATA, asn1.encode(asn1.WRAPPER, content))
    return outside(DATA + asn1.encode(asn1.WRAPPER, octets(sequence(part))))


def nested(depth: int, wrap: Callable[[bytes], bytes], content: bytes = NULL) -> bytes:
    """`content` wrapped so often."""
    return reduce(lambda data, _: wrap(data), range(depth), content)


def unmarked(data: bytes) -> bytes:
    """A SEQUENCE without a length."""
    return b"\x30\x80" + data + b"\x00\x00"


HARM: list[tuple[str, Callable[[], bytes]]] = [
    ("nested in lengths", lambda: nested(10_000, sequence)),
    ("nested without lengths", lambda: b"\x30\x80" * 500_000),
    ("nested in texts", lambda: nested(3_000, lambda data: octets(sequence(data)))),
    ("pieces of pieces", lambda: b"\x24\x80" * 500_000),
    ("many elements", lambda: b"".join(sequence(NULL * 19_999) for _ in range(25))),
    ("many elements, deep", lambda: nested(36, unmarked, NULL * 500_000)),
    ("fewer elements, deep", lambda: nested(36, unmarked, NULL * 19_000)),
    ("many times fewer elements, deep", lambda: unmarked(nested(30, unmarked, NULL * 15_000) * 10)),
    ("a length of 2 GB", lambda: b"\x30\x84\x7f\xff\xff\xff"),
    ("nothing", lambda: b""),
    ("longer than allowed", lambda: octets(bytes(MOST_BYTES))),
]


@pytest.mark.parametrize("form", [outside, inside])
@pytest.mark.parametrize("make", [row[1] for row in HARM], ids=[row[0] for row in HARM])
def test_what_is_made_to_do_harm_is_refused_at_once(make: Callable[[], bytes], form: Callable[[bytes], bytes]) -> None:
    data = form(make())
    begun = time.process_time()
    assert isinstance(outcome(data, canary("password")), ContainerError)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("head", ["3084ffffffff020103", "3088ffffffffffffffff020103", "30ff" + "ff" * 127 + "020103"])
def test_a_length_that_no_file_has_is_damage(head: str) -> None:
    assert isinstance(outcome(bytes.fromhex(head), canary("password")), Damaged)


P256, POINT = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("03420004")


def test_a_key_in_the_certificate_that_is_none_is_damage_and_one_of_an_unknown_kind_is_told() -> None:
    made = openssl("no checksum")
    assert made.data.count(P256) == made.data.count(POINT) == 1  # that of the certificate; the key is encrypted
    other_curve = made.data.replace(P256, P256[:-1] + b"\x7f")
    with pytest.raises(Unsupported, match=r"its certificate has a key of an unknown kind \(Curve 1\.2\.840"):
        open_container(other_curve, made.password)
    with pytest.raises(Damaged, match=r"^It is a damaged PKCS#12 file: its certificate cannot be read\.$"):
        open_container(made.data.replace(POINT, POINT[:-1] + b"\x05"), made.password)

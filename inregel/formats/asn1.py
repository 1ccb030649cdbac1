"""Just enough of ASN.1 (BER and DER) to look at a PKCS#12 file before a library spends time on it.

Reads untrusted bytes: depth and number of elements are bounded. What does not belong here: cryptography.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from inregel.speech import said

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
OBJECT: Final = 0x06
SEQUENCE: Final = 0x30
CONSTRUCTED: Final = 0x20
WRAPPER: Final = 0xA0
"""[0], in which PKCS#7 puts content."""

_MOST_ELEMENTS: Final = 20_000
_MOST_DEPTH: Final = 40


class Malformed(ValueError):
    """The bytes are not ASN.1; the text says where."""


class Element(NamedTuple):
    """One element: its tag, its content and all of it with tag and length, which it has here also where it had none."""

    tag: int
    content: bytes
    whole: bytes


def read(data: bytes, at: int = 0) -> Element:
    """The element that begins at `at`. Raises `Malformed`."""
    return read_on(data, at)[0]


def read_on(data: bytes, at: int = 0, depth: int = 0) -> tuple[Element, int]:
    """The element that begins at `at`, and where it ends. Raises `Malformed`."""
    if depth > _MOST_DEPTH:
        raise Malformed(said("it is nested too deep"))
    if at + 2 > len(data):
        raise Malformed(said("it ends at byte {at}, in the middle of an element", at=len(data)))
    tag, size, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise Malformed(said("it has a tag that PKCS#12 does not use, at byte {at}", at=at))
    if size == 0x80:
        return _indefinite(data, at, depth)
    if size > 0x80:
        width = size & 0x7F
        size = int.from_bytes(data[start : start + width], "big") if width <= 4 else len(data) + 1
        start += width
    if start + size > len(data):
        raise Malformed(said("it ends at byte {at}, and should go on to byte {end}", at=len(data), end=start + size))
    return Element(tag, data[start : start + size], data[at : start + size]), start + size


def _indefinite(data: bytes, at: int, depth: int) -> tuple[Element, int]:
    """One whose end is marked. It is given a length, so that nothing inside is read over again at each level."""
    if not data[at] & CONSTRUCTED:
        raise Malformed(said("it has an element without a length, at byte {at}", at=at))
    parts: list[bytes] = []
    position = at + 2
    while data[position : position + 2] != b"\x00\x00":
        part, position = read_on(data, position, depth + 1)
        parts.append(part.whole)
        if len(parts) > _MOST_ELEMENTS:
            raise Malformed(said("it has too many elements"))
    content = b"".join(parts)
    return Element(data[at], content, encode(data[at], content)), position + 2


def children(element: Element, *, cut: bool = False) -> list[Element]:
    """What a constructed element is made of, in order. Raises `Malformed`; with `cut` it ends there."""
    parts: list[Element] = []
    at = 0
    while at < len(element.content):
        try:
            part, at = read_on(element.content, at)
        except Malformed:
            if cut:
                break
            raise
        parts.append(part)
        if len(parts) > _MOST_ELEMENTS:
            raise Malformed(said("it has too many elements"))
    return parts


def peek(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the first parts of the element that `data` begins with, as far as `data` goes."""
    return parts(_head(data, 0)[1]) if data else []


def parts(content: bytes, most: int = 8) -> list[tuple[int, bytes]]:
    """Tag and content of the first elements in `content`. What is cut off is the last one."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 1 < len(content) and len(found) < most:
        tag, inside, at = _head(content, at)
        if not tag:
            break
        found.append((tag, inside))
    return found


def _head(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag and content of the element at `at`, and where the next begins; one that has no end goes on to that of all."""
    tag, size, start = data[at], data[at + 1] if at + 1 < len(data) else 0, at + 2
    if size == 0x80:
        try:
            element, end = read_on(data, at)
        except Malformed:
            return tag, data[start:], len(data)
        return tag, element.content, end
    if size > 0x80:
        width = size & 0x7F
        size, start = int.from_bytes(data[start : start + width], "big"), start + width
    return tag, data[start : start + size], start + size


def octets(element: Element, *, cut: bool = False) -> bytes:
    """The bytes of an OCTET STRING, joined where it comes in pieces. Raises `Malformed`; with `cut` it ends there."""
    if element.tag & CONSTRUCTED:
        return b"".join(part.content for part in children(element, cut=cut))
    return element.content


def integer(element: Element) -> int:
    """The number that an INTEGER holds. Raises `Malformed` for other elements."""
    if element.tag != INTEGER or not element.content or len(element.content) > 64:
        raise Malformed(said("it has no number where one belongs"))
    return int.from_bytes(element.content, "big", signed=True)


def object_id(element: Element) -> str:
    """`1.2.840.113549.1.7.1`, or "" where it is no OBJECT IDENTIFIER."""
    if element.tag != OBJECT or not 0 < len(element.content) <= 64:
        return ""
    numbers: list[int] = []
    value = 0
    for byte in element.content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2) if numbers else 0
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]])) if numbers else ""


def encode(tag: int, content: bytes) -> bytes:
    """One element in DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    width = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + size.to_bytes(width, "big") + content


def walk(element: Element) -> Iterator[list[Element]]:
    """The children of every constructed element, also of those that stand inside an OCTET STRING.

    Raises `Malformed`, but not for what only happens to look like an element: one salt in 65,536 does. What is
    encrypted cannot be seen.
    """
    waiting = [(element, 0, 0, False)]
    seen = 0
    while waiting:
        current, depth, parent, by_chance = waiting.pop()
        seen += 1
        if seen > _MOST_ELEMENTS or depth > _MOST_DEPTH:
            raise Malformed(said("it has too many elements"))
        if current.tag & 0xDF == OCTET_STRING:
            inner = _wrapped(octets(current, cut=by_chance))
            if inner is not None:
                # Content that is wrapped on purpose stands in [0]; salts, vectors and checksums do not.
                waiting.append((inner, depth + 1, current.tag, by_chance or parent != WRAPPER))
        elif current.tag & CONSTRUCTED:
            parts = children(current, cut=by_chance)
            yield parts
            waiting.extend((part, depth + 1, current.tag, by_chance) for part in parts)


def _wrapped(data: bytes) -> Element | None:
    # Any bytes may stand in an OCTET STRING; only those that are one SEQUENCE from first to last are looked into.
    if not data or data[0] != SEQUENCE:
        return None
    try:
        inner, end = read_on(data)
    except Malformed:
        return None
    return inner if end == len(data) else None

"""The definition of a GetConnector as AFAS exports it (.gcn): what it is called, its identity and its version.

The file is a row of values as Windows stores them (an array of VARIANT, little-endian). Here it is read and never
written: it holds SQL of the supplier and what looks like a signature. The header gives a name that is not always the
one the connector is called by, so all names that it could have are given, the likeliest first.
Source: nine files, three made by AFAS and six by a supplier, read to their last byte.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
import struct
import zipfile
import zlib
from datetime import datetime, timedelta
from typing import Any, Final

from inregel.errors import InregelError
from inregel.frozen import frozen

MOST_BYTES: Final = 16 * 2**20
_MOST_INNER: Final = 32 * 2**20
_MOST_ELEMENTS: Final = 64
_ARRAY: Final = 0x200C
_INT, _DATE, _TEXT, _FLAG, _BYTES = 0x03, 0x07, 0x08, 0x0B, 0x2011
_GET_CONNECTOR: Final = 8
_LENGTHS: Final = {7: 16, 8: 17}
"""Elements by format."""
_SHAPES: Final = {
    0: int, 1: str, 2: int, 3: str, 4: datetime, 5: datetime, 11: str, 12: str, 14: bytes,
}  # fmt: skip
_EPOCH: Final = datetime(1899, 12, 30)
_GUID: Final = re.compile("[0-9A-Fa-f]{32}")
_INNER_ID: Final = re.compile(rb"@I[0-9A-Fa-f]{32}@D0@I([A-Za-z][A-Za-z0-9_]{0,79})(?=@D0@)")
_ID: Final = re.compile("[A-Za-z][A-Za-z0-9_]*")


class GcnError(InregelError):
    """It is not a definition of a GetConnector that can be read: {reason}."""


class NotGcn(GcnError):
    """It is no definition of a GetConnector (.gcn): it does not begin like one."""


class Damaged(GcnError):
    """The definition of a GetConnector is damaged or was cut short: {reason}.
    Ask the supplier for the file again."""


class Unsupported(GcnError):
    """The definition of a GetConnector is of a kind that is not known here: {reason}.
    It may still be imported by hand; take the file out of the playbook."""


@frozen
class Definition:
    """One definition. GUID, changed and digest are its identity and version."""

    name: str
    """As the header says; not always what it is called by."""
    guid: str
    """32 hex digits, capitals."""
    created: datetime
    """Without a zone, as the next: Amsterdam."""
    changed: datetime
    product: str
    system: str
    format: int
    digest: str
    """SHA-256 of the inner definition, 64 hex digits: the same for the same content."""
    ids: tuple[str, ...]
    """What it may be called by over the web, the likeliest first; compare with /metainfo."""


def read(data: bytes) -> Definition:
    """Reads one .gcn file. Raises `NotGcn`, `Damaged` or `Unsupported`, and nothing else."""
    if len(data) > MOST_BYTES:
        raise Unsupported(reason=f"it is larger than {MOST_BYTES >> 20} MiB")
    elements = _elements(data)
    _check(elements)
    inner: bytes = elements[14]
    name = elements[3].strip()
    found = _inner_id(inner)
    last = name.rpartition(" - ")[2]
    names = [each for each in (found, last, name) if _ID.fullmatch(each)]
    return Definition(
        name=name,
        guid=elements[1].upper(),
        created=elements[4],
        changed=elements[5],
        product=elements[11],
        system=elements[12],
        format=elements[0],
        digest=hashlib.sha256(inner).hexdigest(),
        ids=tuple(dict.fromkeys(names)),
    )


def _check(elements: list[Any]) -> None:
    """Whether each element is of the kind that it has to be."""
    version = elements[0] if elements and type(elements[0]) is int else None
    if version not in _LENGTHS:
        raise Unsupported(reason=f"format {version}" if version is not None else "it names no format")
    if len(elements) != _LENGTHS[version]:
        raise Damaged(reason=f"format {version} has {_LENGTHS[version]} values and not {len(elements)}")
    for at, kind in _SHAPES.items():
        if type(elements[at]) is not kind:
            raise Damaged(reason=f"value {at} is not of the kind that it has to be")
    if elements[2] != _GET_CONNECTOR:
        raise Unsupported(reason=f"it defines something else (type {elements[2]}), no GetConnector")
    if not _GUID.fullmatch(elements[1]):
        raise Damaged(reason="its GUID is not 32 hexadecimal digits")
    if not elements[3].strip():
        raise Damaged(reason="it has no name")


def _inner_id(inner: bytes) -> str:
    """The id that stands in the inner definition behind its last GUID; "" where it is not found (format 8)."""
    try:
        with zipfile.ZipFile(io.BytesIO(inner)) as archive:
            names = archive.namelist()
            if names != ["ExternalData"]:
                raise Damaged(reason="its inner definition is not one part called ExternalData")
            with archive.open(names[0]) as part:
                text = part.read(_MOST_INNER + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Damaged(reason="its inner definition cannot be unpacked") from error
    if len(text) > _MOST_INNER:
        raise Unsupported(reason=f"its inner definition is larger than {_MOST_INNER >> 20} MiB")
    found = _INNER_ID.findall(text)
    return found[-1].decode() if found else ""


# --- the row of values ----------------------------------------------------------------------------------------------


class _Cursor:
    """Reads forward and never past the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if size > len(self._data) - self.at:
            raise Damaged(reason=f"it ends at byte {len(self._data)}, in the middle of a value")
        self.at += size
        return self._data[self.at - size : self.at]

    def number(self, form: str) -> Any:
        """The next number, as `struct` calls its form."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self._data)


def _elements(data: bytes) -> list[Any]:
    cursor = _Cursor(data)
    if len(data) < 4 or cursor.number("H") != _ARRAY or cursor.number("H") != 1:
        raise NotGcn()
    count, lowest = cursor.number("I"), cursor.number("I")
    if count > _MOST_ELEMENTS or lowest:
        raise Damaged(reason=f"it says that it has {count} values from {lowest} on")
    elements = [_element(cursor) for _ in range(count)]
    if not cursor.ended:
        raise Damaged(reason=f"{len(data) - cursor.at} bytes follow behind its end")
    return elements


def _element(cursor: _Cursor) -> Any:
    kind = cursor.number("H")
    if kind == _INT:
        return cursor.number("i")
    if kind == _TEXT:
        try:
            return cursor.take(cursor.number("H")).decode("cp1252")
        except UnicodeDecodeError:
            raise Damaged(reason="a text has signs that Windows does not know") from None
    if kind == _DATE:
        return _day(cursor.number("d"))
    if kind == _FLAG:
        return cursor.number("h") != 0
    if kind == _BYTES:
        dimensions, size, lowest = cursor.number("H"), cursor.number("I"), cursor.number("I")
        if dimensions != 1 or lowest:
            raise Damaged(reason="its inner definition is stored in a way that is not known")
        return cursor.take(size)
    raise Damaged(reason=f"a value is of an unknown kind ({kind:#06x})")


def _day(days: float) -> datetime:
    """A day of Windows: days since 30 December 1899, the time of day behind the point."""
    if not math.isfinite(days) or not 0 <= days < 2_958_466:
        raise Damaged(reason="one of its days is none")
    return _EPOCH + timedelta(seconds=round(days * 86_400))

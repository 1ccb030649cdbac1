"""Makes definitions of GetConnectors (.gcn) and the ZIP files of suppliers, sound ones and hostile ones."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

GUID = "0123456789ABCDEF0123456789ABCDEF"
VIEW = "FEDCBA9876543210FEDCBA9876543210"
CHANGED = datetime(2026, 9, 14, 13, 45, 30)


def element(value: Any) -> bytes:
    """One value as Windows stores it."""
    if isinstance(value, bool):
        return struct.pack("<Hh", 0x0B, -1 if value else 0)
    if isinstance(value, int):
        return struct.pack("<Hi", 0x03, value)
    if isinstance(value, str):
        text = value.encode("cp1252")
        return struct.pack("<HH", 0x08, len(text)) + text
    if isinstance(value, float):
        return struct.pack("<Hd", 0x07, value)
    if isinstance(value, datetime):
        return element((value - datetime(1899, 12, 30)).total_seconds() / 86_400)
    return struct.pack("<HHII", 0x2011, 1, len(value), 0) + bytes(value)


def inner(rest_id: str, text: bytes | None = None) -> bytes:
    """The part that holds the definition itself."""
    if text is None:
        text = f"D1@D47@...@IGuid@D0@I{GUID}@D0@IType@D0@I{VIEW}@D0@I{rest_id}@D0@D2@".encode()
    return packed({"ExternalData": text})


def packed(files: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 14, 13, 45, 30)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def elements(name: str = "BP_Employers", rest_id: str = "", **other: Any) -> list[Any]:
    """The values of a definition of format 7; `other` replaces some, by `at_3`."""
    values: list[Any] = [
        7, GUID.lower(), 8, name, datetime(2020, 2, 29, 8, 0), CHANGED, 0, 3000,
        "2", "9", "1400", "Hrm", "Kn", False, inner(rest_id or name.rpartition(" - ")[2]), "QUJD" * 48,
    ]  # fmt: skip
    for place, value in other.items():
        values[int(place.removeprefix("at_"))] = value
    return values


def row(values: Sequence[Any]) -> bytes:
    """The values as one file."""
    return struct.pack("<HHII", 0x200C, 1, len(values), 0) + b"".join(map(element, values))


def definition(name: str = "BP_Employers", rest_id: str = "", **other: Any) -> bytes:
    """A .gcn file of format 7."""
    return row(elements(name, rest_id, **other))

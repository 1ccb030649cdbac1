"""GetConnector definitions (.gcn) and the ZIPs around them, built from the documented layout."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

GUID = "0123456789ABCDEF0123456789ABCDEF"
VIEW = "FEDCBA9876543210FEDCBA9876543210"
CHANGED = datetime(2026, 3, 14)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            # Made twice it is the same file, whatever the time.
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 14, 8, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def variant(value: Any) -> bytes:
    """An element: its type and its value, little-endian."""
    match value:
        case bool():
            return struct.pack("<Hh", 0x0B, -1 if value else 0)
        case int():
            return struct.pack("<Hi", 0x03, value)
        case str():
            text = value.encode("cp1252")
            return struct.pack("<HH", 0x08, len(text)) + text
        case float():
            return struct.pack("<Hd", 0x07, value)
        case datetime():
            return struct.pack("<Hd", 0x07, (value - datetime(1899, 12, 30)).total_seconds() / 86_400)
        case bytes():
            return struct.pack("<HHII", 0x2011, 1, len(value), 0) + value
    raise TypeError(value)


def container(elements: list[Any]) -> bytes:
    """An array of variants."""
    return b"\x0c\x20\x01\x00" + struct.pack("<II", len(elements), 0) + b"".join(variant(each) for each in elements)


def elements(
    id: str = "Loonjaar",
    name: str = "",
    *,
    format: int = 7,
    signature: bytes = b"s" * 144,
    sql: str = "insert AfasMdView",
) -> list[Any]:
    """The elements of a definition. `name` is what its head says; without one it is the REST id."""
    inner = f"D1@D47@D0@IGuid@D0@I{GUID}@D0@IType@D0@I8@D0@IDs@D0@I{name or id}@D0@{sql}@I{VIEW}@D0@I{id}@D0@D2"
    text = inner.encode("cp1252")
    data = zipped({"ExternalData": text if format == 7 else base64.b64encode(text.replace(b"@", b"\0"))})
    parts: list[Any] = [format, GUID, 8, name or id, CHANGED, CHANGED, 0, 3000, "2", "9", "1400", "Hrm", "Kn", False]
    parts += [data, base64.b64encode(signature).decode()]
    return parts + ([True] if format == 8 else [])


def gcn(id: str = "Loonjaar", name: str = "", **how: Any) -> bytes:
    """A .gcn file."""
    return container(elements(id, name, **how))


def archive(data: bytes, name: str = "Loonjaar.gcn", named: str = "") -> bytes:
    """The ZIP that goes along with DEFINITIEIMPORT. `named` is what its description names, where that differs."""
    declaration = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    meta = f"{declaration}<InputFile_Name>{named or name}</InputFile_Name>"
    return zipped({name: data, "@#$MetaInfo.xml": meta.encode()})

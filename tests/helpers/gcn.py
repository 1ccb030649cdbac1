"""Definitions of GetConnectors with single values replaced, and ZIP files that no supplier would make."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.afas_files import VIEW, container, elements, zipped


def inner(rest_id: str) -> bytes:
    """The part that holds the definition itself."""
    return zipped({"ExternalData": f"D1@D47@IType@D0@I8@D0@insert AfasMdView@I{VIEW}@D0@I{rest_id}@D0@D2".encode()})


def definition(name: str = "BP_Employers", rest_id: str = "", **other: Any) -> bytes:
    """A .gcn file of format 7; `other` replaces some of its values, by `at_3`."""
    values = elements(rest_id or name.rpartition(" - ")[2], name)
    for place, value in other.items():
        values[int(place.removeprefix("at_"))] = value
    return container(values)


def packed(files: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP file, which may hold two files of one name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 14, 13, 45, 30)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

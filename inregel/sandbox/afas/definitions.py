"""Reads GetConnector definitions (.gcn) as far as their layout is known, and imports them into an environment.

A .gcn file is an array of OLE variants. The SQL inside is not run: fields and rows of an imported definition are what
the environment has `behind` its REST id. Assumed: a REST id that is not found inside is the last part of the name.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from inregel.errors import InregelError
from inregel.frozen import frozen
from inregel.sandbox.afas.state import Environment, GetConnector
from inregel.sandbox.afas.switches import Switches

_HEAD: Final = b"\x0c\x20\x01\x00"
_ELEMENTS: Final = {7: 16, 8: 17}
_GET_CONNECTOR: Final = 8
_OLE_ZERO: Final = datetime(1899, 12, 30)
_REST_ID: Final = re.compile(r"@I[0-9A-Fa-f]{32}@D0@I(\w{1,128})@D0@D2")
_LARGEST: Final = 16 * 1024**2
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What reading a damaged, encrypted or strange archive raises."""


class BadDefinition(InregelError):
    """{name} cannot be imported: {reason}"""


@frozen
class Definition:
    """What a .gcn file says of itself."""

    name: str
    guid: str
    id: str
    """The REST id."""
    changed: str
    signature: str
    content: str
    """SHA-256 of the ZIP inside."""


def read(name: str, data: bytes) -> Definition:
    """Reads a .gcn file. Raises `BadDefinition`."""
    try:
        elements = _elements(data)
        kinds = [type(each) for each in elements]
        if elements[0] not in _ELEMENTS or len(elements) != _ELEMENTS[elements[0]]:
            raise ValueError("an unknown format")
        if kinds[1:4] != [str, int, str] or kinds[5] is not float or kinds[14:16] != [bytes, str]:
            raise ValueError("its elements are not those of a definition")
        if elements[2] != _GET_CONNECTOR or not re.fullmatch("[0-9A-Fa-f]{32}", elements[1]):
            raise ValueError("it is not a GetConnector")
        if len(elements[15]) != 192 or len(base64.b64decode(elements[15], validate=True)) != 144:
            raise ValueError("its signature has another length")
        inner = member(elements[14], "ExternalData").decode("cp1252", "replace")
    except (struct.error, IndexError, binascii.Error, *DAMAGED) as error:
        raise BadDefinition(name=name, reason=str(error) or "it is damaged") from error
    found = _REST_ID.findall(inner)
    changed = _OLE_ZERO + timedelta(days=elements[5])
    content = sha256(elements[14]).hexdigest()
    rest_id = found[-1] if found else elements[3].rpartition(" - ")[2]
    return Definition(elements[3], elements[1].upper(), rest_id, f"{changed:%Y-%m-%d}", elements[15], content)


def import_into(environment: Environment, found: Definition, *, overwrite: bool, switches: Switches) -> str:
    """Imports a definition; returns what the log says. Raises `BadDefinition`."""
    known = environment.signatures.get(found.signature, found.content)
    if switches.signature_holds and known != found.content:
        raise BadDefinition(name=found.name, reason="its signature belongs to another definition")
    there = environment.get_connectors.get(found.id)
    if there is not None and not (overwrite and switches.overwrites):
        if switches.existing_definition == "kept":
            return f"{found.id}: bestaat al, niet overschreven"
        i = next(i for i in range(2, 1000) if f"{found.id}_{i}" not in environment.get_connectors)
        _put(environment, found, f"{found.id}_{i}")
        return f"{found.id}: geimporteerd als {found.id}_{i}"
    _put(environment, found, found.id)
    return f"{found.id}: geimporteerd"


def _put(environment: Environment, found: Definition, id: str) -> None:
    behind = environment.behind.get(found.id, GetConnector(found.id))
    before = environment.get_connectors.get(id, GetConnector(id))
    environment.get_connectors[id] = GetConnector(
        id,
        behind.description or found.name,
        list(behind.fields),
        behind.rows,
        blocked=before.blocked,
        guid=found.guid,
        name=found.name,
        changed=found.changed,
        called=before.called,
    )
    environment.signatures[found.signature] = found.content
    environment.imports += 1


def member(archive: bytes, name: str) -> bytes:
    """A file of a ZIP, which must have no other of that name. Raises what `DAMAGED` lists."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        infos = [info for info in opened.infolist() if info.filename == name]
        if len(infos) != 1 or infos[0].file_size > _LARGEST:
            raise ValueError(f"the ZIP has not one file {name}")
        with opened.open(infos[0]) as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ValueError(f"{name} is too large")
        return data


# --- the container --------------------------------------------------------------------------------------------------


class _Bytes:
    """Takes values off the front, little-endian."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise ValueError("it ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, form: str) -> Any:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    @property
    def rest(self) -> int:
        return len(self._data) - self._at


def _elements(data: bytes) -> list[Any]:
    source = _Bytes(data)
    if source.take(4) != _HEAD:
        raise ValueError("it is not a definition")
    count, _lower = source.number("I"), source.number("I")
    if count > max(_ELEMENTS.values()):
        raise ValueError("it has too many elements")
    readers: dict[int, Callable[[], Any]] = {
        0x0003: lambda: source.number("i"),
        0x0008: lambda: source.take(source.number("H")).decode("cp1252"),
        0x0007: lambda: source.number("d"),
        0x000B: lambda: source.number("h") != 0,
        0x2011: lambda: _byte_array(source),
    }
    elements = []
    for _ in range(count):
        kind = source.number("H")
        if kind not in readers:
            raise ValueError(f"an element of the unknown type {kind:#06x}")
        elements.append(readers[kind]())
    if source.rest:
        raise ValueError("something follows its end")
    return elements


def _byte_array(source: _Bytes) -> bytes:
    if source.number("H") != 1:
        raise ValueError("a byte array of more than one dimension")
    size, _lower = source.number("I"), source.number("I")
    return source.take(size)

"""The ZIP file in which a supplier hands out GetConnectors, pinned by its SHA-256.

It comes by e-mail and what is in it runs in AFAS, so it is opened only where it is the very file that was looked at;
then still nothing in it is trusted. Nothing is unpacked to the disk. Refused is a name that leads out of a folder,
two files of one name, files that are encrypted, links or archives themselves, and more than a supplier ever sends.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from typing import Final

from inregel.errors import InregelError
from inregel.formats import gcn
from inregel.frozen import frozen

MOST_BYTES: Final = 32 * 2**20
_MOST_FILES: Final = 500
_MOST_UNPACKED: Final = 32 * 2**20
"""Of all files together, as they are unpacked and not as the archive says."""
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")


class ZipError(InregelError):
    """The ZIP file of GetConnectors cannot be used: {reason}.
    Nothing of it was unpacked."""


class OtherFile(ZipError):
    """It is not the file that was pinned: its SHA-256 is {found}, and the playbook says {pinned}.
    Look at what is in it first; then write the new SHA-256, and keep the name of the old file out of use."""


@frozen
class Packed:
    """One definition in the archive."""

    path: str
    """As in the archive; the last part is the name of the file."""
    data: bytes
    digest: str
    """SHA-256 of `data`, 64 hex digits."""
    definition: gcn.Definition


@frozen
class Contents:
    """What an archive holds."""

    definitions: tuple[Packed, ...]
    others: tuple[str, ...]
    """Files that are no definition, such as a manual or a custom field (.fie)."""


def read(data: bytes, sha256: str) -> Contents:
    """Opens an archive. Raises `OtherFile` where it is another one, `ZipError`, or `gcn.GcnError` with its file."""
    pinned(data, sha256)
    if len(data) > MOST_BYTES:
        raise ZipError(reason=f"it is larger than {MOST_BYTES >> 20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _contents(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise ZipError(reason="it is damaged, was cut short, or is no ZIP file") from error


def pinned(data: bytes, sha256: str) -> str:
    """The SHA-256 of a file, 64 hex digits. Raises `OtherFile` where it is not the one that was pinned."""
    found, wanted = hashlib.sha256(data).hexdigest(), sha256.strip().lower()
    if found != wanted:
        raise OtherFile(found=found, pinned=wanted)
    return found


def _contents(archive: zipfile.ZipFile) -> Contents:
    files = [each for each in archive.infolist() if not each.is_dir()]
    _check(files)
    definitions, others, left = [], [], _MOST_UNPACKED
    for file in files:
        content = _unpack(archive, file, left)
        left -= len(content)
        if content.startswith(_ARCHIVES):
            raise ZipError(reason=f"{_shown(file.filename)} is an archive itself")
        if not file.filename.lower().endswith(".gcn"):
            others.append(file.filename)
            continue
        try:
            definition = gcn.read(content)
        except gcn.GcnError as error:
            raise ZipError(reason=f"{_shown(file.filename)}: {str(error).partition(chr(10))[0]}") from error
        digest = hashlib.sha256(content).hexdigest()
        definitions.append(Packed(file.filename, content, digest, definition))
    if not definitions:
        raise ZipError(reason="there is no definition (.gcn) in it")
    return Contents(tuple(definitions), tuple(others))


def _check(files: list[zipfile.ZipInfo]) -> None:
    """What can be refused before anything is unpacked."""
    if len(files) > _MOST_FILES:
        raise ZipError(reason=f"it has {len(files)} files, and at most {_MOST_FILES} are read")
    names: set[str] = set()
    for file in files:
        # `filename` ends at a NUL and has `/` for the separator of this system; the name as it was stored tells more.
        name, shown = file.orig_filename, _shown(file.filename)
        parts = name.replace("\\", "/").split("/")
        if "" in parts or ".." in parts or "." in parts or ":" in name or not name.isprintable():
            raise ZipError(reason=f"the name {shown} leads out of its folder, or is none")
        if file.flag_bits & _ENCRYPTED:
            raise ZipError(reason=f"{shown} is encrypted: ask the supplier for a file without a password")
        if stat.S_IFMT(file.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ZipError(reason=f"{shown} is a link or a device, and no file")
        if file.compress_type not in _METHODS:
            raise ZipError(reason=f"{shown} is packed in a way that is not read here")
        # Two files of one name in two folders would be one file in AFAS, which knows no folders.
        last = parts[-1].casefold()
        if last in names:
            raise ZipError(reason=f"two files are called {_shown(parts[-1])}")
        names.add(last)


def _unpack(archive: zipfile.ZipFile, file: zipfile.ZipInfo, most: int) -> bytes:
    """A file, no more than it may have: what the archive says of its size is not believed."""
    with archive.open(file) as part:
        content = part.read(most + 1)
    if len(content) > most:
        raise ZipError(reason=f"unpacked it is larger than {_MOST_UNPACKED >> 20} MiB")
    return content


def _shown(name: str) -> str:
    """A name as it can be printed."""
    return ascii(name[:80])

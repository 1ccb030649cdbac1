"""Files that back what a person said: kept under their SHA-256, so that the ledger can name them for good."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inregel.frozen import frozen
from inregel.platform import write_durably
from inregel.work.answers import WorkError

FOLDER = Path(".inregel/evidence")
LARGEST = 64 << 20
"""Bytes; it is read into memory as a whole."""


@frozen
class Evidence:
    """One kept file."""

    name: str
    """As the person named it."""
    digest: str
    """SHA-256, 64 hex digits; the file is `.inregel/evidence/<digest>`."""


def keep(path: Path, root: Path) -> Evidence:
    """Copies a file into the project's `.inregel/evidence`; the same content is kept once. Raises `WorkError`."""
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    target = root / FOLDER / digest
    try:
        _write(target, data)
    except OSError as error:
        reason = f"The evidence cannot be kept in {FOLDER.as_posix()}: {error.strerror}. Nothing was recorded."
        raise WorkError(reason=reason) from error
    return Evidence(path.name, digest)


def _read(path: Path) -> bytes:
    """A plain file of at most `LARGEST` bytes: a pipe or a device may never end."""
    try:
        # Asked first: opening a pipe waits for somebody to write into it.
        if not path.is_dir() and path.exists() and not path.is_file():
            raise WorkError(reason=f"The evidence {path} is no plain file. Nothing was recorded.")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        reason = f"The evidence {path} cannot be read: {error.strerror}. Nothing was recorded."
        raise WorkError(reason=reason) from error
    if len(data) > LARGEST:
        most = f"evidence has at most {LARGEST >> 20} MiB"
        raise WorkError(reason=f"The evidence {path} is too large: {most}, such as a picture. Nothing was recorded.")
    return data


def _write(target: Path, data: bytes) -> None:
    if target.exists() and target.read_bytes() == data:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_durably(target, data, mode=0o600)

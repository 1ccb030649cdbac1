"""Replaces files so that each is wholly old or wholly new, whatever happens: written aside, synced, renamed."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from inregel.crashpoints import edge
from inregel.platform import HeldLock, hold_lock, sync_folder
from inregel.secrets.base import SecretError

PATIENCE: Final = 10.0
"""Seconds to wait for another `inregel secret` to finish."""
_PAUSE: Final = 0.5
_PRIVATE: Final = 0o600


class NotWritten(SecretError):
    """{file} could not be written: {reason}.
    {state}"""


class StoreBusy(SecretError):
    """The secrets of this project are being changed by another process.
    Wait until it is done, then give the same command again."""

    exit_code = 4


class Disk:
    """What is done to files, in the steps that can fail; tests hand over one that fails."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Writes all of a new file and waits until it is on the disk."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with edge("secrets.write"), os.fdopen(os.open(path, flags, _PRIVATE), "wb") as stream:
            # One that a killed process left behind may have other rights.
            path.chmod(mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    def replace(self, fresh: Path, path: Path) -> None:
        """Gives the new file its name, and waits until that is on the disk."""
        with edge("secrets.replace"):
            fresh.replace(path)
            sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Takes a file away."""
        path.unlink(missing_ok=True)


def replace_all(files: Mapping[Path, bytes], disk: Disk) -> None:
    """Replaces every file by its new content, keeping its rights; a new one is for its owner alone (0600).

    All are written aside before the first is renamed, so a full disk changes nothing. Raises `NotWritten`.
    """
    fresh: dict[Path, Path] = {}
    renamed = 0
    current = Path()
    try:
        for name, data in files.items():
            current = name.resolve()  # a link stays a link
            fresh[current] = current.with_name(f".{current.name}.new")
            disk.write(fresh[current], data, _mode(current))
        for current, aside in fresh.items():
            disk.replace(aside, current)
            renamed += 1
    except OSError as error:
        for aside in fresh.values():
            with contextlib.suppress(OSError):
                disk.remove(aside)
        state = "Nothing was changed."
        if renamed:
            state = f"{renamed} of {len(files)} files are new, the others are as they were: the same command goes on."
        raise NotWritten(file=current.name, reason=error.strerror or error, state=state) from error


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return _PRIVATE


@contextlib.contextmanager
def locked(root: Path, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """One at a time changes the secrets of the project at `root`. Raises `StoreBusy` after ten seconds."""
    folder = root / ".inregel"
    try:
        folder.mkdir(exist_ok=True)
        lock = _wait_for(folder / "secrets.lock", sleep)
    except OSError as error:
        raise NotWritten(file=folder, reason=error.strerror or error, state="Nothing was changed.") from error
    try:
        yield
    finally:
        lock.release()


def _wait_for(path: Path, sleep: Callable[[float], None]) -> HeldLock:
    waited = 0.0
    while (lock := hold_lock(path)) is None:
        if waited >= PATIENCE:
            raise StoreBusy
        sleep(_PAUSE)
        waited += _PAUSE
    return lock

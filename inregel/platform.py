"""All that differs between Linux, macOS and Windows: locks, syncing a folder, the console, signals.

What does not belong here: anything else that touches files. Other modules ask by these names and never by platform.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TextIO

from inregel.crashpoints import edge

WINDOWS: Final = sys.platform == "win32"
_ATTEMPTS: Final = 5

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class HeldLock:
    """A lock on a file that ends with `release()` or with the process, however it ends."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Gives it back; twice is harmless. The file stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def hold_lock(path: Path) -> HeldLock | None:
    """Takes the lock on `path` (made where it is missing), or None where another process or opening has it."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            # Whoever only asks whether it is free has it for a moment.
            time.sleep(0.01)
        # Never inherited by a child (Python opens so): a child that outlives us must not keep the lock.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _try_lock(descriptor) and _is_still(path, descriptor):
                return HeldLock(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    return None


def lock_is_free(path: Path) -> bool:
    """Whether nobody holds the lock on `path`; a missing file is free. Never makes the file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return _try_lock(descriptor)
    finally:
        os.close(descriptor)


def remove_free_lock(path: Path) -> bool:
    """Removes the file of a lock that nobody holds; False where somebody does.

    It is removed under the lock: one who takes it at this very moment notices, and takes the new file.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        if not _try_lock(descriptor):
            return False
        with contextlib.suppress(OSError):  # Windows keeps a file that is open; the next one removes it
            path.unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether `path` is the file that was opened, and not removed or replaced since."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Makes a new or renamed name in `folder` durable. Raises OSError; Windows does it with the file itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replaces `path` by `data`, whole or not at all, also when the power fails. Raises OSError; the old file stays.

    A link is followed. A device or a pipe is written into: it is never replaced by a file.
    """
    special = path.exists() and not path.is_file()
    path = path if special else path.resolve()
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with edge("file.write"):
            if special:
                path.write_bytes(data)
                return
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def process_name() -> str:
    """`user@host, process N`, as people read it."""
    # Not at the top: every command imports this file, and few need a name.
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run under a number that has no name
        user = f"user {os.getuid()}" if sys.platform != "win32" else "user"
    return f"{user}@{socket.gethostname()}, process {os.getpid()}"


def use_utf8(*streams: TextIO) -> None:
    """Makes `streams` write UTF-8 whatever the console's code page; what it cannot show is replaced, never a crash."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def on_interrupt(handle: Callable[[], None]) -> Iterator[None]:
    """While it lasts, Ctrl-C and a polite kill (SIGTERM) call `handle` in the main thread; restores what was there.

    The second one within it acts as always: the user who means it is not kept waiting.
    """
    signals = [signal.SIGINT] if WINDOWS else [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in signals}

    def first(number: int, _frame: object) -> None:
        for each, old in before.items():
            signal.signal(each, old if old is not None else signal.SIG_DFL)
        handle()

    for number in signals:
        signal.signal(number, first)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old if old is not None else signal.SIG_DFL)


def terminate_quietly() -> None:
    """Ends standard output after its reader went away, so that the interpreter does not complain at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


def endless(path: Path) -> bool:
    """Whether reading it may wait for ever or never end: a pipe, a socket, a device. What is not there is none."""
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))

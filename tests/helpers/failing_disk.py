"""A disk that fails, or a machine that stops, at one chosen operation."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from inregel.secrets.files import Disk


class Killed(BaseException):
    """The process ends here; no handler of the program runs."""


class FailingDisk(Disk):
    """Works until operation number `at` (from 1), which raises: OSError, or `Killed` where `killed` is set.

    A write that fails leaves half of the file behind, as a full disk does.
    """

    def __init__(self, at: int, *, killed: bool = False, code: int = errno.ENOSPC) -> None:
        self._left = at
        self._killed = killed
        self._code = code

    def write(self, path: Path, data: bytes, mode: int) -> None:
        if self._now():
            path.write_bytes(data[: len(data) // 2])
            self._fail()
        super().write(path, data, mode)

    def replace(self, fresh: Path, path: Path) -> None:
        if self._now():
            self._fail()
        super().replace(fresh, path)

    def _now(self) -> bool:
        self._left -= 1
        return self._left == 0

    def _fail(self) -> None:
        if self._killed:
            raise Killed
        raise OSError(self._code, os.strerror(self._code))

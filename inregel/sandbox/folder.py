"""A folder for a new project: nothing that is there is overwritten, and a half-made project is taken away again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from inregel.errors import InregelError
from inregel.library import home


class Taken(InregelError):
    """{root} holds {names} already, so nothing was made there.
    Give another folder: inregel init DIR"""


class NotMade(InregelError):
    """The project could not be made in {root}: {reason}."""


def template(name: str) -> str:
    """A file of the reference playbooks, by its path below `playbooks/`."""
    return (home() / "playbooks" / name).read_text("utf-8")


class Folder:
    """`with Folder(root, names)`: refuses where one of `names` is there; on an error removes what it made."""

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        self._root = root
        self._names = names
        self._made: list[Path] = []

    def __enter__(self) -> Folder:
        there = [name for name in self._names if (self._root / name).exists() or (self._root / name).is_symlink()]
        if there:
            raise Taken(root=self._root, names=", ".join(there))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        for path in reversed(self._made):
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if isinstance(error, OSError):
            raise NotMade(root=self._root, reason=error.strerror or error) from error

    def write(self, name: str, data: str | bytes, mode: int = 0o644) -> None:
        """Writes a new file; one that is there already (a .gitignore, a README) is kept as it is."""
        path = self._root / name
        self._make_folder(path.parent)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            return
        self._made.append(path)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data.encode() if isinstance(data, str) else data)

    def made(self, name: str) -> None:
        """A folder that another part makes; it goes with the rest where something fails."""
        self._make_folder(self._root)
        if not (self._root / name).exists():
            self._made.append(self._root / name)

    def _make_folder(self, path: Path) -> None:
        missing = [each for each in (path, *path.parents) if not each.exists()]
        path.mkdir(parents=True, exist_ok=True)
        self._made.extend(reversed(missing))

"""Where variables stand and which one wins: the precedence of Ansible, with the file of each value.

From weak to strong: `vars` of `all`, `vars` of the other groups (by depth, priority, name), `group_vars/all`,
`group_vars/` of the other groups, the office in the inventory, `office_vars/`, the play, its `vars_files`, the task,
`--extra-vars`. A stronger value replaces a weaker one whole; mappings are not merged.
What does not belong here: rendering templates (`inregel.config.scope`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple, TypeAlias

from inregel.config.mistakes import Mistake, Path, Position, Where

RESERVED: Final = frozenset({"office", "offices", "secret"})
"""Names that templates always see as inregel's own; no variable may have one."""
EXTENSIONS: Final = ("", ".yml", ".yaml", ".json")
"""Of variable files, in the order in which they are tried; the first that is there is the one that is read."""

Reader: TypeAlias = Callable[[FilePath], Any]
"""Reads one YAML or JSON file, decrypted where it is a Vault file. Raises `ConfigError`."""


class Locked(Exception):
    """A file of variables that cannot be decrypted: the reason and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


class Layer(NamedTuple):
    """Variables that stand together in one place."""

    values: Mapping[str, Any]
    file: str
    path: Path = ()
    places: Mapping[str, Position] | None = None
    """Where each name stands, for files that are not YAML (a cell of a sheet)."""
    locked: Locked | None = None
    """Why the file could not be decrypted; then it has no values."""

    def where(self, name: str) -> Where | Position:
        """The place of a variable of this layer."""
        if self.places is not None:
            return self.places.get(name) or Position(self.file, 0, 0)
        return Where(self.file, (*self.path, name))


def merged(layers: Iterable[Layer]) -> dict[str, Any]:
    """All values, the later layer first in right."""
    result: dict[str, Any] = {}
    for layer in layers:
        result.update(layer.values)
    return result


class Vars(dict[str, Any]):
    """Variables that know where each of them stands; for those of a play, which come from several files."""

    def __init__(self, layers: Sequence[Layer] = ()) -> None:
        super().__init__(merged(layers))
        self.layers = tuple(layers)


def locked_among(values: Mapping[str, Any]) -> Locked | None:
    """Why not all variables of a play are known: a file of its `vars_files` could not be decrypted."""
    layers = values.layers if isinstance(values, Vars) else ()
    return next((layer.locked for layer in layers if layer.locked is not None), None)


def place_of(name: str, layers: Sequence[Layer]) -> Where | Position | None:
    """Where the value of a variable stands that wins, or None."""
    for layer in reversed(layers):
        if name in layer.values:
            found: Where | Position = layer.where(name)
            return found
    return None


@dataclass(slots=True, repr=False, eq=False)
class Files:
    """What was read, for the digest of a revision. Line ends do not count: a CRLF checkout gives the same digest."""

    root: FilePath
    digests: dict[str, str] = field(default_factory=dict)

    def name(self, path: FilePath) -> str:
        """The path as people know it: relative to the root, with forward slashes."""
        return FilePath(os.path.relpath(path, self.root)).as_posix()

    def record(self, path: FilePath, data: bytes, *, text: bool = True) -> str:
        """Notes the content of a file; returns its name."""
        name = self.name(path)
        self.note(name, data.replace(b"\r\n", b"\n") if text else data)
        return name

    def note(self, name: str, data: bytes) -> None:
        """Notes something that is not a file, such as what a script printed."""
        self.digests[name] = hashlib.sha256(data).hexdigest()

    def inputs(self) -> list[tuple[str, str]]:
        """(name, SHA-256) in order of name."""
        return sorted(self.digests.items())


class VarsFolder:
    """The files of one folder `group_vars/` or `office_vars/`, found as Ansible finds them.

    For a name the first of `NAME`, `NAME.yml`, `NAME.yaml` and `NAME.json` counts; a folder `NAME/` gives all its
    files in order of name, and those of its sub-folders.
    """

    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        try:
            with os.scandir(folder) as entries:
                self._entries = {entry.name: entry.is_dir() for entry in entries}
        except (FileNotFoundError, NotADirectoryError):
            self._entries = {}

    def files(self, name: str) -> list[FilePath]:
        """The files that hold the variables of a group or an office, weakest first."""
        if not self._entries:
            return []
        for extension in EXTENSIONS:
            found = self._entries.get(name + extension)
            if found is not None:
                path = self.folder / (name + extension)
                return list(_walk(path)) if found else [path]
        return []

    def ignored(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(entry, name that it would belong to or "") for everything in the folder that no name reads."""
        read = {name + extension for name in names for extension in self._first(name)}
        for entry in sorted(self._entries):
            path = FilePath(entry)
            if entry not in read and not entry.startswith(".") and path.suffix in EXTENSIONS:
                yield entry, path.stem

    def _first(self, name: str) -> list[str]:
        return [extension for extension in EXTENSIONS if name + extension in self._entries][:1]


def _walk(folder: FilePath) -> Iterator[FilePath]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.is_dir():
            if not path.suffix:
                yield from _walk(path)
        elif path.suffix in EXTENSIONS:
            yield path


def check_names(values: Mapping[Any, Any], layer: Layer) -> Iterator[Mistake]:
    """What is wrong with the names of some variables."""
    for name in values:
        if not isinstance(name, str):
            message = f"the name of a variable is text, and {name!r} is not"
            yield Mistake(message, Where(layer.file, (*layer.path, name), key=True), f'"{name}"')
        elif name in RESERVED:
            place = layer.where(name)
            where = place._replace(key=True) if isinstance(place, Where) else place
            yield Mistake(f"`{name}` always means inregel's own {name}; give the variable another name", where)

"""Reads the inventory of a project from its sources: trees, dynamic inventories, scripts and sheets."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, Final

from inregel import platform
from inregel.config import dynamic, schema, source
from inregel.config.builder import ALL, UNGROUPED, Builder
from inregel.config.inventory import Inventory
from inregel.config.mistakes import ConfigError, Mistake, Position, Where
from inregel.config.positions import failure, locate
from inregel.config.tree import NAME, Tree
from inregel.config.variables import Files, Layer, Locked
from inregel.errors import InregelError
from inregel.secrets.base import SecretSource
from inregel.speech import advice, headline

_VAULT: Final = b"$ANSIBLE_VAULT;"
_IGNORED: Final = (
    ".pyc",
    ".pyo",
    ".swp",
    ".bak",
    "~",
    ".rpm",
    ".md",
    ".txt",
    ".rst",
    ".orig",
    ".cfg",
    ".retry",
    ".csv",
    ".xlsx",
)
"""Endings of what a folder of inventories holds beside inventories."""
_FOLDERS: Final = frozenset({"group_vars", "office_vars", "host_vars"})


class Readers:
    """Reads files of a project, notes them for the revision digest, and decrypts those that are Vault files."""

    def __init__(self, files: Files, secrets: SecretSource) -> None:
        self.files = files
        self._secrets = secrets

    def read(self, path: FilePath) -> Any:
        """A YAML or JSON file; None where it is empty. Raises `ConfigError`, or `Locked` where it stays encrypted."""
        try:
            data = None if platform.endless(path) else path.read_bytes()
        except OSError:
            data = None
        if data is None:
            return source.read(path, self.files.root)  # says why not
        name = self.files.record(path, data)
        if not data.startswith(_VAULT):
            return source.read(path, self.files.root, may_be_empty=True)
        try:
            clear = self._secrets.decrypt(data, name)
        except InregelError as error:
            raise Locked(headline(error), advice(error)) from error
        return source.read(path, self.files.root, may_be_empty=True, data=clear)


class InventoryReader:
    """Reads all sources of an inventory into one."""

    def __init__(self, readers: Readers, inventory_schema: Mapping[str, Any]) -> None:
        self._readers = readers
        self._files = readers.files
        self._schema = inventory_schema
        self._builder = Builder()
        self._mistakes: list[Mistake] = []

    def read(self, sources: Sequence[FilePath]) -> Inventory:
        """The inventory. Raises one `ConfigError` with the mistakes of all files."""
        for path in sources:
            self._source(path)
        folders = [path if path.is_dir() else path.parent for path in sources]
        for folder in dict.fromkeys(folders):
            if (folder / "host_vars").is_dir():
                place = Position(self._files.name(folder / "host_vars"), 0, 0)
                self._mistakes.append(Mistake("the variables of offices stand in office_vars/", place, "office_vars"))
        whole = self._builder.finish()
        inventory = Inventory(self._builder, folders, self._readers.read, self._files) if whole else None
        mistakes = [*self._mistakes, *self._builder.mistakes, *self._namesakes()]
        if inventory is not None:
            mistakes += inventory.read_all()
        if mistakes or inventory is None:
            raise failure(self._files.root, mistakes)
        return inventory

    def _namesakes(self) -> Iterator[Mistake]:
        """Offices that are called like a group: a pattern, `--limit` and `group_vars/` could mean either."""
        groups = self._builder.groups
        for name in sorted(self._builder.offices.keys() & groups.keys()):
            first = groups[name].where
            if isinstance(first, Where):
                first = locate(self._files.root, first)
            place = f" in {first}" if first is not None else f", and `{name}` is always one"
            message = f"`{name}` is an office here and a group{place}; a pattern could mean either"
            instead = "another name for " + ("the office" if name in (ALL, UNGROUPED) else "one of the two")
            yield Mistake(message, self._builder.offices[name].where, instead)

    def _source(self, path: FilePath) -> None:
        if not path.is_dir():
            self._file(path)
            return
        for entry in sorted(path.iterdir()):
            if not entry.name.startswith(".") and not entry.name.endswith(_IGNORED) and entry.name not in _FOLDERS:
                self._source(entry)

    def _file(self, path: FilePath) -> None:
        name = self._files.name(path)
        if dynamic.is_script(path):
            try:
                self._files.note(name, dynamic.read_script(self._builder, path, name))
            except dynamic.ScriptProblem as problem:
                self._mistakes.append(Mistake(str(problem), Position(name, 0, 0)))
            return
        if dynamic.is_locked_script(path):
            message = "this is a script that gives the inventory, and it may not be run"
            self._mistakes.append(Mistake(message, Position(name, 0, 0), f"chmod +x {shlex.quote(name)}"))
            return
        try:
            data = self._readers.read(path)
        except ConfigError as error:
            found = _ini(path, name)
            self._mistakes += error.mistakes if found is None else [found]
            return
        except Locked as locked:
            self._mistakes.append(Mistake(f"{locked.reason} {locked.remedy}", Position(name, 0, 0)))
            return
        if data is None:
            self._mistakes.append(Mistake("the file is empty", Position(name, 0, 0), "all:\n  offices:"))
        elif path.suffix.lower() == ".json" and dynamic.is_dynamic(data):
            dynamic.read(self._builder, data, name)
        elif isinstance(data, dict):
            self._tree(data, name, path.parent)
        else:
            self._mistakes.append(self._no_mapping(data, path, name))

    def _no_mapping(self, data: Any, path: FilePath, name: str) -> Mistake:
        found = _ini(path, name)
        if found is not None:
            return found
        (said,) = schema.check(data, self._schema, Where(name))
        return Mistake(said.message, said.where, "all:\n  offices: ...")

    def _tree(self, data: dict[Any, Any], name: str, folder: FilePath) -> None:
        found = schema.check(data, self._schema, Where(name))
        tree = Tree(self._builder, name, lambda *sheet: self._sheet(folder, *sheet))
        tree.read(data)
        # What the schema says is said better; what it does not know of (names, ranges) is said here.
        said = {mistake.where.path for mistake in found if isinstance(mistake.where, Where)}
        odd = [
            mistake
            for mistake in tree.odd
            if isinstance(mistake.where, Where) and not any(_touch(mistake.where.path, path) for path in said)
        ]
        self._mistakes += [*found, *odd]

    def _sheet(self, folder: FilePath, builder: Builder, group: str, spec: Mapping[str, Any], where: Where) -> None:
        from inregel.config import sheets

        path = folder / str(spec["from"])
        name = self._files.name(path)
        rows, mistakes = sheets.read(spec, where, path, name)
        if path.is_file():
            self._files.record(path, path.read_bytes(), text=path.suffix.lower() == ".csv")
        self._mistakes += mistakes
        for row in rows:
            if NAME.match(row.id):
                builder.office(row.id, group, row.where, Layer(row.values, name, (), row.places))
            else:
                message = f"the office `{row.id}` is not a name of letters, digits, `.`, `_` and `-`"
                self._mistakes.append(Mistake(message, row.where))


def _ini(path: FilePath, name: str) -> Mistake | None:
    """What to do with an inventory in Ansible's INI form; None where the file is none."""
    from inregel.config import ini

    sign = None if platform.endless(path) or not path.is_file() else ini.first_sign(path.read_bytes())
    if sign is None:
        return None
    quoted = shlex.quote(name)
    return Mistake(
        "this is an inventory in Ansible's INI form; here it is YAML, or the JSON of a dynamic inventory",
        Position(name, *sign),
        f"ansible-inventory -i {quoted} --list > {shlex.quote(FilePath(name).stem)}.json, and name that file instead",
    )


def _touch(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether one place is within the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter] and bool(shorter)

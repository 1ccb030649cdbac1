"""The inventory: offices, groups of groups, and what stands about them in files.

Reading is in two steps: a `Builder` takes in every source (YAML or JSON, a dynamic inventory, sheets), then an
`Inventory` is made of it that knows order and variables. The meaning is Ansible's; see `inregel.config.variables`.
What does not belong here: the formats of sheets and scripts (`sheets`, `dynamic`), and templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from inregel.config import variables
from inregel.config.builder import ALL, Builder, Entry, Group
from inregel.config.mistakes import ConfigError, Mistake, Position, Where
from inregel.config.positions import failure
from inregel.config.variables import Layer, Locked, Reader, VarsFolder
from inregel.config.words import nearest


class Inventory:
    """Offices and groups with their variables. Cheap per office: what a set of groups shares is made once."""

    def __init__(self, builder: Builder, folders: Sequence[FilePath], read: Reader, files: variables.Files) -> None:
        """`folders` are those of the sources, in their order; `group_vars/` and `office_vars/` stand beside them."""
        folders = list(reversed(dict.fromkeys(reversed(folders))))
        self.groups: Mapping[str, Group] = builder.groups
        self.offices: Mapping[str, Entry] = builder.offices
        self._read = read
        self._files = files
        self._group_folders = [VarsFolder(folder / "group_vars") for folder in folders]
        self._office_folders = [VarsFolder(folder / "office_vars") for folder in folders]
        self._members: dict[str, tuple[str, ...]] = {}
        self._above: dict[str, frozenset[str]] = {}
        self._shared: dict[frozenset[str], tuple[tuple[str, ...], list[Layer], dict[str, Any]]] = {}
        self._file_layers: dict[FilePath, Layer | None] = {}
        self._locks = False
        self.order: tuple[str, ...] = self.members(ALL)
        """All office ids in the order of the inventory."""

    def members(self, group: str) -> tuple[str, ...]:
        """The offices of a group, then of its children, then of theirs; each once."""
        if group not in self._members:
            found: dict[str, None] = {}
            level = seen = {group: None}
            while level:
                for name in level:
                    found.update(self.groups[name].offices)
                below = dict.fromkeys(child for name in level for child in self.groups[name].children)
                level = {name: None for name in below if name not in seen}
                seen = {**seen, **level}
            self._members[group] = tuple(found)
        return self._members[group]

    def groups_of(self, office_id: str) -> tuple[str, ...]:
        """The groups that an office is in, from weak to strong, `all` left out."""
        return self._base(office_id)[0]

    def layers(self, office_id: str) -> list[Layer]:
        """Everything that is said about an office, from weak to strong."""
        return [*self._base(office_id)[1], *self.own_layers(office_id)]

    def shared_values(self, office_id: str) -> Mapping[str, Any]:
        """The values of its groups; one object for all offices of the same groups."""
        return self._base(office_id)[2]

    def own_layers(self, office_id: str) -> list[Layer]:
        """What is said about the office itself."""
        layers = self.offices[office_id].layers
        found = self._from_files(self._office_folders, [office_id])
        return [*layers, *found] if found else layers

    def own_values(self, office_id: str) -> Mapping[str, Any]:
        """The values of the office itself; the object that was read where there is only one."""
        layers = self.own_layers(office_id)
        return layers[0].values if len(layers) == 1 else variables.merged(layers)

    def locked(self, office_id: str) -> Locked | None:
        """Why not all variables of an office are known: a file of its could not be decrypted."""
        if not self._locks:
            return None
        return next((layer.locked for layer in self.layers(office_id) if layer.locked is not None), None)

    def values(self, office_id: str) -> dict[str, Any]:
        """All variables of an office, unrendered."""
        return {**self.shared_values(office_id), **self.own_values(office_id)}

    def read_all(self) -> list[Mistake]:
        """Reads the variable files of every group and office, and returns all mistakes of them."""
        mistakes: list[Mistake] = []
        for folders, names in ((self._group_folders, self.groups), (self._office_folders, self.offices)):
            for folder in folders:
                for path in [path for name in names for path in folder.files(name)]:
                    try:
                        layer = self._file_layer(path)
                    except ConfigError as error:
                        mistakes += error.mistakes
                        self._file_layers[path] = None
                        continue
                    if layer is not None:
                        mistakes += variables.check_names(layer.values, layer)
        return mistakes

    def unread(self) -> list[Mistake]:
        """Files in `group_vars/` and `office_vars/` that belong to nothing: most often a typing error."""
        found = []
        for folders, names, kind in (
            (self._group_folders, self.groups, "group"),
            (self._office_folders, self.offices, "office"),
        ):
            for folder in folders:
                for entry, stem in folder.ignored(names):
                    near = nearest(stem, names)
                    reason = (
                        f"there is no {kind} {stem}" if stem not in names else "another entry of that name comes first"
                    )
                    file = self._files.name(folder.folder / entry)
                    found.append(Mistake(f"this file is not read: {reason}", Position(file, 0, 0), near))
        return found

    # --- how it is made ---------------------------------------------------------------------------------------------

    def _base(self, office_id: str) -> tuple[tuple[str, ...], list[Layer], dict[str, Any]]:
        named = frozenset(self.offices[office_id].groups)
        found = self._shared.get(named)
        if found is None:
            found = self._shared[named] = self._combine(named)
        return found

    def _combine(self, named: frozenset[str]) -> tuple[tuple[str, ...], list[Layer], dict[str, Any]]:
        above = set(named).union(*(self._ancestors(name) for name in named)) - {ALL}
        ordered = sorted(above, key=lambda name: (self.groups[name].depth, self.groups[name].priority, name))
        layers = list(self.groups[ALL].layers)
        for name in ordered:
            layers += self.groups[name].layers
        layers += self._from_files(self._group_folders, [ALL])
        layers += self._from_files(self._group_folders, ordered)
        return tuple(ordered), layers, variables.merged(layers)

    def _ancestors(self, name: str) -> frozenset[str]:
        if name not in self._above:
            above: set[str] = set()
            waiting = list(self.groups[name].parents)
            while waiting:
                parent = waiting.pop()
                if parent not in above:
                    above.add(parent)
                    waiting.extend(self.groups[parent].parents)
            self._above[name] = frozenset(above)
        return self._above[name]

    def _from_files(self, folders: Iterable[VarsFolder], names: Iterable[str]) -> list[Layer]:
        layers = [self._file_layer(path) for folder in folders for name in names for path in folder.files(name)]
        return [layer for layer in layers if layer is not None]

    def _file_layer(self, path: FilePath) -> Layer | None:
        if path not in self._file_layers:
            file = self._files.name(path)
            try:
                values = self._read(path)
            except Locked as locked:
                self._locks = True
                self._file_layers[path] = Layer({}, file, locked=locked)
                return self._file_layers[path]
            if values is not None and not isinstance(values, dict):
                raise failure(
                    self._files.root, [Mistake("a file of variables is a mapping", Where(file), "name: value")]
                )
            self._file_layers[path] = Layer(values, file) if values else None
        return self._file_layers[path]

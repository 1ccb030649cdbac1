"""The inventory: offices, groups of groups, and what stands about them in files.

Reading is in two steps: `Builder` takes in every source (YAML or JSON, a dynamic inventory, sheets), then `build`
gives an `Inventory` that knows depth, order and variables. The meaning is Ansible's; see `inregel.config.variables`.
What does not belong here: the formats of sheets and scripts (`sheets`, `dynamic`), and templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from inregel.config import variables
from inregel.config.mistakes import ConfigError, Mistake, Position, Where
from inregel.config.positions import failure
from inregel.config.variables import Layer, Locked, Reader, VarsFolder
from inregel.config.words import nearest

PRIORITY: Final = "ansible_group_priority"
"""In `vars` of a group: of two groups of the same depth the one with the higher number wins. Default 1."""
ALL: Final = "all"
UNGROUPED: Final = "ungrouped"


@dataclass(slots=True)
class Group:
    """One group, as far as the sources have told."""

    name: str
    layers: list[Layer] = field(default_factory=list)
    children: dict[str, Where | Position] = field(default_factory=dict)
    parents: dict[str, None] = field(default_factory=dict)
    offices: dict[str, None] = field(default_factory=dict)
    priority: int = 1
    depth: int = 0


@dataclass(slots=True)
class Entry:
    """One office, as far as the sources have told."""

    id: str
    where: Where | Position
    layers: list[Layer] = field(default_factory=list)
    groups: dict[str, None] = field(default_factory=dict)
    """The groups that name it."""


class Builder:
    """Takes in sources. Mistakes are collected in `mistakes`, never raised."""

    __slots__ = ("groups", "mistakes", "offices")

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.offices: dict[str, Entry] = {}
        self.mistakes: list[Mistake] = []
        self.child(ALL, UNGROUPED, Position("", 0, 0))

    def group(self, name: str) -> Group:
        """The group of that name, made where it is new."""
        found = self.groups.get(name)
        if found is None:
            found = self.groups[name] = Group(name)
        return found

    def child(self, parent: str, child: str, where: Where | Position) -> None:
        """Puts one group below another."""
        self.group(parent).children.setdefault(child, where)
        self.group(child).parents[parent] = None

    def group_vars(self, name: str, layer: Layer) -> None:
        """Adds variables to a group; the priority among them is not a variable."""
        self.mistakes += variables.check_names(layer.values, layer)
        group = self.group(name)
        if PRIORITY in layer.values:
            values = dict(layer.values)
            value = values.pop(PRIORITY)
            try:
                group.priority = int(value)
            except (TypeError, ValueError):
                self.mistakes.append(
                    Mistake(f"`{PRIORITY}` is a whole number", layer.where(PRIORITY), f"{PRIORITY}: 10")
                )
            layer = layer._replace(values=values)
        group.layers.append(layer)

    def office(self, office_id: str, group: str, where: Where | Position, layer: Layer | None = None) -> None:
        """Adds an office to a group, and variables to the office."""
        entry = self.offices.get(office_id)
        if entry is None:
            entry = self.offices[office_id] = Entry(office_id, where)
        entry.groups[group] = None
        self.group(group).offices[office_id] = None
        if layer is not None and layer.values:
            self.mistakes += variables.check_names(layer.values, layer)
            entry.layers.append(layer)

    # --- what follows from all sources together ---------------------------------------------------------------------

    def build(self, folders: Sequence[FilePath], read: Reader, files: variables.Files) -> Inventory | None:
        """The inventory, or None where `mistakes` say why not.

        `folders` are those of the sources, in their order; `group_vars/` and `office_vars/` stand beside them.
        """
        for name, group in self.groups.items():
            if name != ALL and not group.parents:
                self.child(ALL, name, Position("", 0, 0))
        self._ungrouped()
        if not self._depths():
            return None
        return Inventory(self, list(reversed(dict.fromkeys(reversed(folders)))), read, files)

    def _ungrouped(self) -> None:
        """An office that no other group names is in `ungrouped`, and one that another names is not."""
        loose = self.groups[UNGROUPED]
        for entry in self.offices.values():
            named = entry.groups.keys() - {ALL, UNGROUPED}
            if named and UNGROUPED in entry.groups:
                del entry.groups[UNGROUPED], loose.offices[entry.id]
            elif not named:
                entry.groups[UNGROUPED] = None
                loose.offices[entry.id] = None

    def _depths(self) -> bool:
        """Sets the depth of each group: the longest way from `all`. False where groups stand in a circle."""
        waiting = {name: len(group.parents) for name, group in self.groups.items()}
        ready = [name for name, count in waiting.items() if not count]
        done = 0
        while ready:
            group = self.groups[ready.pop()]
            done += 1
            for name in group.children:
                below = self.groups[name]
                below.depth = max(below.depth, group.depth + 1)
                waiting[name] -= 1
                if not waiting[name]:
                    ready.append(name)
        if done < len(self.groups):
            self._circle({name for name, count in waiting.items() if count})
            return False
        return True

    def _circle(self, among: set[str]) -> None:
        """Names one circle among groups that all wait for a parent."""
        name = next(name for name in self.groups if name in among)
        seen: dict[str, int] = {}
        way: list[str] = []
        while name not in seen:
            seen[name] = len(way)
            way.append(name)
            name = next(parent for parent in self.groups[name].parents if parent in among)
        circle = [*reversed(way[seen[name] :])]
        circle = [*circle[circle.index(min(circle)) :], *circle[: circle.index(min(circle))]]
        where = self.groups[circle[-1]].children[circle[0]]
        listed = " -> ".join([*circle, circle[0]])
        self.mistakes.append(Mistake(f"these groups stand in each other in a circle: {listed}", where))


class Inventory:
    """Offices and groups with their variables. Cheap per office: what a set of groups shares is made once."""

    def __init__(self, builder: Builder, folders: Sequence[FilePath], read: Reader, files: variables.Files) -> None:
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

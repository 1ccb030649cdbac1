"""Takes in what the sources of an inventory say: groups, offices, and the variables that stand in the sources.

What does not belong here: the formats of the sources (`tree`, `dynamic`, `sheets`) and files beside them (`inventory`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from inregel.config import variables
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.variables import Layer

PRIORITY: Final = "ansible_group_priority"
"""In `vars` of a group: of two groups of the same depth the one with the higher number wins. Default 1."""
ALL: Final = "all"
UNGROUPED: Final = "ungrouped"


@dataclass(slots=True, repr=False, eq=False)
class Group:
    """One group, as far as the sources have told."""

    name: str
    where: Where | Position | None = None
    """Where it was first said; None for `all` and `ungrouped` where no source speaks of them."""
    layers: list[Layer] = field(default_factory=list)
    children: dict[str, Where | Position] = field(default_factory=dict)
    parents: dict[str, None] = field(default_factory=dict)
    offices: dict[str, None] = field(default_factory=dict)
    priority: int = 1
    depth: int = 0


@dataclass(slots=True, repr=False, eq=False)
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

    def group(self, name: str, where: Where | Position | None = None) -> Group:
        """The group of that name, made where it is new."""
        found = self.groups.get(name)
        if found is None:
            found = self.groups[name] = Group(name, where)
        elif found.where is None:
            found.where = where
        return found

    def child(self, parent: str, child: str, where: Where | Position) -> None:
        """Puts one group below another."""
        self.group(parent).children.setdefault(child, where)
        self.group(child, where if isinstance(where, Where) else None).parents[parent] = None

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

    def finish(self) -> bool:
        """Works out what follows from all sources together; False where `mistakes` say why not."""
        for name, group in self.groups.items():
            if name != ALL and not group.parents:
                self.child(ALL, name, Position("", 0, 0))
        self._ungrouped()
        return self._depths()

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

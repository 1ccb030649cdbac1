"""Which step comes first, and which steps one person does in one go. Pure.

Steps of one office that name the same work order and role go together, unless that would close a circle: a group that
had to come both before and after something else is split.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from inregel.contract import key_text
from inregel.errors import InregelError
from inregel.formats import values
from inregel.plan.model import PlannedLine

Node = TypeVar("Node", bound=Hashable)


class Circle(InregelError):
    """{office}: these resources each need the one after it, so none can come first:
        {circle}
    Take out one of the `needs:` between them."""


def sort(nodes: Sequence[Node], before: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """`nodes` so that what `before[n]` names comes before n; ties keep the given order. Raises `ValueError(circle)`."""
    place = {node: index for index, node in enumerate(nodes)}
    waiting = {node: {other for other in before.get(node, ()) if other in place and other != node} for node in nodes}
    followers: dict[Node, list[Node]] = {}
    for node, others in waiting.items():
        for other in others:
            followers.setdefault(other, []).append(node)
    ready = [place[node] for node in nodes if not waiting[node]]
    heapq.heapify(ready)
    result: list[Node] = []
    while ready:
        node = nodes[heapq.heappop(ready)]
        result.append(node)
        for follower in followers.get(node, ()):
            waiting[follower].discard(node)
            if not waiting[follower]:
                heapq.heappush(ready, place[follower])
    if len(result) < len(nodes):
        raise ValueError(_circle({node: others for node, others in waiting.items() if others}))
    return result


def _circle(waiting: Mapping[Node, set[Node]]) -> list[Node]:
    """One circle among nodes that all wait for another, the first one named again at its end."""
    path: list[Node] = []
    node = next(iter(waiting))
    while node not in path:
        path.append(node)
        node = next(other for other in waiting[node] if other in waiting)
    return [*path[path.index(node) :], node]


@dataclass(slots=True, repr=False, eq=False)
class Group:
    """Lines that one person does in one go, or one machine's step (no `name`)."""

    name: str = ""
    role: str = ""
    lines: list[PlannedLine] = field(default_factory=list)
    before: set[int] = field(default_factory=set)
    """Indexes of groups that come first."""
    waits: bool = False
    """A third party, or something outside the plan, comes first."""


class Grouping:
    """Collects the steps of one office in sorted order into groups."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self._open: dict[Hashable, list[int]] = {}

    def machine(self, after: Iterable[int]) -> int:
        """A machine's step; returns its group."""
        self.groups.append(Group(before=set(after)))
        return len(self.groups) - 1

    def person(self, name: str, role: str, line: PlannedLine, after: Iterable[int], *, apart: str = "") -> int:
        """A person's line: into the first group of that order and role that it closes no circle with.

        `apart` keeps it out of groups of another `apart` (such as lines that were handed out before).
        """
        earlier = set(after)
        for index in self._open.setdefault((name, role, apart), []):
            if not any(self._comes_after(other, index) for other in earlier if other != index):
                group = self.groups[index]
                group.lines.append(line)
                group.before |= earlier - {index}
                return index
        self.groups.append(Group(name, role, [line], earlier))
        self._open[(name, role, apart)].append(len(self.groups) - 1)
        return len(self.groups) - 1

    def _comes_after(self, group: int, other: int) -> bool:
        """Whether `group` has to wait for `other`, directly or not."""
        stack, met = [group], {group}
        while stack:
            for earlier in self.groups[stack.pop()].before:
                if earlier == other:
                    return True
                if earlier not in met:
                    met.add(earlier)
                    stack.append(earlier)
        return False

    def orders_before(self, group: int) -> set[int]:
        """The nearest work orders that come before a group, looking through machines' steps."""
        found, stack, met = set(), list(self.groups[group].before), {group}
        while stack:
            index = stack.pop()
            if index in met:
                continue
            met.add(index)
            if self.groups[index].name:
                found.add(index)
            else:
                stack.extend(self.groups[index].before)
        return found


def identity(office: str, name: str, role: str, lines: Sequence[PlannedLine]) -> str:
    """What a work order is about: stable per (office, order, change), 32 hex digits. Secrets count by name."""
    content = [office, name, role, *sorted(line_identity(line) for line in lines)]
    content += sorted({f"form {line.step.form}" for line in lines if line.step.form})
    return hashlib.sha256("\0".join(content).encode()).hexdigest()[:32]


def line_identity(line: PlannedLine) -> str:
    """One line of it: the resource, what is asked, and what is to be reached."""
    return line_digest(
        line.module, key_text(line.key), line.kind, line.step.operation, values.encode(line.step.reaches)
    )


def line_digest(module: str, key: str, kind: str, operation: str, reaches: object) -> str:
    """64 hex digits over the parts of a line; `reaches` is encoded."""
    parts = values.canonical([module, key, kind, operation, reaches])
    return hashlib.sha256(parts).hexdigest()


def describe_circle(office: str, circle: Sequence[tuple[str, str]], name: Callable[[tuple[str, str]], str]) -> Circle:
    """The error for people."""
    return Circle(office=office, circle=" -> ".join(name(node) for node in circle))

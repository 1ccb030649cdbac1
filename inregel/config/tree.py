"""One inventory file that is a tree: groups with `vars`, `children` and `offices`.

What is as it should be is taken in at once. At anything else the JSON Schema of inventories is asked, so that only
files with mistakes pay for it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from inregel.config.builder import Builder
from inregel.config.mistakes import Mistake, Where
from inregel.config.variables import Layer

NAME: Final = re.compile(r"[^\W_][\w.-]*\Z")
"""Of an office or a group: letters, digits, `.`, `_` and `-`, a letter or digit first."""
PARTS: Final = frozenset({"vars", "children", "offices"})
_MOST: Final = 10_000
"""Offices from one range."""
_RULE: Final = "is a name of letters, digits, `.`, `_` and `-`, with a letter or digit first"

Sheet: TypeAlias = Callable[[Builder, str, Mapping[str, Any], Where], None]
"""Takes in `offices: {from: ...}` of a group."""


class RangeProblem(Exception):
    """What is wrong with a range in an office name."""


class Tree:
    """Takes the groups of one file into a builder."""

    __slots__ = ("_builder", "_file", "_sheet", "odd")

    def __init__(self, builder: Builder, file: str, sheet: Sheet) -> None:
        self._builder = builder
        self._file = file
        self._sheet = sheet
        self.odd: list[Mistake] = []
        """What is not as it should be; the schema says it better where it knows of it."""

    def read(self, data: dict[Any, Any]) -> None:
        """The whole file."""
        for name, body in data.items():
            self._group(name, body, (name,))

    def _group(self, name: Any, body: Any, path: tuple[Any, ...]) -> bool:
        if not isinstance(name, str) or not NAME.match(name):
            self._say(f"a group {_RULE}; this is `{name}`", path, key=True)
            return False
        group = self._builder.group(name, Where(self._file, path, key=True))
        if body is None:
            return True
        if not isinstance(body, dict):
            self._say(f"the group {name} is a mapping with `vars`, `children` and `offices`", path)
            return True
        for part, content in body.items():
            if part not in PARTS or not (content is None or isinstance(content, dict)):
                self._say(f"`{part}` of a group is `vars`, `children` or `offices`, each a mapping", (*path, part))
            elif not content:
                continue
            elif part == "vars":
                self._builder.group_vars(group.name, Layer(content, self._file, (*path, "vars")))
            elif part == "children":
                for child, below in content.items():
                    way = (*path, "children", child)
                    if self._group(child, below, way):
                        self._builder.child(group.name, child, Where(self._file, way, key=True))
            elif isinstance(content.get("from"), str):
                self._sheet(self._builder, group.name, content, Where(self._file, (*path, "offices")))
            else:
                self._offices(group.name, content, (*path, "offices"))
        return True

    def _offices(self, group: str, content: Mapping[Any, Any], path: tuple[Any, ...]) -> None:
        file, add = self._file, self._builder.office
        for name, values in content.items():
            way = (*path, name)
            if not (values is None or isinstance(values, dict)):
                self._say(f"the office {name} is a mapping of its variables", way)
                continue
            layer = Layer(values, file, way) if values else None
            if isinstance(name, str) and NAME.match(name):
                add(name, group, Where(file, way, True), layer)
                continue
            try:
                names = expand(name) if isinstance(name, str) else [str(name)]
            except RangeProblem as problem:
                self._say(f"the office `{name}` has a range that {problem}", way, key=True)
                continue
            if not isinstance(name, str) or not all(NAME.match(each) for each in names):
                self._say(f"an office {_RULE}; this is `{name}`", way, key=True)
                continue
            for each in names:
                add(each, group, Where(file, way, True), layer)

    def _say(self, message: str, path: tuple[Any, ...], *, key: bool = False) -> None:
        self.odd.append(Mistake(message, Where(self._file, path, key)))


def expand(name: str) -> list[str]:
    """`office[01:03]` -> office01, office02, office03; `[a:c]` and a step (`[0:9:3]`) too, as in Ansible.

    A name without a range gives itself. Raises `RangeProblem`.
    """
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [name]
    body, close, tail = rest.partition("]")
    bounds = body.split(":")
    if not close or len(bounds) not in (2, 3) or not bounds[1]:
        raise RangeProblem("is not [first:last] or [first:last:step]")
    values = _range(bounds[0] or "0", bounds[1], bounds[2] if len(bounds) == 3 else "1")
    tails = expand(tail)
    if len(values) * len(tails) > _MOST:
        raise RangeProblem(f"gives more than {_MOST:,} offices")
    return [f"{head}{value}{end}" for value in values for end in tails]


def _range(first: str, last: str, step: str) -> list[str]:
    letters = string.ascii_letters
    if not step.isdecimal() or not int(step):
        raise RangeProblem("has a step that is not a number from 1")
    if len(first) == len(last) == 1 and first in letters and last in letters:
        start, end = letters.index(first), letters.index(last)
        if start > end:
            raise RangeProblem("ends before it begins")
        return list(letters[start : end + 1 : int(step)])
    if not (first.isdecimal() and last.isdecimal() and len(first) <= 9 and len(last) <= 9):
        raise RangeProblem("is not from number to number or from letter to letter")
    width = len(first) if first[0] == "0" and len(first) > 1 else 0
    if width and width != len(last):
        raise RangeProblem("begins with a zero and so needs as many digits at its end")
    if int(last) - int(first) > _MOST * int(step):
        raise RangeProblem(f"gives more than {_MOST:,} offices")
    return [str(number).zfill(width) for number in range(int(first), int(last) + 1, int(step))]

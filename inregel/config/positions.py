"""Where a mistake stands, and mistakes as people read them.

A file is read again only when a mistake names it, once, whatever the number of its mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Any, Final, NamedTuple

import yaml

from inregel.config.events import events
from inregel.config.extra import EXTRA, typed
from inregel.config.lines import LONGEST, Lines, hidden_above, masked, place, window, without_user
from inregel.config.mistakes import ConfigError, Mistake, Position, Unquoted, Where
from inregel.config.syntax import quoted
from inregel.config.words import cut, is_secret

_MOST: Final = 100
"""Mistakes that are printed; all are in `ConfigError.mistakes`."""
_LARGEST: Final = 64 * 2**20
_NO_TEXT: Final = frozenset({".xlsx"})
"""Endings of files whose line and column are a row and a column of a sheet: there is no text to show."""
_SETTINGS: Final = "inregel.yml"
_KINDS: Final = {
    yaml.MappingStartEvent: "{",
    yaml.SequenceStartEvent: "[",
    yaml.MappingEndEvent: "}",
    yaml.SequenceEndEvent: "]",
    yaml.ScalarEvent: "s",
    yaml.AliasEvent: "s",
}


@dataclass(slots=True, repr=False, eq=False)
class _Spot:
    """A node that is looked for, and those below it. Marks are (line, column) from 1; `written` is a plain scalar."""

    parts: dict[str | int, _Spot] = field(default_factory=dict)
    key: tuple[int, int] | None = None
    value: tuple[int, int] | None = None
    written: str | None = None


class _Node(NamedTuple):
    """What stands in a file: `{`, `}`, `[`, `]` or `s` (a scalar)."""

    kind: str
    text: str
    plain: bool
    """Written without quotes and without a tag."""
    mark: Callable[[], tuple[int, int]]


@dataclass(slots=True, repr=False, eq=False)
class _Frame:
    """A container that is open while the events go by."""

    spot: _Spot | None
    mapping: bool
    index: int = 0
    child: _Spot | None = None
    at_key: bool = True


def locate(root: Path, where: Where) -> Position:
    """Line and column of a node; of the nearest node above it where it has none of its own (`<<`, `*name`).

    The file alone (line 0) where it cannot be read.
    """
    return _Files(root, [where]).position(where)


def failure(root: Path, mistakes: Iterable[Mistake]) -> ConfigError:
    """The error for `mistakes`: in the order of files and lines, each with its line, a caret, and what to write.

    No secret is shown: neither a vault block nor what stands under a key such as `password`.
    """
    found = list(mistakes)
    files = _Files(root, [m.where for m in found if isinstance(m.where, Where)])
    placed = [files.placed(mistake) for mistake in found]
    order = {file: number for number, file in reversed(list(enumerate(m.where.file for m in placed)))}
    placed.sort(key=lambda m: (order[m.where.file], m.where[1:]))
    unique = list(dict.fromkeys(placed))
    texts = [files.text(mistake) for mistake in unique[:_MOST]]
    if len(unique) > 1:
        texts.append(_count(unique))
    return ConfigError(unique, "\n".join(texts))


def _count(mistakes: Sequence[Mistake]) -> str:
    files = len({mistake.where.file for mistake in mistakes})
    shown = f" (the first {_MOST} are shown)" if len(mistakes) > _MOST else ""
    return f"{len(mistakes):,} mistakes" + (f" in {files} files" if files > 1 else "") + shown


class _Files:
    """The files that mistakes name, each read once."""

    def __init__(self, root: Path, wheres: Iterable[Where]) -> None:
        self._root = root
        self._lines: dict[str, Lines | None] = {}
        self._spots: dict[str, _Spot] = {}
        for where in wheres:
            spot = self._spots.setdefault(where.file, _Spot())
            for part in where.path:
                spot = spot.parts.setdefault(part, _Spot())
        for file, spot in self._spots.items():
            text = self._read(file)
            if text is not None:
                _fill(spot, _marks(file, text))

    def _read(self, file: str) -> str | None:
        """The text of a file, kept as lines; None where there is none."""
        path = self._root / file
        text: str | None = None
        try:
            if path.suffix.lower() not in _NO_TEXT and path.is_file() and path.stat().st_size <= _LARGEST:
                text = path.read_bytes().decode("utf-8", "replace")
        except (OSError, ValueError):
            text = None
        self._lines[file] = None if text is None else Lines(text)
        return text

    def _spot(self, where: Where) -> tuple[_Spot | None, tuple[int, int] | None]:
        """The spot itself (None where only one above was found) and its mark."""
        spot: _Spot | None = self._spots.get(where.file)
        mark = spot.value if spot else None
        for number, part in enumerate(where.path):
            spot = spot.parts.get(part) if spot else None
            if spot is None or (spot.key is None and spot.value is None):
                return None, mark
            last = number == len(where.path) - 1
            mark = (spot.key if last and where.key else spot.value) or spot.key or mark
        return spot, mark

    def position(self, where: Where) -> Position:
        """Of a node."""
        return Position(where.file, *(self._spot(where)[1] or (0, 0)))

    def placed(self, mistake: Mistake) -> Mistake:
        """The mistake with its position, and with the text to write where that is the written one in quotes."""
        if isinstance(mistake.where, Position):
            return Mistake(without_user(mistake.message), mistake.where, without_user(mistake.instead))
        instead = mistake.instead
        if isinstance(mistake, Unquoted):
            found, _ = self._spot(mistake.where)
            written = found.written if found else None
            if is_secret(mistake.where.path):
                instead = "the same in quotes"
            elif written and mistake.example and not re.search(mistake.pattern, written):
                instead = mistake.example
            elif written and "{{" not in written:
                instead = quoted(cut(written))
        if mistake.where.file == EXTRA:
            instead = typed(mistake.where.path, instead)
        return Mistake(without_user(mistake.message), self.position(mistake.where), without_user(instead))

    def text(self, mistake: Mistake) -> str:
        """The mistake as people read it."""
        position = mistake.where
        assert isinstance(position, Position)
        parts = [f"{position}: {mistake.message}", *self._excerpt(position)]
        if "\n" in mistake.instead:
            parts.append("    write instead:\n" + indent(mistake.instead, " " * 6))
        elif mistake.instead:
            parts.append(f"    write instead: {mistake.instead}")
        return "\n".join(parts)

    def _excerpt(self, position: Position) -> list[str]:
        if position.file not in self._lines:
            self._read(position.file)
        lines = self._lines[position.file]
        if lines is None or not 1 <= position.column <= LONGEST:
            return []
        settings = position.file == _SETTINGS
        line = lines[position.line - 1]
        hidden = masked(line, settings=settings)
        if line.strip() and hidden_above(lines, position.line - 1, settings=settings):
            hidden = " " * (len(line) - len(line.lstrip())) + "***"
        if not hidden.strip() or hidden.count("\0") > 1:
            return []  # blank, or not text at all
        shown, at = window(hidden, position.column)
        number = str(position.line)
        return [f"  {number} | {shown}", f"  {' ' * len(number)} | {' ' * at}^"]


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _marks(file: str, text: str) -> Iterator[_Node]:
    """The nodes of a file in its order."""
    if file.lower().endswith(".json"):
        from inregel.config.jsontext import tokens

        for kind, value, at in tokens(text):
            yield _Node(kind, value, False, partial(place, text, at))
        return
    if not file.lower().endswith((".yml", ".yaml")) and "." in file.rpartition("/")[2]:
        return
    try:
        for event in events(text.encode()):
            sort = _KINDS.get(type(event))
            if sort is not None:
                if type(event) is yaml.ScalarEvent:
                    plain = event.tag is None and event.implicit[0]
                    yield _Node(sort, event.value, plain, partial(_mark, event))
                else:
                    yield _Node(sort, "", False, partial(_mark, event))
    except yaml.YAMLError:
        return


def _fill(root: _Spot, nodes: Iterator[_Node]) -> None:
    """Gives each spot below `root` its marks: the first node of that path."""
    frames = [_Frame(_Spot({0: root}), mapping=False)]
    for kind, text, plain, mark in nodes:
        frame = frames[-1]
        if kind in "}]":
            frames.pop()
            continue
        if frame.mapping and frame.at_key:
            frame.at_key = False
            frame.child = frame.spot.parts.get(text) if frame.spot else None
            if frame.child and frame.child.key is None:
                frame.child.key = mark()
            elif frame.child:
                frame.child = None
            continue
        if frame.mapping:
            frame.at_key = True
            child = frame.child
        else:
            child = frame.spot.parts.get(frame.index) if frame.spot else None
            frame.index += 1
        if child:
            child.value = mark()
            child.written = text if plain else None
        if kind in "{[":
            frames.append(_Frame(child, kind == "{"))

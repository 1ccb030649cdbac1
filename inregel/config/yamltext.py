"""Builds plain Python from the events of a YAML text, in one pass, and collects its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from inregel.config.events import FAST, events
from inregel.config.lines import Lines
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.scalars import KINDS, MERGE, SPECIAL, UNREAD, Trap, plain, plain_is_text, quietly, typed
from inregel.config.syntax import explain, quoted, template_at, template_quoted
from inregel.config.words import called, cut, is_secret, nearest

_CORE: Final = "tag:yaml.org,2002:"
_MOST: Final = 100
"""Mistakes of one file that are collected; after that nobody reads on."""
_NAMES: Final = 50_000
"""Distinct keys that are kept for repeated use."""


class Limits(NamedTuple):
    """How much a file may hold."""

    values: int
    depth: int
    advice: str


class _Enough(Exception):
    """Reading stops: the mistake that ends it is in the list."""


def read_yaml(
    data: bytes, text: str, file: str, limits: Limits, vaulted: Callable[[str, Where], Any], *, fast: bool = FAST
) -> tuple[Any, list[Mistake]]:
    """The one document of a YAML text (None where there is none) and its mistakes. `data` is `text` as UTF-8."""
    builder = _Builder(file, limits, vaulted, islice(events(data, fast=fast), limits.values), text)
    try:
        return builder.document(), builder.mistakes
    except _Enough:
        return None, builder.mistakes
    except StopIteration:
        # The parser always ends with an event of its own, so only `islice` can have run dry.
        builder.mistakes.append(builder.too_many())
    except yaml.YAMLError as error:
        found = explain(error, text)
        # What was odd in the line before the parser gave up says the same with fewer words.
        builder.mistakes = [mistake for mistake in builder.mistakes if mistake.where[1] != found.line]
        builder.mistakes.append(Mistake(found.message, Position(file, found.line, found.column), found.instead))
    return None, builder.mistakes


@dataclass(slots=True, repr=False, eq=False)
class _Builder:
    """Values from the events of one file."""

    file: str
    limits: Limits
    vaulted: Callable[[str, Where], Any]
    stream: Iterator[Any]
    text: str
    mistakes: list[Mistake] = field(default_factory=list)
    path: list[str | int] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, Any] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    repeated: int = 0

    def document(self) -> Any:
        """The one document; None where there is none."""
        result, count = None, 0
        for event in self.stream:
            kind = type(event)
            if kind is DocumentStartEvent:
                count += 1
                if count > 1:
                    self.stop("a second document begins here", event, "the part below in a file of its own")
            elif kind in _NODES:
                result = self.node(event)
            elif kind is yaml.StreamEndEvent:
                return result
        raise StopIteration

    def node(self, event: Any) -> Any:
        """The value that `event` begins."""
        kind = type(event)
        if kind is AliasEvent:
            return self.alias(event)
        anchor = event.anchor
        if kind is ScalarEvent:
            value = self.scalar(event)
        else:
            if len(self.path) >= self.limits.depth:
                self.stop(f"this is nested deeper than {self.limits.depth} levels", event, "fewer levels")
            if event.tag is not None and event.tag not in (_CORE + "map", _CORE + "seq", "!"):
                self.unknown_tag(event)
            if anchor is not None:
                self.open.add(anchor)
            value = self.mapping(event) if kind is MappingStartEvent else self.sequence()
            if anchor is not None:
                self.open.discard(anchor)
        if anchor is not None:
            self.anchors[anchor] = value
            self.sizes.pop(anchor, None)
        return value

    def mapping(self, start: Any) -> dict[str, Any]:
        """A mapping, up to its end."""
        result: dict[Any, Any] = {}
        stream, names, path, special = self.stream, self.names, self.path, SPECIAL
        for event in stream:
            kind = type(event)
            if kind is MappingEndEvent:
                return self.merged(result, start) if MERGE in result else result
            key = names.get(event.value) if kind is ScalarEvent and event.tag is None else None
            if key is None or event.anchor is not None or key in result:
                key = self.key(event, result)
            event = next(stream)
            if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                text = event.value
                if not event.implicit[0] or (text and text[0] not in special):
                    result[key] = text
                    continue
                value = quietly(text)
                if value is not UNREAD:
                    result[key] = value
                    continue
            path.append(key)
            result[key] = self.node(event)
            path.pop()
        raise StopIteration

    def sequence(self) -> list[Any]:
        """A list, up to its end."""
        result: list[Any] = []
        stream, path, special = self.stream, self.path, SPECIAL
        for event in stream:
            kind = type(event)
            if kind is ScalarEvent and event.tag is None and event.anchor is None:
                text = event.value
                if not event.implicit[0] or (text and text[0] not in special):
                    result.append(text)
                    continue
                value = quietly(text)
                if value is not UNREAD:
                    result.append(value)
                    continue
            elif kind is SequenceEndEvent:
                return result
            path.append(len(result))
            result.append(self.node(event))
            path.pop()
        raise StopIteration

    def key(self, event: Any, result: dict[Any, Any]) -> Any:
        """A key that was not seen before, stands twice, or is not plain text."""
        if type(event) is not ScalarEvent:
            return self.complex_key(event)
        key: Any = event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = key
        if event.tag is not None and event.tag != _CORE + "str":
            self.unknown_tag(event)
        elif event.tag is None and event.implicit[0]:
            try:
                value = plain(key)
            except Trap:
                value = 0.0
            if value is MERGE:
                key = MERGE
            elif not isinstance(value, str):
                self.untextual(event, value)
        if key in result:
            instead = "<<: [*first, *second]" if key is MERGE else "one of the two"
            self.add(f"the key `{cut(str(key))}` stands twice in this mapping", event, instead)
        elif key is not MERGE and len(self.names) < _NAMES and plain_is_text(key):
            self.names[key] = key
        return key

    def untextual(self, event: Any, value: Any) -> None:
        """A key that YAML reads as something else than text."""
        key = event.value
        if not key:
            self.add("the key is missing before the colon", event, "NAME: value")
            return
        self.add(f"a key is text, and YAML reads `{cut(key)}` as {called(value)}", event, f"{quoted(cut(key))}:")

    def complex_key(self, event: Any) -> str:
        """A list, mapping or alias as key: refused, and read past."""
        if type(event) is AliasEvent:
            name = str(event.anchor)
            self.add(f"an alias cannot be a key: `*{cut(name)}`", event, "the key itself")
            return f"*{name}"
        line = Lines(self.text)[event.start_mark.line]
        if template_at(line) and type(event) is MappingStartEvent:
            self.add("a template must stand in quotes, as `{` begins a mapping in YAML", event, template_quoted(line))
        else:
            self.add("a mapping or list cannot be a key", event, "text as key")
        self.path.append("?")
        self.node(event)
        self.path.pop()
        return f"?{event.start_mark.index}"

    def scalar(self, event: Any) -> Any:
        """The value of one scalar; a trap is noted and read as its text."""
        text, tag = event.value, event.tag
        try:
            if tag is None or tag == "!":
                if not event.implicit[0]:
                    return text
                value = plain(text)
                return "<<" if value is MERGE else value
            if tag == "!vault":
                return self.vault(event)
            kind = tag.removeprefix(_CORE)
            if kind in KINDS and kind != tag:
                return typed(kind, text)
        except Trap as trap:
            if is_secret(self.path):
                self.add("this secret is not read as text", event, "quotes around it")
            else:
                self.add(trap.message, event, trap.instead)
            return text
        self.unknown_tag(event)
        return text

    def vault(self, event: Any) -> Any:
        """An Ansible Vault value."""
        if not event.value.startswith("$ANSIBLE_VAULT;"):
            self.add(
                "the text below `!vault |` is no Ansible Vault text", event, "what `inregel secret encrypt` prints"
            )
        return self.vaulted(event.value, Where(self.file, tuple(self.path)))

    def alias(self, event: Any) -> Any:
        """The value that an alias repeats. Counts what it holds, as others will walk through it each time."""
        name = event.anchor
        if name in self.open:
            self.stop(f"`*{cut(name)}` repeats a value inside itself", event, "the value without itself")
        if name not in self.anchors:
            near = nearest(name, self.anchors)
            self.add(
                f"`*{cut(name)}` repeats the value `&{cut(name)}`, and there is none above",
                event,
                f"*{near}" if near else f'"*{cut(name)}", if text is meant',
            )
            return None
        value = self.anchors[name]
        if name not in self.sizes:
            self.sizes[name] = size(value, self.limits.values)
        self.repeated += self.sizes[name]
        if self.repeated > self.limits.values:
            message = f"with what `*{cut(name)}` repeats, the file has more than {self.limits.values:,} values"
            self.stop(message, event, self.limits.advice)
        return value

    def merged(self, result: dict[Any, Any], start: Any) -> dict[str, Any]:
        """The mapping with what `<<` brings: own keys win, then the first of a list."""
        source = result.pop(MERGE)
        parts = source if isinstance(source, list) else [source]
        whole: dict[str, Any] = {}
        for part in reversed(parts):
            if not isinstance(part, dict):
                self.add("`<<` takes the keys of a mapping, and this is none", start, "<<: *name, of a mapping `&name`")
                continue
            whole.update(part)
        whole.update(result)
        return whole

    def unknown_tag(self, event: Any) -> None:
        """A tag that is not read."""
        tag = event.tag.replace(_CORE, "!!", 1)
        near = nearest(tag, ["!vault", *(f"!!{kind}" for kind in KINDS)])
        advice = near or "the value without a tag"
        self.add(f"the tag `{cut(tag)}` is not known here", event, advice)

    def add(self, message: str, event: Any, instead: str = "") -> None:
        """Notes a mistake and goes on."""
        mark = event.start_mark
        self.mistakes.append(Mistake(message, Position(self.file, mark.line + 1, mark.column + 1), instead))
        if len(self.mistakes) >= _MOST:
            raise _Enough

    def stop(self, message: str, event: Any, instead: str) -> NoReturn:
        """Notes a mistake after which nothing can be read."""
        self.add(message, event, instead)
        raise _Enough

    def too_many(self) -> Mistake:
        """More values than a file may hold."""
        message = f"the file has more than {self.limits.values:,} values"
        return Mistake(message, Position(self.file, 0, 0), self.limits.advice)


_NODES: Final = frozenset({ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent})


def size(value: Any, most: int) -> int:
    """How many values `value` holds, each repetition counted; no more than `most` + 1 are counted."""
    count, stack = 0, [value]
    while stack and count <= most:
        item = stack.pop()
        count += 1
        if isinstance(item, dict):
            count += len(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return count

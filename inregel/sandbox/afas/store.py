"""Keeps the emulated environments: in memory, or in a JSON file that processes share."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from inregel.errors import InregelError
from inregel.sandbox.afas.standard import standard
from inregel.sandbox.afas.state import EVERYONE, Environment, Group, Tier
from inregel.sandbox.afas.switches import Switches

Kind = TypeVar("Kind")


class NoEnvironment(InregelError):
    """There is no AFAS environment {name} in the sandbox. There are: {known}."""


class Afas:
    """All environments of a sandbox. With a `state` every change is written at once, as a whole.

    `clock` gives the time, aware. `make` gives so many random bytes as hex.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        state: Path | None = None,
        *,
        switches: Switches | None = None,
        make: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        self.clock = clock
        self.state = state
        self.switches = switches or Switches()
        self.make = make
        self._lock = threading.RLock()
        self._environments: dict[str, Environment] = {}
        self._seen: tuple[int, int] | None = None
        self._text = ""

    def add(self, number: str, name: str, tier: Tier = "production", profit: int = 9) -> Environment:
        """A new environment with what each one has: the group Everyone and the standard GetConnectors."""
        made = Environment(number, name, tier, profit, key=self.make(16).upper())
        made.groups[EVERYONE] = Group(EVERYONE, "Everyone")
        made.get_connectors = {each.id: each for each in standard()}
        with self._lock:
            self._refresh()
            self._environments[made.identity] = made
            self._save()
        return made

    def get(self, identity: str) -> Environment:
        """An environment as it is now. Raises `NoEnvironment`."""
        with self._lock:
            self._refresh()
            if identity not in self._environments:
                raise NoEnvironment(name=identity, known=", ".join(self._environments) or "none")
            return self._environments[identity]

    @contextmanager
    def change(self, identity: str) -> Iterator[Environment]:
        """An environment to be changed; it is kept at the end of the block."""
        with self._lock:
            yield self.get(identity)
            self._save()

    def __iter__(self) -> Iterator[Environment]:
        with self._lock:
            self._refresh()
            return iter(list(self._environments.values()))

    def _refresh(self) -> None:
        """Reads the file where another process has put a new one in its place."""
        if self.state is None or not self.state.exists():
            return
        stat = self.state.stat()
        if (stat.st_ino, stat.st_mtime_ns) != self._seen:
            entries = json.loads(self.state.read_text("utf-8"))
            self._environments = {one.identity: one for one in (_decode(Environment, entry) for entry in entries)}
            self._seen, self._text = (stat.st_ino, stat.st_mtime_ns), ""

    def _save(self) -> None:
        if self.state is None:
            return
        entries = [asdict(one) for one in self._environments.values()]
        text = json.dumps(entries, default=datetime.isoformat, indent=1, ensure_ascii=False)
        if text == self._text:
            return  # most calls only read
        # A new file in place of the old one: whoever reads at the same time sees one or the other, whole.
        self.state.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.state.parent, prefix=self.state.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(self.state)
        self._text = text
        stat = self.state.stat()
        self._seen = (stat.st_ino, stat.st_mtime_ns)


def _decode(kind: type[Kind], entry: dict[str, Any]) -> Kind:
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]  # only dataclasses come here
    return kind(**{name: _value(hints[name], entry[name]) for name in names if name in entry})


def _value(hint: Any, value: Any) -> Any:
    """A value from JSON as the annotation says."""
    origin, inner = get_origin(hint), get_args(hint)
    if value is None or origin is Literal:
        return value
    if origin in (Union, UnionType):
        return _value(next(each for each in inner if each is not type(None)), value)
    if origin is list:
        return [_value(inner[0], each) for each in value]
    if origin is dict:
        return {name: _value(inner[1], each) for name, each in value.items()}
    if hint is datetime:
        return datetime.fromisoformat(value)
    return _decode(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value

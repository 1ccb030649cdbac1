"""A whole system in memory, or in a file that several processes share: for tests, benchmarks and first steps.

It is a real driver: it keeps state, counts what was done to it, lists what it can perform, lets a third party answer
later, shows a secret once, and fails where it is told to. It takes the time from the `World` that it is given.

A view is `{module: {key: state}}`. A step is performed by setting (or removing) what it reaches. An argument of a step
means something here: `then` = (seconds, state): a third party brings the resource there later. Of a step that
captures, the receipt carries a new secret of each name, shown this once.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from inregel.contract import (
    Checkpoint,
    Connection,
    Driver,
    Key,
    Operation,
    Receipt,
    Scope,
    Secret,
    State,
    Value,
    View,
    World,
)
from inregel.crashpoints import edge
from inregel.errors import Unavailable
from inregel.formats import values

DEFAULT_OPERATIONS = ("memory.set", "memory.remove")

_SECRET = "secret"
Resource = tuple[str, str, Key]
"""(connection identity, module, key)."""
Later = tuple[datetime, "State | None"]
"""When a third party has done its part, and what is there then."""


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, once: at the nth performing, before or after it took effect."""

    at: int
    kind: Literal["refused", "lost", "raised"]
    """`refused`: nothing changed, and it says so; `lost`: the answer is lost; `raised`: the driver breaks."""
    after: bool = False
    """It took effect all the same."""


@dataclass(slots=True)
class Store:
    """The state of a system, for all its connections."""

    states: dict[Resource, State] = field(default_factory=dict)
    due: list[tuple[datetime, Resource, State | None]] = field(default_factory=list)
    writes: Counter[Resource] = field(default_factory=Counter)
    """How often each resource was written: a test that nothing is doubled looks here."""
    reads: int = 0
    performed: int = 0
    unreachable: set[str] = field(default_factory=set)
    """Identities that do not answer."""
    partial: set[str] = field(default_factory=set)
    """Modules whose listing is never whole."""
    faults: list[Fault] = field(default_factory=list)

    def put(self, resource: Resource, state: State | None, later: Later | None = None) -> None:
        """Sets or removes a resource, counts it, and notes what a third party will make of it `later`."""
        self.writes[resource] += 1
        self.set(resource, state)
        if later is not None:
            self.due.append((later[0], resource, later[1]))

    def set(self, resource: Resource, state: State | None) -> None:
        """Sets or removes a resource without counting: what happens outside of inregel."""
        if state is None:
            self.states.pop(resource, None)
        else:
            self.states[resource] = dict(state)

    def settle_due(self, now: datetime) -> None:
        """What third parties have done by now."""
        for item in [item for item in self.due if item[0] <= now]:
            self.due.remove(item)
            self.set(item[1], item[2])

    def refresh(self) -> None:
        """Takes over what other processes did; nothing in memory."""


class FileStore(Store):
    """A store in a file of JSON lines; each write is one line, added whole, so that processes can share it.

    It stands for a system outside, which keeps the passwords that it is given: a `Secret` of a state stands in the
    file as it is (base64), and only the owner can read the file.
    """

    __slots__ = ("_at", "path")

    def __init__(self, path: Path) -> None:
        Store.__init__(self)
        self.path = path
        self._at = 0
        self.refresh()

    def put(self, resource: Resource, state: State | None, later: Later | None = None) -> None:
        """Adds a line, and takes it over."""
        identity, module, key = resource
        then = [later[0].isoformat(), _encode(later[1])] if later is not None else []
        line = json.dumps([identity, module, key, _encode(state), *then]) + "\n"
        with edge("memory.write"):
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                end = os.fstat(handle).st_size
                if os.write(handle, line.encode()) < len(line.encode()):
                    # The disk is full: half a line is none.
                    os.ftruncate(handle, end)
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
                os.fsync(handle)
            finally:
                os.close(handle)
        self.refresh()

    def refresh(self) -> None:
        """Reads the lines that were added since the last time."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._at)
            for line in file:
                identity, module, key, state, *then = json.loads(line)
                resource = (identity, module, key if isinstance(key, str) else (key[0], key[1]))
                later = (datetime.fromisoformat(then[0]), _decode(then[1])) if then else None
                Store.put(self, resource, _decode(state), later)
            self._at = file.tell()


def _encode(state: State | None) -> dict[str, Any] | None:
    """A state as JSON, secrets with name and value."""
    if state is None:
        return None
    return {
        name: {_SECRET: [value.name, b64encode(value.reveal_bytes()).decode()]}
        if isinstance(value, Secret)
        else values.encode_value(value)
        for name, value in state.items()
    }


def _decode(data: Mapping[str, Any] | None) -> State | None:
    """The inverse of `_encode`."""
    if data is None:
        return None
    return {name: _decoded(value) for name, value in data.items()}


def _decoded(value: Any) -> Value:
    if isinstance(value, Mapping) and _SECRET in value:
        name, content = value[_SECRET]
        return Secret(name, b64decode(content))
    return values.decode_value(value)


class MemoryDriver:
    """One connection of a store."""

    def __init__(self, store: Store, identity: str, operations: Iterable[str], world: World) -> None:
        self._store, self._identity, self._world = store, identity, world
        self._operations = frozenset(operations)

    @property
    def operations(self) -> frozenset[str]:
        """What it can perform now."""
        return self._operations

    async def read(self, scope: Scope) -> View:
        """The resources that were asked for, per module; `complete` lists the modules whose listing is whole."""
        store = self._store
        self._reach()
        store.refresh()
        store.settle_due(self._world.now())
        store.reads += 1
        view: dict[str, dict[Key, State]] = {}
        for module, keys in scope.items():
            if keys is None:
                owned = ((at, state) for at, state in store.states.items() if at[:2] == (self._identity, module))
                view[module] = {at[2]: state for at, state in owned}
                continue
            found = ((key, store.states.get((self._identity, module, key))) for key in keys)
            view[module] = {key: state for key, state in found if state is not None}
        return {**view, "complete": frozenset(scope) - store.partial}

    def _reach(self) -> None:
        if self._identity in self._store.unreachable:
            raise Unavailable(system=self._identity, reason="it does not answer")

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Sets what the step reaches; goes wrong where the store was told to."""
        store = self._store
        self._reach()
        store.performed += 1
        fault = next((item for item in store.faults if item.at == store.performed), None)
        if fault is not None and not fault.after:
            return self._fail(fault)
        resource = (self._identity, operation.module, operation.key)
        checkpoint({"command": operation.id})
        then = operation.arguments.get("then")
        later = (self._world.now() + timedelta(seconds=then[0]), then[1]) if then else None
        store.put(resource, operation.reaches, later)
        if fault is not None:
            return self._fail(fault)
        captured = {name: Secret(name, secrets.token_hex(16)) for name in operation.captures}
        return Receipt("performed", captured=captured)

    @staticmethod
    def _fail(fault: Fault) -> Receipt:
        if fault.kind == "refused":
            return Receipt("failed", "the other side refused it")
        if fault.kind == "lost":
            return Receipt("unknown", "the answer was lost")
        raise RuntimeError("the driver breaks")

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """Only a read can tell."""
        return Receipt("unknown")


class MemorySystem:
    """`contract.System` for one store."""

    def __init__(self, store: Store, operations: Iterable[str] = DEFAULT_OPERATIONS) -> None:
        self.store, self._operations = store, tuple(operations)

    @asynccontextmanager
    async def open(self, world: World) -> AsyncIterator[Callable[[Connection], Driver]]:
        """Drivers of this store; a connection may list `operations` of its own."""

        def connect(connection: Connection) -> Driver:
            operations = connection.settings.get("operations", self._operations)
            return MemoryDriver(self.store, connection.identity, operations, world)

        yield connect


@asynccontextmanager
async def open(world: World) -> AsyncIterator[Callable[[Connection], Driver]]:
    """The system `memory` of a project: each connection names its `store`, a file below the project's folder."""
    stores: dict[str, FileStore] = {}

    def connect(connection: Connection) -> Driver:
        name = str(connection.settings["store"])
        if name not in stores:
            stores[name] = FileStore(Path(world.root) / name)
        store = stores[name]
        operations = connection.settings.get("operations", DEFAULT_OPERATIONS)
        return MemoryDriver(store, connection.identity, operations, world)

    yield connect

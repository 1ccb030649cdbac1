"""A driver: what reaches one system, and what the engine asks of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from inregel.contract.handed import Connection
from inregel.contract.values import Key, Secret, State, View
from inregel.frozen import frozen

Scope: TypeAlias = Mapping[str, "frozenset[Key] | None"]
"""Per module the keys to read, or None for all of them."""


@frozen
class Operation:
    """A step that a driver is asked to perform. `id` is the same when it is settled after a crash."""

    id: str
    name: str
    module: str
    key: Key
    arguments: Mapping[str, Any]
    reaches: State | None
    captures: tuple[str, ...] = ()
    """Of the step; when it is settled, those that were not stored yet."""


@frozen
class Receipt:
    """What became of an operation. `failed` means that it is certain that nothing changed."""

    outcome: Literal["performed", "failed", "unknown"]
    detail: str = ""
    captured: Mapping[str, Secret] = field(default_factory=dict)
    """Secrets that the other side shows once, by name; stored before anything else happens."""


Checkpoint: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Saves durably what the other side shows once, such as a command id, before the driver goes on."""


class Driver(Protocol):
    """One connection of one system. Foreign exceptions end here: it raises `InregelError` only."""

    @property
    def operations(self) -> frozenset[str]:
        """What it can perform now, with the credentials that it was given."""
        ...

    async def read(self, scope: Scope) -> View:
        """Everything that the modules of its system need, in one round."""
        ...

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Does it. Where the outcome is not certain the receipt says `unknown`; it never tries again by itself."""
        ...

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """After a crash: what became of it. `unknown` where only a read can tell."""
        ...


@frozen
class World:
    """What a driver may use of the world outside: the time and waiting. Tests pass their own."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    root: str
    """The project's folder; relative paths in a connection start here."""


class System(Protocol):
    """A driver file, `drivers/<system>.py`: opens what the connections of a system share, such as one HTTP session."""

    @staticmethod
    def open(world: World) -> AbstractAsyncContextManager[Callable[[Connection], Driver]]:
        """Gives a function from connection to driver; closes what it opened."""
        ...

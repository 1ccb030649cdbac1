"""What a module is handed: the office with its connections, and what it may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Any, Protocol

from inregel.contract.values import Key, Secret, State, Unknown
from inregel.frozen import frozen


@frozen
class Connection:
    """How one system of an office is reached. Its identity is what a lease, a limit and a read belong to."""

    system: str
    name: str
    """`afas`, or `afas.test` where an office has several of one system."""
    identity: str
    """System and the settings that its schema marks `x-identity`, such as `assu:rds-1/Van Dalen`."""
    settings: Mapping[str, Any]
    limit: int = 0
    """Calls at a time, shared by all processes of a ledger (schema: `x-limit`); 0 is no limit."""


@frozen
class Office:
    """One office as a module sees it."""

    id: str
    name: str
    groups: tuple[str, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    connections: Mapping[str, Connection] = field(default_factory=dict)
    """By name. Of several of one system, the one that a task is at stands under the system's own name as well."""


@frozen
class File:
    """A declared file, decrypted where it is an Ansible Vault file."""

    path: str
    data: bytes
    digest: str
    """SHA-256 of `data`, 64 hex digits."""
    sealed: bool = False
    """It stands encrypted in the project: whoever needs the file itself has to have it decrypted."""


class Inputs(Protocol):
    """What a module may ask for. Everything asked for is recorded: it is what a plan rests on."""

    @property
    def now(self) -> datetime:
        """The time of this run, aware, in the office's time zone."""
        ...

    @property
    def today(self) -> date:
        """The day of `now`."""
        ...

    def file(self, path: str) -> File:
        """A file of the project (relative to its root). Raises `Fault` where it cannot be read."""
        ...

    def secret(self, ref: Secret | str) -> Secret:
        """A secret by name, or the one that a template already gave. Raises `Fault` where there is none."""
        ...

    def of(self, ref: str) -> Mapping[Key, State | None]:
        """The declared resources of this office that `ref` names: `assu.certificate`, or `afas.user:54321.x`.

        Asking *is* the dependency: the asker comes after them, and is blocked where one of them is.
        """
        ...

    def known(self, module: str, key: Key) -> State | Unknown | None:
        """What people last stated of a resource of this office, before anything is read; UNKNOWN where nobody did."""
        ...

    def once(self, key: object, compute: Callable[[], Any]) -> Any:
        """`compute()` at most once for an equal `key` in a run (opening a certificate is slow)."""
        ...

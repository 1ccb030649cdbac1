"""Secrets that the other side shows once: promised, stored under a connection, and verified or refused by a read.

The value is sealed; what it is sealed to (name, connection, version) is what it is found by, so it opens nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from inregel.contract import Secret
from inregel.ledger.base import Captured, CapturedState, LedgerError, Pending, Promised
from inregel.ledger.crypto import Keyring, seal, unseal
from inregel.ledger.journal import pending
from inregel.ledger.records import names_json, time_of, time_text, to_json
from inregel.ledger.store import Store

JUDGED: Final[Mapping[bool, CapturedState]] = {True: "verified", False: "refused"}
"""The state, and the end of the kind of its event, by whether a read found what belongs to it."""


class Captures:
    """The captured secrets of an SQLite ledger. Writing belongs into a commit of the caller, who appends the events."""

    def __init__(self, store: Store, keys: Keyring, now: Callable[[], datetime]) -> None:
        self._store, self._keys, self._now = store, keys, now

    # --- reading ----------------------------------------------------------------------------------------------------

    def newest(self, name: str, connections: Collection[str]) -> dict[str, Secret]:
        """By connection, the last captured at the end. Raises `LedgerError` where one is not what was stored."""
        rows = self._store.rows("last_captured", {"name": name, "connections": names_json(connections)})
        return {connection: self._open(name, connection, version, sealed) for _, connection, version, sealed in rows}

    def _open(self, name: str, connection: str, version: int, sealed: bytes) -> Secret:
        value = unseal(self._keys.captured, sealed, bound(name, connection, version))
        if value is None:
            raise LedgerError(
                reason=f"The captured secret {name} (version {version}, {connection}) is not what was stored: "
                "it was changed or exchanged.\nIt is not used. Look at the history: inregel history verify"
            )
        return Secret(name, value)

    def all(self) -> list[Captured]:
        """All versions, without values."""
        return [Captured(**{**row, "at": time_of(row["at"])}) for row in self._store.named("captures")]

    def unproven(self, offices: Collection[str]) -> list[Pending]:
        """Performed operations with a secret that is unverified."""
        return [pending(row) for row in self._store.named("unproven", {"offices": names_json(offices)})]

    def promised(self, offices: Collection[str]) -> list[Promised]:
        """What is not stored, of operations that did not fail."""
        rows = self._store.named("promised", {"offices": names_json(offices)})
        return [Promised(row["secret"], pending(row)) for row in rows]

    # --- writing ----------------------------------------------------------------------------------------------------

    def promise(self, operation: str, names: Collection[str]) -> None:
        """Notes what an operation is to be shown."""
        self._store.run("drop_failed_promises", {})
        for name in names:
            self._store.run("add_promise", {"operation": operation, "name": name})

    def add(self, name: str, connection: str, secret: Secret, office: str, operation: str) -> int:
        """Stores a new version; returns its number."""
        where = {"name": name, "connection": connection}
        version: int = self._store.row("last_version", where)[0] + 1
        sealed = seal(self._keys.captured, secret.reveal_bytes(), bound(name, connection, version))
        row = {**where, "version": version, "office": office, "operation": operation, "at": time_text(self._now())}
        self._store.run("add_captured", {**row, "sealed": sealed})
        self._store.run("keep_promises", where)
        return version

    def judge(self, operation: str, there: bool) -> list[dict[str, Any]]:
        """Marks what is unverified; returns what to say of each."""
        rows = self._store.rows("unverified_of", {"operation": operation})
        for seq, *_ in rows:
            self._store.run("judge_captured", {"seq": seq, "state": JUDGED[there]})
        return [told(operation, *row[1:]) for row in rows]

    def drop(self, operation: str) -> list[str]:
        """Takes back what an operation was promised; returns the names."""
        names = [row[0] for row in self._store.rows("promised_of", {"operation": operation})]
        if names:
            self._store.run("drop_promises", {"operation": operation})
        return names


def bound(name: str, connection: str, version: int) -> str:
    """What a captured secret is bound to: it opens nowhere else."""
    return to_json(["captured", name, connection, version])


def told(operation: str, name: str, connection: str, version: int) -> dict[str, Any]:
    """What the history says of one version. `id` is the operation, as in the events of the journal."""
    body: Mapping[str, Any] = {"secret": name, "connection": connection, "version": version}
    return {"id": operation, **body} if operation else dict(body)

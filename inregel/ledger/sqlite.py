"""The ledger in an SQLite file: write-ahead log, synchronous FULL, one commit per transaction.

What does not belong here: making, backing up and restoring the file (`files`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from inregel.contract import Key, Provenance, Secret, State
from inregel.ledger import journal, records, tables
from inregel.ledger.base import (
    OPEN,
    Captured,
    Event,
    Holder,
    Known,
    Lease,
    Order,
    OrderState,
    Pending,
    Promised,
    Rollout,
    Stated,
    Transaction,
    Violation,
)
from inregel.ledger.captures import Captures
from inregel.ledger.crypto import Keyring
from inregel.ledger.history import History
from inregel.ledger.leases import Leases, Locks
from inregel.ledger.orders import Orders
from inregel.ledger.records import names_json
from inregel.ledger.store import Store
from inregel.ledger.transaction import SqliteTransaction


class SqliteLedger:
    """The record of a project in one file. Made by `inregel.ledger.create`, opened by `open_ledger`."""

    def __init__(self, store: Store, keys: Keyring, ledger_id: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._keys = keys
        self._id = ledger_id
        self._now = now
        self._locks = Locks(store.place.parent / "locks")
        self._leases = Leases(store, self._locks, now)
        self._history = History(store, keys, ledger_id, now)
        self._orders = Orders(store, self._history, now)
        self._captures = Captures(store, keys, now)

    @property
    def id(self) -> str:
        """The id that stands in `inregel.yml`."""
        return self._id

    @property
    def place(self) -> Path:
        """The file."""
        return self._store.place

    def generation(self) -> int:
        """Another number where another connection to the file wrote (https://www.sqlite.org/pragma.html#pragma_data_version)."""
        return self._store.generation()

    def fingerprint_key(self) -> bytes:
        """The key under which secrets are compared; derived from the key of the ledger."""
        return self._keys.secrets

    @contextmanager
    def writing(self, *leases: Lease, durable: bool = True) -> Iterator[Transaction]:
        """One commit; the leases are looked at when it begins and again just before it is final."""
        with self._store.commit(durable=durable):
            ends = self._leases.check(leases)
            transaction = SqliteTransaction(self._store, self._history, self._orders, self._captures)
            yield transaction
            transaction.flush()
            self._leases.not_over(ends)

    # --- reading ----------------------------------------------------------------------------------------------------

    def known(self, offices: Collection[str]) -> Mapping[str, Known]:
        """What people stated, for these offices, in four statements whatever their number."""
        with records.decoding("what people stated"):
            return self._known(offices)

    def _known(self, offices: Collection[str]) -> Mapping[str, Known]:
        wanted = {"offices": names_json(offices)}
        with self._store.snapshot():
            rows = self._store.rows("stated", wanted)
            listings = self._store.rows("listings", wanted)
            if not rows and not listings:
                return {}
            said = {text: records.from_json(text) for text in {row[5] for row in rows}}
            ids = {id_ for fields in said.values() for id_ in fields.values()} | {row[3] for row in listings}
            by = self._provenances(ids)
        fields = {text: {name: by[id_] for name, id_ in ids.items()} for text, ids in said.items()}
        states = {text: records.state_of(text) for text in {row[4] for row in rows}}
        found: dict[str, tuple[dict[tuple[str, Key], Stated], dict[tuple[str, str], Provenance]]] = {}
        for office, module, container, name, state, how in rows:
            key: Key = (container, name) if container else name
            resources = found.get(office) or found.setdefault(office, ({}, {}))
            resources[0][module, key] = Stated(states[state], fields[how])
        for office, module, container, statement in listings:
            found.setdefault(office, ({}, {}))[1][module, container] = by[statement]
        return {office: Known(*parts) for office, parts in found.items()}

    def _provenances(self, ids: Collection[int]) -> dict[int, Provenance]:
        rows = self._store.rows("statements", {"ids": names_json(ids)})
        people = self._history.people
        persons = people.by_id({row[3] for row in rows if row[3] is not None})
        return {
            id_: records.provenance((kind, at, until, source), people.name(person, persons))
            for id_, kind, at, person, until, source in rows
        }

    def synced(self, offices: Collection[str]) -> Mapping[str, Mapping[tuple[str, Key], State | None]]:
        """What was last in sync."""
        with self._store.errors():
            rows = self._store.rows("synced", {"offices": names_json(offices)})
        with records.decoding("what was last in sync"):
            return {office: records.states_of(text) for office, text in rows}

    def orders(self, offices: Collection[str] | None = None, states: Collection[OrderState] = OPEN) -> list[Order]:
        """Work orders by number."""
        with self._store.snapshot():
            return self._orders.find(offices, states)

    def order(self, number: str) -> Order:
        """One work order; raises `LedgerError` that names what is near."""
        with self._store.snapshot():
            return self._orders.get(number)

    def next_number(self) -> int:
        """The number that the next opened order will have."""
        with self._store.errors():
            return self._orders.next_number()

    def pending(self, offices: Collection[str] | None = None) -> list[Pending]:
        """Operations that are intended or unknown."""
        with self._store.errors():
            if offices is None:
                rows = self._store.named("pending")
            else:
                rows = self._store.named("pending_of_offices", {"offices": names_json(offices)})
        with records.decoding("the journal of operations"):
            return [journal.pending(row) for row in rows]

    def quota_used(self, offices: Collection[str], day: date) -> Mapping[tuple[str, str], int]:
        """Reserved and spent, by (office, operation)."""
        with self._store.errors():
            rows = self._store.rows("quota_used", {"offices": names_json(offices), "day": day.isoformat()})
        return {(office, operation): used for office, operation, used in rows}

    def rollout(self, playbook: str, play: str) -> Rollout | None:
        """The newest rollout of a play."""
        with self._store.errors():
            rows = self._store.named("rollout_of_play", {"playbook": playbook, "play": play})
        with records.decoding(f"the rollout of {play}"):
            return _rollout(rows[0]) if rows else None

    def rollouts(self) -> list[Rollout]:
        """The newest rollout of every play, in the order in which they began."""
        with self._store.errors(), records.decoding("a rollout"):
            return [_rollout(row) for row in self._store.named("newest_rollouts", {})]

    def captured(self, name: str, connections: Collection[str]) -> Mapping[str, Secret]:
        """The newest at each of these connections. Raises `LedgerError` where one is not what was stored."""
        with self._store.errors():
            return self._captures.newest(name, connections)

    def captures(self) -> list[Captured]:
        """All versions of all captured secrets, in the order in which they were stored."""
        with self._store.errors():
            return self._captures.all()

    def unproven(self, offices: Collection[str]) -> list[Pending]:
        """Performed operations that were shown a secret which is still unverified."""
        with self._store.errors():
            return self._captures.unproven(offices)

    def promised(self, offices: Collection[str]) -> list[Promised]:
        """What operations were to be shown and is not stored."""
        with self._store.errors():
            return self._captures.promised(offices)

    # --- leases -----------------------------------------------------------------------------------------------------

    def acquire(self, identity: str, holder: Holder, ttl: timedelta) -> Lease:
        """Takes the lease, or raises `LeaseHeld`."""
        return self._leases.acquire((identity,), holder, ttl)[0]

    def acquire_all(self, identities: Sequence[str], holder: Holder, ttl: timedelta) -> tuple[Lease, ...]:
        """Takes all of them or none."""
        return self._leases.acquire(identities, holder, ttl)

    def renew(self, lease: Lease, ttl: timedelta) -> Lease:
        """Prolongs it; raises `LeaseLost`."""
        return self._leases.renew(lease, ttl)

    def release(self, *leases: Lease) -> None:
        """Gives them back; a lost one is nothing."""
        self._leases.release(leases)

    def fences(self, identities: Collection[str], *, free: bool = False) -> Mapping[str, int]:
        """The newest fence of each lease that was ever held; `free`: only of those that were given back."""
        with self._store.errors():
            rows = self._store.rows("fences", {"identities": names_json(identities)})
        return {identity: fence for identity, fence, token in rows if not (free and token)}

    def take_slot(self, identity: str, limit: int, holder: Holder, ttl: timedelta) -> int | None:
        """One of `limit` places, from 0, or None when all are taken."""
        return self._leases.take_slot(identity, limit, holder, ttl)

    def free_slot(self, identity: str, slot: int, holder: Holder) -> None:
        """Gives a place back."""
        self._leases.free_slot(identity, slot, holder)

    # --- history ----------------------------------------------------------------------------------------------------

    def events(self, office: str | None = None, *, after: int = 0) -> Iterator[Event]:
        """History in order; None is every office."""
        return self._history.read(office, after)

    def heads(self) -> Mapping[str, tuple[int, str]]:
        """Per office the number and MAC of its last event."""
        with self._store.errors():
            return self._history.heads()

    def verify(self, heads: Mapping[str, tuple[int, str]] | None = None) -> list[Violation]:
        """What was changed, dropped, swapped or re-hashed; truncation where `heads` were kept."""
        with self._store.snapshot():
            return self._history.prove(heads) or tables.prove(self._store, self._orders, _rollout)

    def forget(self, person: str) -> int:
        """Destroys the keys of a person's records; open work orders of that person are withdrawn."""
        people = self._history.people
        with self._store.commit():
            ids = people.ids_of(person)
            if not ids:
                return 0
            transaction = SqliteTransaction(self._store, self._history, self._orders, self._captures)
            for number in self._orders.of_persons(ids):
                transaction.close_order(number, "withdrawn")
            for id_ in ids:
                self._store.run("forget_person", {"id": id_})
            transaction.event("", "forgotten", {"records": ids})
        with self._store.errors():
            # The old bytes must not stay in free pages or in the write-ahead log.
            self._store.connection.execute("VACUUM")
            self._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return len(ids)

    # --- the file ---------------------------------------------------------------------------------------------------

    def backup(self, target: str) -> None:
        """A whole copy in a new file, while others go on. The key is not in it."""
        from inregel.ledger.files import backup

        backup(self._store, Path(target))

    def check_file(self) -> str:
        """What SQLite finds wrong with the file as such, or ""."""
        with self._store.errors():
            found = [row[0] for row in self._store.connection.execute("PRAGMA integrity_check(3)")]
        return "" if found == ["ok"] else "; ".join(found)

    def extent(self) -> tuple[int, datetime | None]:
        """How many events there are, and when the newest was written."""
        with self._store.errors():
            count, last = self._store.row("extent")
        return count, records.maybe_time(last)

    def use_wal(self) -> None:
        """Puts a restored file back into the mode in which others read while one writes."""
        with self._store.errors():
            self._store.connection.execute("PRAGMA journal_mode = WAL").fetchone()

    def close(self) -> None:
        """Closes the file and shows that this process no longer holds anything."""
        self._store.connection.close()
        self._locks.close()


def _rollout(row: Mapping[str, Any]) -> Rollout:
    return Rollout(
        id=row["id"],
        playbook=row["playbook"],
        play=row["play"],
        revision=row["revision"],
        batches=tuple(tuple(batch) for batch in records.from_json(row["batches"])),
        state=row["state"],
        started=records.time_of(row["started"]),
        failed=records.from_json(row["failed"]),
        begun=frozenset(records.from_json(row["begun"])),
        reason=row["reason"],
    )

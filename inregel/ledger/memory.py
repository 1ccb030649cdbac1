"""A ledger in memory: complete, for tests and for plans that are to leave nothing behind.

Its own code on plain mappings, and not SQLite's ":memory:": as a second reading of `base` it is the model that the
SQLite ledger is compared with. It ends with the process; there is no file, so `backup` refuses.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from inregel.contract import Key, Provenance, Secret, State
from inregel.ledger import chain
from inregel.ledger.base import (
    OPEN,
    Captured,
    Event,
    Holder,
    Known,
    Lease,
    LeaseLost,
    LedgerError,
    Order,
    OrderState,
    Pending,
    Promised,
    Rollout,
    Stated,
    Transaction,
    Violation,
)
from inregel.ledger.crypto import Keyring, split_person
from inregel.ledger.leases import ended, held
from inregel.ledger.memory_tables import Given, Tables
from inregel.ledger.memory_transaction import MemoryTransaction
from inregel.ledger.orders import no_order
from inregel.ledger.records import FORGOTTEN, order_number


class MemoryLedger:
    """A ledger that ends with the process. `now` gives the time, aware."""

    def __init__(self, now: Callable[[], datetime], ledger_id: str = "") -> None:
        self._now = now
        self._id = ledger_id or secrets.token_hex(4)
        self.keys = Keyring(secrets.token_bytes(32), self._id)
        self.tables = Tables()
        self._busy = False

    @property
    def id(self) -> str:
        """The id, as `inregel.yml` would hold it."""
        return self._id

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._now().astimezone(UTC)

    def generation(self) -> int:
        """Always the same: nobody else has it."""
        return 0

    def fingerprint_key(self) -> bytes:
        """The key under which secrets are compared."""
        return self.keys.secrets

    @contextmanager
    def writing(self, *leases: Lease, durable: bool = True) -> Iterator[Transaction]:
        """One commit or nothing. There is no disk, so nothing is more durable than the rest."""
        if self._busy:
            raise RuntimeError("a transaction of the ledger is open already; end it before the next one begins")
        before = self.tables.snapshot()
        self._busy = True
        try:
            self._check(leases)
            transaction = MemoryTransaction(self)
            yield transaction
            transaction.flush()
            self._check(leases)
        except BaseException:
            self.tables = before
            raise
        finally:
            self._busy = False

    # --- reading ----------------------------------------------------------------------------------------------------

    def known(self, offices: Collection[str]) -> Mapping[str, Known]:
        """What people stated, for these offices."""
        wanted = frozenset(offices)
        found: dict[str, tuple[dict[tuple[str, Key], Stated], dict[tuple[str, str], Provenance]]] = {}
        for (office, module, key), stated in self.tables.stated.items():
            if office in wanted:
                by = {name: self._named(each) for name, each in stated.fields.items()}
                found.setdefault(office, ({}, {}))[0][module, key] = Stated(stated.state, by)
        for (office, module, container), said in self.tables.listings.items():
            if office in wanted:
                found.setdefault(office, ({}, {}))[1][module, container] = self._named(said)
        return {office: Known(*parts) for office, parts in found.items()}

    def _named(self, said: Provenance) -> Provenance:
        return replace(said, by=self.name(int(said.by))) if said.by else said

    def name(self, id_: int | None) -> str:
        """A person by record, "(forgotten)", or ""."""
        if id_ is None:
            return ""
        return self.tables.persons[id_][2] if id_ in self.tables.persons else FORGOTTEN

    def synced(self, offices: Collection[str]) -> Mapping[str, Mapping[tuple[str, Key], State | None]]:
        """What was last in sync."""
        return {office: self.tables.synced[office] for office in offices if office in self.tables.synced}

    def orders(self, offices: Collection[str] | None = None, states: Collection[OrderState] = OPEN) -> list[Order]:
        """Work orders by number."""
        wanted = None if offices is None else frozenset(offices)
        rows = [row for _, row in sorted(self.tables.orders.items()) if row.order.state in states]
        return [self._shown(row) for row in rows if wanted is None or row.order.order.office in wanted]

    def order(self, number: str) -> Order:
        """One work order; raises `LedgerError` that names what is near."""
        row = self.tables.orders.get(order_number(number))
        if row is None:
            raise no_order(number, [order.number for order in self.orders()], self.next_number() - 1)
        return self._shown(row)

    def _shown(self, row: Given) -> Order:
        order = replace(row.order, order=replace(row.order.order, person=self.name(row.person)), by=self.name(row.by))
        if order.order.person == FORGOTTEN:
            order = replace(order, order=replace(order.order, text=FORGOTTEN))
        if (order.by if order.closed else order.order.person) == FORGOTTEN:
            lines = tuple(replace(line, note=FORGOTTEN) for line in order.order.lines)
            order = replace(order, order=replace(order.order, lines=lines), answers={})
        return order

    def next_number(self) -> int:
        """The number that the next opened order will have."""
        return len(self.tables.orders) + 1

    def pending(self, offices: Collection[str] | None = None) -> list[Pending]:
        """Operations that are intended or unknown."""
        open_ = [item for item in self.tables.operations.values() if item.outcome in ("intended", "unknown")]
        found = [item for item in open_ if offices is None or item.office in offices]
        return sorted(found, key=lambda item: (item.at, item.id))

    def quota_used(self, offices: Collection[str], day: date) -> Mapping[tuple[str, str], int]:
        """Reserved and spent, by (office, operation)."""
        used: dict[tuple[str, str], int] = {}
        for (office, operation, _), (taken_on, amount, state) in self.tables.quota.items():
            if office in offices and taken_on == day and state != "released":
                used[office, operation] = used.get((office, operation), 0) + amount
        return used

    def rollout(self, playbook: str, play: str) -> Rollout | None:
        """The newest rollout of a play."""
        found = [each for each in self.tables.rollouts.values() if (each.playbook, each.play) == (playbook, play)]
        return found[-1] if found else None

    def rollouts(self) -> list[Rollout]:
        """The newest rollout of every play, in the order in which they began."""
        newest: dict[tuple[str, str], Rollout] = {}
        for each in self.tables.rollouts.values():
            newest.pop((each.playbook, each.play), None)
            newest[(each.playbook, each.play)] = each
        return list(newest.values())

    def captured(self, name: str, connections: Collection[str]) -> Mapping[str, Secret]:
        """The newest at each of these connections that no read refused, what was captured last at the end."""
        found: dict[str, Secret] = {}
        for each, secret in self.tables.captured:
            if each.name == name and each.connection in connections and each.state != "refused":
                found.pop(each.connection, None)
                found[each.connection] = secret
        return found

    def captures(self) -> list[Captured]:
        """All versions of all captured secrets, in the order in which they were stored."""
        return [each for each, _ in self.tables.captured]

    def unproven(self, offices: Collection[str]) -> list[Pending]:
        """Performed operations that were shown a secret which is still unverified."""
        open_ = {each.operation for each, _ in self.tables.captured if each.state == "unverified"}
        found = [each for each in self.tables.operations.values() if each.id in open_ and each.outcome == "performed"]
        return sorted((each for each in found if each.office in offices), key=lambda item: (item.at, item.id))

    def promised(self, offices: Collection[str]) -> list[Promised]:
        """What operations were to be shown and is not stored."""
        found = [Promised(name, self.tables.operations[id_]) for id_, name in self.tables.promised]
        kept = [each for each in found if each.operation.outcome != "failed" and each.operation.office in offices]
        return sorted(kept, key=lambda each: (each.operation.at, each.operation.id, each.name))

    # --- leases -----------------------------------------------------------------------------------------------------

    def acquire(self, identity: str, holder: Holder, ttl: timedelta) -> Lease:
        """Takes the lease, or raises `LeaseHeld`. That a holder has died cannot be: it would be this process."""
        now = self.now()
        old, is_held = self.tables.leases.get(identity, (None, False))
        fence, since = (old.fence if old else 0) + 1, now
        if old and is_held and old.holder.token == holder.token:
            fence, since = old.fence, old.since
        elif old and is_held and old.expires > now:
            raise held(identity, old.holder.name, old.since)
        lease = Lease(identity, holder, fence, since, now + ttl)
        self.tables.leases[identity] = (lease, True)
        return lease

    def acquire_all(self, identities: Sequence[str], holder: Holder, ttl: timedelta) -> tuple[Lease, ...]:
        """Takes all of them or none."""
        before = dict(self.tables.leases)
        try:
            return tuple(self.acquire(identity, holder, ttl) for identity in identities)
        except BaseException:
            self.tables.leases = before
            raise

    def renew(self, lease: Lease, ttl: timedelta) -> Lease:
        """Prolongs it; raises `LeaseLost`."""
        old = self._mine(lease)
        longer = replace(lease, expires=self.now() + ttl)
        self.tables.leases[lease.identity] = (replace(old, expires=longer.expires), True)
        return longer

    def _mine(self, lease: Lease) -> Lease:
        newest, is_held = self.tables.leases.get(lease.identity, (None, False))
        if newest and is_held and (newest.fence, newest.holder.token) == (lease.fence, lease.holder.token):
            return newest
        taken = newest is not None and newest.fence != lease.fence
        holder = newest.holder.name if newest and taken else "nobody (it was given back)"
        raise LeaseLost(identity=lease.identity, holder=holder)

    def _check(self, leases: Collection[Lease]) -> None:
        for lease in leases:
            newest = self._mine(lease)
            if newest.expires <= self.now():
                raise ended(lease.identity, newest.expires)

    def release(self, *leases: Lease) -> None:
        """Gives them back; a lost one is nothing."""
        for lease in leases:
            newest, _ = self.tables.leases.get(lease.identity, (None, False))
            if newest and (newest.fence, newest.holder.token) == (lease.fence, lease.holder.token):
                self.tables.leases[lease.identity] = (newest, False)

    def fences(self, identities: Collection[str], *, free: bool = False) -> Mapping[str, int]:
        """The newest fence of each lease that was ever held; `free`: only of those that were given back."""
        known = {identity: self.tables.leases[identity] for identity in identities if identity in self.tables.leases}
        return {identity: lease.fence for identity, (lease, held) in known.items() if not (free and held)}

    def take_slot(self, identity: str, limit: int, holder: Holder, ttl: timedelta) -> int | None:
        """One of `limit` places, from 0, or None when all are taken."""
        now, slots = self.now(), self.tables.slots
        free = (slot for slot in range(limit) if (identity, slot) not in slots)
        over = (slot for slot in range(limit) if (identity, slot) in slots and slots[identity, slot][1] <= now)
        slot = next(free, None)
        slot = next(over, None) if slot is None else slot
        if slot is not None:
            slots[identity, slot] = (holder.token, now + ttl)
        return slot

    def free_slot(self, identity: str, slot: int, holder: Holder) -> None:
        """Gives a place back."""
        if self.tables.slots.get((identity, slot), ("", None))[0] == holder.token:
            del self.tables.slots[identity, slot]

    # --- history ----------------------------------------------------------------------------------------------------

    def events(self, office: str | None = None, *, after: int = 0) -> Iterator[Event]:
        """History in order; None is every office."""
        for entry, mac, body, private in list(self.tables.events):
            if entry.number > after and office in (None, entry.office):
                gone = entry.person is not None and entry.person not in self.tables.persons
                content = {**body, **(dict.fromkeys(private) if gone else private)}
                person = None if entry.person is None else self.name(entry.person)
                at = datetime.fromisoformat(entry.at)
                yield Event(entry.office, entry.number, at, entry.kind, content, person, mac.hex())

    def heads(self) -> Mapping[str, tuple[int, str]]:
        """Per office the number and MAC of its last event."""
        return {each.entry.office: (each.entry.number, each.mac.hex()) for each in self.tables.events}

    def verify(self, heads: Mapping[str, tuple[int, str]] | None = None) -> list[Violation]:
        """What is not as it was written."""
        rows = sorted(self.tables.events, key=lambda each: (each.entry.office, each.entry.number))
        return chain.prove(self.keys.chain, self._id, [(each.entry.record(), each.mac) for each in rows], heads)

    def forget(self, person: str) -> int:
        """Removes a person's records; open work orders of that person are withdrawn."""
        name, mail = (self.keys.look_up(part) for part in split_person(person))
        ids = [
            id_
            for id_, (its_name, its_mail, _) in self.tables.persons.items()
            if (mail and its_mail == mail) or (name and its_name == name and not (mail and its_mail))
        ]
        if ids:
            with self.writing() as transaction:
                for number, row in sorted(self.tables.orders.items()):
                    if row.order.state == "open" and row.person in ids:
                        transaction.close_order(f"W{number}", "withdrawn")
                for id_ in ids:
                    del self.tables.persons[id_]
                transaction.event("", "forgotten", {"records": ids})
        return len(ids)

    def backup(self, target: str) -> None:
        """Refuses: there is no file."""
        raise LedgerError(reason=f"A ledger in memory has nothing to copy to {target}; it ends with the process.")

    def close(self) -> None:
        """Nothing is held."""

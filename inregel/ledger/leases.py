"""Leases and places: who may act on a connection, in the SQLite file, and how it is seen that a holder has died.

A process holds an operating-system lock on `locks/<token>` beside the ledger for as long as it lives. A lease whose
holder's lock is free is over at once; one whose holder is stopped is over when its time has passed. The fence tells
whoever wakes up late that the lease went to another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from inregel.ledger.base import Holder, Lease, LeaseHeld, LeaseLost
from inregel.ledger.records import names_json, time_of, time_text
from inregel.ledger.store import Store
from inregel.platform import HeldLock, hold_lock, lock_is_free


class Locks:
    """The locks that this process holds for its tokens, and the question whether another's is free."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, HeldLock] = {}

    def hold(self, token: str) -> None:
        """Shows from here on that the holder of `token` lives. Once is enough; again is harmless.

        Inside a transaction of the ledger: only one process at a time makes or sweeps files, so that none is swept
        between its making and its locking.
        """
        if token in self._held:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = hold_lock(self._path(token))
        # None: another ledger object of this very process shows it, since a token names one process.
        if lock:
            self._held[token] = lock
            self._sweep()

    def has_died(self, token: str) -> bool:
        """Whether the process of `token` has ended."""
        return token not in self._held and lock_is_free(self._path(token))

    def _sweep(self) -> None:
        # What killed processes left behind.
        for path in self._folder.iterdir():
            if path.name not in self._held and lock_is_free(path):
                with suppress(OSError):
                    path.unlink()

    def living(self) -> list[str]:
        """Tokens of the processes that live, this one left out."""
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if self.lives_elsewhere(path.name))

    def lives_elsewhere(self, token: str) -> bool:
        """Whether another process shows `token`."""
        return token not in self._held and not lock_is_free(self._path(token))

    def close(self) -> None:
        """Gives the locks back and removes their files."""
        for lock in self._held.values():
            lock.release()
            with suppress(OSError):
                lock.path.unlink(missing_ok=True)
        self._held.clear()

    def _path(self, token: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", token):
            raise ValueError(f"the token {token!r} of a holder is not letters, digits, - and _")
        return self._folder / token


class Leases:
    """The leases of one ledger. `check` runs inside a transaction; the others are transactions of their own."""

    def __init__(self, store: Store, locks: Locks, now: Callable[[], datetime]) -> None:
        self._store = store
        self._locks = locks
        self._now = now

    def acquire(self, identities: Sequence[str], holder: Holder, ttl: timedelta) -> tuple[Lease, ...]:
        """Takes all or none, also over from a holder that died or whose time is over. The same holder gets the same.

        Not durable by itself: a power failure takes the holder too, and what is done under a lease is committed
        durably after it, which makes the lease durable as well.
        """
        with self._store.commit(durable=False):
            self._locks.hold(holder.token)
            return tuple(self._take(identity, holder, ttl) for identity in identities)

    def _take(self, identity: str, holder: Holder, ttl: timedelta) -> Lease:
        now = self._now()
        row = self._store.row("lease", {"identity": identity})
        fence, since = (row[2] if row else 0) + 1, now
        if row and row[0] == holder.token:
            fence, since = row[2], time_of(row[3])
        elif row and row[0] and time_of(row[4]) > now and not self._locks.has_died(row[0]):
            raise held(identity, row[1], time_of(row[3]))
        lease = Lease(identity, holder, fence, since, now + ttl)
        self._store.run(
            "set_lease",
            {
                "identity": identity,
                "token": holder.token,
                "holder": holder.name,
                "fence": fence,
                "since": time_text(since),
                "expires": time_text(lease.expires),
            },
        )
        return lease

    def renew(self, lease: Lease, ttl: timedelta) -> Lease:
        """Prolongs it. One that is over but that nobody took is still the newest, and goes on."""
        expires = self._now() + ttl
        with self._store.commit():
            if not self._store.run("renew_lease", {**_which(lease), "expires": time_text(expires)}).rowcount:
                raise self._lost(lease)
        return replace(lease, expires=expires)

    def release(self, leases: Sequence[Lease]) -> None:
        """Gives them back; a lost one is nothing. A power failure that undoes it ends the holder too."""
        with self._store.commit(durable=False):
            for lease in leases:
                self._store.run("release_lease", _which(lease))

    def check(self, leases: Sequence[Lease]) -> dict[str, datetime]:
        """When each ends. Raises `LeaseLost` where one of them is not the newest, or is over."""
        if not leases:
            return {}
        rows = self._store.rows("leases", {"identities": names_json([lease.identity for lease in leases])})
        newest = {(identity, fence, token): expires for identity, fence, token, expires in rows}
        ends: dict[str, datetime] = {}
        for lease in leases:
            expires = newest.get((lease.identity, lease.fence, lease.holder.token))
            if expires is None:
                raise self._lost(lease)
            ends[lease.identity] = time_of(expires)
        self.not_over(ends)
        return ends

    def not_over(self, ends: Mapping[str, datetime]) -> None:
        """Raises `LeaseLost` where one has ended. Within a transaction that is all that can happen to it."""
        now = self._now()
        for identity, end in ends.items():
            if end <= now:
                raise ended(identity, end)

    def _lost(self, lease: Lease) -> LeaseLost:
        row = self._store.row("lease", {"identity": lease.identity})
        if row and row[2] != lease.fence:
            return LeaseLost(identity=lease.identity, holder=row[1])
        return LeaseLost(identity=lease.identity, holder="nobody (it was given back)")

    def take_slot(self, identity: str, limit: int, holder: Holder, ttl: timedelta) -> int | None:
        """The lowest free place, from 0; None when all are taken.

        Who may only read the ledger takes the first unseen: it cannot tell the others, and a plan must not fail by it.
        """
        if self._store.readonly:
            return 0
        with self._store.commit(durable=False):
            self._locks.hold(holder.token)
            now = self._now()
            rows = self._store.rows("slots", {"identity": identity})
            taken = {slot: (token, expires) for slot, token, expires in rows}
            slot = next((each for each in range(limit) if each not in taken), None)
            if slot is None:
                slot = self._over(taken, now, limit)
            if slot is not None:
                row = {"identity": identity, "slot": slot, "token": holder.token, "expires": time_text(now + ttl)}
                self._store.run("set_slot", row)
        return slot

    def _over(self, taken: dict[int, tuple[str, str]], now: datetime, limit: int) -> int | None:
        died: dict[str, bool] = {}
        for slot, (token, expires) in taken.items():
            if slot < limit:
                if time_of(expires) <= now:
                    return slot
                if died.setdefault(token, self._locks.has_died(token)):
                    return slot
        return None

    def free_slot(self, identity: str, slot: int, holder: Holder) -> None:
        """Gives a place back; one that went to another is nothing."""
        if self._store.readonly:
            return
        with self._store.commit(durable=False):
            self._store.run("free_slot", {"identity": identity, "slot": slot, "token": holder.token})


def held(identity: str, holder: str, since: datetime) -> LeaseHeld:
    """Names the holder, and since when in the time of this machine."""
    return LeaseHeld(identity=identity, holder=holder, since=_local(since))


def ended(identity: str, expires: datetime) -> LeaseLost:
    """For a lease that is over, though nobody took it."""
    return LeaseLost(identity=identity, holder=f"nobody yet (its time ended at {_local(expires)})")


def _local(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def _which(lease: Lease) -> dict[str, Any]:
    return {"identity": lease.identity, "fence": lease.fence, "token": lease.holder.token}

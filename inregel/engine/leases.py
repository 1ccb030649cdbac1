"""The right to act on an office: one lease per connection, held while something is done, never while a person works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from inregel.contract import Office
from inregel.crashpoints import edge
from inregel.ledger.base import Lease

if TYPE_CHECKING:
    from inregel.engine.run import Run


def identities(office: Office, names: Iterable[str]) -> tuple[str, ...]:
    """What an apply at these connections leases: the office itself, and each of them that it has."""
    used = {office.connections[name].identity for name in names if name in office.connections}
    return (f"office:{office.id}", *sorted(used))


class Leases:
    """`async with`: all leases of one office or none. Raises `LeaseHeld` at once where another process has one."""

    def __init__(self, run: Run, names: tuple[str, ...]) -> None:
        self._run, self._names = run, names
        self._taken: list[asyncio.Lock] = []
        self.held: tuple[Lease, ...] = ()

    async def __aenter__(self) -> Leases:
        # Two offices of this process may share a connection: they take turns here, other processes are refused.
        for name in sorted(self._names):
            lock = self._run.locks.setdefault(name, asyncio.Lock())
            await lock.acquire()
            self._taken.append(lock)
        try:
            with edge("apply.lease"):
                self.held = await self._run.commits.acquire(self._names)
        except BaseException:
            await self._give_back()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._give_back()

    async def _give_back(self) -> None:
        try:
            if self.held:
                with edge("apply.release"):
                    await self._run.commits.release(self.held)
        finally:
            self.held = ()
            for lock in self._taken:
                lock.release()
            self._taken.clear()

    def outlast(self, span: timedelta) -> None:
        """Prolongs what would end within `span`. Raises `LeaseLost` where another took over meanwhile."""
        options = self._run.options
        end = options.now() + span
        if any(lease.expires < end for lease in self.held):
            self.held = tuple(self._run.ledger.renew(lease, options.lease) for lease in self.held)

    def unbroken(self, fences: Mapping[str, int]) -> bool:
        """Whether nobody else held one of these leases since `fences` were noted: what was read then still holds."""
        return all(lease.fence == fences.get(lease.identity, 0) + 1 for lease in self.held)

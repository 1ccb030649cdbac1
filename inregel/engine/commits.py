"""Commits that offices share: what several write in one turn of the loop is one commit, with one sync of the disk.

Offices run side by side, and each waits for its own write before it goes on. What does not belong here: what is
written (`performing`, `office`), and which leases are taken (`leases`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from inregel.crashpoints import edge
from inregel.ledger.base import Holder, Lease, Ledger, Transaction

T = TypeVar("T")
In = TypeVar("In")
Out = TypeVar("Out")


class Turn(Generic[In, Out]):
    """What is handed in during one turn of the loop is done at once in the next, all of it or nothing."""

    def __init__(self, act: Callable[[Sequence[In]], Sequence[Out]]) -> None:
        self._act = act
        self._waiting: list[tuple[In, asyncio.Future[Out]]] = []

    async def hand_in(self, item: In) -> Out:
        """What came of `item`, once it is done. It is done also where who waits for it is cancelled meanwhile."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Out] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._next)
        self._waiting.append((item, done))
        return await done

    def _next(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._do(waiting)

    def _do(self, waiting: Sequence[tuple[In, asyncio.Future[Out]]]) -> None:
        try:
            results = self._act([item for item, _ in waiting])
        except Exception as error:
            if len(waiting) > 1:
                # Nothing of it was done. What is wrong with one does not touch the others.
                for each in waiting:
                    self._do([each])
            elif not waiting[0][1].cancelled():
                waiting[0][1].set_exception(error)
        else:
            for (_, done), result in zip(waiting, results, strict=True):
                if not done.cancelled():
                    done.set_result(result)


class _Part(NamedTuple):
    """What one office writes."""

    leases: Sequence[Lease]
    write: Callable[[Transaction], Any]
    durable: bool


class Commits:
    """The shared commits of one run."""

    def __init__(self, ledger: Ledger, holder: Holder, ttl: timedelta) -> None:
        self._ledger, self._holder, self._ttl = ledger, holder, ttl
        self._parts = Turn(self._commit)
        self._wanted = Turn(self._acquire)
        self._ended = Turn(self._release)

    async def together(self, leases: Sequence[Lease], write: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Runs `write` in a commit that may be shared, and returns what it returned once that commit is final.

        As with `Ledger.writing`, it is refused where one of `leases` was lost. `write` may be run again, from its
        beginning.
        """
        result: T = await self._parts.hand_in(_Part(leases, write, durable))
        return result

    def _commit(self, parts: Sequence[_Part]) -> Sequence[Any]:
        leases = [lease for part in parts for lease in part.leases]
        durable = any(part.durable for part in parts)
        with edge("apply.commit"), self._ledger.writing(*leases, durable=durable) as tx:
            return [part.write(tx) for part in parts]

    async def acquire(self, identities: Sequence[str]) -> tuple[Lease, ...]:
        """Takes all leases of one office or none. Raises `LeaseHeld`."""
        return await self._wanted.hand_in(identities)

    def _acquire(self, wanted: Sequence[Sequence[str]]) -> Sequence[tuple[Lease, ...]]:
        names = [name for identities in wanted for name in identities]
        taken = iter(self._ledger.acquire_all(names, self._holder, self._ttl))
        return [tuple(next(taken) for _ in identities) for identities in wanted]

    async def release(self, leases: Sequence[Lease]) -> None:
        """Gives the leases of one office back."""
        await self._ended.hand_in(leases)

    def _release(self, ended: Sequence[Sequence[Lease]]) -> Sequence[None]:
        self._ledger.release(*(lease for leases in ended for lease in leases))
        return [None for _ in ended]

"""Commits that offices share: what several write in one turn of the loop is one commit, with one sync of the disk.

Offices run side by side, and each waits for its own write before it goes on. What does not belong here: what is
written (`performing`, `office`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from inregel.crashpoints import edge
from inregel.ledger.base import Lease, Ledger, Transaction

T = TypeVar("T")


@dataclass(slots=True)
class _Part:
    """What one office writes."""

    leases: Sequence[Lease]
    write: Callable[[Transaction], Any]
    durable: bool
    done: asyncio.Future[Any]


class Commits:
    """The shared commits of one run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[_Part] = []

    async def together(self, leases: Sequence[Lease], write: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Runs `write` in a commit that may be shared, and returns what it returned once that commit is final.

        As with `Ledger.writing`, it is refused where one of `leases` was lost. `write` may be run again, from its
        beginning. What was handed in is written, also where its office is cancelled meanwhile.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._write_waiting)
        self._waiting.append(_Part(leases, write, durable, done))
        return await done

    def _write_waiting(self) -> None:
        parts, self._waiting = self._waiting, []
        self._write(parts)

    def _write(self, parts: Sequence[_Part]) -> None:
        try:
            results = self._commit(parts)
        except Exception as error:
            if len(parts) == 1:
                _end(parts[0], error=error)
            else:
                # Nothing of it is in the ledger. What is wrong with one office does not touch the others.
                for part in parts:
                    self._write([part])
        else:
            for part, result in zip(parts, results, strict=True):
                _end(part, result)

    def _commit(self, parts: Sequence[_Part]) -> list[Any]:
        leases = [lease for part in parts for lease in part.leases]
        durable = any(part.durable for part in parts)
        with edge("apply.commit"), self._ledger.writing(*leases, durable=durable) as tx:
            return [part.write(tx) for part in parts]


def _end(part: _Part, result: object = None, error: Exception | None = None) -> None:
    if part.done.cancelled():
        return  # nobody waits for it any more; it is written all the same
    if error is not None:
        part.done.set_exception(error)
    else:
        part.done.set_result(result)

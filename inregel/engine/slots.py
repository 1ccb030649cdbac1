"""The calls that a connection allows at a time, over all offices of this process and all processes of the ledger."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from inregel.contract import Connection

if TYPE_CHECKING:
    from inregel.engine.run import Run


class Slot:
    """`async with`: one of the calls at a time of a connection; at once where it has no limit."""

    def __init__(self, run: Run, connection: Connection, local: asyncio.Semaphore | None, patience: timedelta) -> None:
        self._run, self._connection, self._local = run, connection, local
        self._ttl = patience * 2
        self._place: int | None = None

    async def __aenter__(self) -> None:
        if self._local is None:
            return
        await self._local.acquire()
        try:
            await self._take()
        except BaseException:
            self._local.release()
            raise

    async def _take(self) -> None:
        pause = 0.02
        while True:
            self._place = self._run.ledger.take_slot(
                self._connection.identity, self._connection.limit, self._run.holder, self._ttl
            )
            if self._place is not None:
                return
            await self._run.options.sleep(pause)
            pause = min(1.0, pause * 2)

    async def __aexit__(self, *error: object) -> None:
        if self._local is not None:
            self._local.release()
            if self._place is not None:
                self._run.ledger.free_slot(self._connection.identity, self._place, self._run.holder)

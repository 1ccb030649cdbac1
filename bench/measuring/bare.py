"""The floor: reads every document once and compares it with what is declared, by a client that does nothing else.

    python bare.py aiohttp|protocol|writes URL DOCUMENTS.json CONNECTIONS

`aiohttp` is the client of that name as its manual uses it. `protocol` is HTTP by hand on asyncio, for this one server.
`writes` is aiohttp again: it reads each document, writes it, reads it again and compares.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Documents = Iterator[tuple[str, Any]]
"""(path, settings)."""


def differs(body: bytes, settings: Any) -> bool:
    """Whether an answer is not what is declared."""
    return bool(json.loads(body).get("settings") != settings)


async def with_aiohttp(url: str, documents: Documents, connections: int) -> int:
    """How many documents differ."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

        async def reader() -> int:
            different = 0
            for path, settings in documents:
                async with session.get(url + path) as response:
                    different += differs(await response.read(), settings)
            return different

        return sum(await asyncio.gather(*(reader() for _ in range(connections))))


async def writes(url: str, documents: Documents, connections: int) -> int:
    """How many documents differ after they were written."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

        async def writer() -> int:
            different = 0
            for path, settings in documents:
                async with session.get(url + path) as response:
                    await response.read()
                async with session.put(url + path, json=settings) as response:
                    await response.read()
                async with session.get(url + path) as response:
                    different += differs(await response.read(), settings)
            return different

        return sum(await asyncio.gather(*(writer() for _ in range(connections))))


class Reader(asyncio.Protocol):
    """One connection that asks for one document after the other."""

    def __init__(self, documents: Documents, ended: asyncio.Future[int]) -> None:
        self._documents, self._ended = documents, ended
        self._different, self._got = 0, b""
        self._settings: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the first one."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        path, self._settings = next(self._documents, ("", None))
        if path:
            self._transport.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        else:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """A whole answer is compared, and the next document asked for."""
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self._different += differs(body, self._settings)
            self._got = b""
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """Says how many differed."""
        if error is None:
            self._ended.set_result(self._different)
        else:
            self._ended.set_exception(error)


async def by_hand(url: str, documents: Documents, connections: int) -> int:
    """How many documents differ."""
    loop, place = asyncio.get_running_loop(), urlsplit(url)
    ends = [loop.create_future() for _ in range(connections)]
    for ended in ends:
        await loop.create_connection(partial(Reader, documents, ended), place.hostname or "", place.port or 80)
    return sum(await asyncio.gather(*ends))


def main(client: str, url: str, file: str, connections: str) -> int:
    """0 where nothing differs."""
    documents = json.loads(Path(file).read_bytes())
    read = {"aiohttp": with_aiohttp, "protocol": by_hand, "writes": writes}[client]
    different = asyncio.run(read(url, iter(documents), int(connections)))
    print(f"{len(documents)} documents, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

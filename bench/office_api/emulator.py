"""The other side of the tutorial: a server that keeps documents of settings, and counts what is asked of it.

    python emulator.py [PORT]

| call | what it does |
|---|---|
| GET, PUT, DELETE /api/offices/OFFICE/PATH | reads, writes, removes one document |
| GET /__stats | how many of each, as JSON |
| POST /__reset | forgets documents and counts |
| POST /__latency/MS | answers every call below /api so much later |
| POST /__broken/N | the next N writes take effect, and their answer is lost in a 502 |
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiohttp import web


class OfficeApi:
    """Documents by path. Tests look at it, and change it behind the back of inregel."""

    def __init__(self, token: str = "") -> None:
        self.documents: dict[str, Any] = {}
        self.calls: Counter[str] = Counter()
        self.token = token
        """Asked of every call where it is not ""."""
        self.broken = 0
        """So many writes take effect, and their answer is lost in a 502."""
        self._revisions: Counter[str] = Counter()
        self._latency = 0.0

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One call."""
        path = request.path
        if not path.startswith("/api/offices/"):
            return self._control(path)
        if self._latency:
            await asyncio.sleep(self._latency)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return _answer({"error": "this token is not known"}, 401)
        self.calls[request.method] += 1
        if request.method == "PUT":
            return self._put(path, await request.read())
        if path not in self.documents:
            return _answer({"error": "not found"}, 404)
        if request.method == "DELETE":
            del self.documents[path]
            return web.Response(status=204)
        return _answer({"id": path, "rev": self._revisions[path], "settings": self.documents[path]})

    def _put(self, path: str, body: bytes) -> web.Response:
        try:
            settings = json.loads(body)
        except ValueError:
            return _answer({"error": "not JSON"}, 400)
        status = 200 if path in self.documents else 201
        self.documents[path] = settings
        self._revisions[path] += 1
        if self.broken:
            self.broken -= 1
            return _answer({"error": "bad gateway"}, 502)
        return _answer({"id": path, "rev": self._revisions[path]}, status)

    def _control(self, path: str) -> web.Response:
        if path == "/__reset":
            self.documents.clear()
            self.calls.clear()
        elif path.startswith("/__latency/"):
            self._latency = float(path.rpartition("/")[2]) / 1000
        elif path.startswith("/__broken/"):
            self.broken = int(path.rpartition("/")[2])
        counts = {name: self.calls[name.upper()] for name in ("get", "put", "delete")}
        return _answer({**counts, "resources": len(self.documents)})


def _answer(data: Any, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(data).encode() + b"\n", status=status, content_type="application/json")


@asynccontextmanager
async def serving(api: OfficeApi, port: int = 0) -> AsyncIterator[str]:
    """Answers on loopback while the block lasts; gives the address. Port 0 is a free one."""
    server = web.Server(api.handle)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        await server.shutdown(timeout=1)


@contextmanager
def running(api: OfficeApi, port: int = 0) -> Iterator[str]:
    """The same in a thread of its own, for tests."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = serving(api, port)
    try:
        url = asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        try:
            yield url
        finally:
            asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def main(port: int) -> int:
    """Serves until Ctrl-C; 1 where something else has the port."""
    try:
        async with serving(OfficeApi(), port) as url:
            print(f"The office API is at {url}; Ctrl-C ends it.", flush=True)
            await asyncio.Event().wait()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        print(f"It cannot be at port {port}: {why}. Give another: python emulator.py PORT", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 18080)))
    except KeyboardInterrupt:
        pass

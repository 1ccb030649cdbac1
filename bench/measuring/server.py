"""The server that all tools of one bench work against, in a process of its own."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

EMULATOR = Path(__file__).resolve().parents[1] / "office_api/emulator.py"


class Server:
    """Told and asked over HTTP; the paths that begin with `__` are not counted."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._place = urlsplit(url).netloc

    @classmethod
    @contextmanager
    def running(cls, peers: Path | None) -> Iterator[Server]:
        """The server of the peers, else the emulator of the tutorial, on a free port."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [str(peers / "bin/officeapi")] if peers else [sys.executable, str(EMULATOR)]
        with subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL) as process:
            try:
                server = cls(f"http://127.0.0.1:{port}")
                server._wait(process)
                yield server
            finally:
                process.terminate()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            try:
                self.counts()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise OSError(f"{process.args!r} ended with {process.returncode}")

    def counts(self) -> dict[str, Any]:
        """`get`, `put` and more, since the last reset."""
        found: dict[str, Any] = json.loads(self._call("GET", "/__stats"))
        return found

    def reset(self) -> None:
        """Forgets documents and counts."""
        self._call("POST", "/__reset")

    def latency(self, milliseconds: int) -> None:
        """Every answer comes so much later."""
        self._call("POST", f"/__latency/{milliseconds}")

    def seed(self, documents: Iterable[tuple[str, Any]]) -> None:
        """Holds these documents and no others."""
        self.reset()
        connection = http.client.HTTPConnection(self._place)
        for path, settings in documents:
            connection.request("PUT", path, json.dumps(settings))
            connection.getresponse().read()
        connection.close()

    def _call(self, method: str, path: str) -> bytes:
        connection = http.client.HTTPConnection(self._place, timeout=30)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()

"""AFAS on a wire: a server on a socket that plays the answers that a test wrote, and a driver that talks to it.

Tests hold the bytes in their hands, so an answer can also be cut short, late, or none. The whole of AFAS, strict and
with a memory, is the sandbox.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from helpers.canary import canary
from helpers.clock import Clock
from inregel.contract import Connection, Driver, Operation, Receipt, Secret, World
from inregel.drivers import afas
from inregel.library import Library
from inregel.sandbox.afas.server import Emulator, serving

Result = TypeVar("Result")
IDENTITY = "afas:12345/production"
REST, SOAP = "12345.rest.afas.online", "12345.soap.afas.online"
"""What AFAS calls the hosts of that environment; on the wire they are the first part of a path."""


def token_data(name: str) -> str:
    """The 64 digits of a token, with a canary in them."""
    return canary(name).encode().hex().ljust(64, "0")


def token(name: str) -> Secret:
    """A token as AFAS shows it."""
    return Secret(name, f"<token><version>1</version><data>{token_data(name)}</data></token>")


@dataclass
class Asked:
    """One request."""

    method: str
    target: str
    """Path and query, as they were sent."""
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the query and the fixed beginning."""
        return self.target.partition("?")[0].removeprefix(f"/{REST}/ProfitRestServices/")

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return self.target.partition("?")[2]

    @property
    def token(self) -> str:
        """The XML of the token that came along."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(value).decode() if scheme == "AfasToken" else ""

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


class Gone:
    """No answer: the line is closed."""


@dataclass
class Cut:
    """Half an answer: the line is closed behind it."""

    data: bytes


Played: TypeAlias = bytes | Gone | Cut
Script: TypeAlias = "Callable[[Asked], Played | Awaitable[Played]] | Sequence[Played]"
"""What answers: a function, or answers in their order, of which the last one goes on."""


def reply(body: Any, status: int = 200, kind: str = "application/json", **headers: str) -> bytes:
    """An answer as it goes over the wire; `body` is bytes, or becomes JSON on one line."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": kind, "Content-Length": str(len(data)), "Cache-Control": "no-store"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + data


@dataclass
class Wire:
    """The server of one test."""

    script: Script
    asked: list[Asked] = field(default_factory=list)
    lines: int = 0
    """Connections that were made."""
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                asked = await _request(reader)
                self.asked.append(asked)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                try:
                    answer = await self._answer(asked)
                finally:
                    self.at_once -= 1
                if isinstance(answer, Gone):
                    break
                writer.write(answer.data if isinstance(answer, Cut) else answer)
                await writer.drain()
                if isinstance(answer, Cut):
                    break
        writer.close()

    async def _answer(self, asked: Asked) -> Played:
        if callable(self.script):
            given = self.script(asked)
            return given if isinstance(given, bytes | Gone | Cut) else await given
        return self.script[min(len(self.asked), len(self.script)) - 1]

    async def run(self, work: Callable[[str], Awaitable[Result]]) -> Result:
        """Serves while `work(url)` goes on."""
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            return await work(self.url)
        finally:
            server.close()


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Asked(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


class _Over(Mapping[str, Any]):
    """Settings, some of them replaced; a secret that is missing stays so."""

    def __init__(self, settings: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        self._settings, self._other = settings, other

    def __getitem__(self, name: str) -> Any:
        return self._other[name] if name in self._other else self._settings[name]

    def __contains__(self, name: object) -> bool:
        return name in self._other or name in self._settings

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._settings), **dict.fromkeys(self._other)})

    def __len__(self) -> int:
        return len(list(iter(self)))


@dataclass
class Bench:
    """A driver on a wire; waiting on its clock costs no time."""

    clock: Clock = field(default_factory=Clock)
    root: str = ""
    waited: list[float] = field(default_factory=list)

    async def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock.move(seconds=seconds)

    def use(
        self, wire: Wire, work: Callable[[Driver], Awaitable[Result]], at: Connection | None = None, **settings: Any
    ) -> Result:
        """Opens the system as the engine does, does one thing, and closes it; `at` is a connection of an inventory."""
        system = Library(None).system("afas")
        assert system is not None
        here = at or Connection("afas", "afas", IDENTITY, {"environment": "12345", "tier": "production"}, 5)

        async def run(url: str) -> Result:
            given = _Over(here.settings, {"url": url, **settings})
            async with system.open(World(self.clock, self._sleep, self.root)) as connect:
                return await work(connect(replace(here, settings=given)))

        return asyncio.run(wire.run(run))

    def read(self, wire: Wire, scope: Mapping[str, Any], **settings: Any) -> Any:
        """One view; keys may be a list."""
        asked = {module: keys if keys is None else frozenset(keys) for module, keys in scope.items()}
        return self.use(wire, lambda driver: driver.read(asked), **settings)

    def perform(self, wire: Wire, name: str, arguments: Mapping[str, Any], **settings: Any) -> Receipt:
        """One operation; what was checkpointed goes to `saved`."""
        self.saved: list[Mapping[str, Any]] = []
        captures = settings.pop("captures", ())
        operation = Operation("1", name, "afas.x", "x", arguments, {}, captures)
        return self.use(wire, lambda driver: driver.perform(operation, self.saved.append), **settings)

    def settle(self, wire: Wire, name: str, checkpoint: Mapping[str, Any], **settings: Any) -> Receipt:
        """What the driver knows of an operation after a crash."""
        operation = Operation("1", name, "afas.x", "x", {}, {})
        return self.use(wire, lambda driver: driver.settle(operation, checkpoint), **settings)


def metainfo(*connectors: str, **info: str) -> dict[str, Any]:
    """The answer of /metainfo."""
    return {
        "updateConnectors": [{"id": "KnUser", "description": "Gebruiker"}],
        "getConnectors": [{"id": each, "description": f"{each} van a.s.r."} for each in connectors],
        "info": {
            "envid": "O12345AA",
            "appName": "Benefits-Plaza",
            "group": "BP (12345.BP)",
            "tokenExpiry": "0",
            **info,
        },
    }


def rows(*found: Mapping[str, Any], skip: int = 0) -> bytes:
    """The answer of a GetConnector."""
    return reply({"skip": skip, "take": 1000, "rows": list(found)})


def fault(status: int, message: str = "", reference: str = "B8213AF1C3C54E579686406A8DE71C6C") -> bytes:
    """An error as AFAS words it."""
    said = {"externalMessage": message, "errorNumber": -2147220469, "profitLogReference": reference}
    return reply(said if message else {}, status)


def driven(
    emulator: Emulator, clock: Clock, work: Callable[[Driver], Awaitable[Result]], root: str = "", **settings: Any
) -> Result:
    """One thing through a driver of environment 12345 of the emulated AFAS."""

    async def run() -> Result:
        async with serving(emulator) as url, afas.open(World(clock, clock.sleep, root)) as connect:
            given = {"environment": "12345", "tier": "production", "url": url, **settings}
            return await work(connect(Connection("afas", "afas", IDENTITY, given, 5)))

    return asyncio.run(run())

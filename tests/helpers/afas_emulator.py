"""AFAS for tests: the emulator on a thread of its own, and a plain HTTP client written to AFAS' documentation."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from helpers.canary import canary
from inregel.sandbox.afas.example import salaries
from inregel.sandbox.afas.server import Emulator, serving
from inregel.sandbox.afas.state import AppConnector, Environment, Group, Token, User, digest
from inregel.sandbox.afas.store import Afas

NUMBER = "12345"
USER = "12345.koppeling"
GROUP = "BENEFITS"
APP = "Benefits-Plaza"
ROWS = 250


def hex_canary(name: str, size: int = 32) -> str:
    """A canary of so many bytes, written in hex as AFAS writes its tokens and keys."""
    return canary(name).encode()[:size].ljust(size, b"\0").hex().upper()


def make(size: int) -> str:
    """What an emulator makes its secrets with."""
    return hex_canary("AFAS", size)


def xml(data: str) -> str:
    """A classic token."""
    return f"<token><version>1</version><data>{data}</data></token>"


def header(data: str) -> dict[str, str]:
    """The header that carries a classic token."""
    return {"Authorization": "AfasToken " + base64.b64encode(xml(data).encode()).decode()}


def furnish(afas: Afas, data: str, number: str = NUMBER) -> Environment:
    """An environment with one user in a group, an app connector with a token, and rows to page through."""
    made = afas.add(number, f"O{number}AA")
    with afas.change(number) as environment:
        user = f"{number}.koppeling"
        environment.users[user] = User(user, "Koppeling", "koppeling@kantoor.example")
        environment.groups[GROUP] = Group(GROUP, "Benefits", [user])
        environment.get_connectors["Loonjaar"] = salaries()
        app = environment.apps[APP] = AppConnector(APP, GROUP, blocked=False, api_key=afas.make(16))
        app.get_connectors = ["Loonjaar", "ProfitGetConnectoren", "Profit_Users", "Profit_UserGroups"]
        app.update_connectors = ["KnUser"]
        app.tokens = [Token(digest(data), user, "eerste", afas.clock())]
    return made


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """It as JSON."""
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of a GetConnector."""
        assert self.status == 200, self.body
        rows: list[dict[str, Any]] = self.json()["rows"]
        return rows


@dataclass
class Client:
    """A client of one environment. `token` is the data of a classic token, "" for none."""

    port: int
    token: str = ""
    host: str = f"{NUMBER}.rest.afas.online"
    base: str = "/ProfitRestServices"
    tls: ssl.SSLContext | None = None
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 5

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request. `body` is sent as JSON unless it is bytes; `Some_Header` names one."""
        sent = {"Host": self.host, **(header(self.token) if self.token else {}), **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        if self.tls:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=self.timeout, context=self.tls
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, self.base + path, data, sent)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **query: object) -> Reply:
        """A GET with a query."""
        return self.send("GET", path + ("?" + urlencode(query) if query else ""))

    def form(self, path: str, fields: Mapping[str, str], **headers: str) -> Reply:
        """A form that is posted."""
        headers = {"Content_Type": "application/x-www-form-urlencoded", **headers}
        return self.send("POST", path, urlencode(fields).encode(), **headers)


@contextmanager
def running(emulator: Emulator, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serves an emulator; gives its port."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    started, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with serving(emulator, tls=tls) as address:
            ready.append(address)
            started.set()
            await stop.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        finally:
            loop.close()
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(5)
    try:
        port = urlsplit(ready[0]).port
        assert port
        yield port
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(5)

"""Serves emulated environments on the loopback address: takes requests, finds whom they are for, sends the answers.

What does not belong here: what an answer is (`rest`, `soap`, `oauth`, `otp`); which call goes wrong (`faults`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

from aiohttp import web

from inregel.sandbox.afas import oauth, otp, rest, soap
from inregel.sandbox.afas.calls import Answer, Call, Refused, busy
from inregel.sandbox.afas.faults import BEFORE, Faults, Kind, spoil
from inregel.sandbox.afas.places import Place, place
from inregel.sandbox.afas.state import Environment
from inregel.sandbox.afas.store import Afas, NoEnvironment

HOST: Final = "127.0.0.1"
_LARGEST: Final = {"rest": 20 * 1024**2, "soap": 200 * 1024**2}
"""Bytes of a body: 200 MB is AFAS' limit for a command, that of REST is assumed."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-AFAS-Proxy-Stats": "0",
    "X-AFAS-Proxy-Version": "1.0",
    "Access-Control-Allow-Origin": "*",
}
_NO_LINGER: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""Closing drops what was not sent, so that the other side sees a reset."""
_KEPT: Final = 10_000
_BUSY: Final = 5
"""Seconds that a caller on top is told to wait (assumed)."""


async def _at_once(call: Call) -> None:
    """Every call is answered as soon as it is there."""


class Emulator:
    """The services of all environments of `afas`.

    `hold` is awaited in each call, before it is done: tests keep calls back with it. `sleep` waits between the bytes
    of a slow answer.
    """

    def __init__(
        self,
        afas: Afas,
        *,
        hold: Callable[[Call], Awaitable[None]] = _at_once,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.afas = afas
        self.faults = Faults()
        self._hold, self._sleep = hold, sleep
        self.calls: list[Call] = []
        """What was asked last, in order."""
        self.peak: Counter[str] = Counter()
        """By environment, how many calls there were at a time at most."""
        self._now: Counter[str] = Counter()

    def app(self) -> web.Application:
        """As an application."""
        app = web.Application(client_max_size=max(_LARGEST.values()))
        app.router.add_route("*", "/{path:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Connection", "").lower() == "close":
            return _cut(request)
        found = place(request.host, request.rel_url.raw_path)
        if found is None:
            raise web.HTTPNotFound
        call = await _call(request, found)
        self.calls.append(call)
        del self.calls[:-_KEPT]
        kind = self.faults.take(call)
        # What was begun is done, whether the client waits for it or not.
        if kind == "delivered_twice":
            await asyncio.shield(self._do(call, found.service))
        answer = None if kind in BEFORE else await asyncio.shield(self._do(call, found.service))
        if kind is None and answer is not None:
            return _response(answer)
        assert kind is not None
        return await self._go_wrong(request, kind, answer)

    async def _do(self, call: Call, service: str) -> Answer:
        """Does a call, among the others of its environment."""
        self._now[call.environment] += 1
        self.peak[call.environment] = max(self.peak[call.environment], self._now[call.environment])
        try:
            if self._now[call.environment] > self.afas.switches.at_once:
                return busy(_BUSY)
            await self._hold(call)
            return self.answer(call, service)
        finally:
            self._now[call.environment] -= 1

    def answer(self, call: Call, service: str) -> Answer:
        """What one call gets, without the network."""
        try:
            with self.afas.change(call.environment) as environment:
                if len(call.body) > _LARGEST[service]:
                    raise Refused(413, "Payload Too Large")
                return self._perform(environment, call, service)
        except NoEnvironment:
            return Refused(404, "Not Found").answer(_reference())
        except Refused as refused:
            return refused.answer(_reference())

    def _perform(self, environment: Environment, call: Call, service: str) -> Answer:
        afas = self.afas
        issuer = otp.Issuer(environment, afas.clock(), afas.make)
        if service == "soap":
            return soap.Services(issuer, call, afas.switches).answer(_reference())
        path = "/".join(call.path).lower()
        if path in ("otprequest", "otpvalidation"):
            return otp.answer(issuer, call, afas.switches)
        if path == "oauth/token":
            return oauth.answer(environment, call, issuer.now, afas.make)
        return rest.answer(environment, call, issuer.now, afas.switches)

    async def _go_wrong(self, request: web.Request, kind: Kind, answer: Answer | None) -> web.StreamResponse:
        if kind.startswith("timeout"):
            await asyncio.Event().wait()  # until the client has gone, or the server stops
        if kind.startswith("reset"):
            return _cut(request)
        if kind not in ("slow", "truncated"):
            return _response(spoil(kind, answer, self.afas.clock(), self.faults.elsewhere))
        assert answer is not None
        whole = _response(answer)
        response = web.StreamResponse(status=whole.status, headers=whole.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        if kind == "truncated":
            await response.write(answer.body[: len(answer.body) // 2])
            if request.transport is not None:
                request.transport.close()
            return response
        for i in range(len(answer.body)):
            await self._sleep(1)
            await response.write(answer.body[i : i + 1])
        return response


async def _call(request: web.Request, found: Place) -> Call:
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        body = bytes(_LARGEST["soap"] + 1)
    return Call(
        request.method,
        found.environment,
        found.path,
        request.rel_url.raw_query_string,
        {name.lower(): value for name, value in request.headers.items()},
        body,
        request.remote or HOST,
        str(request.url.with_query(None)),
    )


def _reference() -> str:
    return uuid4().hex.upper()


def _response(answer: Answer) -> web.Response:
    headers = {**_HEADERS, "Content-Type": answer.content_type, **answer.headers}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _cut(request: web.Request) -> web.Response:
    """Resets the connection, as AFAS does where a client asks for it to be closed."""
    if request.transport is not None:
        plain: socket.socket | None = request.transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def serving(emulator: Emulator, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serves on 127.0.0.1; gives the address, without a slash at the end. Raises OSError where the port is taken."""
    runner = web.AppRunner(emulator.app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port, ssl_context=tls)
        await site.start()
        yield f"{'https' if tls else 'http'}://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

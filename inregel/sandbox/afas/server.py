"""Serves emulated environments on the loopback address: takes requests, finds whom they are for, sends the answers.

What does not belong here: what an answer is (`rest`, `soap`, `oauth`, `otp`); how one goes wrong (`faults`).
"""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

from aiohttp import web

from inregel.sandbox.afas import rest
from inregel.sandbox.afas.calls import Answer, Call, Refused, busy
from inregel.sandbox.afas.places import place
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
_BUSY: Final = 5
"""Seconds that a caller on top is told to wait (assumed)."""


class Emulator:
    """The services of all environments of `afas`."""

    def __init__(self, afas: Afas) -> None:
        self.afas = afas
        self.calls: list[Call] = []
        """What was asked, in order."""
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
            _reset(request)
        found = place(request.host, request.rel_url.raw_path)
        if found is None:
            raise web.HTTPNotFound
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            body = b" " * (_LARGEST["soap"] + 1)
        call = Call(
            request.method,
            found.environment,
            found.path,
            request.rel_url.raw_query_string,
            {name.lower(): value for name, value in request.headers.items()},
            body,
            request.remote or HOST,
            str(request.url.with_query(None)),
        )
        self.calls.append(call)
        self._now[call.environment] += 1
        self.peak[call.environment] = max(self.peak[call.environment], self._now[call.environment])
        try:
            return _response(self.answer(call, found.service))
        finally:
            self._now[call.environment] -= 1

    def answer(self, call: Call, service: str) -> Answer:
        """What one call gets, without the network."""
        try:
            with self.afas.change(call.environment) as environment:
                if self._now[call.environment] > self.afas.switches.at_once:
                    return busy(_BUSY)
                if len(call.body) > _LARGEST[service]:
                    raise Refused(413, "Payload Too Large")
                return rest.answer(environment, call, self.afas.clock(), self.afas.switches)
        except NoEnvironment:
            return Refused(404, "Not Found").answer(self._reference())
        except Refused as refused:
            return refused.answer(self._reference())

    def _reference(self) -> str:
        return uuid4().hex.upper()


def _response(answer: Answer) -> web.Response:
    headers = {**_HEADERS, "Content-Type": answer.content_type, **answer.headers}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _reset(request: web.Request) -> None:
    """Cuts the connection, as AFAS does where the client asks for it to be closed."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError


@asynccontextmanager
async def serving(emulator: Emulator, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serves on 127.0.0.1; gives the address, without a slash at the end. Raises OSError where the port is taken."""
    runner = web.AppRunner(emulator.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port, ssl_context=tls)
        await site.start()
        yield f"{'https' if tls else 'http'}://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

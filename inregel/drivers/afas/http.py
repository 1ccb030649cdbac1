"""One call to AFAS over HTTP, and when it is made again.

Only a read is made again: after an answer that says "later" (503), one that may (500, 429, 502, 504), a broken line;
never after 400, 401, 403 or 404. A write is sent once, whatever becomes of it. All calls of one step share a budget of
time. A redirect is not followed, so a token reaches no other host. What does not belong here: what a call means.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from yarl import URL

from inregel.drivers.afas import refusals
from inregel.drivers.afas.calls import Answer, Call
from inregel.drivers.afas.errors import NoAnswer, NotDone, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_BYTES: Final = 16 * 2**20
"""Of one answer, unpacked."""
TRIES: Final = 4
_FIRST_PAUSE: Final = 1.0
_CONNECTIONS: Final = 100
_CONNECTING: Final = 15.0
"""Seconds until somebody must have answered the door."""


class Budget:
    """The time that all calls of one step have together."""

    def __init__(self, now: Callable[[], datetime], seconds: float) -> None:
        self._now = now
        self._end = now() + timedelta(seconds=seconds)

    @property
    def left(self) -> float:
        """Seconds, never below nothing."""
        return max(0.0, (self._end - self._now()).total_seconds())


class Http:
    """The one session of a run."""

    def __init__(self, session: aiohttp.ClientSession, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._session, self.sleep = session, sleep

    async def read(self, call: Call, budget: Budget) -> Any:
        """The JSON of a call that changes nothing; made again where that can help and there is time.

        Raises what came last.
        """
        tries = 1
        while True:
            try:
                return document(call, await self.once(call, budget))
            except (NoAnswer, NotDone) as error:
                asked = error.pause if isinstance(error, NoAnswer) else None
                pause = _FIRST_PAUSE * 2 ** (tries - 1) if asked is None else asked
                if not error.retries or tries == TRIES or pause >= budget.left:
                    raise
            tries += 1
            await self.sleep(pause)

    async def once(self, call: Call, budget: Budget) -> Answer:
        """One call, sent once. Raises `Refused`, `NotDone` or `NoAnswer`."""
        if budget.left <= 0:
            raise NoAnswer(
                system=call.system, what=call.what, reason="the time for it is over", retries=False, sent=False
            )
        try:
            answer = await self._exchange(call, budget.left)
        except _Unreadable as error:
            raise NoAnswer(system=call.system, what=call.what, reason=str(error), retries=error.retries) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _lost(call, error) from error
        if not 200 <= answer.status < 300:
            raise refusals.of(call, answer)
        return answer

    async def _exchange(self, call: Call, seconds: float) -> Answer:
        async with self._session.request(
            call.method,
            URL(call.url, encoded=True),
            headers=call.headers,
            data=call.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECTING),
        ) as response:
            if 300 <= response.status < 400:
                # Its host, and nothing else: an address may hold more than one should print.
                host = _host(response)
                reason = f"it sends on to {host}, which is not followed"
                remedy = "Look at `environment`, `tier` and `url` of the connection"
                raise Refused(system=call.system, what=call.what, reason=reason, remedy=remedy)
            after = response.headers.get("Retry-After", "")
            return Answer(response.status, response.content_type, await _body(response), after)


def _host(response: aiohttp.ClientResponse) -> str:
    try:
        return URL(response.headers.get("Location", "")).host or "another page"
    except ValueError:
        return "an address that is none"


class _Unreadable(Exception):
    """An answer that cannot be taken in whole."""

    def __init__(self, reason: str, *, retries: bool = False) -> None:
        super().__init__(reason)
        self.retries = retries


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The body, unpacked, no more than `MOST_BYTES` of either."""
    parts, size = [], 0
    while part := await response.content.readany():
        size += len(part)
        if size > MOST_BYTES:
            response.close()
            raise _Unreadable(f"it is larger than {MOST_BYTES >> 20} MiB")
        parts.append(part)
    body = b"".join(parts)
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing in ("", "identity"):
        return body
    if packing not in ("gzip", "deflate"):
        raise _Unreadable("it is packed in a way that was not asked for")
    try:
        unpacker = zlib.decompressobj(wbits=47 if packing == "gzip" or body[:1] == b"\x78" else -15)
        whole = unpacker.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise _Unreadable("it cannot be unpacked", retries=True) from error
    if unpacker.unconsumed_tail:
        raise _Unreadable(f"it is larger than {MOST_BYTES >> 20} MiB when it is unpacked")
    if not unpacker.eof:
        raise _Unreadable("it was cut short", retries=True)
    return whole


def _lost(call: Call, error: Exception) -> NoAnswer:
    """A line that broke, in plain words; `sent` is False where it was never up."""
    reason, retries, sent = f"the line broke ({type(error).__name__})", True, True
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        reason, retries, sent = "its certificate is not valid, so nothing was sent to it", False, False
    elif isinstance(error, aiohttp.ClientConnectorError):
        why = error.os_error.strerror or type(error.os_error).__name__
        reason, sent = f"it cannot be reached ({why})", False
    elif isinstance(error, aiohttp.ConnectionTimeoutError):
        reason, sent = "it cannot be reached in time", False
    elif isinstance(error, TimeoutError):
        # The server goes on working when a client gives up, so asking again at once makes it worse.
        reason, retries = "it did not answer in time", False
    elif isinstance(error, aiohttp.ClientPayloadError):
        reason = "its answer was cut short"
    elif isinstance(error, aiohttp.ClientResponseError):
        reason = "its answer is not HTTP"
    return NoAnswer(system=call.system, what=call.what, reason=reason, retries=retries, sent=sent)


def document(call: Call, answer: Answer) -> Any:
    """The JSON of an answer. Raises `NoAnswer` for anything else, such as a page of HTML."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        reason = f"it is not JSON ({answer.kind or 'of no kind'}, {len(answer.body)} bytes)"
        raise NoAnswer(system=call.system, what=call.what, reason=reason) from error


@asynccontextmanager
async def opened(sleep: Callable[[float], Awaitable[None]]) -> AsyncIterator[Http]:
    """One session for all environments; how many calls are made at a time is the engine's to say."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"Accept-Encoding": "gzip, deflate", "User-Agent": "inregel"},
        # Unpacked here, where it is bounded.
        auto_decompress=False,
    ) as session:
        # aiohttp sends a PUT a second time where a line that it kept turns out to be closed, although the first one may
        # have been done; it offers no public way to leave that.
        session._retry_connection = False
        yield Http(session, sleep)

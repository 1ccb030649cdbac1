"""The office API: every setting of an office is one JSON document, read with GET and written whole with PUT.

A key of a resource is the path of its document below the office: `certificate`, or ("postbus-links", "inkomend").
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from inregel.contract import Checkpoint, Connection, Driver, Key, Operation, Receipt, Scope, View, World, key_text
from inregel.errors import InregelError, Unavailable

CONNECTIONS: Final = 64
"""Open at a time, over all offices."""


class CannotList(InregelError):
    """The office API cannot list what {module} is about, so nobody can know what else is there.
    Leave `exact: true` out of that task."""


class NoPath(InregelError):
    """{key} cannot stand in an address of the office API.
    Give it another name."""


class OfficeDriver:
    """One office. It only translates: what differs, and what to do about it, is for others to say."""

    operations = frozenset({"office.put", "office.delete"})

    def __init__(self, session: aiohttp.ClientSession, connection: Connection) -> None:
        self._session, self._name = session, connection.identity
        settings = connection.settings
        self._base = f"{URL(settings['url'])}".rstrip("/") + f"/api/offices/{quote(settings['office'], safe='')}/"
        self._urls: dict[Key, URL] = {}
        token = settings.get("token")
        self._headers = {"Authorization": f"Bearer {token.reveal()}"} if token is not None else None

    async def read(self, scope: Scope) -> View:
        """Per module the documents that were asked for by key; None where there is none.

        One after the other: offices are read side by side already.
        """
        view: dict[str, dict[Key, Any]] = {}
        with self._border():
            for module, keys in scope.items():
                if keys is None:
                    raise CannotList(module=module)
                view[module] = {key: await self._get(key) for key in keys}
        return view

    async def _get(self, key: Key) -> Any:
        response = await self._session.get(self._url(key), headers=self._headers)
        body = await response.read()  # to its end, which gives the connection back
        if response.status == 404:
            return None
        response.raise_for_status()
        settings = json.loads(body)["settings"]
        if not isinstance(settings, dict):
            raise TypeError(f"settings that are a {type(settings).__name__}")
        return settings

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Writes or removes one document. Only a refusal is sure to have changed nothing; the rest is read back."""
        method = "DELETE" if operation.reaches is None else "PUT"
        url, settings = self._url(operation.key), operation.arguments.get("settings")
        with self._border():
            response = await self._session.request(method, url, json=settings, headers=self._headers)
            await response.read()
        if response.ok:
            return Receipt("performed")
        answer = f"the office API answered {response.status} {response.reason}"
        return Receipt("failed", answer) if response.status < 500 else Receipt("unknown", answer)

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """The API keeps no record of calls, so only a read can tell."""
        return Receipt("unknown")

    def _url(self, key: Key) -> URL:
        url = self._urls.get(key)
        if url is None:
            url = self._urls[key] = URL(self._base + _path(key), encoded=True)
        return url

    @contextmanager
    def _border(self) -> Iterator[None]:
        """Foreign exceptions end here, and say which office and why."""
        try:
            yield
        except aiohttp.ClientResponseError as error:
            raise Unavailable(system=self._name, reason=f"it answered {error.status} {error.message}") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(system=self._name, reason=f"it cannot be reached ({error})") from error
        except (ValueError, LookupError, TypeError) as error:
            raise Unavailable(system=self._name, reason="its answer is not a document of settings") from error


@cache
def _path(key: Key) -> str:
    """Offices have the same few keys, so the quoting is done once for all of them.

    No part of a key reaches another document: a slash in it is quoted, and dots alone are refused.
    """
    parts = key if isinstance(key, tuple) else (key,)
    if any(part.strip(".") == "" for part in parts):
        raise NoPath(key=key_text(key))
    return "/".join(quote(part, safe="") for part in parts)


@asynccontextmanager
async def open(world: World) -> AsyncIterator[Callable[[Connection], Driver]]:
    """One HTTP session for all offices. How long is waited for an answer is the engine's to say."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        yield lambda connection: OfficeDriver(session, connection)

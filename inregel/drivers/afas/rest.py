"""The REST services of one environment: what a token may do, the rows of GetConnectors, and writes of UpdateConnectors.

Whoever calls says with which credentials; nothing is kept between calls. Names of connectors go into a path quoted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from inregel.drivers.afas import query
from inregel.drivers.afas.auth import Credentials
from inregel.drivers.afas.calls import Call
from inregel.drivers.afas.errors import NoAnswer
from inregel.drivers.afas.http import Budget, Http, document
from inregel.drivers.afas.places import Place
from inregel.formats import afas_info

_JSON: Final = "application/json"


class Rest:
    """One environment."""

    def __init__(self, http: Http, place: Place, integration_id: str = "") -> None:
        self._http, self._place = http, place
        self._headers = {"Accept": _JSON} | ({"IntegrationId": integration_id} if integration_id else {})

    # --- reading ----------------------------------------------------------------------------------------------------

    async def metainfo(self, who: Credentials, budget: Budget) -> afas_info.Info:
        """What a token is and may do."""
        call = await self._call(who, budget, "GET", "metainfo")
        try:
            return afas_info.read(await self._http.read(call, budget))
        except afas_info.NotMetainfo as error:
            raise self._odd(call, str(error)) from error

    async def fields(self, who: Credentials, budget: Budget, connector: str) -> dict[str, str]:
        """The fields of a GetConnector: by id its kind and length, such as `string 16`."""
        call = await self._call(who, budget, "GET", f"metainfo/get/{quote(connector, safe='')}")
        given = await self._http.read(call, budget)
        fields = given.get("fields") if isinstance(given, Mapping) else None
        if not isinstance(fields, list) or not all(isinstance(each, Mapping) and each.get("id") for each in fields):
            raise self._odd(call, "it has no list of fields")
        return {str(each["id"]): f"{each.get('dataType', '')} {each.get('length', '')}".strip() for each in fields}

    async def version(self, who: Credentials, budget: Budget) -> str:
        """The version of Profit, such as `22.22.5`."""
        call = await self._call(who, budget, "GET", "profitversion")
        given = await self._http.read(call, budget)
        version = given.get("version") if isinstance(given, Mapping) else None
        if not isinstance(version, str):
            raise self._odd(call, "it has no version")
        return version

    async def rows(self, who: Credentials, budget: Budget, question: query.Question) -> list[Mapping[str, Any]]:
        """All rows that are asked for, each once, in as many pages and questions as it takes.

        Where a row is met on two pages, rows were added or removed in between, and others may have been missed.
        """
        rows: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for alternatives in query.queries(question):
            met: set[tuple[Any, ...]] = set()
            more = True
            while more:
                asked = query.query(question, alternatives, len(met))
                call = await self._call(who, budget, "GET", f"connectors/{question.connector}", asked)
                page = self._page(call, await self._http.read(call, budget), question)
                for key, row in page:
                    if key in met or len(met) == query.MOST_ROWS:
                        raise self._odd(call, "its rows changed while they were read, or are too many")
                    met.add(key)
                    rows[key] = row
                more = len(page) == query.PAGE
        return list(rows.values())

    def _page(
        self, call: Call, given: Any, question: query.Question
    ) -> list[tuple[tuple[Any, ...], Mapping[str, Any]]]:
        """The rows of one page, each with what tells it apart."""
        listed = given.get("rows") if isinstance(given, Mapping) else None
        if not isinstance(listed, list) or len(listed) > query.PAGE:
            raise self._odd(call, "it has no rows, or more than were asked for")
        names = [name.removeprefix("-") for name in question.order]
        page = []
        for row in listed:
            if not isinstance(row, Mapping) or not all(isinstance(row.get(name), str | int) for name in names):
                raise self._odd(call, f"a row has no {' and '.join(names)}")
            page.append((tuple(row[name] for name in names), row))
        return page

    # --- writing ----------------------------------------------------------------------------------------------------

    async def write(
        self, who: Credentials, budget: Budget, method: str, connector: str, body: Mapping[str, Any]
    ) -> None:
        """One write to an UpdateConnector, sent once. Raises `Refused`, `NotDone` or `NoAnswer` with its outcome."""
        call = await self._call(who, budget, method, f"connectors/{connector}", body=body)
        await self._http.once(call, budget)

    async def post_open(self, budget: Budget, path: str, body: Mapping[str, Any]) -> Any:
        """A call that needs no token, sent once; what it answers, None where that is nothing."""
        call = self._without(path, body)
        answer = await self._http.once(call, budget)
        return document(call, answer) if answer.body.strip() else None

    # --- calls ------------------------------------------------------------------------------------------------------

    async def _call(
        self,
        who: Credentials,
        budget: Budget,
        method: str,
        path: str,
        asked: str = "",
        *,
        body: Mapping[str, Any] | None = None,
    ) -> Call:
        headers = {**self._headers, "Authorization": await who.header(budget)}
        return self._made(method, path, asked, headers, body)

    def _without(self, path: str, body: Mapping[str, Any]) -> Call:
        return self._made("POST", path, "", dict(self._headers), body)

    def _made(
        self, method: str, path: str, asked: str, headers: dict[str, str], body: Mapping[str, Any] | None
    ) -> Call:
        if body is not None:
            headers["Content-Type"] = _JSON
        url = f"{self._place.rest}/{path}" + (f"?{asked}" if asked else "")
        data = None if body is None else json.dumps(body).encode()
        return Call(self._place.identity, f"{method} {path}", method, url, headers, data)

    def _odd(self, call: Call, reason: str) -> NoAnswer:
        return NoAnswer(system=self._place.identity, what=call.what, reason=reason)

"""The REST calls of an environment: /metainfo, /profitversion and /connectors. /otp... and /oauth are beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from inregel.sandbox.afas import knuser
from inregel.sandbox.afas.auth import ZONE, Caller, caller
from inregel.sandbox.afas.calls import Answer, Call, Refused, functional, one_line, parse
from inregel.sandbox.afas.query import LONGEST, local, parse_query, select
from inregel.sandbox.afas.standard import UPDATE, rows
from inregel.sandbox.afas.state import Environment, Field, GetConnector
from inregel.sandbox.afas.switches import Switches

_NO_ACCESS: Final = "GetConnector not supported for this app or the user is not authorized"
_CONTROL: Final = {"string": 5, "int": 1, "decimal": 6, "date": 7, "boolean": 2}
"""`controlType` by type: 5 is in AFAS' example, the others are assumed."""
_LANGUAGES: Final = ("en-us", "nl-nl", "nl-be", "fr-fr", "de-de")


def answer(environment: Environment, call: Call, now: datetime, switches: Switches) -> Answer:
    """Answers a call to `ProfitRestServices`. Raises `Refused`."""
    if len(call.query) > LONGEST:
        raise Refused(404, "Not Found")
    name, *rest = [part.lower() for part in call.path] or [""]
    calls: dict[tuple[str, int], tuple[str, Callable[[Caller], Answer]]] = {
        ("metainfo", 0): ("GET", lambda who: _metainfo(environment, who, switches)),
        ("metainfo", 2): ("GET", lambda who: _shape(environment, who, rest[0], rest[1], switches)),
        ("profitversion", 0): ("GET", lambda who: _version(environment, who)),
    }
    if name == "connectors" and rest:
        return _connector(environment, call, now, switches)
    if (name, len(rest)) not in calls:
        raise Refused(404, "Not Found")
    method, made = calls[name, len(rest)]
    _only(call, method)
    return made(_known(environment, call, now))


def _only(call: Call, *methods: str) -> None:
    """Assumed: another method is answered 405."""
    if call.method not in methods:
        raise Refused(405, "Method Not Allowed", Allow=", ".join(methods))


def _known(environment: Environment, call: Call, now: datetime) -> Caller:
    """The caller; the day of the call is kept with the token. Raises `Refused`."""
    who = caller(environment, call, now)
    language = call.headers.get("accept-language", "")
    if language and language.lower() not in _LANGUAGES and "," not in language and language != "*":
        raise Refused(400, f"Accept-Language {language} is not supported.")
    if who.token is not None:
        who.token.last_used = f"{now.astimezone(ZONE):%Y-%m-%d}"
    return who


# --- what a token may use -------------------------------------------------------------------------------------------


def _metainfo(environment: Environment, who: Caller, switches: Switches) -> Answer:
    group = environment.groups[who.app.group]
    getting = [
        environment.get_connectors[name] for name in who.app.get_connectors if name in environment.get_connectors
    ]
    info = {
        "envid": environment.name,
        "appName": who.app.name,
        "group": f"{group.description or group.id} ({who.user.id})",
        "tokenExpiry": _expiry(who, switches),
    }
    told = {
        "updateConnectors": [{"id": name, "description": UPDATE[name]} for name in who.app.update_connectors],
        "getConnectors": [{"id": each.id, "description": each.description} for each in getting],
        "info": info,
    }
    return Answer(200, one_line(told))


def _expiry(who: Caller, switches: Switches) -> str:
    if who.token is None or who.token.expires is None:
        return "0"
    end = who.token.expires.astimezone(ZONE)
    forms = {"iso": "%Y-%m-%dT%H:%M:%SZ", "date": "%Y-%m-%d", "dutch": "%d-%m-%Y", "epoch": f"{end.timestamp():.0f}"}
    return end.strftime(forms[switches.token_expiry])


def _shape(environment: Environment, who: Caller, kind: str, name: str, switches: Switches) -> Answer:
    if kind == "get":
        connector = _assigned(environment, who, name)
        fields = [_field_shape(i, field) for i, field in enumerate(connector.fields, 1)]
        return Answer(200, one_line({"name": connector.id, "description": connector.description, "fields": fields}))
    if kind != "update":
        raise Refused(404, "Not Found")
    found = next((each for each in who.app.update_connectors if each.lower() == name), None)
    if found is None:
        raise Refused(401, "UpdateConnector not supported for this app or the user is not authorized")
    return Answer(200, one_line(knuser.shape(found, UPDATE[found], nested=switches.nested_update_metainfo)))


def _field_shape(number: int, field: Field) -> dict[str, Any]:
    return {
        "id": field.id,
        "fieldId": f"U{number:03}",
        "dataType": field.type,
        "label": field.label or field.id,
        "length": field.length,
        "controlType": _CONTROL[field.type],
        "decimals": field.decimals,
        "decimalsFieldId": "",
    }


def _version(environment: Environment, who: Caller) -> Answer:
    if not who.app.tells_version:
        raise Refused(401, "ProfitVersion is not activated for this app")
    return Answer(200, one_line({"version": f"{environment.profit}.0.5"}))


# --- connectors -----------------------------------------------------------------------------------------------------


def _connector(environment: Environment, call: Call, now: datetime, switches: Switches) -> Answer:
    who = _known(environment, call, now)
    name = call.path[1].lower()
    update = next((each for each in UPDATE if each.lower() == name), None)
    if update is not None:
        if update not in who.app.update_connectors:
            raise Refused(401, "UpdateConnector not supported for this app or the user is not authorized")
        return _write(environment, call, update, switches)
    _only(call, "GET")
    if len(call.path) != 2:
        raise Refused(404, "Not Found")
    connector = _assigned(environment, who, name)
    if connector.blocked:
        raise functional("This GetConnector (definition) is blocked")
    query = parse_query(call.query, connector)
    if environment.profit >= 8:
        connector.called = f"{now.astimezone(ZONE):%Y-%m-%d}"
    only = who.user.only.get(connector.id, {})
    seen = [row for row in rows(environment, connector) if all(row.get(key) == only[key] for key in only)]
    selected = select(query, seen, steady=switches.steady_without_order)
    found = [_row(environment, connector, row) for row in selected]
    # Before Profit 7 skip, take and the rows had a line each.
    parts = [f'"skip":{query.skip}', f'"take":{query.take}', f'"rows":[{",".join(found)}]']
    text = "{" + (",".join(parts) if environment.profit >= 7 else ",\r\n".join(parts)) + "}"
    return Answer(200, text.encode())


def _assigned(environment: Environment, who: Caller, name: str) -> GetConnector:
    """A GetConnector that this app connector may use. Raises `Refused` (401): what is not there looks no different."""
    for each in who.app.get_connectors:
        if each.lower() == name and each in environment.get_connectors:
            return environment.get_connectors[each]
    raise Refused(401, _NO_ACCESS)


def _row(environment: Environment, connector: GetConnector, row: Mapping[str, Any]) -> str:
    def cell(field: Field) -> str:
        if field.needs and field.needs not in environment.custom_fields:
            return '"(replaced)"'
        return _cell(field, row.get(field.id), environment.profit)

    return "{" + ",".join(f"{one_line(field.id).decode()}:{cell(field)}" for field in connector.fields) + "}"


def _cell(field: Field, value: Any, profit: int) -> str:
    if value is None:
        return "null"
    if field.type == "decimal":
        text = str(value)
        # Before Profit 7 the SQL server wrote numbers, without a zero in front of the point.
        return text if profit >= 7 else re.sub(r"^(-?)0\.", r"\1.", text)
    return one_line(local(value) if field.type == "date" else value).decode()


def _write(environment: Environment, call: Call, name: str, switches: Switches) -> Answer:
    _only(call, "POST", "PUT")  # DELETE is there for other connectors: a user is blocked instead
    if len(call.path) != 2:
        raise Refused(404, "Not Found")
    if name != "KnUser":
        raise Refused(501, f"The sandbox does not have {name}.")
    results = knuser.write(environment, parse(call.body), insert=call.method == "POST", switches=switches)
    return Answer(201, one_line({"results": results}))

"""One round through an environment: what the modules of AFAS are about, with as few calls as that takes.

What a token is and may do is one call, and three modules live on it. The other parts need credentials of the connection
itself; a part that those may not read is `blocked` in the view, for its module alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Final

from inregel.contract import Blocked, Key, Scope, View
from inregel.drivers.afas.auth import Classic, Credentials
from inregel.drivers.afas.errors import Refused
from inregel.drivers.afas.http import Budget
from inregel.drivers.afas.query import Condition, Question
from inregel.drivers.afas.rest import Rest
from inregel.frozen import frozen

GET_CONNECTOR: Final = "afas.get_connector"
USER: Final = "afas.user"
GROUP: Final = "afas.user_group"
VERSION: Final = "afas.version"
OF_A_TOKEN: Final = ("afas.app_connector", "afas.connector_access", "afas.token")
_UNAUTHORIZED: Final = 401


@frozen
class Known:
    """With what is read."""

    own: Credentials | None
    """Those of the connection itself."""
    tokens: Mapping[str, Classic | str]
    """Those of app connectors, by name; a text says why one cannot be used."""
    missing: Mapping[str, str]
    """Names of tokens that nobody has, and why."""
    closed: Mapping[str, Blocked] = field(default_factory=dict)
    """Names of tokens that somebody may have and this run cannot open."""
    without: str = ""
    """Why the connection has no credentials, where it declares some."""
    shapes: bool = False
    """Whether the fields of GetConnectors are read too."""


class Reading:
    """One round."""

    def __init__(self, rest: Rest, known: Known, budget: Budget) -> None:
        self._rest, self._known, self._budget = rest, known, budget

    async def view(self, scope: Scope) -> View:
        """What the scope asks for, in the shape that the package documents."""
        view: dict[str, Any] = {"missing": {**self._known.missing}}
        if self._known.without:
            view["without"] = self._known.without
        names = self._asked(scope)
        if names or any(module in scope for module in OF_A_TOKEN):
            view["app_connectors"] = {name: await self._token(name, _named(scope, name)) for name in names}
            view["app_connectors"] |= {
                name: {"state": "unreadable", "why": why.reason, "remedy": why.remedy}
                for name, why in self._known.closed.items()
            }
        parts = ((GET_CONNECTOR, self._get_connectors), (USER, self._users), (GROUP, self._groups))
        for module, part in parts:
            if module in scope and self._known.own is not None:
                await self._add(view, module, part(self._known.own, scope[module], view))
        if VERSION in scope and (who := self._anybody()) is not None:
            await self._add(view, VERSION, self._version(who))
        return view

    @staticmethod
    async def _add(view: dict[str, Any], module: str, part: Any) -> None:
        """A part, or why it may not be read."""
        try:
            view.update(await part)
        except Refused as error:
            view.setdefault("blocked", {})[module] = Blocked(error.reason, "you", error.remedy)

    # --- tokens -----------------------------------------------------------------------------------------------------

    def _asked(self, scope: Scope) -> list[str]:
        """The app connectors whose token has to be looked at."""
        tokens = self._known.tokens
        if GET_CONNECTOR in scope and (self._known.own is None or self._known.shapes):
            return list(tokens)
        asked: set[str] = set()
        for keys in (scope[module] for module in OF_A_TOKEN if module in scope):
            if keys is None:
                return list(tokens)
            asked |= {key if isinstance(key, str) else key[0] for key in keys}
        return [name for name in tokens if name in asked]

    async def _token(self, name: str, asked: frozenset[Key]) -> Mapping[str, Any]:
        token = self._known.tokens[name]
        if isinstance(token, str):
            return {"state": "refused", "why": token}
        try:
            info = await self._rest.metainfo(token, self._budget)
        except Refused as error:
            state = "refused" if error.status == _UNAUTHORIZED else "unreadable"
            return {"state": state, "why": error.reason, "remedy": error.remedy}
        spelled = _spelling(asked)
        return {
            "state": "working",
            "envid": info.envid,
            "app_connector": info.app_connector,
            "group": info.group,
            "user": spelled(info.user),
            "expires": info.expires,
            "get_connectors": {spelled(each): text for each, text in info.get_connectors.items()},
            "update_connectors": {spelled(each): text for each, text in info.update_connectors.items()},
        }

    def _anybody(self) -> Credentials | None:
        """Whoever may ask for what any token may."""
        working = (token for token in self._known.tokens.values() if isinstance(token, Classic))
        return self._known.own or next(working, None)

    # --- what credentials of the connection read --------------------------------------------------------------------

    async def _get_connectors(
        self, who: Credentials, keys: frozenset[Key] | None, view: Mapping[str, Any]
    ) -> dict[str, Any]:
        rows = await self._rows(who, "ProfitGetConnectoren", ("Naam",), "Naam", keys)
        spelled = _spelling(keys)
        found = {
            spelled(str(row["Naam"])): {
                "description": _text(row.get("Omschrijving")),
                "blocked": _flag(row.get("Geblokkeerd")),
            }
            for row in rows
        }
        result: dict[str, Any] = {"get_connectors": found}
        if self._known.shapes and keys is not None:
            result["fields"] = await self._fields(sorted(found), view.get("app_connectors", {}))
        return result

    async def _fields(self, names: Iterable[str], readers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The fields of those that some token may use."""
        result = {}
        for name in names:
            reader = next((each for each, of in readers.items() if name in of.get("get_connectors", ())), None)
            token = self._known.tokens.get(reader, "") if reader is not None else ""
            if isinstance(token, Classic):
                result[name] = await self._rest.fields(token, self._budget, name)
        return result

    async def _users(self, who: Credentials, keys: frozenset[Key] | None, view: Mapping[str, Any]) -> dict[str, Any]:
        rows = await self._rows(who, "Profit_Users", ("UserId",), "UserId", keys)
        groups = await self._rows(who, "Profit_UserGroups", ("GroupId", "UserId"), "UserId", keys)
        spelled = _spelling(keys)
        member: dict[str, set[str]] = {}
        for row in groups:
            member.setdefault(spelled(str(row["UserId"])), set()).add(str(row["GroupId"]))
        users = {}
        for row in rows:
            name = spelled(str(row["UserId"]))
            users[name] = {
                "name": _text(row.get("Description")),
                "email": _text(row.get("Email")),
                "upn": _text(row.get("UPN")),
                "blocked": _flag(row.get("Blocked")),
                "windows": _flag(row.get("Windows")),
                "insite": _flag(row.get("InSite")),
                "outsite": _flag(row.get("OutSite")),
                "connector": _flag(row.get("Connector")),
                "groups": frozenset(member.get(name, ())),
            }
        return {"users": users}

    async def _groups(self, who: Credentials, keys: frozenset[Key] | None, view: Mapping[str, Any]) -> dict[str, Any]:
        rows = await self._rows(who, "Profit_UserGroups", ("GroupId", "UserId"), "GroupId", keys)
        spelled = _spelling(keys)
        groups: dict[str, dict[str, Any]] = {}
        for row in rows:
            # `Decription` is how AFAS spells it.
            description = _text(row.get("Decription", row.get("Description")))
            group = groups.setdefault(spelled(str(row["GroupId"])), {"description": description, "users": frozenset()})
            group["users"] |= {str(row["UserId"])}
        return {"groups": groups}

    async def _rows(
        self, who: Credentials, connector: str, order: tuple[str, ...], field: str, keys: frozenset[Key] | None
    ) -> list[Mapping[str, Any]]:
        """The rows of the keys that are asked for; all of them where all are."""
        if keys is None:
            return await self._rest.rows(who, self._budget, Question(connector, order))
        names = sorted(key if isinstance(key, str) else key[1] for key in keys)
        if not names:
            return []
        alternatives = tuple((Condition(field, name),) for name in names)
        return await self._rest.rows(who, self._budget, Question(connector, order, alternatives))

    async def _version(self, who: Credentials) -> dict[str, Any]:
        return {"version": await self._rest.version(who, self._budget)}


def _named(scope: Scope, app: str) -> frozenset[Key]:
    """What was asked for that a token of an app connector may tell of: users and connectors."""
    asked = {
        key for module in OF_A_TOKEN for key in scope.get(module) or () if isinstance(key, tuple) and key[0] == app
    }
    return frozenset(asked) | (scope.get(GET_CONNECTOR) or frozenset())


def _spelling(keys: frozenset[Key] | None) -> Any:
    """AFAS compares names without regard to capitals: a name gets the spelling that was asked for."""
    known = {name.casefold(): name for key in keys or () for name in [key if isinstance(key, str) else key[1]]}
    return lambda name: known.get(name.casefold(), name)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _flag(value: Any) -> bool:
    """AFAS writes true, "true", "1" and, for a field that is not filled, null."""
    return value is True or str(value).strip().lower() in ("true", "1", "ja")

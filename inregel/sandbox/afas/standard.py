"""What every environment has from AFAS: the GetConnectors that read its own set-up, and the UpdateConnectors.

Columns as in AFAS' specification, its "Decription" too. Types and lengths are assumed where they do not stand there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from inregel.sandbox.afas.state import EVERYONE, Environment, Field, GetConnector

UPDATE: Final = {"KnUser": "Gebruiker", "KnSubject": "Dossieritem"}
"""UpdateConnectors that an app connector can be given, with their descriptions. Only KnUser can be called."""


def _fields(names: str, flags: str = "") -> list[Field]:
    texts = [Field(name, "string", name, 80) for name in names.split()]
    return texts + [Field(name, "boolean", name) for name in flags.split()]


def standard() -> list[GetConnector]:
    """Fresh ones."""
    return [
        GetConnector("ProfitGetConnectoren", "GetConnectoren", _fields("Omschrijving Naam", "Geblokkeerd")),
        GetConnector(
            "Profit_Users",
            "Gebruikers",
            _fields("UserId Description UPN Email PersonId EmployeeId", "Blocked Windows Connector OutSite InSite"),
        ),
        GetConnector("Profit_UserGroups", "Gebruikersgroepen", _fields("GroupId Decription UserId")),
    ]


def rows(environment: Environment, connector: GetConnector) -> list[dict[str, Any]]:
    """The rows behind a GetConnector: those of a standard one are made from what the environment is now."""
    made = _ROWS.get(connector.id)
    return made(environment) if made else connector.rows


def _connectors(environment: Environment) -> list[dict[str, Any]]:
    return [
        {"Omschrijving": each.description, "Naam": each.id, "Geblokkeerd": each.blocked}
        for each in environment.get_connectors.values()
    ]


def _users(environment: Environment) -> list[dict[str, Any]]:
    return [
        {
            "UserId": each.id,
            "Description": each.name,
            "UPN": each.upn or None,
            "Blocked": each.blocked,
            "Email": each.email or None,
            "Windows": each.windows,
            "Connector": each.connector,
            "OutSite": each.outsite,
            "InSite": each.insite,
            "PersonId": None,
            "EmployeeId": None,
        }
        for each in environment.users.values()
    ]


def _groups(environment: Environment) -> list[dict[str, Any]]:
    """One row per member. A group without members has none (assumed). In Everyone is everyone."""
    return [
        {"GroupId": group.id, "Decription": group.description, "UserId": user}
        for group in environment.groups.values()
        for user in (environment.users if group.id == EVERYONE else group.members)
    ]


_ROWS: Final[dict[str, Callable[[Environment], list[dict[str, Any]]]]] = {
    "ProfitGetConnectoren": _connectors,
    "Profit_Users": _users,
    "Profit_UserGroups": _groups,
}

"""Environments of AFAS to begin with: somebody who manages them, and nothing of the coupling done yet.

No token is made here: the first one is made on the screens, or with a one-time password.
"""

from __future__ import annotations

from typing import Any, Final

from inregel.sandbox.afas.state import AppConnector, Environment, Field, GetConnector, Group, User
from inregel.sandbox.afas.store import Afas

SANDBOX: Final = "sandbox/afas.json"
"""Where the emulated AFAS of a project keeps its state."""
MANAGEMENT: Final = "Beheer"
FIRST: Final = 10_001
_GROUP: Final = "BEHEER"
_ROWS: Final = 250


def furnish(afas: Afas, count: int) -> None:
    """Makes so many environments, without those that are there: 10001, 10002, and so on."""
    there = {environment.identity for environment in afas}
    for number in map(str, range(FIRST, FIRST + count)):
        if number not in there:
            afas.add(number, f"O{number}AA")
            with afas.change(number) as environment:
                _manage(environment, afas.make(16).upper())


def _manage(environment: Environment, key: str) -> None:
    user = f"{environment.number}.beheer"
    made = User(user, "Beheer", f"beheer@{environment.number}.example", windows=True, roles=["applicatiebeheerder"])
    environment.users[user] = made
    environment.groups[_GROUP] = Group(_GROUP, "Beheer", [user])
    app = AppConnector(MANAGEMENT, _GROUP, blocked=False, tells_version=True, remote=True, api_key=key)
    app.get_connectors, app.update_connectors = list(environment.get_connectors), ["KnUser"]
    environment.apps[MANAGEMENT] = app
    environment.behind["Loonjaar"] = salaries()


def salaries() -> GetConnector:
    """What is behind the definition Loonjaar once it is imported: a column of each type, rows to page through."""
    fields = [
        Field("Medewerker", "int", "Medewerker"),
        Field("Naam", "string", "Naam", 80),
        Field("Loon", "decimal", "Loon", decimals=2),
        Field("In_dienst", "date", "In dienst"),
        Field("Actief", "boolean", "Actief"),
    ]
    return GetConnector("Loonjaar", "Loon per jaar", fields, [_salary(i) for i in range(1, _ROWS + 1)])


def _salary(number: int) -> dict[str, Any]:
    return {
        "Medewerker": number,
        "Naam": f"Medewerker {number:03}",
        "Loon": f"{number - 1}.50",
        "In_dienst": "2026-07-01T10:00:00+00:00",
        "Actief": number % 2 == 0,
    }

"""What the modules of AFAS share: one walk through the screens, for one person, and what is checked before it."""

from __future__ import annotations

from typing import Any, Final

from inregel.contract import Fault, Office

ORDER: Final = "afas/setup"
REMOVE: Final = "afas/remove"
"""What goes, in an order of its own: it is handed out when what takes its place was seen."""
MANUAL: Final = "a.s.r., handleiding koppeling AFAS en Benefits-Plaza"
ADD: Final = "https://help.afas.nl/help/EN/SE/App_Apps_Custom_Add.htm"
AUDITOR: Final = "AFAS, app-connector-auditor.md"


def role(office: Office) -> str:
    """The office variable that names who works in AFAS: `afas_administrator` where there is one, else the contact."""
    return "afas_administrator" if office.vars.get("afas_administrator") else "contact"


def settings(office: Office) -> Any:
    """The settings of the connection. Raises `Fault`."""
    connection = office.connections.get("afas")
    if connection is None:
        raise Fault(
            "the office has no connection afas", remedy='connections: {afas: {environment: "54321", tier: production}}'
        )
    return connection.settings


def environment(office: Office) -> str:
    """The five digits of the environment. Raises `Fault`."""
    return str(settings(office)["environment"])


def own_user(user: str, office: Office) -> str:
    """The code of a user, which begins with the number of its environment. Raises `Fault` for another one's."""
    number = environment(office)
    if not user.startswith(f"{number}."):
        raise Fault(
            f"{user} is no user of the environment {number}: the code of a user begins with its number",
            remedy="{{ connections.afas.environment }}.name",
            key=user,
        )
    return user

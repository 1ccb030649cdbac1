"""What the modules of Assu share: one walk through the wizard, for one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from inregel.contract import Args, Fault, Inputs, Office, Secret
from inregel.formats import versions

ORDER: Final = "assu/wizard"
NONE: Final = "geen"
"""The answer for "there is none"; a blank one is a question that was forgotten."""


def role(office: Office) -> str:
    """The office variable that names who walks through the wizard; the same for every module of Assu.

    Roles in Assu are given per user and portefeuille, so it is the administrator of the certificate where the office
    names one, else the contact.
    """
    certificate = office.vars.get("certificate")
    named = isinstance(certificate, Mapping) and certificate.get("administrator")
    return "certificate.administrator" if named else "contact"


def screen(office: Office) -> dict[str, Any]:
    """The arguments that tell the work order which screens there are. Raises `Fault`."""
    connection = office.connections.get("assu")
    if connection is None:
        raise Fault(
            "the office has no connection assu",
            remedy='connections: {assu: {installation: ..., portefeuille: ..., version: "1.2628.3.16"}}',
        )
    version = str(connection.settings["version"])
    try:
        return {"version": version, "band": versions.band(version)}
    except versions.NotAVersion as error:
        raise Fault(str(error).splitlines()[0].rstrip("."), remedy='version: "1.2628.3.16"') from error


def password(args: Args, inputs: Inputs) -> Secret:
    """The password among a task's arguments. Raises `Fault` for one that stands there in clear."""
    given = args["password"]
    if not isinstance(given, Secret):
        raise Fault("password is not a secret", remedy="password: \"{{ secret('assu_pfx_' ~ office.id) }}\"")
    return inputs.secret(given)

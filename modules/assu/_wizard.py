"""What the modules of Assu share: one walk through the wizard, for one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from inregel.contract import Answers, Args, Fault, Finding, Inputs, Office, Secret, Step
from inregel.formats import versions
from inregel.speech import said

ORDER: Final = "assu/wizard"
MANUAL: Final = "A.i. Automatisering, Zelf inregelen Bedrijfscertificaat"
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
            said("the office has no connection {name}", name="assu"),
            remedy='connections: {assu: {installation: ..., portefeuille: ..., version: "1.2628.3.16"}}',
        )
    version = str(connection.settings["version"])
    try:
        return {"version": version, "band": versions.band(version)}
    except versions.NotAVersion as error:
        raise Fault(said("{text} is not a version of Assu", **error.fields), remedy='version: "1.2628.3.16"') from error


def other_screens(step: Step, answers: Answers) -> list[Finding]:
    """A version of another band than the order was written for, or one from which the band cannot be told."""
    answered = str(answers.get("assu_version", ""))
    try:
        band, short = versions.band(answered), versions.is_cut_short(answered)
    except versions.NotAVersion:
        return []  # not asked; what does not look like one was refused before
    declared = step.arguments.get("version", said("another one"))
    if short:
        text = said(
            "Assu {version} is cut short, and which screens it has hangs on the rest: answer all of it",
            version=answered,
        )
    elif band != step.arguments.get("band", band):
        text = said(
            "Assu is {version}, but this order was written for {declared}: correct the version in the inventory and "
            "apply again, which hands out the order for it",
            version=answered,
            declared=declared,
        )
    else:
        return []
    return [Finding(text, "assu_version", MANUAL)]


def password(args: Args, inputs: Inputs) -> Secret:
    """The password among a task's arguments. Raises `Fault` for one that stands there in clear."""
    given = args["password"]
    if not isinstance(given, Secret):
        raise Fault(
            said("{field} is not a secret", field="password"),
            remedy="password: \"{{ secret('assu_pfx_' ~ office.id) }}\"",
        )
    return inputs.secret(given)


def is_sealed(file: str, inputs: Inputs) -> bool:
    """Whether a file stands encrypted in the project, where Assu cannot read it.

    What is wrong with a file that cannot be read at all is told by the task of the certificate in it.
    """
    try:
        return inputs.file(file).sealed
    except Fault:
        return False

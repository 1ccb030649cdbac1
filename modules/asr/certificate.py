"""The hand-in of a new company certificate at a.s.r.; a renewed one needs none.

It is a line of the same walk as the certificate itself: the manual asks for the .pfx file in the last screen of the
wizard, before it is finished. Whether a certificate is new follows from what was known before it: none at all. What is
not known: the page of a.s.r., and whether it wants the file or only its public part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from inregel.contract import (
    UNKNOWN,
    Answers,
    Args,
    Blocked,
    Change,
    Fault,
    Finding,
    Inputs,
    Key,
    Office,
    Resources,
    Secret,
    Seen,
    State,
    Step,
    Unknown,
    View,
)
from inregel.formats import versions
from inregel.speech import said

ORDER: Final = "assu/wizard"
CERTIFICATE: Final = "assu.certificate"


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The serial number that a.s.r. shall have, by the e-mail address; nothing for a renewal."""
    kind = args.get("kind", "")
    declared = inputs.of(CERTIFICATE)
    if not declared and kind == "new":
        return {"": {"serial": UNKNOWN}}  # the certificate is blocked, and so is this
    found: Resources = {}
    for key, state in declared.items():
        serial = (state or {}).get("serial")
        if serial is None or kind == "renewal":
            continue
        if kind == "new" or _is_new(inputs.known(CERTIFICATE, key), serial):
            found[key] = {"serial": serial}
    return found


def actual(view: View) -> Seen:
    """From a work order's answers: `asr_handed_in`, ja or nee."""
    if "asr_handed_in" not in view:
        return Seen({}, complete=False)
    if view["asr_handed_in"] == "nee":
        return Seen({}, complete=True)
    lines: Mapping[Key, State | None] = view.get("lines", {})
    return Seen({key: state for key, state in lines.items() if state is not None}, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """One line of the walk through the wizard. Handing in twice does no harm, so looking and doing are one line."""
    if change.after is None:
        return Blocked(
            said("nothing is known of taking a certificate back at a.s.r."),
            "other",
            said("ask {party}", party="a.s.r."),
        )
    connection = change.office.connections.get("assu")
    if connection is None:
        remedy = said("the certificate is handed in from the wizard of Assu")
        raise Fault(said("the office has no connection {name}", name="assu"), remedy=remedy)
    version = str(connection.settings["version"])
    arguments: dict[str, Any] = {"version": version, "band": versions.band(version)}
    arguments |= {name: change.args[name] for name in ("file", "page") if name in change.args}
    if "file" in change.args:
        arguments["sealed"] = _is_sealed(change.args["file"], inputs)
    if "password" in change.args:
        arguments["password"] = _password(change.args, inputs)
    form = arguments["band"]
    return [Step("asr.hand_in_certificate", change.after, arguments, order=ORDER, role=_role(change.office), form=form)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Done means that a.s.r. has it."""
    if answers.get("asr_handed_in") == "nee":
        return [Finding(said("the answer says that a.s.r. does not have the certificate"), "asr_handed_in")]
    return []


def _is_new(known: State | Unknown | None, serial: object) -> bool:
    """None before it: new. The same: what it was when it was read in. Another one before it: a renewal."""
    if not isinstance(known, Mapping):
        return known is None
    number = str(known.get("serial", ""))
    return known.get("kind") == "new" and (number == serial or number.startswith("not "))


def _role(office: Office) -> str:
    """Who walks through the wizard of Assu, as its modules have it."""
    certificate = office.vars.get("certificate")
    named = isinstance(certificate, Mapping) and certificate.get("administrator")
    return "certificate.administrator" if named else "contact"


def _password(args: Args, inputs: Inputs) -> Secret:
    given = args["password"]
    if not isinstance(given, Secret):
        raise Fault(
            said("{field} is not a secret", field="password"),
            remedy="password: \"{{ secret('assu_pfx_' ~ office.id) }}\"",
        )
    return inputs.secret(given)


def _is_sealed(file: str, inputs: Inputs) -> bool:
    """Whether a file stands encrypted in the project, as the modules of Assu have it."""
    try:
        return inputs.file(file).sealed
    except Fault:
        return False

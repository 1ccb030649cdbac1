"""Which version of Assu runs where, and the least that is wanted.

Only a person can read it: it stands at the bottom of the Assu window. From unknown it is looked up in the walk through
the wizard; one that is too old gives the order to ask A.i. Servicedesk for the newest update by ticket.
"""

from __future__ import annotations

from collections.abc import Mapping

from inregel.contract import (
    Answers,
    Args,
    AtLeast,
    Blocked,
    Change,
    Finding,
    Inputs,
    Key,
    Office,
    Resources,
    Seen,
    State,
    Step,
    View,
)
from inregel.formats import versions
from inregel.speech import said

from ._wizard import MANUAL, ORDER, role, screen

TICKET = "assu/ticket"


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One resource, by the name of the installation: its version, at least this one, number by number."""
    screen(office)
    return {_installation(office): {"version": AtLeast(versions.parse(args["at_least"]))}}


def actual(view: View) -> Seen:
    """From a work order's answers: `assu_version`. One that is cut short does not tell what it has to."""
    version = str(view.get("assu_version", ""))
    try:
        if versions.is_cut_short(version):
            return Seen({}, complete=False)
    except versions.NotAVersion:
        return Seen({}, complete=False)
    return Seen({key: {"version": version} for key in view.get("lines", ())}, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Looked up where nobody has said it; else a ticket, and then the new version is read at the same place."""
    if change.after is None:
        return Blocked(said("an installation has a version; declare the least that is wanted"), "you", "at_least: ...")
    known = change.before.get("version", "") if isinstance(change.before, Mapping) else ""
    arguments = screen(change.office) | {"least": change.args["at_least"], "known": known}
    reaches: State = {"version": change.after["version"]}
    if not known:
        who = role(change.office)
        return [Step("assu.update", reaches, arguments, look_first=True, order=ORDER, role=who, form=arguments["band"])]
    return [Step("assu.update", reaches, arguments, order=TICKET)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """An answer from which it cannot be told whether the version is new enough, or that tells that it is not."""
    version, least = str(answers.get("assu_version", "")), str(step.arguments.get("least", ""))
    try:
        if versions.is_cut_short(version):
            text = said(
                "Assu {version} is cut short, and whether it is new enough hangs on the rest: answer all of it",
                version=version,
            )
        elif versions.parse(version) < versions.parse(least):
            text = said(
                "the window says {version}, and asked is at least {least}: the update is not there yet",
                version=version,
                least=least,
            )
        else:
            return []
    except versions.NotAVersion:
        return []  # not asked; what does not look like one was refused before
    return [Finding(text, "assu_version", MANUAL)]


def declare(resources: Resources) -> Args:
    """The task that declares it."""
    states = [state for state in resources.values() if state is not None]
    rule = states[0]["version"]
    return {"at_least": str(rule).removeprefix("at least ")}


def lint(args: Args, view: View) -> list[Finding]:
    """The inventory's version decides which screens an order describes, so it must be the one that was read."""
    office: Office | None = view.get("office")
    if office is None or "assu" not in office.connections:
        return []
    declared = str(office.connections["assu"].settings["version"])
    before = view.get("before", {}).get(_installation(office))
    read = before.get("version", "") if isinstance(before, Mapping) else ""
    if not read or versions.parse(str(read)) == versions.parse(declared):
        return []
    text = said(
        'the window said {read}, and the inventory has version "{declared}": write "{read}" there',
        read=read,
        declared=declared,
    )
    return [Finding(text, "version", MANUAL)]


def _installation(office: Office) -> Key:
    return str(office.connections["assu"].settings["installation"])

"""The administrator of the certificate at Solera: who receives the mails about it and the BCC code that renews it.

Whoever leaves takes the code along, so a successor is appointed in time, by a form of Solera; the new administrator
gets the confirmation. Source: Digidentity, Change Company Certificate Administrator.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from inregel.contract import (
    Answers,
    Args,
    Blocked,
    Change,
    Fault,
    Finding,
    Inputs,
    Office,
    Resources,
    Seen,
    State,
    Step,
    Unknown,
    View,
)
from inregel.speech import said

ORDER: Final = "assu/administrator"
NOTICE: Final = timedelta(days=30)
"""How long before somebody leaves the form is sent."""


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """Who shall hold the code: the one who is named, or the successor from 30 days before that one leaves."""
    name, email = str(args["name"]), str(args["email"])
    leaves = _leaves(args, name)
    if leaves is None or leaves > inputs.today + NOTICE:
        return {email: {"administrator": name}}
    successor = str(args["people"][name].get("successor", ""))
    if not successor:
        text = said(
            "{name} leaves on {day} and holds the BCC code, and no successor is named"
            if leaves >= inputs.today
            else "{name} left on {day} and holds the BCC code, and no successor is named",
            name=name,
            day=leaves,
        )
        raise Fault(
            text,
            remedy=f"people: {{{name}: {{until: {leaves}, successor: NAME}}}}",
            key=email,
            field="people",
        )
    return {email: {"administrator": successor}}


def actual(view: View) -> Seen:
    """From a work order's answers: `administrator`, the name at Solera."""
    if "administrator" not in view:
        return Seen({}, complete=False)
    stated: State = {"administrator": " ".join(str(view["administrator"]).split())}
    return Seen(dict.fromkeys(view.get("lines", ()), stated), complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """The form of Solera; where nobody leaves and nobody knows who it is, only the question."""
    if change.after is None:
        return Blocked(said("a certificate has an administrator; declare another one"), "you", "name: ...")
    name = str(change.args["name"])
    leaves = _leaves(change.args, name)
    after = str(change.after["administrator"])
    arguments: dict[str, Any] = {"email": change.key, "administrator": after, "before": _before(change, name)}
    arguments["leaves"] = leaves if leaves is not None and after != name else ""
    return [Step("assu.appoint", change.after, arguments, look_first=after == name, order=ORDER)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Somebody else than who was to be appointed."""
    wanted, named = str(step.arguments.get("administrator", "")), str(answers.get("administrator", ""))
    if named and " ".join(named.split()).casefold() != wanted.casefold():
        text = said("Solera has {named} as the administrator, and it was to be {wanted}", named=named, wanted=wanted)
        return [Finding(text, "administrator")]
    return []


def declare(resources: Resources) -> Args:
    """The task that declares it."""
    key, state = next((key, state) for key, state in resources.items() if state is not None)
    return {"email": str(key), "name": str(state["administrator"])}


def _leaves(args: Args, name: str) -> date | None:
    until = args.get("people", {}).get(name, {}).get("until")
    return until if until is None or isinstance(until, date) else date.fromisoformat(str(until))


def _before(change: Change, name: str) -> str:
    if isinstance(change.before, Unknown) or change.before is None:
        return name
    return str(change.before.get("administrator", name))

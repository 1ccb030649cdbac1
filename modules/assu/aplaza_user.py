"""The user that is selected in Aplaza instellingen, tab Algemeen: without one the manual calls the set-up not done.

There is one per installation and portefeuille: two that are declared for one office are both blocked, and the plan
names their tasks. The key is that user, so another choice is one difference: the new user is not selected yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from inregel.contract import (
    Answers,
    Args,
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
from inregel.speech import said

from ._wizard import NONE, ORDER, other_screens, role, screen

_SELECTED: State = {"status": "selected"}
_SHARED = frozenset(
    ("admin", "administratie", "algemeen", "backoffice", "contact", "info", "kantoor", "mail", "post", "receptie")
)


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The one user that is selected."""
    screen(office)
    return {_user(args["user"]): _SELECTED}


def actual(view: View) -> Seen:
    """From a work order's answers: `aplaza_user`, the user that the tab shows, or "geen" (none is selected)."""
    if "aplaza_user" not in view:
        return Seen({}, complete=False)
    user = _user(view["aplaza_user"])
    return Seen({} if user == NONE else {user: _SELECTED}, complete=True)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Selects the user; it can be done again without harm, so looking and selecting are one line."""
    if change.after is None:
        return Blocked(said("a user must be selected in Aplaza instellingen; declare another one"), "you", "user: ...")
    arguments = screen(change.office) | {"user": change.key}
    who, form = role(change.office), arguments["band"]
    return [Step("assu.select_aplaza_user", _SELECTED, arguments, order=ORDER, role=who, form=form)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Another user on the screen than the one that was to be selected."""
    wanted = str(step.arguments.get("user", ""))
    findings = other_screens(step, answers)
    shown = answers.get("aplaza_user", wanted)
    if _user(shown) != _user(wanted):
        if shown == NONE:
            text = said("the screen shows no user, not {wanted}", wanted=wanted)
        else:
            text = said("the screen shows {shown}, not {wanted}", shown=shown, wanted=wanted)
        findings.append(Finding(text, "aplaza_user"))
    return findings


def takes(key: Key, state: State) -> Iterable[str]:
    """The tab has one field, so one user is selected; two declared ones would take turns for ever."""
    return ["Aplaza user"]


def declare(resources: Resources) -> Args:
    """The task that declares it."""
    return {"user": next(str(key) for key, state in resources.items() if state is not None)}


def lint(args: Args, view: View) -> list[Finding]:
    """Whoever logs in to Assu does so with a personal address."""
    name, _, domain = _user(args["user"]).partition("@")
    if domain and name in _SHARED:
        text = said(
            "{address} looks like a shared address; a user of Assu has a personal one", address=f"{name}@{domain}"
        )
        return [Finding(text, "user", "A.i. Automatisering, Nieuwe gebruiker aanleggen")]
    return []


def _user(text: object) -> str:
    user = str(text).strip()
    return user.lower() if "@" in user else user

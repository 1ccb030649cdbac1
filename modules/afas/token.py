"""The token of an app connector for one user: there, working, of this environment, and not too old.

AFAS shows a token once, to the person who makes it; the answer to the order is tried at AFAS before it is taken in. Of
one that exists AFAS tells whose it is and when it ends, but not when it was made: that a person says. A new token does
not end the old one, which goes when the new one was delivered (`afas.old_tokens`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from inregel.contract import (
    UNKNOWN,
    Answers,
    Args,
    AtLeast,
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
    View,
)
from inregel.formats import afas_token

from ._ends import LAST, told
from ._setup import AUDITOR, ORDER, environment, own_user, role, settings

_LOOK: Final = "afas/token_look"
NONE: Final = "geen"
_OLD: Final = timedelta(days=365)
_NUMBER: Final = re.compile("[0-9]+")


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One token. Where it can be read it must not end within `renew_before`, unless a new one would not last longer."""
    app, user = str(args["app_connector"]), own_user(str(args["user"]), office)
    declared = inputs.of(f"afas.app_connector:{app}").get(app) or {}
    inputs.of(f"afas.user:{user}")
    if declared.get("authentication") == "oauth":
        raise Fault(
            f"{app} is declared with OAuth, which has no tokens of users",
            remedy="authentication: hybrid, or take this task out",
            key=(app, user),
            field="app_connector",
        )
    state: dict[str, Any] = {"status": "working", "environment": environment(office)}
    if "rotate_after" in args:
        state["made"] = AtLeast(-_days(args["rotate_after"]))
    soon = _days(args.get("renew_before", "30d"))
    if _is_held(app, office) and inputs.today + soon < LAST:
        state["expires"] = AtLeast(soon)
    return {(app, user): state}


def actual(view: View) -> Seen:
    """What AFAS tells of the tokens that the connection has; or `token_made`, as a person saw it."""
    if "token_made" in view:
        return _answered(view)
    found: dict[Key, State] = {}
    # Nobody has it, or AFAS refuses it: then there is none that works.
    whole = set(view.get("missing", ()))
    for name, token in view.get("app_connectors", {}).items():
        if token["state"] == "refused":
            whole.add(name)
        if token["state"] != "working" or not token["user"]:
            continue
        whole.add(name)
        of = token["app_connector"]
        found[name, token["user"]] = {
            "status": "working" if of.casefold() == name.casefold() else f"of the app connector {of}",
            "environment": number(token["envid"]),
            "made": UNKNOWN,
            "expires": _last_day(token["expires"]),
        }
    return Seen(found, frozenset(whole))


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """A new token; or the question how old the present one is, where that is all that is not known."""
    app, user = change.key if isinstance(change.key, tuple) else (change.key, "")
    who = role(change.office)
    if change.after is None:
        return Blocked("a token that is not wanted is deleted with its app connector", "you", "take `exact: true` off")
    arguments: dict[str, Any] = {"app_connector": app, "user": user, "environment": environment(change.office)}
    read = change.provenance.get("")
    verified = read is not None and read.kind == "verified"
    if not change.fields and (verified or app not in settings(change.office).get("tokens", {})):
        return [Step("afas.look_at_token", change.after, arguments, look_first=True, order=_LOOK, role=who)]
    if inputs.today > LAST:
        reason = f"classic tokens ended on {LAST}, so a new one cannot be made"
        return Blocked(reason, "you", "switch the app connector to OAuth; see docs/guide/salary-coupling.md")
    arguments["name"] = f"{app} {inputs.today}"
    arguments["renewal"] = isinstance(change.before, Mapping)
    arguments["refused"] = change.before is None and _is_held(app, change.office)
    return [Step("afas.make_token", change.after, arguments, order=ORDER, role=who)]


def trial(step: Step, answers: Answers) -> Mapping[str, Any]:
    """With which settings the connection is read before the answers count."""
    token, app = answers.get("token"), step.arguments.get("app_connector")
    return {"tokens": {str(app): token}} if isinstance(token, Secret) else {}


def check(step: Step, answers: Answers) -> list[Finding]:
    """What is no token, or one of something else. `answers["read"]` is what AFAS said of it, where it was asked."""
    token = answers.get("token")
    findings = []
    if isinstance(token, Secret):
        try:
            afas_token.parse(token.reveal(), "token")
        except afas_token.NotAToken as error:
            return [Finding(" ".join(str(error).split()), "token")]
    app, user = str(step.arguments.get("app_connector", "")), str(step.arguments.get("user", ""))
    told: Mapping[str, Any] = answers.get("read", {}).get("app_connectors", {}).get(app, {})
    if told.get("state") == "refused":
        remedy = f": {told['remedy']}" if told.get("remedy") else ""
        return [Finding(f"AFAS does not take the token: {told['why']}{remedy}", "token")]
    if told.get("state") != "working":
        return []
    there, wanted = number(told["envid"]), str(step.arguments.get("environment", ""))
    if there != wanted:
        findings.append(Finding(f"the token is of the environment {there}, and not of {wanted}", "token"))
    if told["app_connector"].casefold() != app.casefold():
        text = f"the token is of the app connector {told['app_connector']}, and not of {app}"
        findings.append(Finding(text, "token"))
    if told["user"] and told["user"].casefold() != user.casefold():
        findings.append(Finding(f"the token is of the user {told['user']}, and not of {user}", "token"))
    return findings


def takes(key: Key, state: State) -> Iterable[str]:
    """An order has one place for a token."""
    return ["the token that an order takes in"]


def lint(args: Args, view: View) -> list[Finding]:
    """The end of classic tokens, a token that is older than a year, and what could not be read of it."""
    app, user = str(args["app_connector"]), str(args["user"])
    today: date = view["inputs"].today
    findings = [told(today)]
    token: Mapping[str, Any] = view.get("app_connectors", {}).get(app, {})
    if token.get("state") in ("refused", "unreadable"):
        remedy = f": {token['remedy']}" if token.get("remedy") else ""
        findings.append(Finding(f"the token of {app}: {token['why']}{remedy}", "app_connector"))
    said = view.get("before", {}).get((app, user))
    made = said.get("made") if isinstance(said, Mapping) else None
    if not isinstance(made, date):
        findings.append(Finding(f"how old the token of {app} is, is unknown", "rotate_after"))
    elif made + _OLD < today:
        findings.append(Finding(f"the token of {app} was made on {made}: it is older than a year", "", AUDITOR))
    return findings


def _is_held(app: str, office: Office) -> bool:
    """Whether the connection has one: where none works, AFAS refuses it, perhaps for a reason that can be mended."""
    try:
        return settings(office).get("tokens", {}).get(app) is not None
    except Fault:
        return False


def number(envid: str) -> str:
    """The digits in the name of an environment: 12345 of O12345AA."""
    digits = _NUMBER.search(envid)
    return digits.group() if digits else envid


def _answered(view: View) -> Seen:
    """When it was made, or that there is none."""
    said = str(view["token_made"]).strip()
    lines: Mapping[Key, State | None] = view.get("lines", {})
    if said == NONE:
        return Seen({}, frozenset(key[0] for key in lines if isinstance(key, tuple)))
    known: State = {"status": "working", "made": date.fromisoformat(said)}
    return Seen({key: known for key, state in lines.items() if state is not None}, complete=False)


def _last_day(expires: Any) -> Any:
    """The day on which it ends: without an end of its own, on that of all classic tokens."""
    if expires == "never":
        return LAST
    return min(expires, LAST) if isinstance(expires, date) else UNKNOWN


def _days(text: Any) -> timedelta:
    return timedelta(days=int(str(text).removesuffix("d")))

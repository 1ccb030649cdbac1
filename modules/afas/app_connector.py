"""An app connector: for which group it is, how it is logged in with, whether it is blocked, and what guards it.

AFAS has no API for it. What its own token tells is read: that it works (so it is not blocked), and for which group. The
rest a person sets and says so. AFAS begins with a new one that is blocked.
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

from ._setup import ADD, AUDITOR, ORDER, role, settings

_ON_SCREEN: Final = ("authentication", "validity", "ip_rules")
_TEST_TOOL: Final = ("52.174.142.76", "52.174.142.140")
"""From where AFAS' own test tool calls."""


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One app connector. `group` is compared with what AFAS shows of it: what it is called, else its code."""
    settings(office)
    group = str(args["group"])
    declared = inputs.of(f"afas.user_group:{group}").get(group) or {}
    state: dict[str, Any] = {
        "group": args.get("group_shown") or declared.get("description") or group,
        "authentication": args["authentication"],
        "blocked": args.get("blocked", False),
    }
    if "validity" in args:
        state["validity"] = args["validity"]
    if "ip_rules" in args:
        state["ip_rules"] = frozenset(args["ip_rules"])
    return {str(args["description"]): state}


def actual(view: View) -> Seen:
    """What a token that works tells of its app connector. `app_group`, as a person saw it, is only compared."""
    found: dict[Key, State] = {}
    for name, token in view.get("app_connectors", {}).items():
        if token["state"] == "working" and token["app_connector"].casefold() == name.casefold():
            found[name] = {"group": token["group"], "blocked": False} | dict.fromkeys(_ON_SCREEN, UNKNOWN)
    return Seen(found, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """One part of the walk: made, or set as it shall be."""
    if change.after is None:
        return Blocked("what still calls through an app connector is not known", "you", "remove it by hand")
    arguments: dict[str, Any] = {
        "description": change.key,
        "group": change.args["group"],
        "group_shown": change.after["group"],
        "authentication": change.after["authentication"],
        "blocked": change.after["blocked"],
        "validity": change.after.get("validity", ""),
        "ip_rules": sorted(change.args.get("ip_rules", ())),
        "changed": list(change.fields),
    }
    who = role(change.office)
    if isinstance(change.before, Mapping):
        return [Step("afas.set_app_connector", change.after, arguments, order=ORDER, role=who)]
    return [Step("afas.make_app_connector", change.after, arguments, order=ORDER, role=who)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Another group than the one that it is for."""
    said = str(answers.get("app_group", "")).strip()
    wanted = {str(step.arguments.get(name, "")) for name in ("group", "group_shown")}
    if said and said not in wanted:
        name = step.arguments.get("description", "the app connector")
        return [Finding(f"{name} is for the group {said}, and it was to be {' or '.join(sorted(wanted))}", "app_group")]
    return []


def lint(args: Args, view: View) -> list[Finding]:
    """Blocked, open to every address, or open to AFAS' test tool."""
    name, findings = str(args["description"]), []
    token: Mapping[str, Any] = view.get("app_connectors", {}).get(name, {})
    if args.get("blocked"):
        findings.append(Finding(f"{name} is declared as blocked: nothing can be read through it", "blocked", ADD))
    elif token.get("state") != "working":
        said = view.get("before", {}).get(name)
        if not (isinstance(said, Mapping) and said.get("blocked") is False):
            text = f"whether {name} is still blocked is unknown: AFAS begins with a blocked one, and no token tells"
            findings.append(Finding(text, "blocked"))
    if "ip_rules" not in args:
        text = f"{name} has no declared IP rule; whether AFAS has one is unknown, without one every address may call"
        findings.append(Finding(text, "ip_rules", AUDITOR))
    left = [each for each in _TEST_TOOL if any(rule.partition("/")[0] == each for rule in args.get("ip_rules", ()))]
    if left:
        text = f"{name} lets AFAS' test tool in ({', '.join(left)}): take it out after the test"
        findings.append(Finding(text, "ip_rules", AUDITOR))
    return findings

"""A system user, the groups that it is in, and its rights to menus.

A user is one resource, each membership another, `GROUP/USER`: the user comes first, then a group, then who is in it.
AFAS tells of a user what its API can change. Whether it is a system user, its role and its rights to menus only the
screen shows: a person sets them and says so.
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

from ._setup import AUDITOR, ORDER, own_user, role

_MEMBER: State = {"status": "member"}
_READ: Final = {"name": "name", "email": "email", "profit_windows": "windows", "insite": "insite", "blocked": "blocked"}
"""By field of the state, what the driver calls it."""
_ON_SCREEN: Final = ("system_user", "role", "menu_rights")


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The user, not blocked, and its memberships."""
    user = own_user(str(args["id"]), office)
    state: dict[str, Any] = {name: args[name] for name in (*_READ, "role") if name in args}
    state |= {"blocked": False, "system_user": args.get("system_user", True)}
    if "menu_rights" in args:
        state["menu_rights"] = frozenset(_rights(args["menu_rights"]))
    return {user: state, **{(str(group), user): _MEMBER for group in args.get("groups", ())}}


def actual(view: View) -> Seen:
    """What the driver listed; `afas_user`, the code that a person saw, says nothing more than the lines do."""
    if "users" not in view:
        return Seen({}, complete=False)
    found: dict[Key, State] = {}
    for user, each in view["users"].items():
        found[user] = {name: each[given] for name, given in _READ.items()} | dict.fromkeys(_ON_SCREEN, UNKNOWN)
        found |= {(group, user): _MEMBER for group in each["groups"]}
    return Seen(found)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """What the API can change first, then what only the screen has."""
    if change.after is None:
        return Blocked(
            "AFAS keeps its users, and who else works with this one is not known", "you", "take `exact: true` off"
        )
    who = role(change.office)
    if isinstance(change.key, tuple):
        group, user = change.key
        inputs.of(f"afas.user_group:{group}")
        inputs.of(f"afas.user:{user}")
        arguments = {"user": user, "group": group}
        return [Step("afas.update_user", change.after, arguments, order=ORDER, role=who, form="member")]
    there: State = {name: value for name, value in change.after.items() if name in _READ}
    on_screen: State = {name: change.after[name] for name in _ON_SCREEN if name in change.after}
    way = [] if _is_read(change) else _way(change, there, who)
    left = set(on_screen)
    if isinstance(change.before, Mapping):
        left &= set(change.fields)
    elif way and change.after["system_user"]:
        left.discard("system_user")  # it begins as one
    if left:
        shown: dict[str, Any] = {"user": change.key, "rights": sorted(_rights(change.args.get("menu_rights", {})))}
        shown |= {name: value for name, value in on_screen.items() if name in left and name != "menu_rights"}
        way.append(Step("afas.set_user_rights", change.after, shown, order=ORDER, role=who))
    return way


def check(step: Step, answers: Answers) -> list[Finding]:
    """Another user than the one that was to be made."""
    wanted, said = str(step.arguments.get("user", "")), str(answers.get("afas_user", ""))
    if said and said.casefold() != wanted.casefold():
        return [Finding(f"the user is called {said}, and it was to be {wanted}", "afas_user")]
    return []


def lint(args: Args, view: View) -> list[Finding]:
    """What the manual of a.s.r. asks for and AFAS advises against; and what nobody can tell."""
    findings = []
    if args.get("profit_windows"):
        text = f"{args['id']} has access to Profit Windows: the manual of a.s.r. asks for it, AFAS advises against it"
        findings.append(Finding(text, "profit_windows", AUDITOR))
    elif "profit_windows" not in args and args["id"] not in view.get("users", {}):
        findings.append(Finding(f"whether {args['id']} has access to Profit Windows is unknown", "profit_windows"))
    elif view.get("users", {}).get(args["id"], {}).get("windows"):
        findings.append(Finding(f"{args['id']} has access to Profit Windows", "profit_windows", AUDITOR))
    return findings


def declare(resources: Resources) -> Args:
    """The task that declares a user and its memberships; what only the screen shows is left out where nobody said."""
    user, state = next((key, state) for key, state in resources.items() if isinstance(key, str) and state is not None)
    args: dict[str, Any] = {name: state[name] for name in (*_READ, "role") if name in state and name != "blocked"}
    if state.get("system_user") is False:
        args["system_user"] = False
    groups = sorted(key[0] for key in resources if isinstance(key, tuple) and key[1] == user)
    args |= {"groups": groups} if groups else {}
    rights = state.get("menu_rights", ())
    nested: dict[str, Any] = {}
    for line in sorted(rights) if isinstance(rights, frozenset) else ():
        path, _, value = line.rpartition(": ")
        *menus, last = path.split(" > ")
        place = nested
        for menu in menus:
            place = place.setdefault(menu, {})
        place[last] = value
    return {"id": user, **args, **({"menu_rights": nested} if nested else {})}


def _way(change: Change, there: State, who: str) -> list[Step]:
    """From what is known to what the API can reach."""
    user = str(change.key)
    values = {given: there[name] for name, given in _READ.items() if name in there and name != "blocked"}
    if not isinstance(change.before, Mapping):
        # AFAS makes no user without a name.
        arguments = {"user": user, "name": user.partition(".")[2], **values}
        if change.after is not None and change.after["system_user"]:
            reached = {**there, "system_user": True}
            return [Step("afas.create_system_user", reached, arguments, order=ORDER, role=who)]
        return [Step("afas.create_user", there, arguments, order=ORDER, role=who)]
    way = []
    if "blocked" in change.fields:
        reached = {name: change.before[name] for name in there if name in change.before} | {"blocked": False}
        way.append(Step("afas.unblock_user", reached, {"user": user}, order=ORDER, role=who))
    other = {given: there[name] for name, given in _READ.items() if name in change.fields and name != "blocked"}
    if other:
        way.append(Step("afas.update_user", there, {"user": user, **other}, order=ORDER, role=who))
    return way


def _is_read(change: Change) -> bool:
    """Whether only what the screen shows is open, and all else was read."""
    read = change.provenance.get("")
    return not change.fields and read is not None and read.kind == "verified"


def _rights(rights: Mapping[str, Any], above: str = "") -> list[str]:
    """`Menu > Tab: onderhouden` for each, however deep they stand."""
    lines: list[str] = []
    for name, value in rights.items():
        path = f"{above} > {name}" if above else str(name)
        lines += _rights(value, path) if isinstance(value, Mapping) else [f"{path}: {value}"]
    return lines

"""A system user, the groups that it is in, and what only the screen of AFAS has of it.

A user is one resource, each membership another, `GROUP/USER`, and `rights/USER` is the rest: whether it is a system
user, its role and its rights to menus. AFAS tells of the first two, and its API can change them; the rest a person sets
and says so. The user comes first, then a group, then who is in it; nothing waits for rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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

from ._setup import AUDITOR, ORDER, own_user, role

_MEMBER: State = {"status": "member"}
_READ: Final = {"name": "name", "email": "email", "profit_windows": "windows", "insite": "insite", "blocked": "blocked"}
"""By field of the state, what the driver calls it."""
_RIGHTS: Final = "rights"
"""The container of what the screen shows."""


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The user, not blocked, its memberships, and its rights."""
    user = own_user(str(args["id"]), office)
    state: dict[str, Any] = {name: args[name] for name in _READ if name in args} | {"blocked": False}
    rights: dict[str, Any] = {"system_user": args.get("system_user", True)}
    if "role" in args:
        rights["role"] = args["role"]
    if "menu_rights" in args:
        rights["menu_rights"] = frozenset(_rights(args["menu_rights"]))
    declared: Resources = {user: state}
    declared |= {(str(group), user): _MEMBER for group in args.get("groups", ())}
    return declared | {(_RIGHTS, user): rights}


def actual(view: View) -> Seen:
    """What the driver listed: users, and who of them is in the groups that there are. Of rights it knows nothing."""
    if "users" not in view:
        return Seen({}, complete=False)
    found: dict[Key, State] = {}
    groups = set(view.get("groups", ()))
    for user, each in view["users"].items():
        found[user] = {name: each[given] for name, given in _READ.items()}
        found |= {(group, user): _MEMBER for group in each["groups"]}
        groups |= each["groups"]
    return Seen(found, frozenset({"", *groups} - {_RIGHTS}))


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """One way for each of the three kinds of resources."""
    if change.after is None:
        reason = "AFAS keeps its users, and who else works with this one is not known"
        return Blocked(reason, "you", "take `exact: true` off this task")
    who = role(change.office)
    if not isinstance(change.key, tuple):
        return _way(change, change.after, who)
    container, user = change.key
    inputs.of(f"afas.user:{user}")
    if container == _RIGHTS:
        shown: dict[str, Any] = {"user": user, "rights": _by_menu(change.args.get("menu_rights", {}))}
        shown |= {name: value for name, value in change.after.items() if name != "menu_rights"}
        return [Step("afas.set_user_rights", change.after, shown, order=ORDER, role=who)]
    inputs.of(f"afas.user_group:{container}")
    arguments = {"user": user, "group": container}
    return [Step("afas.update_user", change.after, arguments, order=ORDER, role=who)]


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
    """The task that declares a user with its memberships; what only the screen shows, where somebody said it."""
    user, state = next((key, state) for key, state in resources.items() if isinstance(key, str) and state is not None)
    args: dict[str, Any] = {"id": user, **{name: state[name] for name in _READ if name in state and name != "blocked"}}
    groups = sorted(key[0] for key in resources if isinstance(key, tuple) and key[1] == user and key[0] != _RIGHTS)
    args |= {"groups": groups} if groups else {}
    rights = resources.get((_RIGHTS, user)) or {}
    args |= {name: rights[name] for name in ("system_user", "role") if name in rights}
    return args | ({"menu_rights": _nested(rights["menu_rights"])} if rights.get("menu_rights") else {})


def _nested(rights: Any) -> dict[str, Any]:
    """Rights as they are declared, from their lines."""
    nested: dict[str, Any] = {}
    for line in sorted(rights):
        path, _, value = line.rpartition(": ")
        *menus, last = path.split(" > ")
        place = nested
        for menu in menus:
            place = place.setdefault(menu, {})
        place[last] = value
    return nested


def _way(change: Change, after: State, who: str) -> list[Step]:
    """From what is known of a user to what the API can reach."""
    user = str(change.key)
    values = {given: after[name] for name, given in _READ.items() if name in after and name != "blocked"}
    if not isinstance(change.before, Mapping):
        # AFAS makes no user without a name.
        arguments = {"user": user, "name": user.partition(".")[2], **values}
        if change.args.get("system_user", True):
            return [Step("afas.create_system_user", after, arguments, order=ORDER, role=who)]
        return [Step("afas.create_user", after, arguments, order=ORDER, role=who)]
    way = []
    if "blocked" in change.fields:
        reached = {name: change.before[name] for name in after if name in change.before} | {"blocked": False}
        way.append(Step("afas.unblock_user", reached, {"user": user}, order=ORDER, role=who))
    other = {given: after[name] for name, given in _READ.items() if name in change.fields and name != "blocked"}
    if other:
        way.append(Step("afas.update_user", after, {"user": user, **other}, order=ORDER, role=who))
    return way


def _by_menu(rights: Mapping[str, Any], above: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """For each menu on the screen its way, and what is set in it."""
    own = [{"name": name, "value": value} for name, value in rights.items() if not isinstance(value, Mapping)]
    menus = [{"menu": list(above), "rights": own}] if own else []
    for name, value in rights.items():
        menus += _by_menu(value, (*above, name)) if isinstance(value, Mapping) else []
    return menus


def _rights(rights: Mapping[str, Any], above: str = "") -> list[str]:
    """`Menu > Tab: onderhouden` for each, however deep they stand."""
    lines: list[str] = []
    for name, value in rights.items():
        path = f"{above} > {name}" if above else str(name)
        lines += _rights(value, path) if isinstance(value, Mapping) else [f"{path}: {value}"]
    return lines

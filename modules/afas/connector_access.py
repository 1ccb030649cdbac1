"""Which GetConnectors and UpdateConnectors an app connector may use; `exact: true` also finds what was not declared.

The proof is the app connector's own token: what it may use is all that AFAS lists for it. What is too much is taken out
in an order of its own, after everything that is declared was seen: a new version is there before the old one goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

from ._setup import ORDER, REMOVE, role, settings

_GET: State = {"kind": "get"}
_UPDATE: State = {"kind": "update"}
_KINDS: Final = {"get_connectors": _GET, "update_connectors": _UPDATE}


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One resource for each; they rest on the app connector and on what was imported."""
    settings(office)
    app = str(args["app_connector"])
    inputs.of(f"afas.app_connector:{app}")
    inputs.of("afas.get_connector")
    return {(app, str(name)): state for kind, state in _KINDS.items() for name in args.get(kind, ())}


def actual(view: View) -> Seen:
    """All that a token may use; or `assigned`, which a person read on the tab of the app connector."""
    if "assigned" in view:
        return _answered(view)
    found: dict[Key, State] = {}
    whole = set()
    for name, token in view.get("app_connectors", {}).items():
        if token["state"] != "working" or token["app_connector"].casefold() != name.casefold():
            continue
        whole.add(name)
        for kind, state in _KINDS.items():
            found |= {(name, each): state for each in token[kind]}
    return Seen(found, frozenset(whole))


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """A line on the tab of the app connector; there is no API for it."""
    app, name = change.key if isinstance(change.key, tuple) else ("", change.key)
    state: Mapping[str, Any] = change.after or (change.before if isinstance(change.before, Mapping) else _GET)
    arguments = {"app_connector": app, "name": name, "kind": state.get("kind", "get")}
    who = role(change.office)
    if change.after is not None:
        return [Step("afas.assign_connector", change.after, arguments, order=ORDER, role=who)]
    declared = inputs.of("afas.connector_access")
    inputs.of("afas.token")
    spelled = [each for at, each in (key for key in declared if isinstance(key, tuple)) if at == app]
    same = next((each for each in spelled if each.casefold() == name.casefold()), None)
    if same is not None:
        return Blocked(f"AFAS writes {name}, and the playbook {same}: they are the same", "you", f"write {name}")
    return [Step("afas.unassign_connector", None, arguments, order=REMOVE, role=who)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """What the tab still shows, or does not show yet."""
    if "assigned" not in answers:
        return []
    name = str(step.arguments.get("name", ""))
    there = name.casefold() in {str(each).casefold() for each in answers["assigned"] or ()}
    if there == (step.reaches is not None):
        return []
    told = "still on the tab" if there else "not on the tab"
    return [Finding(f"{name} is {told} of {step.arguments.get('app_connector', 'the app connector')}", "assigned")]


def containers(args: Args) -> Iterable[str]:
    """The app connector: `exact` also counts where nothing is declared for it."""
    return [str(args["app_connector"])]


def declare(resources: Resources) -> Args:
    """The task that declares these."""
    kept = [(key, state) for key, state in resources.items() if isinstance(key, tuple) and state is not None]
    args: dict[str, Any] = {"app_connector": kept[0][0][0]}
    for kind, wanted in _KINDS.items():
        names = [key[1] for key, state in kept if state == wanted]
        args |= {kind: names} if names else {}
    return args


def _answered(view: View) -> Seen:
    """A whole list where the order is about one app connector and GetConnectors alone, else only what was asked."""
    lines: Mapping[Key, State | None] = view.get("lines", {})
    said = {str(name).casefold(): str(name) for name in view["assigned"] or ()}
    asked = {key: state for key, state in lines.items() if isinstance(key, tuple)}
    found: dict[Key, State] = {key: state or _GET for key, state in asked.items() if key[1].casefold() in said}
    apps = {key[0] for key in asked}
    if len(apps) != 1 or _UPDATE in asked.values():
        return Seen(found, complete=False)
    app = next(iter(apps))
    known = {key[1].casefold() for key in asked}
    found |= {(app, name): _GET for folded, name in said.items() if folded not in known}
    return Seen(found, frozenset(apps))

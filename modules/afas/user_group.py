"""A user group: what an app connector is for. AFAS makes one with its first user, and shows none without users.

So a group that nobody is in counts as absent, and making it once more does no harm. Over the web it can only be made
for a user who is there already; without `user` a person makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inregel.contract import Args, Blocked, Change, Finding, Inputs, Office, Resources, Seen, State, Step, View

from ._setup import AUDITOR, ORDER, own_user, role


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One group, and what it is called where the task says it."""
    if "user" in args:
        own_user(str(args["user"]), office)
    return {str(args["id"]): {"description": args["description"]} if "description" in args else {}}


def actual(view: View) -> Seen:
    """What the driver listed. A person states with the order as a whole that it is there."""
    if "groups" not in view:
        return Seen({}, complete=False)
    return Seen({name: {"description": each["description"]} for name, each in view["groups"].items()})


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Made with its first user, after that one; renamed by a person."""
    if change.after is None:
        return Blocked("AFAS has no way to remove a group but by hand", "you", "take `exact: true` off this task")
    arguments: dict[str, Any] = {"group": change.key}
    if "description" in change.after:
        arguments["group_description"] = change.after["description"]
    who = role(change.office)
    if isinstance(change.before, Mapping):
        return [Step("afas.rename_group", change.after, arguments, order=ORDER, role=who)]
    if "user" not in change.args:
        return [Step("afas.make_group", change.after, arguments, order=ORDER, role=who)]
    inputs.of(f"afas.user:{change.args['user']}")
    arguments["user"] = change.args["user"]
    return [Step("afas.create_group", change.after, arguments, order=ORDER, role=who)]


def declare(resources: Resources) -> Args:
    """The task that declares it."""
    name, state = next((key, state) for key, state in resources.items() if state is not None)
    return {"id": str(name), **_described(state)}


def lint(args: Args, view: View) -> list[Finding]:
    """A token acts as one user, so a second one in its group is a way in that nobody looks at."""
    name = str(args["id"])
    if "groups" not in view:
        return [Finding(f"how many users the group {name} has is unknown: nothing that was read tells", "id")]
    users = sorted(view["groups"].get(name, {}).get("users", ()))
    if len(users) < 2:
        return []
    return [Finding(f"the group {name} has {len(users)} users: {', '.join(users)}", "id", AUDITOR)]


def _described(state: State) -> dict[str, Any]:
    return {"description": state["description"]} if "description" in state else {}

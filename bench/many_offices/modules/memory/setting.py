"""A setting of the memory driver: the state is what is declared, and one step reaches it."""

from __future__ import annotations

from inregel.contract import Args, Change, Inputs, Office, Resources, Seen, Step, View


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One resource, named by `name`."""
    return {args["name"]: {name: value for name, value in args.items() if name != "name"}}


def actual(view: View) -> Seen:
    """What the driver read of it."""
    return Seen(view.get("memory.setting", {}), "memory.setting" in view.get("complete", ()))


def steps(change: Change, inputs: Inputs) -> list[Step]:
    """One step each way."""
    return [Step("memory.set" if change.after is not None else "memory.remove", change.after)]

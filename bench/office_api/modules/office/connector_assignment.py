"""Which connector does what for an office, and in which order."""

from __future__ import annotations

from inregel.contract import Args, Change, Inputs, Office, Resources, Seen, Step, View

from . import _settings


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One document for each name."""
    return {("connector-assignments", each["name"]): _settings.state(each["settings"]) for each in args["assignments"]}


def actual(view: View) -> Seen:
    """What was read of them."""
    return _settings.seen(view, "office.connector_assignment")


def steps(change: Change, inputs: Inputs) -> list[Step]:
    """One call writes one of them."""
    return _settings.steps(change)

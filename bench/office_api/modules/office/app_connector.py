"""The connector through which other programs reach an office."""

from __future__ import annotations

from inregel.contract import Args, Change, Inputs, Office, Resources, Seen, Step, View

from . import _settings


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One document."""
    return {"app-connector": _settings.state(args["settings"])}


def actual(view: View) -> Seen:
    """What was read of it."""
    return _settings.seen(view, "office.app_connector")


def steps(change: Change, inputs: Inputs) -> list[Step]:
    """One call writes it."""
    return _settings.steps(change)

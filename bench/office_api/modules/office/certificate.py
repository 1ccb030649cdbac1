"""The certificate that an office signs its messages with."""

from __future__ import annotations

from inregel.contract import Args, Change, Inputs, Office, Resources, Seen, Step, View

from . import _settings


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One document."""
    return {"certificate": _settings.state(args["settings"])}


def actual(view: View) -> Seen:
    """What was read of it."""
    return _settings.seen(view, "office.certificate")


def steps(change: Change, inputs: Inputs) -> list[Step]:
    """One call writes it."""
    return _settings.steps(change)

"""No other token of an app connector than the present one: what a rotation leaves behind is deleted.

AFAS lists the tokens of an app connector on the screen alone, so a person looks and says so. It is asked anew after
each new token, and not before whoever uses the old one has the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from inregel.contract import (
    UNKNOWN,
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

from ._setup import AUDITOR, environment, own_user, role

_ORDER = "afas/old_tokens"


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The only token is the one that was made on the day that is known. It rests on that token, and its delivery."""
    app, user = str(args["app_connector"]), own_user(str(args["user"]), office)
    inputs.of(f"afas.token:{app}/{user}")
    inputs.of(f"asr.payroll_processor:{app}")
    said = inputs.known("afas.token", (app, user))
    made = said.get("made", UNKNOWN) if isinstance(said, Mapping) else UNKNOWN
    return {(app, user): {"only": made}}


def actual(view: View) -> Seen:
    """From a work order's answers: `tokens_left`, the tokens of the user that the screen shows."""
    if "tokens_left" not in view:
        return Seen({}, complete=False)
    left = len(view["tokens_left"] or ())
    one: dict[Key, State] = {
        key: state if left == 1 else {"only": f"one of {left}"}
        for key, state in view.get("lines", {}).items()
        if state is not None
    }
    return Seen(one, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Deleting by hand, in an order of its own."""
    if change.after is None:
        return Blocked("that there are no other tokens is not taken back", "you", "take `exact: true` off this task")
    app, user = change.key if isinstance(change.key, tuple) else (change.key, "")
    arguments: dict[str, Any] = {"app_connector": app, "user": user, "environment": environment(change.office)}
    arguments["made"] = change.after["only"] if isinstance(change.after["only"], date) else ""
    return [Step("afas.delete_old_tokens", change.after, arguments, order=_ORDER, role=role(change.office))]


def lint(args: Args, view: View) -> list[Finding]:
    """Whether there are others is known only where somebody said so."""
    app = str(args["app_connector"])
    said = view.get("before", {}).get((app, str(args["user"])))
    if isinstance(said, Mapping) and isinstance(said.get("only"), date):
        return []
    text = f"whether {app} has more than one token is unknown: AFAS tells it on the screen alone"
    return [Finding(text, "", AUDITOR)]

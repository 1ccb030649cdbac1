"""Employers whose salary coupling is registered at a.s.r., out of a sheet of the office.

It may begin when a.s.r. has confirmed the payroll processor, and for an employer who has asked a.s.r. for it. Only
people know what became of it: an employer is requested, then registered by the office, then confirmed by a.s.r.
"""

from __future__ import annotations

from collections.abc import Mapping

from inregel.contract import Answers, Args, Blocked, Change, Finding, Inputs, Office, Resources, Seen, State, Step, View
from inregel.speech import said

from ._sheet import employers

_REGISTERED: State = {"status": "registered"}
_CONFIRMED: State = {"status": "confirmed"}
ASKED_AT = "www.asr.nl/salariskoppeling"


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One resource for each employer in the sheet; all rest on the registration of the office itself."""
    inputs.of("asr.payroll_processor")
    return dict.fromkeys(employers(args, inputs), _CONFIRMED)


def actual(view: View) -> Seen:
    """From a work order's answers: who was registered (`employers_registered`), or confirmed."""
    for name, state in (("employers_registered", _REGISTERED), ("employers_confirmed", _CONFIRMED)):
        if name in view:
            named = {" ".join(str(each).split()).casefold() for each in view[name] or ()}
            lines = view.get("lines", {})
            return Seen({key: state for key in lines if str(key).casefold() in named}, complete=False)
    return Seen({}, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Registered in one order, confirmed in the next."""
    if change.after is None:
        return Blocked(
            said("nothing is known of taking an employer back at a.s.r."),
            "other",
            said("ask {party}", party="a.s.r."),
        )
    if not employers(change.args, inputs).get(str(change.key), False):
        reason = said("the employer has not asked for the coupling at {place}", place=ASKED_AT)
        return Blocked(reason, "other", said("once it has: ja in {file}", file=change.args["from"]))
    arguments = {"employer": change.key}
    confirm = Step("asr.confirm_employer", _CONFIRMED, arguments, order="asr/employers_confirmed")
    if isinstance(change.before, Mapping) and change.before.get("status") == "registered":
        return [confirm]
    return [Step("asr.register_employer", _REGISTERED, arguments, order="asr/employers"), confirm]


def check(step: Step, answers: Answers) -> list[Finding]:
    """One that the answer does not name was not registered, or is not confirmed yet."""
    wanted = str(step.arguments.get("employer", ""))
    for name in ("employers_registered", "employers_confirmed"):
        named = {" ".join(str(each).split()).casefold() for each in answers.get(name) or ()}
        if name in answers and wanted.casefold() not in named:
            text = said(
                "{employer} is not among those that were registered"
                if name == "employers_registered"
                else "{employer} is not among those that were confirmed",
                employer=wanted,
            )
            return [Finding(text, name)]
    return []

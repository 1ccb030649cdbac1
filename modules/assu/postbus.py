"""The ADN-postbussen (TIME mailboxes, I09 numbers) that the certificate is linked to in Assu.

A connected party has one or more. More than the prefix of a number is not known, so an odd one is warned about and
never refused. Linking is a tick in the wizard that reads the certificate in; the manual knows no way to unlink.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
from inregel.speech import said

from ._wizard import ORDER, is_sealed, other_screens, password, role, screen

_LINKED: State = {"status": "linked"}


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One resource per number. A postbus rests on the certificate that it is linked to."""
    screen(office)
    inputs.of("assu.certificate")
    return {_number(number): _LINKED for number in args["numbers"]}


def actual(view: View) -> Seen:
    """From a work order's answers: `postbussen`, the whole list that the check screen shows."""
    if "postbussen" not in view:
        return Seen({}, complete=False)
    return Seen({_number(number): _LINKED for number in view["postbussen"] or ()}, complete=True)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """A tick in the wizard. Looked at first: whoever links one reads the certificate in again to get there."""
    if change.after is None:
        return Blocked(
            said("the wizard links a postbus, it does not unlink it"),
            "other",
            said("ask {party}", party="A.i. Servicedesk"),
        )
    arguments = screen(change.office) | {"number": change.key}
    if "file" in change.args:
        arguments |= {"file": change.args["file"], "sealed": is_sealed(change.args["file"], inputs)}
    if "password" in change.args:
        arguments["password"] = password(change.args, inputs)
    who, form = role(change.office), arguments["band"]
    return [Step("assu.link_postbus", _LINKED, arguments, look_first=True, order=ORDER, role=who, form=form)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """A postbus that the check screen does not show is not linked."""
    number = step.arguments.get("number", "")
    findings = other_screens(step, answers)
    if "postbussen" in answers and number not in {_number(text) for text in answers["postbussen"] or ()}:
        text = said("postbus {number} is not among those that the screen shows", number=number)
        findings.append(Finding(text, "postbussen"))
    return findings


def claims(key: Key, state: State) -> Iterable[str]:
    """A postbus belongs to one office."""
    return [f"postbus:{key}"]


def declare(resources: Resources) -> Args:
    """The task that declares these."""
    return {"numbers": [str(key) for key, state in resources.items() if state is not None]}


def lint(args: Args, view: View) -> list[Finding]:
    """Numbers that do not look like an I09 number (no source says how many digits follow the prefix), and EMS alone."""
    ems = [_number(number) for number in args.get("ems", ())]
    if ems and not args["numbers"]:
        text = said("EMS postbus {numbers} and no I09 number: messages of TIME do not come", numbers=", ".join(ems))
        return [Finding(text, "numbers", "Solera, kennisbank TIME")]
    odd = [number for number in args["numbers"] if not re.fullmatch("I09[0-9]+", _number(number))]
    return [Finding(_odd(number), "numbers", "Solera, kennisbank TIME") for number in odd]


def _odd(number: object) -> str:
    return said(
        "{number} does not look like an I09 number; an EMS postbus number is another thing", number=repr(number)
    )


def _number(text: object) -> str:
    return str(text).strip().upper()

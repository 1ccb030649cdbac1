"""Secrets that the other side made and showed once, and that nobody stored: what a plan says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inregel.contract import Blocked
from inregel.ledger.base import Promised
from inregel.plan.model import PlannedStep
from inregel.speech import phrase, said


def told(lost: Sequence[Promised]) -> Blocked:
    """Why a resource is not as it is wanted although everything that can be read is, and what ends that."""
    first = lost[0].operation
    about = {
        "operation": first.name,
        "names": ", ".join(each.name for each in lost),
        "identity": first.identity,
        "moment": f"{first.at:%Y-%m-%d %H:%M}",
    }
    if len(lost) > 1:
        why = phrase(
            "{operation} made the secrets {names} of {identity} on {moment}, and they were not stored: nobody has them"
        )
        return Blocked(said(why, **about), "you", said("revoke them there; the next apply makes new ones"))
    why = phrase("{operation} made the secret {names} of {identity} on {moment}, and it was not stored: nobody has it")
    return Blocked(said(why, **about), "you", said("revoke it there; the next apply makes a new one"))


def made_anew(lost: Iterable[Promised], steps: Iterable[PlannedStep]) -> bool:
    """Whether machines will be shown a new version of each."""
    coming = {name for each in steps if each.actor == "machine" for name in each.step.captures}
    return all(each.name in coming for each in lost)

"""Secrets that the other side made and showed once, and that nobody stored: what a plan says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inregel.contract import Blocked
from inregel.ledger.base import Promised
from inregel.plan.model import PlannedStep


def told(lost: Sequence[Promised]) -> Blocked:
    """Why a resource is not as it is wanted although everything that can be read is, and what ends that."""
    first = lost[0].operation
    several = len(lost) > 1
    names = "secrets " * several + "secret " * (not several) + ", ".join(each.name for each in lost)
    it, was = ("them", "were") if several else ("it", "was")
    return Blocked(
        f"{first.name} made the {names} of {first.identity} on {first.at:%Y-%m-%d %H:%M}, "
        f"and {'they' if several else 'it'} {was} not stored: nobody has {it}",
        "you",
        f"revoke {it} there; the next apply makes {'new ones' if several else 'a new one'}",
    )


def made_anew(lost: Iterable[Promised], steps: Iterable[PlannedStep]) -> bool:
    """Whether machines will be shown a new version of each."""
    coming = {name for each in steps if each.actor == "machine" for name in each.step.captures}
    return all(each.name in coming for each in lost)

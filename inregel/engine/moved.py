"""What has moved between the plan that a person confirmed and the apply, in words: field, planned and present value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from inregel.contract import Secret, State, Unknown, Value
from inregel.formats import values
from inregel.plan.compare import FINGERPRINT
from inregel.plan.draft import sealed
from inregel.plan.model import Entry, PlannedStep

_MOST: Final = 4
"""Fields that are named; more are counted."""


def told(planned: Entry | None, present: State | Unknown | None, step: PlannedStep, secret_key: bytes) -> str:
    """`value was 1, is 2`: what was found then and now; else what was to be reached, or who was to act.

    `planned` is the resource in the confirmed plan, `present` what is known of it now, `step` what would be begun.
    """
    if planned is None:
        return "it was not in that plan"
    parts = [*_differing(planned.before, present, secret_key, ("was", "is"))]
    same = next((part for part in planned.chain if isinstance(part, PlannedStep)
                 and part.step.operation == step.step.operation), None)  # fmt: skip
    if not parts and same is not None:
        parts += _differing(same.step.reaches, step.step.reaches, secret_key, ("was to be", "is to be"))
        if not parts and same.actor != step.actor:
            parts.append(f"{step.step.operation} was for a {same.actor}, is for a {step.actor}")
    if not parts:
        parts.append(f"{step.step.operation} was not in that plan")
    more = [f"{len(parts) - _MOST} more"] if len(parts) > _MOST else []
    return "; ".join([*parts[:_MOST], *more])


def _differing(
    then: State | Unknown | None, now: State | Unknown | None, secret_key: bytes, verbs: tuple[str, str]
) -> Iterator[str]:
    """Field by field what differs."""
    was, is_ = verbs
    if not (isinstance(then, Mapping) and isinstance(now, Mapping)):
        if type(then) is not type(now):
            yield f"it {was} {_state(then)}, {is_} {_state(now)}"
        return
    before, after = sealed(then, secret_key) or {}, sealed(now, secret_key) or {}
    for name in dict.fromkeys((*then, *now)):
        if before.get(name) == after.get(name):
            continue
        if any(_secret(state.get(name)) for state in (then, now)):
            yield f"{name} {is_} another secret ({', '.join(_names(then.get(name), now.get(name)))})"
        else:
            yield f"{name} {was} {values.show(then.get(name))}, {is_} {values.show(now.get(name))}"


def _secret(value: Value | None) -> bool:
    return isinstance(value, Secret) or (isinstance(value, str) and value.startswith(FINGERPRINT))


def _names(*given: Value | None) -> Iterator[str]:
    """Each secret by its name, one that was stated (kept as a fingerprint) as just that."""
    names = [
        each.name if isinstance(each, Secret) else "stated" if _secret(each) else values.show(each) for each in given
    ]
    return iter(dict.fromkeys(names))


def _state(state: State | Unknown | None) -> str:
    if not isinstance(state, Mapping):
        return values.show(state)
    shown = ", ".join(
        f"{name} {'(a secret)' if _secret(value) else values.show(value)}" for name, value in state.items()
    )
    return f"there ({shown})" if shown else "there"

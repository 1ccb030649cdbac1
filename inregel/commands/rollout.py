"""`inregel rollout`: how far a staged play is; pausing, resuming and stopping it, with the reason written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from inregel.commands.context import Context
from inregel.commands.session import Session, open_session
from inregel.crashpoints import edge
from inregel.errors import InregelError

if TYPE_CHECKING:
    from inregel.ledger.base import Rollout

State = Literal["running", "paused", "stopped"]


class NoRollout(InregelError):
    """There is no rollout {id!r}.{hint}"""


class NotNow(InregelError):
    """Rollout {id} is {state}, so it cannot be {verb}.{hint}"""


class NoReason(InregelError):
    """Say why: --reason "..." is kept in the history."""


def show(context: Context) -> int:
    """Lists the newest rollout of each staged play: its state, batches, and what failed."""
    with open_session(context) as session:
        rollouts = session.ledger.rollouts()
        if not rollouts:
            context.say("No rollout yet: a play with `serial` has one from its first apply on.")
        for rollout in rollouts:
            for line in lines(rollout):
                context.say(line)
    return 0


def lines(rollout: Rollout) -> list[str]:
    """One rollout as people read it."""
    total = sum(len(batch) for batch in rollout.batches)
    begun = len(rollout.begun)
    head = f"{rollout.id}  {rollout.state:10}  {rollout.play}  ({rollout.playbook}, revision {rollout.revision[:7]})"
    result = [head, f"  {begun} of {total} offices begun, in {len(rollout.batches)} batches"]
    if rollout.reason:
        result.append(f"  {rollout.state}: {rollout.reason}")
    result += [f"  failed: {office}: {reason}" for office, reason in sorted(rollout.failed.items())]
    if rollout.state in ("paused", "stopped"):
        result.append(f"  go on: inregel rollout resume {rollout.id} --reason TEXT")
    return result


def pause(context: Context, id: str, *, reason: str) -> int:
    """Nothing more of it is begun until it is resumed."""
    return _move(context, id, reason, "paused", {"running"})


def resume(context: Context, id: str, *, reason: str) -> int:
    """The same apply goes on where it was; what failed is tried again."""
    return _move(context, id, reason, "running", {"paused", "stopped"})


def stop(context: Context, id: str, *, reason: str) -> int:
    """As the stop rule does it: nothing more is begun at this revision, unless it is resumed."""
    return _move(context, id, reason, "stopped", {"running", "paused"})


_VERBS = {"paused": "paused", "running": "resumed", "stopped": "stopped"}


def _move(context: Context, id: str, reason: str, state: State, from_: set[str]) -> int:
    if not reason.strip():
        raise NoReason
    with open_session(context) as session:
        rollout = _find(session, id)
        if rollout.state not in from_:
            hint = " A new revision begins a new one." if rollout.state in ("done", "superseded") else ""
            raise NotNow(id=rollout.id, state=rollout.state, verb=_VERBS[state], hint=hint)
        failed = {} if state == "running" else rollout.failed
        with edge("rollout.say"), session.ledger.writing() as tx:
            tx.save_rollout(replace(rollout, state=state, reason=reason.strip(), failed=failed))
        context.say(f"Rollout {rollout.id} is {_VERBS[state]}.")
        if state == "running":
            context.say(f"Next: inregel apply {rollout.playbook}")
    return 0


def _find(session: Session, id: str) -> Rollout:
    rollouts = session.ledger.rollouts()
    for rollout in rollouts:
        if rollout.id == id:
            return rollout
    known = ", ".join(rollout.id for rollout in rollouts)
    raise NoRollout(id=id, hint=f" There are: {known}" if known else " None has begun yet.")

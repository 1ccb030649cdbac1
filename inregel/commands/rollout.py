"""`inregel rollout`: how far a staged play is; pausing, resuming and stopping it, with the reason written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from inregel.commands.context import Context
from inregel.commands.session import Session, open_session
from inregel.crashpoints import edge
from inregel.errors import InregelError
from inregel.speech import Speech, phrase, said

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
            context.tell("No rollout yet: a play with `serial` has one from its first apply on.")
        for rollout in rollouts:
            for line in lines(rollout, context.speech):
                context.say(line)
    return 0


_STATES: Final = {
    "running": phrase("running"),
    "paused": phrase("paused"),
    "stopped": phrase("stopped"),
    "done": phrase("done"),
    "superseded": phrase("superseded"),
}


def lines(rollout: Rollout, speech: Speech) -> list[str]:
    """One rollout as people read it."""
    total = sum(len(batch) for batch in rollout.batches)
    state = speech(_STATES[rollout.state])
    made = speech("{playbook}, revision {revision}", playbook=rollout.playbook, revision=rollout.revision[:7])
    begun = speech(
        "{begun} of {offices} offices begun, in {batches} batches",
        begun=len(rollout.begun),
        offices=total,
        batches=len(rollout.batches),
    )
    result = [f"{rollout.id}  {state:10}  {rollout.play}  ({made})", f"  {begun}"]
    if rollout.reason:
        result.append(f"  {state}: {rollout.reason}")
    for office, reason in sorted(rollout.failed.items()):
        result.append("  " + speech("failed: {office}: {reason}", office=office, reason=reason))
    if rollout.state in ("paused", "stopped"):
        result.append("  " + speech("go on: inregel rollout resume {id} --reason TEXT", id=rollout.id))
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


_VERBS: Final = {"paused": phrase("paused"), "running": phrase("resumed"), "stopped": phrase("stopped")}


def _move(context: Context, id: str, reason: str, state: State, from_: set[str]) -> int:
    if not reason.strip():
        raise NoReason
    with open_session(context) as session:
        rollout = _find(session, id)
        if rollout.state not in from_:
            hint = said(" A new revision begins a new one.") if rollout.state in ("done", "superseded") else ""
            raise NotNow(id=rollout.id, state=said(_STATES[rollout.state]), verb=said(_VERBS[state]), hint=hint)
        failed = {} if state == "running" else rollout.failed
        with edge("rollout.say"), session.ledger.writing() as tx:
            tx.save_rollout(replace(rollout, state=state, reason=reason.strip(), failed=failed))
        context.tell("Rollout {id} is {state}.", id=rollout.id, state=said(_VERBS[state]))
        if state == "running":
            context.tell("Next: {command}", command=f"inregel apply {rollout.playbook}")
    return 0


def _find(session: Session, id: str) -> Rollout:
    rollouts = session.ledger.rollouts()
    for rollout in rollouts:
        if rollout.id == id:
            return rollout
    known = ", ".join(rollout.id for rollout in rollouts)
    raise NoRollout(id=id, hint=said(" There are: {names}", names=known) if known else said(" None has begun yet."))

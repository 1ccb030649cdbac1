"""`inregel apply`: carries out what a plan says, hands out the work orders, and checks what was reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Unpack

from inregel.commands.context import Context
from inregel.commands.plan import (
    Choice,
    make,
    opened,
    plan,
    show,
    text_stream,
    warn_of_nobody,
    with_engine,
    worst,
    write_reports,
)
from inregel.commands.session import Session
from inregel.errors import InregelError

if TYPE_CHECKING:
    from inregel.engine.allowance import Confirmed
    from inregel.engine.run import Run
    from inregel.plan.model import Outcome


MOVED: Final = 5
"""The exit code of what is not as it was when the plan was confirmed (design §9)."""


class NotAllowed(InregelError):
    """--allow {text}: write the operation and how many, such as --allow certipost.send=200"""


class NoSecrets(InregelError):
    """What was planned without secrets cannot be applied: leave out --no-secrets."""


def apply(  # noqa: PLR0913  # the options that apply has beyond those of plan
    context: Context,
    playbook: str,
    *,
    yes: bool = False,
    check: bool = False,
    allow: Sequence[str] = (),
    **options: Unpack[Choice],
) -> int:
    """Shows the plan and asks where a person sits there; then applies. `check` only plans, as in Ansible.

    0 done (handing out work orders is done); 1 something failed, was refused or was stopped; 2 with
    `detailed_exitcode` where work is open; 3 a fault; 4 a system or a lease could not be had; 5 something moved between
    the plan that was confirmed and the apply (the rest was done); 130 interrupted.
    """
    if check:
        return plan(context, playbook, **options)
    if not context.secrets:
        raise NoSecrets
    from inregel.engine.allowance import confirmed

    allowed: dict[str, int] | None = allowances(allow)
    seen: Confirmed | None = None
    with opened(context, options) as session:
        if not yes and context.can_ask():
            made, unread = make(session, playbook, options)
            show(session, made, playbook, options, reports=False)
            _unlocked(session)
            if not agreed(context):
                context.tell("Nothing was applied.")
                return unread
            allowed, seen = None, confirmed(made, session.ledger.fingerprint_key())
        outcome, codes = carry_out(session, playbook, options, allowed, seen)
        show_outcome(session, outcome, playbook, options)
    return exit_code(outcome, codes, options)


def _unlocked(session: Session) -> None:
    """Refuses where secrets are needed and no vault at all could be opened: the password of this run was forgotten.

    What is blocked by it would be left out of the work orders, and the next apply would take them back for whole ones.
    """
    why = session.shut()
    if why is not None:
        raise why


def carry_out(
    session: Session,
    playbook: str,
    options: Choice,
    allow: dict[str, int] | None,
    seen: Confirmed | None = None,
) -> tuple[Outcome, list[int]]:
    """Applies; returns what was done, and the exit codes of what could not be reached or has moved."""
    from inregel.engine.applying import apply as engine_apply
    from inregel.platform import on_interrupt

    async def run(engine: Run) -> tuple[Outcome, list[int]]:
        _unlocked(session)

        def stop() -> None:
            engine.stopping = True
            context = session.context
            context.warn(context.speech("Interrupted: what is under way ends first. Once more ends at once."))

        with on_interrupt(stop):
            outcome = await engine_apply(engine, session.desk())
        moved = [MOVED] if engine.allowance.moved else []
        return outcome, [*moved, *(error.exit_code for error in engine.errors)]

    return with_engine(session, playbook, options, run, allow, seen)


def allowances(texts: Sequence[str]) -> dict[str, int]:
    """`certipost.send=200` as numbers by operation."""
    result: dict[str, int] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if not name or not number.isdecimal():
            raise NotAllowed(text=text)
        result[name] = int(number)
    return result


def agreed(context: Context) -> bool:
    """Asks once; anything but yes is no."""
    context.err.write(context.speech("Apply this? [y/N] "))
    context.err.flush()
    return context.stdin.readline().strip().lower() in ("y", "yes", "j", "ja", "o", "oui")


def show_outcome(session: Session, outcome: Outcome, playbook: str, options: Choice) -> None:
    """Prints what was done, and writes the reports that were asked for."""
    from inregel.config.positions import locate
    from inregel.report import outcome as text
    from inregel.report.screen import screen

    context, root = session.context, session.project.settings.root
    stream = text_stream(context, options)
    looks = screen(stream, context.environ, context.color)
    text.render_outcome(
        outcome,
        stream=stream,
        width=looks.width,
        color=looks.color,
        next_command=f"inregel plan {playbook}",
        locate=lambda where: locate(root, where),
        speech=context.speech,
    )
    warn_of_nobody(session, outcome.after)
    write_reports(session, outcome, options)


def exit_code(outcome: Outcome, codes: Sequence[int], options: Choice) -> int:
    """What `apply` returns (design §9)."""
    from inregel.plan.model import Status

    entries = outcome.after.entries()
    if outcome.interrupted:
        return 130
    if 3 in codes:
        return 3
    if outcome.stopped or any(entry.status is Status.FAILED for entry in entries):
        return 1
    if codes or outcome.unavailable:
        return worst(codes) or 4
    if options.get("detailed_exitcode") and any(entry.status is not Status.IN_SYNC for entry in entries):
        return 2
    return 0

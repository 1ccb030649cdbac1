"""`inregel forget`: makes what the record holds of a person unreadable for ever. The history still verifies."""

from __future__ import annotations

from inregel.commands.context import Context
from inregel.commands.ledger import open_record
from inregel.errors import InregelError
from inregel.speech import phrase, said


class NotConfirmed(InregelError):
    """Nothing was forgotten: {reason}"""


def forget(context: Context, person: str, *, yes: bool = False) -> int:
    """Destroys the keys of a person's records, after asking. 0: done; 1: the record holds nothing of that person."""
    with open_record(context) as (_, ledger):
        if not yes:
            _confirm(context, person)
        open_before = {order.number for order in ledger.orders()}
        count = ledger.forget(person)
        withdrawn = sorted(open_before - {order.number for order in ledger.orders()}, key=lambda each: int(each[1:]))
    if not count:
        text = phrase(
            "The record holds nothing of {person}. Write the name or the address as it stands there: inregel history"
        )
        context.warn(context.speech(text, person=person))
        return 1
    text = phrase("Forgotten: {count} record of {person}. The history still verifies.")
    if count > 1:
        text = phrase("Forgotten: {count} records of {person}. The history still verifies.")
    context.tell(text, count=count, person=person)
    if withdrawn:
        numbers = ", ".join(withdrawn)
        context.tell(
            "Withdrawn, as they were in that name: {numbers}. The next apply hands them out again.", numbers=numbers
        )
    context.tell("Backups of before still hold it: make a new one and destroy the old ones.")
    context.tell("Where the inventory or a playbook names the person, that is yours to change.")
    return 0


def _confirm(context: Context, person: str) -> None:
    interactive = context.stdin.isatty() if context.interactive is None else context.interactive
    if not interactive:
        raise NotConfirmed(reason=said("it cannot be undone, and nobody is here to ask. To do it all the same: --yes"))
    question = phrase("Make all that the record holds of {person} unreadable for ever? It cannot be undone. [y/N] ")
    context.out.write(context.speech(question, person=person))
    context.out.flush()
    if context.stdin.readline().strip().lower() not in ("y", "yes", "j", "ja"):
        raise NotConfirmed(reason=said("the answer was not yes."))

"""`inregel explain`: one resource of one office: every value, where it came from, who said so, until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Unpack

from inregel.commands.context import Context
from inregel.commands.plan import Choice, make, opened
from inregel.errors import InregelError
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.commands.session import Session
    from inregel.ledger.base import Event
    from inregel.plan.model import Entry, Plan

_MOST: Final = 10
"""Resources that are explained in one go."""
_STATES: Final = ("open", "done", "failed", "superseded", "withdrawn")


class NoSuchOffice(InregelError):
    """There is no office {office} in the inventory.{hint}"""


class NoSuchResource(InregelError):
    """{office} declares no {resource} in {playbook}.{hint}"""


class TooMany(InregelError):
    """{resource} of {office} is {count} resources, so say which one: {first}"""


def explain(context: Context, office: str, resource: str, *, playbook: str = "", **options: Unpack[Choice]) -> int:
    """Prints all that is known of `module` or `module:key` of an office. 0; 3 or 4 where a system was not read."""
    with opened(context, options) as session:
        _check_office(session, office)
        path = playbook or session.only_playbook()
        plan, unread = make(session, path, {**options, "limit": office})
        entries = _chosen(plan, office, resource, path)
        _print(session, plan, entries, path)
    return unread


def _check_office(session: Session, office: str) -> None:
    """A pattern would be several offices, so only a name will do. Raises `NoSuchOffice`."""
    known = session.project.inventory.offices
    if office not in known:
        near = _nearest(office, known)
        raise NoSuchOffice(
            office=office, hint=said(" Nearest: {name}", name=near) if near else said(" See: inregel inventory")
        )


def _chosen(plan: Plan, office: str, resource: str, playbook: str) -> list[Entry]:
    """The entries that are meant. Raises `NoSuchResource`, `TooMany`."""
    from inregel.report.explanation import matching, names_of

    own = [entry for entry in plan.entries() if entry.office == office]
    found = matching(own, resource)
    if not found:
        names = names_of(own)
        near = _nearest(resource, [*names, *dict.fromkeys(entry.module for entry in own)])
        hint = said(" It declares: {names}", names=", ".join(names[:5])) if names else ""
        hint = said(" Nearest: {name}", name=near) if near else hint
        raise NoSuchResource(office=office, resource=resource, playbook=playbook, hint=hint)
    if len(found) > _MOST:
        first = ", ".join(names_of(found)[:5]) + ", ..."
        raise TooMany(office=office, resource=resource, count=len(found), first=first)
    return found


def _print(session: Session, plan: Plan, entries: Iterable[Entry], playbook: str) -> None:
    from inregel.config.positions import locate
    from inregel.report.explanation import Subject, explanation_lines
    from inregel.report.lines import EMPTY, write
    from inregel.report.office import remembered
    from inregel.report.screen import screen

    context, root = session.context, session.project.settings.root
    place = remembered(lambda where: locate(root, where))
    looks = screen(context.out, context.environ, context.color)
    for number, entry in enumerate(entries):
        subject = Subject(
            entry, plan, _arguments(session, entry, playbook), _events(session, entry), place, context.speech
        )
        lines = [*([EMPTY, EMPTY] if number else []), *explanation_lines(subject)]
        write(lines, context.out, width=looks.width, color=looks.color)


def _arguments(session: Session, entry: Entry, playbook: str) -> Mapping[str, Any] | None:
    """The arguments of the task, for this office; None where a loop gives several and none names the resource."""
    from inregel.contract import key_text
    from inregel.report.explanation import task_of

    play = session.playbook(playbook).plays[entry.play]
    here = (each for each in session.project.declare(play, entry.office) if each.task.where == task_of(entry))
    declared = [each for each in here if each.module == entry.module]
    if len(declared) > 1:
        name = key_text(entry.key)
        declared = [each for each in declared if name and name in map(str, each.args.values())]
    return declared[0].args if len(declared) == 1 else None


def _events(session: Session, entry: Entry) -> list[Event]:
    """The events of the office that touch the resource."""
    from inregel.report.explanation import touching

    orders = session.ledger.orders([entry.office], _STATES)
    ref = (entry.module, entry.key)
    numbers = {each.number for each in orders if any((line.module, line.key) == ref for line in each.order.lines)}
    return touching(session.ledger.events(entry.office), entry.module, entry.key, numbers)


def _nearest(word: str, words: Iterable[str]) -> str:
    from inregel.config.words import nearest

    return nearest(word, words)

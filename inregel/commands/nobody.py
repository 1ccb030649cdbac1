"""Work orders that are for nobody, since an office does not say who does them: what to write, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from inregel.config.mistakes import Where
from inregel.config.positions import locate
from inregel.speech import Speech

if TYPE_CHECKING:
    from inregel.config.project import Project
    from inregel.plan.model import Plan

_NAMED: Final = 3
_PERSON: Final = "Name <name@office.example>"


def nobody(project: Project, plan: Plan, speech: Speech) -> Iterator[str]:
    """One text per variable that is missing, whatever the number of offices and orders."""
    missing: dict[str, dict[str, None]] = {}
    for part in plan.offices:
        for order in part.orders:
            if not order.person:
                missing.setdefault(order.role, {})[order.office] = None
    for role, offices in missing.items():
        yield _told(project, role, list(offices), speech)


def _told(project: Project, role: str, offices: Sequence[str], speech: Speech) -> str:
    first = offices[0]
    where = project.inventory.offices[first].where
    place = locate(project.settings.root, where) if isinstance(where, Where) else where
    outer, _, inner = role.partition(".")
    line = f"{outer}: {{{inner}: {_PERSON}}}" if inner else f"{role}: {_PERSON}"
    if len(offices) == 1:
        return speech(
            "The work orders of {office} are for nobody: its variable `{role}` names no one. "
            "Write it in the inventory ({place}): {line}",
            office=first,
            role=role,
            place=place,
            line=line,
        )
    return speech(
        "The work orders of {count} offices ({names}) are for nobody: their variable `{role}` names no one. "
        "Write it in the inventory for each ({office} stands at {place}), or for their group: {line}",
        count=speech.number(len(offices)),
        names=", ".join(offices[:_NAMED]) + (", ..." if len(offices) > _NAMED else ""),
        role=role,
        office=first,
        place=place,
        line=line,
    )

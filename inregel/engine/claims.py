"""Names that only one may hold: a postbus one office, the choice of a field one resource. Who else has it is blocked.

The first is what a module's `claims` gives, the second what its `takes` gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from inregel.contract import Blocked, key_text
from inregel.engine.desired import Desired
from inregel.errors import InregelError
from inregel.names import connection_of
from inregel.plan.facts import Declared
from inregel.plan.faults import running
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.engine.run import OfficeRun, Run


def block(run: Run) -> None:
    """Blocks who claims a name that another office claims too, both of them; and what takes the same in an office."""
    for office in run.offices.values():
        _block_within(run, office)
    claimed: dict[str, list[tuple[str, Declared]]] = defaultdict(list)
    declared = [(office_id, item) for office_id, office in run.offices.items() for item in office.declared]
    for office_id, item in (*declared, *_elsewhere(run)):
        claims = run.optional(item.module, "claims")
        if claims is None or item.state is None or item.blocked is not None:
            continue
        with running(item.module, office_id):
            for name in claims(item.key, item.state):
                claimed[name].append((office_id, item))
    for name, holders in claimed.items():
        offices = sorted({office_id for office_id, _ in holders})
        if len(offices) > 1:
            reason = said(
                "{name} is claimed by {offices} and {last}; only one can hold it",
                name=name,
                offices=", ".join(offices[:-1]),
                last=offices[-1],
            )
            for _, item in holders:
                item.blocked = Blocked(reason, "you")


def _block_within(run: Run, office: OfficeRun) -> None:
    """Blocks resources of one connection that take the same thing, each of which excludes the other."""
    taken: dict[tuple[str, str], list[Declared]] = defaultdict(list)
    for item in office.declared:
        takes = run.optional(item.module, "takes")
        if takes is None or item.state is None or item.blocked is not None or not item.planned:
            continue
        with running(item.module, office.office.id):
            for name in takes(item.key, item.state):
                taken[connection_of(item.module), name].append(item)
    for (_, name), items in taken.items():
        if len(items) > 1:
            told = " and ".join(f"{key_text(item.key)} (task {item.task.name or item.module!r})" for item in items)
            reason = said("there is one {name}, and declared are {resources}", name=name, resources=told)
            for item in items:
                item.blocked = Blocked(reason, "you", said("leave one of them out"))


def _elsewhere(run: Run) -> Iterator[tuple[str, Declared]]:
    """What the offices that --limit leaves out declare of modules that claim names.

    What is wrong with their declarations is said when they are planned themselves.
    """
    if not run.options.limit:
        return
    apart = replace(run.shared, files={}, memo={})
    for play in run.plays:
        tasks = tuple(task for task in play.tasks if run.optional(task.module, "claims") is not None)
        if not tasks:
            continue
        for office_id in run.project.select(play.pattern):
            if office_id in run.offices:
                continue
            with suppress(InregelError):
                declarations = run.project.declare(replace(play, tasks=tasks), office_id)
                office = run.project.office(office_id)
                desired = Desired(office, [(0, item) for item in declarations], run.library, apart)
                for item in desired.resources():
                    yield office_id, item

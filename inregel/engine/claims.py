"""Names that only one office may hold, such as a postbus: two offices that declare the same one are both blocked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from inregel.contract import Blocked
from inregel.engine.desired import Desired
from inregel.errors import InregelError
from inregel.plan.draft import Declared
from inregel.plan.faults import running

if TYPE_CHECKING:
    from inregel.engine.run import Run


def block(run: Run) -> None:
    """Blocks who claims a name that another office claims too, both of them."""
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
            several = f"{', '.join(offices[:-1])} and {offices[-1]}"
            for _, item in holders:
                item.blocked = Blocked(f"{name} is claimed by {several}; only one can hold it", "you")


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

"""`connection:` of a task, a play or `import_tasks`: at which connection of an office a task is.

On a task it must be of the system of its module; on a play or `import_tasks` it holds for the tasks of its own system
that say nothing nearer. Where an office has several and nothing is said, the one without a label is meant; where it
has none without a label, that is a mistake: nothing is picked silently.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from inregel.config.expressions import MARKS, Problem
from inregel.config.mistakes import Mistake, Where
from inregel.config.model import Chosen, Task
from inregel.config.templates import Render, Scope, settle
from inregel.config.words import called, listed, nearest
from inregel.names import at, system_of

KEY: Final = "connection"


class Refused(Exception):
    """The connection that is named cannot be used; `mistake` says why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


def chosen(data: Mapping[str, Any], where: Where, *, own: bool = False) -> tuple[Chosen, ...]:
    """What the keyword says at the node `where`; a play may name one for each of several systems."""
    value = data.get(KEY) or ()
    place = where._replace(path=(*where.path, KEY))
    if isinstance(value, str):
        return (Chosen(value, place, own),)
    return tuple(Chosen(str(each), place._replace(path=(*place.path, i)), own) for i, each in enumerate(value))


def idle(defaults: Sequence[Chosen], tasks: Sequence[Task]) -> list[Mistake]:
    """What is said for tasks that there are not, or twice for the same ones."""
    systems = sorted({system_of(task.module) for task in tasks})
    found, met = [], set()
    for each in defaults:
        system = system_of(each.text)
        if MARKS.search(system):
            continue
        if system in met:
            found.append(Mistake(f"a task is at one connection, and these are two of `{system}`", each.where))
        elif systems and system not in systems:
            near = nearest(system, systems)
            found.append(Mistake(f"no task here is of `{system}`, so this holds for none", each.where, near))
        met.add(system)
    return found


def static(task: Task) -> str | None:
    """The module of a task with the label of its connection; None where a template decides."""
    system = system_of(task.module)
    for each in task.connections:
        told = each.own or system_of(each.text) == system
        if MARKS.search(each.text) and (told or MARKS.search(system_of(each.text))):
            return None
        if told:
            return at(task.module, each.text)
    return task.module


def module_at(task: Task, renders: Sequence[Render | None], scope: Scope, there: Collection[str] | None) -> str:
    """The module of a task with the label of the connection that it is at in one office.

    `renders` are those of `task.connections`, `there` the names of the office's connections (None: they cannot be
    known for now). Raises `Refused`, or what a template raises.
    """
    system = system_of(task.module)
    own = None if there is None else [name for name in there if system_of(name) == system]
    for each, render in zip(task.connections, renders, strict=True):
        try:
            name = each.text if render is None else settle(render(scope))
        except Problem as problem:
            problem.where = problem.where or each.where
            raise
        if not isinstance(name, str):
            message = f"`connection` is a text, and this gives {called(name)}"
            raise Refused(Mistake(message, each.where, f"{system}.LABEL"))
        if system_of(name) == system:
            if own is not None and name not in own:
                raise Refused(_unknown(name, each.where, own))
            return at(task.module, name)
        if each.own:
            message = f"`{name}` is no connection of `{system}`, and `{task.module}` is of that system"
            raise Refused(Mistake(message, each.where, listed(own or [system])))
        if render is not None and there is not None and name not in there:
            raise Refused(_unknown(name, each.where, sorted(there)))
    if own and system not in own:
        place = task.where._replace(path=(*task.where.path, task.module), key=True)
        message = f"which connection is not said, and there is no `{system}`: the office has {listed(own, last='and')}"
        raise Refused(Mistake(message, place, f"connection: {own[0]}"))
    return task.module


def _unknown(name: str, where: Where, known: Sequence[str]) -> Mistake:
    has = f"the office has {listed(known, last='and')}" if known else f"the office has none of `{system_of(name)}`"
    return Mistake(f"there is no connection `{name}`: {has}", where, nearest(name, known))

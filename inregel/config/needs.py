"""`needs:` of tasks: whether they name something, and whether they go round."""

from __future__ import annotations

from collections.abc import Sequence

from inregel.config.mistakes import Mistake, Where
from inregel.config.model import Play, Task
from inregel.config.words import nearest


def check_needs(plays: Sequence[Play], mistakes: list[Mistake]) -> None:
    """`needs` that name nothing, or a later play, or stand in a circle."""
    before: set[str] = set()
    everywhere = {name for play in plays for task in play.tasks for name in (task.name, task.module)}
    for play in plays:
        here = {name for task in play.tasks for name in (task.name, task.module)}
        for task in play.tasks:
            for index, need in enumerate(task.needs):
                if need in here | before or need.partition(":")[0] in here | before:
                    continue
                place = _needs_place(task, index)
                if need in everywhere or need.partition(":")[0] in everywhere:
                    mistakes.append(
                        Mistake(f"`{need}` stands in a later play, and plays are done in their order", place)
                    )
                else:
                    near = nearest(need, sorted(here | before))
                    mistakes.append(
                        Mistake(f"`{need}` is no task and no module of this play or one before it", place, near)
                    )
        _check_circle(play, mistakes)
        before |= here


def _needs_place(task: Task, index: int) -> Where:
    return _below(task.where, index)


def needed(play: Play, task: Task) -> list[Task]:
    """The tasks of the play that must come before `task`, as its `needs` say."""
    found = []
    for other in play.tasks:
        if other is not task and any(
            need in (other.name, other.module) or need.startswith(f"{other.module}:") for need in task.needs
        ):
            found.append(other)
    return found


def _check_circle(play: Play, mistakes: list[Mistake]) -> None:
    """Tasks whose `needs` go round; a need of one resource (`module:key`) is left to the plan, which knows the keys."""
    after = {
        index: [
            other
            for other, each in enumerate(play.tasks)
            if any(need == each.name or (need == each.module and other != index) for need in task.needs)
        ]
        for index, task in enumerate(play.tasks)
    }
    done: set[int] = set()
    for start in after:
        way: list[int] = []
        stack = [(start, iter(after[start]))] if start not in done else []
        if stack:
            way.append(start)
        while stack:
            at, rest = stack[-1]
            following = next((each for each in rest if each not in done), None)
            if following is None:
                done.add(at)
                way.pop()
                stack.pop()
            elif following in way:
                circle = [play.tasks[each].name for each in [*way[way.index(following) :], following]]
                place = _below(play.tasks[at].where)
                mistakes.append(Mistake(f"these tasks need each other in a circle: {' -> '.join(circle)}", place))
                return
            else:
                way.append(following)
                stack.append((following, iter(after[following])))


def _below(where: Where, *path: str | int) -> Where:
    return where._replace(path=(*where.path, "needs", *path))

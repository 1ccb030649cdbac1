"""`needs:` of tasks: whether they name something, and whether they go round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from inregel.config import chosen
from inregel.config.mistakes import Mistake, Where
from inregel.config.model import Play, Task
from inregel.config.words import nearest
from inregel.names import label_of, meant, plain


def check_needs(plays: Sequence[Play], mistakes: list[Mistake]) -> None:
    """`needs` that name nothing, or a later play, or stand in a circle."""
    before: set[str] = set()
    everywhere = _declared(task for play in plays for task in play.tasks)
    for play in plays:
        here = _declared(play.tasks)
        for task in play.tasks:
            for index, need in enumerate(task.needs):
                if _named(need, here | before):
                    continue
                place = _needs_place(task, index)
                if _named(need, everywhere):
                    mistakes.append(
                        Mistake(f"`{need}` stands in a later play, and plays are done in their order", place)
                    )
                else:
                    near = nearest(need, sorted(name for name in here | before if not name.endswith("@")))
                    mistakes.append(
                        Mistake(f"`{need}` is no task and no module of this play or one before it", place, near)
                    )
        _check_circle(play, mistakes)
        before |= here


def _declared(tasks: Iterable[Task]) -> set[str]:
    """The names of tasks and what they declare: `afas.user`, `afas.user@test`; `afas.user@` where templates decide."""
    found: set[str] = set()
    for task in tasks:
        found |= {task.name, task.module, chosen.static(task) or f"{task.module}@"}
    return found


def _named(need: str, names: Collection[str]) -> bool:
    """Whether a task's name, a module, or a resource of one is among `names`."""
    module = need.partition(":")[0]
    return need in names or module in names or (label_of(module) != "" and f"{plain(module)}@" in names)


def _needs_place(task: Task, index: int) -> Where:
    return _below(task.where, index)


def needed(play: Play, task: Task) -> list[Task]:
    """The tasks of the play that must come before `task`, as its `needs` say."""
    texts = [chosen.static(other) for other in play.tasks]
    wanted = {each for need in task.needs for each in _meant(need, task, play.tasks, texts)}
    return [other for index, other in enumerate(play.tasks) if other is not task and index in wanted]


def _meant(need: str, task: Task, tasks: Sequence[Task], texts: Sequence[str | None]) -> list[int]:
    """The tasks that a need names, as the plan will understand it; one at a connection of templates may be any.

    `texts` are the modules of `tasks` with their labels.
    """
    module = need.partition(":")[0]
    found = [index for index, other in enumerate(tasks) if need == other.name and other.module != need]
    for way in meant(module, chosen.static(task) or task.module, {text for text in texts if text is not None}):
        same = [i for i, other in enumerate(tasks) if other.module == plain(module) and texts[i] in (None, *way)]
        if same:
            return [*found, *same]
    return found


def _check_circle(play: Play, mistakes: list[Mistake]) -> None:
    """Tasks whose `needs` go round; a need of one resource (`module:key`) is left to the plan, which knows the keys."""
    texts = [chosen.static(task) for task in play.tasks]
    after = {
        index: sorted({other for need in task.needs for other in _whole(need, index, play.tasks, texts)})
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


def _whole(need: str, index: int, tasks: Sequence[Task], texts: Sequence[str | None]) -> list[int]:
    """The tasks of which a need names the whole for certain, whatever templates make of their connections."""
    named = [other for other, each in enumerate(tasks) if need == each.name and each.module != need]
    if ":" in need or texts[index] is None:
        return named
    known = [i for i in _meant(need, tasks[index], tasks, texts) if texts[i] is not None]
    return [*named, *(other for other in known if other != index or tasks[other].name == need)]


def _below(where: Where, *path: str | int) -> Where:
    return where._replace(path=(*where.path, "needs", *path))

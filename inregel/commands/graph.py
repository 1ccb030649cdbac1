"""`inregel graph`: the tasks of a playbook and what each rests on, as text or for Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from inregel.commands.context import Context
from inregel.commands.inventory import open_project

if TYPE_CHECKING:
    from inregel.config.model import Play, Task
    from inregel.config.project import Project


def graph(
    context: Context,
    playbook: str,
    *,
    dot: bool = False,
    limit: str = "",
    extra_vars: Sequence[str] = (),
    inventory: Sequence[str] = (),
) -> int:
    """Prints each play. What a module asks of others is seen by declaring the first office that `limit` leaves."""
    project = open_project(context, extra_vars, inventory)
    found = project.playbook(_path(project, context, playbook))
    if dot:
        context.say("digraph tasks {\n  rankdir=BT; node [shape=box];")
    for number, play in enumerate(found.plays, 1):
        offices = project.select(play.pattern, limit)
        edges = _edges(project, context, play, offices[0]) if offices else _needs(play)
        if dot:
            context.say(_dot(number, play, edges))
        else:
            context.say(_text(number, play, edges, offices))
    if dot:
        context.say("}")
    return 0


def _path(project: Project, context: Context, playbook: str) -> str:
    place = (context.directory / playbook).resolve()
    root = project.settings.root.resolve()
    return place.relative_to(root).as_posix() if place.is_file() and place.is_relative_to(root) else playbook


def _needs(play: Play) -> dict[int, list[int]]:
    """Per task the tasks that its `needs` name, by index."""
    from inregel.config.needs import needed

    place = {id(task): index for index, task in enumerate(play.tasks)}
    return {place[id(task)]: [place[id(other)] for other in needed(play, task)] for task in play.tasks}


def _edges(project: Project, context: Context, play: Play, office: str) -> dict[int, list[int]]:
    """`needs`, and what the modules of one office ask of each other."""
    from inregel.engine.desired import Desired
    from inregel.engine.inputs import Shared
    from inregel.names import plain

    edges = _needs(play)
    now = context.now().astimezone(project.settings.time_zone)
    shared = Shared(project.settings.root, project.secrets, now, project.places)
    declarations = [(0, each) for each in project.declare(play, office)]
    desired = Desired(project.office(office), declarations, project.library, shared)
    index = {id(task): number for number, task in enumerate(play.tasks)}
    for item in desired.resources():
        modules = {ref.partition(":")[0] for ref in item.asked}
        for other, task in enumerate(play.tasks):
            one = index[id(item.task)]
            # Where templates decide on its connection it may be any of them.
            meant = _module(task) in modules or (_module(task) == "" and task.module in map(plain, modules))
            if meant and other != one and other not in edges[one]:
                edges[one].append(other)
    return edges


def _module(task: Task) -> str:
    """The module of a task with the label of its connection; "" where templates decide on it."""
    from inregel.config.chosen import static

    return static(task) or ""


def _text(number: int, play: Play, edges: Mapping[int, Sequence[int]], offices: Sequence[str]) -> str:
    seen = f", as declared for {offices[0]}" if offices else ", for no office"
    lines = [f"play {number}  {play.name} ({play.pattern}{seen})"]
    names = [task.name for task in play.tasks]
    width = max(map(len, names), default=0)
    modules = [_module(task) or task.module for task in play.tasks]
    module = max(map(len, modules), default=0)
    for index, task in enumerate(play.tasks):
        after = ", ".join(names[other] for other in sorted(edges[index]))
        about = f"  {task.name:<{width}}  {modules[index]:<{module}}"
        lines.append(f"{about}  {f'after {after}' if after else ''}".rstrip())
    return "\n".join(lines)


def _dot(number: int, play: Play, edges: Mapping[int, Sequence[int]]) -> str:
    lines = [f"  subgraph cluster_{number} {{", f"    label={_quoted(play.name)};"]
    for index, task in enumerate(play.tasks):
        label = f"{task.name}\n{_module(task) or task.module}"
        lines.append(f"    t{number}_{index} [label={_quoted(label)}];")
    lines += [f"    t{number}_{index} -> t{number}_{other};" for index, others in edges.items() for other in others]
    return "\n".join([*lines, "  }"])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

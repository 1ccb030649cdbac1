"""Playbooks: plays and their tasks, with `import_tasks`, tags and `vars_files` worked in.

The structure is checked against `schemas/playbook.schema.json`; here is what it means. The play and `import_tasks` hand
their tags on to what they hold, as in Ansible.
What does not belong here: rendering for an office (`inregel.config.declare`); which tags are chosen (`labels`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from inregel.config import chosen, schema
from inregel.config.expressions import MARKS
from inregel.config.labels import Labels, wanted
from inregel.config.mistakes import ConfigError, Mistake, Path, Position, Where
from inregel.config.model import Chosen, Play, Task
from inregel.config.needs import check_needs
from inregel.config.templates import Templates
from inregel.config.variables import Files, Layer, Locked, Reader, Vars, check_names
from inregel.config.words import nearest
from inregel.frozen import frozen

KEYWORDS: Final = frozenset(
    {"name", "when", "loop", "loop_control", "tags", "needs", "exact", "connection", "vars", "import_tasks"}
)
"""Keys of a task that are not the name of a module."""


@frozen
class Playbook:
    """A playbook as it is meant."""

    path: str
    """Relative to the project's root."""
    plays: tuple[Play, ...]


@frozen
class _Inherited:
    """What tasks have from the play and from `import_tasks` above them."""

    tags: frozenset[str] = frozenset()
    when: tuple[Any, ...] = ()
    vars: tuple[Layer, ...] = ()
    files: tuple[FilePath, ...] = ()
    """The files that import each other, outermost first."""
    play: tuple[Layer, ...] = ()
    """The variables of the play."""
    connections: tuple[Chosen, ...] = ()
    """The nearest first."""


@dataclass(slots=True)
class Playbooks:
    """Reads playbooks of one project. Mistakes are collected in `mistakes`."""

    files: Files
    read_file: Reader
    """Also for files that may be empty."""
    playbook_schema: Mapping[str, Any]
    modules: Collection[str]
    tags: Sequence[str] = ()
    skip_tags: Sequence[str] = ()
    folders: Collection[FilePath] = ()
    """Those whose `group_vars/` and `office_vars/` are read."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """`--extra-vars`."""
    mistakes: list[Mistake] = field(default_factory=list)
    _labels: Labels = field(init=False)

    def __post_init__(self) -> None:
        self._labels = Labels(self.mistakes, Templates(), self.extra)

    def read(self, path: FilePath) -> Playbook:
        """The playbook; look at `mistakes` before using it."""
        name = self.files.name(path)
        data = self._load(path, lambda data: schema.check(data, self.playbook_schema, Where(name)), "- offices: all")
        self._unread_folders(path.parent)
        if not isinstance(data, list):
            return Playbook(name, ())
        plays = [
            self._play(play, path, Where(name, (index,))) for index, play in enumerate(data) if isinstance(play, dict)
        ]
        check_needs(plays, self.mistakes)
        return Playbook(name, tuple(plays))

    def _load(self, path: FilePath, check: Callable[[Any], list[Mistake]], first: str) -> Any:
        """The content of a file, or None where it has mistakes. `first` is how such a file begins."""
        try:
            data = self.read_file(path)
        except ConfigError as error:
            self.mistakes += error.mistakes
            return None
        except Locked as locked:
            self.mistakes.append(Mistake(str(locked), Position(self.files.name(path), 0, 0)))
            return None
        if data is None:
            self.mistakes.append(Mistake("the file is empty", Position(self.files.name(path), 0, 0), first))
            return None
        found = check(data)
        self.mistakes += found
        return None if found else data

    def _unread_folders(self, folder: FilePath) -> None:
        if folder in self.folders:
            return
        for name in ("group_vars", "office_vars"):
            if (folder / name).is_dir():
                place = Where(self.files.name(folder / name))
                self.mistakes.append(Mistake("this folder is not read: it stands beside the inventory", place))

    # --- plays and tasks --------------------------------------------------------------------------------------------

    def _play(self, data: Mapping[str, Any], path: FilePath, where: Where) -> Play:
        layers = self._vars(data.get("vars"), where)
        vars_files = data.get("vars_files") or []
        for index, file in enumerate([vars_files] if isinstance(vars_files, str) else vars_files):
            layers += self._vars_file(file, path, _below(where, "vars_files", index))
        tags = self._labels.tags(data.get("tags"), where, layers)
        connections = chosen.chosen(data, where)
        inherited = _Inherited(tags, files=(path,), play=tuple(layers), connections=connections)
        tasks = self._tasks(data.get("tasks") or [], path, _below(where, "tasks"), inherited)
        self.mistakes += chosen.idle(connections, tasks)
        serial = data.get("serial", ())
        pattern = data.get("offices", "")
        percentage = data.get("max_fail_percentage")
        return Play(
            name=self._labels.name(data.get("name"), where, layers)
            or (pattern if isinstance(pattern, str) else ",".join(pattern)),
            pattern=pattern if isinstance(pattern, str) else ",".join(map(str, pattern)),
            where=where,
            tasks=tuple(tasks),
            serial=tuple(serial) if isinstance(serial, list) else () if serial == () else (serial,),
            max_fail_percentage=None if percentage is None else float(percentage),
            proceed=data.get("proceed", "in_sync"),
            vars=Vars(layers),
            tags=tags,
        )

    def _vars(self, values: Any, where: Where) -> list[Layer]:
        if not isinstance(values, dict) or not values:
            return []
        layer = Layer(values, where.file, (*where.path, "vars"))
        self.mistakes += check_names(values, layer)
        return [layer]

    def _vars_file(self, file: str, path: FilePath, where: Where) -> list[Layer]:
        """A file of `vars_files`, found beside the playbook or from the root."""
        if MARKS.search(file):
            message = "a file name in `vars_files` takes no template: what differs per office stands in `office_vars/`"
            self.mistakes.append(Mistake(message, where))
            return []
        beside = path.parent / file
        target = beside if beside.is_file() else self.files.root / file
        if not target.is_file():
            self.mistakes.append(_no_file(file, beside if beside.exists() else target, where, _near(beside)))
            return []
        name = self.files.name(target)
        try:
            values = self.read_file(target)
        except Locked as locked:
            # Whoever is in the play is blocked, and nobody else: see `Project.declare`.
            return [Layer({}, name, locked=locked)]
        except ConfigError as error:
            self.mistakes += error.mistakes
            return []
        if values is not None and not isinstance(values, dict):
            self.mistakes.append(Mistake("a file of variables is a mapping", Where(name), "name: value"))
            return []
        layer = Layer(values or {}, name)
        self.mistakes += check_names(layer.values, layer)
        return [layer]

    def _tasks(self, data: Sequence[Any], path: FilePath, where: Where, above: _Inherited) -> list[Task]:
        tasks: list[Task] = []
        for index, task in enumerate(data):
            place = _below(where, index)
            if not isinstance(task, dict):
                continue
            if "import_tasks" in task:
                tasks += self._imported(task, path, place, above)
            else:
                tasks += self._task(task, place, above)
        return tasks

    def _imported(self, task: Mapping[str, Any], path: FilePath, where: Where, above: _Inherited) -> list[Task]:
        file = task["import_tasks"]
        place = _below(where, "import_tasks")
        target = path.parent / file
        if MARKS.search(file):
            self.mistakes.append(Mistake("a file name in `import_tasks` takes no template", place))
            return []
        if not target.is_file():
            self.mistakes.append(_no_file(self.files.name(target), target, place, _near(target)))
            return []
        target = target.resolve()
        seen = [each.resolve() for each in above.files]
        if target in seen:
            circle = [*above.files[seen.index(target) :], target]
            listed = " -> ".join(self.files.name(each) for each in circle)
            self.mistakes.append(Mistake(f"these files import each other in a circle: {listed}", place))
            return []
        name = self.files.name(target)
        data = self._load(target, lambda data: self._check_tasks(data, name), "- assu.postbus: {numbers: [I09000123]}")
        if not isinstance(data, list):
            return []
        layers = (*above.vars, *self._vars(task.get("vars"), where))
        connections = chosen.chosen(task, where)
        inherited = _Inherited(
            above.tags | self._labels.tags(task.get("tags"), where, (*above.play, *layers)),
            (*above.when, *_conditions(task.get("when"))),
            layers,
            (*above.files, target),
            above.play,
            (*connections, *above.connections),
        )
        tasks = self._tasks(data, target, Where(name), inherited)
        self.mistakes += chosen.idle(connections, tasks)
        return tasks

    def _check_tasks(self, data: Any, name: str) -> list[Mistake]:
        """The mistakes of a file of tasks, checked as the tasks of a play."""
        if not isinstance(data, list):
            return [Mistake("a file of tasks is a list", Where(name), "- name: ...")]
        found = schema.check([{"name": "play", "offices": "all", "tasks": data}], self.playbook_schema, Where(name))
        return [_moved(mistake) for mistake in found]

    def _task(self, data: Mapping[str, Any], where: Where, above: _Inherited) -> list[Task]:
        named = [key for key in data if key not in KEYWORDS]
        if len(named) != 1:
            names = ", ".join(map(str, named)) or "none; all: inregel doc"
            message = f"a task names one module, and this names {names}"
            self.mistakes.append(Mistake(message, where))
            return []
        module = named[0]
        if module not in self.modules:
            place = _below(where, module)._replace(key=True)
            message = f"there is no module `{module}`; all modules: inregel doc"
            self.mistakes.append(Mistake(message, place, nearest(module, self.modules)))
        layers = (*above.vars, *self._vars(data.get("vars"), where))
        seen = (*above.play, *layers)
        tags = above.tags | self._labels.tags(data.get("tags"), where, seen)
        control = data.get("loop_control") or {}
        needs = data.get("needs") or ()
        task = Task(
            name=self._labels.name(data.get("name"), where, seen) or module,
            module=module,
            args=data[module] if data[module] is not None else {},
            where=where,
            when=(*above.when, *_conditions(data.get("when"))),
            loop=data.get("loop"),
            loop_var=control.get("loop_var", "item"),
            tags=tags,
            needs=(needs,) if isinstance(needs, str) else tuple(needs),
            exact=bool(data.get("exact", False)),
            connections=(*chosen.chosen(data, where, own=True), *above.connections),
            vars=Vars(layers),
            quiet=not wanted(tags, self.tags, self.skip_tags),
        )
        return [task]


def _below(where: Where, *path: str | int) -> Where:
    return where._replace(path=(*where.path, *path))


def _no_file(name: str, path: FilePath, where: Where, near: str) -> Mistake:
    if path.exists():
        return Mistake(f"{name} is not an ordinary file", where)
    return Mistake(f"there is no file {name}", where, near)


def _near(path: FilePath) -> str:
    try:
        return nearest(path.name, sorted(entry.name for entry in path.parent.iterdir()))
    except OSError:
        return ""


def _moved(mistake: Mistake) -> Mistake:
    """A mistake of tasks that were checked as `[{tasks: ...}]`, at its place in their own file."""
    where = mistake.where
    if not isinstance(where, Where):
        return mistake
    path: Path = where.path[2:] if where.path[:2] == (0, "tasks") else ()
    return type(mistake)(mistake.message, where._replace(path=path), mistake.instead)


def _conditions(when: Any) -> tuple[Any, ...]:
    if when is None:
        return ()
    return tuple(when) if isinstance(when, list) else (when,)

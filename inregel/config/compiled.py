"""A task as far as it is known without any office: templates compiled once, fixed arguments checked once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inregel.config import chosen, schema
from inregel.config.expressions import Problem
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.model import Declaration, Task
from inregel.config.templates import Render, Templates, told
from inregel.config.variables import Vars, place_of
from inregel.errors import InregelError


@dataclass(slots=True, repr=False, eq=False)
class Compiled:
    """What is known of a task without any office."""

    task: Task
    where: Where
    """Of the arguments."""
    schema: Mapping[str, Any]
    render: Render | None
    """Of the arguments; None where they hold no template."""
    connections: list[Render | None]
    """Of `task.connections`."""
    loop: Render | None
    conditions: list[tuple[Render | bool, Where]]
    before_loop: list[tuple[Render | bool, Where]]
    """Conditions that do not speak of the loop item: where one is false, the loop is not even rendered."""
    plain: bool
    """No loop and no variables of its own."""
    mistakes: list[Mistake]
    """Those that are there whatever the office; then nothing is declared."""
    constant: Declaration | None = None
    place: Callable[[str], Where | Position | None] = field(default=lambda name: None)


class Compiler:
    """Compiles tasks."""

    def __init__(self, templates: Templates, module_schema: Callable[[str], Mapping[str, Any]]) -> None:
        self._templates = templates
        self._module_schema = module_schema

    def compile(self, task: Task) -> Compiled:
        """What is known of `task`; its mistakes are kept with it."""
        where = below(task.where, task.module)
        problems: list[tuple[Problem, Where]] = []
        render = self._leaves(task.args, where, problems)
        loop = self._leaves(task.loop, below(task.where, "loop"), problems)
        conditions = [self._condition(when, _when_place(task, index), problems) for index, when in enumerate(task.when)]
        connections = [self._leaves(each.text, each.where, problems) for each in task.connections]
        wanted: Mapping[str, Any] | None = None
        unknown: list[Mistake] = []
        try:
            wanted = self._module_schema(task.module)
        except InregelError as error:
            unknown.append(Mistake(str(error), where._replace(key=True)))
        compiled = Compiled(
            task=task,
            where=where,
            schema=wanted or {},
            render=render,
            connections=connections,
            loop=loop,
            conditions=conditions,
            before_loop=[
                each for each, when in zip(conditions, task.when, strict=True) if task.loop_var not in str(when)
            ],
            plain=task.loop is None and not task.vars,
            mistakes=unknown + [Mistake(*_told(problem, place)) for problem, place in problems],
        )
        if isinstance(task.vars, Vars):
            layers = task.vars.layers
            compiled.place = lambda name: place_of(name, layers)
        if wanted is not None and render is None and not problems:
            compiled.mistakes += schema.check(task.args, wanted, where)
            module = chosen.static(task)
            if compiled.plain and not conditions and module is not None:
                compiled.constant = Declaration(task, module, task.args)
        return compiled

    def _leaves(self, value: Any, where: Where, problems: list[tuple[Problem, Where]]) -> Render | None:
        try:
            return self._templates.value(value)
        except Problem:
            for path, leaf in self._templates.leaves(value):
                try:
                    self._templates.value(leaf)
                except Problem as problem:
                    problems.append((problem, below(where, *path)))
        return None

    def _condition(self, when: Any, where: Where, problems: list[tuple[Problem, Where]]) -> tuple[Render | bool, Where]:
        if isinstance(when, bool):
            return when, where
        try:
            return self._templates.condition(str(when)), where
        except Problem as problem:
            problems.append((problem, where))
            return False, where


def _told(problem: Problem, where: Where) -> tuple[str, Where, str]:
    message, instead = told(problem, iter(()))
    return message, where, instead


def below(where: Where, *path: str | int) -> Where:
    """A node below another one."""
    return where._replace(path=(*where.path, *path))


def _when_place(task: Task, index: int) -> Where:
    return below(task.where, "when", index) if len(task.when) > 1 else below(task.where, "when")

"""Tasks for one office: `when`, `loop`, templates, and the check against the module's schema.

A task is compiled once. Arguments without a template are checked once and shared by all offices; others are rendered
and checked per office, which is quick where they are right. Mistakes are collected over all offices and tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from inregel.config import chosen, schema
from inregel.config.compiled import Compiled, Compiler, below
from inregel.config.expressions import Absent, Problem, Sealed
from inregel.config.mistakes import Mistake, Where
from inregel.config.model import Declaration, Play, Task
from inregel.config.scope import OfficeScope, Shared
from inregel.config.templates import Render, Templates, settle, told
from inregel.config.words import called
from inregel.config.wrong import Wrong

_SIMPLE: Final = frozenset({str, int, float, bool, type(None)})


class Declarer:
    """Declares tasks. One per project; compiled tasks are kept as long as it lives."""

    def __init__(self, templates: Templates, module_schema: Callable[[str], Mapping[str, Any]]) -> None:
        self._templates = templates
        self._compiler = Compiler(templates, module_schema)
        self._compiled: dict[int, tuple[Task, Compiled]] = {}

    def declare(
        self, play: Play, office: str, shared: Shared, wrong: Wrong, there: Collection[str] | None = ()
    ) -> list[Declaration]:
        """What the tasks of a play declare for one office, whose connections are `there`; mistakes go to `wrong`.

        None: which connections there are cannot be known, for want of a secret.
        """
        labelled = there is not None and any("." in name for name in there)
        scope = OfficeScope(shared)
        result: list[Declaration] = []
        for task in play.tasks:
            compiled = self._get(task)
            if compiled.mistakes:
                for mistake in compiled.mistakes:
                    wrong.add(mistake)
                continue
            if compiled.constant is not None and not (labelled or compiled.connections):
                result.append(compiled.constant)
                continue
            one = _One(self._templates, compiled, _Reached(office, there), wrong)
            if compiled.constant is not None:
                if one.reached(scope):
                    result.append(compiled.constant)
                continue
            if compiled.plain:
                result += one.single(scope)
            else:
                result += one.looped(shared)
        return result

    def prepare(self, play: Play, wrong: Wrong) -> None:
        """Notes the mistakes that need no office to be seen."""
        for task in play.tasks:
            for mistake in self._get(task).mistakes:
                wrong.add(mistake)

    def _get(self, task: Task) -> Compiled:
        kept = self._compiled.get(id(task))
        if kept is None:
            kept = self._compiled[id(task)] = (task, self._compiler.compile(task))
        return kept[1]


class _Reached(NamedTuple):
    """An office, and the names of its connections."""

    office: str
    there: Collection[str] | None


class _One:
    """One task for one office."""

    __slots__ = ("_compiled", "_office", "_task", "_templates", "_there", "_wrong")

    def __init__(self, templates: Templates, compiled: Compiled, reached: _Reached, wrong: Wrong) -> None:
        self._templates = templates
        self._compiled = compiled
        self._task = compiled.task
        self._office, self._there = reached
        self._wrong = wrong

    def reached(self, scope: OfficeScope) -> bool:
        """Whether its connection is there; notes the mistake where it is not."""
        try:
            self._module(scope, skipped=False)
        except _Said:
            return False
        return True

    def single(self, scope: OfficeScope) -> Iterator[Declaration]:
        """The declaration in a scope; nothing where there is a mistake."""
        try:
            skipped = not self._holds(self._compiled.conditions, scope)
        except Absent as absent:
            yield self._fault(absent)
            return
        except _Said:
            return
        yield from self._declared(scope, skipped)

    def looped(self, shared: Shared) -> Iterator[Declaration]:
        """The same with variables of the task, and for each item of its loop."""
        task, compiled = self._task, self._compiled
        own = {name: value for name, value in task.vars.items() if name not in shared.strongest}
        scope = OfficeScope(shared, own, None, compiled.place)
        if task.loop is None:
            yield from self.single(scope)
            return
        try:
            skipped = not self._holds(compiled.before_loop, scope)
            items = task.loop if compiled.loop is None else compiled.loop(scope)
        except Absent as absent:
            yield self._fault(absent)
            return
        except _Said:
            return
        except Problem as problem:
            if not skipped:
                self._report(problem, below(task.where, "loop"), scope)
            return
        if isinstance(items, (str, Mapping, Sealed)) or not hasattr(items, "__iter__"):
            if not skipped:
                kind = "a mapping" if isinstance(items, Mapping) else called(items)
                instead = 'loop: "{{ NAME | dict2items }}"' if isinstance(items, Mapping) else "loop: [...]"
                self._wrong.add(
                    Mistake(f"`loop` takes a list, and this gives {kind}", below(task.where, "loop"), instead),
                    self._office,
                )
            return
        for item in items:
            each = OfficeScope(shared, own, {task.loop_var: item}, compiled.place)
            if skipped:
                yield from self._declared(each, True)
            else:
                yield from self.single(each)

    # --- parts ------------------------------------------------------------------------------------------------------

    def _holds(self, conditions: Sequence[tuple[Render | bool, Where]], scope: OfficeScope) -> bool:
        """Whether all are true. Raises `Absent`, or `_Said` after a mistake was noted."""
        for condition, where in conditions:
            if isinstance(condition, bool):
                if not condition:
                    return False
                continue
            try:
                value = condition(scope)
            except Problem as problem:
                self._report(problem, where, scope)
                raise _Said from None
            if not isinstance(value, bool):
                message = f"`when` is true or false, and this gives {called(value)}"
                self._wrong.add(
                    Mistake(message, where, "a comparison, such as `x == 'y'` or `x is defined`"), self._office
                )
                raise _Said
            if not value:
                return False
        return True

    def _module(self, scope: OfficeScope, *, skipped: bool) -> str:
        """The module with the label of its connection. Raises `Absent`, or `_Said` after a mistake was noted."""
        task = self._task
        try:
            return chosen.module_at(task, self._compiled.connections, scope, self._there)
        except chosen.Refused as refused:
            if not skipped:
                self._wrong.add(refused.mistake, self._office)
        except Problem as problem:
            if not skipped:
                self._report(problem, task.connections[0].where, scope)
        raise _Said

    def _declared(self, scope: OfficeScope, skipped: bool) -> Iterator[Declaration]:
        compiled, task = self._compiled, self._task
        args = task.args
        try:
            module = self._module(scope, skipped=skipped)
        except Absent as absent:
            yield self._fault(absent, skipped)
            return
        except _Said:
            return
        if compiled.render is not None:
            try:
                args = compiled.render(scope)
                if not _plain(args):
                    args = settle(args)
            except Absent as absent:
                if not skipped:
                    self._all_problems(None, scope)  # a secret that is missing hides no mistake beside it
                yield self._fault(absent, skipped)
                return
            except Problem as problem:
                if not skipped:
                    self._all_problems(problem, scope)
                return
            found = schema.check(args, compiled.schema, compiled.where)
            if found:
                if not skipped:
                    for mistake in found:
                        self._wrong.add(self._traced(mistake, scope), self._office)
                return
        yield Declaration(task, module, args, skipped=skipped)

    def _fault(self, absent: Absent, skipped: bool = False) -> Declaration:
        module = chosen.static(self._task) or self._task.module
        return Declaration(self._task, module, {}, absent.reason, absent.remedy, skipped)

    def _report(self, problem: Problem, where: Where, scope: OfficeScope) -> None:
        message, instead = told(problem, scope.names())
        place = problem.where or where
        if problem.of is None and problem.word and instead and isinstance(place, Where):
            instead = f"{{{{ {instead} }}}}" if instead.isidentifier() and place.path[-1:] != ("when",) else instead
        self._wrong.add(Mistake(message, place, instead), self._office)

    def _all_problems(self, problem: Problem | None, scope: OfficeScope) -> None:
        """Notes every template of the arguments that fails; `problem` alone where they fail only together."""
        alone = False
        for path, leaf in self._templates.leaves(self._task.args):
            render = self._templates.value(leaf)
            try:
                if render is not None:
                    settle(render(scope))
            except Problem as each:
                alone = True
                self._report(each, below(self._compiled.where, *path), scope)
            except Absent:
                continue
        if problem is not None and not alone:
            self._report(problem, self._compiled.where, scope)

    def _traced(self, mistake: Mistake, scope: OfficeScope) -> Mistake:
        """The mistake at the place of the variable that gave the value, where one variable gave it."""
        where = mistake.where
        if not isinstance(where, Where) or where.key:
            return mistake
        path = where.path[len(self._compiled.where.path) :]
        value, rest = self._task.args, list(path)
        while rest and isinstance(value, (dict, list)):
            part: Any = rest.pop(0)
            try:
                value = value[part]
            except (LookupError, TypeError):
                return mistake
        names = self._templates.lone(value) if isinstance(value, str) else None
        found = scope.place(names[0]) if names else None
        if not names or found is None:
            return mistake
        told_of = f"{mistake.message} (for {'.'.join(map(str, path))} of {self._task.module})"
        if isinstance(found, Where):
            found = found._replace(path=(*found.path, *names[1:], *rest))
        return type(mistake)(told_of, found, mistake.instead)


class _Said(Exception):
    """A mistake was noted; there is nothing to declare."""


def _plain(value: Any) -> bool:
    """Whether a value holds neither secrets nor lazy parts, and so can be used as it is."""
    own = value.__class__
    if own in _SIMPLE:
        return True
    if own is dict:
        return all(map(_plain, value.values()))
    return own is list and all(map(_plain, value))

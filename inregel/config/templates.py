"""Templates, compiled once per text: a lone name needs no Jinja, a lone expression keeps its type, the rest is text.

`"{{ postbussen }}"` gives the list, `"{{ secret('x') }}"` the `Secret`, `"files/{{ office.id }}.abc"` text. A value is
a template where its text holds `{{`, `{%` or `{#`; what a template gives is never read as a template again.
What does not belong here: where variables come from (`inregel.config.scope`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Protocol, TypeAlias

from jinja2.exceptions import SecurityError
from jinja2.runtime import Undefined

from inregel.config.expressions import MARKS, Absent, Cage, Problem, Sealed, undefined
from inregel.config.filters import LONGEST, TooBig
from inregel.config.mistakes import ConfigError, Path
from inregel.config.source import Vaulted
from inregel.config.words import nearest
from inregel.contract import Secret
from inregel.errors import InregelError
from inregel.speech import advice, headline

_LONE: Final = re.compile(r"\s*\{\{\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*\}\}\s*\Z")
_WORDS: Final = frozenset(
    ["true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"]
)
_PARTS: Final = 100_000
"""Values within one value that a template makes."""
_SIMPLE: Final = frozenset({str, int, float, bool, type(None), date})


class Scope(Protocol):
    """What a template sees. Values are plain, `Sealed`, or lazy containers (a `Mapping` or `Sequence`)."""

    def get(self, name: str) -> Any:
        """The value of a variable. Raises `KeyError`, `Problem` or `Absent`."""
        ...

    def is_raw(self, name: str) -> bool:
        """Whether `get` gave what was written, without any template in it."""
        ...

    def vaulted(self, value: Vaulted) -> Sealed:
        """The secret of a `!vault` value. Raises `Absent`."""
        ...

    def names(self) -> Iterator[str]:
        """All names, for the nearest one."""
        ...

    @property
    def context(self) -> Mapping[str, Any]:
        """The same as a mapping, with the functions that templates may call; `missing` names raise `KeyError`."""
        ...


Render: TypeAlias = Callable[[Scope], Any]
"""Gives the value: plain, with `Sealed` for secrets and lazy containers as they are. Raises `Problem`, `Absent`."""


class Templates:
    """The compiled templates of a project."""

    def __init__(self) -> None:
        self.cage = Cage()
        self._texts: dict[str, Render] = {}
        self._conditions: dict[str, Render] = {}
        self._depth = 0

    def text(self, text: str) -> Render:
        """The function for a text that holds a template. Raises `Problem` where it is not right."""
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = self._compile(text)
        return found

    def condition(self, text: str) -> Render:
        """The function for a bare expression (`when`)."""
        found = self._conditions.get(text)
        if found is None:
            if MARKS.search(text):
                bare = MARKS.sub("", text).replace("}}", "").replace("%}", "").strip()
                problem = Problem("this is an expression already, so it takes no `{{ }}`")
                problem.instead = bare
                raise problem
            lone = _LONE.match("{{ " + text + " }}")
            if lone and lone[1].partition(".")[0] not in _WORDS:
                found = self._path(lone[1])
            else:
                root = self.cage.native(self.cage.expression_tree(text))
                if root is None:
                    raise Problem("this is not one expression")
                found = self._native(root)
            self._conditions[text] = found
        return found

    def value(self, value: Any) -> Render | None:
        """The function for any value, such as a task's arguments; None where it holds no template at all."""
        if isinstance(value, str):
            return self.text(value) if MARKS.search(value) else None
        if isinstance(value, Vaulted):
            return lambda scope: scope.vaulted(value)
        if isinstance(value, dict):
            return self._mapping(value)
        if isinstance(value, list):
            parts = [(each, self.value(each)) for each in value]
            if all(render is None for _, render in parts):
                return None
            return lambda scope: [each if render is None else render(scope) for each, render in parts]
        return None

    def _mapping(self, value: dict[Any, Any]) -> Render | None:
        parts = [(key, each, self.value(each)) for key, each in value.items()]
        if all(render is None for _, _, render in parts):
            return None
        return lambda scope: {key: each if render is None else render(scope) for key, each, render in parts}

    def lone(self, text: str) -> list[str] | None:
        """The parts of `{{ a.b }}`; None where the text is anything else."""
        found = _LONE.match(text)
        return found[1].split(".") if found and found[1].partition(".")[0] not in _WORDS else None

    def leaves(self, value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
        """The places of all templates and vault values in a value."""
        if isinstance(value, Vaulted) or (isinstance(value, str) and MARKS.search(value)):
            yield path, value
        elif isinstance(value, (dict, list)):
            for key, each in value.items() if isinstance(value, dict) else enumerate(value):
                yield from self.leaves(each, (*path, key))

    # --- one template -----------------------------------------------------------------------------------------------

    def _compile(self, text: str) -> Render:
        lone = _LONE.match(text)
        if lone and lone[1].partition(".")[0] not in _WORDS:
            return self._path(lone[1])
        stripped = text.strip()
        if stripped.startswith("{{") and stripped.endswith("}}"):
            root = self.cage.native(self.cage.tree(stripped))
            if root is not None:
                return self._native(root)
        return self._long(self.cage.text(self.cage.tree(text)))

    def _path(self, path: str) -> Render:
        first, *rest = path.split(".")
        if not rest:
            return lambda scope: _variable(scope, first)

        def render(scope: Scope) -> Any:
            value = _variable(scope, first)
            for index, part in enumerate(rest):
                if isinstance(value, Mapping):
                    try:
                        value = value[part]
                        continue
                    except KeyError:
                        pass
                elif isinstance(value, date) and part in ("year", "month", "day"):
                    value = getattr(value, part)
                    continue
                before = ".".join([first, *rest[:index]])
                raise undefined(part, value, path=f"{before}.{part}")
            return value

        return render

    def _native(self, root: Callable[[Any], Iterator[str]]) -> Render:
        def render(scope: Scope) -> Any:
            context = self._context(scope)
            with _Guard(self, scope):
                for _ in root(context):
                    pass
                return self._kept(context.vars["result"])

        return render

    def _long(self, root: Callable[[Any], Iterator[str]]) -> Render:
        def render(scope: Scope) -> Any:
            total, pieces = 0, []
            with _Guard(self, scope):
                for piece in root(self._context(scope)):
                    total += len(piece)
                    if total > LONGEST:
                        raise TooBig(f"a text of more than {LONGEST:,} characters")
                    pieces.append(piece)
            return "".join(pieces)

        return render

    def _context(self, scope: Scope) -> Any:
        return self.cage.context_class(self.cage, scope.context, None, {})  # type: ignore[arg-type]  # a mapping is enough

    def _kept(self, value: Any) -> Any:
        """What an expression gave, as a value that may be kept: no generators, no undefined."""
        if value.__class__ in _SIMPLE or isinstance(value, Sealed):
            return value
        return settle(value, keep_sealed=True)


class _Guard:
    """Foreign errors of one rendering become `Problem`; the outermost one refills the budget."""

    __slots__ = ("_scope", "_templates")

    def __init__(self, templates: Templates, scope: Scope) -> None:
        self._templates = templates
        self._scope = scope

    def __enter__(self) -> None:
        if not self._templates._depth:
            self._templates.cage.refill()
        self._templates._depth += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._templates._depth -= 1
        if error is None or isinstance(error, (Problem, Absent, ConfigError)) or not isinstance(error, Exception):
            return
        if isinstance(error, InregelError):
            raise absent(error) from error
        if isinstance(error, SecurityError):
            raise Problem(str(error)) from error
        if isinstance(error, (TooBig, RecursionError, MemoryError)):
            what = error if isinstance(error, TooBig) else "too much"
            raise Problem(f"this template asks for {what}") from error
        raise Problem(f"this template fails: {error}") from error


def absent(error: InregelError) -> Absent:
    """A secret that cannot be had: the first line of the message is the reason, the rest the remedy."""
    command = str(getattr(error, "remedy", ""))
    return Absent(headline(error), command if command.startswith("inregel ") else advice(error))


def _variable(scope: Scope, name: str) -> Any:
    try:
        return scope.get(name)
    except KeyError:
        if name == "secret":
            raise Problem("`secret` needs a name: `secret('NAME')`") from None
        raise undefined(name) from None


def settle(value: Any, *, keep_sealed: bool = False) -> Any:
    """A value as it leaves the templates: plain dict and list, with `Secret`. Raises `Problem`, `Absent`.

    `keep_sealed` leaves secrets as they are inside templates.
    """
    left = _PARTS

    def walk(each: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > 100:
            raise Problem(f"this template asks for a value of more than {_PARTS:,} parts, or nested too deep")
        own = each.__class__
        if own in _SIMPLE or own is Secret:
            return each
        if own is Sealed:
            return each if keep_sealed else each.secret
        if isinstance(each, Undefined):
            str(each)
        if isinstance(each, Mapping):
            return {key: walk(part, depth + 1) for key, part in each.items()}
        if isinstance(each, (str, int, float, date)):
            return str(each) if isinstance(each, str) else each
        if isinstance(each, Vaulted):
            raise Problem("a vault value stands where none can be read")
        if hasattr(each, "__iter__") and not isinstance(each, (bytes, type)):
            return [walk(part, depth + 1) for part in each]
        raise Problem("this template gives something that is not a value")

    return walk(value, 0)


def told(problem: Problem, names: Iterator[str]) -> tuple[str, str]:
    """The message of a problem and what to write instead ("" where nothing is near)."""
    if problem.instead or not problem.word:
        return problem.message, problem.instead
    if problem.of is None:
        return problem.message, nearest(problem.word, [name for name in names if name != problem.word])
    known = [key for key in problem.of if isinstance(key, str)] if isinstance(problem.of, Mapping) else []
    return problem.message, nearest(problem.word, known)

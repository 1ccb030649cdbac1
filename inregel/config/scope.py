"""What the templates of one office see. Variables may use variables; each is rendered when it is asked for, once.

A rendered value is kept per office together with the names that it rests on, so that a task whose own `vars` or loop
item change one of them renders it anew, as Ansible does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from inregel.config.expressions import MARKS, Absent, Problem, Sealed
from inregel.config.lazy import dynamic, lazy
from inregel.config.mistakes import Position, Where
from inregel.config.source import Vaulted
from inregel.config.templates import Render, Templates, absent, settle
from inregel.contract import Secret
from inregel.errors import InregelError

_DEEP: Final = 50
"""Variables that use each other, one within the next."""

Finder = Callable[[str], "Where | Position | None"]


class _Kept(NamedTuple):
    """A value, and the names that it rests on; None where it is as it was written."""

    value: Any
    rests: frozenset[str] | None


class Shared:
    """What all scopes of one office (in one play) share."""

    __slots__ = ("call", "find", "kept", "magic", "maps", "secret_of", "strongest", "templates")

    def __init__(
        self,
        templates: Templates,
        maps: Sequence[Mapping[str, Any]],
        magic: Mapping[str, Any],
        find: Finder,
        secret_of: Callable[[str | Vaulted], Secret],
    ) -> None:
        self.templates = templates
        self.maps = maps
        """Strongest first."""
        self.magic = magic
        """`office` and `offices`; they hold no templates."""
        self.find = find
        self.secret_of = secret_of
        self.kept: dict[str, _Kept] = {}
        self.strongest: Mapping[str, Any] = {}
        """Variables that are stronger than those of a task (`--extra-vars`)."""

        def secret(name: Any) -> Sealed:
            return Sealed(_secret(secret_of, str(name)))

        self.call = secret

    def raw(self, name: str) -> Any:
        """As written. Raises `KeyError`."""
        for layer in self.maps:
            if name in layer:
                return layer[name]
        raise KeyError(name)


def _secret(secret_of: Callable[[str | Vaulted], Secret], what: str | Vaulted) -> Secret:
    try:
        return secret_of(what)
    except InregelError as error:
        raise absent(error) from error


class OfficeScope:
    """The variables of one office; with `own`, those of a task and its loop item above them."""

    __slots__ = ("_active", "_kept", "_own", "shared", "trace", "context", "_item", "_own_place")

    def __init__(
        self,
        shared: Shared,
        own: Mapping[str, Any] | None = None,
        item: Mapping[str, Any] | None = None,
        own_place: Finder | None = None,
    ) -> None:
        self.shared = shared
        self._own = own or {}
        self._item = item or {}
        """The loop item: rendered already."""
        self._own_place = own_place
        self._kept: dict[str, _Kept] = {}
        self._active: dict[str, None] = {}
        self.trace: set[str] | None = None
        self.context = _Context(self)

    # --- looking up -------------------------------------------------------------------------------------------------

    def get(self, name: str) -> Any:
        """The value of a variable; see `templates.Scope`."""
        kept = self._look(name)
        if self.trace is not None:
            self.trace.add(name)
            if kept.rests:
                self.trace |= kept.rests
        return kept.value

    def is_raw(self, name: str) -> bool:
        """Whether the value is as it was written."""
        return self._look(name).rests is None

    def _look(self, name: str) -> _Kept:
        shared = self.shared
        if self._item or self._own:
            if name in self._item:
                return _Kept(self._item[name], frozenset())
            if name in self._own:
                return self._kept.get(name) or self._make(name, self._own[name], self._kept)
            kept = shared.kept.get(name)
            if kept is not None and (not kept.rests or self._untouched(kept.rests)):
                return kept
            kept = self._kept.get(name)
        else:
            kept = shared.kept.get(name) or self._kept.get(name)
        if kept is not None:
            return kept
        if name in shared.magic:
            kept = shared.kept[name] = _Kept(shared.magic[name], frozenset())
            return kept
        return self._make(name, shared.raw(name), shared.kept)

    def _untouched(self, rests: frozenset[str]) -> bool:
        return rests.isdisjoint(self._own) and rests.isdisjoint(self._item)

    def _make(self, name: str, raw: Any, keep: dict[str, _Kept]) -> _Kept:
        """Renders a variable, and keeps it where it holds for others too."""
        render = self.shared.templates.text(raw) if isinstance(raw, str) and MARKS.search(raw) else None
        if render is not None:
            kept = _Kept(*self.traced(name, render))
            rests = kept.rests or frozenset()
            if keep is self.shared.kept and not self._untouched(rests):
                keep = self._kept
        elif isinstance(raw, Vaulted):
            kept = _Kept(self.vaulted(raw), frozenset())
        elif isinstance(raw, (dict, list)) and dynamic(raw):
            kept, keep = _Kept(lazy(raw, self, name), frozenset()), self._kept
        else:
            kept = _Kept(raw, None)
        keep[name] = kept
        return kept

    def traced(self, name: str, render: Render) -> tuple[Any, frozenset[str]]:
        """The value of a template that stands in the variable `name`, and the names that it rests on."""
        active = self._active
        if name in active:
            way = [*active][[*active].index(name) :]
            raise self.placed(Problem(f"these variables use each other in a circle: {' -> '.join([*way, name])}"), name)
        if len(active) >= _DEEP:
            raise self.placed(Problem(f"more than {_DEEP} variables use each other, one within the next"), name)
        outer, self.trace = self.trace, set()
        active[name] = None
        try:
            value = render(self)
        except Problem as problem:
            raise self.placed(problem, name) from problem.__cause__
        finally:
            del active[name]
            rests = frozenset(self.trace)
            self.trace = outer
        if outer is not None:
            outer |= rests
        return value, rests

    def place(self, name: str) -> Where | Position | None:
        """Where the variable stands; None for a loop item and for inregel's own names."""
        if name in self._item or name in self.shared.magic:
            return None
        if name in self._own:
            return self._own_place(name) if self._own_place is not None else None
        return self.shared.find(name)

    def placed(self, problem: Problem, name: str) -> Problem:
        """The problem with the place of the variable, unless it has one."""
        if problem.where is None:
            first, *path = name.split("\0")
            place = self.place(first)
            if isinstance(place, Where):
                place = place._replace(
                    path=(*place.path, *(int(part[1:]) if part[0] == "#" else part[1:] for part in path))
                )
            problem.where = place
        return problem

    # --- for templates ----------------------------------------------------------------------------------------------

    def vaulted(self, value: Vaulted) -> Sealed:
        """The secret of a `!vault` value."""
        return Sealed(_secret(self.shared.secret_of, value))

    def names(self) -> Iterator[str]:
        """All names."""
        yield from {**self._item, **self._own, **self.shared.magic}
        for layer in self.shared.maps:
            yield from layer
        yield "secret"

    def function(self, name: str) -> Any:
        """`secret(...)`, or a function of the cage. Raises `KeyError`."""
        return self.shared.call if name == "secret" else self.shared.templates.cage.globals[name]

    def text(self, text: str) -> Render:
        """A compiled template."""
        return self.shared.templates.text(text)


class _Context(Mapping[str, Any]):
    """A scope as Jinja wants it."""

    __slots__ = ("_scope",)

    def __init__(self, scope: OfficeScope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        try:
            return self._scope.get(name)
        except KeyError:
            return self._scope.function(name)

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return self._scope.names()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Rendered(Mapping[str, Any]):
    """The variables of an office for modules and texts: rendered when asked for, secrets as `Secret`.

    The scope is made at the first question: most offices are never asked. `fail` gives the error to raise for a
    template that fails and for a secret that is not there.
    """

    __slots__ = ("_fail", "_make", "_scope")

    def __init__(self, make: Callable[[], OfficeScope], fail: Callable[[Problem | Absent, str], Exception]) -> None:
        self._make = make
        self._fail = fail
        self._scope: OfficeScope | None = None

    @property
    def scope(self) -> OfficeScope:
        """What it renders in."""
        if self._scope is None:
            self._scope = self._make()
        return self._scope

    def __getitem__(self, name: str) -> Any:
        try:
            value = self.scope.get(name)
            return value if self.scope.is_raw(name) else settle(value)
        except (Problem, Absent) as problem:
            raise self._fail(problem, name) from problem

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self.scope.shared.maps)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for layer in self.scope.shared.maps for name in layer))

    def __len__(self) -> int:
        return sum(1 for _ in self)

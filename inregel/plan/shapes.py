"""Whether what a module gives keeps to the contract. Cheap, since it is asked of every resource."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from inregel.contract import Blocked, Resources, Secret, Seen, State, Step, Wait
from inregel.errors import InregelError
from inregel.formats import values
from inregel.secrets.base import NAME

_PLAIN: Final = frozenset((str, int, bool, date, Secret))
_TEXT: Final = frozenset((str,))


class ModuleShape(InregelError):
    """The module {module} does not keep to the contract, for {office}: {function}() {reason}.
    Nothing was changed by it. `inregel.testing` runs a module through all of its steps and finds such faults."""

    exit_code = 3


class _Wrong(Exception):
    """What is wrong, without a value: that may be secret."""


def resources(module: str, office: str, given: Any) -> Resources:
    """What `desired` gives. Raises `ModuleShape`."""
    try:
        if not isinstance(given, Mapping):
            raise _Wrong(f"gives a {type(given).__name__}, not a mapping of keys to states")
        for key, state in given.items():
            _key(key)
            _state(key, state)
    except _Wrong as wrong:
        raise ModuleShape(module=module, office=office, function="desired", reason=str(wrong)) from None
    return given  # type: ignore[return-value]  # any mapping is read in the same way


def seen(module: str, office: str, given: Any) -> Seen:
    """What `actual` gives; values of states are the other side's own and are compared as they are."""
    try:
        if not isinstance(given, Seen):
            raise _Wrong(f"gives a {type(given).__name__}, not a Seen")
        if not isinstance(given.resources, Mapping):
            raise _Wrong(f"gives resources that are a {type(given.resources).__name__}, not a mapping")
        if not isinstance(given.complete, bool | frozenset):
            raise _Wrong("says `complete` with neither True, False nor a frozenset of containers")
        for key, state in given.resources.items():
            _state(key, state)
    except _Wrong as wrong:
        raise ModuleShape(module=module, office=office, function="actual", reason=str(wrong)) from None
    return given


def way(module: str, office: str, given: Any) -> list[Step | Wait] | Blocked:
    """What `steps` gives. Raises `ModuleShape`."""
    if isinstance(given, Blocked):
        return given
    try:
        if not isinstance(given, list | tuple):
            raise _Wrong(f"gives a {type(given).__name__}, not a list of steps")
        for part in given:
            _part(part)
    except _Wrong as wrong:
        raise ModuleShape(module=module, office=office, function="steps", reason=str(wrong)) from None
    return list(given)


def _part(part: Any) -> None:
    if isinstance(part, Step):
        names: tuple[Any, ...] = (part.operation, part.order, part.role, part.form)
        if not all(isinstance(name, str) for name in names) or not part.operation:
            raise _Wrong("gives a step whose operation, order, role or form is no text")
        if not isinstance(part.arguments, Mapping):
            raise _Wrong(f"gives the step {part.operation} arguments that are no mapping")
        captures: Any = part.captures
        if not isinstance(captures, list | tuple) or not all(_is_name(name) for name in captures):
            raise _Wrong(f"gives the step {part.operation} `captures` that are no list of names of secrets")
        _state(part.operation, part.reaches)
    elif isinstance(part, Wait):
        until: Any = part.until
        if not isinstance(until, datetime) or until.tzinfo is None:
            raise _Wrong("gives a wait whose `until` is no time with a time zone")
        _state(part.party, part.reaches)
    else:
        raise _Wrong(f"gives a {type(part).__name__}, which is neither Step nor Wait")


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def _key(key: Any) -> None:
    if isinstance(key, str):
        return
    if not (isinstance(key, tuple) and len(key) == 2 and all(isinstance(part, str) for part in key)):
        raise _Wrong(f"gives a key that is a {type(key).__name__}, neither a text nor (container, name)")


def _state(key: Any, state: State | None | Any) -> None:
    if state is None:
        return
    if type(state) is not dict and not isinstance(state, Mapping):
        raise _Wrong(f"gives {key!r} a state that is a {type(state).__name__}, not a mapping of fields")
    for name, value in state.items():
        if type(value) in _PLAIN or (isinstance(value, frozenset) and _TEXT.issuperset(map(type, value))):
            continue
        if not isinstance(value, Secret):
            try:
                values.encode_value(value)
            except TypeError as error:
                raise _Wrong(f"gives {key!r} a field {name!r} that cannot be: {error}") from None

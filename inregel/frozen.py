"""`@frozen`: a class of values, as `@dataclass(frozen=True, slots=True)` makes it, in a quarter of the time.

A small plan makes some sixty such classes and little else of its own, and the standard decorator compiles six
functions for each (bench/startup.py). Here only `__init__` is compiled. `dataclasses.replace` and `fields` work as
usual. What does not belong here: fields that are left out of comparing, printing or `__init__`; use `dataclass`.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, NoReturn, TypeVar, dataclass_transform

Class = TypeVar("Class")
_INDENT: Final = "\n    "


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Class]) -> type[Class]:
    """Fields from the annotations; equal where class and fields are; may be a key; cannot be changed.

    What the class defines itself stays, such as a `__repr__` that hides something.
    """
    own = cls.__dict__
    # The standard decorator documents a class that says nothing by its signature, which takes milliseconds.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    names = [each.name for each in fields(made)]  # type: ignore[arg-type]  # mypy takes it for a plain class
    values: Any = attrgetter(*names) if names else lambda self: ()

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def as_key(self: Any) -> int:
        return hash(values(self))

    functions: dict[str, Any] = {"__init__": _init(made), "__repr__": _show, "__setattr__": _refuse}
    functions |= {"__delattr__": _refuse, "__eq__": equal, "__hash__": as_key, "__reduce__": _rebuild}
    for name, function in functions.items():
        if own.get(name) is None:
            setattr(made, name, function)
    return made


def _init(cls: Any) -> Any:
    """Sets each field by its slot: quicker than the standard way, which asks for the slot by name each time."""
    known: dict[str, Any] = {"MISSING": MISSING}
    heads, lines = ["self"], ["pass"]
    for each in fields(cls):
        name = value = each.name
        known[f"set_{name}"] = getattr(cls, name).__set__
        if each.default is not MISSING:
            known[f"default_{name}"] = each.default
            heads.append(f"{name}=default_{name}")
        elif each.default_factory is not MISSING:
            known[f"make_{name}"] = each.default_factory
            heads.append(f"{name}=MISSING")
            value = f"make_{name}() if {name} is MISSING else {name}"
        else:
            heads.append(name)
        lines.append(f"set_{name}(self, {value})")
    exec(f"def __init__({', '.join(heads)}):{_INDENT}{_INDENT.join(lines)}", known)
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]


def _show(self: Any) -> str:
    parts = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
    return f"{self.__class__.__qualname__}({parts})"


def _refuse(self: Any, name: str, value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"{self.__class__.__qualname__}.{name} cannot be changed")


def _rebuild(self: Any) -> tuple[Any, ...]:
    return self.__class__, tuple(getattr(self, each.name) for each in fields(self))

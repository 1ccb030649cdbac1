"""Whether data fits a schema, yes or no, many times faster than jsonschema says what is wrong.

The schema is compiled once into Python functions. A keyword that is not compiled gives None, and jsonschema decides;
a test compares both on generated data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias

Quick: TypeAlias = Callable[[Any], bool]

_PLAIN: Final = frozenset(
    ["$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "deprecated", "secret"]
    + ["readOnly", "writeOnly", "markdownDescription", "defaultSnippets", "definitions"]
)
"""Keywords that say nothing about validity."""


class _Unknown(Exception):
    """A keyword that is not compiled here."""


def like(value: Any, kind: str, schema: Mapping[str, Any]) -> bool:
    """Whether `value` is of JSON type `kind`, with our own values: secrets are text, dates fit `format: date`."""
    own = value.__class__
    if kind == "string":
        return own is str or own not in _NATIVE or _dated(value, schema)
    if kind == "integer":
        return own is int or (own is float and value.is_integer())
    return own in _KINDS[kind]


_NATIVE: Final = frozenset({bool, int, float, dict, list, type(None), date, datetime})
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def _dated(value: Any, schema: Mapping[str, Any]) -> bool:
    wanted = schema.get("format")
    return (wanted == "date" and value.__class__ is date) or (wanted == "date-time" and value.__class__ is datetime)


def is_date(text: str) -> bool:
    """Whether text is a day as `2026-11-20`."""
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def equal(one: Any, other: Any) -> bool:
    """Equality of JSON: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    return bool(one == other)


class Quickly:
    """The functions for a schema and for the parts of it."""

    def __init__(self, root: Any) -> None:
        self._compiler = _Compiler(root)
        self._kept: dict[int, tuple[Any, Quick | None]] = {}

    def test(self, schema: Any) -> Quick | None:
        """The function for a part of the schema; None where it holds a keyword that is not compiled."""
        kept = self._kept.get(id(schema))
        if kept is None or kept[0] is not schema:
            kept = self._kept[id(schema)] = (schema, self._compiled(schema))
        return kept[1]

    def passes(self, value: Any, schema: Any) -> bool:
        """Whether it is certain that `value` fits a part of the schema."""
        test = self.test(schema)
        return test is not None and test(value)

    def _compiled(self, schema: Any) -> Quick | None:
        try:
            return self._compiler.compile(schema)
        except (_Unknown, re.error, RecursionError, LookupError):
            return None


class _Compiler:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._refs: dict[str, list[Quick]] = {}

    def compile(self, schema: Any) -> Quick:
        """All keywords of one schema as one function."""
        if isinstance(schema, bool):
            return lambda value: schema
        tests = [test for keyword in schema if (test := self._keyword(keyword, schema)) is not None]
        if not tests:
            return lambda value: True
        if len(tests) == 1:
            return tests[0]
        first, rest = tests[0], tests[1:]
        if len(rest) == 1:
            second = rest[0]
            return lambda value: first(value) and second(value)
        return _each(tests)

    def _keyword(self, keyword: str, schema: Mapping[str, Any]) -> Quick | None:
        if keyword in _PLAIN or keyword.startswith("x-") or keyword in _TOGETHER:
            return None
        if keyword in ("properties", "patternProperties", "additionalProperties"):
            # One function for the three; it is made for the first of them that is there.
            first = next(key for key in schema if key in ("properties", "patternProperties", "additionalProperties"))
            return self._members(schema) if keyword == first else None
        bound = schema[keyword]
        if keyword in _BOUNDS:
            return _BOUNDS[keyword](bound)
        if keyword not in _MAKERS:
            raise _Unknown
        return _MAKERS[keyword](self, bound, schema)

    def _ref(self, ref: str, schema: Mapping[str, Any]) -> Quick:
        if not ref.startswith("#/") and ref != "#":
            raise _Unknown
        if ref not in self._refs:
            target = self._root
            for part in ref.removeprefix("#").split("/")[1:]:
                target = target[part.replace("~1", "/").replace("~0", "~")]
            holder: list[Quick] = []
            self._refs[ref] = holder
            holder.append(self.compile(target))
        holder = self._refs[ref]
        return holder[0] if holder else _later(holder)

    def _type(self, wanted: Any, schema: Mapping[str, Any]) -> Quick:
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        if kinds == ["string"]:
            return lambda value: value.__class__ is str or like(value, "string", schema)
        if kinds in (["object"], ["array"], ["boolean"]):
            only = _KINDS[kinds[0]][0]
            return lambda value: value.__class__ is only
        if kinds == ["integer"]:
            return lambda value: value.__class__ is int or like(value, "integer", schema)
        return lambda value: any(like(value, kind, schema) for kind in kinds)

    def _enum(self, words: list[Any], schema: Mapping[str, Any]) -> Quick:
        if all(isinstance(word, str) for word in words):
            known = frozenset(words)
            return lambda value: value.__class__ is str and value in known
        return lambda value: any(equal(value, word) for word in words)

    def _const(self, word: Any, schema: Mapping[str, Any]) -> Quick:
        return lambda value: equal(value, word)

    def _members(self, schema: Mapping[str, Any]) -> Quick:
        known = {key: self.compile(inner) for key, inner in schema.get("properties", {}).items()}
        patterns = [
            (re.compile(pattern).search, self.compile(inner))
            for pattern, inner in schema.get("patternProperties", {}).items()
        ]
        others = self.compile(schema.get("additionalProperties", True))
        if not patterns:
            return _named(known, others)

        def members(value: Any) -> bool:
            if value.__class__ is not dict:
                return True
            for key, inner in value.items():
                test = known.get(key)
                matched = test is not None
                if test is not None and not test(inner):
                    return False
                for search, patterned in patterns:
                    if search(key):
                        matched = True
                        if not patterned(inner):
                            return False
                if not matched and not others(inner):
                    return False
            return True

        return members

    def _required(self, keys: list[str], schema: Mapping[str, Any]) -> Quick:
        wanted = frozenset(keys)
        return lambda value: value.__class__ is not dict or wanted <= value.keys()

    def _names(self, inner: Any, schema: Mapping[str, Any]) -> Quick:
        test = self.compile(inner)
        return lambda value: value.__class__ is not dict or all(map(test, value))

    def _items(self, inner: Any, schema: Mapping[str, Any]) -> Quick:
        if "prefixItems" in schema:
            raise _Unknown
        test = self.compile(inner)
        return lambda value: value.__class__ is not list or all(map(test, value))

    def _pattern(self, pattern: str, schema: Mapping[str, Any]) -> Quick:
        search = re.compile(pattern).search
        return lambda value: value.__class__ is not str or search(value) is not None

    def _format(self, name: str, schema: Mapping[str, Any]) -> Quick:
        return lambda value: name != "date" or value.__class__ is not str or is_date(value)

    def _any(self, branches: list[Any], schema: Mapping[str, Any]) -> Quick:
        tests = [self.compile(branch) for branch in branches]
        return lambda value: any(test(value) for test in tests)

    def _one(self, branches: list[Any], schema: Mapping[str, Any]) -> Quick:
        tests = [self.compile(branch) for branch in branches]
        return lambda value: sum(test(value) for test in tests) == 1

    def _all(self, branches: list[Any], schema: Mapping[str, Any]) -> Quick:
        tests = [self.compile(branch) for branch in branches]
        return lambda value: all(test(value) for test in tests)

    def _not(self, inner: Any, schema: Mapping[str, Any]) -> Quick:
        test = self.compile(inner)
        return lambda value: not test(value)

    def _if(self, inner: Any, schema: Mapping[str, Any]) -> Quick:
        test = self.compile(inner)
        then, other = self.compile(schema.get("then", True)), self.compile(schema.get("else", True))
        return lambda value: then(value) if test(value) else other(value)


def _each(tests: list[Quick]) -> Quick:
    """All of the tests."""

    def each(value: Any) -> bool:
        for test in tests:  # noqa: SIM110  # all() needs a generator, which costs more than most tests
            if not test(value):
                return False
        return True

    return each


def _named(known: Mapping[str, Quick], others: Quick) -> Quick:
    """The members of an object by their names alone."""

    def named(value: Any) -> bool:
        if value.__class__ is dict:
            for key, inner in value.items():
                if not known.get(key, others)(inner):
                    return False
        return True

    return named


def _later(holder: list[Quick]) -> Quick:
    """A function that is being compiled: a schema that holds itself."""

    def test(value: Any) -> bool:
        return holder[0](value)

    return test


def is_unique(items: list[Any]) -> bool:
    """Whether no two items are equal."""
    if {item.__class__ for item in items} == {str}:
        return len(set(items)) == len(items)
    return len({_frozen(item) for item in items}) == len(items)


def _frozen(value: Any) -> Any:
    if isinstance(value, bool):
        return (bool, value)
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return frozenset((key, _frozen(inner)) for key, inner in value.items())
    return value


_MAKERS: Final[dict[str, Callable[[_Compiler, Any, Mapping[str, Any]], Quick]]] = {
    "$ref": _Compiler._ref,
    "type": _Compiler._type,
    "enum": _Compiler._enum,
    "const": _Compiler._const,
    "required": _Compiler._required,
    "propertyNames": _Compiler._names,
    "items": _Compiler._items,
    "pattern": _Compiler._pattern,
    "format": _Compiler._format,
    "anyOf": _Compiler._any,
    "oneOf": _Compiler._one,
    "allOf": _Compiler._all,
    "not": _Compiler._not,
    "if": _Compiler._if,
}
_NUMBER: Final = (int, float)
_BOUNDS: Final[dict[str, Callable[[Any], Quick]]] = {
    "minimum": lambda least: lambda value: value.__class__ not in _NUMBER or value >= least,
    "maximum": lambda most: lambda value: value.__class__ not in _NUMBER or value <= most,
    "exclusiveMinimum": lambda least: lambda value: value.__class__ not in _NUMBER or value > least,
    "exclusiveMaximum": lambda most: lambda value: value.__class__ not in _NUMBER or value < most,
    "minLength": lambda least: lambda value: value.__class__ is not str or len(value) >= least,
    "maxLength": lambda most: lambda value: value.__class__ is not str or len(value) <= most,
    "minItems": lambda least: lambda value: value.__class__ is not list or len(value) >= least,
    "maxItems": lambda most: lambda value: value.__class__ is not list or len(value) <= most,
    "minProperties": lambda least: lambda value: value.__class__ is not dict or len(value) >= least,
    "maxProperties": lambda most: lambda value: value.__class__ is not dict or len(value) <= most,
    "uniqueItems": lambda wanted: lambda value: value.__class__ is not list or not wanted or is_unique(value),
}
_TOGETHER: Final = ("then", "else")

"""What jsonschema finds wrong, in plain words. It is loaded only where data does not fit its schema.

jsonschema is taught the values that YAML and templates give here (secrets, dates), and to pass by the parts that fit:
one mistake in a large inventory is found in the time of one mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from inregel.config import ansible_words
from inregel.config.mistakes import Mistake, Unquoted, Where
from inregel.config.quick import Quickly, is_date, is_unique, like
from inregel.config.scalars import Trap, plain
from inregel.config.syntax import quoted
from inregel.config.words import called, cut, is_secret, listed, nearest

Errors: TypeAlias = Iterator[ValidationError]
_Error: TypeAlias = Any
"""A `ValidationError` that jsonschema gave: its fields are set, which its types do not say."""
_TYPES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
    "null": "nothing",
}


# --- jsonschema, taught our values and to pass by what is right ------------------------------------------------------


def validator(schema: Mapping[str, Any], quickly: Quickly) -> Any:
    """A validator of jsonschema for one schema; `quickly` is the same schema, compiled."""

    def properties(validator: Any, known: Mapping[str, Any], instance: Any, schema: Any) -> Errors:
        if isinstance(instance, dict):
            for key, inner in known.items():
                if key in instance and not quickly.passes(instance[key], inner):
                    yield from validator.descend(instance[key], inner, path=key, schema_path=key)

    def patterns(validator: Any, known: Mapping[str, Any], instance: Any, schema: Any) -> Errors:
        if isinstance(instance, dict):
            for pattern, inner in known.items():
                wrong = {key: value for key, value in instance.items() if not quickly.passes(value, inner)}
                stock = Draft202012Validator.VALIDATORS["patternProperties"]
                yield from stock(validator, {pattern: inner}, wrong, schema) or ()

    def additional(validator: Any, inner: Any, instance: Any, schema: Any) -> Errors:
        stock = Draft202012Validator.VALIDATORS["additionalProperties"]
        if not isinstance(instance, dict) or not isinstance(inner, dict):
            yield from stock(validator, inner, instance, schema) or ()
            return
        wrong = {key: value for key, value in instance.items() if not quickly.passes(value, inner)}
        yield from stock(validator, inner, wrong, schema) or ()

    def items(validator: Any, inner: Any, instance: Any, schema: Any) -> Errors:
        if isinstance(instance, list):
            start = len(schema.get("prefixItems", ()))
            for index in range(start, len(instance)):
                if not quickly.passes(instance[index], inner):
                    yield from validator.descend(instance[index], inner, path=index)

    own = {"properties": properties, "patternProperties": patterns, "additionalProperties": additional, "items": items}
    extend: Any = validators.extend
    return extend(Draft202012Validator, {**_OWN, **own})(schema)


def _type(validator: Any, wanted: Any, instance: Any, schema: Any) -> Errors:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if not any(like(instance, kind, schema) for kind in kinds):
        yield ValidationError("type")


def _format(validator: Any, name: str, instance: Any, schema: Any) -> Errors:
    if name == "date" and isinstance(instance, str) and not is_date(instance):
        yield ValidationError("format")


def _unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Errors:
    if wanted and isinstance(instance, list) and not is_unique(instance):
        yield ValidationError("uniqueItems")


def _text_only(keyword: str) -> Any:
    stock = Draft202012Validator.VALIDATORS[keyword]

    def checked(validator: Any, bound: Any, instance: Any, schema: Any) -> Errors:
        if isinstance(instance, str):
            yield from stock(validator, bound, instance, schema) or ()

    return checked


_OWN: Final = {
    "type": _type,
    "format": _format,
    "uniqueItems": _unique,
    **{keyword: _text_only(keyword) for keyword in ("pattern", "minLength", "maxLength")},
}


# --- plain words ----------------------------------------------------------------------------------------------------


def told(error: _Error, where: Where) -> Iterable[Mistake]:
    """One error of jsonschema as mistakes."""
    place = Where(where.file, (*where.path, *error.absolute_path))
    keyword = str(error.validator)
    if keyword in ("anyOf", "oneOf") and error.context:
        return _branches(error, where, place)
    if keyword == "additionalProperties" or keyword == "unevaluatedProperties":
        return _unknown_keys(error, place)
    if keyword == "required":
        return _missing(error, place)
    if keyword == "type":
        kinds = error.validator_value
        return [_wrong_type([kinds] if isinstance(kinds, str) else list(kinds), error, place)]
    if keyword in ("enum", "const"):
        words = error.validator_value if keyword == "enum" else [error.validator_value]
        return [_not_one_of(words, error.instance, place)]
    message = error.schema.get("x-message") if isinstance(error.schema, dict) else None
    return [Mistake(f"{_name(place)} {message or _bound(keyword, error, place)}", place, _example(error.schema))]


def _name(place: Where) -> str:
    """What stands at a place: `serial`, item 2 of `postbussen`."""
    for back, part in enumerate(reversed(place.path)):
        if isinstance(part, str):
            owner = f"`{cut(part)}`"
            items = place.path[len(place.path) - back :]
            return "".join(f"item {int(number) + 1} of " for number in reversed(items)) + owner
    return "".join(f"item {int(number) + 1} of " for number in reversed(place.path)) + "the file"


def _shown(value: Any, place: Where) -> str:
    """The value for a message: `prod`, the number 5, a list; never a secret."""
    if is_secret(place.path) or not isinstance(value, str | int | float | date) or isinstance(value, bool):
        return called(value)
    if isinstance(value, str):
        return f'"{cut(value)}"' if value else "empty text"
    return f"{'the date' if isinstance(value, date) else 'the number'} {cut(str(value))}"


def _wrong_type(kinds: list[str], error: _Error, place: Where) -> Mistake:
    wanted, value = _wanted(kinds), error.instance
    if "string" in kinds and not isinstance(value, str | dict | list):
        mistake = _unquoted(f"{_name(place)} must be {wanted}", value, place)
        if isinstance(mistake, Unquoted) and "pattern" in error.schema:
            return replace(mistake, pattern=error.schema["pattern"], example=_example(error.schema))
        return mistake
    message = f"{_name(place)} must be {wanted}; found {_shown(value, place)}"
    return Mistake(message, place, "" if is_secret(place.path) else _converted(kinds, value, error.schema))


def _wanted(kinds: list[str]) -> str:
    """`text, true, false or a list`."""
    names = list(dict.fromkeys(_TYPES[kind] for kind in kinds))
    if len(names) > 1:
        names = ", ".join(names).replace(" or ", ", ").split(", ")
        return f"{', '.join(names[:-1])} or {names[-1]}"
    return names[0]


def _unquoted(message: str, value: Any, place: Where) -> Mistake:
    """Text is meant, and YAML made something else of it."""
    if value is None:
        return Unquoted(f"{message}, and nothing stands here", place, "a value")
    hide = is_secret(place.path)
    reads = called(value) if hide else _shown(value, place)
    instead = (
        "the same in quotes" if hide else quoted("yes" if value is True else "no" if value is False else str(value))
    )
    return Unquoted(f"{message}, and YAML reads {reads} here", place, instead)


def _converted(kinds: list[str], value: Any, schema: Mapping[str, Any]) -> str:
    """The value without its quotes, or in brackets, where that is all that is wrong."""
    items = schema.get("items", {})
    if kinds == ["array"] and isinstance(value, str) and isinstance(items, dict) and items.get("type") == "string":
        return f"[{cut(value)}]"
    if not isinstance(value, str):
        return ""
    try:
        read = plain(value)
    except Trap:
        return ""
    fits = (isinstance(read, bool) and "boolean" in kinds) or any(
        like(read, kind, schema) for kind in kinds if kind in ("integer", "number")
    )
    return (str(read).lower() if isinstance(read, bool) else value) if fits else ""


def _not_one_of(words: list[Any], value: Any, place: Where) -> Mistake:
    texts = [word if isinstance(word, str) else str(word).lower() for word in words]
    message = f"{_name(place)} must be {listed(texts)}"
    if any(isinstance(word, str) and _reads_as(word, value) for word in words):
        return _unquoted(message, value, place)
    near = nearest(value, texts) if isinstance(value, str) and not is_secret(place.path) else ""
    return Mistake(f"{message}; found {_shown(value, place)}", place, near or (texts[0] if len(texts) == 1 else ""))


def _reads_as(word: str, value: Any) -> bool:
    """Whether YAML may have read `value` where `word` was written without quotes."""
    try:
        read = plain(word)
    except Trap:
        return False
    return read == value and not isinstance(read, str)


def _unknown_keys(error: _Error, place: Where) -> Iterator[Mistake]:
    schema: Mapping[str, Any] = error.schema
    known = list(schema.get("properties", {}))
    patterns = [validators.validator_for(schema)({"pattern": each}) for each in schema.get("patternProperties", {})]
    for key in error.instance:
        if key in known or any(pattern.is_valid(key) for pattern in patterns):
            continue
        at = Where(place.file, (*place.path, key), key=True)
        instead = ansible_words.instead(key) if schema.get("x-words") == "ansible" else ""
        instead = schema.get("x-instead", {}).get(key, instead)
        if instead:
            yield Mistake(f"`{cut(key)}` is a keyword of Ansible that there is not here", at, instead)
            continue
        near = nearest(key, [word for word in known if word not in error.instance]) or nearest(key, known)
        message = f"unknown key `{cut(key)}`"
        if not near and known:
            others = schema.get("x-others")
            message += f"; there is {listed(known, last='and')}" + (f", and {others}" if others else "")
        yield Mistake(message, at, f"{near}:" if near else "")


def _missing(error: _Error, place: Where) -> Iterator[Mistake]:
    known: Mapping[str, Any] = error.schema.get("properties", {})
    absent = [key for key in error.validator_value if key not in error.instance]
    # jsonschema gives one error per key; its message begins with the key as Python writes it.
    key = next((each for each in absent if error.message.startswith(repr(each))), absent[0])
    strange = [each for each in error.instance if each not in known]
    if error.schema.get("additionalProperties") is False and nearest(key, strange):
        return  # said already, of the unknown key that is like it
    if error.schema.get("x-words") == "ansible" and any(f"`{key}:`" in ansible_words.instead(each) for each in strange):
        return  # said already, of the keyword of Ansible that stands for it
    example = known.get(key, {})
    yield Mistake(
        f"the key `{key}` is missing" + (f" in {_name(place)}" if place.path else ""),
        Where(place.file, place.path),
        f"{key}: {_example(example) or '...'}",
    )


def _example(schema: Any) -> str:
    examples = schema.get("examples") if isinstance(schema, dict) else None
    if not examples:
        return ""
    first = examples[0]
    if isinstance(first, list):
        return "[" + ", ".join(map(str, first)) + "]"
    return str(first)


def _bound(keyword: str, error: _Error, place: Where) -> str:
    """What a bound asks, without the name of what it bounds."""
    bound, found = error.validator_value, _shown(error.instance, place)
    texts = {
        "minimum": f"must be at least {bound}; found {found}",
        "maximum": f"must be at most {bound}; found {found}",
        "exclusiveMinimum": f"must be more than {bound}; found {found}",
        "exclusiveMaximum": f"must be less than {bound}; found {found}",
        "pattern": f"has not the form that it must have; found {found}",
        "format": f"must be a day that there is, such as 2026-11-20; found {found}",
        "minLength": "must not be empty" if bound == 1 else f"must have at least {bound} characters",
        "maxLength": f"must have at most {bound} characters",
        "minItems": "must not be an empty list" if bound == 1 else f"must have at least {bound} items",
        "maxItems": f"must have at most {bound} items",
        "minProperties": "must not be empty" if bound == 1 else f"must have at least {bound} keys",
        "maxProperties": f"must have at most {bound} keys" if bound != 1 else "must have one key only",
        "uniqueItems": "has the same item twice",
        "dependentRequired": "needs another key beside it",
        "not": "cannot stand here like this",
        "oneOf": "fits more than one of the forms that it may have",
    }
    return texts.get(keyword, "cannot stand here")


def _branches(error: _Error, where: Where, place: Where) -> Iterable[Mistake]:
    """Of several forms that a value may have, what is wrong with the one that was meant."""
    branches: dict[int, list[_Error]] = {}
    for inner in error.context:
        branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    mistyped = [_mistyped(errors) for errors in branches.values()]
    fitting = [errors for errors, kinds in zip(branches.values(), mistyped, strict=True) if not kinds]
    if not fitting:
        return [_wrong_type(list(dict.fromkeys(kind for kinds in mistyped for kind in kinds)), error, place)]
    best = min(fitting, key=lambda errors: (_discord(errors), len(errors)))
    return [mistake for inner in best for mistake in told(inner, where)]


def _mistyped(errors: Iterable[_Error]) -> list[str]:
    """The types that one form asks for, where the value itself is of another; empty where its type fits."""
    kinds: list[str] = []
    for error in errors:
        if error.relative_path:
            continue
        if error.validator == "type":
            wanted = error.validator_value
            kinds.extend([wanted] if isinstance(wanted, str) else wanted)
        elif error.validator in ("anyOf", "oneOf") and error.context:
            inner: dict[int, list[_Error]] = {}
            for each in error.context:
                inner.setdefault(int(each.relative_schema_path[0]), []).append(each)
            parts = [_mistyped(part) for part in inner.values()]
            if all(parts):
                kinds.extend(kind for part in parts for kind in part)
    return kinds


def _discord(errors: list[_Error]) -> int:
    """How sure it is that another form was meant: a wrong `kind` says more than a missing key."""
    weight = {"const": 9, "enum": 9, "additionalProperties": 3, "required": 3}
    return sum(weight.get(str(error.validator), 2) // (1 + max(0, len(error.relative_path) - 1)) for error in errors)

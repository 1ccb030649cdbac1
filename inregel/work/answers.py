"""What a person answers: read, checked against what the order asks, and said in plain words where it is not right."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from inregel.contract import Secret
from inregel.errors import InregelError
from inregel.speech import ENGLISH, Speech, joined, phrase, said

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Schema = Mapping[str, Any]

_MOST_PROBLEMS: Final = 30
"""Of one answer; who answers 5,000 lines wrong does not read them all."""
_KINDS: Final = {
    "string": phrase("a text"),
    "integer": phrase("a whole number"),
    "number": phrase("a number"),
    "boolean": phrase("true or false"),
    "array": phrase("a list"),
    "object": phrase("a mapping"),
    "null": phrase("nothing"),
}
_YES: Final = {"yes": True, "true": True, "ja": True, "oui": True, "no": False, "false": False, "nee": False,
               "non": False}  # fmt: skip
_FORMATS: Final = {
    "date": phrase("a date such as 2028-11-14"),
    "email": phrase("an e-mail address"),
    "time": phrase("a time such as 09:30"),
}
_RULES: Final = {
    "const": phrase("this must be {value}"),
    "pattern": phrase("this does not have the form that is asked ({value})"),
    "minItems": phrase("this must name at least {value}"),
    "maxItems": phrase("this must name at most {value}"),
    "uniqueItems": phrase("something stands in this list twice"),
    "minLength": phrase("this must have at least {value} characters"),
    "maxLength": phrase("this must have at most {value} characters"),
    "minimum": phrase("this must be at least {value}"),
    "maximum": phrase("this must be at most {value}"),
}


class WorkError(InregelError):
    """{reason}"""


class AnswersRefused(InregelError):
    """The answers to {number} cannot be taken; nothing was recorded:
    {problems}
    {remedy}"""

    def __init__(self, number: str, problems: Sequence[str], remedy: str) -> None:
        told: list[str] = [said("- {problem}", problem=each) for each in problems[:_MOST_PROBLEMS]]
        if len(problems) > len(told):
            told.append(said("- and {count:,} more", count=len(problems) - len(told)))
        super().__init__(number=number, problems=joined(told, "\n"), remedy=remedy)
        self.problems = tuple(problems)


def check(answers: Mapping[str, Any], schema: Schema) -> tuple[dict[str, Any], list[str]]:
    """The answers as JSON (dates as ISO text, texts trimmed, empty ones left out), and all that is wrong with them."""
    plain, problems = named(answers, schema)
    return plain, sorted(
        dict.fromkeys(said("{label}: {text}", label=problem.label, text=problem.text) for problem in problems)
    )


class Problem(NamedTuple):
    """What is wrong with the answer `name` ("" for all of them together), and what the place is called."""

    name: str
    label: str
    text: str


def named(answers: Mapping[str, Any], schema: Schema) -> tuple[dict[str, Any], list[Problem]]:
    """`check`, with what is wrong by the answer that it is about."""
    from jsonschema import Draft202012Validator, FormatChecker

    plain = {str(name): _plain(value) for name, value in answers.items()}
    plain = {name: value for name, value in plain.items() if value not in (None, "")}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    found = (problem for error in validator.iter_errors(plain) for problem in _problems(error, schema))
    return plain, sorted(dict.fromkeys(found))


def typed(answers: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Checked answers as modules read them: dates are `date`, secret ones are `Secret`."""
    properties = schema.get("properties", {})
    return {name: _typed(name, value, properties.get(name, {})) for name, value in answers.items()}


def without_secrets(value: Any, schema: Schema) -> Any:
    """An answer (or all of them) as it may be stored: what is secret is left out, however deep it stands."""
    if isinstance(value, dict):
        parts = {name: (each, _below(schema, name)) for name, each in value.items()}
        return {name: without_secrets(each, part) for name, (each, part) in parts.items() if not part.get("secret")}
    if isinstance(value, list):
        items = _below(schema, 0)
        return [without_secrets(each, items) for each in value if not items.get("secret")]
    return value


def secrets_in(value: Any, name: str = "") -> Iterator[tuple[str, Secret]]:
    """The secrets of `typed` answers, each under the names that lead to it: `token`, `users_2_token`."""
    if isinstance(value, Secret):
        yield name, value
    elif isinstance(value, Mapping):
        for part, each in value.items():
            yield from secrets_in(each, f"{name}_{part}" if name else str(part))
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from secrets_in(each, f"{name}_{number}")


def _below(schema: Schema, part: str | int) -> Schema:
    """The schema of one part of an answer; empty where it says nothing of it."""
    rest = schema.get("additionalProperties")
    found = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part, rest)
    return found if isinstance(found, Mapping) else {}


def _is_hidden(schema: Schema, path: Sequence[str | int]) -> bool:
    """Whether what stands at `path` must not be repeated: it is secret, stands in a secret or holds one."""
    for part in path:
        schema = _below(schema, part)
        if schema.get("secret"):
            return True
    return '"secret": true' in json.dumps(schema, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value


def _typed(name: str, value: Any, schema: Schema) -> Any:
    if schema.get("secret") and isinstance(value, str):
        return Secret(name, value)
    if schema.get("format") == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, list):
        return [_typed(name, each, schema.get("items", {})) for each in value]
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        rest = rest if isinstance(rest, Mapping) else {}
        return {key: _typed(key, each, parts.get(key, rest)) for key, each in value.items()}
    return value


# --- what is wrong, in plain words ----------------------------------------------------------------------------------


def _problems(error: ValidationError, schema: Schema) -> Iterator[Problem]:
    path: list[str | int] = list(error.absolute_path)
    rule, value, given = str(error.validator), _any(error.validator_value), _any(error.instance)
    if rule == "required":
        for missing in (each for each in value if each not in given):
            inside = "" if path else _hint(schema, missing)
            yield _problem(schema, [*path, missing], said("not answered.{hint}", hint=inside))
    elif rule == "additionalProperties":
        known = list(_any(error.schema).get("properties", {}))
        for extra in (each for each in given if each not in known):
            near = next(iter(difflib.get_close_matches(extra, known, n=1)), "")
            hint = said("Asked are: {names}.", names=", ".join(known) or said("no answers"))
            if near:
                hint = said("Is it {name}?", name=near)
            yield _problem(schema, [*path, extra], said("this is not asked. {hint}", hint=hint))
    else:
        hidden = _is_hidden(schema, path)
        answered = "" if hidden else said("; answered was {value}", value=_show(given))
        examples = _any(error.schema).get("examples", []) if rule == "pattern" else []
        wanted = _rule(rule, value, given)
        if examples:
            wanted = said("this must look like {example}", example=_show(examples[0]))
        yield _problem(schema, path, said("{wanted}{answered}.", wanted=wanted, answered=answered))


def _problem(schema: Schema, path: Sequence[str | int], text: str) -> Problem:
    return Problem(str(path[0]) if path else "", _label(schema, path), text)


def _any(value: Any) -> Any:
    """The parts of an error that is raised by a check are always set."""
    return value


def _rule(rule: str, value: Any, given: Any) -> str:
    """What the answer has to be."""
    if rule == "type":
        kinds = [value] if isinstance(value, str) else list(value)
        quotes = isinstance(given, int | float) and not isinstance(given, bool) and "string" in kinds
        what = _kind(kinds[0])
        for kind in kinds[1:]:
            what = said("{first} or {second}", first=what, second=_kind(kind))
        text = said("this must be {what}", what=what)
        return said("{text} (write it in quotes)", text=text) if quotes else text
    if rule == "enum":
        return said("this must be one of {choices}", choices=", ".join(map(_show, value)))
    if rule == "format":
        return said("this must be {what}", what=said(_FORMATS[value]) if value in _FORMATS else value)
    return said(_RULES.get(rule, phrase("this is not as asked")), value=_show(value))


def _kind(kind: str) -> str:
    return said(_KINDS[kind]) if kind in _KINDS else kind


def _label(schema: Schema, path: Sequence[str | int]) -> str:
    """What an answer is called on the screen, and its name; list items count from 1."""
    if not path:
        return said("the answers")
    name = str(path[0])
    title = schema.get("properties", {}).get(name, {}).get("title", "")
    label = f"{title} ({name})" if title and title != name else name
    for part in path[1:]:
        numbered = isinstance(part, int)
        label = said("{label}, number {number}", label=label, number=part + 1) if numbered else f"{label}, {part}"  # type: ignore[operator]  # an index of a list
    return label


def _hint(schema: Schema, name: str) -> str:
    text = " ".join(str(schema.get("properties", {}).get(name, {}).get("description", "")).split())
    return f" {text if text.endswith('.') else text + '.'}" if text else ""


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_show, value)) or "nothing"
    return str(value) if value != "" else "nothing"


# --- filling in -----------------------------------------------------------------------------------------------------


def template(schema: Schema, speech: Speech = ENGLISH) -> str:
    """YAML to fill in: each answer asked, with where to read it in a comment above."""
    blocks = []
    for name, each in schema.get("properties", {}).items():
        comments = [each.get("title", ""), *str(each.get("description", "")).splitlines(), speech.again(_example(each))]
        block = [f"# {text}" for text in comments if text]
        # Left blank, also a list: an empty list is an answer ("there is none"), and forgetting is not.
        blocks.append("\n".join([*block, f"{name}:"]))
    return "\n".join(blocks) + "\n" if blocks else ""


def _example(schema: Schema) -> str:
    if schema.get("secret"):
        return said("A secret: it is stored encrypted and shown nowhere.")
    if schema.get("examples"):
        example = schema["examples"][0]
        shown = f"[{_show(example)}]" if isinstance(example, list) else _show(example)
        return said("Such as: {example}", example=shown)
    if "enum" in schema:
        return said("One of: {choices}", choices=", ".join(map(_show, schema["enum"])))
    if schema.get("type") == "array":
        return said("A list; where there is none: []")
    if schema.get("type") == "boolean":
        return said("true or false")
    return said("A date such as 2028-11-14") if schema.get("format") == "date" else ""


def read_pairs(pairs: Sequence[str], schema: Schema) -> dict[str, Any]:
    """Answers from `name=value` texts; what a value is follows from the schema, a list is `a, b`.

    Raises `WorkError` where a text has no `=`.
    """
    answers: dict[str, Any] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign:
            raise WorkError(reason=said("{pair!r} is no answer. Write: --set name=value", pair=pair))
        answers[name.strip()] = _from_text(text.strip(), schema.get("properties", {}).get(name.strip(), {}))
    return answers


def _from_text(text: str, schema: Schema) -> Any:
    kind = schema.get("type")
    if kind == "array":
        if text.startswith("[") and text.endswith("]"):
            text = text[1:-1]  # as it is written in a file; `[]` is the answer that there is none
        parts = [part.strip().strip("'\"") for part in text.split(",")]
        return [_from_text(part, schema.get("items", {})) for part in parts if part]
    if kind == "boolean":
        return _YES.get(text.lower(), text)
    if kind == "integer" and re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    return text

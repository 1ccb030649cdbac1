"""`--extra-vars`: what was typed becomes variables; and what to type, where a mistake is found in it.

What does not belong here: which value wins (`inregel.config.variables`).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, Final

from inregel.config.mistakes import Path
from inregel.config.variables import RESERVED, Reader
from inregel.config.words import secret_key
from inregel.later import later

EXTRA: Final = "--extra-vars"
"""In place of a file name, where a variable was typed."""
_PAIR: Final = later(r"\s*(?P<name>\w+)(?P<before>\s*)=(?P<after>\s*)(?P<value>.*?)\s*\Z", re.DOTALL)
_LISTED: Final = later(r"\[|\{(?![{%])")
_MOST: Final = 100_000
"""Values in one --extra-vars; a command line holds no more."""
_DEEP: Final = 100


class ExtraVarsProblem(Exception):
    """What is wrong with one --extra-vars."""


def parse(text: str, read: Reader, directory: FilePath) -> Mapping[str, Any]:
    """One `--extra-vars`: `name=value ...` (values are text), JSON or YAML in braces, or `@FILE`.

    Raises `ExtraVarsProblem`, or `ConfigError` for mistakes in the file.
    """
    stripped = text.strip()
    if stripped.startswith("@"):
        path = directory / stripped[1:]
        if not path.is_file():
            odd = f"{stripped[1:]} is not an ordinary file" if path.exists() else f"there is no file {stripped[1:]}"
            raise ExtraVarsProblem(f"{EXTRA} {stripped}: {odd}.")
        found = read(path)
        if found is not None and not isinstance(found, dict):
            raise ExtraVarsProblem(f"{EXTRA} {stripped}: a file of variables is a mapping: name: value")
        return found or {}
    if stripped.startswith("{"):
        return _mapping(stripped)
    if stripped.startswith("["):
        raise ExtraVarsProblem(f"{EXTRA}: a list needs a name: {_command('name', _yaml(stripped)[0] or ['...'])}")
    return _pairs(stripped)


def gathered(texts: Sequence[str], read: Reader, directory: FilePath) -> dict[str, Any]:
    """All `--extra-vars` of one command; the last one wins. Raises what `parse` raises."""
    extra: dict[str, Any] = {}
    for text in texts:
        extra.update(parse(text, read, directory))
    for name in extra.keys() & RESERVED:
        raise ExtraVarsProblem(f"{EXTRA}: `{name}` always means inregel's own {name}; give it another name")
    return extra


def typed(path: Path, instead: str) -> str:
    """What to type where a file would get `instead` at `path`; `instead` itself where that is no single value."""
    if not instead or "..." in instead or len(path) != 1:
        return instead
    value, wrong = _yaml(instead)
    if wrong or value is None or (isinstance(value, str) and " " in instead):
        return instead
    return _command(str(path[0]), value)


def _mapping(text: str) -> Mapping[str, Any]:
    """JSON, else the same with the freedoms of YAML."""
    try:
        found = json.loads(text)
    except ValueError:
        found, wrong = _yaml(text)
        if wrong:
            shape = shlex.quote('{"name": ["a", "b"]}')
            raise ExtraVarsProblem(
                f"{EXTRA}: this is neither JSON nor YAML: {wrong}. Write it like this: {EXTRA} {shape}"
            ) from None
    return found if isinstance(found, dict) else {}


def _pairs(text: str) -> dict[str, Any]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ExtraVarsProblem(f"{EXTRA}: a quote is not closed: {text}") from error
    alone = _PAIR.match(text)
    if alone is not None:
        _refuse_listed(alone["name"], alone["value"])
    result: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            raise ExtraVarsProblem(f"{EXTRA}: `{word}` is not name=value. {_better(text, word)}")
        _refuse_listed(name, value)
        result[name] = value
    return result


def _refuse_listed(name: str, value: str) -> None:
    """A value that looks like a list or a mapping would be text, brackets and all; that is not what is meant."""
    if not _LISTED.match(value):
        return
    found, wrong = _yaml(value)
    if not wrong and isinstance(found, (dict, list)):
        kind = "a list" if isinstance(found, list) else "a mapping"
        raise ExtraVarsProblem(
            f"{EXTRA}: name=value is always text, and {name} has {kind}. Write: {_command(name, found)}"
        )


def _better(text: str, word: str) -> str:
    """What is meant, as far as can be told."""
    spaced = _PAIR.match(text)
    if spaced is not None and (spaced["before"] or spaced["after"]):
        return f"No spaces stand around `=`: {_command(spaced['name'], spaced['value'])}"
    found, wrong = _yaml(text)
    if not wrong and isinstance(found, dict):
        return f"Write: {EXTRA} {_quoted(found)}"
    name, equals, _ = word.partition("=")
    if equals and name:
        return "A name is letters, digits and `_`, and begins with a letter"
    return "Put a value with spaces in quotes: \"name='some text'\""


def _command(name: str, value: Any) -> str:
    """The option that gives a variable this value, as typed in a shell."""
    if secret_key(name):
        value = "..."
    if isinstance(value, str):
        return f"{EXTRA} {name}={value}" if re.fullmatch(r"[\w.:@/+-]+", value) else f"{EXTRA} {_quoted({name: value})}"
    return f"{EXTRA} {_quoted({name: value})}"


def _quoted(values: Mapping[str, Any]) -> str:
    return shlex.quote(json.dumps(values, ensure_ascii=False, default=str))


def _yaml(text: str) -> tuple[Any, str]:
    """The value of a YAML text, and what is wrong with it or ""."""
    from inregel.config.yamltext import Limits, read_yaml

    value, mistakes = read_yaml(text.encode(), text, EXTRA, Limits(_MOST, _DEEP, ""), lambda text, where: "...")
    return value, mistakes[0].message if mistakes else ""

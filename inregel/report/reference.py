"""What the reference page of a module tells, out of its schema, its docstring and its source. Pure.

What does not belong here: finding modules (`inregel.library`), and how a page looks (`pages`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from inspect import cleandoc
from typing import Any, Final

from inregel.frozen import frozen

_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "object": "mapping",
    "array": "list",
    "null": "nothing",
}


@frozen
class Argument:
    """One argument of a module."""

    name: str
    kind: str
    required: str
    """`yes`, `no`, or `in some cases`."""
    default: str
    choices: tuple[str, ...]
    description: str


@frozen
class Operation:
    """A step that the module may plan: a driver performs it, else it is a line of the work order."""

    name: str
    order: str
    irreversible: bool


@frozen
class Page:
    """All that is told about a module."""

    name: str
    summary: str
    about: str
    arguments: tuple[Argument, ...]
    operations: tuple[Operation, ...]
    orders: tuple[tuple[str, tuple[str, ...]], ...]
    """(name, languages)."""
    example: str
    """YAML of one task."""


def page(name: str, schema: Mapping[str, Any], sources: Sequence[str], texts: Mapping[str, Sequence[str]]) -> Page:
    """Puts a page together.

    `sources` are the module's own source and those beside it that it may take constants from; `texts` are the
    languages of each work-order text of the library.
    """
    about = ast.get_docstring(ast.parse(sources[0])) or ""
    first, _, rest = cleandoc(about).partition("\n\n")
    operations = tuple(operations_of(sources))
    orders = tuple((each, tuple(texts[each])) for each in sorted({op.order for op in operations}) if each in texts)
    return Page(
        name,
        " ".join(first.split()) or str(schema.get("description", "")),
        "\n\n".join(" ".join(part.split()) for part in rest.split("\n\n")).strip(),
        tuple(arguments_of(schema)),
        operations,
        orders,
        example_of(name, schema),
    )


# --- out of the schema ----------------------------------------------------------------------------------------------


def arguments_of(schema: Mapping[str, Any]) -> Iterator[Argument]:
    """The arguments, required ones first, else in the order of the schema."""
    required = set(schema.get("required", ()))
    sometimes = set(_conditional(schema)) - required
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    for name in sorted(properties, key=lambda each: (each not in required, each not in sometimes)):
        part = _resolve(properties[name], schema)
        yield Argument(
            name=name,
            kind=kind_of(part, schema),
            required="yes" if name in required else "in some cases" if name in sometimes else "no",
            default=_plain(part["default"]) if "default" in part else "",
            choices=tuple(_plain(each) for each in part.get("enum", ())),
            description=" ".join(str(part.get("description", "")).split()),
        )


def _conditional(schema: Mapping[str, Any]) -> Iterator[str]:
    """Names that are required under a condition."""
    parts = [schema.get("then", {}), schema.get("else", {})]
    for word in ("allOf", "anyOf", "oneOf"):
        parts += schema.get(word, ())
    parts += schema.get("dependentSchemas", {}).values()
    for part in parts:
        if isinstance(part, Mapping) and part:
            yield from part.get("required", ())
            yield from _conditional(part)
    for names in schema.get("dependentRequired", {}).values():
        yield from names


def _resolve(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a `$ref` into `$defs` stands for, with what is said beside it."""
    name = str(part.get("$ref", ""))
    if not name.startswith("#/$defs/"):
        return part
    target = schema.get("$defs", {}).get(name.removeprefix("#/$defs/"), {})
    return {**target, **{key: value for key, value in part.items() if key != "$ref"}}


def kind_of(part: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The sort of value in plain words: `list of text`, `secret`, `text or list of text`."""
    part = _resolve(part, schema)
    if part.get("x-secret"):
        return "secret"
    if "enum" in part:
        return "choice"
    if "const" in part:
        return f"always {_plain(part['const'])}"
    for word in ("oneOf", "anyOf"):
        if word in part:
            return " or ".join(dict.fromkeys(kind_of(each, schema) for each in part[word]))
    types = part.get("type", "value")
    names = [_TYPES.get(each, each) for each in ([types] if isinstance(types, str) else types)]
    if names == ["list"] and isinstance(part.get("items"), Mapping):
        return f"list of {kind_of(part['items'], schema)}"
    return " or ".join(names)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value) or "none"
    return str(value) if value is not None else "nothing"


def example_of(name: str, schema: Mapping[str, Any]) -> str:
    """A task as YAML: the schema's own example, else one out of its arguments that are required or have an example."""
    examples = schema.get("examples", ())
    if examples and isinstance(examples[0], Mapping):
        args: Mapping[str, Any] = examples[0]
    else:
        required = set(schema.get("required", ()))
        properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
        args = {
            each: _sample(_resolve(part, schema))
            for each, part in properties.items()
            if each in required or part.get("examples")
        }
    return _yaml([{"name": name, name: dict(args)}])


def _sample(part: Mapping[str, Any]) -> Any:
    """A value that an argument may have."""
    for word in ("examples", "enum"):
        if part.get(word):
            return part[word][0]
    return part.get("default", "...")


def _yaml(data: Any) -> str:
    """YAML as people write it: templates in double quotes, lists set in."""
    import yaml

    class Writer(yaml.SafeDumper):
        """Sets lists in, and quotes templates."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    def text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = '"' if "{{" in value else None
        return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Writer.add_representer(str, text)
    written = yaml.dump(data, Dumper=Writer, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100)
    return str(written).rstrip()


# --- out of the source ----------------------------------------------------------------------------------------------


def operations_of(sources: Iterable[str]) -> Iterator[Operation]:
    """The operations of every `Step(...)` in the first source; names are looked up as constants in all of them."""
    trees = [ast.parse(text) for text in sources]
    constants: dict[str, str] = {}
    for tree in reversed(trees):
        constants |= _constants(tree)
    found: dict[str, Operation] = {}
    for node in ast.walk(trees[0]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step":
            given = {each.arg: each.value for each in node.keywords if each.arg}
            name = _text(node.args[0] if node.args else given.get("operation"), constants)
            irreversible = given.get("irreversible")
            sure = isinstance(irreversible, ast.Constant) and irreversible.value is True
            if name and name not in found:
                found[name] = Operation(name, _text(given.get("order"), constants), sure)
    yield from found.values()


def _constants(tree: ast.Module) -> dict[str, str]:
    """Names that a module gives a text."""
    constants: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            constants |= {target.id: node.value.value for target in targets if isinstance(target, ast.Name)}
    return constants


def _text(node: ast.expr | None, constants: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id, "") if isinstance(node, ast.Name) else ""

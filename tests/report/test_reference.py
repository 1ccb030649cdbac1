"""The reference page of a module is made from its schema, its docstring and its source."""

from typing import Any

import pytest
import yaml

from inregel.report.lines import plain
from inregel.report.pages import index, markdown, page_lines
from inregel.report.reference import Argument, Operation, arguments_of, example_of, kind_of, operations_of, page

SCHEMA: dict[str, Any] = {
    "description": "Said in the schema.",
    "required": ["user"],
    "properties": {
        "groups": {"type": "array", "items": {"$ref": "#/$defs/name"}, "description": "Its groups.\n  All of | them."},
        "kind": {"enum": ["new", "old"], "default": "new"},
        "password": {"type": "string", "x-secret": True},
        "user": {"type": "string", "description": "Who.", "examples": ["{{ x }}"]},
    },
    "then": {"required": ["password"]},
    "$defs": {"name": {"type": "string", "description": "A name."}},
}
SOURCE = '''"""A user of the
system.

More of | it.
"""
from ._shared import ORDER
NAME = "a.rename"
def steps(change, inputs):
    return [Step("a.add", {}, order=ORDER), Step(NAME, {}, irreversible=True), Step("a.add", {}), Step(change.x, {})]
'''
SHARED = 'ORDER: Final = "a/screen"\nNAME = "not this one"\n'


def test_arguments_stand_with_the_required_ones_first() -> None:
    assert list(arguments_of(SCHEMA)) == [
        Argument("user", "text", "yes", "", (), "Who."),
        Argument("password", "secret", "in some cases", "", (), ""),
        Argument("groups", "list of text", "no", "", (), "Its groups. All of | them."),
        Argument("kind", "choice", "no", "new", ("new", "old"), ""),
    ]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"type": "integer"}, "whole number"),
        ({"type": ["string", "null"]}, "text or nothing"),
        ({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, "text or list of text"),
        ({"const": True}, "always yes"),
        ({"type": "object"}, "mapping"),
        ({}, "value"),
        ({"$ref": "#/$defs/name"}, "text"),
    ],
)
def test_sorts_of_values_have_plain_names(part: dict[str, Any], words: str) -> None:
    assert kind_of(part, SCHEMA) == words


def test_operations_come_from_the_steps_with_their_constants_looked_up() -> None:
    assert list(operations_of([SOURCE, SHARED])) == [
        Operation("a.add", "a/screen", False),
        Operation("a.rename", "", True),
    ]


def test_an_example_is_a_task_that_can_be_read_back() -> None:
    text = example_of("a.user", SCHEMA)
    assert text == '- name: a.user\n  a.user:\n    user: "{{ x }}"'
    assert yaml.safe_load(example_of("a.b", {"examples": [{"x": ["1", "2"]}]})) == [
        {"name": "a.b", "a.b": {"x": ["1", "2"]}}
    ]
    assert yaml.safe_load(example_of("a.b", {"required": ["k"], "properties": {"k": {"enum": ["new"]}}}))[0]["a.b"] == {
        "k": "new"
    }


def test_a_page_as_markdown() -> None:
    told = page("a.user", SCHEMA, [SOURCE, SHARED], {"a/screen": ["nl", "fr"], "b/other": ["nl"]})
    assert (
        markdown(told)
        == """\
# a.user

A user of the system.

More of | it.

## Arguments

| argument | sort | required | default | meaning |
|---|---|---|---|---|
| `user` | text | yes |  | Who. |
| `password` | secret | in some cases |  |  |
| `groups` | list of text | no |  | Its groups. All of \\| them. |
| `kind` | one of `new`, `old` | no | `new` |  |

## Example

```yaml
- name: a.user
  a.user:
    user: "{{ x }}"
```

## Operations

| operation | where no driver performs it | can be taken back |
|---|---|---|
| `a.add` | work order `a/screen` | yes |
| `a.rename` | blocked | no |

Work order `a/screen`: nl, fr.
"""
    )


def test_a_page_for_a_terminal() -> None:
    told = page("a.user", SCHEMA, [SOURCE, SHARED], {})
    text = "\n".join(plain(page_lines(told), 80))
    assert (
        text
        == """\
a.user  A user of the system.

  More of | it.

Arguments
  user      text, required
            Who.
  password  secret, required in some cases
  groups    list of text
            Its groups. All of | them.
  kind      new | old, default new

Example
  - name: a.user
    a.user:
      user: "{{ x }}"

Operations
  a.add                         else work order a/screen
  a.rename                      by a driver only, IRREVERSIBLE"""
    )


def test_a_module_without_a_docstring_is_told_by_its_schema() -> None:
    assert page("a.b", SCHEMA, ["x = 1"], {}).summary == "Said in the schema."


def test_the_index_lists_modules_by_system() -> None:
    pages = [page(name, {}, [f'"""Sets {name}."""'], {}) for name in ("a.x", "a.y", "b.z")]
    assert index(pages).split("\n## ")[1:] == [
        "a\n\n| module | what it sets |\n|---|---|\n| [`a.x`](a.x.md) | Sets a.x. |\n| [`a.y`](a.y.md) | Sets a.y. |\n",
        "b\n\n| module | what it sets |\n|---|---|\n| [`b.z`](b.z.md) | Sets b.z. |\n",
    ]

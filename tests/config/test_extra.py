"""`--extra-vars`: what is taken, and what to type instead of what is not."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary
from helpers.projects import make, said, tree
from inregel.config import project
from inregel.config.extra import ExtraVarsProblem, parse, typed
from inregel.config.mistakes import ConfigError
from inregel.secrets.memory import MemorySource

PLAY = "- offices: all\n  tasks:\n    - t.box: {numbers: '{{ n }}'}\n"


def nothing(path: Path) -> Any:
    raise AssertionError(f"{path} was read")


def reason(text: str, directory: Path = Path()) -> str:
    with pytest.raises(ExtraVarsProblem) as caught:
        parse(text, nothing, directory)
    return str(caught.value).removeprefix("--extra-vars: ")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1 b='x y'", {"a": "1", "b": "x y"}),
        ('{"a": [1]}', {"a": [1]}),
        ("{a: [I0], b: {c: true}}", {"a": ["I0"], "b": {"c": True}}),
        ("a={{b}}", {"a": "{{b}}"}),
        ("a=x[1]", {"a": "x[1]"}),
        ("a=[urgent", {"a": "[urgent"}),
        ("", {}),
    ],
)
def test_what_is_taken(text: str, values: dict[str, Any]) -> None:
    assert parse(text, nothing, Path()) == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x=[I0]", """name=value is always text, and x has a list. Write: --extra-vars '{"x": ["I0"]}'"""),
        ("x=[I0, I1]", """name=value is always text, and x has a list. Write: --extra-vars '{"x": ["I0", "I1"]}'"""),
        ('x={"a": 1}', """name=value is always text, and x has a mapping. Write: --extra-vars '{"x": {"a": 1}}'"""),
        ("y=1 x=[I0]", """name=value is always text, and x has a list. Write: --extra-vars '{"x": ["I0"]}'"""),
        ("x: [1]", """`x:` is not name=value. Write: --extra-vars '{"x": [1]}'"""),
        ("[a]", """a list needs a name: --extra-vars '{"name": ["a"]}'"""),
        ("x = 1", "`x` is not name=value. No spaces stand around `=`: --extra-vars x=1"),
        ("x.y=1", "`x.y=1` is not name=value. A name is letters, digits and `_`, and begins with a letter"),
        ("{x", "this is neither JSON nor YAML: the mapping that opens in line 1 is not closed, or a comma is missing. "
               """Write it like this: --extra-vars '{"name": ["a", "b"]}'"""),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_what_to_type(text: str, said: str) -> None:
    assert reason(text) == said


@given(
    # No names that may be those of secrets: their values are not repeated.
    st.dictionaries(st.from_regex(r"x[a-z]x", fullmatch=True), st.lists(st.text("ab' \"[é", max_size=4)), min_size=1)
)
def test_what_is_proposed_for_a_list_can_be_typed_in_a_shell(values: dict[str, list[str]]) -> None:
    for name, value in values.items():
        proposed = reason(f"{name}={json.dumps(value)}").partition("Write: --extra-vars ")[2]
        (typed_text,) = shlex.split(proposed)
        assert parse(typed_text, nothing, Path()) == {name: value}


def test_the_value_of_a_secret_is_not_repeated() -> None:
    secret = canary("typed")
    assert secret not in reason(f"password=[{secret}]")
    assert secret not in reason(f"password = {secret}")


@pytest.mark.parametrize(
    ("path", "instead", "expected"),
    [
        (("x",), "[I0]", """--extra-vars '{"x": ["I0"]}'"""),
        (("x",), '"3"', "--extra-vars x=3"),
        (("x",), "renewal", "--extra-vars x=renewal"),
        (("x",), "one of these", "one of these"),
        (("x",), "assu: {...}", "assu: {...}"),
        (("x", "y"), "[I0]", "[I0]"),
        (("x",), "", ""),
    ],
)
def test_a_hint_for_a_file_becomes_one_for_the_command_line(path: tuple[str, ...], instead: str, expected: str) -> None:
    assert typed(path, instead) == expected


def test_a_typed_value_of_the_wrong_kind_is_answered_with_the_option_to_type(tmp_path: Path) -> None:
    make(tmp_path, {"inventory.yml": tree({"ede": {}}), "playbooks/site.yml": PLAY})
    found = project.load(tmp_path, secrets=MemorySource(), extra_vars=["n=I09"])
    (play,) = found.playbook("playbooks/site.yml").plays
    with pytest.raises(ConfigError) as caught:
        found.declare(play, "ede")
    assert said(caught.value) == [
        '--extra-vars: `numbers` must be a list; found "I09" (for numbers of t.box) (office ede) '
        """-> --extra-vars '{"n": ["I09"]}'"""
    ]

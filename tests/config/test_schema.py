"""Checking data against JSON Schemas: the quick answer, and what is wrong."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from helpers.canary import canary
from inregel.config import ansible_words, schema
from inregel.config.mistakes import Unquoted, Where
from inregel.config.quick import Quickly
from inregel.config.source import Vaulted
from inregel.contract import Secret
from inregel.library import Library

HERE = Where("x.yml")
TEXT = {"type": "string"}


def messages(data: Any, wanted: dict[str, Any]) -> list[str]:
    return [mistake.message for mistake in schema.check(data, wanted, HERE)]


# --- the quick answer is that of jsonschema -------------------------------------------------------------------------

value = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.sampled_from(["", "a", "b", "ab", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
types = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
small = st.integers(0, 3)
leaf = st.fixed_dictionaries(
    {},
    optional={
        "type": types | st.lists(types, min_size=1, max_size=2, unique=True),
        "enum": st.lists(value, min_size=1, max_size=3),
        "const": value,
        "pattern": st.sampled_from(["^a", "b$", "[0-9]"]),
        "minLength": small,
        "maxLength": small,
        "minimum": small,
        "maximum": small,
        "exclusiveMinimum": small,
        "exclusiveMaximum": small,
        "minItems": small,
        "maxItems": small,
        "minProperties": small,
        "maxProperties": small,
        "uniqueItems": st.booleans(),
        "required": st.lists(st.sampled_from("abc"), max_size=2),
        "title": st.just("a title"),
    },
)


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    named = st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "properties": named,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "[bc]"]), inner, max_size=2),
            "additionalProperties": inner | st.booleans(),
            "propertyNames": inner,
            "items": inner,
            "anyOf": several,
            "oneOf": several,
            "allOf": several,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "$defs": st.fixed_dictionaries({"x": inner}),
            "type": types,
        },
    )


schemas = st.recursive(leaf, combined, max_leaves=5)


@given(schemas, value)
def test_the_quick_answer_is_that_of_jsonschema(wanted: dict[str, Any], data: Any) -> None:
    quick = Quickly(wanted).test(wanted)
    assert quick is not None
    assert quick(data) == Draft202012Validator(wanted).is_valid(data)


@given(schemas, value)
def test_mistakes_are_found_exactly_where_data_does_not_fit(wanted: dict[str, Any], data: Any) -> None:
    found = schema.check(data, wanted, HERE)
    assert bool(found) != Draft202012Validator(wanted).is_valid(data)
    for mistake in found:
        assert mistake.message
        assert "Traceback" not in mistake.message


@given(value)
def test_a_schema_may_hold_itself(data: Any) -> None:
    wanted = {
        "$defs": {"tree": {"type": ["array", "string"], "items": {"$ref": "#/$defs/tree"}}},
        "$ref": "#/$defs/tree",
    }
    assert bool(messages(data, wanted)) != Draft202012Validator(wanted).is_valid(data)


def test_a_keyword_that_is_not_compiled_is_left_to_jsonschema() -> None:
    wanted = {"type": "object", "dependentRequired": {"a": ["b"]}}
    assert Quickly(wanted).test(wanted) is None
    assert messages({"a": 1, "b": 1}, wanted) == []
    assert messages({"a": 1}, wanted) == ["the file needs another key beside it"]


def test_true_is_not_one() -> None:
    assert messages(True, {"const": 1}) and messages(1, {"const": True})
    assert messages([True], {"enum": [[1], "a"]}) and messages({"a": False}, {"const": {"a": 0}})
    assert messages([1, True, 0, False], {"uniqueItems": True}) == []
    assert messages([1, 1.0], {"uniqueItems": True}) == ["the file has the same item twice"]


# --- our own values -------------------------------------------------------------------------------------------------


def test_secrets_and_vault_values_are_text_that_nobody_looks_at() -> None:
    wanted = {"type": "string", "pattern": "^x$", "minLength": 100, "maxLength": 1}
    assert messages(Secret("name", canary("secret")), wanted) == []
    assert messages(Vaulted("$ANSIBLE_VAULT;", HERE), wanted) == []
    assert messages(Secret("name", canary("other")), {"type": "integer"}) == [
        "the file must be a whole number; found a secret"
    ]


def test_a_date_is_text_of_format_date_and_of_no_other() -> None:
    day = {"type": "string", "format": "date"}
    assert messages(date(2026, 11, 20), day) == messages("2026-11-20", day) == []
    assert messages("2026-02-30", day) == [
        'the file must be a day that there is, such as 2026-11-20; found "2026-02-30"'
    ]
    assert isinstance(schema.check(date(2026, 11, 20), TEXT, HERE)[0], Unquoted)
    assert isinstance(schema.check(datetime(2026, 11, 20), day, HERE)[0], Unquoted)  # noqa: DTZ001 - YAML has such times


# --- what the messages say ------------------------------------------------------------------------------------------


def test_the_value_under_a_secret_key_is_in_no_message() -> None:
    value = canary("value")
    wanted = {
        "type": "object",
        "properties": {
            "password": {"type": "integer"},
            "pin": {"enum": ["a"]},
            "token": {"pattern": "^$"},
            "secret": {"maxLength": 2},
            "api_key": {"type": "array", "items": {"type": "string"}},
        },
    }
    data = dict.fromkeys(wanted["properties"], value)
    found = schema.check(data, wanted, HERE)
    assert len(found) == 5
    assert value not in repr(found)


def test_the_form_that_was_meant_is_explained() -> None:
    wanted = {
        "oneOf": [
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "new"}, "email": TEXT}},
            {
                "type": "object",
                "required": ["kind", "serial"],
                "properties": {"kind": {"const": "renewal"}, "serial": TEXT},
            },
        ]
    }
    assert messages({"kind": "renewal"}, wanted) == ["the key `serial` is missing"]
    assert messages({"kind": "new", "email": 5}, wanted) == ["`email` must be text, and YAML reads the number 5 here"]
    assert messages([1], wanted) == ["the file must be a mapping (key: value); found a list"]


def test_x_message_stands_after_the_name() -> None:
    wanted = {"properties": {"version": {"pattern": "^1", "x-message": "must begin with 1"}}}
    assert messages({"version": "2"}, wanted) == ["`version` must begin with 1"]


def test_no_more_than_a_thousand_mistakes_are_collected() -> None:
    assert len(schema.check([1] * 5_000, {"items": TEXT}, HERE)) == 1_000


def test_one_mistake_in_much_data_is_found_by_its_way_alone() -> None:
    """jsonschema looks at the parts that do not fit, and at no others: it would take minutes for all of these."""
    office = {"name": "x", "connections": {"assu": {"version": "1"}}}
    data: dict[str, Any] = {f"o{number}": office for number in range(100_000)}
    data["bad"] = {"name": 5}
    found = schema.check({"all": {"offices": data}}, Library(None).schema("inventory"), HERE)
    assert [mistake.where for mistake in found] == [Where("x.yml", ("all", "offices", "bad", "name"))]


def test_a_changed_schema_at_the_same_address_is_compiled_anew() -> None:
    for number in range(2_000):
        assert messages(number, {"const": number}) == []


@pytest.mark.parametrize(
    ("word", "words", "near"),
    [
        ("nmae", ["name", "when"], "name"),
        ("postbusen", ["postbussen"], "postbussen"),
        ("Max-Fail-Percentage", ["max_fail_percentage"], "max_fail_percentage"),
        ("assu.postbusses", ["assu.postbus", "assu.certificate"], "assu.postbus"),
        ("xyz", ["name", "when"], ""),
        ("", ["name"], ""),
        ("x" * 10_000, ["x" * 10_000], "x" * 10_000),
    ],
)
def test_the_nearest_word(word: str, words: list[str], near: str) -> None:
    assert schema.nearest(word, words) == near


def test_every_ansible_keyword_is_one_that_playbooks_here_lack() -> None:
    playbook = Library(None).schema("playbook")
    ours = {*playbook["$defs"]["play"]["properties"], *playbook["$defs"]["task"]["properties"]}
    assert not ansible_words.keywords() & ours


def test_every_keyword_that_ansible_has_and_we_lack_says_what_to_write() -> None:
    from ansible.playbook.block import Block
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task

    theirs = {name for kind in (Play, Task, Block) for name in kind.fattributes}
    playbook = Library(None).schema("playbook")
    ours = {*playbook["$defs"]["play"]["properties"], *playbook["$defs"]["task"]["properties"]}
    private = {"loop_with", "async_val"}  # names inside ansible-core, which nobody types
    missing = [name for name in sorted(theirs - ours - private) if not ansible_words.instead(name)]
    assert missing == []
    assert ansible_words.instead("with_sequence")
    assert ansible_words.instead("ansible.builtin.include_tasks")
    assert ansible_words.instead("colour") == ""


@pytest.mark.parametrize("name", ["project", "inventory", "playbook"])
def test_the_schemas_are_sound_and_described(name: str) -> None:
    content = Library(None).schema(name)
    Draft202012Validator.check_schema(content)
    assert Quickly(content).test(content) is not None
    assert content["$id"].endswith(f"/{name}.schema.json")
    for key, part in content.get("properties", {}).items():
        assert "description" in part or "$ref" in part, key


def test_the_examples_of_the_project_schema_fit_it() -> None:
    properties = Library(None).schema("project")["properties"]
    for part in properties.values():
        for example in part.get("examples", []):
            text = example.strip('"') if isinstance(example, str) else example
            assert schema.check(text, part, HERE) == []


def test_paths_are_kept_from_where_the_data_stands() -> None:
    found = schema.check({"a": [1]}, {"properties": {"a": {"items": TEXT}}}, Where("f.yml", (0, "tasks")))
    assert [mistake.where for mistake in found] == [Where("f.yml", (0, "tasks", "a", 0))]

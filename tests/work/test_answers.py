"""What a person answers: read, checked, and said in plain words where it is not right."""

from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary
from inregel.contract import Secret
from inregel.work import WorkError, answers

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "version": {"type": "string", "title": "Versie", "description": "At the bottom\nof the window.",
                    "pattern": "^[0-9.]+$"},
        "until": {"type": "string", "format": "date"},
        "boxes": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 1},
        "count": {"type": "integer", "minimum": 1},
        "open": {"type": "boolean"},
        "kind": {"enum": ["new", "renewal"]},
        "employers": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "since": {"type": "string", "format": "date"}}, "required": ["name"]}},
        "code": {"type": "string", "pattern": "^[A-Z]+$", "examples": ["ABC"]},
        "pin": {"type": "string", "secret": True, "pattern": "^[0-9]+$"},
    },
}  # fmt: skip
GOOD = {
    "version": "1.26",
    "until": "2028-11-14",
    "boxes": ["A", "B"],
    "count": 2,
    "open": True,
    "kind": "new",
    "employers": [{"name": "Bos", "since": "2026-01-01"}],
}


def test_sound_answers_have_nothing_wrong():
    assert answers.check(GOOD, SCHEMA) == (GOOD, [])


def test_dates_may_be_written_as_yaml_dates_and_texts_with_spaces_around():
    given = {
        "until": date(2028, 11, 14),
        "version": " 1.26 ",
        "employers": [{"name": "Bos", "since": date(2026, 1, 1)}],
    }
    plain, problems = answers.check(given, SCHEMA)
    assert problems == []
    assert plain == {"until": "2028-11-14", "version": "1.26", "employers": GOOD["employers"]}


def test_modules_are_handed_dates_and_secrets_as_such():
    value = canary("pin")
    typed = answers.typed({**GOOD, "pin": value}, SCHEMA)
    assert typed["until"] == date(2028, 11, 14)
    assert typed["employers"][0]["since"] == date(2026, 1, 1)
    assert typed["version"] == "1.26"
    assert typed["pin"] == Secret("pin", value)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"version": 1.26}, "Versie (version): this must be a text (write it in quotes); answered was 1.26."),
        ({"version": "a"}, "Versie (version): this does not have the form that is asked (^[0-9.]+$); answered was a."),
        ({"code": "a"}, "code: this must look like ABC; answered was a."),
        ({"until": "14-11-2028"}, "until: this must be a date such as 2028-11-14; answered was 14-11-2028."),
        ({"until": "2027-02-29"}, "until: this must be a date such as 2028-11-14; answered was 2027-02-29."),
        ({"boxes": "A"}, "boxes: this must be a list; answered was A."),
        ({"boxes": ["A", "A"]}, "boxes: something stands in this list twice; answered was A, A."),
        ({"boxes": []}, "boxes: this must name at least 1; answered was nothing."),
        ({"boxes": ["A", True]}, "boxes, number 2: this must be a text; answered was true."),
        ({"count": 0}, "count: this must be at least 1; answered was 0."),
        ({"open": "ja"}, "open: this must be true or false; answered was ja."),
        ({"kind": "old"}, "kind: this must be one of new, renewal; answered was old."),
        ({"employers": [{}]}, "employers, number 1, name: not answered."),
        ({"employers": [{"name": "B", "since": "x"}]},
         "employers, number 1, since: this must be a date such as 2028-11-14; answered was x."),
        ({"verson": "1"}, "verson: this is not asked. Is it version?"),
        ({"zzz": "1"},
         "zzz: this is not asked. Asked are: version, until, boxes, count, open, kind, employers, code, pin."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_plain_words(given, text):
    assert answers.check(given, SCHEMA)[1] == [text]


def test_a_secret_that_is_wrong_is_not_repeated():
    problems = answers.check({"pin": canary("pin")}, SCHEMA)[1]
    assert problems == ["pin: this does not have the form that is asked (^[0-9]+$)."]


NESTED = {
    "type": "object",
    "properties": {
        "users": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "token": {"type": "string", "secret": True, "minLength": 40}},
            },
        }
    },
}


def test_a_secret_within_an_answer_is_not_repeated_and_not_stored_and_captured_by_its_place():
    value = canary("token")
    given = {"users": [{"id": "a", "token": value}, {"id": "a", "token": value}]}
    plain, problems = answers.check(given, NESTED)
    assert len(problems) == 3
    assert value not in "".join(problems)
    assert answers.without_secrets(plain, NESTED) == {"users": [{"id": "a"}, {"id": "a"}]}
    named = dict(answers.secrets_in(answers.typed(plain, NESTED)))
    assert {name: secret.reveal() for name, secret in named.items()} == {"users_1_token": value, "users_2_token": value}


def test_a_missing_answer_says_where_to_read_it():
    schema = {**SCHEMA, "required": ["version", "until"]}
    assert answers.check({"version": None}, schema)[1] == [
        "Versie (version): not answered. At the bottom of the window.",
        "until: not answered.",
    ]


def test_the_form_to_fill_in_is_yaml_that_answers_nothing_yet():
    form = answers.template(SCHEMA)
    assert yaml.safe_load(form) == dict.fromkeys(SCHEMA["properties"])
    for comment in (
        "# Versie\n# At the bottom\n# of the window.\nversion:",
        "# One of: new, renewal",
        "# true or false",
    ):
        assert comment in form
    required = {**SCHEMA, "required": list(SCHEMA["properties"])}
    assert len(answers.check(yaml.safe_load(form), required)[1]) == len(SCHEMA["properties"])


def test_an_order_that_asks_nothing_has_no_form():
    assert answers.template({}) == ""


def test_answers_can_be_given_as_pairs():
    pairs = ["version=1.26", "until = 2028-11-14", "boxes=A, B", "count=2", "open=ja", "kind=new", "pin=a=b"]
    assert answers.read_pairs(pairs, SCHEMA) == {
        "version": "1.26", "until": "2028-11-14", "boxes": ["A", "B"], "count": 2, "open": True, "kind": "new",
        "pin": "a=b",
    }  # fmt: skip
    assert answers.read_pairs(["boxes=", "count=two", "open=maybe"], SCHEMA) == {
        "boxes": [],
        "count": "two",
        "open": "maybe",
    }


def test_a_list_may_be_typed_as_it_stands_in_a_file_and_an_empty_one_is_the_answer_that_there_is_none():
    assert answers.read_pairs(["boxes=[]"], SCHEMA) == {"boxes": []}
    assert answers.read_pairs(["boxes=[I1, 'I2']"], SCHEMA) == {"boxes": ["I1", "I2"]}


def test_a_pair_without_a_sign_is_refused():
    with pytest.raises(WorkError, match="Write: --set name=value"):
        answers.read_pairs(["version"], SCHEMA)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "other"]), JSON))
def test_whatever_is_answered_is_taken_or_said_to_be_wrong(given):
    plain, problems = answers.check(given, SCHEMA)
    assert all(isinstance(problem, str) and "Traceback" not in problem for problem in problems)
    if not problems:
        assert answers.check(plain, SCHEMA) == (plain, [])
        answers.typed(plain, SCHEMA)


def test_of_very_many_problems_the_first_are_shown_and_the_rest_counted():
    error = answers.AnswersRefused("W1", [f"line {i}" for i in range(5_000)], "Mend it.")
    assert str(error).count("\n- line ") == str(error).count("- line ") == 30
    assert "- and 4,970 more\n" in str(error)
    assert len(error.problems) == 5_000

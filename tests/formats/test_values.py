"""Values of a state as JSON, as text, and as bytes for digests."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary
from inregel.contract import UNKNOWN, AtLeast, Secret
from inregel.formats import values

RULES = st.one_of(st.integers(), st.integers(0, 100_000).map(lambda days: timedelta(days=days))).map(AtLeast)
VALUES = st.one_of(
    st.text(), st.integers(), st.booleans(), st.dates(), st.frozensets(st.text()), RULES, st.just(UNKNOWN)
)
STATES = st.none() | st.dictionaries(st.text(), VALUES)


@given(STATES)
def test_a_state_comes_back_from_json_as_it_was(state):
    back = values.decode(json.loads(json.dumps(values.encode(state))))
    assert back == state
    if state is not None:
        assert {name: type(value) for name, value in back.items()} == {n: type(v) for n, v in state.items()}


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (date(2028, 11, 14), {"date": "2028-11-14"}),
        (frozenset({"b", "a"}), {"set": ["a", "b"]}),
        (AtLeast(timedelta(days=45)), {"at_least_days": 45}),
        (AtLeast(2), {"at_least": 2}),
        (UNKNOWN, {"unknown": True}),
        ("linked", "linked"),
        (True, True),
        (7, 7),
    ],
)
def test_each_kind_of_value_has_one_form_in_json(value, data):
    assert values.encode_value(value) == data
    assert values.decode_value(data) == value
    assert type(values.decode_value(data)) is type(value)


def test_a_secret_becomes_no_json_and_its_value_is_not_in_the_error():
    value = canary("pin")
    secret = Secret("pin", value)
    for store in (values.encode_value, lambda it: values.encode({"pin": it}), lambda it: values.canonical({"pin": it})):
        with pytest.raises(TypeError) as caught:
            store(secret)
        assert value not in str(caught.value)
        assert "pin" in str(caught.value)


@pytest.mark.parametrize(
    "value", [1.5, None, ["a"], datetime(2026, 1, 1, tzinfo=UTC), frozenset({1}), AtLeast(timedelta(hours=1))]
)
def test_what_is_no_value_of_a_state_is_refused(value):
    with pytest.raises(TypeError):
        values.encode({"field": value})


@pytest.mark.parametrize("data", [{}, {"date": "2028-11-14", "set": []}, {"other": 1}, [1], None, 1.5])
def test_json_that_is_no_stored_value_is_refused(data):
    with pytest.raises(ValueError, match="not a stored value"):
        values.decode_value(data)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "absent"),
        (True, "yes"),
        (False, "no"),
        (date(2028, 11, 14), "2028-11-14"),
        (frozenset({"b", "a"}), "a, b"),
        (frozenset(), "none"),
        (AtLeast(timedelta(days=45)), "at least 45 days"),
        (UNKNOWN, "unknown"),
        ("", "(empty)"),
        ("linked", "linked"),
        (7, "7"),
    ],
)
def test_people_read_a_value_as_plain_text(value, text):
    assert values.show(value) == text


def test_people_read_a_secret_by_its_name():
    assert values.show(Secret("pin", canary("pin"))) == "pin"


@given(st.dictionaries(st.text(), VALUES))
def test_equal_data_gives_equal_bytes_whatever_the_order(state):
    backwards = dict(reversed(list(state.items())))
    assert values.canonical(state) == values.canonical(backwards)
    assert json.loads(values.canonical(state)) == values.encode(state)


@given(STATES, STATES)
def test_different_states_give_different_bytes(one, other):
    same = values.encode(one) == values.encode(other) and repr(values.encode(one)) == repr(values.encode(other))
    if values.canonical(values.encode(one)) == values.canonical(values.encode(other)):
        assert values.encode(one) == values.encode(other)
    elif same:
        raise AssertionError("equal data gave other bytes")


def test_the_bytes_are_compact_and_in_utf_8():
    assert values.canonical({"b": "é", "a": [1, True]}) == '{"a":[1,true],"b":"é"}'.encode()


def test_text_with_half_a_surrogate_pair_still_has_a_digest():
    assert values.canonical("\ud800") != values.canonical("\ud801")


def test_what_is_no_number_has_no_digest():
    with pytest.raises(ValueError, match="not JSON compliant"):
        values.canonical(float("nan"))

"""`@frozen` does what the standard decorator does."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.frozen import frozen


@frozen
class Ours:
    """Some fields."""

    name: str
    amount: int = 3
    parts: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standard:
    """The same."""

    name: str
    amount: int = 3
    parts: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)


@frozen
class Key:
    """Can be hashed."""

    name: str
    number: int = 0


@frozen
class Named(Key):
    """A key with something more."""

    more: str = ""


@frozen
class Hidden:
    """Says of itself what it wants."""

    value: str

    def __repr__(self) -> str:
        return "<hidden>"


@frozen
class Nothing:
    """No fields."""


arguments = st.fixed_dictionaries(
    {"name": st.text()},
    optional={
        "amount": st.integers(),
        "parts": st.tuples(st.integers()),
        "notes": st.lists(st.text()),
    },
)


@given(arguments, arguments)
def test_it_equals_shows_and_lists_as_the_standard_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    ours, standard = Ours(**one), Standard(**one)
    assert repr(ours) == repr(standard).replace("Standard", "Ours")
    assert (ours == Ours(**other)) == (standard == Standard(**other))
    assert ours == Ours(**one) and ours != standard
    assert [(each.name, getattr(ours, each.name)) for each in fields(ours)] == [
        (each.name, getattr(standard, each.name)) for each in fields(standard)
    ]


@given(st.text(), st.integers())
def test_equal_values_are_one_key(name: str, number: int) -> None:
    assert {Key(name, number): "found"}[Key(name, number)] == "found"
    assert Key(name, number) != (name, number)


def test_each_value_has_a_list_of_its_own() -> None:
    assert Ours("a").notes == [] and Ours("a").notes is not Ours("b").notes


def test_nothing_can_be_set_or_taken_away() -> None:
    value = Key("a")
    for change in (
        lambda: setattr(value, "name", "b"),
        lambda: setattr(value, "other", "b"),
        lambda: delattr(value, "name"),
    ):
        with pytest.raises(FrozenInstanceError):
            change()
    assert value.name == "a" and not hasattr(value, "__dict__")


def test_replace_and_copies_give_what_they_say() -> None:
    value = Ours("a", parts=(1, 2))
    assert replace(value, amount=4) == Ours("a", 4, (1, 2))
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


def test_a_class_that_adds_fields_has_those_of_both() -> None:
    value = Named("a", 1, more="b")
    assert (value.name, value.number, value.more) == ("a", 1, "b")
    assert value != Named("a", 1) and value != Key("a", 1)


def test_a_class_keeps_its_own_way_to_show_itself() -> None:
    assert repr(Hidden("x")) == "<hidden>" and Hidden("x") == Hidden("x")


def test_a_class_without_fields_has_one_value() -> None:
    assert Nothing() == Nothing() and repr(Nothing()) == "Nothing()"


def test_arguments_are_asked_for_as_usual() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        Key()  # type: ignore[call-arg]  # that is the point
    match Key("a", 1):
        case Key(name, number):
            assert (name, number) == ("a", 1)

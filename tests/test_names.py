"""How a resource's module is written where an office has several connections of one system."""

from hypothesis import given
from hypothesis import strategies as st

from inregel.contract import Connection, Office
from inregel.names import at, connection_of, label_of, meant, office_at, plain, system_of

WORD = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
LABEL = st.one_of(st.just(""), st.from_regex(r"[a-z0-9_]{1,5}", fullmatch=True))


@given(system=WORD, name=WORD, label=LABEL)
def test_module_and_connection_give_the_name_and_come_back_from_it(system: str, name: str, label: str) -> None:
    connection = f"{system}.{label}" if label else system
    text = at(f"{system}.{name}", connection)
    assert (plain(text), connection_of(text), system_of(text)) == (f"{system}.{name}", connection, system)
    assert label_of(text) == label


@given(system=WORD, name=WORD)
def test_without_a_label_the_name_is_the_module(system: str, name: str) -> None:
    assert at(f"{system}.{name}", system) == f"{system}.{name}"


def office(*names: str) -> Office:
    return Office("a", "A", connections={name: Connection(system_of(name), name, f"id:{name}", {}) for name in names})


def test_an_office_without_labels_is_the_same_office() -> None:
    there = office("afas", "afas.test")
    assert office_at(there, ["afas.user", "assu.postbus"]) is there


def test_under_the_name_of_the_system_stands_the_connection_that_a_resource_is_at() -> None:
    seen = office_at(office("afas", "afas.test", "assu"), ["afas.user@test"])
    assert {name: each.name for name, each in seen.connections.items()} == {
        "assu": "assu", "afas": "afas.test", "afas.test": "afas.test",
    }  # fmt: skip


def test_a_connection_that_is_not_there_is_not_replaced_by_another() -> None:
    assert set(office_at(office("afas"), ["afas.user@test"]).connections) == set()


def test_the_own_label_comes_first_then_none() -> None:
    declared = ["afas.user", "afas.user@test", "afas.user@acc"]
    assert meant("afas.user", "afas.group@test", declared) == [["afas.user@test"], ["afas.user"]]
    assert meant("afas.user", "afas.group", declared) == [["afas.user"]]
    assert meant("afas.user@acc", "afas.group@test", declared) == [["afas.user@acc"]]


def test_another_system_may_mean_any_in_the_end() -> None:
    declared = ["afas.user", "afas.user@test", "afas.user@acc", "afas.group@acc"]
    assert meant("afas.user", "assu.postbus@test", declared)[-1] == ["afas.user@acc"]
    assert meant("afas.user", "assu.postbus", declared) == [["afas.user"], ["afas.user@acc", "afas.user@test"]]

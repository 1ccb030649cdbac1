"""Order and grouping: what rests on what, and what one person does in one go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.contract import Step
from inregel.plan.model import PlannedLine
from inregel.plan.order import Grouping, identity, sort


def line(key: str, operation: str = "a.do", kind: str = "do") -> PlannedLine:
    return PlannedLine("a.b", key, kind, Step(operation, {"x": key}, order="a/wizard"), None)  # type: ignore[arg-type]


def test_ties_keep_the_order_of_the_playbook() -> None:
    assert sort(["c", "a", "b"], {}) == ["c", "a", "b"]
    assert sort(["c", "a", "b"], {"c": ["b"]}) == ["a", "b", "c"]


def test_a_circle_is_named_from_end_to_end() -> None:
    with pytest.raises(ValueError) as error:
        sort(["a", "b", "c"], {"a": ["b"], "b": ["c"], "c": ["a"]})
    circle = error.value.args[0]
    assert circle[0] == circle[-1]
    assert set(circle) == {"a", "b", "c"}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=80))
def test_what_comes_first_comes_first(pairs: list[tuple[int, int]]) -> None:
    nodes = list(range(31))
    before: dict[int, set[int]] = {}
    for a, b in pairs:
        if a > b:
            before.setdefault(a, set()).add(b)
    result = sort(nodes, before)
    assert sorted(result) == nodes
    assert all(result.index(b) < result.index(a) for a, others in before.items() for b in others)


def test_lines_of_one_order_and_role_are_done_in_one_go() -> None:
    groups = Grouping()
    first = groups.person("a/wizard", "contact", line("1"), [])
    assert groups.person("a/wizard", "contact", line("2"), [first]) == first
    assert groups.person("a/wizard", "other", line("3"), []) != first


def test_a_group_is_split_where_it_would_close_a_circle() -> None:
    groups = Grouping()
    first = groups.person("a/wizard", "contact", line("1"), [])
    machine = groups.machine([first])
    second = groups.person("a/wizard", "contact", line("2"), [machine])
    assert second != first
    assert groups.orders_before(second) == {first}


def test_a_later_line_joins_the_later_part_of_a_split_group() -> None:
    groups = Grouping()
    first = groups.person("a/wizard", "contact", line("1"), [])
    other = groups.person("b/form", "contact", line("x"), [first])
    second = groups.person("a/wizard", "contact", line("2"), [other])
    third = groups.person("a/wizard", "contact", line("3"), [second])
    assert (first, second) != (second, third)
    assert third == second


@given(st.lists(st.tuples(st.sampled_from(["w", "f", ""]), st.sets(st.integers(0, 25), max_size=3)), max_size=26))
def test_groups_never_wait_for_one_another_in_a_circle(steps: list[tuple[str, set[int]]]) -> None:
    groups, placed = Grouping(), []
    for number, (name, earlier) in enumerate(steps):
        after = [placed[i] for i in earlier if i < number]
        placed.append(groups.person(name, "contact", line(str(number)), after) if name else groups.machine(after))
    order = sort(list(range(len(groups.groups))), {i: group.before for i, group in enumerate(groups.groups)})
    assert len(order) == len(groups.groups)


def test_the_identity_of_an_order_is_the_office_and_the_change() -> None:
    one = identity("utrecht", "a/wizard", "contact", [line("1"), line("2")])
    assert one == identity("utrecht", "a/wizard", "contact", [line("2"), line("1")])
    assert one != identity("zwolle", "a/wizard", "contact", [line("1"), line("2")])
    assert one != identity("utrecht", "a/wizard", "contact", [line("1")])
    assert one != identity("utrecht", "a/wizard", "contact", [line("1"), line("2", kind="look")])

"""Handing out and taking back: the open orders of an office become those that its plan asks for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.config.model import Quota
from inregel.ledger.base import QuotaUsed
from inregel.plan import texts
from inregel.plan.order import identity


def open_numbers(desktop):
    return [order.number for order in desktop.work.open()]


def test_two_applies_make_one_order(desktop):
    planned = desktop.order(desktop.box())
    first = desktop.settle(planned)
    heads = desktop.ledger.heads()
    second = desktop.settle(planned)
    assert {order.number for order in (*first.values(), *second.values())} == {"W1"}
    assert open_numbers(desktop) == ["W1"]
    assert desktop.ledger.heads() == heads


def test_an_order_is_handed_out_once_nothing_comes_before_it(desktop):
    first = desktop.order(desktop.box("B1"))
    later = desktop.order(desktop.box("B2"), name="toy/wizard", role="boss", after=(first.identity,))
    machine = desktop.order(desktop.box("B3"), role="third", ready=False)
    assert set(desktop.settle(first, later, machine)) == {first.identity}
    ready = desktop.order(desktop.box("B2"), role="boss")
    assert ready.identity == later.identity
    assert set(desktop.settle(ready)) == {later.identity}


def test_an_open_order_that_is_still_planned_stays_though_it_would_not_be_handed_out_now(desktop):
    desktop.open(desktop.box("B1"))
    waiting = desktop.order(desktop.box("B1"), ready=False)
    assert desktop.settle(waiting)[waiting.identity].number == "W1"
    assert open_numbers(desktop) == ["W1"]


def test_a_changed_plan_supersedes_the_open_order_and_names_the_new_one(desktop):
    desktop.open(desktop.box("B1"))
    changed = desktop.order(desktop.box("B1"), desktop.box("B2"))
    assert desktop.settle(changed)[changed.identity].number == "W2"
    old = desktop.work.show("W1")
    assert (old.state, old.successor) == ("superseded", "W2")
    assert open_numbers(desktop) == ["W2"]


def test_the_successor_is_the_order_that_took_over_the_lines(desktop):
    desktop.open(desktop.box("B1"), desktop.box("B2"))
    other = desktop.order(desktop.box("B9"))
    same = desktop.order(desktop.box("B2"))
    desktop.settle(other, same)
    assert desktop.work.show("W1").successor == desktop.settle(other, same)[same.identity].number


def test_what_was_found_in_sync_is_withdrawn_even_where_an_order_of_that_name_is_open(desktop):
    desktop.open(desktop.box("B1"))
    other = desktop.order(desktop.box("B2"))
    desktop.settle(other, in_sync={("toy.box", "B1")})
    assert desktop.work.show("W1").state == "withdrawn"
    assert desktop.work.show("W1").successor == ""


def test_what_nothing_takes_the_place_of_is_withdrawn(desktop):
    desktop.open(desktop.box("B1"))
    desktop.settle()
    assert desktop.work.show("W1").state == "withdrawn"


def test_an_order_with_a_line_outside_of_what_was_planned_is_left_alone(desktop):
    desktop.open(desktop.box("B1"), desktop.box("B2"))
    desktop.settle(scope={("toy.box", "B1")})
    assert open_numbers(desktop) == ["W1"]
    desktop.settle(scope={("toy.box", "B1"), ("toy.box", "B2")})
    assert open_numbers(desktop) == []


def test_a_broken_text_hands_out_nothing(desktop):
    (desktop.root / "modules/toy/work_orders/wizard.nl.md").write_text("# T\n{{ nothing }}\n", "utf-8")
    with pytest.raises(texts.TextError):
        desktop.settle(desktop.order(desktop.box("B1"), role="one"), desktop.order(desktop.box("B2")))
    assert desktop.work.all() == []


# --- quotas -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bounded(desktop):
    """At most 3 boxes are linked per day."""
    desktop.settings.quotas["toy.link"] = Quota("toy.link", 3)
    return desktop


def used(desktop):
    day = desktop.clock().astimezone(desktop.settings.time_zone).date()
    return desktop.ledger.quota_used(["utrecht"], day).get(("utrecht", "toy.link"), 0)


def test_what_is_handed_out_takes_its_part_of_the_quota_once(bounded):
    planned = bounded.order(bounded.box("B1"), bounded.box("B2"), bounded.card(date(2028, 11, 14)))
    bounded.settle(planned)
    bounded.settle(planned)
    assert used(bounded) == 2


def test_an_order_that_takes_over_lines_takes_the_quota_of_the_new_ones_only(bounded):
    bounded.settle(bounded.order(bounded.box("B1"), bounded.box("B2")))
    bounded.settle(bounded.order(bounded.box("B1"), bounded.box("B2"), bounded.box("B3")))
    assert used(bounded) == 3


def test_more_than_the_quota_is_not_handed_out(bounded):
    bounded.settle(bounded.order(bounded.box("B1"), bounded.box("B2")))
    with pytest.raises(QuotaUsed):
        bounded.settle(bounded.order(bounded.box("B3"), bounded.box("B4"), role="boss"))
    assert open_numbers(bounded) == ["W1"]


@pytest.mark.parametrize(
    ("end", "counts"),
    [
        (lambda d: d.work.done("W1", "Ria", {"boxes": ["B1", "B2"]}), 2),
        (lambda d: d.work.fail("W1", "Ria", "no menu"), 0),
        (lambda d: d.settle(), 0),
        (lambda d: d.settle(in_sync={("toy.box", "B1"), ("toy.box", "B2")}), 0),
    ],
)
def test_what_was_done_is_spent_and_what_was_not_is_free_again(bounded, end, counts):
    bounded.settle(bounded.order(bounded.box("B1"), bounded.box("B2")))
    end(bounded)
    assert used(bounded) == counts


ASKED = st.lists(st.frozensets(st.sampled_from(["B1", "B2", "B3", "B4"]), min_size=1), max_size=3, unique=True)


@given(plans=st.lists(st.tuples(ASKED, st.frozensets(st.sampled_from(["B1", "B2", "B3", "B4"]))), max_size=4))
def test_whatever_plans_follow_each_other_the_open_orders_are_those_of_the_last(desktop_maker, plans):
    desktop = desktop_maker()
    for asked, in_sync in plans:
        orders = [desktop.order(*[desktop.box(each) for each in sorted(boxes)], role=str(i))
                  for i, boxes in enumerate(asked)]  # fmt: skip
        synced = {("toy.box", each) for each in in_sync}
        standing = desktop.settle(*orders, in_sync=synced)
        numbers = desktop.ledger.next_number()
        assert set(standing) == {order.identity for order in orders}
        assert sorted(o.number for o in standing.values()) == sorted(open_numbers(desktop))
        assert all(identity("utrecht", "toy/wizard", o.role, o.lines) == o.identity for o in orders)
        assert desktop.settle(*orders, in_sync=synced) == standing
        assert desktop.ledger.next_number() == numbers
        for order in desktop.work.all():
            assert (order.state == "superseded") == bool(order.successor)

"""Work orders, operations, quotas and rollouts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from helpers.clock import Clock
from helpers.records import DAY, ELS, RIA, line, operation, order, rollout
from inregel.ledger.base import Ledger, LedgerError, OrderClosed, OrderState, QuotaUsed
from inregel.ledger.crypto import digest
from inregel.ledger.marks import order_mark

ALL: tuple[OrderState, ...] = ("open", "done", "failed", "superseded", "withdrawn")


def opened(ledger: Ledger, *args: str, **values: object) -> str:
    with ledger.writing() as tx:
        return tx.open_order(order(*args, **values)).number


def test_an_order_comes_back_as_it_was_opened(ledger: Ledger, clock: Clock) -> None:
    wanted = order(
        lines=(
            line(arguments={"deep": [{"day": DAY, "names": frozenset({"b"})}]}),
            line("I2", kind="look", reaches=None),
        ),
        schema={"properties": {"a": {"enum": [1, None]}}},
        secrets=("pfx",),
    )
    with ledger.writing() as tx:
        first = tx.open_order(wanted)
    assert first == ledger.order("W1") == ledger.orders()[0]
    assert first.order == wanted
    assert (first.number, first.state, first.opened, first.digest) == ("W1", "open", clock(), digest(wanted.text))


def test_the_open_order_of_the_same_identity_is_returned_and_not_doubled(ledger: Ledger) -> None:
    assert opened(ledger) == "W1"
    assert opened(ledger, text="another text") == "W1"
    assert ledger.order("W1").order.text == order().text
    assert opened(ledger, "gent", "change-1") == "W2"
    with ledger.writing() as tx:
        tx.close_order("W1", "withdrawn")
    assert opened(ledger) == "W3"
    assert [each.number for each in ledger.orders(["utrecht"], ALL)] == ["W1", "W3"]


def test_numbers_have_no_gaps_and_the_next_one_is_known_before(ledger: Ledger) -> None:
    for number in range(1, 12):
        assert ledger.next_number() == number
        with pytest.raises(ZeroDivisionError), ledger.writing() as tx:
            tx.open_order(order(identity="failed"))
            raise ZeroDivisionError
        assert opened(ledger, "utrecht", str(number)) == f"W{number}"
    assert [each.number for each in ledger.orders()] == [f"W{number}" for number in range(1, 12)]


def test_orders_are_found_by_office_and_state(ledger: Ledger) -> None:
    for office in ("utrecht", "gent", "zwolle"):
        opened(ledger, office)
    with ledger.writing() as tx:
        tx.close_order("W2", "failed", by=ELS)
    assert [each.number for each in ledger.orders()] == ["W1", "W3"]
    assert [each.number for each in ledger.orders(["gent", "zwolle"])] == ["W3"]
    assert [each.number for each in ledger.orders(["gent", "zwolle"], ALL)] == ["W2", "W3"]
    assert [each.number for each in ledger.orders(None, ("failed",))] == ["W2"]
    assert ledger.orders([]) == []


def test_a_closed_order_keeps_who_when_lines_and_answers(ledger: Ledger, clock: Clock) -> None:
    opened(ledger)
    clock.move(hours=3)
    lines = (line(outcome="found", note="stands on I3"),)
    with ledger.writing() as tx:
        closed = tx.close_order("W1", "done", by=ELS, lines=lines, answers={"until": DAY, "n": [1]}, note="by phone")
    assert closed == ledger.order("W1")
    assert (closed.state, closed.by, closed.closed, closed.order.lines) == ("done", ELS, clock(), lines)
    assert closed.answers == {"until": DAY, "n": [1]}
    event = list(ledger.events("utrecht"))[-1]
    assert (event.kind, event.person, event.body) == (
        "order.done",
        ELS,
        {"number": "W1", "outcomes": ["found"], "row": order_mark(ledger.order("W1")), "note": "by phone"},
    )


@pytest.mark.parametrize("state", ["done", "failed", "superseded", "withdrawn"])
def test_a_closed_order_is_refused_and_the_successor_named(ledger: Ledger, state: OrderState) -> None:
    opened(ledger)
    opened(ledger, "utrecht", "change-2")
    with ledger.writing() as tx:
        tx.close_order("W1", state, successor="W2" if state == "superseded" else "")
    with pytest.raises(OrderClosed, match=f"W1 is {state}") as refused, ledger.writing() as tx:
        tx.close_order("W1", "done", by=ELS)
    assert ("inregel work show W2" in str(refused.value)) == (state == "superseded")
    assert ledger.order("W1").by == ""


def test_a_refusal_can_be_lifted_and_keeps_what_was_answered(ledger: Ledger) -> None:
    opened(ledger)
    with ledger.writing() as tx:
        tx.close_order("W1", "failed", by=ELS, lines=(line(outcome="cannot", note="no rights"),), answers={"a": 1})
    with ledger.writing() as tx:
        tx.close_order("W1", "withdrawn", by=RIA)
    lifted = ledger.order("W1")
    assert (lifted.state, lifted.by, lifted.answers) == ("withdrawn", RIA, {"a": 1})
    assert lifted.order.lines[0].note == "no rights"


def test_an_order_is_not_closed_as_open(ledger: Ledger) -> None:
    opened(ledger)
    with pytest.raises(ValueError, match="closed as done"), ledger.writing() as tx:
        tx.close_order("W1", "open")


def test_a_number_that_is_none_names_what_is_near(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="There are no work orders yet"):
        ledger.order("W1")
    for number in range(8):
        opened(ledger, "utrecht", str(number))
    with pytest.raises(LedgerError, match="no work order W99. Open: W4, W5, W6, W7, W8 and 3 more."):
        ledger.order("W99")
    with ledger.writing() as tx:
        for number in range(1, 9):
            tx.close_order(f"W{number}", "withdrawn")
    for wrong in ("W99", "nonsense", "7", "W-1", ""):
        with pytest.raises(LedgerError, match="The last one is W8; none is open"):
            ledger.order(wrong)


def test_a_number_may_be_typed_in_lower_case(ledger: Ledger) -> None:
    opened(ledger)
    assert ledger.order(" w1 ").number == "W1"


def test_an_operation_is_pending_until_its_outcome_is_known(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.intend(operation())
        tx.checkpoint("op-1", {"command": 7, "on": DAY})
        tx.checkpoint("op-1", {"command": 8})
        tx.intend(operation("op-2", "gent", key="plain", reaches=None))
    first, second = ledger.pending()
    assert first == replace(operation(), checkpoint={"command": 8, "on": DAY})
    assert second == operation("op-2", "gent", key="plain", reaches=None)
    assert ledger.pending(["gent"]) == [second]
    with ledger.writing() as tx:
        tx.outcome("unknown", "op-1", detail="no answer")
    assert [(each.outcome, each.detail) for each in ledger.pending(["utrecht"])] == [("unknown", "no answer")]
    with ledger.writing() as tx:
        tx.outcome("performed", "op-1")
        tx.outcome("failed", "op-2")
    assert ledger.pending() == []
    assert [each.kind for each in ledger.events("utrecht")] == [
        "operation.intended",
        "operation.checkpoint",
        "operation.checkpoint",
        "operation.unknown",
        "operation.performed",
    ]


def test_what_a_checkpoint_holds_is_not_told_in_the_history(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.intend(operation())
        tx.checkpoint("op-1", {"command": "shown once"})
    body = dict(list(ledger.events("utrecht"))[-1].body)
    assert len(body.pop("digest")) == 64
    assert body == {"id": "op-1", "names": ["command"]}


def test_an_operation_that_is_not_settled_is_never_begun_again(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.intend(operation())
    with pytest.raises(LedgerError, match="never repeated blindly"), ledger.writing() as tx:
        tx.intend(operation())
    with ledger.writing() as tx:
        tx.outcome("failed", "op-1")
        tx.intend(operation())
    assert [each.outcome for each in ledger.pending()] == ["intended"]


def test_operations_of_one_commit_are_one_event_of_each_office(ledger: Ledger) -> None:
    several = [operation("op-1"), operation("op-2", key="other", reaches=None), operation("op-3", "gent")]
    with ledger.writing() as tx:
        tx.intend(*several)
    with ledger.writing() as tx:
        tx.outcome("failed", "op-2", "op-3", "op-1", detail="refused")
    intended, failed = ledger.events("utrecht")
    assert [(each["id"], each["name"]) for each in intended.body["operations"]] == [
        ("op-1", operation().key[1]),
        ("op-2", "other"),
    ]
    assert failed.body == {
        "operations": [{"id": each, "operation": operation().name} for each in ("op-2", "op-1")],
        "detail": "refused",
    }
    assert [each.kind for each in ledger.events("gent")] == ["operation.intended", "operation.failed"]
    assert ledger.pending() == []


def test_an_outcome_of_what_was_never_begun_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="never begun"), ledger.writing() as tx:
        tx.outcome("performed", "op-9")
    with pytest.raises(LedgerError, match="never begun"), ledger.writing() as tx:
        tx.checkpoint("op-9", {})


def test_a_quota_is_taken_once_per_reference_and_bounds_the_day(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.reserve("gent", "allow", DAY, 6, 10, "a")
        tx.reserve("gent", "allow", DAY, 6, 10, "a")
        tx.reserve("gent", "allow", DAY, 4, 10, "b")
        tx.reserve("zwolle", "allow", DAY, 10, 10, "a")
        tx.reserve("gent", "other", DAY, 1, 10, "a")
    used = ledger.quota_used(["gent", "zwolle", "utrecht"], DAY)
    assert used == {("gent", "allow"): 10, ("zwolle", "allow"): 10, ("gent", "other"): 1}
    assert ledger.quota_used(["utrecht"], DAY) == {}
    with pytest.raises(QuotaUsed, match="allow for gent on 2026-11-20 is used up: 10 of 10"), ledger.writing() as tx:
        tx.reserve("gent", "allow", DAY, 1, 10, "c")
    with ledger.writing() as tx:
        tx.reserve("gent", "allow", DAY + timedelta(days=1), 1, 10, "c")
    assert ledger.quota_used(["gent"], date(2026, 11, 21)) == {("gent", "allow"): 1}


def test_a_quota_is_spent_or_released_once(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.reserve("gent", "allow", DAY, 5, 10, "a")
        tx.reserve("gent", "allow", DAY, 5, 10, "b")
        tx.settle_quota("a", spent=True)
        tx.settle_quota("b", spent=False)
        tx.settle_quota("a", spent=False)
        tx.settle_quota("nothing", spent=True)
    assert ledger.quota_used(["gent"], DAY) == {("gent", "allow"): 5}
    with ledger.writing() as tx:
        tx.reserve("gent", "allow", DAY, 5, 10, "b")
        tx.reserve("gent", "allow", DAY, 5, 10, "a")
    assert ledger.quota_used(["gent"], DAY) == {("gent", "allow"): 10}
    kinds = [each.kind.partition(".")[2] for each in ledger.events("gent")]
    assert kinds == ["reserved", "reserved", "spent", "released", "reserved"]


def test_a_rollout_is_replaced_by_id_and_the_newest_of_a_play_is_found(ledger: Ledger) -> None:
    assert ledger.rollout("site.yml", "Certificates") is None
    with ledger.writing() as tx:
        tx.save_rollout(rollout())
        tx.save_rollout(rollout("other", play="Salary"))
    assert ledger.rollout("site.yml", "Certificates") == rollout()
    further = rollout(state="paused", begun=frozenset({"utrecht"}), failed={"utrecht": "refused"}, reason="by hand")
    with ledger.writing() as tx:
        tx.save_rollout(further)
    assert ledger.rollout("site.yml", "Certificates") == further
    with ledger.writing() as tx:
        # Newer is what was written later, whatever the clock said.
        tx.save_rollout(rollout("r2", started=rollout().started - timedelta(days=1)))
        tx.save_rollout(replace(further, state="superseded"))
    newest = ledger.rollout("site.yml", "Certificates")
    assert newest is not None
    assert newest.id == "r2"
    changed = [each.body for each in ledger.events("") if each.kind == "rollout.paused"]
    assert [(each["begun"], each["failed"]) for each in changed] == [(["utrecht"], ["utrecht"])]


def test_the_same_rollout_again_writes_nothing(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.save_rollout(rollout(failed={"b": "x", "a": "y"}))
    before = ledger.heads()
    with ledger.writing() as tx:
        tx.save_rollout(rollout(failed={"a": "y", "b": "x"}))
    assert ledger.heads() == before


def test_the_key_that_compares_secrets_does_not_change(ledger: Ledger) -> None:
    assert ledger.fingerprint_key() == ledger.fingerprint_key()
    assert len(ledger.fingerprint_key()) == 32

"""Apply: performs what the plan says, reads again, hands out, remembers, and ends in the same place after anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.world import ITEM, World, entry, statuses
from inregel.contract import Secret
from inregel.drivers.memory import Fault, Store
from inregel.engine.allowance import confirmed
from inregel.engine.applying import apply
from inregel.ledger.base import Holder, LeaseHeld, LedgerError
from inregel.plan.model import Status
from inregel.work import AnswersRefused, Desk


def kinds(world: World, office: str = "a") -> list[str]:
    return [event.kind for event in world.ledger.events(office)]


def done(world: World) -> bool:
    return all(entry.status is Status.IN_SYNC for entry in world.plan().entries())


def test_after_apply_the_plan_is_empty_and_each_resource_was_written_once(world: World) -> None:
    world.play(world.items({"x": "1", "y": "2", "gone": None}))
    world.put("a", "gone", "1")
    outcome = world.apply()
    assert [p.outcome for p in outcome.performed] == ["performed"] * 3
    assert world.there("a") == {"x": "1", "y": "2"}
    assert set(world.store.writes.values()) == {1}
    assert done(world)


def test_what_an_exact_task_removes_is_read_again_and_gone(world: World) -> None:
    world.put("a", ("shelf", "old"), "1")
    world.put("a", ("shelf", "x"), "1")
    world.play({**world.items({"x": "1"}, box="shelf"), "exact": True})
    outcome = world.apply()
    assert world.there("a") == {("shelf", "x"): "1"}
    assert statuses(outcome.after) == {("shelf", "x"): Status.IN_SYNC}


def test_an_exact_task_makes_nothing_of_another_module_look_gone(world: World) -> None:
    world.write("modules/box/thing.py", ITEM.replace('SYSTEM + ".item"', 'SYSTEM + ".thing"'))
    world.write("schemas/modules/box/thing.schema.json", "{}")
    world.put("a", "there", "1", "box.thing")
    things = {"box.thing": {"items": {"there": {"value": "1"}, "new": {"value": "1"}}}}
    world.play({**world.items({"x": "1"}, box="shelf"), "exact": True}, things)
    world.apply()
    assert ("box:box-a", "box.thing", "there") not in world.store.writes
    assert done(world)


def test_a_second_apply_writes_nothing_anywhere(world: World) -> None:
    world.play(world.items({"x": "1"}), world.items({"y": "1"}, "desk", way=["person"]))
    world.apply()
    world.do(world.orders()[0])
    world.apply()
    heads, writes = dict(world.ledger.heads()), dict(world.store.writes)
    outcome = world.apply()
    assert dict(world.ledger.heads()) == heads
    assert dict(world.store.writes) == writes
    assert not outcome.performed
    assert not outcome.handed_out


def test_an_operation_is_journalled_before_and_after(world: World) -> None:
    world.play(world.items({"x": "1"}))
    world.apply()
    told = [kind for kind in kinds(world) if kind.startswith("operation.")]
    assert told == ["operation.intended", "operation.checkpoint", "operation.performed"]
    assert world.ledger.verify() == []


def test_a_chain_is_performed_step_by_step_until_somebody_else_has_to_act(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["machine", "machine", "person", "machine"]))
    world.apply()
    assert world.there("a") == {"x": "1 2/4"}
    world.do(world.orders()[0])
    assert world.there("a") == {"x": "1 3/4"}
    world.apply()
    assert world.there("a") == {"x": "1"}
    assert done(world)


def test_the_other_side_brings_it_home_when_its_time_has_come(world: World, clock: Clock) -> None:
    world.play(world.items({"x": "1"}, way=["machine", "wait"]))
    world.apply()
    assert statuses(world.plan()) == {"x": Status.WAITING}
    clock.move(days=2, seconds=1)
    assert done(world)


def test_two_applies_make_one_order(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["person"]))
    world.apply()
    outcome = world.apply()
    assert [order.number for order in world.orders()] == ["W1"]
    assert not outcome.handed_out


def test_a_changed_declaration_supersedes_the_open_order(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["person"]))
    world.apply()
    world.play(world.items({"x": "2"}, way=["person"]))
    outcome = world.apply()
    assert [order.number for order in world.orders()] == ["W2"]
    assert [(order.number, order.successor) for order in outcome.ended] == [("W1", "W2")]
    with pytest.raises(LedgerError, match="W2"):
        world.work().done("W1", by="Ria", answers={})


def test_a_line_that_is_no_longer_declared_leaves_its_order(world: World) -> None:
    world.play(world.items({"x": "1", "y": "1"}, way=["person"]))
    world.apply()
    world.play(world.items({"x": "1"}, way=["person"]))
    world.apply()
    assert [[line.key for line in order.order.lines] for order in world.orders()] == [["x"]]


def test_what_is_found_in_sync_withdraws_its_order(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["person"]))
    world.apply()
    world.put("a", "x", "1")
    outcome = world.apply()
    assert [(order.number, order.state) for order in outcome.ended] == [("W1", "withdrawn")]


def test_tags_leave_the_orders_of_other_tasks_alone(world: World) -> None:
    world.play(
        {**world.items({"x": "1"}, way=["person"]), "tags": ["one"]},
        {**world.items({"y": "1"}, way=["person"]), "tags": ["two"]},
    )
    world.apply()
    world.apply(tags=["two"])
    assert "x" in {line.key for order in world.orders() for line in order.order.lines}


def test_what_a_person_attests_is_in_sync_and_says_who_said_so(world: World) -> None:
    world.play(world.items({"x": "1"}, "desk", way=["person"]))
    world.apply()
    world.do(world.orders()[0], by="Ria")
    found = entry(world.plan(), "x")
    assert found.status is Status.IN_SYNC
    source = found.provenance.get("value") or found.provenance[""]
    assert (source.kind, source.by) == ("attested", "Ria")


def test_a_statement_that_is_past_its_date_is_asked_again_and_not_done_again(world: World, clock: Clock) -> None:
    world.settings(attestations={"default": "30d"})
    world.play(world.items({"x": "1"}, "desk", way=["person"]))
    world.apply()
    world.do(world.orders()[0])
    clock.move(days=31)
    assert statuses(world.plan()) == {"x": Status.LOOK}
    world.apply()
    assert [line.kind for line in world.orders()[0].order.lines] == ["look"]
    world.do(world.orders()[0])
    assert done(world)


def test_a_new_look_leaves_an_order_in_hand_as_it_is(world: World, clock: Clock) -> None:
    world.settings(attestations={"default": "30d"})
    world.play(world.items({"x": "1"}, "desk", way=["person"]))
    world.apply()
    world.do(world.orders()[0])
    clock.move(days=30)
    world.play(world.items({"x": "1", "y": "1"}, "desk", way=["person"]))
    world.apply()
    (first,) = world.orders()
    clock.move(days=1)
    world.apply()
    assert first.number in [order.number for order in world.orders()]


def test_a_refused_change_is_failed_until_it_is_reopened_or_changed(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["person"]))
    world.apply()
    world.work().fail("W1", by="Ria", reason="no rights")
    found = entry(world.plan(), "x")
    assert found.status is Status.FAILED
    assert found.blocked is not None
    assert "refused by Ria: no rights (W1)" in found.blocked.reason
    world.play(world.items({"x": "2"}, way=["person"]))
    assert statuses(world.plan()) == {"x": Status.CHANGE}


def test_a_refused_operation_fails_and_what_rests_on_it_is_not_begun(world: World) -> None:
    world.store.faults.append(Fault(1, "refused"))
    world.play(world.items({"x": "1"}), world.items({"y": "1"}, rests_on=["box.item:x"]))
    outcome = world.apply()
    assert world.there("a") == {}
    assert statuses(outcome.after) == {"x": Status.FAILED, "y": Status.BLOCKED}
    world.apply()
    assert done(world)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", ["lost", "raised"])
def test_an_unknown_outcome_is_read_back_and_never_repeated_blindly(world: World, kind: Any, after: bool) -> None:
    world.store.faults.append(Fault(1, kind, after=after))
    world.play(world.items({"x": "1"}))
    outcome = world.apply()
    assert outcome.performed[0].outcome == ("performed" if after else "failed")
    world.apply()
    assert world.store.writes[("box:box-a", "box.item", "x")] == 1
    assert done(world)
    assert world.ledger.pending() == []


def test_what_the_driver_says_but_did_not_do_is_found_by_reading_again(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["machine", "wait"]))

    class Forgetful(Store):
        """Answers, and keeps nothing."""

        def put(self, resource: Any, state: Any, later: Any = None) -> None:
            self.writes[resource] += 1

    world.store = Forgetful()
    outcome = world.apply()
    assert outcome.after.entries()[0].status is Status.FAILED
    assert "not there" in (outcome.after.entries()[0].blocked or "").reason  # type: ignore[union-attr]


def test_a_module_that_makes_no_progress_is_stopped_and_says_so(world: World) -> None:
    module = (world.root / "modules/box/item.py").read_text()
    endless = module.replace('before.get("value") == stage["value"]', "False")
    world.write("modules/box/item.py", endless)
    world.play(world.items({"x": "1"}, way=["machine", "machine"]))
    outcome = world.apply()
    (found,) = outcome.after.entries()
    assert found.status is Status.FAILED
    assert found.blocked is not None
    assert "no progress" in found.blocked.reason
    assert world.store.writes[("box:box-a", "box.item", "x")] == 1


def test_the_loser_of_two_applies_names_the_winner_and_writes_nothing(world: World, clock: Clock) -> None:
    other = Holder("jan@pc2, process 9", "token-2")
    world.ledger.acquire("box:box-a", other, timedelta(seconds=60))
    world.play(world.items({"x": "1"}))
    outcome = world.apply()
    assert "jan@pc2, process 9" in outcome.unavailable[0][1]
    assert "since" in outcome.unavailable[0][1]
    assert world.store.performed == 0


def test_a_lease_is_not_kept_after_the_apply(world: World) -> None:
    world.play(world.items({"x": "1"}))
    world.apply()
    world.ledger.acquire("box:box-a", Holder("jan", "token-2"), timedelta(seconds=60))
    with pytest.raises(LeaseHeld):
        world.ledger.acquire("box:box-a", Holder("els", "token-3"), timedelta(seconds=60))


def test_a_captured_secret_is_stored_before_anything_else_and_not_shown(world: World) -> None:
    world.play(world.items({"x": "1"}, captures=["token_a"]))
    world.apply()
    value = world.ledger.captured("token_a", ["box:box-a"])["box:box-a"].reveal()
    assert all(value not in str(event.body) for event in world.ledger.events())


def test_a_secret_in_an_argument_is_in_no_event_and_no_order(world: World) -> None:
    value = canary("pin")
    world.secrets = type(world.secrets)({"pin": value})
    world.play(world.items({"x": "1"}, way=["person"], secret="{{ secret('pin') }}"))
    world.apply()
    (order,) = world.orders()
    assert order.order.secrets == ("pin",)
    assert value not in repr(order) + repr(list(world.ledger.events()))
    assert isinstance(world.plan().entries()[0].chain[0].step.arguments["secret"], Secret)  # type: ignore[union-attr]


def test_a_secret_in_a_state_stands_in_the_order_by_name_and_is_answered_as_a_secret(world: World) -> None:
    value, other = canary("pin"), canary("other")
    world.secrets = type(world.secrets)({"pin": value})
    reads = '\n    if "pin" in view:\n        return Seen({"x": {"value": view["pin"]}}, False)'
    world.write("modules/desk/item.py", ITEM.replace("def actual(view):", f"def actual(view):{reads}"))
    asked = {"type": "object", "properties": {"pin": {"type": "string", "secret": True}}}
    world.write("modules/desk/work_orders/form.answers.schema.json", json.dumps(asked))
    world.play(world.items({"x": "{{ secret('pin') }}"}, "desk", way=["person"]))
    world.apply()
    (order,) = world.orders()
    assert "Zet `x` op `<secret pin>`" in order.order.text
    assert order.order.secrets == ("pin",)
    with pytest.raises(AnswersRefused) as refused:
        world.do(order, pin=other)
    assert refused.value.problems == ("desk.item:x: value is not the secret that it was to be.",)
    world.do(order, pin=value)
    assert done(world)
    kept = (world.ledger.order("W1"), list(world.ledger.events()), world.ledger.known(["a"]))
    assert value not in repr(kept)


def test_an_irreversible_step_needs_to_be_allowed_by_name_and_number(world: World) -> None:
    world.play(world.items({"x": "1", "y": "1"}, irreversible=True))
    outcome = world.apply(allow={"box.set": 1})
    assert len(world.there("a")) == 1
    (blocked,) = [e.blocked for e in outcome.after.entries() if e.status is Status.BLOCKED]
    assert blocked is not None
    assert "--allow box.set=N" in blocked.remedy


def test_an_allowance_is_not_used_up_by_what_is_not_begun(world: World) -> None:
    sure = {"irreversible": True}
    world.play(
        {"name": "Blocked", **world.items({"b": "1"}, blocked="no consent")},
        {"needs": ["Blocked"], **world.items({"x": "1"}, **sure)},
        {"name": "By hand", **world.items({"p": "1"}, way=["person"])},
        {"needs": ["By hand"], **world.items({"q": "1"}, **sure)},
        world.items({"r": "1"}, way=["person", "machine"], **sure),
        world.items({"y": "1", "z": "1"}, **sure),
    )
    outcome = world.apply(allow={"box.set": 1, "box.by_hand": 1})
    assert world.there("a") == {"y": "1"}
    assert sorted(line.key for order in world.orders() for line in order.order.lines) == ["p", "r"]
    barred = [e.key for e in outcome.after.entries() if e.blocked and "cannot be taken back" in e.blocked.reason]
    assert barred == ["z"]
    for order in world.orders():
        world.do(order)
    outcome = world.apply(allow={"box.set": 1})
    assert world.there("a") == {"p": "1", "q": "1", "r": "1 1/2", "y": "1"}
    barred = [e.key for e in outcome.after.entries() if e.blocked and "cannot be taken back" in e.blocked.reason]
    assert barred == ["r", "z"]


def test_an_allowance_of_what_failed_before_it_was_begun_is_given_back(world: World) -> None:
    world.store.faults.append(Fault(1, "refused"))
    world.play(
        {"name": "First", **world.items({"a": "1"})},
        {"needs": ["First"], **world.items({"x": "1"}, irreversible=True)},
        world.items({"y": "1"}, irreversible=True),
    )
    world.apply(allow={"box.set": 1})
    assert world.there("a") == {"y": "1"}


def test_only_what_was_confirmed_is_begun(world: World) -> None:
    world.offices("a", "b")
    world.play(world.items({"x": "1"}, way=["machine", "machine"]), world.items({"y": "1"}))
    world.put("b", "y", "1")
    seen = confirmed(world.plan(), world.ledger.fingerprint_key())
    world.put("b", "y", "moved")
    outcome = world.apply(confirmed=seen)
    assert world.there("a") == {"x": "1", "y": "1"}
    assert world.there("b") == {"x": "1", "y": "moved"}
    (blocked,) = [e.blocked for e in outcome.after.entries() if e.status is Status.BLOCKED]
    assert blocked is not None
    assert blocked.reason == "it has moved since the plan that you confirmed: value was 1, is moved"


def moved(world: World, change: Callable[[], object]) -> str:
    """What an apply says after something changed behind the plan that was confirmed."""
    seen = confirmed(world.plan(), world.ledger.fingerprint_key())
    change()
    (found,) = world.apply(confirmed=seen).after.entries()
    assert found.status is Status.BLOCKED
    assert found.blocked is not None
    start, _, what = found.blocked.reason.partition(": ")
    assert start == "it has moved since the plan that you confirmed"
    return what


def test_what_has_moved_is_told_with_the_planned_and_the_present_value(world: World) -> None:
    def declare(value: str, **more: str) -> None:
        world.play({"box.item": {"items": {"x": {"value": value, **more}}}})

    declare("1")
    assert moved(world, lambda: declare("2")) == "value was to be 1, is to be 2"
    world.put("a", "x", "2")
    assert moved(world, lambda: world.put("a", "x", None)) == "it was there (value 2), is absent"
    world.put("a", "x", "2")
    at = ("box:box-a", "box.item", "x")
    many = dict.fromkeys("abcdefg", "1")
    assert moved(world, lambda: world.store.set(at, {"value": "0", **many})) == (
        "value was 2, is 0; a was absent, is 1; b was absent, is 1; c was absent, is 1; 4 more"
    )


def test_a_secret_that_has_moved_is_told_by_its_name(world: World) -> None:
    world.secrets.values["pin"] = canary("pin")
    world.play({"box.item": {"items": {"x": {"value": "1", "pin": "{{ secret('pin') }}"}}}})
    assert world.apply().performed
    at = ("box:box-a", "box.item", "x")
    other = {"value": "1 1/2", "pin": Secret("other", canary("other"))}
    assert moved(world, lambda: world.store.set(at, other)) == (
        "value was 1, is 1 1/2; pin is another secret (pin, other)"
    )


def test_who_acts_does_not_change_after_it_was_confirmed(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["machine"]))
    by_hand = {"connections": {"box": {"box": "box-a", "operations": []}}}
    assert moved(world, lambda: world.offices("a", a=by_hand)) == "box.set was for a machine, is for a person"
    assert world.orders() == []


def test_what_was_allowed_and_handed_out_stays_so_until_its_order_is_closed(world: World) -> None:
    world.play(world.items({"x": "1", "y": "1"}, way=["person"], irreversible=True))
    world.apply(allow={"box.by_hand": 1})
    outcome = world.apply(allow={})
    assert [order.number for order in world.orders()] == ["W1"]
    assert sorted(e.status.value for e in outcome.after.entries()) == ["blocked", "change"]


def test_a_quota_is_spent_by_the_receipt_and_counts_over_runs(world: World, clock: Clock) -> None:
    world.settings(quotas={"box.set": "2 per day"})
    world.play(world.items({str(n): "1" for n in range(5)}))
    world.apply()
    world.apply()
    assert len(world.there("a")) == 2
    clock.move(days=1)
    world.apply()
    assert len(world.there("a")) == 4
    clock.move(days=1)
    world.apply()
    assert done(world)


def test_a_failed_operation_gives_its_quota_back(world: World) -> None:
    world.settings(quotas={"box.set": "1 per day"})
    world.store.faults.append(Fault(1, "refused"))
    world.play(world.items({"x": "1"}))
    world.apply()
    world.apply()
    assert world.there("a") == {"x": "1"}


def test_an_interrupt_ends_what_is_under_way_and_begins_nothing_more(world: World) -> None:
    world.play(world.items({"x": "1", "y": "1", "z": "1"}))
    project = world.project()

    async def interrupted(engine: Any) -> Any:
        original = engine.options.observer.performed
        engine.options.observer.performed = lambda *args: (original(*args), setattr(engine, "stopping", True))[0]
        return await apply(engine, Desk(world.ledger, project.library, project))

    outcome = world.run(interrupted)
    assert outcome.interrupted
    assert len(world.there("a")) == 1
    assert world.ledger.pending() == []
    world.apply()
    assert set(world.store.writes.values()) == {1}
    assert done(world)


def test_an_order_is_not_handed_out_before_the_machine_has_done_its_part(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["machine", "person"]), world.items({"y": "1"}, way=["person"]))
    project = world.project()

    async def interrupted(engine: Any) -> Any:
        engine.options.observer.office_read = lambda office: setattr(engine, "stopping", True)
        return await apply(engine, Desk(world.ledger, project.library, project))

    world.run(interrupted)
    assert world.there("a") == {}
    assert "x" not in [line.key for order in world.orders() for line in order.order.lines]


def test_a_kill_between_two_lines_of_the_journal_is_settled_by_reading(world: World) -> None:
    world.play(world.items({"x": "1", "y": "1"}))

    class Killed(BaseException):
        pass

    class Dies(Store):
        """Dies when the first write took effect."""

        def put(self, resource: Any, state: Any, later: Any = None) -> None:
            Store.put(self, resource, state, later)
            raise Killed

    world.store = Dies()
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.apply()
    world.store = Store(states=world.store.states, writes=world.store.writes)
    world.clock.move(minutes=5)
    world.apply()
    assert set(world.store.writes.values()) == {1}
    assert world.ledger.pending() == []
    assert done(world)


@pytest.mark.parametrize("lost", [False, True])
def test_a_system_that_goes_away_after_a_write_leaves_it_open_until_it_can_be_read(world: World, lost: bool) -> None:
    class GoesAway(Store):
        """Takes the write, and is away from then on."""

        def put(self, resource: Any, state: Any, later: Any = None) -> None:
            Store.put(self, resource, state, later)
            self.unreachable.add(resource[0])

    world.store = GoesAway()
    world.store.faults = [Fault(1, "lost", after=True)] if lost else []
    world.play(world.items({"x": "1"}))
    outcome = world.apply()
    assert outcome.unavailable
    assert [p.outcome for p in world.ledger.pending()] == (["unknown"] if lost else [])
    world.store.unreachable.clear()
    world.apply()
    assert world.store.writes[("box:box-a", "box.item", "x")] == 1
    assert world.ledger.pending() == []
    assert done(world)


def test_a_batch_holds_until_the_orders_of_the_one_before_are_done(world: World) -> None:
    world.offices("a", "b", "c")
    world.play(world.items({"x": "1"}, way=["person"]), serial=[1, 2])
    outcome = world.apply()
    assert [order.order.office for order in world.orders()] == ["a"]
    assert outcome.held == [("Play", "1 of 1 offices are not done: a")]
    world.do(world.orders()[0])
    world.apply()
    assert [order.order.office for order in world.orders()] == ["b", "c"]


def test_too_many_failures_stop_the_rollout_until_it_is_resumed(world: World) -> None:
    world.offices("a", "b", "c", "d")
    world.store.faults += [Fault(1, "refused"), Fault(2, "refused")]
    world.play(world.items({"x": "1"}), serial=2, max_fail_percentage=0)
    outcome = world.apply(forks=1)
    assert outcome.stopped
    assert world.store.performed == 1
    again = world.apply()
    assert "resume" in again.stopped[0][1]
    assert world.store.performed == 1
    # What there is to do is said all the same: nothing read would be "nothing to do".
    assert [e.status for e in again.after.entries()] == [Status.CHANGE] * 4


def test_a_plan_says_that_its_rollout_was_stopped(world: World) -> None:
    world.offices("a", "b")
    world.store.faults = [Fault(1, "refused")]
    world.play(world.items({"x": "1"}), serial=1, max_fail_percentage=0)
    world.apply(forks=1)
    assert all("inregel rollout resume" in part.held for part in world.plan().offices)
    world.play(world.items({"x": "2"}), serial=1, max_fail_percentage=0)
    assert [part.held for part in world.plan().offices] == ["", ""]


def test_a_rollout_is_done_when_the_orders_of_its_last_batch_are(world: World) -> None:
    world.offices("a", "b")
    world.play(world.items({"x": "1"}, way=["person"]), serial=1)
    for _ in range(2):
        world.apply()
        assert [each.state for each in world.ledger.rollouts()] == ["running"]
        world.do(world.orders()[0])
    world.apply()
    assert [each.state for each in world.ledger.rollouts()] == ["done"]


def test_the_events_verify_after_everything(world: World) -> None:
    world.offices("a", "b")
    world.play(world.items({"x": "1"}), world.items({"y": "1"}, "desk", way=["person"]))
    world.apply()
    for order in world.orders():
        world.do(order)
    world.apply()
    assert world.ledger.verify() == []
    assert asyncio.iscoroutinefunction(world.clock.sleep)

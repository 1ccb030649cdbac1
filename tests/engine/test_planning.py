"""What a plan says, and that making one changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from helpers.canary import canary
from helpers.world import World, entry, statuses
from inregel.contract import UNKNOWN, Wait
from inregel.errors import InregelError
from inregel.plan.model import PlannedStep, Status
from inregel.secrets.memory import MemorySource


def test_a_plan_writes_nothing_to_systems_or_ledger(world: World) -> None:
    world.play(world.items({"x": "1"}), world.items({"y": "1"}, "desk", way=["person"]))
    heads = dict(world.ledger.heads())
    plan = world.plan()
    assert statuses(plan) == {"x": Status.CHANGE, "y": Status.LOOK}
    assert world.store.performed == 0
    assert not world.store.writes
    assert dict(world.ledger.heads()) == heads


def test_what_is_as_declared_is_in_sync(world: World) -> None:
    world.put("a", "x", "1")
    world.play(world.items({"x": "1", "gone": None}))
    assert set(statuses(world.plan()).values()) == {Status.IN_SYNC}


def test_a_change_says_before_after_and_how_before_is_known(world: World) -> None:
    world.put("a", "x", "1")
    world.play(world.items({"x": "2"}))
    (field,) = entry(world.plan(), "x").fields
    assert (field.name, field.before, field.after, field.was.kind) == ("value", "1", "2", "verified")


def test_ten_resources_of_a_connection_are_one_read(world: World) -> None:
    world.play(world.items({str(n): "1" for n in range(10)}))
    world.plan()
    assert world.store.reads == 1


def test_a_driver_acts_where_it_can_and_a_person_where_it_cannot(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["machine"]), world.items({"y": "1"}, way=["person"]))
    plan = world.plan()
    assert entry(plan, "x").actor == "machine"
    assert entry(plan, "y").actor == "person"
    (order,) = plan.offices[0].orders
    assert (order.number, order.title, order.person) == ("W1", "Formulier", "Contact of a")


@pytest.mark.parametrize(("language", "spoken"), [("en", "en"), ("fr", "nl")])
def test_a_plan_names_the_language_that_its_order_is_handed_out_in(world: World, language: str, spoken: str) -> None:
    world.write("modules/box/work_orders/form.en.md", "# Form\n")
    world.offices("a", a={"language": language})
    world.play(world.items({"x": "1"}, way=["person"]))
    (planned,) = world.plan().offices[0].orders
    world.apply()
    (order,) = (each.order for each in world.ledger.orders())
    assert planned.language == order.language == spoken
    assert planned.title == order.title == {"en": "Form", "nl": "Formulier"}[spoken]


def test_a_driver_that_loses_an_operation_makes_it_a_line_of_an_order(world: World) -> None:
    world.offices("a", a={"connections": {"box": {"box": "box-a", "operations": []}}})
    world.play(world.items({"x": "1"}))
    assert entry(world.plan(), "x").actor == "person"


def test_a_chain_is_machine_then_person_then_the_other_side(world: World) -> None:
    world.play(world.items({"x": "1"}, way=["machine", "person", "wait"]))
    found = entry(world.plan(), "x")
    kinds = [part.actor if isinstance(part, PlannedStep) else type(part) for part in found.chain]
    assert kinds == ["machine", "person", Wait]
    assert found.actor == "both"


def test_the_other_side_at_work_is_waiting_and_says_until_when(world: World) -> None:
    world.put("a", "x", "1 1/2")
    world.play(world.items({"x": "1"}, way=["machine", "wait"]))
    found = entry(world.plan(), "x")
    assert found.status is Status.WAITING
    assert found.wait is not None
    assert found.wait.until.date() == date(2026, 11, 22)


def test_what_rests_on_a_blocked_resource_is_blocked_by_it(world: World) -> None:
    world.play(
        world.items({"x": "1"}, blocked="no rights"),
        world.items({"y": "1"}, rests_on=["box.item:x"]),
        world.items({"z": "1"}),
    )
    plan = world.plan()
    assert statuses(plan) == {"x": Status.BLOCKED, "y": Status.BLOCKED, "z": Status.CHANGE}
    blocked = entry(plan, "y").blocked
    assert blocked is not None
    assert (blocked.reason, blocked.who, blocked.cause) == ("blocked by box.item", "other", "box.item:x")


def test_what_is_in_sync_stays_so_when_what_it_rests_on_is_blocked(world: World) -> None:
    world.put("a", "y", "1")
    world.play(world.items({"x": "1"}, blocked="no rights"), world.items({"y": "1"}, rests_on=["box.item:x"]))
    assert statuses(world.plan())["y"] is Status.IN_SYNC


def test_a_mere_look_rests_on_nothing(world: World) -> None:
    world.play(
        world.items({"x": "1"}, blocked="no rights"),
        world.items({"y": "1"}, "desk", way=["person"], look=True, rests_on=["box.item:x"]),
    )
    assert statuses(world.plan()) == {"x": Status.BLOCKED, "y": Status.LOOK}


def test_what_rests_on_a_wait_waits(world: World) -> None:
    world.put("a", "x", "1 1/2")
    world.play(
        world.items({"x": "1"}, way=["machine", "wait"]),
        world.items({"y": "1"}, rests_on=["box.item:x"]),
    )
    assert statuses(world.plan()) == {"x": Status.WAITING, "y": Status.WAITING}


def test_needs_names_a_task_and_puts_it_first(world: World) -> None:
    world.play(
        {"name": "later", "needs": ["first"], **world.items({"y": "1"})},
        {"name": "first", **world.items({"x": "1"})},
    )
    assert [item.key for item in world.plan().entries()] == ["x", "y"]


def test_a_circle_is_refused_and_listed(world: World) -> None:
    world.play(
        {"name": "one", "needs": ["two"], **world.items({"x": "1"})},
        {"name": "two", "needs": ["one"], **world.items({"y": "1"})},
    )
    with pytest.raises(InregelError, match="one"):
        world.plan()


def test_modules_that_ask_for_each_other_are_refused_and_listed(world: World) -> None:
    world.play(
        world.items({"x": "1"}, rests_on=["desk.item"]),
        world.items({"y": "1"}, "desk", rests_on=["box.item"]),
    )
    with pytest.raises(InregelError, match=r"box\.item -> desk\.item -> box\.item"):
        world.plan()


def test_lines_of_one_form_are_one_order_across_systems_and_tasks(world: World) -> None:
    world.play(
        world.items({"x": "1"}, way=["person"], order="form"),
        world.items({"y": "1"}, way=["person"], order="form"),
        world.items({"z": "1"}, way=["person"], order="other"),
    )
    orders = world.plan().offices[0].orders
    assert [(order.name, len(order.lines)) for order in orders] == [("box/form", 2), ("box/other", 1)]


def test_what_follows_a_persons_line_is_planned_as_after_that_order(world: World) -> None:
    world.play(
        world.items({"x": "1"}, way=["person"]),
        world.items({"y": "1"}, rests_on=["box.item:x"]),
    )
    plan = world.plan()
    (order,) = plan.offices[0].orders
    assert entry(plan, "y").after_orders == (order.identity,)
    assert entry(plan, "y").status is Status.CHANGE


def test_a_group_that_would_close_a_circle_is_two_orders(world: World) -> None:
    world.play(
        world.items({"x": "1"}, way=["person"]),
        world.items({"m": "1"}, rests_on=["box.item:x"]),
        world.items({"y": "1"}, way=["person"], rests_on=["box.item:m"]),
    )
    first, second = world.plan().offices[0].orders
    assert second.after == (first.identity,)


def test_from_unknown_what_is_harmless_is_look_then_do_and_what_is_not_is_look(world: World) -> None:
    world.play(
        world.items({"x": "1"}, "desk", way=["person"]),
        world.items({"y": "1"}, "desk", way=["person"], irreversible=True),
        world.items({"z": "1"}, "desk", way=["person"], look=True),
    )
    plan = world.plan()
    assert [entry(plan, key).line for key in "xyz"] == ["look_then_do", "look", "look"]
    assert all(entry(plan, key).before is UNKNOWN for key in "xyz")


def test_an_incomplete_listing_is_unknown_not_absent(world: World) -> None:
    world.store.partial.add("box.item")
    world.play(world.items({"x": "1"}, irreversible=True))
    found = entry(world.plan(), "x")
    assert (found.before, found.status) == (UNKNOWN, Status.LOOK)


def test_a_fault_of_one_office_blocks_there_and_the_others_go_on(world: World) -> None:
    world.offices("a", "b")
    world.write("files/a.bin", "here")
    world.play({"box.item": {"items": {"x": {"value": "1"}}, "file": "files/{{ office.id }}.bin"}})
    plan = world.plan()
    assert [(e.office, e.status) for e in plan.entries()] == [("a", Status.CHANGE), ("b", Status.BLOCKED)]
    blocked = plan.entries()[1].blocked
    assert blocked is not None
    assert (blocked.reason, blocked.remedy) == ("there is no file files/b.bin", "put it there: files/b.bin")


def test_a_system_that_does_not_answer_blocks_its_office_only(world: World) -> None:
    world.offices("a", "b")
    world.store.unreachable.add("box:box-b")
    world.play(world.items({"x": "1"}))
    plan = world.plan()
    assert [(e.office, e.status) for e in plan.entries()] == [("a", Status.CHANGE), ("b", Status.BLOCKED)]
    assert "unavailable" in plan.offices[1].unavailable


def test_an_office_without_the_connection_is_told_where_to_add_it(world: World) -> None:
    world.offices("a", a={"connections": {}})
    world.play(world.items({"x": "1"}))
    blocked = entry(world.plan(), "x").blocked
    assert blocked is not None
    assert "connection box" in blocked.reason
    assert "inventory" in blocked.remedy


def test_one_thing_claimed_by_two_offices_blocks_both(world: World) -> None:
    world.offices("a", "b")
    world.play({"box.item": {"items": {"x": {"value": "1", "claim": "I09"}}}})
    reasons = [e.blocked.reason for e in world.plan().entries() if e.blocked]
    assert reasons == ["thing:I09 is claimed by a and b; only one can hold it"] * 2


def test_what_one_resource_alone_can_take_blocks_two_and_names_both_with_their_tasks(world: World) -> None:
    def item(name: str, value: str, **more: Any) -> dict[str, Any]:
        return {"name": f"Task {name}", "box.item": {"items": {name: {"value": value, "takes": "front seat"}}}, **more}

    world.play(item("x", "1"), item("y", "2"), item("z", "3", when=False), world.items({"w": "1"}))
    found = {each.key: each.blocked for each in world.plan().entries()}
    assert found["w"] is None
    assert found["x"] == found["y"]
    assert found["x"] is not None
    assert found["x"].reason == "there is one front seat, and declared are x (task 'Task x') and y (task 'Task y')"
    world.play(item("x", "1"), item("y", "2", when=False))
    assert [each.blocked for each in world.plan().entries()] == [None]


def test_a_claim_of_an_office_that_the_limit_leaves_out_counts(world: World) -> None:
    world.offices("a", "b")
    world.play({"box.item": {"items": {"x": {"value": "1", "claim": "N1"}}}})
    (found,) = world.plan(limit="a").entries()
    assert found.blocked is not None
    assert found.blocked.reason == "thing:N1 is claimed by a and b; only one can hold it"


def test_the_same_thing_declared_twice_alike_counts_once(world: World) -> None:
    world.play(world.items({"x": "1"}), world.items({"x": "1"}))
    assert len(world.plan().entries()) == 1


def test_the_same_thing_declared_twice_differently_is_blocked_and_names_both_tasks(world: World) -> None:
    world.play({"name": "one", **world.items({"x": "1"})}, {"name": "two", **world.items({"x": "2"})})
    (found,) = world.plan().entries()
    assert found.blocked is not None
    assert found.blocked.reason == "declared twice with different values, by the tasks 'one' and 'two'"


def test_exact_removes_what_is_there_and_not_declared(world: World) -> None:
    world.put("a", ("shelf", "old"), "1")
    world.put("a", ("other", "kept"), "1")
    world.play({**world.items({"x": "1"}, box="shelf"), "exact": True})
    found = entry(world.plan(), ("shelf", "old"))
    assert (found.status, found.after) == (Status.CHANGE, None)
    assert ("other", "kept") not in statuses(world.plan())


def test_exact_with_nothing_declared_owns_the_container_that_the_module_names(world: World) -> None:
    world.put("a", ("shelf", "old"), "1")
    world.play({**world.items({}, box="shelf"), "exact": True})
    assert ("shelf", "old") in statuses(world.plan())


def test_exact_leaves_what_another_task_declares_whatever_tags_and_when_say(world: World) -> None:
    for name in ("tagged", "skipped", "old"):
        world.put("a", ("shelf", name), "1")
    world.play(
        {**world.items({"x": "1"}, box="shelf"), "exact": True, "tags": ["now"]},
        {**world.items({"tagged": "1"}, box="shelf"), "tags": ["later"]},
        {**world.items({"skipped": "1"}, box="shelf"), "when": "false", "tags": ["now"]},
    )
    assert set(statuses(world.plan(tags=["now"]))) == {("shelf", "x"), ("shelf", "old")}


def test_exact_removes_nothing_that_was_not_verified_in_this_run(world: World) -> None:
    world.put("a", ("shelf", "old"), "1")
    world.store.unreachable.add("box:box-a")
    world.play({**world.items({"x": "1"}, box="shelf"), "exact": True})
    assert set(statuses(world.plan())) == {("shelf", "x")}


def test_exact_waits_while_a_task_of_the_container_could_not_be_evaluated(world: World) -> None:
    world.put("a", ("shelf", "old"), "1")
    world.play(
        {**world.items({"x": "1"}, box="shelf"), "exact": True},
        world.items({}, box="shelf", fault="the list cannot be read"),
    )
    assert ("shelf", "old") not in statuses(world.plan())


def test_removals_run_in_reverse(world: World) -> None:
    for key in "xyz":
        world.put("a", key, "1")
    world.play(world.items({"x": None, "y": None, "z": None}))
    assert [item.key for item in world.plan().entries()] == ["z", "y", "x"]


def test_a_quota_lets_the_first_ones_through_and_queues_the_rest_by_day(world: World) -> None:
    world.settings(quotas={"box.set": "2 per day"})
    world.play(world.items({str(n): "1" for n in range(5)}))
    plan = world.plan()
    states = [(e.key, e.status, e.until) for e in plan.entries()]
    assert sorted(states, key=str) == [
        ("0", Status.CHANGE, None),
        ("1", Status.CHANGE, None),
        ("2", Status.QUEUED, date(2026, 11, 21)),
        ("3", Status.QUEUED, date(2026, 11, 21)),
        ("4", Status.QUEUED, date(2026, 11, 22)),
    ]


def test_a_look_takes_nothing_of_a_quota_and_look_then_do_takes_its_part(world: World) -> None:
    world.settings(quotas={"desk.by_hand": "1 per day"})
    world.play(world.items({"x": "1", "y": "1"}, "desk", way=["person"], irreversible=True))
    outcome = world.apply()
    assert not outcome.unavailable
    assert [len(order.order.lines) for order in outcome.handed_out] == [2]
    world.play(world.items({"v": "1", "w": "1"}, "desk", way=["person"], order="other"))
    outcome = world.apply()
    assert not outcome.unavailable
    assert {e.key: e.status for e in outcome.after.entries()} == {"v": Status.LOOK, "w": Status.QUEUED}


def test_the_revision_covers_files_that_modules_asked_for(world: World) -> None:
    world.write("files/one.bin", "1")
    world.play(world.items({"x": "1"}, file="files/one.bin"))
    first = world.plan().revision
    assert world.plan().revision == first
    world.write("files/one.bin", "2")
    assert world.plan().revision != first


def test_the_revision_covers_secrets_by_their_value(world: World) -> None:
    world.play(world.items({"x": "1"}, secret="{{ secret('pin') }}"))
    revisions = []
    for value in (canary("pin"), canary("pin"), canary("other pin")):
        world.secrets = MemorySource({"pin": value})
        revisions.append(world.plan().revision)
    assert len(set(revisions)) == 3


def test_a_file_outside_of_the_project_is_not_read(world: World) -> None:
    world.play(world.items({"x": "1"}, file="../secret.txt"))
    (found,) = world.plan().entries()
    assert found.blocked is not None
    assert "outside of the project" in found.blocked.reason


def test_a_secret_where_a_path_is_meant_blocks_and_is_no_fault_of_the_module(world: World) -> None:
    world.secrets = MemorySource({"pin": canary("pin")})
    world.play(world.items({"x": "1"}, file="{{ secret('pin') }}"))
    (found,) = world.plan().entries()
    assert found.blocked is not None
    assert found.blocked.reason == "the path of a file cannot be the secret pin"
    assert found.blocked.remedy.startswith("write the path itself")


def test_a_plan_says_which_offices_wait_for_the_batch_before_them(world: World) -> None:
    world.offices("a", "b")
    world.play(world.items({"x": "1"}, way=["person"]), serial=1)
    assert [part.held for part in world.plan().offices] == ["", ""]
    world.apply()
    assert [part.held for part in world.plan().offices] == ["", "1 of 1 offices are not done: a"]
    world.do(world.orders()[0])
    assert [part.held for part in world.plan().offices] == ["", ""]

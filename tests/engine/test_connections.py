"""An office with several connections of one system: which one a task is at, and that nothing of them is mixed up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.clock import Clock
from helpers.projects import said
from helpers.world import World
from inregel.config.mistakes import ConfigError
from inregel.drivers.memory import Fault, Store
from inregel.engine.leases import identities
from inregel.ledger.base import Order
from inregel.plan.model import Entry, Plan, Status

HERE, TEST = "box:one", "box:two"
"""The identities of the two connections of office `a`."""


class Two(World):
    """Office `a` has the connections `box` and `box.test`."""

    def __init__(self, root: Path, clock: Clock) -> None:
        super().__init__(root, clock)
        self.connections(**{"box": {"box": "one"}, "box.test": {"box": "two"}})

    def connections(self, **connections: Any) -> None:
        """The connections of the office."""
        self.offices("a", a={"connections": connections})

    def fill(self, identity: str, **items: str | None) -> None:
        """What happens outside of inregel."""
        for key, value in items.items():
            self.store.set((identity, "box.item", key), None if value is None else {"value": value})

    def at(self, identity: str) -> dict[Any, Any]:
        """What the system holds at a connection: key to value."""
        return {key: state["value"] for (box, _, key), state in self.store.states.items() if box == identity}

    def finish(self, order: Order, identity: str) -> None:
        """A person does what an order asks at the screen of one connection, and says so."""
        for line in order.order.lines:
            self.store.set((identity, "box.item", line.key), line.reaches)
        self.work().done(order.number, by="Ria", answers={})


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Two:
    """One office with two boxes."""
    return Two(tmp_path, clock)


def named(plan: Plan) -> dict[tuple[str, Any], Status]:
    return {(entry.module, entry.key): entry.status for entry in plan.entries()}


def one(plan: Plan, module: str, key: Any) -> Entry:
    return next(entry for entry in plan.entries() if (entry.module, entry.key) == (module, key))


def test_the_same_key_at_two_connections_is_two_resources(world: Two) -> None:
    world.fill(HERE, x="1")
    world.play(world.items({"x": "1"}), {"connection": "box.test", **world.items({"x": "2"})})
    plan = world.plan()
    assert named(plan) == {("box.item", "x"): Status.IN_SYNC, ("box.item@test", "x"): Status.CHANGE}
    world.apply()
    assert (world.at(HERE), world.at(TEST)) == ({"x": "1"}, {"x": "2"})
    assert set(named(world.plan()).values()) == {Status.IN_SYNC}
    assert world.ledger.synced(["a"])["a"] == {
        ("box.item", "x"): {"value": "1"},
        ("box.item@test", "x"): {"value": "2"},
    }


def test_each_connection_is_read_once_with_the_keys_of_its_own_resources(world: Two) -> None:
    world.play(
        world.items({"x": "1", "y": "1"}),
        {"connection": "box.test", **world.items({"z": "1"})},
        {"connection": "box.test", **world.items({"z2": "1"})},
    )
    world.plan()
    assert world.store.reads == 2


def test_a_connection_that_no_resource_is_at_is_neither_read_nor_leased(world: Two) -> None:
    world.store.unreachable = {HERE}
    world.play({"connection": "box.test", **world.items({"x": "1"})})
    leased = world.run(_leased)
    assert leased == ("office:a", TEST)
    world.apply()
    assert world.at(TEST) == {"x": "1"}


def test_an_office_leases_each_connection_that_its_resources_are_at(world: Two) -> None:
    world.play(world.items({"x": "1"}), {"connection": "box.test", **world.items({"x": "1"})})
    assert world.run(_leased) == ("office:a", HERE, TEST)


def test_a_name_that_one_office_may_hold_is_held_at_any_connection(world: Two) -> None:
    item = {"box.item": {"items": {"x": {"value": "1", "claim": "N1"}}}}
    world.offices("a", "b", a={"connections": {"box": {"box": "one"}, "box.test": {"box": "two"}}})
    world.plays(
        {"offices": "a", "tasks": [{"connection": "box.test", **item}, item]}, {"offices": "b", "tasks": [item]}
    )
    reasons = {entry.blocked.reason for entry in world.plan().entries() if entry.blocked}
    assert reasons == {"thing:N1 is claimed by a and b; only one can hold it"}


REMARKS = """

def lint(args, view):
    from inregel.contract import Finding
    return [Finding(f"sees {sorted(view['box.item'])}")]


def summary(changes):
    from inregel.contract import Table
    seen = tuple((change.module, change.key, change.office.connections["box"].name) for change in changes)
    return [Table("Fix", ("module", "key", "connection"), seen)]
"""


def test_remarks_of_a_module_are_for_one_connection_at_a_time(world: Two) -> None:
    world.write("modules/box/item.py", (world.root / "modules/box/item.py").read_text() + REMARKS)
    world.fill(TEST, x="1")
    world.play(world.items({"x": "2"}), {"connection": "box.test", **world.items({"x": "2"})})
    (part,) = world.plan().offices
    assert [(module, finding.message) for module, finding in part.findings] == [
        ("box.item", "sees []"),
        ("box.item@test", "sees ['x']"),
    ]
    assert [(table.title, table.rows) for table in part.tables] == [
        ("Fix", (("box.item", "x", "box"),)),
        ("Fix (test)", (("box.item", "x", "box.test"),)),
    ]


async def _leased(engine: Any) -> tuple[str, ...]:
    office = engine.offices["a"]
    return identities(office.office, office.connections())


def test_one_connection_that_does_not_answer_leaves_the_other_alone(world: Two) -> None:
    world.store.unreachable = {TEST}
    world.play(world.items({"x": "1"}), {"connection": "box.test", **world.items({"x": "1"})})
    assert named(world.plan()) == {("box.item", "x"): Status.CHANGE, ("box.item@test", "x"): Status.BLOCKED}


def test_what_a_driver_can_do_is_asked_of_each_connection(world: Two) -> None:
    world.connections(**{"box": {"box": "one"}, "box.test": {"box": "two", "operations": []}})
    world.play(world.items({"x": "1"}), {"connection": "box.test", **world.items({"x": "1"})})
    plan = world.plan()
    assert [one(plan, module, "x").actor for module in ("box.item", "box.item@test")] == ["machine", "person"]


def test_exact_removes_only_at_its_own_connection(world: Two) -> None:
    world.fill(HERE, x="1", kept="1")
    world.fill(TEST, x="1", gone="1")
    world.play(world.items({"x": "1"}), {"connection": "box.test", "exact": True, **world.items({"x": "1"})})
    world.apply()
    assert (world.at(HERE), world.at(TEST)) == ({"x": "1", "kept": "1"}, {"x": "1"})


def test_what_is_declared_at_another_connection_does_not_save_it_from_exact(world: Two) -> None:
    world.fill(TEST, x="1", y="1")
    world.play({"connection": "box.test", "exact": True, **world.items({"x": "1"})}, world.items({"y": "1"}))
    world.apply()
    assert (world.at(HERE), world.at(TEST)) == ({"y": "1"}, {"x": "1"})


def test_quotas_are_per_office_over_all_of_its_connections(world: Two) -> None:
    world.settings(quotas={"box.set": "1 per day"})
    world.play(world.items({"x": "1"}), {"connection": "box.test", **world.items({"x": "1"})})
    assert named(world.plan()) == {("box.item", "x"): Status.CHANGE, ("box.item@test", "x"): Status.QUEUED}


def test_people_get_an_order_for_each_connection_and_answer_them_apart(world: Two) -> None:
    world.play(
        world.items({"x": "1"}, way=["person"]),
        {"connection": "box.test", **world.items({"x": "2", "y": "2"}, way=["person"])},
    )
    world.apply()
    here, test = world.orders()
    assert [order.order.title for order in (here, test)] == ["Formulier", "Formulier (test)"]
    assert [[line.module for line in order.order.lines] for order in (here, test)] == [
        ["box.item"], ["box.item@test", "box.item@test"],
    ]  # fmt: skip
    world.finish(test, TEST)
    assert [order.number for order in world.apply().ended + world.orders()] == [here.number]
    assert named(world.plan()) == {
        ("box.item", "x"): Status.CHANGE,
        ("box.item@test", "x"): Status.IN_SYNC,
        ("box.item@test", "y"): Status.IN_SYNC,
    }


def test_an_order_of_one_connection_is_not_superseded_by_that_of_another(world: Two) -> None:
    world.play({"connection": "box.test", **world.items({"x": "1"}, way=["person"])})
    world.apply()
    (first,) = world.orders()
    world.play(
        {"connection": "box.test", **world.items({"x": "1"}, way=["person"], blocked="no rights")},
        world.items({"x": "1"}, way=["person"]),
    )
    (ended,) = world.apply().ended
    assert (ended.number, ended.state, ended.successor) == (first.number, "withdrawn", "")


def test_what_a_person_states_is_stated_of_one_connection(world: Two) -> None:
    world.write(
        "schemas/connections/desk.schema.json", (world.root / "schemas/connections/box.schema.json").read_text()
    )
    world.connections(**{"desk": {"box": "one"}, "desk.test": {"box": "two"}})
    task = world.items({"x": "1"}, "desk", way=["person"])
    world.play(task, {"connection": "desk.test", **task})
    world.apply()
    here, test = world.orders()
    world.do(test)
    assert named(world.plan()) == {("desk.item", "x"): Status.LOOK, ("desk.item@test", "x"): Status.IN_SYNC}
    assert set(world.ledger.known(["a"])["a"].resources) == {("desk.item@test", "x")}


def test_modules_and_texts_find_their_own_connection_under_the_name_of_the_system(world: Two) -> None:
    world.write(
        "modules/box/item.py",
        (world.root / "modules/box/item.py")
        .read_text()
        .replace(
            "    box = args.get",
            '    args = {**args, "items": {"box": {"value": office.connections["box"].settings["box"]}}}'
            "\n    box = args.get",
        ),
    )
    world.write("modules/box/work_orders/form.nl.md", "# In {{ connections.box.box }}\n\n{{ lines[0].connection }}\n")
    world.play({"connection": "box.test", **world.items({}, way=["person"])})
    assert one(world.plan(), "box.item@test", "box").after == {"value": "two"}
    world.apply()
    (order,) = world.orders()
    assert (order.order.title, order.order.text) == ("In two (test)", "# In two\n\nbox.test\n")


# --- what rests on what ---------------------------------------------------------------------------------------------


def resting(world: Two, *tasks: dict[str, Any]) -> dict[tuple[str, Any], set[tuple[str, Any]]]:
    """Per resource what it rests on, in a plan of tasks of which nothing is in sync."""
    world.play(*tasks)
    return {(entry.module, entry.key): set(entry.needs) for entry in world.plan().entries()}


def test_a_reference_means_the_same_connection_where_that_declares_it(world: Two) -> None:
    test = {"connection": "box.test"}
    needs = resting(
        world,
        world.items({"x": "1"}),
        {**test, "name": "first", **world.items({"x": "1"})},
        {**test, "name": "later", "needs": "box.item:x", **world.items({"y": "1"})},
    )
    assert needs["box.item@test", "y"] == {("box.item@test", "x")}


def test_a_reference_means_the_connection_without_a_label_where_its_own_does_not_declare_it(world: Two) -> None:
    needs = resting(
        world,
        world.items({"x": "1"}),
        {"connection": "box.test", "needs": "box.item:x", **world.items({"y": "1"})},
    )
    assert needs["box.item@test", "y"] == {("box.item", "x")}


def test_tasks_without_names_stand_for_their_own_connection(world: Two) -> None:
    needs = resting(
        world,
        world.items({"x": "1"}),
        {"connection": "box.test", **world.items({"x": "1"})},
        {"name": "later", "connection": "box.test", "needs": "box.item", **world.items({"y": "1"})},
    )
    assert needs["box.item@test", "y"] == {("box.item@test", "x")}


def test_needs_may_name_the_connection(world: Two) -> None:
    needs = resting(
        world,
        {"needs": "box.item@test", **world.items({"x": "1"})},
        {"connection": "box.test", **world.items({"x": "1"})},
    )
    assert needs["box.item", "x"] == {("box.item@test", "x")}
    assert [entry.module for entry in world.plan().entries()] == ["box.item@test", "box.item"]


def test_a_task_without_a_label_rests_on_nothing_at_another_connection_of_its_system(world: Two) -> None:
    needs = resting(
        world,
        {"connection": "box.test", **world.items({"x": "1"})},
        {"needs": "box.item:x", **world.items({"y": "1"})},
    )
    assert needs["box.item", "y"] == set()


ASKS = {"rests_on": ["box.item:x"]}


def test_a_module_of_another_system_asks_for_what_has_its_own_label(world: Two) -> None:
    world.write(
        "schemas/connections/desk.schema.json", (world.root / "schemas/connections/box.schema.json").read_text()
    )
    world.connections(**{
        "box": {"box": "one"}, "box.test": {"box": "two"}, "desk": {"box": "three"}, "desk.test": {"box": "four"},
    })  # fmt: skip
    needs = resting(
        world,
        world.items({"x": "1"}),
        {"connection": "box.test", **world.items({"x": "1"})},
        world.items({"y": "1"}, "desk", way=["person"], **ASKS),
        {"connection": "desk.test", **world.items({"y": "1"}, "desk", way=["person"], **ASKS)},
    )
    assert needs["desk.item", "y"] == {("box.item", "x")}
    assert needs["desk.item@test", "y"] == {("box.item@test", "x")}


def test_a_module_of_another_system_asks_for_the_only_one_there_is(world: Two) -> None:
    needs = resting(
        world,
        {"connection": "box.test", **world.items({"x": "1"})},
        world.items({"y": "1"}, "desk", way=["person"], **ASKS),
    )
    assert needs["desk.item", "y"] == {("box.item@test", "x")}


def test_where_two_could_be_meant_none_is_picked(world: Two) -> None:
    world.connections(**{"box.test": {"box": "two"}, "box.third": {"box": "three"}})
    world.play(
        {"connection": "box.test", **world.items({"x": "1"})},
        {"connection": "box.third", **world.items({"x": "1"})},
        world.items({"y": "1"}, "desk", way=["person"], **ASKS),
    )
    blocked = one(world.plan(), "desk.item", "").blocked
    assert blocked is not None
    assert blocked.reason == (
        "box.item:x is declared at box.test and box.third, and which one desk.item rests on is not said"
    )


def test_what_rests_on_something_at_its_own_connection_waits_for_that_alone(world: Two) -> None:
    world.play(
        world.items({"x": "1"}, blocked="no rights"),
        {"connection": "box.test", **world.items({"x": "1"})},
        {"connection": "box.test", "needs": "box.item:x", **world.items({"y": "1"})},
    )
    assert named(world.plan())["box.item@test", "y"] is Status.CHANGE


# --- after a crash --------------------------------------------------------------------------------------------------


class GoesAway(Store):
    """Takes one write, loses the answer, and is away from then on."""

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        Store.put(self, resource, state, later)
        self.unreachable.add(resource[0])


def test_what_was_interrupted_is_settled_at_the_connection_where_it_was_begun(world: Two) -> None:
    world.store = GoesAway(faults=[Fault(1, "lost", after=True)])
    world.fill(HERE, x="1")
    world.play(world.items({"x": "1"}), {"connection": "box.test", **world.items({"x": "2"})})
    world.apply()
    assert [(each.module, each.identity, each.outcome) for each in world.ledger.pending()] == [
        ("box.item@test", TEST, "unknown")
    ]
    world.store.unreachable.clear()
    assert named(world.plan()) == {("box.item", "x"): Status.IN_SYNC, ("box.item@test", "x"): Status.IN_SYNC}
    world.apply()
    assert world.ledger.pending() == []
    assert world.store.writes == {(TEST, "box.item", "x"): 1}


def test_what_was_interrupted_and_is_declared_no_more_is_read_at_its_own_connection(world: Two) -> None:
    world.store = GoesAway(faults=[Fault(1, "lost", after=True)])
    world.play({"connection": "box.test", **world.items({"x": "2"})})
    world.apply()
    world.store.unreachable.clear()
    world.play(world.items({"y": "1"}))
    world.apply()
    assert world.ledger.pending() == []
    (performed,) = [
        each for each in world.ledger.events("a") if each.body.get("detail") == "read back after an interruption"
    ]
    assert performed.kind == "operation.performed"


def test_what_cannot_be_read_back_is_attested_of_its_own_connection(world: Two) -> None:
    world.write(
        "modules/box/item.py",
        (world.root / "modules/box/item.py").read_text().replace('    if "complete" in view:', "    if view is None:"),
    )
    world.play({"connection": "box.test", **world.items({"x": "1"})})
    world.apply()
    assert set(world.ledger.known(["a"])["a"].resources) == {("box.item@test", "x")}


# --- which connection a task is at ----------------------------------------------------------------------------------


def mistakes(world: Two, *tasks: dict[str, Any], **play: Any) -> list[str]:
    world.play(*tasks, **play)
    with pytest.raises(ConfigError) as caught:
        world.plan()
    return [each.partition(": ")[2] for each in said(caught.value)]


def test_the_play_says_it_for_the_tasks_of_that_system_and_the_task_wins(world: Two) -> None:
    world.play(
        world.items({"x": "1"}),
        {"connection": "box", **world.items({"y": "1"})},
        world.items({"z": "1"}, "desk", way=["person"]),
        connection="box.test",
    )
    assert set(named(world.plan())) == {("box.item@test", "x"), ("box.item", "y"), ("desk.item", "z")}


def test_a_template_says_it_for_each_office_and_each_item(world: Two) -> None:
    world.play(
        {"connection": "{{ item }}", "loop": ["box", "box.test"], **world.items({"x": "1"})},
        {"connection": "box.{{ tier }}", "vars": {"tier": "test"}, **world.items({"y": "1"})},
    )
    assert set(named(world.plan())) == {("box.item", "x"), ("box.item@test", "x"), ("box.item@test", "y")}


def test_import_tasks_says_it_for_the_tasks_of_its_file(world: Two) -> None:
    world.write("playbooks/part.yml", '- box.item: {items: {x: {value: "1"}}}\n')
    world.play({"import_tasks": "part.yml", "connection": "box.test"}, world.items({"y": "1"}))
    assert set(named(world.plan())) == {("box.item@test", "x"), ("box.item", "y")}


def test_a_task_that_when_leaves_out_is_declared_at_its_own_connection(world: Two) -> None:
    world.fill(TEST, x="1", y="1")
    world.play(
        {"connection": "box.test", "exact": True, **world.items({"x": "1"})},
        {"connection": "box.test", "when": False, **world.items({"y": "1"})},
    )
    world.apply()
    assert world.at(TEST) == {"x": "1", "y": "1"}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": (
        {"connection": "box.tset"},
        "there is no connection `box.tset`: the office has `box` and `box.test` (office a) -> box.test",
    ),
    "unknown by template": (
        {"connection": "box.{{ tier }}", "vars": {"tier": "tset"}},
        "there is no connection `box.tset`: the office has `box` and `box.test` (office a) -> box.test",
    ),
    "of another system": (
        {"connection": "desk.test"},
        "`desk.test` is no connection of `box`, and `box.item` is of that system (office a) -> `box` or `box.test`",
    ),
    "no text": (
        {"connection": "{{ 3 }}"},
        "`connection` is a text, and this gives a whole number (office a) -> box.LABEL",
    ),
    "an undefined name": (
        {"connection": "box.{{ teir }}", "vars": {"tier": "test"}},
        "`teir` is not defined (office a) -> {{ tier }}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_connection_that_cannot_be_meant_is_a_mistake_with_its_place(world: Two, case: str) -> None:
    task, expected = WRONG[case]
    assert mistakes(world, {**task, **world.items({"x": "1"})}) == [expected]


def test_a_play_that_speaks_of_a_system_without_tasks_is_a_mistake(world: Two) -> None:
    assert mistakes(world, world.items({"x": "1"}), connection="bx.test") == [
        "no task here is of `bx`, so this holds for none -> box"
    ]
    assert mistakes(world, world.items({"x": "1"}), connection=["box", "box.test"]) == [
        "a task is at one connection, and these are two of `box`"
    ]


def test_one_of_several_is_never_picked_silently(world: Two) -> None:
    world.connections(**{"box.test": {"box": "two"}, "box.third": {"box": "three"}})
    assert mistakes(world, world.items({"x": "1"})) == [
        "which connection is not said, and there is no `box`: the office has `box.test` and `box.third` (office a)"
        " -> connection: box.test"
    ]


def test_two_names_for_one_place_are_a_mistake(world: Two) -> None:
    world.connections(**{"box": {"box": "one"}, "box.test": {"box": "one"}})
    assert mistakes(world, world.items({"x": "1"})) == [
        "`box.test` is the same place as `box`: they have the same `box` (office a)"
    ]


def test_two_places_that_a_missing_secret_hides_are_not_said_to_be_one(world: Two) -> None:
    world.connections(**{"box": {"box": "{{ secret('first') }}"}, "box.test": {"box": "{{ secret('second') }}"}})
    office = world.project().office("a")
    assert set(office.connections) == {"box", "box.test"}


def test_a_label_is_a_plain_word(world: Two) -> None:
    world.connections(**{"box": {"box": "one"}, "box.Te@st": {"box": "two"}})
    assert mistakes(world, world.items({"x": "1"})) == [
        "behind the dot stands a label of small letters, digits and `_` (office a) -> box.test"
    ]


def test_needs_names_a_connection_that_some_task_is_at(world: Two) -> None:
    tasks = (
        {"needs": "box.item@tset", **world.items({"x": "1"})},
        {"connection": "box.test", **world.items({"x": "1"})},
    )
    assert mistakes(world, *tasks) == [
        "`box.item@tset` is no task and no module of this play or one before it -> box.item@test"
    ]


def test_tasks_that_need_each_other_across_connections_are_a_circle(world: Two) -> None:
    tasks = (
        {"name": "here", "needs": "box.item@test", **world.items({"x": "1"})},
        {"name": "test", "connection": "box.test", "needs": "here", **world.items({"x": "1"})},
    )
    assert mistakes(world, *tasks) == ["these tasks need each other in a circle: here -> test -> here"]

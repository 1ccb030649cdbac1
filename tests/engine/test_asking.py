"""A driver that does wrong: it stays with its connection, the other offices go on, and nothing is guessed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from helpers.canary import canary
from helpers.world import CONNECTION, World
from inregel.contract import UNKNOWN, Connection, Driver, Provenance, Receipt, Secret
from inregel.contract import World as Outside
from inregel.drivers.memory import MemoryDriver, MemorySystem
from inregel.plan.model import Entry, Status


class Broken(MemoryDriver):
    """A driver whose parts each test replaces."""


def boom(*args: Any) -> Any:
    raise ZeroDivisionError("boom")


async def silence(*args: Any) -> Any:
    await asyncio.Event().wait()


async def cancelled(*args: Any) -> Any:
    raise asyncio.CancelledError


async def leaves(*args: Any) -> Any:
    raise SystemExit(0)


@contextmanager
def system(
    world: World,
    opening: Callable[[], None] = lambda: None,
    connect: Callable[[Connection], None] = lambda connection: None,
    **parts: Any,
) -> Iterator[None]:
    """`box` with a driver whose methods are `parts`, in the library of `world`."""
    driver = type("Own", (Broken,), parts)

    class Own(MemorySystem):
        @asynccontextmanager
        async def open(self, outside: Outside) -> AsyncIterator[Callable[[Connection], Driver]]:
            opening()

            def own(connection: Connection) -> Driver:
                connect(connection)
                made: Driver = driver(world.store, connection.identity, ("box.set", "box.remove"), outside)
                return made

            yield own

    project = world.project

    def changed() -> Any:
        made = project()
        made.library.system = lambda name: Own(world.store) if name == "box" else None
        return made

    world.project = changed
    yield


def both(world: World) -> tuple[list[Entry], list[Entry]]:
    """A plan and an apply of an office with a box and a desk, and of another."""
    world.offices("a", "b")
    world.play(world.items({"x": "1"}), world.items({"z": "1"}, "desk", way=["person"]))
    return world.plan().entries(), world.apply().after.entries()


@pytest.mark.parametrize(
    "broken",
    [
        {"opening": boom},
        {"connect": boom},
        {"operations": property(boom)},
        {"operations": None},
        {"read": boom},
        {"read": cancelled},
        {"read": leaves},
        {"read": lambda *args: asyncio.sleep(0, [])},
    ],
    ids=["open", "connect", "operations", "no operations", "read", "cancelled", "exit", "no view"],
)
def test_whatever_a_driver_does_wrong_stays_with_its_system(world: World, broken: dict[str, Any]) -> None:
    with system(world, **broken):
        for entries in both(world):
            assert [e.status for e in entries if e.key == "z"] == [Status.LOOK, Status.LOOK]
            assert not any(e.status is Status.IN_SYNC for e in entries if e.key == "x")
    assert world.store.performed == 0


def test_a_read_without_an_answer_ends_and_says_so(world: World) -> None:
    with system(world, read=silence):
        world.play(world.items({"x": "1"}))
        began = monotonic()
        (found,) = world.plan(reading=timedelta(seconds=0.01)).entries()
    assert found.blocked is not None
    assert "no answer within 0.01 s" in found.blocked.reason
    assert monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [None, 5, Receipt("weird"), Receipt("performed", captured={"a": "plain"})],
    ids=["none", "number", "no outcome", "no secret"],
)
def test_an_answer_that_is_no_receipt_is_not_believed_and_the_others_go_on(world: World, answer: Any) -> None:
    world.offices("a", "b")
    world.play(world.items({"x": "1"}), world.items({"z": "1"}, "desk", way=["person"]))
    with system(world, perform=lambda *args: asyncio.sleep(0, answer)):
        outcome = world.apply()
    assert [e.status for e in outcome.after.entries() if e.key == "x"] == [Status.FAILED, Status.FAILED]
    assert {item.outcome for item in outcome.performed} <= {"performed", "failed"}
    assert len(world.orders()) == 2
    assert world.ledger.verify() == []


@pytest.mark.parametrize("perform", [cancelled, leaves], ids=["cancelled", "exit"])
def test_a_driver_cannot_end_the_run(world: World, perform: Any) -> None:
    with system(world, perform=perform):
        _, entries = both(world)
    assert [e.status for e in entries if e.key == "x"] == [Status.FAILED, Status.FAILED]


async def _nothing_to_read(*args: Any) -> dict[str, Any]:
    return {"box.item": {}, "complete": frozenset()}


async def _lost(self: Any, *args: Any) -> Receipt:
    self._store.performed += 1
    return Receipt("unknown", "the answer was lost")


def test_what_nobody_knows_the_outcome_of_is_never_repeated_but_looked_at_by_a_person(world: World) -> None:
    with system(world, read=_nothing_to_read, perform=_lost):
        world.play(world.items({"x": "1"}))
        world.apply()
        outcome = world.apply()
        (order,) = world.orders()
        assert (world.store.performed, order.order.lines[0].kind) == (1, "look")
        assert [e.status for e in outcome.after.entries()] == [Status.LOOK]
    assert [item.outcome for item in world.ledger.pending()] == ["unknown"]


def test_what_a_person_saw_since_settles_it(world: World) -> None:
    with system(world, read=_nothing_to_read, perform=_lost):
        world.play(world.items({"x": "1"}))
        world.apply()
        world.apply()
        world.clock.move(minutes=5)
        with world.ledger.writing() as tx:
            tx.attest("a", "box.item", "x", {"value": "1"}, Provenance("attested", world.clock(), "Ria"))
        outcome = world.apply()
    assert [e.status for e in outcome.after.entries()] == [Status.IN_SYNC]
    assert world.ledger.pending() == []
    assert world.store.performed == 1


def test_without_a_text_to_ask_by_it_is_blocked_and_names_what_was_begun(world: World) -> None:
    (world.root / "modules/box/work_orders/form.nl.md").unlink()
    with system(world, read=_nothing_to_read, perform=_lost):
        world.play(world.items({"x": "1"}))
        world.apply()
        (found,) = world.plan().entries()
    assert found.blocked is not None
    assert "what became of box.set" in found.blocked.reason


async def _hides_pin(self: Any, scope: Any) -> dict[str, Any]:
    view = await MemoryDriver.read(self, scope)
    things = {key: {**state, "pin": UNKNOWN} for key, state in view["box.item"].items()}
    return {**view, "box.item": things}


def test_an_unknown_outcome_is_not_taken_from_fields_that_nobody_can_read(world: World) -> None:
    world.store.states[("box:box-a", "box.item", "x")] = {"value": "1", "pin": "7"}
    with system(world, read=_hides_pin, perform=_lost):
        world.play({"box.item": {"items": {"x": {"value": "1", "pin": "9"}}}})
        outcome = world.apply()
    assert [p.outcome for p in outcome.performed] == ["unknown"]
    assert world.ledger.known(["a"]) == {}


def test_what_was_performed_and_cannot_be_read_overrules_what_was_stated_before(world: World) -> None:
    world.put("a", "x", "1")
    with system(world, read=_hides_pin):
        for pin in ("8", "9"):
            world.play({"box.item": {"items": {"x": {"value": pin, "pin": pin}}}})
            outcome = world.apply()
            assert [e.status for e in outcome.after.entries()] == [Status.IN_SYNC]
    assert world.store.states[("box:box-a", "box.item", "x")]["pin"] == "9"


def test_two_offices_that_share_a_connection_write_it_once(world: World) -> None:
    async def slow(self: Any, scope: Any) -> Any:
        await asyncio.sleep(0)
        view = await MemoryDriver.read(self, scope)
        await asyncio.sleep(0)
        return view

    world.offices("a", "b", b={"connections": {"box": {"box": "box-a"}}})
    with system(world, read=slow):
        world.play(world.items({"x": "1"}))
        world.apply()
    assert world.store.writes == {("box:box-a", "box.item", "x"): 1}


def test_a_secret_of_what_is_no_receipt_is_stored_and_not_used_where_nothing_is_there(world: World) -> None:
    receipt = Receipt("weird", captured={"token": Secret("token", canary("token"))})
    with system(world, perform=lambda *args: asyncio.sleep(0, receipt)):
        world.play(world.items({"x": "1"}))
        world.apply()
    assert [(each.name, each.state) for each in world.ledger.captures()] == [("token", "refused")]


@pytest.mark.parametrize("limit", [1, 3])
def test_a_connection_is_called_no_more_than_its_limit_at_a_time(world: World, limit: int) -> None:
    at_once: list[int] = [0, 0]

    async def counted(self: Any, scope: Any) -> Any:
        at_once[0] += 1
        at_once[1] = max(at_once)
        for _ in range(5):
            await asyncio.sleep(0)
        at_once[0] -= 1
        return await MemoryDriver.read(self, scope)

    world.write("schemas/connections/box.schema.json", json.dumps({**CONNECTION, "x-limit": limit}))
    offices = "abcdef"
    world.offices(*offices, **{name: {"connections": {"box": {"box": "shared"}}} for name in offices})
    with system(world, read=counted):
        world.play(world.items({"x": "1"}))
        world.plan()
    assert at_once[1] == limit


@pytest.mark.parametrize(("told", "performed"), [("performed", 1), ("failed", 2)])
def test_what_the_driver_tells_of_an_interrupted_operation_counts(world: World, told: Any, performed: int) -> None:
    async def settle(self: Any, operation: Any, checkpoint: Any) -> Receipt:
        return Receipt(told)

    with system(world, read=_nothing_to_read, perform=_lost, settle=settle):
        world.play(world.items({"x": "1"}))
        world.apply()
        world.apply()
        assert world.store.performed == performed
        found = world.plan().entries()[0]
    assert (found.status is Status.IN_SYNC) == (told == "performed")


def test_a_driver_that_cannot_do_what_it_listed_fails_and_nobody_else_is_asked(world: World) -> None:
    begun: list[Any] = []

    def shrinks(self: Any) -> frozenset[str]:
        begun.extend(world.ledger.pending())
        return frozenset() if begun else frozenset({"box.set"})

    with system(world, operations=property(shrinks)):
        world.play(world.items({"x": "1"}))
        outcome = world.apply()
    (found,) = outcome.after.entries()
    assert found.status is Status.FAILED
    assert found.blocked is not None
    assert "make a new plan" in found.blocked.reason
    assert world.orders() == []
    assert world.store.performed == 0

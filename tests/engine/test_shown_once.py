"""Secrets that the other side shows once: whose they are, what a read makes of them, and what is said of a lost one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.records import make
from helpers.world import OwnDriver, entry, statuses
from inregel.contract import Operation, Receipt, Secret
from inregel.drivers.memory import MemoryDriver, Store
from inregel.ledger.memory import MemoryLedger
from inregel.plan.model import Plan, Status

HERE = "box:box-a"
HOME = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[OwnDriver]:
    opened: Any = MemoryLedger if request.param == "memory" else (lambda now: make(tmp_path, now))
    made = OwnDriver(tmp_path, clock, opened)
    yield made
    made.ledger.close()


class Fragile(Store):
    """Its process ends when a write took effect: at those numbers."""

    def __init__(self, *dies: int) -> None:
        super().__init__()
        self.dies = dies

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        super().put(resource, state, later)
        if sum(self.writes.values()) in self.dies:
            raise Killed


class Killed(BaseException):
    """No handler of the program runs."""


def die(world: OwnDriver) -> None:
    """An apply that makes x and its token, and ends before the token is stored."""
    world.store = Fragile(1)
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.apply()
    world.store.dies = ()
    world.clock.move(minutes=5)


def token(world: OwnDriver, *connections: str) -> dict[str, str]:
    """What is captured under the name token."""
    found = world.ledger.captured("token", connections or (HERE,))
    return {connection: secret.reveal() for connection, secret in found.items()}


def states(world: OwnDriver) -> list[str]:
    """What became of each version."""
    return [each.state for each in world.ledger.captures()]


def kinds(world: OwnDriver, office: str = "a") -> list[str]:
    """The events about secrets."""
    return [each.kind for each in world.ledger.events(office) if each.kind.startswith("secret.")]


def makes(world: OwnDriver, value: str = "1", **args: Any) -> dict[str, Any]:
    """A task that makes x, of which the other side shows a token."""
    return world.items({"x": value}, captures=["token"], **args)


def uses(world: OwnDriver, ref: str = "token", **args: Any) -> dict[str, Any]:
    """A task that needs the token."""
    return world.items({"y": "1"}, secret="{{ secret('" + ref + "') }}", **args)


def given(plan: Plan) -> Secret:
    """The secret that the step of y is handed."""
    found = entry(plan, "y").chain[0].step.arguments["secret"]  # type: ignore[union-attr]  # a step
    assert isinstance(found, Secret)
    return found


# --- whose it is ----------------------------------------------------------------------------------------------------


def test_each_office_is_given_the_secret_of_its_own_connection(world: OwnDriver) -> None:
    world.offices("a", "b")
    world.play(makes(world))
    world.apply()
    world.play(makes(world), uses(world))
    found = token(world, HERE, "box:box-b")
    assert len(set(found.values())) == 2
    for office in ("a", "b"):
        assert given(world.plan(limit=office)).reveal() == found[f"box:box-{office}"]


def test_a_secret_of_another_office_is_none(world: OwnDriver) -> None:
    world.offices("a", "b")
    world.play(makes(world))
    world.apply(limit="b")
    world.play(uses(world))
    blocked = world.plan(limit="a").entries()[0]
    assert blocked.status is Status.BLOCKED
    assert blocked.blocked is not None
    assert blocked.blocked.reason.startswith("There is no secret token")
    assert given(world.plan(limit="b")).name == "token"


def test_where_two_connections_of_an_office_have_one_it_is_to_be_said_which(world: OwnDriver) -> None:
    two = {"connections": {"box": {"box": "box-a"}, "box.test": {"box": "box-t"}}}
    world.offices("a", a=two)
    values = {HERE: canary("token here"), "box:box-t": canary("token there")}
    with world.ledger.writing() as tx:
        for connection, value in values.items():
            tx.capture("token", connection, Secret("token", value), office="a")
    world.play(uses(world))
    blocked = world.plan().entries()[0].blocked
    assert blocked is not None
    assert blocked.reason == "token was captured at several connections of this office."
    assert blocked.remedy == "Say which one: secret('box:token') or secret('box.test:token')"
    for connection, value in (("box", values[HERE]), ("box.test", values["box:box-t"])):
        world.play(uses(world, f"{connection}:token"))
        assert given(world.plan()).reveal() == value
    world.play(uses(world, "box.tst:token"))
    blocked = world.plan().entries()[0].blocked
    assert blocked is not None
    assert "at a connection box.tst, and this office has none of that name" in blocked.reason


def test_a_module_that_asks_by_name_gets_the_one_of_its_office(world: OwnDriver) -> None:
    code = (world.root / "modules/box/item.py").read_text()
    asks = 'def desired(args, office, inputs):\n    if "ask" in args:\n        inputs.secret(args["ask"])\n'
    world.write("modules/box/item.py", code.replace("def desired(args, office, inputs):\n", asks))
    world.offices("a", "b")
    world.play(makes(world))
    world.apply(limit="b")
    world.play(makes(world, ask="token"))
    assert {each.office: each.status for each in world.plan().entries()} == {"a": Status.BLOCKED, "b": Status.IN_SYNC}


def test_a_connection_that_needs_its_own_captured_secret_is_told_apart_without_it(world: OwnDriver) -> None:
    world.play(makes(world))
    world.apply()
    named = {"box": "box-a", "operations": ["box.set"], "token": "{{ secret('token') }}"}
    world.offices("a", a={"connections": {"box": named}})
    assert world.project().office("a").connections["box"].settings["token"].reveal() in token(world).values()
    # And where it is told apart by a secret, that one is looked for in the stores alone.
    world.offices("a", a={"connections": {"box": {"box": "{{ secret('token') }}"}}})
    assert world.project().places("a")["box"] == ["box/a"]


def test_what_a_person_copied_belongs_to_the_office_too(world: OwnDriver) -> None:
    answers = (world.root / "modules/desk/work_orders/form.answers.schema.json").read_text()
    pin = '"pin": {"type": "string", "title": "Pin", "secret": true}, "things"'
    world.write("modules/desk/work_orders/form.answers.schema.json", answers.replace('"things"', pin, 1))
    world.play(world.items({"x": "1"}, "desk", way=["person"]))
    world.apply()
    (order,) = world.orders()
    value = canary("pin")
    world.work().done(order.number, "Ria", {"things": {"x": {"value": "1"}}, "pin": value})
    world.play(uses(world, "pin_a"))
    assert given(world.plan()).reveal() == value


def test_a_captured_secret_that_stands_in_an_order_is_revealed_for_its_office(world: OwnDriver) -> None:
    world.offices("a", "b")
    world.play(makes(world))
    world.apply()
    world.play(makes(world), uses(world, way=["person"]))
    world.apply()
    for order in world.orders():
        shown = world.work().reveal(order.number, "token", "Ria", "for the form")
        assert shown == token(world, f"box:box-{order.order.office}")[f"box:box-{order.order.office}"]
    world.play(makes(world), world.items({"z": "1"}, way=["person"], secret="{{ secret('box:token') }}"))
    world.apply(limit="a")
    order = world.orders()[-1]
    assert order.order.secrets == ("box:token",)
    assert world.work().reveal(order.number, "box:token", "Ria", "for the form") in token(world).values()


def test_what_was_captured_makes_no_other_revision(world: OwnDriver) -> None:
    world.secrets.values["store"] = canary("store")
    world.play(makes(world), uses(world, "store"))
    world.apply()
    world.play(makes(world), uses(world))
    before = world.plan().revision
    with world.ledger.writing() as tx:
        tx.capture("token", HERE, Secret("token", canary("another")), office="a")
    assert world.plan().revision == before


# --- unverified, verified, refused ----------------------------------------------------------------------------------


def test_what_was_shown_is_verified_by_the_read_after_it(world: OwnDriver) -> None:
    world.play(makes(world))
    world.apply()
    assert states(world) == ["verified"]
    assert kinds(world) == ["secret.promised", "secret.captured", "secret.verified"]
    (kept,) = world.ledger.captures()
    operation = next(each for each in world.ledger.events("a") if each.kind == "operation.intended")
    assert kept.operation in str(operation.body)


class Blind(Store):
    """What was written does not show."""

    def __init__(self) -> None:
        super().__init__(partial={"box.item"})

    def set(self, resource: Any, state: Any) -> None:
        """Nothing."""


def test_it_is_used_before_a_read_has_told_and_verified_by_a_later_one(world: OwnDriver) -> None:
    world.store = Blind()
    world.play(makes(world))
    world.apply()
    assert states(world) == ["unverified"]
    world.play(makes(world), uses(world))
    assert given(world.plan()).reveal() in token(world).values()
    world.store = Store()
    world.put("a", "x", "1")
    world.play(makes(world))
    before = dict(world.ledger.heads())
    world.plan()
    assert dict(world.ledger.heads()) == before
    world.apply()
    assert states(world) == ["verified"]
    before = dict(world.ledger.heads())
    world.apply()
    assert dict(world.ledger.heads()) == before


def test_where_nothing_is_there_it_is_refused_and_the_one_before_is_used(world: OwnDriver) -> None:
    world.play(makes(world))
    world.apply()
    before = token(world)

    class Lies(MemoryDriver):
        """Answers that it did, and did nothing."""

        async def perform(self, operation: Operation, checkpoint: Any) -> Receipt:
            return Receipt("performed", captured={"token": Secret("token", canary("never valid"))})

    world.play(makes(world, "2"))
    world.driver = Lies
    outcome = world.apply()
    assert statuses(outcome.after) == {"x": Status.FAILED}
    assert states(world) == ["verified", "refused"]
    assert token(world) == before
    assert statuses(world.plan()) == {"x": Status.CHANGE}


def test_an_unverified_one_that_is_gone_is_refused_and_one_that_was_changed_since_is_kept(world: OwnDriver) -> None:
    world.store.partial.add("box.item")
    world.play(makes(world))
    world.apply()
    with world.ledger.writing() as tx:
        (item,) = world.ledger.captures()
        tx.capture("token", HERE, Secret("token", canary("second")), operation=item.operation)
    assert states(world) == ["verified", "unverified"]
    world.put("a", "x", "changed by somebody")
    world.play(world.items({"x": "changed by somebody"}))
    world.apply()
    assert states(world) == ["verified", "unverified"]
    world.store.partial.clear()
    world.put("a", "x", None)
    world.play(world.items({"x": None}))
    world.apply()
    assert states(world) == ["verified", "refused"]


# --- lost -----------------------------------------------------------------------------------------------------------


def lost_line(plan: Plan, key: str = "x") -> str:
    """What is said of a lost secret; "" where nothing is."""
    found = entry(plan, key)
    if found.status is not Status.BLOCKED:
        return ""
    assert found.blocked is not None
    assert found.blocked.who == "you"
    return f"{found.blocked.reason}. {found.blocked.remedy}"


def test_what_was_made_and_not_stored_is_a_line_that_ends_when_a_new_one_is_stored(world: OwnDriver) -> None:
    world.play(makes(world))
    die(world)
    outcome = world.apply()
    noted = f"{(world.clock() - timedelta(minutes=5)).astimezone(HOME):%Y-%m-%d %H:%M}"
    assert f"box.set made the secret token of box:box-a on {noted}, and it was not stored" in lost_line(outcome.after)
    assert "it was not stored: nobody has it. revoke it there; the next apply makes a new one" in lost_line(
        world.plan()
    )
    assert kinds(world) == ["secret.promised", "secret.lost"]
    assert world.store.writes[(HERE, "box.item", "x")] == 1
    before = dict(world.ledger.heads())
    world.apply()
    assert dict(world.ledger.heads()) == before
    world.put("a", "x", None)
    world.apply()
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}
    assert list(token(world)) == [HERE]
    assert states(world) == ["verified"]
    assert world.ledger.promised(["a"]) == []


def test_a_driver_that_shows_nothing_loses_it_at_once(world: OwnDriver) -> None:
    class Silent(MemoryDriver):
        """Does it, and shows nothing."""

        async def perform(self, operation: Operation, checkpoint: Any) -> Receipt:
            await super().perform(operation, checkpoint)
            return Receipt("performed")

    world.play(makes(world))
    world.driver = Silent
    outcome = world.apply()
    assert "made the secret token" in lost_line(outcome.after)
    assert "secret.lost" in kinds(world)


def test_the_rest_of_the_way_waits_and_a_step_that_makes_a_new_one_does_not(world: OwnDriver) -> None:
    world.play(makes(world))
    die(world)
    world.apply()
    world.play(world.items({"x": "2"}))
    assert "made the secret token" in lost_line(world.plan())
    world.play(makes(world, "2"))
    assert statuses(world.plan()) == {"x": Status.CHANGE}
    world.apply()
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}
    assert list(token(world)) == [HERE]


def test_what_was_lost_of_one_office_blocks_no_other(world: OwnDriver) -> None:
    world.offices("a", "b")
    world.play(makes(world))
    world.store = Fragile(1)
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.apply(forks=1)
    world.store.dies = ()
    world.clock.move(minutes=5)
    found = {each.office: each.status for each in world.apply().after.entries()}
    assert found == {"a": Status.BLOCKED, "b": Status.IN_SYNC}


def test_what_was_lost_of_a_resource_that_is_no_longer_declared_is_said_until_it_is_gone(world: OwnDriver) -> None:
    world.play(makes(world))
    die(world)
    world.apply()
    world.play(world.items({"y": "1"}))
    (part,) = world.plan().offices
    assert [(module, "made the secret token of box:box-a" in each.message) for module, each in part.findings] == [
        ("box.item", True)
    ]
    world.put("a", "x", None)
    assert world.plan().offices[0].findings == []


def test_a_secret_that_is_gone_with_what_was_made_is_missed_no_more(world: OwnDriver) -> None:
    world.play(makes(world))
    die(world)
    world.apply()
    world.put("a", "x", None)
    world.play(world.items({"x": None}))
    world.apply()
    assert kinds(world)[-1] == "secret.gone"
    # Made again by a step that is shown nothing: there is nothing to miss.
    world.play(world.items({"x": "1"}))
    world.apply()
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}


def test_what_failed_was_shown_nothing_and_is_not_missed(world: OwnDriver) -> None:
    world.play(makes(world))
    die(world)
    world.put("a", "x", None)
    world.apply()
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}
    assert states(world) == ["verified"]
    assert "secret.lost" not in kinds(world)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_crash_between_storing_and_the_journal_loses_nothing(world: OwnDriver, revoked: bool) -> None:
    class Dies(MemoryDriver):
        """The process ends once the token is stored."""

        async def perform(self, operation: Operation, checkpoint: Any) -> Receipt:
            receipt = await super().perform(operation, checkpoint)
            with world.ledger.writing() as tx:
                for name, secret in receipt.captured.items():
                    tx.capture(name, HERE, secret, operation=operation.id)
            raise Killed

    world.play(makes(world))
    world.driver = Dies
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.apply()
    world.driver = MemoryDriver
    world.clock.move(minutes=5)
    assert states(world) == ["unverified"]
    if revoked:
        world.put("a", "x", None)
    world.apply()
    assert states(world) == (["refused", "verified"] if revoked else ["verified"])
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}

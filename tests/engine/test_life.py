"""Random lives of a project: edit, drift, plan, apply, crash, resume, answer, refuse, expire; then it comes to rest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from helpers.clock import Clock
from helpers.sizes import SOAK, size
from helpers.sizes import seed as own_seed
from helpers.world import World
from inregel.drivers.memory import Fault, Store
from inregel.ledger.base import Order
from inregel.plan.model import Status
from inregel.work import AnswersRefused

WAYS = {"machine": ["machine"], "person": ["person"], "wait": ["machine", "wait"], "both": ["machine", "person"]}
KEYS = {"machine": ["m1", "m2"], "person": ["p1"], "wait": ["w1"], "both": ["b1"], "desk": ["d1", "d2"]}
OFFICES = ["a", "b"]
VALUES = st.sampled_from(["1", "2", None])


class Killed(BaseException):
    """The process is gone."""


class Watched(Store):
    """A store that notices a write of what is there already, and that can kill the process."""

    def __init__(self) -> None:
        Store.__init__(self)
        self.doubled: list[Any] = []
        self.kill: str = ""

    def put(self, resource: Any, state: Any, later: Any = None) -> None:
        """Dies before or after, where the life says so."""
        kill, self.kill = self.kill, ""
        if kill == "before":
            raise Killed
        if self.states.get(resource) == state:
            self.doubled.append(resource)
        Store.put(self, resource, state, later)
        if kill == "after":
            raise Killed


class Life(RuleBasedStateMachine):
    """One project and everything that may happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), Clock())
        self.store = self.world.store = Watched()
        self.world.settings(attestations={"default": "20d"})
        self.desk: dict[tuple[str, str], str | None] = {}
        self.declared: dict[str, dict[str, dict[str, Any]]] = {o: {kind: {} for kind in KEYS} for o in OFFICES}
        tasks = [{"name": kind, "box.item": {"items": f"{{{{ {kind} }}}}", "way": way}} for kind, way in WAYS.items()]
        tasks.append({"name": "desk", "desk.item": {"items": "{{ desk }}", "way": ["person"]}})
        self.world.play(*tasks)
        self.write()

    def write(self) -> None:
        """The inventory as it is declared now."""
        offices = {
            office: {
                "name": office,
                "contact": f"Contact of {office}",
                "connections": {"box": {"box": f"box-{office}"}},
                **kinds,
            }
            for office, kinds in self.declared.items()
        }
        self.world.write("inventory.yml", yaml.safe_dump({"all": {"offices": offices}}))

    # --- what happens -----------------------------------------------------------------------------------------------

    @rule(office=st.sampled_from(OFFICES), kind=st.sampled_from(sorted(KEYS)), which=st.integers(0, 1), value=VALUES)
    def edit(self, office: str, kind: str, which: int, value: str | None) -> None:
        """The team declares something else."""
        key = KEYS[kind][which % len(KEYS[kind])]
        self.declared[office][kind][key] = None if value is None else {"value": value}
        self.write()

    @rule(office=st.sampled_from(OFFICES), kind=st.sampled_from(sorted(KEYS)))
    def undeclare(self, office: str, kind: str) -> None:
        """A line is taken out of the inventory; what is there stays there."""
        if self.declared[office][kind]:
            self.declared[office][kind].popitem()
            self.write()

    @rule(office=st.sampled_from(OFFICES), kind=st.sampled_from(sorted(WAYS)), value=VALUES)
    def drift(self, office: str, kind: str, value: str | None) -> None:
        """Somebody changes the system by hand."""
        self.world.put(office, KEYS[kind][0], value)

    @rule(office=st.sampled_from(OFFICES), value=VALUES)
    def drift_unseen(self, office: str, value: str | None) -> None:
        """Somebody changes what only a person can see."""
        self.desk[office, "d1"] = value

    @rule()
    def plan(self) -> None:
        """A plan writes nothing, and making it again gives the same."""
        before = (dict(self.world.ledger.heads()), dict(self.store.writes))
        first, second = self.world.plan(), self.world.plan()
        assert (dict(self.world.ledger.heads()), dict(self.store.writes)) == before
        assert [(e.office, e.key, e.status) for e in first.entries()] == [
            (e.office, e.key, e.status) for e in second.entries()
        ]

    @rule()
    def apply(self) -> None:
        """An apply, and after it nothing is pending."""
        self.world.apply()
        assert self.world.ledger.pending() == []

    @rule(kind=st.sampled_from(["refused", "lost", "raised"]), after=st.booleans())
    def apply_with_bad_luck(self, kind: Any, after: bool) -> None:
        """The next operation goes wrong."""
        self.store.faults = [Fault(self.store.performed + 1, kind, after=after and kind != "refused")]
        self.world.apply()
        self.store.faults = []

    @rule(moment=st.sampled_from(["before", "after"]))
    def crash(self, moment: str) -> None:
        """The process dies at a write."""
        self.store.kill = moment
        try:
            self.world.apply()
        except (Killed, BaseExceptionGroup):
            pass
        self.store.kill = ""

    @precondition(lambda self: self.world.orders())
    @rule(which=st.integers(0, 5))
    def answer(self, which: int) -> None:
        """A person does an order and says truly what the screen shows."""
        orders = self.world.orders()
        self.do(orders[which % len(orders)])

    @precondition(lambda self: self.world.orders())
    @rule(which=st.integers(0, 5))
    def refuse(self, which: int) -> None:
        """A person cannot do it, and says why."""
        orders = self.world.orders()
        self.world.work().fail(orders[which % len(orders)].number, by="Ria", reason="no rights")

    @rule(days=st.integers(1, 25))
    def time_passes(self, days: int) -> None:
        """Statements grow old, the other side does its part."""
        self.world.clock.move(days=days)

    def do(self, order: Order) -> None:
        """What a truthful person does."""
        office = order.order.office
        for line in order.order.lines:
            if line.kind == "look":
                continue
            if line.module == "box.item":
                self.store.set((f"box:box-{office}", line.module, line.key), line.reaches)
            else:
                self.desk[office, str(line.key)] = None if line.reaches is None else str(line.reaches["value"])
        answers: dict[str, Any] = {}
        if any(line.module == "desk.item" for line in order.order.lines):
            there = {key: {"value": value} for (at, key), value in self.desk.items() if at == office and value}
            answers = {"things": there}
        try:
            self.world.work().done(order.number, by="Ria", answers=answers)
        except AnswersRefused:
            self.world.work().done(order.number, by="Ria", answers=answers, found=True)

    # --- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def one_order_per_change(self) -> None:
        """No resource is asked for by two open orders."""
        lines = [(o.order.office, line.module, line.key) for o in self.world.orders() for line in o.order.lines]
        assert len(lines) == len(set(lines))

    @invariant()
    def nothing_is_written_twice(self) -> None:
        """No write found what it wrote there already."""
        assert self.store.doubled == []

    def teardown(self) -> None:
        """Whatever happened: refusals lifted, everything done, time passing, the plan becomes empty."""
        try:
            self.rest()
        finally:
            self.folder.cleanup()

    def rest(self) -> None:
        """Brings it to rest and looks at the whole history."""
        work = self.world.work()
        for order in work.all():
            if order.state == "failed":
                work.reopen(order.number, by="Ria")
        for _ in range(8):
            outcome = self.world.apply()
            for order in self.world.orders():
                self.do(order)
            if all(entry.status is Status.IN_SYNC for entry in outcome.after.entries()):
                break
            if any(entry.status is Status.WAITING for entry in outcome.after.entries()):
                self.world.clock.move(days=3)
        open_ones = [(e.office, e.key, e.status, e.blocked) for e in self.world.plan().entries()
                     if e.status is not Status.IN_SYNC]  # fmt: skip
        assert not open_ones
        assert self.world.ledger.verify() == []
        assert self.world.ledger.pending() == []


LIVES = 2
"""Lives in one test, so that each stays short."""


@pytest.mark.soak
@pytest.mark.parametrize("part", range(-(-size("life of a project") // LIVES)))
def test_whatever_happens_it_comes_to_rest(part: int) -> None:
    machine = seed(own_seed(f"life {part}"))(type("Life", (Life,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,) if not SOAK else (Phase.generate, Phase.shrink),
        ),
    )

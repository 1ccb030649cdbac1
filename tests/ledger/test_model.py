"""Random lives of a ledger in a file: it says what the ledger in memory says, at every step."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from helpers.clock import Clock
from helpers.records import AT, DAY, ELS, MINE, OTHER, RIA, line, make, operation, order, rollout, said
from helpers.sizes import size
from inregel.contract import UNKNOWN, AtLeast, Provenance, Secret
from inregel.errors import InregelError
from inregel.ledger import open_ledger
from inregel.ledger.base import Ledger, Transaction
from inregel.ledger.memory import MemoryLedger

OFFICES = ("utrecht", "gent")
STATES = ("open", "done", "failed", "superseded", "withdrawn")
offices = st.sampled_from(OFFICES)
people = st.sampled_from([RIA, ELS, "Ria van Dalen", "els@leie.example", ""])
keys = st.sampled_from(["k", "l", ("c", "k"), ("c", "l"), ("d", "k")])
values = st.one_of(
    st.text(max_size=5).filter(lambda text: "\x00" not in text),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.dates(),
    st.frozensets(st.sampled_from(["a", "b"])),
    st.integers(0, 9).map(AtLeast),
    st.just(UNKNOWN),
)
states = st.none() | st.dictionaries(st.sampled_from(["a", "b", "c"]), values, max_size=3)
numbers = st.integers(1, 6).map(lambda number: f"W{number}")
refs = st.sampled_from(["r1", "r2", "r3"])
CONNECTIONS = ("afas:1", "afas:2")
connections = st.sampled_from(CONNECTIONS)
TTL = timedelta(minutes=5)


class TwoLedgers(RuleBasedStateMachine):
    """Every rule is done to both; what they return or refuse, and all that can be read, is the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.file: Ledger = make(self.folder, self.clock)
        self.memory: Ledger = MemoryLedger(self.clock, self.file.id)
        with self.memory.writing() as tx:
            tx.event("", "created", {"id": self.file.id})
        self.leases: list[Any] = []
        self.opened: list[Ledger] = []

    def teardown(self) -> None:
        assert self.file.verify(self.file.heads()) == []
        for ledger in (self.file, *self.opened):
            ledger.close()
        shutil.rmtree(self.folder)

    def both(self, act: Callable[[Ledger], Any]) -> Any:
        results = []
        for ledger in (self.file, self.memory):
            try:
                results.append(act(ledger))
            except InregelError as error:
                results.append((type(error), str(error)))
        assert results[0] == results[1]
        return results[0]

    def write(self, *acts: Callable[[Transaction], Any], fail: bool = False) -> None:
        def all_of_it(ledger: Ledger) -> list[Any]:
            try:
                with ledger.writing() as tx:
                    done = [act(tx) for act in acts]
                    if fail:
                        raise ZeroDivisionError
                    return done
            except ZeroDivisionError:
                return []

        self.both(all_of_it)

    @rule(office=offices, key=keys, state=states, by=people, merge=st.booleans(), fail=st.booleans())
    def attest(self, office: str, key: Any, state: Any, by: str, merge: bool, fail: bool) -> None:
        self.write(lambda tx: tx.attest(office, "m", key, state, said(by), merge=merge), fail=fail)

    @rule(office=offices, key=keys, state=states)
    def prove(self, office: str, key: Any, state: Any) -> None:
        self.write(lambda tx: tx.attest(office, "m", key, state, Provenance("verified", AT, source="a.abc")))

    @rule(office=offices, container=st.sampled_from(["", "c"]), by=people, present=st.lists(keys))
    def list_all(self, office: str, container: str, by: str, present: Any) -> None:
        self.write(lambda tx: tx.list_all(office, "m", container, said(by), present))

    @rule(office=offices, identity=refs, person=people, by=people, state=states)
    def open_order(self, office: str, identity: str, person: str, by: str, state: Any) -> None:
        wanted = order(office, identity, person=person, lines=(line(reaches=state),))
        self.write(lambda tx: tx.open_order(wanted), lambda tx: tx.attest(office, "m", "k", state, said(by)))

    @rule(number=numbers, state=st.sampled_from(STATES[1:]), by=people, successor=st.just("") | numbers, note=st.text())
    def close_order(self, number: str, state: Any, by: str, successor: str, note: str) -> None:
        lines = (line(outcome="found", note=note),)
        answers = {"a": note, "on": DAY}
        self.write(
            lambda tx: tx.close_order(
                number, state, by=by, lines=lines, answers=answers, successor=successor, note=note
            )
        )

    @rule(number=numbers, fail=st.booleans())
    def withdraw(self, number: str, fail: bool) -> None:
        self.write(lambda tx: tx.close_order(number, "withdrawn"), fail=fail)

    @rule(id=refs, office=offices, key=keys, state=states, identity=connections)
    def intend(self, id: str, office: str, key: Any, state: Any, identity: str) -> None:
        self.write(lambda tx: tx.intend(operation(id, office, key=key, reaches=state, identity=identity)))

    @rule(id=refs, outcome=st.sampled_from(["performed", "failed", "unknown"]))
    def settle(self, id: str, outcome: Any) -> None:
        self.write(lambda tx: tx.checkpoint(id, {"command": 7}), lambda tx: tx.outcome(outcome, id, detail="detail"))

    @rule(office=offices, amount=st.integers(0, 4), ref=refs, days=st.integers(0, 1))
    def reserve(self, office: str, amount: int, ref: str, days: int) -> None:
        day = DAY + timedelta(days=days)
        self.write(lambda tx: tx.reserve(office, "allow", day, amount, 6, ref))

    @rule(ref=refs, spent=st.booleans())
    def settle_quota(self, ref: str, spent: bool) -> None:
        self.write(lambda tx: tx.settle_quota(ref, spent=spent))

    @rule(id=refs, begun=st.frozensets(offices), failed=st.dictionaries(offices, st.just("why")), reason=st.text())
    def save_rollout(self, id: str, begun: Any, failed: Any, reason: str) -> None:
        self.write(lambda tx: tx.save_rollout(rollout(id, begun=begun, failed=failed, reason=reason)))

    @rule(office=offices, content=st.dictionaries(st.tuples(st.just("m"), keys), states, max_size=3))
    def record_sync(self, office: str, content: Any) -> None:
        self.write(lambda tx: tx.record_sync(office, content))

    @rule(name=refs, connection=connections, operation=st.one_of(st.just(""), refs))
    def capture(self, name: str, connection: str, operation: str) -> None:
        secret = Secret(name, f"{name} value")
        self.write(lambda tx: tx.capture(name, connection, secret, office="gent", operation=operation))

    @rule(operation=refs, names=st.frozensets(refs))
    def promise(self, operation: str, names: Any) -> None:
        self.write(lambda tx: tx.promise(operation, names))

    @rule(operation=refs, there=st.booleans())
    def judge(self, operation: str, there: bool) -> None:
        self.write(lambda tx: tx.judge(operation, there))

    @rule(holder=st.sampled_from([MINE, OTHER]), identity=st.sampled_from(["a", "b"]))
    def acquire(self, holder: Any, identity: str) -> None:
        # Both holders are this process: that one has died is seen in test_processes.
        lease = self.both(lambda ledger: ledger.acquire(identity, holder, TTL))
        if not isinstance(lease, tuple):
            self.leases.append(lease)

    @rule(data=st.data())
    def use_a_lease(self, data: Any) -> None:
        if self.leases:
            lease = data.draw(st.sampled_from(self.leases))

            def use(ledger: Ledger) -> None:
                with ledger.writing(lease) as tx:
                    tx.event("utrecht", "used", {"fence": lease.fence})

            acts = [use, lambda each: each.renew(lease, TTL), lambda each: each.release(lease)]
            self.both(acts[data.draw(st.integers(0, 2))])

    @rule(holder=st.sampled_from([MINE, OTHER]), limit=st.integers(0, 2))
    def take_slot(self, holder: Any, limit: int) -> None:
        self.both(lambda ledger: ledger.take_slot("a", limit, holder, TTL))

    @rule(holder=st.sampled_from([MINE, OTHER]), slot=st.integers(0, 1))
    def free_slot(self, holder: Any, slot: int) -> None:
        self.both(lambda ledger: ledger.free_slot("a", slot, holder))

    @rule(minutes=st.sampled_from([1, 6, -6, 1440, -1440]))
    def move_the_clock(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule(person=people)
    def forget(self, person: str) -> None:
        self.both(lambda ledger: ledger.forget(person))

    @rule()
    def open_again(self) -> None:
        # The one before stays open: to close it is to show that this process holds no lease any more.
        self.opened.append(self.file)
        self.file = open_ledger("ledger.db", self.folder, ledger_id=self.memory.id, now=self.clock, environ={})

    @invariant()
    def all_that_can_be_read_is_the_same(self) -> None:
        self.both(lambda ledger: (ledger.known(OFFICES), ledger.synced(OFFICES)))
        self.both(lambda ledger: (ledger.orders(None, STATES), ledger.orders(["gent"]), ledger.next_number()))
        self.both(lambda ledger: (ledger.pending(), ledger.pending(["gent"]), ledger.quota_used(OFFICES, DAY)))
        self.both(lambda ledger: (ledger.rollout("site.yml", "Certificates"), ledger.fences(["a", "b", "c"])))
        self.both(lambda ledger: [list(ledger.captured(name, CONNECTIONS).items()) for name in ("r1", "r2", "r3")])
        self.both(lambda ledger: (ledger.captures(), ledger.promised(["gent"]), ledger.unproven(OFFICES)))
        self.both(lambda ledger: {office: number for office, (number, _) in ledger.heads().items()})

    @invariant()
    def history_is_the_same(self) -> None:
        self.both(lambda ledger: [replace(event, mac="") for event in ledger.events()])


TestTwoLedgers = pytest.mark.timeout(900)(TwoLedgers.TestCase)
TestTwoLedgers.settings = settings(max_examples=size("ledger lives"), stateful_step_count=20)

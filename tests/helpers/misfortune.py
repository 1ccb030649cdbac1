"""Projects for tests of bad luck: three offices, a system in a file that counts its writes, and people at a desk.

Each `Kind` is one sort of thing that an apply does, with what must be there in the end, however often it was disturbed.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpers.forks import Child, Ended, Forks
from helpers.world import ANSWERS, ANY, CONNECTION, ITEM, LISTED, TEXT
from inregel.ledger import create, open_ledger
from inregel.ledger.base import Holder, Ledger, Promised

BOOK = "playbooks/site.yml"
APPLY = ("apply", BOOK, "--yes", "--quiet")
OFFICES = ("a", "b", "c")
DRIVER = '''
"""The system `box` in a file. Where there is a file `gate` it stands still in the middle of an operation.

Where there is a file `deaf` each operation takes effect, and its answer is lost.
"""
from contextlib import asynccontextmanager
from pathlib import Path

from inregel.drivers import memory


class Driver:
    def __init__(self, inner, world):
        self.inner, self.world = inner, world
        self.gate, self.inside, self.deaf = (Path(world.root, name) for name in ("gate", "inside", "deaf"))

    @property
    def operations(self):
        return self.inner.operations

    async def read(self, scope):
        return await self.inner.read(scope)

    async def perform(self, operation, checkpoint):
        if self.gate.exists():
            self.inside.touch()
            while self.gate.exists():
                await self.world.sleep(0.005)
        receipt = await self.inner.perform(operation, checkpoint)
        if self.deaf.exists():
            raise ConnectionResetError
        return receipt

    async def settle(self, operation, checkpoint):
        return await self.inner.settle(operation, checkpoint)


@asynccontextmanager
async def open(world):
    async with memory.open(world) as connect:
        yield lambda connection: Driver(connect(connection), world)
'''


def items(values: Mapping[str, str | None], system: str = "box", **args: Any) -> dict[str, Any]:
    """A task that declares things by their value; None is "shall not be there"."""
    states = {name: None if value is None else {"value": value} for name, value in values.items()}
    return {f"{system}.item": {"items": states, **args}}


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of thing that an apply does, in each office."""

    name: str
    tasks: tuple[dict[str, Any], ...]
    there: Mapping[str, str] = field(default_factory=dict)
    """What the box of an office holds in the end, name to value."""
    writes: Mapping[str, int] = field(default_factory=dict)
    """How many times each was written by a machine: once per step, whatever happened."""
    before: tuple[tuple[Any, str], ...] = ()
    """What the box holds at first."""
    play: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """Of `apply`."""
    orders: int = 0
    """How many work orders a person has to do, per office."""
    captures: tuple[str, ...] = ()
    """Secrets that are shown once."""
    waiting: int = 0
    """Resources of an office that are over its quota, or with somebody else, in the end."""
    files: tuple[str, ...] = ()
    """What else lies in the project."""
    crashed: str = ""
    """A crash that came before everything else."""


XY = {"x": "1", "y": "1"}
ONCE = {"x": 1, "y": 1}
BOX = ("c", "old")
SHOWN = tuple(items({name: "1"}, captures=[f"token_{name}"]) for name in XY)
KINDS = {
    kind.name: kind
    for kind in (
        Kind("set", (items(XY),), XY, ONCE),
        Kind("change", (items(XY),), XY, ONCE, before=(("x", "0"), ("y", "0"))),
        Kind("remove", (items(dict.fromkeys(XY)),), {}, ONCE, before=(("x", "1"), ("y", "1"))),
        Kind("chain", (items(XY, way=["machine", "machine"]),), XY, {"x": 2, "y": 2}),
        Kind("order", (items({"x": "1"}), items({"y": "1"}, rests_on=["box.item:x"])), XY, ONCE),
        Kind("capture", SHOWN, XY, ONCE, captures=("x", "y")),
        Kind("judge", SHOWN, XY, ONCE, captures=("x", "y"), crashed="apply.before_verify"),
        Kind("irreversible", (items(XY, irreversible=True),), XY, ONCE, options=("--allow", "box.set=6")),
        Kind(
            "quota",
            (items({**XY, "z": "1"}),),
            XY,
            ONCE,
            settings={"quotas": {"box.set": "2 per day"}},
            waiting=1,
        ),
        Kind("wait", (items(XY, way=["machine", "wait"]),), dict.fromkeys(XY, "1 1/2"), ONCE, waiting=2),
        Kind("exact", ({**items({"x": "1"}, box="c"), "exact": True},), {"x": "1"}, {"x": 1, "old": 1}, ((BOX, "1"),)),
        Kind("staged", (items(XY),), XY, ONCE, play={"serial": 1}),
        Kind("person", (items(XY, "desk", way=["person"]),), orders=1),
        Kind("mixed", (items(XY, way=["machine", "person"]),), XY, ONCE, orders=1),
        Kind(
            "all",
            (
                items(XY),
                items({"gone": None}),
                items({"p": "1"}, way=["machine", "machine"], rests_on=["box.item:x"]),
                items({"w": "1"}, irreversible=True),
                items({"m": "1"}, way=["machine", "person"], rests_on=["box.item:p"]),
                items({"z": "1"}, "desk", way=["person"]),
            ),
            {**XY, "p": "1", "w": "1", "m": "1"},
            {**ONCE, "gone": 1, "p": 2, "w": 1, "m": 1},
            before=(("gone", "1"), ("w", "0")),
            options=("--allow", "box.set=3"),
            orders=2,
        ),
        Kind("lost", (items(XY),), XY, ONCE, files=("deaf",)),
        Kind("again", (items(XY),), XY, ONCE, crashed="apply.before_outcome"),
    )
}


class Yard:
    """Where projects are made: one of each kind, and copies of it for the tests."""

    def __init__(self, base: Path, forks: Forks) -> None:
        self._base, self.forks = base, forks
        self._passes: dict[str, dict[str, dict[str, int]]] = {}

    def place(self, root: Path, kind: str) -> Place:
        """A new project in the folder `root`."""
        first = self._base / kind
        if not first.exists():
            build(first, KINDS[kind])
        shutil.copytree(first, root)
        return Place(root, KINDS[kind], self.forks)

    def passes(self, kind: str) -> dict[str, dict[str, int]]:
        """How many times each act of a kind comes to each point, when nothing goes wrong."""
        if kind not in self._passes:
            root = self._base / f"{kind}-passes" / "project"
            root.parent.mkdir()
            self._passes[kind] = self.place(root, kind).trace()
        return self._passes[kind]


def build(root: Path, kind: Kind) -> None:
    """Writes a project."""
    texts = {
        "inventory.yml": {"all": {"offices": {name: office(name) for name in OFFICES}}},
        BOOK: [{"name": "Play", "offices": "all", **kind.play, "tasks": list(kind.tasks)}],
        "schemas/connections/box.schema.json": CONNECTION,
    }
    for system in ("box", "desk"):
        texts[f"schemas/modules/{system}/item.schema.json"] = ANY
        asked = f"modules/{system}/work_orders/form.answers.schema.json"
        texts[asked] = LISTED if system == "desk" else ANSWERS
        write(root / f"modules/{system}/item.py", ITEM)
        write(root / f"modules/{system}/work_orders/form.nl.md", TEXT)
    for path, data in texts.items():
        write(root / path, json.dumps(data))
    write(root / "drivers/box.py", DRIVER)
    with closing(create(".inregel/ledger.db", root, lambda: datetime.now(UTC), {})) as ledger:
        settings = {"project": "test", "ledger_id": ledger.id, "time_zone": at_noon(), **kind.settings}
    write(root / "inregel.yml", json.dumps(settings))
    for name in kind.files:
        write(root / name, "")
    first = Place(root, kind, None)
    for name in OFFICES:
        for key, value in kind.before:
            first.set(name, key, {"value": value})


def at_noon() -> str:
    """A time zone in which it is about noon, so that no test comes past midnight."""
    behind = datetime.now(UTC).hour - 12
    return f"Etc/GMT{behind:+d}"


def office(name: str) -> dict[str, Any]:
    """An office as the inventory has it."""
    box = {"box": f"box-{name}", "store": "box.jsonl", "operations": ["box.set", "box.remove"]}
    return {"name": name.title(), "contact": f"Contact of {name} <{name}@office.example>", "connections": {"box": box}}


def write(path: Path, text: str) -> None:
    """A file of the project."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def name_of(key: Any) -> str:
    """A key without its container."""
    return key if isinstance(key, str) else str(key[1])


class Place:
    """A project folder in which commands are run as processes of their own."""

    def __init__(self, root: Path, kind: Kind, forks: Forks | None) -> None:
        self.root, self.kind, self._forks = root, kind, forks

    @property
    def forks(self) -> Forks:
        """Where its processes come from."""
        assert self._forks is not None
        return self._forks

    def run(self, *argv: str, **how: Any) -> Ended:
        """One command to its end."""
        return self.forks.run(self.root, argv, **how)

    def start(self, *argv: str, **how: Any) -> Child:
        """One command that is left to run."""
        return self.forks.start(self.root, argv, **how)

    @property
    def command(self) -> tuple[str, ...]:
        """The command that all this is about."""
        return (*APPLY, *self.kind.options)

    def apply(self, **how: Any) -> Ended:
        """That command, to its end."""
        return self.run(*self.command, **how)

    def done(self, number: str) -> tuple[str, ...]:
        """A person does what an order asks (at the screen of `box`, which keeps it); the command that says so."""
        with self.ledger() as ledger:
            order = ledger.order(number).order
        for line in order.lines:
            if line.module == "box.item" and (order.office, line.key) not in self.by_hand():
                self.set(order.office, line.key, dict(line.reaches or {}))
                with (self.root / "by_hand").open("a") as file:
                    file.write(f"{order.office} {line.key}\n")
        things = {line.key: line.reaches for line in order.lines if line.module == "desk.item"}
        file = self.root / f"{number}.json"
        file.write_text(json.dumps({"things": things} if things else {}))
        return "work", "done", number, "--by", "Ria", "--answers", file.name

    def acts(self) -> tuple[str, ...]:
        """What is done with this kind of project, in order."""
        return ("apply", "answer", "apply again") if self.kind.orders else ("apply",)

    def act(self, name: str, **how: Any) -> Ended:
        """One of `acts`; `answer` is about the first open order."""
        return self.run(*self.done(self.open_orders()[0]), **how) if name == "answer" else self.apply(**how)

    def answer_all(self) -> None:
        """Does every order that is open."""
        said = [list(self.done(number)) for number in self.open_orders()]
        if said:
            ended = self.run(*said[0], also=said[1:])
            assert ended.code == 0, ended.said

    def trace(self) -> dict[str, dict[str, int]]:
        """How many times each act comes to each point."""
        passes = {}
        if self.kind.crashed:
            assert self.apply(crash=self.kind.crashed).code == -9
        for name in self.acts():
            file = self.root / "trace.json"
            ended = self.act(name, trace=str(file))
            assert ended.code == 0, ended.said
            passes[name] = json.loads(file.read_text())
            if name == "answer":
                self.answer_all()
        return passes

    # --- what is there ----------------------------------------------------------------------------------------------

    @property
    def store(self) -> Path:
        """The file that the system keeps."""
        return self.root / "box.jsonl"

    def set(self, office: str, key: Any, state: Any) -> None:
        """What happens at the screen of the system."""
        with self.store.open("a") as file:
            file.write(json.dumps([f"box:box-{office}", "box.item", key, state]) + "\n")

    def by_hand(self) -> list[tuple[str, str]]:
        """(office, key) of what persons set."""
        file = self.root / "by_hand"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]

    def lines(self, office: str) -> list[tuple[str, str | None]]:
        """Every write that the system ever saw of an office: name and value."""
        text = self.store.read_text() if self.store.exists() else ""
        rows = [json.loads(line) for line in text.splitlines()]
        return [
            (name_of(key), state and state["value"]) for box, _, key, state, *_ in rows if box == f"box:box-{office}"
        ]

    def there(self, office: str) -> dict[str, str]:
        """Name to value."""
        return {name: value for name, value in dict(self.lines(office)).items() if value is not None}

    def writes(self, office: str) -> Counter[str]:
        """How many times a machine wrote each."""
        seen = Counter(name for name, _ in self.lines(office))
        seen.subtract(name_of(key) for key, _ in self.kind.before)
        seen.subtract(key for whose, key in self.by_hand() if whose == office)
        return +seen

    def ledger(self) -> closing[Ledger]:
        """The ledger; `with` closes it."""
        now = lambda: datetime.now(UTC)  # noqa: E731  # a clock
        return closing(open_ledger(".inregel/ledger.db", self.root, ledger_id=None, now=now, environ={}))

    def open_orders(self) -> list[str]:
        """Numbers of the open work orders."""
        with self.ledger() as ledger:
            return [order.number for order in ledger.orders()]

    def prints(self) -> tuple[Any, bytes]:
        """What changes where anything is written: the heads of the history, and the store."""
        with self.ledger() as ledger:
            return dict(ledger.heads()), self.store.read_bytes() if self.store.exists() else b""

    # --- what must be so in the end -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Nothing doubled, nothing lost that no line names, nothing left open, and nothing to do."""
        kind, again = self.kind, self.make_lost_anew()
        for name in OFFICES:
            assert self.there(name) == kind.there
            assert self.writes(name) == Counter(kind.writes) + Counter(key for office, key in again if office == name)
        with self.ledger() as ledger:
            self.check_record(ledger, len(again))
            assert self.unstored(ledger) == []
            assert all(each.state == "verified" for each in ledger.captures())
            for name in OFFICES:
                found = [ledger.captured(f"token_{key}", [f"box:box-{name}"]) for key in kind.captures]
                assert all(found), (name, found)
        plan = self.run("plan", BOOK, "--detailed-exitcode")
        assert plan.code == (2 if kind.waiting else 0), plan.said
        end = f", {len(OFFICES) * kind.waiting} waiting (next " if kind.waiting else "Nothing to do: "
        assert end in plan.said.splitlines()[-1], plan.said
        before = self.prints()
        assert self.apply().code == 0
        assert self.prints() == before

    def make_lost_anew(self) -> list[tuple[str, str]]:
        """Each secret that was shown and not stored is a line of the plan; it ends by revoking it. (office, key)."""
        with self.ledger() as ledger:
            lost = [(each.operation.office, each.operation.key, each.name) for each in self.unstored(ledger)]
        if lost:
            said = " ".join(self.run("plan", BOOK).said.split())
            for office, key, name in lost:
                assert f"box.set made the secret {name} of box:box-{office} on " in said, said
                self.set(office, key, None)
                with (self.root / "by_hand").open("a") as file:
                    file.write(f"{office} {key}\n")
            assert self.apply().code == 0
        return [(office, name_of(key)) for office, key, _ in lost]

    @staticmethod
    def unstored(ledger: Ledger) -> list[Promised]:
        """Secrets that operations were shown and that are not stored."""
        return [each for each in ledger.promised(OFFICES) if each.operation.outcome == "performed"]

    def check_record(self, ledger: Ledger, again: int = 0) -> None:
        """The history, the journal, the work orders, the quotas and the leases."""
        assert ledger.verify(ledger.heads()) == []
        assert ledger.pending() == []
        orders = ledger.orders(None, ("open", "done", "failed", "superseded", "withdrawn"))
        wanted = [(name, "done") for name in OFFICES for _ in range(self.kind.orders)]
        found = sorted((order.order.office, order.state) for order in orders)
        assert found == wanted, found
        assert len({(order.order.office, order.order.identity) for order in orders}) == len(orders)
        kinds = Counter(event.kind for event in ledger.events() for _ in event.body.get("operations", [event]))
        assert kinds["operation.performed"] == len(OFFICES) * sum(self.kind.writes.values()) + again
        assert kinds["order.opened"] == kinds["order.done"] == len(orders)
        if "quotas" in self.kind.settings:
            today = datetime.now(ZoneInfo(json.loads((self.root / "inregel.yml").read_text())["time_zone"])).date()
            assert ledger.quota_used(OFFICES, today) == {(name, "box.set"): 2 for name in OFFICES}
        other = Holder("another", "another-token")
        for name in OFFICES:
            for identity in (f"office:{name}", f"box:box-{name}"):
                ledger.release(ledger.acquire(identity, other, timedelta(seconds=60)))

    def lost(self) -> int:
        """How many of the secrets that were shown once are not stored."""
        with self.ledger() as ledger:
            return len(self.unstored(ledger))

"""Projects for tests of bad luck: three offices, a system in a file that counts its writes, and people at a desk.

Each `Kind` is one sort of thing that an apply does, with what must be there in the end, however often it was disturbed.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from helpers.forks import Ended, Forks
from helpers.world import ANSWERS, ANY, CONNECTION, ITEM, LISTED, TEXT
from inregel.ledger import create, open_ledger
from inregel.ledger.base import Holder, Ledger

BOOK = "playbooks/site.yml"
APPLY = ("apply", BOOK, "--yes", "--quiet")
OFFICES = ("a", "b", "c")
DRIVER = '''
"""The system `box` in a file. Where there is a file `gate` it stands still in the middle of an operation."""
from contextlib import asynccontextmanager
from pathlib import Path

from inregel.drivers import memory


class Driver:
    def __init__(self, inner, world):
        self.inner, self.world = inner, world
        self.gate, self.inside = Path(world.root, "gate"), Path(world.root, "inside")

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
        return await self.inner.perform(operation, checkpoint)

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
    orders: bool = False
    """Whether a person has to do something."""
    captures: tuple[str, ...] = ()
    """Secrets that are shown once."""
    queued: int = 0
    """Resources of an office that are over its quota in the end."""
    crashed: str = ""
    """A crash that came before everything else."""


XY = {"x": "1", "y": "1"}
ONCE = {"x": 1, "y": 1}
BOX = ("c", "old")
KINDS = {
    kind.name: kind
    for kind in (
        Kind("set", (items(XY),), XY, ONCE),
        Kind("change", (items(XY),), XY, ONCE, before=(("x", "0"), ("y", "0"))),
        Kind("remove", (items(dict.fromkeys(XY)),), {}, ONCE, before=(("x", "1"), ("y", "1"))),
        Kind("chain", (items(XY, way=["machine", "machine"]),), XY, {"x": 2, "y": 2}),
        Kind("order", (items({"x": "1"}), items({"y": "1"}, rests_on=["box.item:x"])), XY, ONCE),
        Kind(
            "capture",
            tuple(items({name: "1"}, captures="token_{{ office.id }}_" + name) for name in XY),
            XY,
            ONCE,
            captures=("x", "y"),
        ),
        Kind("irreversible", (items(XY, irreversible=True),), XY, ONCE, options=("--allow", "box.set=6")),
        Kind(
            "quota",
            (items({**XY, "z": "1"}),),
            XY,
            ONCE,
            settings={"quotas": {"box.set": "2 per day"}},
            queued=1,
        ),
        Kind("exact", ({**items({"x": "1"}, box="c"), "exact": True},), {"x": "1"}, {"x": 1, "old": 1}, ((BOX, "1"),)),
        Kind("staged", (items(XY),), XY, ONCE, play={"serial": 1}),
        Kind("person", (items(XY, "desk", way=["person"]),), orders=True),
        Kind("mixed", (items(XY, way=["machine", "person"]),), XY, ONCE, orders=True),
        Kind("again", (items(XY),), XY, ONCE, crashed="apply.before_outcome"),
    )
}


class Place:
    """A project folder in which commands are run as processes of their own."""

    def __init__(self, root: Path, kind: Kind, forks: Forks) -> None:
        self.root, self.kind, self.forks = root, kind, forks

    @classmethod
    def make(cls, root: Path, kind: Kind, forks: Forks) -> Place:
        """A new one; all of a kind are copies of the first."""
        shutil.copytree(template(root.parents[1], kind), root)
        return cls(root, kind, forks)

    def run(self, *argv: str, **how: Any) -> Ended:
        """One command to its end."""
        return self.forks.run(self.root, argv, **how)

    def apply(self, **how: Any) -> Ended:
        """The command that all this is about."""
        return self.run(*APPLY, *self.kind.options, **how)

    def answer(self, number: str, **how: Any) -> Ended:
        """A person did what an order asks (at the screen of `box`, which keeps it), and says so."""
        return self.run("work", "done", number, "--by", "Ria", *self.answers(number), **how)

    def answers(self, number: str) -> tuple[str, ...]:
        """What the person types."""
        with self.ledger() as ledger:
            order = ledger.order(number).order
        things = {line.key: line.reaches for line in order.lines if line.module == "desk.item"}
        for line in order.lines:
            if line.module == "box.item" and (order.office, line.key) not in self.by_hand():
                self.write_store(order.office, line.key, line.reaches, hand=True)
        file = self.root / f"{number}.json"
        file.write_text(json.dumps({"things": things} if things else {}))
        return "--answers", str(file)

    # --- what is there ----------------------------------------------------------------------------------------------

    @property
    def store(self) -> Path:
        """The file that the system keeps."""
        return self.root / "box.jsonl"

    def lines(self) -> list[Any]:
        """Every write that the system ever saw: [identity, module, key, state]."""
        return [json.loads(line) for line in self.store.read_text().splitlines()] if self.store.exists() else []

    def by_hand(self) -> set[tuple[str, str]]:
        """(office, key) that a person set at the screen."""
        file = self.root / "by_hand"
        return {tuple(line.split()) for line in file.read_text().splitlines()} if file.exists() else set()  # type: ignore[misc]  # two words a line

    def write_store(self, office: str, key: Any, state: Any, *, hand: bool = False) -> None:
        """What happens at the screen of the system."""
        with self.store.open("a") as file:
            file.write(json.dumps([f"box:box-{office}", "box.item", key, state]) + "\n")
        if hand:
            with (self.root / "by_hand").open("a") as file:
                file.write(f"{office} {key}\n")

    def there(self, office: str) -> dict[str, str]:
        """Name to value."""
        found: dict[str, str] = {}
        for identity, _, key, state in self.lines():
            name = key if isinstance(key, str) else key[1]
            if identity == f"box:box-{office}":
                found.pop(name, None)
                if state is not None:
                    found[name] = state["value"]
        return found

    def writes(self, office: str) -> Counter[str]:
        """How many times a machine wrote each."""
        seen = Counter(
            key if isinstance(key, str) else key[1]
            for identity, _, key, _ in self.lines()
            if identity == f"box:box-{office}"
        )
        seen.subtract(key if isinstance(key, str) else key[1] for key, _ in self.kind.before)
        seen.subtract(key for whose, key in self.by_hand() if whose == office)
        return +seen

    def ledger(self) -> Any:
        """The ledger, opened; `with` closes it."""
        from contextlib import closing

        return closing(opened(self.root))

    def open_orders(self) -> list[str]:
        """Numbers of the open work orders."""
        with self.ledger() as ledger:
            return [order.number for order in ledger.orders()]


def opened(root: Path) -> Ledger:
    """The ledger of a project."""
    return open_ledger(".inregel/ledger.db", root, ledger_id=None, now=lambda: datetime.now(UTC), environ={})


@cache
def template(base: Path, kind: Kind | str) -> Path:
    """A project of a kind, made once for all its copies."""
    raise NotImplementedError

"""A small project with a system that tests hold in their hands: plan, apply and answer it as the commands do.

`box` has a driver (`inregel.drivers.memory`) and `desk` has none: there people do everything. Both have one module,
`item`, whose arguments say what its steps are like.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from helpers.clock import Clock
from inregel.config import project as projects
from inregel.contract import Connection, Driver
from inregel.drivers.memory import MemoryDriver, MemorySystem, Store
from inregel.engine.applying import apply
from inregel.engine.planning import make_plan
from inregel.engine.run import Options, Run
from inregel.ledger.base import Holder, Ledger, Order
from inregel.ledger.memory import MemoryLedger
from inregel.library import Library
from inregel.plan.model import Entry, Outcome, Plan, Status
from inregel.secrets.memory import MemorySource
from inregel.work import Desk, Work

ITEM = '''
"""Things in a box. `way` says who does the steps: machine, person, wait."""
from datetime import timedelta

from inregel.contract import Blocked, Fault, Seen, Step, Wait

SYSTEM = __name__.split(".")[-2]
DAYS = 2


def desired(args, office, inputs):
    for ref in args.get("rests_on", []):
        inputs.of(ref)
    if "file" in args:
        inputs.file(args["file"])
    if "fault" in args:
        raise Fault(args["fault"], remedy="mend it", key="broken")
    box = args.get("box")
    return {(box, name) if box else name: value for name, value in args["items"].items()}


def actual(view):
    if "complete" in view:
        module = SYSTEM + ".item"
        return Seen(view.get(module, {}), module in view["complete"])
    if "things" not in view:
        return Seen({}, False)
    return Seen({name: state for name, state in view["things"].items() if state is not None}, True)


def steps(change, inputs):
    if change.args.get("blocked"):
        return Blocked(change.args["blocked"], "other")
    way = change.args.get("way", ["machine"])
    names = {"machine": "set", "person": "by_hand"}
    if change.after is None:
        operation = "remove" if way[0] == "machine" else "by_hand"
        return [Step(f"{SYSTEM}.{operation}", None, order=f"{SYSTEM}/form", look_first=change.args.get("look", False))]
    value = change.after["value"]
    stages = [{**change.after, "value": f"{value} {i + 1}/{len(way)}"} for i in range(len(way) - 1)] + [change.after]
    before = change.before if isinstance(change.before, dict) else {}
    begun = [i + 1 for i, stage in enumerate(stages) if before.get("value") == stage["value"]]
    chain = []
    for i in range(begun[0] if begun else 0, len(way)):
        if way[i] == "wait":
            chain.append(Wait("the other side", inputs.now + timedelta(days=DAYS), stages[i]))
            continue
        arguments = {"secret": change.args["secret"]} if "secret" in change.args else {}
        if way[i + 1 : i + 2] == ["wait"]:
            arguments["then"] = (DAYS * 86400, stages[i + 1])
        chain.append(
            Step(
                f"{SYSTEM}.{names[way[i]]}",
                stages[i],
                arguments,
                irreversible=change.args.get("irreversible", False),
                look_first=change.args.get("look", False),
                order=f"{SYSTEM}/{change.args.get('order', 'form')}",
                captures=tuple(change.args.get("captures", ())),
            )
        )
    return chain


def claims(key, state):
    return [f"thing:{state['claim']}"] if "claim" in state else []


def takes(key, state):
    return [state["takes"]] if "takes" in state else []


def containers(args):
    return [args["box"]] if "box" in args else []
'''

TEXT = """# Formulier

Voor {{ person }}.

{% for line in lines %}
1. Zet `{{ line.name }}` op `{{ line.reaches.value if line.reaches else "weg" }}`.
{% endfor %}
"""

ANSWERS = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}
LISTED = {**ANSWERS, "properties": {"things": {"type": "object", "title": "Dingen", "x-modules": ["desk.item"]}}}
ANY = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
CONNECTION = {
    **ANY,
    "properties": {"box": {"type": "string"}, "operations": {"type": "array", "items": {"type": "string"}}},
    "required": ["box"],
    "x-identity": ["box"],
}


class TestLibrary(Library):
    """The project's library, with the driver of `box` on a store that the test holds."""

    __test__ = False

    def __init__(self, root: Path, store: Store) -> None:
        super().__init__(root)
        self._store = store

    def system(self, name: str) -> Any:
        """The driver of `box`; no other system of the test project has one."""
        return MemorySystem(self._store, ("box.set", "box.remove")) if name == "box" else None


class World:
    """A project folder, its ledger, its system, its clock."""

    def __init__(self, root: Path, clock: Clock, ledger: Callable[..., Ledger] = MemoryLedger) -> None:
        self.root, self.clock, self.store = root, clock, Store()
        self.ledger = ledger(clock)
        self.secrets = MemorySource({}, captured=self.ledger.captured)
        self.files()
        self.holder = Holder("ria@pc1, process 1", "token-1")

    def files(self) -> None:
        """Writes everything but the playbook."""
        for system in ("box", "desk"):
            self.write(f"modules/{system}/item.py", ITEM)
            self.write(f"modules/{system}/work_orders/form.nl.md", TEXT)
            self.write(f"modules/{system}/work_orders/other.nl.md", TEXT)
            asked = LISTED if system == "desk" else ANSWERS
            for order in ("form", "other"):
                self.write(f"modules/{system}/work_orders/{order}.answers.schema.json", json.dumps(asked))
            self.write(f"schemas/modules/{system}/item.schema.json", json.dumps(ANY))
        self.write("schemas/connections/box.schema.json", json.dumps(CONNECTION))
        self.settings()
        self.offices("a")

    def write(self, path: str, text: str) -> Path:
        """A file of the project."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def settings(self, **more: Any) -> None:
        """inregel.yml."""
        base = {"project": "test", "ledger_id": self.ledger.id, "inventory": "inventory.yml"}
        # JSON is YAML, and quotes an id that looks like a number (38527e55).
        self.write("inregel.yml", json.dumps({**base, "time_zone": "Europe/Amsterdam", **more}))

    def offices(self, *names: str, **vars: Mapping[str, Any]) -> None:
        """The inventory: each office has a box of its own, and variables by name."""
        offices = {
            name: {
                "name": name.title(),
                "contact": f"Contact of {name} <{name}@office.example>",
                "connections": {"box": {"box": f"box-{name}"}},
                **vars.get(name, {}),
            }
            for name in names
        }
        self.write("inventory.yml", yaml.safe_dump({"all": {"offices": offices}}))

    def play(self, *tasks: Mapping[str, Any], **play: Any) -> None:
        """The playbook: one play with these tasks, written as `{"box.item": {...}, "name": ...}`."""
        self.plays({"name": "Play", "offices": "all", "tasks": [dict(task) for task in tasks], **play})

    def plays(self, *plays: Mapping[str, Any]) -> None:
        """The playbook."""
        self.write("playbooks/site.yml", yaml.safe_dump(list(plays), sort_keys=False))

    def items(self, items: Mapping[str, str | None], system: str = "box", **args: Any) -> dict[str, Any]:
        """A task that declares things by their value; None is "shall not be there"."""
        states = {name: None if value is None else {"value": value} for name, value in items.items()}
        return {f"{system}.item": {"items": states, **args}}

    # --- what commands do -------------------------------------------------------------------------------------------

    def project(self) -> projects.Project:
        """The project as it is on disk now."""
        library = TestLibrary(self.root, self.store)
        return projects.load(self.root, secrets=self.secrets, library=library)

    def run(self, work: Callable[[Run], Any], *, tags: Sequence[str] = (), **options: Any) -> Any:
        """Does `work` with an engine whose offices are declared."""
        project = self.project()
        book = project.playbook("playbooks/site.yml", tags=tags)
        settings = Options(now=self.clock, sleep=self.clock.sleep, **options)

        async def main() -> Any:
            async with Run(project, book, self.ledger, self.holder, settings) as engine:
                engine.declare()
                return await work(engine)

        return asyncio.run(main())

    def plan(self, **options: Any) -> Plan:
        """A plan."""
        return self.run(make_plan, **options)  # type: ignore[no-any-return]

    def apply(self, **options: Any) -> Outcome:
        """An apply."""
        project = self.project()
        desk = Desk(self.ledger, project.library, project)
        return self.run(lambda engine: apply(engine, desk), **options)  # type: ignore[no-any-return]

    def work(self) -> Work:
        """The door for people."""
        project = self.project()
        return Work(self.ledger, project.library, self.secrets, self.clock, project.settings, project.places)

    def orders(self) -> list[Order]:
        """Open work orders."""
        return self.ledger.orders()

    def do(self, order: Order, *, by: str = "Ria", **answers: Any) -> None:
        """A person does what an order asks, at the screen of `box`, and says so."""
        for line in order.order.lines:
            identity = f"box:box-{order.order.office}"
            if line.module.startswith("box."):
                self.store.set((identity, line.module, line.key), line.reaches)
        said = {line.key: line.reaches for line in order.order.lines if line.module.startswith("desk.")}
        if said and not answers:
            answers = {"things": said}
        self.work().done(order.number, by=by, answers=answers)

    def put(self, office: str, key: Any, value: str | None, module: str = "box.item") -> None:
        """What happens outside of inregel."""
        self.store.set((f"box:box-{office}", module, key), None if value is None else {"value": value})

    def there(self, office: str) -> dict[Any, Any]:
        """What the system holds for an office: key to value."""
        states = self.store.states.items()
        return {key: state["value"] for (box, _, key), state in states if box == f"box:box-{office}"}


class OwnDriver(World):
    """A world whose `box` has a driver of the test: `driver(store, identity, operations, world)`."""

    driver: Callable[..., Driver] = MemoryDriver

    def project(self) -> projects.Project:
        """The project as it is on disk now."""
        make, store = self.driver, self.store

        class System:
            @staticmethod
            @asynccontextmanager
            async def open(outside: Any) -> AsyncIterator[Callable[[Connection], Driver]]:
                yield lambda connection: make(store, connection.identity, ("box.set", "box.remove"), outside)

        class Own(TestLibrary):
            def system(self, name: str) -> Any:
                return System if name == "box" else None

        return projects.load(self.root, secrets=self.secrets, library=Own(self.root, store))


def statuses(plan: Plan) -> dict[Any, Status]:
    """Where each resource of a plan of one office stands."""
    return {entry.key: entry.status for entry in plan.entries()}


def entry(plan: Plan, key: Any) -> Entry:
    """One resource."""
    return next(item for item in plan.entries() if item.key == key)

"""One contract for all modules: through the real steps until nothing is open, and then nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.salary import PLAYBOOK as BENEFITS
from helpers.salary import Salary
from helpers.season import CERTIFICATE, Season
from helpers.world import ITEM, World
from inregel.config import project as projects
from inregel.ledger.memory import MemoryLedger
from inregel.library import Library
from inregel.plan.model import Status
from inregel.sandbox.clerk import Clerk
from inregel.sandbox.example import build
from inregel.secrets import open_source
from inregel.testing import Case, ContractBroken, prove
from inregel.testing import Clock as CaseClock

PLAYBOOK = "playbooks/site.yml"


def assu(folder: Path) -> Case:
    """The example's three offices, one per band of versions, with their files and the clerk at the screens."""
    clock = CaseClock(Clock().time)
    example = build(folder, clock, {}, canary)
    allow(folder / ".vault-password")
    allow(folder / "letters/zwolle-password.txt")
    environ = {"INREGEL_VAULT_PASSWORD_FILE": str(folder / ".vault-password")}
    environ["INREGEL_SECRET_ASSU_PFX_ZWOLLE"] = example.letter
    secrets = open_source(folder, ("environment", "secrets.yml"), environ=environ)

    def person(work: object, order: object) -> None:
        clerk = Clerk(work, example.assu)  # type: ignore[arg-type]  # Work
        outcome = clerk.do(order.number)  # type: ignore[attr-defined]  # Order
        assert outcome.result == "done", outcome

    state = folder / "sandbox/assu.json"
    return Case(folder, PLAYBOOK, person, clock, secrets, writes=state.read_bytes)


ALL = f"""    - name: C
{CERTIFICATE}        kind: new
    - asr.certificate: {{kind: new}}
    - assu.version: {{at_least: "1.2628.3.16"}}
    - assu.administrator: {{email: vandalen@certificate.example, name: Piet de Wit}}
"""


def asr(folder: Path) -> Case:
    """A new certificate of one office, its hand-in, the version and the administrator."""
    stage = Season(folder, Clock(), ALL)
    stage.put(administrator="Piet de Wit")
    clock = CaseClock(Clock().time)
    environ = {"INREGEL_VAULT_PASSWORD_FILE": str(folder / ".vault-password")}

    def person(work: object, order: object) -> None:
        outcome = Clerk(work, stage.example.assu).do(order.number)  # type: ignore[arg-type,attr-defined]  # Work, Order
        assert outcome.result == "done", outcome

    state = folder / "sandbox/assu.json"
    secrets = open_source(folder, ("environment", "secrets.yml"), environ=environ)
    return Case(folder, PLAYBOOK, person, clock, secrets, writes=state.read_bytes)


def world_case(folder: Path, *tasks: dict, module: str = ITEM) -> Case:
    """A project with a driver and a desk, and people who do what they are asked."""
    world = World(folder, Clock())
    for system in ("box", "desk"):
        world.write(f"modules/{system}/item.py", module)
    world.put("a", "old", "1")
    world.play(*tasks)
    clock = CaseClock(Clock().time)
    world.clock = clock  # type: ignore[assignment]  # both are callable and own the time
    library = world.project().library

    def person(work: object, order: object) -> None:
        for line in order.order.lines:  # type: ignore[attr-defined]  # Order
            world.store.set(("box:box-a", line.module, line.key), line.reaches)
        said = {n.key: n.reaches for n in order.order.lines if n.module == "desk.item"}  # type: ignore[attr-defined]
        answers = {"things": said} if said else {}
        work.done(order.number, by="Ria", answers=answers)  # type: ignore[attr-defined]  # Work

    return Case(folder, PLAYBOOK, person, clock, world.secrets, library, lambda: dict(world.store.writes))


ways = ["machine"], ["person"], ["machine", "person"], ["machine", "machine", "wait", "person", "machine"]


def driver(folder: Path) -> Case:
    """Every kind of way through a system with a driver, with a removal and a dependency."""
    world = World(folder, Clock())
    tasks = [world.items({f"x{n}": "1"}, way=way) for n, way in enumerate(ways)]
    tasks += [world.items({"old": None}), world.items({"last": "1"}, rests_on=["box.item:x3"])]
    return world_case(folder, *tasks)


def desk(folder: Path) -> Case:
    """A system without a driver: look first, and look then do."""
    world = World(folder, Clock())
    tasks = world.items({"x": "1"}, "desk", way=["person"]), world.items({"y": "2"}, "desk", way=["person"], look=True)
    return world_case(folder, *tasks)


def coupling(folder: Path, *, own: bool) -> Iterator[Case]:
    """The salary coupling of one office, while its emulated AFAS can be reached; with `own` also by its API."""
    clock = CaseClock(Clock().time)
    with Salary(folder, clock, own=own).serving() as salary:
        ledger = MemoryLedger(clock)
        secrets = open_source(folder, ("environment",), environ=salary.environ, captured=ledger.captured)
        yield Case(
            folder,
            BENEFITS,
            salary.do,
            clock,
            secrets,
            writes=lambda: (salary.environment.writes, salary.environment.imports),
            ledger=ledger,
        )


@contextmanager
def afas(folder: Path) -> Iterator[Case]:
    """All by work order; AFAS tells what the token may do."""
    yield from coupling(folder, own=False)


@contextmanager
def afas_own(folder: Path) -> Iterator[Case]:
    """With a token of the connection's own."""
    yield from coupling(folder, own=True)


def still(make: Callable[[Path], Case]) -> Callable[[Path], AbstractContextManager[Case]]:
    """A case that nothing has to be running for."""
    return lambda folder: nullcontext(make(folder))


CASES: dict[str, Callable[[Path], AbstractContextManager[Case]]] = {
    "assu": still(assu),
    "asr": still(asr),
    "box": still(driver),
    "desk": still(desk),
    "afas": afas,
    "afas with a token of its own": afas_own,
}


@pytest.mark.parametrize("name", CASES)
def test_a_module_keeps_the_contract(name: str, tmp_path: Path) -> None:
    with CASES[name](tmp_path / "project") as case:
        plan = prove(case)
    assert {entry.status for entry in plan.entries()} == {Status.IN_SYNC}


def test_every_module_that_comes_with_inregel_is_proved() -> None:
    assert {name.partition(".")[0] for name in Library(None).modules()} <= set(CASES)


@pytest.mark.parametrize(
    ("honest", "lie", "message"),
    [
        (
            "stages[i],\n                arguments",
            '{"value": "other"},\n                arguments',
            "does not end at what is",
        ),
        ("[change.after]", '[{"value": "half"}]', "does not end at what is desired"),
        ("return Seen({}, False)", "return Seen({})", "complete=False"),
        ('order=f"{SYSTEM}/{change', 'order=f"{SYSTEM}/no{change', "nobody|cannot perform"),
        ('if "complete" in view', 'if view["complete"]', "raises KeyError"),
    ],
)
def test_a_module_that_breaks_it_is_told_how(tmp_path: Path, honest: str, lie: str, message: str) -> None:
    assert honest in ITEM
    world = World(tmp_path / "project", Clock())
    task = world.items({"x": "1"}, way=["machine", "person"])
    with pytest.raises(ContractBroken, match=message):
        prove(world_case(tmp_path / "project", task, module=ITEM.replace(honest, lie)))


def test_a_plan_that_writes_to_a_system_is_told(tmp_path: Path) -> None:
    case = world_case(tmp_path / "project", World(tmp_path / "project", Clock()).items({"x": "1"}))
    case.writes = count().__next__
    with pytest.raises(ContractBroken, match="making a plan wrote something"):
        prove(case)


def test_a_project_can_prove_its_own_modules(tmp_path: Path) -> None:
    case = world_case(tmp_path / "project", World(tmp_path / "project", Clock()).items({"x": "1"}))
    assert projects.load(case.root, secrets=case.secrets).library.modules()[-1] == "desk.item"
    prove(case)

"""An office that couples its salaries with a.s.r.: its project, its emulated AFAS, and the clerk at its screens."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from helpers.afas_emulator import hex_canary, make, running, xml
from helpers.clock import Clock
from helpers.gcn import definition, packed
from inregel.commands import apply, plan
from inregel.commands.context import Context
from inregel.commands.orders import open_work
from inregel.ledger import create
from inregel.ledger.base import Order
from inregel.library import home
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment, GetConnector, Group, Token, User, digest
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.assu import Assu
from inregel.sandbox.clerk import Clerk
from inregel.testing import Clock as CaseClock
from inregel.work import Work

NUMBER = "54321"
APP = "Benefits-Plaza"
GROUP = "BENEFITSPLAZA"
USER = f"{NUMBER}.benefitsplaza"
MANAGER = f"{NUMBER}.beheer"
IDS = ("ASR_BP_Employers_v2", "ASR_BP_Employees_v2", "ASR_BP_Salaries_v2")
PLAYBOOK = "playbooks/benefits-plaza.yml"
ARCHIVE = "files/benefits-plaza.zip"
EMPLOYERS = "Werkgever;Aangevraagd\nBakkerij Smit;ja\nGarage Bos;ja\n"
_SHIPPED = home() / PLAYBOOK


def archive(*ids: str) -> bytes:
    """A supplier's ZIP; the names of its files are not what the connectors are called by."""
    # Each has what looks like a signature of its own.
    signed = {name: sha256(name.encode()).hexdigest() * 3 for name in ids or IDS}
    return packed({f"{name}.gcn": definition(f"a.s.r. - BP - {name}", name, at_15=signed[name]) for name in signed})


@dataclass
class Salary:
    """The office zwolle. With `own` its connection has a token of its own."""

    root: Path
    clock: Clock | CaseClock
    own: bool = False
    port: int = 0
    environ: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    """More settings of the connection, as YAML in one line."""

    def __post_init__(self) -> None:
        self.afas = Afas(self.clock, make=make)
        self.emulator = Emulator(self.afas)
        self.afas.add(NUMBER, f"O{NUMBER}AA")
        with self.afas.change(NUMBER) as environment:
            environment.behind = {name: GetConnector(name, name) for name in IDS}
            environment.users[MANAGER] = User(MANAGER, "Beheer")
            environment.groups["BEHEER"] = Group("BEHEER", "Beheer", [MANAGER])
            app = environment.apps["inregel"] = AppConnector("inregel", "BEHEER", blocked=False, remote=True)
            app.get_connectors = ["ProfitGetConnectoren", "Profit_Users", "Profit_UserGroups"]
            app.update_connectors = ["KnUser"]
            self.data = hex_canary("management token")
            app.tokens = [Token(digest(self.data), MANAGER, "inregel", self.clock())]
        if self.own:
            self.environ["INREGEL_SECRET_AFAS_MANAGE"] = xml(self.data)
        self._folder()

    def _folder(self) -> None:
        for folder in ("files", "playbooks", "employers", ".inregel"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / ARCHIVE).write_bytes(archive())
        self.write(PLAYBOOK, _SHIPPED.read_text("utf-8"))
        self.write("employers/zwolle.csv", EMPLOYERS)
        with closing(create(".inregel/ledger.db", self.root, self.clock, {})) as ledger:
            name = ledger.id
        settings = "project: offices\nledger: .inregel/ledger.db\ninventory: inventory.yml\nsecrets: [environment]\n"
        self.write("inregel.yml", f"{settings}ledger_id: {name!r}\ntime_zone: Europe/Amsterdam\n")

    def write(self, path: str, text: str) -> None:
        """A file of the project."""
        (self.root / path).write_text(text, "utf-8")

    def inventory(self, **variables: str) -> None:
        """Writes it anew, with the address of the emulator."""
        own = "token: \"{{ secret('afas_manage') }}\", remote_commands: true, " if self.own else ""
        digest_ = sha256((self.root / ARCHIVE).read_bytes()).hexdigest()
        more = "".join(f"      {name}: {value}\n" for name, value in variables.items())
        self.write(
            "inventory.yml",
            "payroll:\n  offices:\n    zwolle:\n      name: De Hanze Advies\n"
            "      contact: Jan Kuiper <jan@dehanze.example>\n      salary_email: salaris@dehanze.example\n"
            f"      benefits_plaza_sha256: {digest_}\n{more}"
            f'      connections:\n        afas: {{environment: "{NUMBER}", tier: production, {own}{self.settings}'
            f'url: "http://127.0.0.1:{self.port}", tokens: {{{APP}: "{{{{ secret(\'token_\' ~ office.id) }}}}"}}}}\n',
        )

    def enter(self) -> None:
        """From now on the connection has a token of its own."""
        self.own = True
        self.environ["INREGEL_SECRET_AFAS_MANAGE"] = xml(self.data)
        self.inventory()

    @contextmanager
    def serving(self) -> Iterator[Salary]:
        """While AFAS can be reached."""
        with running(self.emulator) as self.port:
            self.inventory()
            yield self

    @property
    def environment(self) -> Environment:
        """What AFAS holds now."""
        return self.afas.get(NUMBER)

    # --- commands ---------------------------------------------------------------------------------------------------

    def context(self) -> Context:
        """A fresh one."""
        return Context(
            directory=self.root,
            out=io.StringIO(),
            err=io.StringIO(),
            stdin=io.StringIO(),
            environ={"COLUMNS": "110", **self.environ},
            now=self.clock,
            sleep=self.clock.sleep,
            interactive=False,
        )

    def plan(self, **options: Any) -> str:
        """What was printed."""
        context = self.context()
        plan.plan(context, PLAYBOOK, **options)
        return str(context.out.getvalue())  # type: ignore[attr-defined]  # a StringIO, made above

    def apply(self, **options: Any) -> str:
        """What was printed."""
        context = self.context()
        apply.apply(context, PLAYBOOK, yes=True, **options)
        return str(context.out.getvalue())  # type: ignore[attr-defined]  # a StringIO, made above

    @contextmanager
    def work(self) -> Iterator[Work]:
        """The work orders as the commands open them."""
        with open_work(self.context(), secrets=True) as work:
            yield work

    def all_done(self, rounds: int = 12) -> list[str]:
        """Applies and lets the person do everything, until nothing is handed out; the titles of what was done."""
        titles = []
        for _ in range(rounds):
            self.apply()
            with self.work() as work:
                orders = work.open()
                for order in orders:
                    self.do(work, order)
                    titles.append(order.order.title)
            if not orders:
                return titles
        raise AssertionError(titles)

    # --- the person -------------------------------------------------------------------------------------------------

    def do(self, work: Work, order: Order) -> None:
        """Does one order and answers it."""
        work.done(order.number, by=order.order.person, answers=self.act(work, order))

    def act(self, work: Work, order: Order) -> dict[str, Any]:
        """Works the screens of AFAS as the order says; of a.s.r. there are none. What they show, for what is asked."""
        if order.order.name == "afas/old_tokens":
            with self.afas.change(NUMBER) as environment:
                environment.apps[APP].tokens = environment.apps[APP].tokens[-1:]
        if order.order.name.startswith("afas/"):
            clerk = Clerk(work, Assu(self.root / "assu.json", self.root)).also_in(self.afas)
            return clerk.follow(order)
        named = [str(line.arguments.get("employer", "")) for line in order.order.lines]
        shown = {"asr_confirmed": "ja", "employers_registered": named, "employers_confirmed": named}
        return {name: shown[name] for name in order.order.schema["properties"]}

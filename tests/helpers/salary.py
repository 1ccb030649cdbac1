"""An office that couples its salaries with a.s.r.: its project, its emulated AFAS, and a person who works the screens.

The person acts on the environment itself and answers with what stands there afterwards, never with what the order says.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
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
from inregel.ledger.base import Order, OrderLine
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment, GetConnector, Group, Token, User, digest
from inregel.sandbox.afas.store import Afas
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
_SHIPPED = Path(__file__).parents[2] / PLAYBOOK


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
    made: int = 0
    """Tokens that were made."""
    environ: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    """More settings of the connection, as YAML in one line."""
    changed: Callable[[Environment, OrderLine], None] = lambda environment, line: None
    """What happens at the screen beside what a line says."""

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
        work.done(order.number, by=order.order.person, answers=self.act(order))

    def act(self, order: Order) -> dict[str, Any]:
        """Works the screens; what they show, for what is asked."""
        shown: dict[str, Any] = {}
        with self.afas.change(NUMBER) as environment:
            for line in order.order.lines:
                if line.kind != "look":
                    self._line(environment, line, shown)
                    self.changed(environment, line)
        self._look(order, self.environment, shown)
        return {name: shown[name] for name in order.order.schema["properties"]}

    def _line(self, environment: Environment, line: OrderLine, shown: dict[str, Any]) -> None:
        given: Mapping[str, Any] = line.arguments
        act = getattr(self, f"_{line.operation.replace('.', '_')}", None)
        if act is not None:
            act(environment, given, shown)

    def _look(self, order: Order, environment: Environment, shown: dict[str, Any]) -> None:
        """What stands on the screens at the end."""
        there = [each.id for each in environment.get_connectors.values() if not each.blocked]
        shown["imported"] = [name for name in there if name in environment.behind]
        shown["afas_user"] = USER if USER in environment.users else "?"
        app = environment.apps.get(APP)
        if app is not None:
            group = environment.groups.get(app.group)
            shown["app_group"] = group.description if group else "?"
            shown["assigned"] = list(app.get_connectors)
            shown["tokens_left"] = len(app.tokens)
            zone = self.clock().tzinfo
            dates = [f"{token.created.astimezone(zone):%Y-%m-%d}" for token in app.tokens]
            shown["token_made"] = max(dates, default="geen")
        shown["asr_confirmed"] = "ja"
        named = [str(line.arguments.get("employer", "")) for line in order.order.lines]
        shown |= {"employers_registered": named, "employers_confirmed": named}

    def _afas_import_get_connector(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.get_connectors[given["id"]] = environment.behind[given["id"]]

    def _afas_unblock_get_connector(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.get_connectors[given["id"]].blocked = False

    def _afas_create_system_user(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        windows = given.get("windows", False)
        environment.users[given["user"]] = User(given["user"], email=given["email"], windows=windows, system=True)

    def _afas_set_user_rights(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.users[given["user"]].rights = dict(each.split(": ") for each in given["rights"])

    def _afas_create_group(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.groups[given["group"]] = Group(given["group"], given["group_description"])

    def _afas_update_user(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.groups[given["group"]].members.append(given["user"])

    def _afas_make_app_connector(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        name = given["description"]
        environment.apps[name] = AppConnector(name, given["group"], blocked=given["blocked"])

    def _afas_assign_connector(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.apps[given["app_connector"]].get_connectors.append(given["name"])

    def _afas_unassign_connector(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        environment.apps[given["app_connector"]].get_connectors.remove(given["name"])

    def _afas_make_token(self, environment: Environment, given: Mapping[str, Any], shown: dict[str, Any]) -> None:
        self.made += 1
        data = hex_canary(f"token {self.made}")
        token = Token(digest(data), given["user"], f"token {self.made}", self.clock())
        environment.apps[given["app_connector"]].tokens.append(token)
        shown["token"] = xml(data)

    def _afas_delete_old_tokens(self, environment: Environment, given: Mapping[str, Any], shown: object) -> None:
        app = environment.apps[given["app_connector"]]
        app.tokens = app.tokens[-1:]

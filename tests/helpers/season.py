"""One office of the example with a playbook of the test's own: what a season brings, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from helpers.canary import canary
from helpers.clock import Clock
from helpers.example import Stage
from inregel.commands.orders import open_work
from inregel.commands.session import open_session
from inregel.formats import vault
from inregel.sandbox.assu import Held, Portefeuille
from inregel.sandbox.clerk import Clerk, Help, Outcome
from inregel.work import Work

CERTIFICATE = """      assu.certificate:
        file: files/utrecht.abc
        password: "{{ secret('assu_pfx_utrecht') }}"
        email: vandalen@certificate.example
        administrator: Ria van Dalen
"""
AT = "rds-1/Van Dalen"


class Season(Stage):
    """Utrecht alone; its portefeuille is `one`."""

    def __init__(self, root: Path, clock: Clock, tasks: str) -> None:
        super().__init__(root, clock)
        self.play(tasks)

    def play(self, tasks: str) -> None:
        """The tasks of the one play."""
        text = f"- name: Season\n  offices: utrecht\n  tasks:\n{tasks}"
        (self.root / "playbooks/site.yml").write_text(text, "utf-8")

    def task(self, module: str, **args: Any) -> str:
        """A task as YAML."""
        inside = ", ".join(f"{name}: {value}" for name, value in args.items())
        return f"    - {module}: {{{inside}}}\n"

    @property
    def one(self) -> Portefeuille:
        """What its Assu holds now."""
        return self.example.assu.get(AT)

    def put(self, **changes: Any) -> None:
        """Changes what its Assu holds."""
        one = self.one
        for name, value in changes.items():
            setattr(one, name, value)
        self.example.assu.add(one)

    def version(self, version: str, was: str = "1.2628.3.16") -> None:
        """Another version, in Assu and in the inventory."""
        self.put(version=version)
        self.inventory(f'Van Dalen, version: "{was}"', f'Van Dalen, version: "{version}"')

    def inventory(self, old: str, new: str) -> None:
        """Writes something else in the inventory."""
        path = self.root / "inventory.yml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    @contextmanager
    def desk(self) -> Iterator[Work]:
        """The work orders as the command opens them."""
        with open_work(self.context(), secrets=True) as work:
            yield work

    def all_done(self, *, rounds: int = 8) -> list[str]:
        """Applies and lets the clerk do everything, until nothing is handed out; the titles of what was done."""
        titles = []
        for _ in range(rounds):
            self.apply()
            numbers = self.orders()
            if not numbers:
                return titles
            for number in numbers:
                outcome, title = self.done(number)
                assert outcome.result == "done", outcome
                titles.append(title)
        raise AssertionError(titles)

    def done(self, number: str, **how: Any) -> tuple[Outcome, str]:
        """What became of an order in the hands of the clerk, and its title."""
        with self.desk() as work:
            clerk = Clerk(work, self.example.assu, help=Help(self.made_up, self.fetch), **how)
            return clerk.do(number), work.show(number).order.title

    def made_up(self) -> str:
        """A password that the clerk thinks of."""
        return canary("made up")

    def fetch(self, path: str) -> str:
        """The file as Assu can read it: who looks after the project decrypts it."""
        context = self.context()
        data = (self.root / path).read_bytes()
        if not vault.is_vault(data):
            return path
        with open_session(context) as session:
            (self.root / "ready.abc").write_bytes(session.project.secrets.decrypt(data, path))
        return "ready.abc"

    def last(self) -> str:
        """The last line of the plan."""
        return self.plan()[1].splitlines()[-1]


def held(serial: str, until: date) -> Held:
    """A certificate of utrecht."""
    return Held(serial, until, "vandalen@certificate.example")

"""The example project in a folder of a test, with the commands as functions and the people as the clerk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers.canary import allow, canary
from helpers.clock import Clock
from inregel.commands import apply, plan, secret
from inregel.commands.context import Context
from inregel.commands.session import open_session
from inregel.sandbox.clerk import Clerk, Outcome
from inregel.sandbox.example import Example, build
from inregel.work import Work

SITE = "playbooks/site.yml"


def make_secret(name: str) -> str:
    """A canary; the files in which the example keeps secrets in clear are allowed by `Stage`."""
    return canary(name)


@dataclass
class Stage:
    """The example, made at the time of `clock`."""

    root: Path
    clock: Clock
    example: Example = field(init=False)

    def __post_init__(self) -> None:
        allow(self.root / ".vault-password")
        allow(self.root / "letters")
        allow(self.root / "letters/zwolle-password.txt")
        self.example = build(self.root, self.clock, {}, make_secret)

    def context(self) -> Context:
        """A fresh one, 110 columns wide."""
        return Context(
            directory=self.root,
            out=io.StringIO(),
            err=io.StringIO(),
            stdin=io.StringIO(),
            environ={"INREGEL_VAULT_PASSWORD_FILE": str(self.root / ".vault-password"), "COLUMNS": "110"},
            now=self.clock,
            sleep=self.clock.sleep,
            interactive=False,
        )

    def mend(self) -> None:
        """Sets the right password of zwolle."""
        secret.set_(self.context(), "assu_pfx_zwolle", read=self.example.letter.encode)

    def plan(self, **options: Any) -> tuple[int, str]:
        """Exit code and what was printed."""
        context = self.context()
        code = plan.plan(context, SITE, **options)
        return code, context.out.getvalue()  # type: ignore[attr-defined]  # a StringIO, made above

    def apply(self, **options: Any) -> tuple[int, str]:
        """Exit code and what was printed."""
        context = self.context()
        code = apply.apply(context, SITE, yes=True, **options)
        return code, context.out.getvalue()  # type: ignore[attr-defined]  # a StringIO, made above

    @contextmanager
    def work(self) -> Iterator[Work]:
        """The work orders."""
        with open_session(self.context()) as session:
            project = session.project
            yield Work(session.ledger, project.library, project.secrets, self.now, project.settings)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.clock().astimezone(UTC)

    def orders(self) -> list[str]:
        """The numbers of the open work orders."""
        with self.work() as work:
            return [order.number for order in work.open()]

    def do(self, number: str, *, found: bool = False, **how: Any) -> Outcome:
        """The clerk does one order."""
        with self.work() as work:
            return Clerk(work, self.example.assu, **how).do(number, found=found)

    def imports(self) -> dict[str, int]:
        """How many times each wizard was finished."""
        return {one.installation: one.imports for one in self.example.assu}

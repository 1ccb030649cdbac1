"""What the commands of work orders begin with: the orders of the project, its ledger and perhaps its secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inregel.commands.context import Context

if TYPE_CHECKING:
    from inregel.work import Work


@contextmanager
def open_work(context: Context, *, secrets: bool) -> Iterator[Work]:
    """The work orders of the project that `context.directory` stands in; with `secrets` they can be revealed."""
    from inregel.config import settings
    from inregel.ledger import open_ledger
    from inregel.library import Library
    from inregel.secrets import open_source
    from inregel.secrets.keeper import Keeper
    from inregel.secrets.passwords import Passwords
    from inregel.work import Work

    root = settings.find_root(context.directory)
    chosen = settings.load(root)
    context.adopt(chosen.spoken)

    def now() -> datetime:
        return context.now().astimezone(UTC)

    ledger = open_ledger(chosen.ledger, root, ledger_id=chosen.ledger_id, now=now, environ=context.environ)
    try:
        source = None
        if secrets:
            source = open_source(
                root,
                chosen.secrets,
                environ=context.environ,
                vault_ids=context.vault_ids,
                ask=context.ask,
                captured=ledger.captured,
                usable=context.secrets,
            )

        def places(office: str) -> Mapping[str, Sequence[str]]:
            """Only a captured secret needs the whole inventory."""
            from inregel.config import project

            return project.load(root, secrets=source).places(office)

        passwords = Passwords(context.vault_ids, environ=context.environ, ask=context.ask, root=root)
        yield Work(ledger, Library(root), source, now, chosen, places, Keeper(root, chosen.secrets, passwords))
    finally:
        ledger.close()

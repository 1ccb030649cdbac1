"""`inregel history`, `ledger`, `person` and `forget`: what was done, and the record that says so."""

from __future__ import annotations

from typing import Any

import click

from inregel.cli import options
from inregel.cli.group import Command, Defaulting, Group
from inregel.commands.context import Context


@click.group(cls=Defaulting, default="show")
def history() -> None:
    """Show who did what, when, to which office; prove that nothing was changed afterwards.

    Without a command it is `show`.
    """


@history.command(
    examples=(
        "inregel history",
        "inregel history utrecht --since 30d",
        "inregel history --kind order --format csv > orders.csv",
    )
)
@click.argument("office", required=False)
@click.option("--since", metavar="DAY", default=None, help="From that day or time on, or 30d for the last thirty days.")
@click.option("--kind", metavar="KIND", default=None, help="One kind of event: order.done, or all of order.")
@click.option("--format", type=click.Choice(["text", "csv", "json"]), default="text", help="How it is shown.")
@options.project
def show(context: Context, office: str | None, **values: Any) -> int:
    """Print what happened to OFFICE, or to all, in the order in which it was written."""
    from inregel.commands import history as commands

    return commands.history(context, office, **values)


@history.command(examples=("inregel history verify", "inregel history verify --heads heads.json"))
@click.option(
    "--heads",
    "heads_file",
    metavar="FILE",
    type=options.FILE,
    default=None,
    help="Heads kept elsewhere: finds truncation too.",
)
@options.project
def verify(context: Context, heads_file: str | None) -> int:
    """Prove that the history is what was written; exit 1 and each place where it is not."""
    from inregel.commands import history as commands

    return commands.verify(context, heads_file)


@history.command(examples=("inregel history heads > heads.json",))
@options.project
def heads(context: Context) -> int:
    """Print the last event of each office, to be kept elsewhere, such as in git."""
    from inregel.commands import history as commands

    return commands.heads(context)


@click.group(cls=Group)
def ledger() -> None:
    """Make, copy or bring back the record of this project."""


@ledger.command(examples=("inregel ledger init",))
@options.project
def init(context: Context) -> int:
    """Make the ledger of a new project, and write its id into inregel.yml."""
    from inregel.commands import ledger as commands

    return commands.init(context)


@ledger.command(examples=("inregel ledger backup ledger-2026-11-20.db",))
@click.argument("target", type=options.FILE)
@options.project
def backup(context: Context, target: str) -> int:
    """Write a whole copy to TARGET, while others go on."""
    from inregel.commands import ledger as commands

    return commands.backup(context, target)


@ledger.command(examples=("inregel ledger restore ledger-2026-11-20.db",))
@click.argument("source", type=options.FILE)
@click.option("--replace", is_flag=True, help="Also where there is a ledger; it is kept beside the restored one.")
@options.project
def restore(context: Context, source: str, **values: Any) -> int:
    """Bring the ledger back from the copy SOURCE."""
    from inregel.commands import ledger as commands

    return commands.restore(context, source, **values)


@click.command(cls=Command, examples=('inregel person "Ria van Dalen"',))
@click.argument("name")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How it is shown.")
@options.no_secrets
@options.project
@options.vault
def person(context: Context, name: str, **values: Any) -> int:
    """Show what hangs on the person NAME: codes, open work orders, secrets seen, statements that count."""
    from inregel.commands.person import person as command

    return command(context, name, **values)


@click.command(cls=Command, examples=('inregel forget "Ria van Dalen"',))
@click.argument("person")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@options.project
def forget(context: Context, person: str, yes: bool) -> int:
    """Make what the record holds of PERSON unreadable for ever. The history still verifies."""
    from inregel.commands.forget import forget as command

    return command(context, person, yes=yes)

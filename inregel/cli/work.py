"""`inregel work`: what is asked of people, and what they say back."""

from __future__ import annotations

from typing import Any

import click

from inregel.cli import options
from inregel.cli.group import Group
from inregel.commands.context import Context

_older = click.option("--older-than", metavar="DAYS", default="", help="Only those that are open for longer: 7d.")
_by = click.option("--by", metavar="NAME", default="", help="Who says so; else you are asked.")


@click.group(cls=Group)
def work() -> None:
    """Work orders: what a person is asked to do at a screen, and what that person says back."""


@work.command(
    "list",
    examples=("inregel work list", "inregel work list --office utrecht --all", "inregel work list --older-than 7d"),
)
@click.option("--office", metavar="OFFICE", default="", help="Only this office.")
@click.option("--all", "everything", is_flag=True, help="Those that are done, failed or superseded too.")
@_older
@options.project
def list_(context: Context, **values: Any) -> int:
    """Show the open work orders, the oldest first: for whom they are and since when."""
    from inregel.commands import work as commands

    return commands.list_(context, **values)


@work.command(
    examples=(
        "inregel work show W1",
        "inregel work show W1 --format html --out w1.html",
        "inregel work show --all --out orders.xlsx",
        'inregel work show W1 --reveal assu_pfx_utrecht --by "Ria van Dalen" --reason "typing it in the wizard"',
    )
)
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--all", "everything", is_flag=True, help="All that are open.")
@click.option("--office", metavar="OFFICE", default="", help="All that are open for this office.")
@click.option(
    "--format",
    type=click.Choice(["markdown", "html", "csv", "xlsx"]),
    help="html: a page to print for each. csv, xlsx: one sheet to fill in. Else as --out is called, or markdown.",
)
@click.option("--out", metavar="FILE", type=options.FILE, default="", help="Write it there.")
@click.option("--reveal", metavar="SECRET", default="", help="Show a secret of this order; that is recorded.")
@_by
@click.option("--reason", default="", help="Why it is revealed.")
@options.project
@options.vault
def show(context: Context, numbers: tuple[str, ...], **values: Any) -> int:
    """Show work orders as their person sees them, step by step; or write them to print or to fill in."""
    from inregel.commands import work as commands

    values["format"] = values["format"] or ""
    return commands.show(context, *numbers, **values)


@work.command(examples=("inregel work remind --older-than 7d", "inregel work remind --format html --out remind.html"))
@click.option("--office", metavar="OFFICE", default="", help="Only this office.")
@_older
@click.option("--format", type=click.Choice(["text", "html", "json"]), default="text", help="What to write.")
@click.option("--out", metavar="FILE", type=options.FILE, default="", help="Write it there.")
@options.project
def remind(context: Context, **values: Any) -> int:
    """Write a text for each person who has open work orders. Nothing is sent."""
    from inregel.commands import paper

    return paper.remind(context, **values)


@work.command(
    examples=(
        'inregel work done W1 --by "Ria van Dalen"',
        'inregel work done W1 --by "Ria van Dalen" --answers w1.yml',
        'inregel work done W1 --by "Ria van Dalen" --set assu_version=1.2628.3.16 --set valid_until=2028-11-14',
        'inregel work done W1 --by "Ria van Dalen" --answers w1.yml --evidence screen.png',
        "inregel work done --from orders.xlsx",
    )
)
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    type=options.FILE,
    default="",
    help="Many at once: a sheet of `work show`, filled in.",
)
@_by
@click.option(
    "--answers",
    metavar="FILE",
    type=options.FILE,
    default="",
    help="YAML or JSON with what is asked; - is standard input. Else you are asked.",
)
@click.option("--set", "set_", metavar="NAME=VALUE", multiple=True, help="One answer; wins over the file.")
@click.option(
    "--evidence",
    metavar="FILE",
    type=options.FILE,
    default="",
    help="A picture or page that backs it; its digest is kept.",
)
@click.option("--found", is_flag=True, help="It is as I say, though it is not what was asked: plan again from there.")
@options.project
@options.vault
def done(context: Context, numbers: tuple[str, ...], file: str, **values: Any) -> int:
    """Say that a work order is done, and what the screen shows now; or many, by a sheet."""
    from inregel.commands import paper
    from inregel.commands import work as commands

    if file:
        _only_with_sheet(values)
        return paper.done_from(context, file, numbers=numbers, by=values["by"])
    if len(numbers) != 1:
        raise click.UsageError("Give the NUMBER of one order, or --from FILE for many.")
    return commands.done(context, numbers[0], **values)


def _only_with_sheet(values: dict[str, Any]) -> None:
    """In a sheet each row says this for its own order."""
    for name, option in (("answers", "--answers"), ("set_", "--set"), ("evidence", "--evidence"), ("found", "--found")):
        if values[name]:
            raise click.UsageError(f"With --from leave {option} out: each row of the sheet has a column for it.")


@work.command(
    examples=(
        'inregel work fail W1 --by "Ria van Dalen" --reason "the menu is not there"',
        'inregel work fail W1 --line assu.postbus:I09000456 --reason "not in the list"',
    )
)
@click.argument("number")
@_by
@click.option("--reason", default="", help="What happened; else you are asked.")
@click.option("--line", "lines", metavar="MODULE:KEY", multiple=True, help="Only this line of it.")
@options.project
def fail(context: Context, number: str, **values: Any) -> int:
    """Say that work order NUMBER cannot be done, and why."""
    from inregel.commands import work as commands

    return commands.fail(context, number, **values)


@work.command(examples=("inregel work reopen W1",))
@click.argument("number")
@_by
@options.project
def reopen(context: Context, number: str, **values: Any) -> int:
    """Lift the refusal of work order NUMBER, so that the next apply hands the change out again."""
    from inregel.commands import work as commands

    return commands.reopen(context, number, **values)

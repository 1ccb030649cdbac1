"""`inregel work`: what is asked of people, and what they say back."""

from __future__ import annotations

from typing import Any

import click

from inregel.cli import options
from inregel.cli.group import Group
from inregel.commands.context import Context

_by = click.option("--by", metavar="NAME", default="", help="Who says so; else you are asked.")


@click.group(cls=Group)
def work() -> None:
    """Work orders: what a person is asked to do at a screen, and what that person says back."""


@work.command("list", examples=("inregel work list", "inregel work list --office utrecht --all"))
@click.option("--office", metavar="OFFICE", default="", help="Only this office.")
@click.option("--all", "everything", is_flag=True, help="Those that are done, failed or superseded too.")
@options.project
def list_(context: Context, **values: Any) -> int:
    """Show the open work orders, for whom they are and since when."""
    from inregel.commands import work as commands

    return commands.list_(context, **values)


@work.command(
    examples=(
        "inregel work show W1",
        "inregel work show W1 --out w1.md",
        'inregel work show W1 --reveal assu_pfx_utrecht --by "Ria van Dalen" --reason "typing it in the wizard"',
    )
)
@click.argument("number")
@click.option("--out", metavar="FILE", default="", help="Write it there, as Markdown.")
@click.option("--reveal", metavar="SECRET", default="", help="Show a secret of this order; that is recorded.")
@_by
@click.option("--reason", default="", help="Why it is revealed.")
@options.project
@options.vault
def show(context: Context, number: str, **values: Any) -> int:
    """Show work order NUMBER as the person sees it, step by step."""
    from inregel.commands import work as commands

    return commands.show(context, number, **values)


@work.command(
    examples=(
        'inregel work done W1 --by "Ria van Dalen"',
        'inregel work done W1 --by "Ria van Dalen" --answers w1.yml',
        'inregel work done W1 --by "Ria van Dalen" --set assu_version=1.2628.3.16 --set valid_until=2028-11-14',
        'inregel work done W1 --by "Ria van Dalen" --answers w1.yml --evidence screen.png',
    )
)
@click.argument("number")
@_by
@click.option(
    "--answers",
    metavar="FILE",
    default="",
    help="YAML or JSON with what is asked; - is standard input. Else you are asked.",
)
@click.option("--set", "set_", metavar="NAME=VALUE", multiple=True, help="One answer; wins over the file.")
@click.option("--evidence", metavar="FILE", default="", help="A picture or page that backs it; its digest is kept.")
@click.option("--found", is_flag=True, help="It is as I say, though it is not what was asked: plan again from there.")
@options.project
@options.vault
def done(context: Context, number: str, **values: Any) -> int:
    """Say that work order NUMBER is done, and what the screen shows now."""
    from inregel.commands import work as commands

    return commands.done(context, number, **values)


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

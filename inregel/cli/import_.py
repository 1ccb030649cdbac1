"""`inregel import`: what is known already, out of files of others."""

from __future__ import annotations

from typing import Any

import click

from inregel.cli import options
from inregel.cli.group import Group
from inregel.commands.context import Context


@click.group(name="import", cls=Group)
def import_() -> None:
    """Record what is known today, so that the first plan does not ask for all of it."""


@import_.command(
    examples=(
        'inregel import offices today.xlsx --by "Jan Kuiper"',
        "inregel import offices today.xlsx --dry-run",
        'inregel import offices today.csv --map columns.yml --date 2026-11-01 --by "Jan Kuiper"',
    )
)
@click.argument("file", type=options.FILE)
@click.option("--sheet", metavar="NAME", default="", help="The sheet of an XLSX file; else the first one.")
@click.option(
    "--map", "map_file", metavar="FILE", type=options.FILE, default="", help="YAML that says which column is what."
)
@click.option("--by", metavar="NAME", default="", help="Who says so.")
@click.option("--date", "day", metavar="DAY", default="", help="The day on which the sheet was true; else today.")
@click.option(
    "--write-inventory",
    metavar="FILE",
    type=options.FILE,
    default="",
    help="Write the offices that the inventory lacks.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be recorded, and record nothing.")
@options.project
def offices(context: Context, file: str, **values: Any) -> int:
    """Record what FILE (XLSX or CSV) says of each office: every cell a statement, an empty one stays unknown."""
    from inregel.commands import import_ as commands

    return commands.offices(context, file, **values)

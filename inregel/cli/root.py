"""The root of the command line: which commands there are and where each is declared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from inregel import __version__
from inregel.cli.group import Group
from inregel.cli.options import COLOURS
from inregel.speech import LANGUAGES

LAZY: Final = {
    "init": "inregel.cli.start:init",
    "demo": "inregel.cli.start:demo",
    "sandbox": "inregel.cli.start:sandbox",
    "validate": "inregel.cli.declare:validate",
    "inventory": "inregel.cli.declare:inventory",
    "graph": "inregel.cli.declare:graph",
    "doc": "inregel.cli.declare:doc",
    "import": "inregel.cli.import_:import_",
    "schema": "inregel.cli.declare:schema",
    "plan": "inregel.cli.plan:plan",
    "apply": "inregel.cli.plan:apply",
    "explain": "inregel.cli.plan:explain",
    "rollout": "inregel.cli.plan:rollout",
    "work": "inregel.cli.work:work",
    "history": "inregel.cli.record:history",
    "ledger": "inregel.cli.record:ledger",
    "person": "inregel.cli.record:person",
    "forget": "inregel.cli.record:forget",
    "secret": "inregel.cli.secret:secret",
    "completion": "inregel.cli.start:completion",
    "version": "inregel.cli.start:version",
}
SECTIONS: Final = {
    "Start": ["init", "demo", "sandbox"],
    "Declare": ["validate", "inventory", "graph", "doc", "schema", "import"],
    "Plan and apply": ["plan", "apply", "explain", "rollout"],
    "Work orders": ["work"],
    "Secrets and record": ["secret", "history", "person", "ledger", "forget"],
    "This program": ["completion", "version"],
}


@click.group(
    cls=Group,
    lazy=LAZY,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done; 1 you must act; 2 with --detailed-exitcode: there is something to do; 3 a fault of "
    "ours; 4 another system is unavailable, try again; 5 moved since the plan, plan again; 130 interrupted.",
)
@click.option("-C", "--project", "directory", metavar="DIR", type=click.Path(path_type=Path), help="Where it is.")
@click.option("--color", type=click.Choice(list(COLOURS)), help="Colours; auto: only on a terminal.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of what is printed; else that of the project.")
@click.version_option(__version__, prog_name="inregel", message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context, directory: Path | None, color: str | None, language: str | None) -> None:
    """Bring the back-office settings of many offices into the state that git declares.

    Reads what is, shows the difference as a plan, applies exactly that plan, and checks. What only a person can do at a
    screen becomes a work order for that person.
    """
    context.obj = {**(context.obj or {}), "directory": directory, "color": color, "language": language}


def words(arguments: Sequence[str]) -> frozenset[str]:
    """The names of commands at the start of a command line; anything else on it may be a value."""
    found = []
    group: click.Command | None = root
    context = click.Context(root)
    for each in arguments:
        if isinstance(group, Group) and each in group.list_commands(context):
            found.append(each)
            group = group.get_command(context, each)
    return frozenset(found)

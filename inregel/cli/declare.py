"""`inregel validate`, `inventory`, `graph`, `doc` and `schema`: what is declared, without reading any system."""

from __future__ import annotations

from typing import Any

import click

from inregel.cli import options
from inregel.cli.group import Command
from inregel.commands.context import Context


@click.command(cls=Command, examples=("inregel validate", "inregel validate playbooks/site.yml"))
@click.argument("playbooks", nargs=-1, type=options.FILE)
@options.values
@options.no_secrets
@options.project
@options.vault
def validate(context: Context, playbooks: tuple[str, ...], **values: Any) -> int:
    """Check everything that is written: each mistake with file, line, column and what to write instead.

    Without PLAYBOOKS, all of the folder playbooks/.
    """
    from inregel.commands.validate import validate as command

    return command(context, playbooks, **values)


@click.command(
    cls=Command,
    examples=(
        "inregel inventory",
        "inregel inventory 'nl:!utrecht'",
        "inregel inventory --office utrecht",
        "inregel inventory --graph",
    ),
)
@click.argument("pattern", default="all")
@click.option("--office", metavar="OFFICE", default=None, help="All variables of one office, each with its file.")
@click.option("--graph", is_flag=True, help="Groups and offices as a tree.")
@click.option("--list", "list_", is_flag=True, help="All of it, as the JSON of Ansible's dynamic inventories.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@options.limit
@options.values
@options.no_secrets
@options.project
@options.vault
def inventory(context: Context, office: str | None, **values: Any) -> int:
    """Show the offices that PATTERN names, or the variables of one office."""
    from inregel.commands.inventory import inventory as command

    return command(context, office, **values)


@click.command(
    cls=Command,
    examples=("inregel graph playbooks/site.yml", "inregel graph playbooks/site.yml --dot > tasks.dot"),
)
@click.argument("playbook", type=options.FILE)
@click.option("--dot", is_flag=True, help="For Graphviz.")
@options.limit
@options.values
@options.no_secrets
@options.project
@options.vault
def graph(context: Context, playbook: str, **values: Any) -> int:
    """Show what rests on what in PLAYBOOK."""
    from inregel.commands.graph import graph as command

    return command(context, playbook, **values)


@click.command(
    cls=Command,
    examples=(
        "inregel doc",
        "inregel doc assu.certificate",
        "inregel doc assu.client_certificates --script --out collect-certificates.ps1",
        "inregel doc --all --out docs/reference",
    ),
)
@click.argument("module", default="")
@click.option("--format", type=click.Choice(["text", "markdown"]), default="text", help="How it is shown.")
@click.option("--all", "everything", is_flag=True, help="The pages of all modules, into the folder --out.")
@click.option("--script", is_flag=True, help="The script that comes with MODULE, to be run elsewhere.")
@click.option(
    "--out", metavar="PATH", type=options.FILE, default="", help="The folder for the pages, or the file for the script."
)
@options.project
def doc(context: Context, module: str, **values: Any) -> int:
    """Explain MODULE and its arguments; without a name, list all modules."""
    from inregel.commands.doc import doc as command

    return command(context, module, **values)


@click.command(cls=Command, examples=("inregel schema", "inregel schema --install"))
@click.option("--install", is_flag=True, help="Write them, and set up the editor: it completes and checks as you type.")
@options.project
def schema(context: Context, install: bool) -> int:
    """Show which JSON Schema belongs to which files, or tell the editor."""
    from inregel.commands.schema import schema as command

    return command(context, install)

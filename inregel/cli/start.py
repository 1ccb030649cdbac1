"""`inregel init`, `demo`, `sandbox`, `completion` and `version`."""

from __future__ import annotations

import click

from inregel.cli import options
from inregel.cli.group import Command
from inregel.commands.context import Context


@click.command(cls=Command, examples=("inregel init", "inregel init offices --example"))
@click.argument("folder", metavar="DIR", type=options.FOLDER, default="")
@click.option("--example", is_flag=True, help="With three offices, certificates and a playbook.")
@options.project
def init(context: Context, folder: str, example: bool) -> int:
    """Make a project that works in DIR: settings, inventory, playbook and an empty record."""
    from inregel.commands.init import init as command

    return command(context, folder, example=example)


@click.command(
    cls=Command, examples=("inregel demo", "inregel demo example", "inregel demo --season --offices 24 season")
)
@click.argument("folder", metavar="DIR", type=options.FOLDER, default="")
@click.option("--season", is_flag=True, help="A simulated year of many offices in place of the three of the example.")
@click.option(
    "--offices", metavar="N", type=click.IntRange(12, 400), default=120, help="With --season: how many; else 120."
)
@options.project
def demo(context: Context, folder: str, season: bool, offices: int) -> int:
    """Run all of it on the example: plan, apply, the work orders, and a plan with nothing left to do."""
    if season:
        from inregel.commands.season import season as year

        return year(context, folder or None, offices=offices)
    from inregel.commands.demo import demo as command

    return command(context, folder or None)


@click.command(
    cls=Command,
    examples=("inregel sandbox", "inregel sandbox --port 8080", "inregel sandbox --afas 3 --afas-port 8081"),
)
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=0, help="The port; else a free one.")
@click.option(
    "--afas",
    metavar="N",
    type=click.IntRange(0, 999),
    default=0,
    help="So many AFAS environments too.",
)
@click.option(
    "--afas-port", metavar="N", type=click.IntRange(0, 65535), default=0, help="The port of AFAS; else a free one."
)
@options.project
def sandbox(context: Context, port: int, afas: int, afas_port: int) -> int:
    """Serve the emulated systems of the example on this machine, until Ctrl-C."""
    from inregel.commands.sandbox import sandbox as command

    return command(context, port=port, environments=afas, afas_port=afas_port)


@click.command(
    cls=Command,
    examples=(
        'eval "$(inregel completion bash)"',
        'eval "$(inregel completion zsh)"',
        "inregel completion fish > ~/.config/fish/completions/inregel.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options.project
def completion(context: Context, shell: str) -> int:
    """Print what makes SHELL complete commands and options."""
    from inregel.commands.completion import completion as command

    return command(context, shell)


@click.command(cls=Command, examples=("inregel version",))
@options.project
def version(context: Context) -> int:
    """Print the version, and those of the parts that matter when something is wrong."""
    from inregel.commands.version import version as command

    return command(context)

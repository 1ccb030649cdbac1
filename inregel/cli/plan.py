"""`inregel plan`, `apply`, `explain` and `rollout`."""

from __future__ import annotations

from typing import Any

import click

from inregel.cli import options
from inregel.cli.group import Command, Group
from inregel.commands.context import Context

_forks = click.option(
    "-f", "--forks", metavar="N", type=click.IntRange(min=1), default=50, show_default=True, help="Offices at a time."
)
_detailed = click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there is a difference or open work.")


@click.command(
    cls=Command,
    examples=(
        "inregel plan playbooks/site.yml",
        "inregel plan playbooks/site.yml --limit utrecht --verbose",
        "inregel plan playbooks/site.yml --tags certificate --by date",
        "inregel plan playbooks/site.yml --report json=plan.json --detailed-exitcode",
        "inregel plan playbooks/site.yml --no-secrets",
    ),
)
@click.argument("playbook", type=options.FILE)
@options.selection
@_forks
@options.reports
@_detailed
@click.option("--strict", is_flag=True, help="Exit 1 where something is blocked that you can unblock.")
@click.option("--by", type=click.Choice(["office", "date"]), default="office", help="By office, or the next 90 days.")
@click.option("-v", "--verbose", is_flag=True, help="What is in sync too.")
@click.option("--diff", is_flag=True, hidden=True, help="For those who know it from Ansible: a plan is a difference.")
@options.no_secrets
@options.project
@options.vault
def plan(context: Context, playbook: str, diff: bool, **values: Any) -> int:
    """Show what PLAYBOOK would change, who would do it, and what it waits for.

    Reads the systems and the record; writes nothing anywhere.
    """
    from inregel.commands.plan import plan as command

    return command(context, playbook, quiet=context.quiet, **values)


@click.command(
    cls=Command,
    examples=(
        "inregel apply playbooks/site.yml",
        "inregel apply playbooks/site.yml --limit utrecht --yes",
        "inregel apply playbooks/site.yml --check",
    ),
)
@click.argument("playbook", type=options.FILE)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@options.selection
@_forks
@options.reports
@_detailed
@click.option("--check", is_flag=True, help="Only show the plan; the same as `inregel plan`.")
@click.option("--diff", is_flag=True, hidden=True, help="For those who know it from Ansible: the plan is always shown.")
@click.option("--allow", metavar="OPERATION=N", multiple=True, help="So many steps that cannot be taken back.")
@options.project
@options.vault
def apply(context: Context, playbook: str, diff: bool, **values: Any) -> int:
    """Do what the plan of PLAYBOOK says.

    What a machine can do is done and read back; for what a person does work orders are handed out. The same command
    again goes on where this one stopped.
    """
    from inregel.commands.apply import apply as command

    return command(context, playbook, quiet=context.quiet, **values)


@click.command(
    cls=Command,
    examples=(
        "inregel explain utrecht assu.certificate",
        "inregel explain utrecht assu.postbus:I09000456 --playbook playbooks/site.yml",
    ),
)
@click.argument("office")
@click.argument("resource")
@click.option(
    "--playbook",
    metavar="FILE",
    type=options.FILE,
    default="",
    help="The playbook that declares it; else the only one of playbooks/.",
)
@options.values
@options.no_secrets
@options.project
@options.vault
def explain(context: Context, office: str, resource: str, **values: Any) -> int:
    """Say of every value of RESOURCE in OFFICE where it came from, who said so, and until when.

    RESOURCE is a module, or a module and a key: assu.postbus:I09000456.
    """
    from inregel.commands.explain import explain as command

    return command(context, office, resource, quiet=context.quiet, **values)


@click.group(cls=Group)
def rollout() -> None:
    """Show, pause, go on with or stop a rollout in batches."""


@rollout.command(examples=("inregel rollout show",))
@options.project
def show(context: Context) -> int:
    """Show the newest rollout of each play: its state, its batches, and what failed."""
    from inregel.commands import rollout as commands

    return commands.show(context)


_id = click.argument("id_", metavar="ROLLOUT")
_reason = click.option("--reason", required=True, help="Why; it stands in the record.")


@rollout.command(examples=('inregel rollout pause a1b8d342 --reason "questions from utrecht"',))
@_id
@_reason
@options.project
def pause(context: Context, id_: str, reason: str) -> int:
    """Begin no other office of ROLLOUT until it is resumed; what was begun goes on."""
    from inregel.commands import rollout as commands

    return commands.pause(context, id_, reason=reason)


@rollout.command(examples=('inregel rollout resume a1b8d342 --reason "answered"',))
@_id
@_reason
@options.project
def resume(context: Context, id_: str, reason: str) -> int:
    """Let a paused or stopped ROLLOUT go on with the next apply; what failed is tried again."""
    from inregel.commands import rollout as commands

    return commands.resume(context, id_, reason=reason)


@rollout.command(examples=('inregel rollout stop a1b8d342 --reason "another certificate comes"',))
@_id
@_reason
@options.project
def stop(context: Context, id_: str, reason: str) -> int:
    """Begin nothing more of ROLLOUT at this revision."""
    from inregel.commands import rollout as commands

    return commands.stop(context, id_, reason=reason)

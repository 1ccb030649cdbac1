"""The options that commands share, and how they become the `Context` that every command is handed."""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from inregel.commands.context import Context

Function = Callable[..., int]
FILE = click.Path()
FOLDER = click.Path(file_okay=False)
"""Text that names a file or a folder, which the shell completes; whether there is one, the command says."""
PROMPT = "prompt"
"""The source of a vault password that is asked for."""
COLOURS = {"auto": None, "always": True, "never": False}


def project(function: Function) -> Function:
    """Gives a command -C, --color and -q, and hands it a `Context` as its first argument."""

    @click.option(
        "-C", "--project", "directory", metavar="DIR", type=click.Path(path_type=Path), help="Where the project is."
    )
    @click.option("--color", type=click.Choice(list(COLOURS)), help="Colours; auto: only on a terminal.")
    @click.option("-q", "--quiet", is_flag=True, help="No progress.")
    @functools.wraps(function)
    def wrapped(directory: Path | None, color: str | None, quiet: bool, **values: Any) -> int:
        context = _context(directory, color, quiet, values)
        try:
            return function(context, **values)
        except BaseException as error:
            # What is shown of it (`cli.run`) is shown in the language of the command.
            vars(error)["speech"] = context.speech
            raise

    return wrapped


def vault(function: Function) -> Function:
    """Gives a command the options of Ansible Vault; goes between the command and `project`."""

    @click.option(
        "--vault-id", "vault_ids", metavar="LABEL@SOURCE", multiple=True, help="Vault password: LABEL@FILE or @prompt."
    )
    @click.option(
        "--vault-password-file",
        "--vault-pass-file",
        "vault_files",
        metavar="FILE",
        type=FILE,
        multiple=True,
        help="File (or program) that gives the vault password.",
    )
    @click.option("-J", "--ask-vault-pass", "--ask-vault-password", "ask_vault", is_flag=True, help="Ask for it.")
    @functools.wraps(function)
    def wrapped(context: Context, **values: Any) -> int:
        return function(context, **values)

    return wrapped


def no_secrets(function: Function) -> Function:
    """Gives a command --no-secrets."""
    return click.option("--no-secrets", is_flag=True, help="Do without secrets: reads less, and says what.")(function)


def values(function: Function) -> Function:
    """Gives a command -i and -e, as in Ansible."""
    for option in (
        click.option(
            "-i", "--inventory", metavar="FILE", type=FILE, multiple=True, help="Inventory in place of the project's."
        ),
        click.option("-e", "--extra-vars", metavar="VALUES", multiple=True, help="name=value, JSON, YAML or @FILE."),
    ):
        function = option(function)
    return function


def limit(function: Function) -> Function:
    """Gives a command -l, as in Ansible."""
    return click.option(
        "-l", "--limit", metavar="PATTERN", callback=_named, help="Only these offices: utrecht, nl:!zwolle."
    )(function)


def selection(function: Function) -> Function:
    """Gives a command what chooses offices, tasks and values, under the names that Ansible gave them."""
    function = values(function)
    for option in (
        click.option("--skip-tags", metavar="TAGS", multiple=True, callback=_split, help="Leave these tasks out."),
        click.option("-t", "--tags", metavar="TAGS", multiple=True, callback=_split, help="Only these tasks."),
    ):
        function = option(function)
    return limit(function)


def reports(function: Function) -> Function:
    """Gives a command --report FORMAT=FILE, as pairs."""
    return click.option(
        "--report",
        "reports",
        metavar="FORMAT=FILE",
        multiple=True,
        callback=_pairs,
        help="Write a report: json=F, html=F (for managers), ics=F (calendar); - is standard output. May be repeated.",
    )(function)


def _named(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """A pattern that was given names somebody: `--limit "$OFFICE"` with nothing in it must not mean everybody."""
    if value is not None and not value.strip():
        raise click.BadParameter("this names nobody; for all offices leave it out")
    return value or ""


def _split(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for each in value for part in each.split(",") if part.strip())


def _pairs(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    from inregel.errors import InregelError
    from inregel.report import check

    pairs: list[tuple[str, str]] = []
    for each in value:
        name, sign, file = each.partition("=")
        if not (name and sign and file):
            raise click.BadParameter(f"{each} is not FORMAT=FILE; write json=plan.json")
        if any(file == other for _, other in pairs):
            where = "standard output takes one report" if file == "-" else f"{file} takes one report"
            raise click.BadParameter(f"{each}: {where}; write the other to a file of its own")
        try:
            check(name)
        except InregelError as error:
            raise click.BadParameter(" ".join(str(error).split())) from error
        pairs.append((name, file))
    return tuple(pairs)


def _password_source(text: str) -> None:
    """Refuses a name that was mistyped at once: else each office would be blocked by it, one by one."""
    label, sign, source = text.partition("@")
    file = source if sign else label
    path = Path(file).expanduser()
    if file != PROMPT and (path.is_dir() or not path.exists()):
        what = "this is a folder" if path.is_dir() else "there is no such file"
        raise click.BadParameter(f"{text}: {what}", param_hint="--vault-id" if sign else "--vault-password-file")


def _note_faults(arguments: Sequence[str], context: Context, errors: Sequence[BaseException]) -> None:
    from inregel.cli import fault

    context.err.write(fault.note(errors, arguments, context.directory))


def _context(directory: Path | None, color: str | None, quiet: bool, values: dict[str, Any]) -> Context:
    """The `Context`; takes out of `values` what belongs in it. What stands before the command counts too."""
    before = click.get_current_context().find_root().obj or {}
    base = before.get("context")
    context = replace(base) if base is not None else Context()
    chosen = directory or before.get("directory")
    if chosen is not None:
        if not (context.directory / chosen).is_dir():
            raise click.BadParameter(f"there is no folder {chosen}", param_hint="-C")
        context.directory = (context.directory / chosen).resolve()
    context.color = COLOURS[color or before.get("color") or "auto"]
    context.quiet = quiet
    context.language = before.get("language") or context.language
    context.adopt()
    context.vault_ids = (*values.pop("vault_ids", ()), *values.pop("vault_files", ()))
    for each in context.vault_ids:
        _password_source(each)
    if values.pop("ask_vault", False):
        context.vault_ids += (PROMPT,)
    if base is None and sys.stdin is not None and sys.stdin.isatty():
        context.ask = getpass.getpass
    context.secrets = not values.pop("no_secrets", False)
    context.note_faults = functools.partial(_note_faults, before.get("arguments", ()), context)
    return context

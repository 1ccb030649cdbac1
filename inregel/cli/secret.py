"""`inregel secret`: values that are never shown in plans, logs or reports."""

from __future__ import annotations

import click

from inregel.cli import options
from inregel.cli.group import Group
from inregel.commands.context import Context

_in_place = click.option("--in-place", is_flag=True, help="The file itself, instead of printing.")


@click.group(cls=Group)
def secret() -> None:
    """Set, show and encrypt secrets, in the format of Ansible Vault."""


@secret.command(
    "set",
    examples=(
        "inregel secret set assu_pfx_utrecht",
        "pass show assu | inregel secret set assu_pfx_utrecht",
        "inregel secret set assu_pfx_utrecht --file password.txt",
    ),
)
@click.argument("name")
@click.option("--file", metavar="FILE", type=options.FILE, default="", help="The value is what this file holds.")
@options.project
@options.vault
def set_(context: Context, name: str, file: str) -> int:
    """Set secret NAME in the project's vault file: you are asked for it, or it comes by standard input.

    A value never stands on the command line, where others can read it.
    """
    from inregel.commands import secret as commands

    return commands.set_(context, name, file=file)


@secret.command(examples=("inregel secret show", "inregel secret show assu_pfx_utrecht --reveal"))
@click.argument("name", default="")
@click.option("--reveal", is_flag=True, help="The value itself, in clear.")
@options.project
@options.vault
def show(context: Context, name: str, reveal: bool) -> int:
    """List the names of all secrets and where they stand, or reveal the value of NAME."""
    from inregel.commands import secret as commands

    return commands.show(context, name, reveal=reveal)


@secret.command(
    examples=(
        "inregel secret encrypt --name afas_token",
        "inregel secret encrypt --in-place files/utrecht.abc",
    )
)
@click.argument("file", type=options.FILE, default="-")
@click.option("--name", default="", help="The key to print before the value, for pasting into YAML.")
@click.option("--encrypt-vault-id", "vault_id", metavar="LABEL", default="", help="Which of several passwords.")
@_in_place
@options.project
@options.vault
def encrypt(context: Context, file: str, name: str, vault_id: str, in_place: bool) -> int:
    """Print FILE (or what you type) as a `!vault |` value for YAML, or encrypt the file itself."""
    from inregel.commands import secret as commands

    return commands.encrypt(context, file, name=name, vault_id=vault_id, in_place=in_place)


@secret.command(examples=("inregel secret decrypt files/utrecht.abc > utrecht.abc",))
@click.argument("file", type=options.FILE, default="-")
@_in_place
@options.project
@options.vault
def decrypt(context: Context, file: str, in_place: bool) -> int:
    """Print what is in an encrypted FILE, in clear, or decrypt the file itself."""
    from inregel.commands import secret as commands

    return commands.decrypt(context, file, in_place=in_place)


@secret.command(
    examples=(
        "inregel secret rekey secrets.yml group_vars/*.yml --new-vault-id team@prompt",
        "inregel secret rekey secrets.yml --vault-password-file old.txt --new-vault-password-file new.txt",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=options.FILE)
@click.option("--new-vault-id", metavar="LABEL@SOURCE", default="", help="The new password, and its label.")
@click.option(
    "--new-vault-password-file",
    metavar="FILE",
    type=options.FILE,
    default="",
    help="A file that gives the new password.",
)
@options.project
@options.vault
def rekey(context: Context, files: tuple[str, ...], new_vault_id: str, new_vault_password_file: str) -> int:
    """Give each FILE a new vault password, and the vault values in it: all of them, or none."""
    from inregel.commands import secret as commands

    return commands.rekey(context, files, new_vault_id=new_vault_id, new_vault_password_file=new_vault_password_file)

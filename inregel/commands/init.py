"""`inregel init`: a project that works, in an empty folder or beside what is there."""

from __future__ import annotations

import shlex
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from inregel.commands.context import Context

_TAKEN: Final = ("inregel.yml", "inventory.yml", "secrets.yml", "playbooks", ".inregel", ".vault-password")


def init(context: Context, directory: str | Path = "", *, example: bool = False) -> int:
    """Makes a project in `directory` ("" is here); with `example` the one with three offices. Returns 0.

    Raises `Taken` where a project, or a file of one, is there already; nothing is ever overwritten.
    """
    root = context.directory / directory

    def now() -> datetime:
        return context.now().astimezone(UTC)

    if example:
        from inregel.sandbox.example import build

        build(root, now, context.environ)
        context.tell(
            "Made the example with three offices in {folder}; README.md there tells about it.",
            folder=_shown(context, root),
        )
    else:
        _make(context, root)
        context.tell(
            "Made a project in {folder}. Replace the office in inventory.yml by yours.", folder=_shown(context, root)
        )
    context.tell("The password of secrets.yml stands in .vault-password, which git leaves out: keep a copy elsewhere.")
    context.tell("Next:")
    for line in next_commands(context, root):
        context.say(f"  {line}")
    return 0


def next_commands(context: Context, root: Path) -> list[str]:
    """What to type first in a new project."""
    from inregel.platform import WINDOWS

    word = "set" if WINDOWS else "export"
    step = [] if root.resolve() == context.directory.resolve() else [f"cd {shlex.quote(_shown(context, root))}"]
    password = f"{word} INREGEL_VAULT_PASSWORD_FILE=.vault-password"
    return [*step, password, "inregel validate", "inregel plan playbooks/site.yml"]


def _make(context: Context, root: Path) -> None:
    from inregel.formats import vault
    from inregel.ledger import create
    from inregel.sandbox.example import random_secret
    from inregel.sandbox.folder import Folder, template

    with Folder(root, _TAKEN) as folder:
        folder.write(".gitignore", template("new/gitignore"))
        folder.write("inventory.yml", template("new/inventory.yml"))
        folder.write("playbooks/site.yml", template("site.yml"))
        password = random_secret("vault password")
        folder.write(".vault-password", password + "\n", mode=0o600)
        folder.write("secrets.yml", vault.encrypt(b"# name: value\n", password), mode=0o600)
        folder.made(".inregel")
        ledger = create(".inregel/ledger.db", root, lambda: context.now().astimezone(UTC), context.environ)
        with closing(ledger):
            settings = template("new/inregel.yml").replace("LEDGER_ID", ledger.id)
        folder.write("inregel.yml", settings.replace("PROJECT", _name(root)))


def _name(root: Path) -> str:
    """The folder's name, as YAML takes it for text."""
    import json

    return json.dumps(root.resolve().name or "offices", ensure_ascii=False)


def _shown(context: Context, root: Path) -> str:
    path, here = root.resolve(), context.directory.resolve()
    if path == here:
        return context.speech("this folder")
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

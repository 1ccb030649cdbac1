"""Where secrets come from: stores (one file each), vault passwords, and the chain that asks them in order.

What does not belong here: the format of Ansible Vault (`inregel.formats.vault`), and where secrets are used.
Values leave this package only inside `contract.Secret`, and no error quotes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from inregel.secrets.base import Ask, Find
    from inregel.secrets.chain import Chain

ENVIRONMENT: Final = "environment"
"""Among the stores of a project: the variables INREGEL_SECRET_*."""


def open_source(  # noqa: PLR0913 - one word each, nearly all by name
    root: Path,
    stores: Sequence[str],
    *,
    environ: Mapping[str, str],
    vault_ids: Sequence[str] = (),
    ask: Ask | None = None,
    captured: Find | None = None,
    usable: bool = True,
) -> Chain:
    """The secrets of the project at `root`; nothing is read before it is asked for.

    `stores` are paths relative to `root`, and `environment` for the place of the environment among them (by default
    the last). `vault_ids` are `LABEL@SOURCE` or a password file, in order. `ask` shows a
    question and returns what was typed (None: nobody is there). `captured` is `Ledger.captured`.
    `usable=False` is --no-secrets.
    """
    from inregel.secrets.chain import Chain, Store
    from inregel.secrets.environment import Environment
    from inregel.secrets.passwords import Passwords
    from inregel.secrets.vault_file import VaultFile

    passwords = Passwords(vault_ids, environ=environ, ask=ask, root=root)
    places = stores if ENVIRONMENT in stores else [*stores, ENVIRONMENT]
    chain: list[Store] = [
        Environment(environ) if place == ENVIRONMENT else VaultFile(root / place, place, passwords) for place in places
    ]
    return Chain(chain, passwords, captured=captured, usable=usable)


__all__ = ["ENVIRONMENT", "open_source"]

"""Secrets in the environment: INREGEL_SECRET_ASSU_PFX_UTRECHT is the secret assu_pfx_utrecht. For CI, mostly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from inregel.contract import Secret

PREFIX: Final = "INREGEL_SECRET_"


def variable(name: str) -> str:
    """The variable that holds the secret `name`: in capitals, and _ for what is no letter or digit."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", name.upper())


class Environment:
    """The variables INREGEL_SECRET_*; an empty one is none."""

    place = "the environment"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def names(self) -> list[str]:
        """The secrets that are there, in small letters (the environment does not keep more)."""
        found = (name for name, value in self._environ.items() if name.startswith(PREFIX) and value)
        return sorted(name.removeprefix(PREFIX).lower() for name in found)

    def find(self, name: str) -> Secret | None:
        """The secret, or None."""
        value = self._environ.get(variable(name), "")
        # Bytes that are no UTF-8 come out of the environment as surrogates, and go back as the bytes that they were.
        return Secret(name, value.encode(errors="surrogateescape")) if value else None

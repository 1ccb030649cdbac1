"""Loads the SQL: statements by name from `queries.sql`, migrations by number from `migrations/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_NAME: Final = "\n-- name: "


@cache
def statements() -> Mapping[str, str]:
    """Each statement of `queries.sql` by its name."""
    found: dict[str, str] = {}
    for part in (_HERE / "queries.sql").read_text("utf-8").split(_NAME)[1:]:
        name, _, sql = part.partition("\n")
        found[name] = sql.strip()
    return found


def migrations() -> dict[int, str]:
    """The scripts `NNNN_name.sql` by number, in order. Read only when a ledger is made or brought up to date."""
    scripts = sorted(path for path in (_HERE / "migrations").iterdir() if re.fullmatch(r"\d{4}_\w+\.sql", path.name))
    return {int(path.name[:4]): path.read_text("utf-8") for path in scripts}

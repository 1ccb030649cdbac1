"""How much the long tests do: `size("random kills")` reads tests/sizes.toml; INREGEL_SOAK=1 picks the full size."""

import inspect
import os
import re
import tomllib
import zlib
from pathlib import Path
from typing import Any

SOAK = os.environ.get("INREGEL_SOAK", "") not in ("", "0")
FILE = Path(__file__).parents[1] / "sizes.toml"


def table() -> dict[str, dict[str, Any]]:
    """All entries: name to `what`, `normal` and `soak`."""
    with FILE.open("rb") as stream:
        return tomllib.load(stream)


def size(name: str) -> int:
    """The size of a test in this run. Raises KeyError where sizes.toml has no such name."""
    return int(TABLE[name]["soak" if SOAK else "normal"])


def takes_size(function: Any) -> bool:
    """Whether the source of a test, its decorators included, asks for a size."""
    try:
        return function is not None and re.search(r"\bsize\(", inspect.getsource(function)) is not None
    except (OSError, TypeError):
        return False


def base_seed() -> int:
    """The seed of this run: INREGEL_SEED, else always the same."""
    return int(os.environ.get("INREGEL_SEED") or 20261120)


def seed(name: str) -> int:
    """A seed of its own for each test, which the header of the run lets one repeat."""
    return base_seed() ^ zlib.crc32(name.encode())


TABLE = table()

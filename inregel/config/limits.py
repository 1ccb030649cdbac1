"""`--limit`: the parts of a pattern, or the lines of a file with one name each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inregel.config import patterns
from inregel.errors import InregelError


class BadOption(InregelError):
    """{reason}"""


def named(limit: str, directory: Path) -> Iterator[str]:
    """The parts of a pattern; `@FILE` (from `directory`) gives its lines. Raises `BadOption`."""
    for part in patterns.split(limit):
        if part[0] != "@":
            yield part
            continue
        try:
            lines = (directory / part[1:]).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadOption(reason=f"--limit {part}: the file {part[1:]} cannot be read") from error
        yield from (line.strip() for line in lines if line.strip())

"""Mistakes in what people wrote: each with its place and what to write instead, all of a run in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from inregel.errors import InregelError
from inregel.frozen import frozen

Path: TypeAlias = "tuple[str | int, ...]"
"""Keys and indexes from the root of a YAML document."""


class Where(NamedTuple):
    """A node of a YAML file. Its line and column are computed only when a finding names it (`config.positions`)."""

    file: str
    """Relative to the project's root, with forward slashes."""
    path: Path = ()
    key: bool = False
    """The key rather than its value."""


class Position(NamedTuple):
    """A place in a file; line and column count from 1. Line 0: the file as a whole."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@frozen
class Mistake:
    """What is wrong at a place, and what to write instead ("" where nothing nearer can be said)."""

    message: str
    where: Where | Position
    instead: str = ""


class ConfigError(InregelError):
    """{text}"""

    # The text is the mistakes as people read them; `mistakes` are the values, for reports.

    def __init__(self, mistakes: Sequence[Mistake], text: str) -> None:
        super().__init__(text=text)
        self.mistakes = tuple(mistakes)


@frozen
class Unquoted(Mistake):
    """Text is meant, and YAML reads what stands there as something else: what to write is the same in quotes.

    The text as it was written is in the file only, so `instead` is made where the mistake is located.
    """

    pattern: str = ""
    """What the text must be like; where what was written is not like it, `example` is shown instead."""
    example: str = ""

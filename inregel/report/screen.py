"""What a report is written to: how wide it is, and whether it takes colour."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, NamedTuple, TextIO

PIPE_WIDTH: Final = 110
"""Columns where there is no terminal and COLUMNS is not set."""
_LEAST: Final = 40


class Screen(NamedTuple):
    """Columns, and whether colours are shown."""

    width: int
    color: bool
    terminal: bool


def screen(stream: TextIO, environ: Mapping[str, str], color: bool | None = None) -> Screen:
    """Looks at a stream. `color` is what the user asked for (None: decide): it wins over NO_COLOR and over a pipe.

    NO_COLOR counts where it is not empty (no-color.org); a terminal that calls itself `dumb` has no colours.
    """
    terminal = is_terminal(stream)
    if color is None:
        color = terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return Screen(width(stream, environ), color, terminal)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at it; a stream that was closed is none."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Columns: COLUMNS where it is set, else those of the terminal, else 110 for a pipe."""
    given = environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return max(_LEAST, int(given))
    if not is_terminal(stream):
        return PIPE_WIDTH
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return max(_LEAST, columns) if columns else PIPE_WIDTH

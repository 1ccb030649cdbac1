"""How plans and outcomes are shown: one file per format. The engine prints nothing; this prints what it made.

What does not belong here: deciding anything. A report reads `inregel.plan.model` and changes none of it. Formats
that are written to files (`--report FORMAT=FILE`) are listed in `formats()`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from inregel.errors import InregelError

if TYPE_CHECKING:
    from inregel.plan.model import Outcome, Plan

_FORMATS: Final = ("json",)


class NoSuchFormat(InregelError):
    """There is no report format {name}.{hint}
    Write FORMAT=FILE with one of: {formats}"""


class ReportNotWritten(InregelError):
    """The report {path} could not be written: {reason}
    What it tells about was done all the same; see the text above."""


def formats() -> tuple[str, ...]:
    """The formats that a report can be written in, by name."""
    return _FORMATS


def check(name: str) -> None:
    """Raises `NoSuchFormat` with the nearest name, so that a command can refuse it before it begins."""
    if name not in _FORMATS:
        import difflib

        near = next(iter(difflib.get_close_matches(name, _FORMATS, n=1, cutoff=0.5)), "")
        hint = f" Did you mean {near}?" if near else ""
        raise NoSuchFormat(name=name or '""', hint=hint, formats=", ".join(_FORMATS))


def dump(report: Plan | Outcome, name: str) -> str:
    """A report as text, for standard output. Raises `NoSuchFormat`."""
    check(name)
    from inregel.report import json

    return json.dump(report).decode()


def write(report: Plan | Outcome, name: str, path: Path) -> None:
    """Writes a report to a file, whole or not at all. Raises `NoSuchFormat`, `ReportNotWritten`."""
    check(name)
    from inregel.report import json

    try:
        json.write(report, path)
    except OSError as error:
        raise ReportNotWritten(path=path, reason=error.strerror or error) from error

"""How plans and outcomes are shown: one file per format. The engine prints nothing; this prints what it made.

What does not belong here: deciding anything. A report reads `inregel.plan.model` and changes none of it. Formats
that are written to files (`--report FORMAT=FILE`) stand in `_FORMATS`, each with the function that makes the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inregel.errors import InregelError

if TYPE_CHECKING:
    from inregel.plan.model import Outcome, Plan


class NoSuchFormat(InregelError):
    """There is no report format {name}.{hint}
    Write FORMAT=FILE with one of: {formats}"""


class ReportNotWritten(InregelError):
    """The report {path} could not be written: {reason}
    What it tells about was done all the same; see the text above."""


def _html(report: Plan | Outcome, language: str) -> bytes:
    from inregel.report import season

    return season.dump(report, language)


def _ics(report: Plan | Outcome, language: str) -> bytes:
    from inregel.report import ics

    return ics.dump(report, language)


def _json(report: Plan | Outcome, language: str) -> bytes:
    from inregel.report import json

    return json.dump(report)


_FORMATS: Final[Mapping[str, Callable[[Plan | Outcome, str], bytes]]] = {"html": _html, "ics": _ics, "json": _json}


def formats() -> tuple[str, ...]:
    """The formats that a report can be written in, by name."""
    return tuple(_FORMATS)


def check(name: str) -> None:
    """Raises `NoSuchFormat` with the nearest name, so that a command can refuse it before it begins."""
    if name not in _FORMATS:
        import difflib

        near = next(iter(difflib.get_close_matches(name.lower(), _FORMATS, n=1, cutoff=0.5)), "")
        hint = f" Did you mean {near}?" if near else ""
        raise NoSuchFormat(name=name or '""', hint=hint, formats=", ".join(_FORMATS))


def dump(report: Plan | Outcome, name: str, language: str = "nl") -> bytes:
    """A report as it stands in a file; `language` is that of its words. Raises `NoSuchFormat`."""
    check(name)
    return _FORMATS[name](report, language)


def write(report: Plan | Outcome, name: str, path: Path, language: str = "nl") -> None:
    """Writes a report to a file, whole or not at all; folders are made. Raises `NoSuchFormat`, `ReportNotWritten`."""
    from inregel.platform import write_durably

    data = dump(report, name, language)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, data)
    except OSError as error:
        raise ReportNotWritten(path=path, reason=error.strerror or error) from error

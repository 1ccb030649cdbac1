"""The log of a fault, ours or of a project's driver or module: what its maintainer needs, and nothing that could be a
secret.

No values of variables, no messages of foreign errors, no values from the command line, and no lines of code that are
not inregel's own: any of these may hold one.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from inregel import __version__

_MOST: Final = 10
"""Faults of which a log tells; of a broken driver every office has one, all alike."""
_HERE: Final = Path(__file__).resolve().parents[1]
_OURS: Final = (_HERE, _HERE.parent / "modules")
PARTS: Final = ("click", "rich", "pyyaml", "jsonschema", "jinja2", "cryptography", "aiohttp", "openpyxl")


def report(
    error: BaseException, arguments: Sequence[str], directory: Path | None = None, temporary: Path | None = None
) -> str:
    """Writes the log and returns what to tell the user.

    The log goes to the project that is found from `directory` (None: where -C says), else to `temporary` (None: where
    this machine keeps temporary files).
    """
    text = log(error, arguments)
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" in {Path(frame[0].filename).name}, line {frame[0].lineno}" if frame else ""
    said = f"A fault of ours ({type(error).__name__}{place}). What was begun is in the journal.\n"
    try:
        file = _write(text, directory or _directory(arguments), temporary or Path(tempfile.gettempdir()))
        said += f"The log is at {file}: it holds no secrets; please send it to the maintainers.\n"
    except OSError as problem:
        said += f"The log could not be written ({problem.strerror}); here it is:\n\n{text}"
    if os.environ.get("INREGEL_DEBUG"):
        said += "\n" + "".join(traceback.format_exception(error))
    return said


def note(
    errors: Sequence[BaseException],
    arguments: Sequence[str],
    directory: Path | None = None,
    temporary: Path | None = None,
) -> str:
    """Writes one log for faults of drivers or modules that were told already; returns what to say of it."""
    error = errors[0] if len(errors) == 1 else BaseExceptionGroup("faults", errors[:_MOST])
    text = log(error, arguments)
    try:
        file = _write(text, directory or _directory(arguments), temporary or Path(tempfile.gettempdir()))
    except OSError as problem:
        return f"The log of this fault could not be written ({problem.strerror}); here it is:\n\n{text}"
    return f"The log of this fault is at {file}: it holds no secrets; please send it to who maintains that code.\n"


def log(error: BaseException, arguments: Sequence[str]) -> str:
    """The whole text of the log."""
    return "\n".join(
        [
            f"inregel {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"time      {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            f"command   inregel {' '.join(redacted(arguments))}",
            f"parts     {', '.join(_parts())}",
            "",
            "Messages of errors and values of variables are left out: they may hold values of yours.",
            "",
            *_chain(error),
            "",
        ]
    )


def redacted(arguments: Sequence[str]) -> list[str]:
    """The command line with its commands and the names of its options; each value is `...`."""
    from inregel.cli.root import words

    known = words(arguments)
    return [
        each
        if each in known
        else each.partition("=")[0] + ("=..." if "=" in each else "")
        if each.startswith("--")
        else each[:2]
        if each.startswith("-")
        else "..."
        for each in arguments
    ]


def _parts() -> Iterator[str]:
    for name in PARTS:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} missing"


def _chain(error: BaseException | None) -> Iterator[str]:
    """Each error that led to this one: its type, then file, line, function and the line of code, innermost last."""
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {_short(frame.filename)}:{frame.lineno} {frame.name}"
            if frame.line and _public(frame.filename):
                yield f"      {frame.line}"
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _chain(each)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            yield "which came from"


def _public(filename: str) -> bool:
    """Whether the code is inregel's own or of what it is built on; what a project wrote may hold what it should not."""
    path = Path(filename)
    return "site-packages" in path.parts or any(path.is_relative_to(each) for each in _OURS)


def _short(filename: str) -> str:
    """The path without what says whose machine it is."""
    parts = Path(filename).parts
    for mark in ("site-packages", "inregel", "modules", "drivers"):
        if mark in parts:
            last = len(parts) - 1 - parts[::-1].index(mark)
            return "/".join(parts[last:])
    return Path(filename).name if Path(filename).is_absolute() and sys.prefix not in filename else filename


def _directory(arguments: Sequence[str]) -> Path:
    """The folder of -C, else the current one."""
    for name, value in zip(arguments, arguments[1:], strict=False):
        if name in ("-C", "--project"):
            return Path(value)
    return Path.cwd()


def _write(text: str, directory: Path, temporary: Path) -> Path:
    """In the project's `.inregel/log` where there is a project, else in the folder for temporary files."""
    name = f"fault-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    start = directory.resolve()
    for folder in (start, *start.parents):
        if (folder / "inregel.yml").is_file():
            try:
                logs = folder / ".inregel" / "log"
                logs.mkdir(parents=True, exist_ok=True)
                (logs / name).write_text(text, "utf-8")
                return logs / name
            except OSError:
                break
    file = temporary / f"inregel-{name}"
    file.write_text(text, "utf-8")
    return file

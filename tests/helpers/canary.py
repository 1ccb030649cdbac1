"""Secrets of tests: marked random values, and a watch that fails a test where one of them comes out.

In tests/conftest.py one line switches the watch on for every test:

    pytest_plugins = ["helpers.canary"]

A test makes each of its secrets by `canary("what it is")`. After the test the watch searches what was printed (also
what the test itself read from capsys or capfd), what was logged, every file under tmp_path, and the arguments of every
process that was started. It finds a value as it is, in base64, hex, UTF-16, reversed, escaped for URL, JSON or HTML,
across line breaks, and inside zip files. `allow(path)` names a file that may hold secrets in clear, such as a password
file; `watch_folder(path)` adds a folder beside tmp_path; `leaks(data)` is the search itself.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import re
import secrets
import sys
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

MARK = "CNRY-"
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
LENGTH = 24
HEAD = 8
"""So many random characters after the mark are a leak: a value that was cut short has still come out."""
CAPTURES = ("capsys", "capfd", "capsysbinary", "capfdbinary")
STARTS = {"subprocess.Popen": 1, "os.exec": 1, "os.posix_spawn": 1, "os.spawn": 2, "os.system": 0}
"""Audit events that start a process, and which of their arguments is the command line."""


class Registry:
    """The canaries of this process, and what the present test said about files."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.standing = False
        """Made outside a test, by a fixture of a module or session: every later test is searched."""
        self.in_test = False
        self.made = False
        self.allowed: set[Path] = set()
        self.folders: list[Path] = []
        self.started: list[str] = []
        """Findings in the command lines of processes that this test started."""

    def begin(self) -> None:
        """A test begins."""
        self.in_test, self.made = True, False
        self.allowed, self.folders, self.started = set(), [], []

    def end(self) -> bool:
        """A test ends; returns whether it has to be searched."""
        self.in_test = False
        return self.made or self.standing


REGISTRY = Registry()


def canary(name: str) -> str:
    """A new secret: `CNRY-` and 24 random letters and digits; `name` says what it is."""
    value = MARK + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    REGISTRY.values[value] = name
    REGISTRY.made = True
    if not REGISTRY.in_test:
        REGISTRY.standing = True
    return value


def allow(path: Path | str) -> Path:
    """This one file may hold secrets in clear (a password file, a generated input). Returns its path."""
    file = Path(path)
    if file.is_dir():
        raise ValueError(f"{file} is a folder; allow names one file")
    REGISTRY.allowed.add(file.resolve())
    return file


def watch_folder(path: Path) -> Path:
    """Searches this folder too after the test; tmp_path is always searched."""
    REGISTRY.folders.append(path)
    return path


def watch_command_line(args: Sequence[str | bytes | os.PathLike[str]]) -> Sequence[str | bytes | os.PathLike[str]]:
    """The same arguments; fails at once where one holds a canary. (The watch sees the starts of processes anyway.)"""
    found = _in_arguments(args)
    assert not found, f"a secret on a command line: {', '.join(found)}"
    return args


def leaks(data: bytes) -> list[str]:
    """Which canaries come out in `data`, each as `name (form)`, sorted; [] where none does."""
    found = _search(data)
    if any(space in data for space in b"\n\r"):
        found |= _search(b"".join(data.split()))
    if data[:4] == b"PK\x03\x04":
        for member in _members(data):
            found |= _search(member)
    return sorted(found)


def _members(data: bytes) -> Iterator[bytes]:
    # A damaged, encrypted or strange archive is searched as plain bytes only.
    damaged = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)
    with contextlib.suppress(*damaged):
        archive = zipfile.ZipFile(io.BytesIO(data))
        for name in archive.namelist():
            yield archive.read(name)


def _forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    yield "raw", value
    yield "reversed", value[::-1]
    yield "UTF-16", value.decode().encode("utf-16-le")[:-1]
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * offset + value)
            # Only characters that are made of bits of the value alone.
            yield "base64", text[-(-offset * 8 // 6) : (offset + len(value)) * 8 // 6]
    for digits in ("{:02x}", "{:02X}"):
        pairs = [digits.format(byte) for byte in value]
        yield "hex", "".join(pairs).encode()
        yield "URL", "".join("%" + pair for pair in pairs).encode()
        yield "JSON", "".join("\\u00" + pair for pair in pairs).encode()
        yield "escaped", "".join("\\x" + pair for pair in pairs).encode()
        yield "HTML", "".join(f"&#x{pair};" for pair in pairs).encode()
    yield "HTML", "".join(f"&#{byte};" for byte in value).encode()


def _escaped_marks() -> Iterator[tuple[str, bytes]]:
    """The mark where only its hyphen is escaped; the rest of a value never is."""
    hyphens = {"URL": ("%2D", "%2d"), "JSON": ("\\u002d", "\\u002D"), "HTML": ("&#45;", "&#x2d;", "&#x2D;")}
    for form, escapes in hyphens.items():
        for hyphen in escapes:
            yield form, (MARK[:-1] + hyphen).encode()


MARKS = {needle for _, needle in [*_forms(MARK.encode()), *_escaped_marks()]}
ANY = re.compile(b"|".join(re.escape(needle) for needle in sorted(MARKS)))
"""The mark in every form: one search tells that there is no canary, however many were made."""


def _search(data: bytes) -> set[str]:
    if not REGISTRY.values or not ANY.search(data):
        return set()
    found = set()
    for value, name in REGISTRY.values.items():
        head = value[: len(MARK) + HEAD].encode()
        tail = head[len(MARK) :]
        needles = [*_forms(head), *((form, mark + tail) for form, mark in _escaped_marks())]
        found |= {f"{name} ({form})" for form, needle in needles if needle in data}
    return found


def _in_arguments(args: object) -> list[str]:
    if isinstance(args, str | bytes | os.PathLike):
        args = [args]
    if not isinstance(args, Iterable):
        return []
    return leaks(b"\0".join(os.fsencode(arg) for arg in args if isinstance(arg, str | bytes | os.PathLike)))


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in STARTS and REGISTRY.values:
        REGISTRY.started.extend(_in_arguments(arguments[STARTS[event]]))


# --- the watch ------------------------------------------------------------------------------------------------------

SECTIONS = pytest.StashKey[list[tuple[str, str]]]()


def pytest_configure() -> None:
    """Watches the start of processes. An audit hook cannot be taken away again; it is one look-up per event."""
    sys.addaudithook(_audit)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps what pytest itself captured, for the watch to search; what teardown printed comes after the watch."""
    report = yield
    item.stash[SECTIONS] = list(report.sections)
    if report.when == "teardown" and report.passed and REGISTRY.values:
        late = [section for section in report.sections if section[0].endswith("teardown")]
        found = [f"{leak} in {title}" for title, content in late for leak in leaks(content.encode())]
        if found:
            report.outcome = "failed"
            report.longrepr = _message(found)
    return report


@pytest.fixture(autouse=True)
def canary_watch(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test in whose output, log, files or command lines a canary is found."""
    captures = [request.getfixturevalue(name) for name in CAPTURES if name in request.fixturenames]
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    read: list[str | bytes] = []
    for capture in captures:
        _record(capture, read)
    REGISTRY.begin()
    yield
    found = list(REGISTRY.started)
    if REGISTRY.end():
        for capture in captures:
            _put_back(capture, capture.readouterr())
        streams = [text.encode() if isinstance(text, str) else text for text in read]
        found += [f"{leak} in output" for text in streams for leak in leaks(text)]
        for title, content in request.node.stash.get(SECTIONS, []):
            found += [f"{leak} in {title}" for leak in leaks(content.encode())]
        for top in [*([folder] if folder else []), *REGISTRY.folders]:
            found += in_files(top)
    if found:
        pytest.fail(_message(found), pytrace=False)


def _message(found: Iterable[str]) -> str:
    return "a secret came out: " + "; ".join(dict.fromkeys(found))


def in_files(folder: Path) -> list[str]:
    """`leak in path` for each file under `folder` that is not allowed; names of files are searched too."""
    found = []
    for top, _, names in os.walk(folder):
        for name in names:
            file = Path(top, name)
            found += [f"{leak} in the name of a file" for leak in leaks(os.fsencode(name))]
            if file.is_file() and not file.is_symlink() and file.resolve() not in REGISTRY.allowed:
                found += [f"{leak} in {file.relative_to(folder)}" for leak in leaks(_content(file))]
    return found


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # taken away while we looked, or made unreadable by the test on purpose
        return b""


def _record(capture: Any, read: list[str | bytes]) -> None:
    original = capture.readouterr

    def readouterr() -> Any:
        result = original()
        read.extend(result)
        return result

    capture.readouterr = readouterr


def _put_back(capture: Any, result: Any) -> None:
    """What nobody has read belongs into the report of a failed test."""
    for text, stream in zip(result, (sys.stdout, sys.stderr), strict=True):
        if text:
            stream.write(text if isinstance(text, str) else text.decode(errors="replace"))
            stream.flush()

"""Reads one YAML or JSON file into plain Python, and finds every mistake that makes it mean two things.

The rules are those of `yaml.safe_load` (YAML 1.1), with these differences: keys are text, unique and not complex; a
file has one document; only `!vault` and the core tags are known; what YAML 1.1 and 1.2 read differently is refused.
Whatever the input, reading takes at most 2 seconds and 256 MiB: the limits below see to it (`bench/inventory_load.py`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from inregel import platform
from inregel.config.events import FAST
from inregel.config.lines import place
from inregel.config.mistakes import ConfigError, Mistake, Position, Where
from inregel.config.positions import failure
from inregel.config.words import nearest
from inregel.config.yamltext import Limits, read_yaml
from inregel.frozen import frozen

MAX_BYTES: Final = 8 * 2**20
"""Of a YAML file. An inventory of 10,000 offices has some 6 MB."""
MAX_JSON_BYTES: Final = 16 * 2**20
"""Of a JSON file."""
MAX_VALUES: Final = 600_000
"""Values of a YAML file, keys and repeated (`*name`) ones included. An inventory of 10,000 offices has some 500,000."""
MAX_DEPTH: Final = 100
"""Levels of nesting."""
_SLOW: Final = 15
"""Without libyaml the limits of YAML are divided by this."""
_TELLING: Final = 4
"""Bytes that are needed to tell UTF-16."""
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_SMALLER: Final = "fewer values in one file: big lists belong in a CSV or XLSX file (`from:`), or in several files"


@frozen
class Vaulted:
    """The text of a `!vault |` block, still encrypted. It is printed as what it is, not as its text."""

    text: str
    where: Where

    def __repr__(self) -> str:
        return f"<vault value at {self.where.file}>"


def read(path: Path, root: Path, *, may_be_empty: bool = False, data: bytes | None = None) -> Any:
    """The file as dict, list, str, int, float, bool, None, date, datetime and `Vaulted`.

    JSON where the name ends in `.json`, else YAML. An alias (`*name`) gives the same object as its anchor: change
    nothing in what this returns. `may_be_empty` gives None for a file without a value. `data` is read in place of the
    file's own content, where that is encrypted.
    Raises `ConfigError` with all mistakes of the file, as far as the parser gets.
    """
    name = named(path, root)
    text, data = _text(path, root, name, data)
    if path.suffix.lower() == ".json":
        from inregel.config import jsontext

        result, mistakes = jsontext.read_json(data, text, name, MAX_DEPTH)
    else:
        slower = 1 if FAST else _SLOW
        limits = Limits(MAX_VALUES // slower, MAX_DEPTH, _SMALLER)
        result, mistakes = read_yaml(data, text, name, limits, Vaulted)
    if mistakes:
        raise failure(root, mistakes)
    if result is None and not may_be_empty:
        raise failure(root, [Mistake("the file is empty", Position(name, 0, 0), "at least one `key: value`")])
    return result


def named(path: Path, root: Path) -> str:
    """The file as mistakes name it: relative to the root, with forward slashes."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return Path(os.path.relpath(path, root)).as_posix()


def _text(path: Path, root: Path, name: str, data: bytes | None) -> tuple[str, bytes]:
    """The file as text and as bytes. Raises `ConfigError` where it cannot be read or is not clean UTF-8."""
    data = _bytes(path, root, name) if data is None else data
    mistake = _encoding(data, name)
    if mistake:
        raise failure(root, [mistake])
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise failure(root, [_not_utf8(data, error.start, name)]) from None
    found = _FORBIDDEN.search(text)
    if found:
        line, column = place(text, found.start())
        char = ord(found[0])
        what = "a NUL character" if char == 0 else f"a character that nobody sees (U+{char:04X})"
        mistake = Mistake(f"{what} stands here", Position(name, line, column), "the line typed anew, without it")
        raise failure(root, [mistake])
    return text, data


def _bytes(path: Path, root: Path, name: str) -> bytes:
    whole = Position(name, 0, 0)
    limit = MAX_JSON_BYTES if path.suffix.lower() == ".json" else MAX_BYTES // (1 if FAST else _SLOW)
    try:
        if platform.endless(path):
            raise failure(root, [Mistake("this is not a file that can be read twice", whole, "an ordinary file")])
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise failure(root, [Mistake("there is no such file", whole, _like(path, root))]) from None
    except IsADirectoryError:
        raise failure(root, [Mistake("this is a folder, and a file is meant", whole, f"{name}/NAME.yml")]) from None
    except PermissionError:
        # Windows says so of a folder too.
        if path.is_dir():
            raise failure(root, [Mistake("this is a folder, and a file is meant", whole, f"{name}/NAME.yml")]) from None
        raise failure(root, [Mistake("you are not allowed to read this file", whole)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise failure(root, [Mistake(f"the file cannot be read: {reason}", whole)]) from None
    if len(data) > limit:
        raise failure(root, [Mistake(f"the file is larger than {limit // 2**20} MiB", whole, _SMALLER)])
    return data


def _like(path: Path, root: Path) -> str:
    """The file beside it with the nearest name."""
    try:
        near = nearest(path.name, sorted(entry.name for entry in path.parent.iterdir()))
    except OSError:
        return ""
    return named(path.parent / near, root) if near else ""


def _encoding(data: bytes, name: str) -> Mistake | None:
    """Another encoding than UTF-8 without a byte order mark, as far as its first bytes tell."""
    start = Position(name, 1, 1)
    for mark, encoding in ((b"\xff\xfe\x00\x00", "UTF-32"), (b"\x00\x00\xfe\xff", "UTF-32")):
        if data.startswith(mark):
            return Mistake(f"the file is written in {encoding}", start, "the file saved as UTF-8")
    head = data[:200]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _half_nul(head):
        return Mistake("the file is written in UTF-16", start, "the file saved as UTF-8")
    if data.startswith(b"\xef\xbb\xbf"):
        return Mistake(
            "the file begins with a byte order mark (BOM), which nobody sees",
            start,
            "the file saved as UTF-8 without BOM",
        )
    return None


def _half_nul(head: bytes) -> bool:
    """Whether every other byte is 0, as in UTF-16 without a mark."""
    first, second = head[::2].count(0), head[1::2].count(0)
    return len(head) >= _TELLING and max(first, second) >= len(head) // 2 and min(first, second) <= len(head) // 8


def _not_utf8(data: bytes, at: int, name: str) -> Mistake:
    before = data[:at].decode()
    line, column = place(before, len(before))
    char = data[at : at + 1].decode("cp1252", "replace")
    means = f" (`{char}` in Windows-1252)" if char.isprintable() and char != "�" else ""
    return Mistake(
        f"the byte {data[at]:02X}{means} is not UTF-8", Position(name, line, column), "the file saved as UTF-8"
    )


__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_JSON_BYTES", "MAX_VALUES", "ConfigError", "Vaulted", "named", "read"]

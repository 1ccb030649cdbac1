"""The text of a store: YAML, one level, `name: value`. Reads it, and changes one entry without touching the others.

A value is text as it is written (`pin: 0123` is 0123), `!!binary` (base64), or a `!vault |` block. Nothing here says
more about a mistake than its line: the text around it is secret.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import yaml

from inregel.frozen import frozen
from inregel.secrets.base import NAME, StoreError

Kind = Literal["text", "binary", "vault"]
BINARY: Final = "tag:yaml.org,2002:binary"
VAULT: Final = "!vault"
_TEXT: Final = (None, "!", "tag:yaml.org,2002:str")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@frozen
class Entry:
    """One name and its value; `start` and `end` are where name and value stand in the text."""

    name: str
    kind: Kind
    value: bytes
    start: int
    end: int
    line: int

    def __repr__(self) -> str:
        return f"<entry {self.name}>"


def events(text: str, file: str) -> Iterator[Any]:
    """The YAML events of `text`. A mistake becomes a `StoreError` that says its line and nothing of the text."""
    line = 0
    try:
        yield from yaml.parse(text, Loader=_LOADER)
        return
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
    except (yaml.YAMLError, RecursionError):
        pass
    # Outside of `except`: the parser's own error quotes the text, and must not hang on this one.
    raise StoreError(file=file, reason=f"it is not YAML{f' (line {line})' if line else ''}")


def parse(text: str, file: str) -> dict[str, Entry]:
    """The entries by name, in their order. Raises `StoreError`."""
    body = [event for event in events(text, file) if not isinstance(event, _AROUND)]
    if not body or (len(body) == 1 and isinstance(body[0], yaml.ScalarEvent) and body[0].value == ""):
        return {}
    if not isinstance(body[0], yaml.MappingStartEvent) or not isinstance(body[-1], yaml.MappingEndEvent):
        raise StoreError(file=file, reason="it must be a list of `name: value`, one level deep")
    found: dict[str, Entry] = {}
    inner = body[1:-1]
    for key, value in zip(inner[::2], inner[1::2], strict=False):
        entry = _entry(key, value, file)
        if entry.name in found:
            lines = f"lines {found[entry.name].line} and {entry.line}"
            raise StoreError(file=file, reason=f"{entry.name} stands there twice ({lines})")
        found[entry.name] = entry
    return found


_AROUND: Final = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)


def _entry(key: Any, value: Any, file: str) -> Entry:
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarEvent) or not isinstance(value, yaml.ScalarEvent):
        raise StoreError(file=file, reason=f"line {line}: it must be a list of `name: value`, one level deep")
    if not NAME.fullmatch(key.value):
        raise StoreError(file=file, reason=f"line {line}: a name has letters, digits and . _ @ - only")
    if value.tag == VAULT:
        kind: Kind = "vault"
        data = f"{value.value.strip()}\n".encode()
    elif value.tag == BINARY:
        kind, data = "binary", _binary(value.value, f"line {line}", file)
    elif value.tag in _TEXT:
        kind, data = "text", value.value.encode(errors="surrogatepass")
    else:
        raise StoreError(file=file, reason=f"line {line}: {key.value} has a tag that is not known here")
    return Entry(key.value, kind, data, at(key.start_mark), at(value.end_mark), line)


def at(mark: Any) -> int:
    """Where a mark of the parser is in the text, counted in characters."""
    return int(mark.index)


def _binary(text: str, place: str, file: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        pass
    raise StoreError(file=file, reason=f"{place}: it is not base64")


def put(text: str, name: str, kind: Kind, value: bytes, file: str) -> str:
    """`text` with the entry set, the other entries, comments and order as they were.

    Where that cannot be done in place (a `{...}` mapping, say) all entries are written anew, without comments.
    Raises `StoreError` where `text` cannot be read.
    """
    before = parse(text, file)
    wanted = {each.name: (each.kind, each.value) for each in before.values()} | {name: (kind, value)}
    for candidate in _edits(text, before.get(name), written(name, kind, value)):
        if _reads(candidate, wanted):
            return candidate
    return "".join(written(each, *rest) for each, rest in wanted.items())


def _edits(text: str, old: Entry | None, entry: str) -> Iterator[str]:
    if old is None:
        end = "" if not text or text.endswith("\n") else "\n"
        yield text + end + entry
        return
    rest = text[old.end :]
    if not text[: old.end].endswith("\n"):
        rest = rest.partition("\n")[2]  # the value's own line: a comment behind it speaks of the old value
    yield text[: old.start] + entry + rest


def _reads(text: str, wanted: Mapping[str, tuple[Kind, bytes]]) -> bool:
    try:
        found = parse(text, "")
    except StoreError:
        return False
    return {each.name: (each.kind, each.value) for each in found.values()} == wanted


def written(name: str, kind: Kind, value: bytes) -> str:
    """One entry as text, with its line end."""
    key = quoted(name)
    if kind == "vault":
        return f"{key}: {block(value)}"
    if kind == "binary":
        return f'{key}: !!binary "{base64.b64encode(value).decode()}"\n'
    return f"{key}: {_dumped(value.decode(errors='surrogatepass'))}\n"


def quoted(name: str) -> str:
    """A name as a key: as it is where YAML takes it for text, else in quotes."""
    return name if name.isidentifier() and yaml.safe_load(name) == name else f'"{name}"'


def block(vault: bytes, indent: int = 2) -> str:
    """A vault as a `!vault |` block whose lines are indented by so many spaces."""
    return "!vault |\n" + "".join(f"{' ' * indent}{line}\n" for line in vault.decode("ascii").splitlines())


def _dumped(text: str) -> str:
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return dumped.rstrip("\n")

"""Words for messages: the nearest right one, what a value is called, and which keys hold secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from inregel.later import later

_NEAR: Final = 0.6
_MANY: Final = 5_000
"""Words that are compared; more take too long, and no list of right words is longer."""
_SECRET: Final = later(
    r"pass(?:word|wd|phrase|code)|wachtwoord|geheim|secret|token|credential|api_?key|private_?key|bcc_?code"
    r"|(?:^|[_.-])(?:pass|pwd|pin|otp|pw)(?:$|[_.-])",
    re.IGNORECASE,
)
_MODULE: Final = later(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z")


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that is most like `word`, or "" where none is near. Case and `-` for `_` count little."""
    from difflib import SequenceMatcher

    plain = _plain(word)
    best, likeness = "", _NEAR
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    for count, candidate in enumerate(words):
        if count >= _MANY:
            break
        if _plain(candidate) == plain:
            return candidate
        matcher.set_seq1(_plain(candidate))
        if matcher.real_quick_ratio() > likeness and matcher.quick_ratio() > likeness:
            ratio = matcher.ratio()
            if ratio > likeness:
                best, likeness = candidate, ratio
    return best


def _plain(word: str) -> str:
    return word[:100].casefold().replace("-", "_").replace(" ", "_")


def secret_key(key: str) -> bool:
    """Whether a key says that its value is a secret: `password`, `bcc_code`; not a module's name (`afas.token`)."""
    return _SECRET.search(key) is not None and not _MODULE.match(key)


def is_secret(path: Iterable[str | int]) -> bool:
    """Whether a key on the way to a value says that the value is a secret."""
    return any(isinstance(part, str) and secret_key(part) for part in path)


def called(value: Any) -> str:
    """What a value is called in a message: `text`, `a whole number`, `a list`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    for kind, name in _CALLED:
        if isinstance(value, kind):
            return name
    return "a secret"


_CALLED: Final[tuple[tuple[type, str], ...]] = (
    (str, "text"),
    (int, "a whole number"),
    (float, "a number"),
    (date, "a date"),
    (dict, "a mapping (key: value)"),
    (list, "a list"),
)


def listed(words: Iterable[str], *, last: str = "or", most: int = 12) -> str:
    """`a, b or c`; no more than `most`, then a count of the others."""
    items = [f"`{word}`" for word in words]
    if len(items) > most:
        return ", ".join(items[:most]) + f" and {len(items) - most} others"
    return f" {last} ".join([*([", ".join(items[:-1])] if items[:-1] else []), *items[-1:]])


def cut(text: str, most: int = 60) -> str:
    """One line of at most `most` characters, with what cannot be printed escaped."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in short)

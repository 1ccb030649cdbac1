"""Office patterns, as in Ansible: `nl:!utrecht`, `nl,be`, `nl:&payroll`, `~regex`, `utr*`, `nl[0]`, `nl[1:3]`.

Two differences: a word that names no group and no office is an error with the nearest word, not a warning; and a
regular expression that could take for ever is refused.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from inregel.config.words import nearest
from inregel.errors import InregelError
from inregel.later import later

_SUBSCRIPT: Final = later(r"(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]\Z", re.DOTALL)
_PARTS: Final = later(r"(?:[^\s:\[\]]|\[[^\]]*\])+")
_BRACKETS: Final = frozenset("[]")
_GLOB: Final = frozenset(".?*[")
_WILD: Final = frozenset("?*[")
_LITERAL: Final = later(r"\\.|\[\^?\]?[^\]]*\]", re.DOTALL)
_GROUP: Final = later(r"\((?:\?(?::|P<\w+>|[=!]|<[=!]))?(?P<inner>[^()]*)\)")
_REPEAT: Final = later(r"[*+]|\{[0-9,]+\}")
_SEVERAL: Final = frozenset("*+{|?")
_REPEATS: Final = 6
"""Repetitions in one regular expression; a name is short, and more of them are not something that a person wrote."""
_LONGEST: Final = 1_000
"""Characters of one pattern; more is not something that a person wrote."""


class PatternError(InregelError):
    """The pattern `{pattern}` {reason}{hint}"""

    def __init__(self, pattern: str, reason: str, near: str = "", *, names: bool = False) -> None:
        hint = f". Nearest: {near}" if near else "."
        super().__init__(
            pattern=pattern, reason=reason, hint=hint + ("\nAll names: inregel inventory" if names else "")
        )
        self.short = f"the pattern `{pattern}` {reason}"
        self.near = near


class Members(Protocol):
    """What a pattern is matched against."""

    @property
    def groups(self) -> Mapping[str, object]: ...
    @property
    def offices(self) -> Mapping[str, object]: ...
    def members(self, group: str) -> Sequence[str]:
        """The offices of a group and of those below it, in the order of the inventory."""
        ...


def split(pattern: str) -> list[str]:
    """The parts of a pattern: separated by commas, or else by colons outside brackets."""
    parts = pattern.split(",") if "," in pattern else _PARTS.findall(pattern)
    if "," not in pattern and not _BRACKETS.isdisjoint(_PARTS.sub("", pattern)):
        # Ansible drops it, and what is left (`~` of `~[`) may be everybody.
        raise PatternError(pattern[:40], "has a bracket without its other half")
    return [part.strip() for part in parts if part.strip()]


def select(inventory: Members, parts: Sequence[str]) -> list[str]:
    """The offices that the parts of a pattern name, each once, in the order in which the pattern gives them.

    Raises `PatternError`.
    """
    parts = [part for part in parts if part]
    plain = [part for part in parts if part[0] not in "!&"] or ["all"]
    both = [part for part in parts if part[0] == "&"]
    without = [part for part in parts if part[0] == "!"]
    found: dict[str, None] = {}
    for part in plain:
        found.update(dict.fromkeys([part] if part in inventory.offices else _match(inventory, part)))
    for part in both:
        keep = set(_match(inventory, part[1:]))
        found = {office: None for office in found if office in keep}
    for part in without:
        drop = set(_match(inventory, part[1:]))
        found = {office: None for office in found if office not in drop}
    return list(found)


def _match(inventory: Members, pattern: str) -> Sequence[str]:
    if not pattern or len(pattern) > _LONGEST:
        raise PatternError(pattern[:40], "is too long" if pattern else "is empty")
    name, subscript = pattern, None
    if pattern[0] != "~":
        subscript = _SUBSCRIPT.match(pattern)
        if subscript:
            name = subscript[1]
    found = _named(inventory, name)
    return _sliced(found, subscript, pattern) if subscript and found else found


def _named(inventory: Members, name: str) -> Sequence[str]:
    """Offices by name. A word is a group, else an office; a glob, regex or dotted word looks at both."""
    if name in inventory.groups and _GLOB.isdisjoint(name):
        return inventory.members(name)
    expression = _expression(name)
    groups = [group for group in inventory.groups if expression.match(group)]
    found = [office for group in groups for office in inventory.members(group)]
    if not groups or name[0] == "~" or not _GLOB.isdisjoint(name):
        found.extend(office for office in inventory.offices if expression.match(office))
    if not found and not groups and name[0] != "~" and _WILD.isdisjoint(name):
        near = nearest(name, [*inventory.groups, *inventory.offices])
        raise PatternError(name, "names no group and no office", near, names=True)
    return found


def _expression(name: str) -> re.Pattern[str]:
    try:
        found = re.compile(name[1:] if name[0] == "~" else fnmatch.translate(name))
    except re.error as error:
        raise PatternError(name, f"is not a regular expression: {error}") from error
    if name[0] == "~" and _explodes(name[1:]):
        raise PatternError(name, "can take for ever: it repeats what itself repeats or chooses, as in (a+)+")
    return found


def _explodes(expression: str) -> bool:
    """Whether a regular expression repeats a group that can be read in several ways, or has very many repetitions.

    Then one name that nearly matches takes Python longer than anybody waits: each further letter doubles it.
    """
    plain = _LITERAL.sub("x", expression)
    if len(_REPEAT.findall(plain)) > _REPEATS:
        return True
    while group := _GROUP.search(plain):
        several = not _SEVERAL.isdisjoint(group["inner"])
        if several and _REPEAT.match(plain, group.end()):
            return True
        plain = plain[: group.start()] + ("|" if several else "x") + plain[group.end() :]
    return False


def _sliced(found: Sequence[str], subscript: re.Match[str], pattern: str) -> Sequence[str]:
    """`[n]`, or `[from:to]` with both ends included; an open end is the last."""
    single, start, end = subscript[2], subscript[3], subscript[4]
    first = int(single or start)
    # Ansible takes an end of 0 for none, so `[2:0]` is `[2]`.
    if not single and (not end or int(end)):
        return found[first : (int(end) if end else len(found) - 1) + 1]
    try:
        return [found[first]]
    except IndexError as error:
        count = "1 office" if len(found) == 1 else f"{len(found)} offices"
        reason = f"goes past the end: {subscript[1]} has {count}, and the first is [0]"
        raise PatternError(pattern, reason) from error

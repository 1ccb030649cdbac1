"""An inventory in Ansible's INI form, given by mistake: found, so that the message can say what to do with it.

YAML takes such a text for one long word, or stumbles over its first `[group:vars]` with a message that helps nobody.
"""

from __future__ import annotations

from typing import Final

from inregel.later import later

_SECTION: Final = later(r"\[[^\s\[\]{},:\"']+(?::(?:vars|children|hosts))?\]\s*(?:[#;].*)?\Z")
_HOST: Final = later(r"[\w.\[\]:-]+(?:\s+[A-Za-z_]\w*=\S+)+\s*\Z")
_LINES: Final = 200
"""Lines that are looked at."""


def first_sign(data: bytes) -> tuple[int, int] | None:
    """Line and column (from 1) of what only an INI inventory has: a `[group]`, or a host with `name=value`."""
    lines = data[: _LINES * 200].decode("utf-8-sig", "replace").splitlines()
    for number, line in enumerate(lines[:_LINES], start=1):
        if _SECTION.match(line) or _HOST.match(line):
            return number, 1
    return None

"""Versions of Assu, as the bottom of its window shows them, and the three bands that the manual knows.

The lengths differ (`1.0.2614.0`, `1.2622`, `1.2628.3.16`), so versions are compared number by number, never as text.
Source of the bands: the manual of A.i. Automatisering, "Zelf inregelen Bedrijfscertificaat", and its newer page.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from inregel.errors import InregelError

Version: TypeAlias = "tuple[int, ...]"
Band: TypeAlias = Literal["older", "built_in", "renewal"]

TOOL_BUILT_IN: Final[Version] = (1, 2628, 3, 14)
"""From here the ABC-tool is a part of Assu; before, the certificate is collected outside it."""
RENEWAL: Final[Version] = (1, 2628, 3, 16)
"""From here the wizard asks whether to renew or to read a file that was collected."""

_SHAPE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){1,7}")


class NotAVersion(InregelError):
    """{text} is not a version of Assu.
    Write it as the bottom of the Assu window shows it, in quotes: "1.2628.3.16"."""


def parse(text: str) -> Version:
    """`"1.2628.3.16"` -> `(1, 2628, 3, 16)`. Raises `NotAVersion` for any other shape."""
    if not _SHAPE.fullmatch(text.strip()):
        raise NotAVersion(text=repr(text[:60]))
    return tuple(int(part) for part in text.strip().split("."))


def band(text: str) -> Band:
    """Which of the three wizards this version has. Raises `NotAVersion`."""
    version = parse(text)
    if version >= RENEWAL:
        return "renewal"
    return "built_in" if version >= TOOL_BUILT_IN else "older"


def is_cut_short(text: str) -> bool:
    """Whether the band hangs on numbers that were left out, as in `1.2628`. Raises `NotAVersion`."""
    version = parse(text)
    return any(version == bound[: len(version)] and len(version) < len(bound) for bound in (TOOL_BUILT_IN, RENEWAL))

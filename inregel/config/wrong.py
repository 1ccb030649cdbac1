"""Mistakes over many offices, collected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from inregel.config.mistakes import Mistake

_NAMED: Final = 3
"""Offices that a mistake names; of more it gives the count."""


class Wrong:
    """Mistakes over many offices: equal ones become one, with the first offices named."""

    def __init__(self) -> None:
        self._found: dict[Mistake, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, mistake: Mistake, office: str = "") -> None:
        """One mistake; `office` where it depends on the office."""
        offices = self._found.setdefault(mistake, {})
        if office:
            offices[office] = None

    def mistakes(self) -> list[Mistake]:
        """All of them."""
        return [
            type(mistake)(mistake.message + _for(list(offices)), mistake.where, mistake.instead)
            for mistake, offices in self._found.items()
        ]


def _for(offices: Sequence[str]) -> str:
    if not offices:
        return ""
    if len(offices) == 1:
        return f" (office {offices[0]})"
    names = ", ".join(offices[:_NAMED]) + (", ..." if len(offices) > _NAMED else "")
    return f" ({len(offices):,} offices: {names})"

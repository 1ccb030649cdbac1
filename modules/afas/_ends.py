"""When classic tokens end. Source: AFAS' page on authentication, as of 30 September 2026."""

from __future__ import annotations

from datetime import date
from typing import Final

from inregel.contract import Finding

FIRST: Final = date(2027, 5, 1)
"""Tokens that existed in September 2026 end on this day."""
LAST: Final = date(2027, 8, 31)
"""The last day on which an app connector takes classic tokens."""
SOURCE: Final = "https://docs.afas.help/profit/en/authentication"


def told(today: date) -> Finding:
    """How many days are left."""
    first, last = (FIRST - today).days, (LAST - today).days
    if last < 0:
        text = f"classic tokens ended on {LAST}, {_days(-last)} ago: only OAuth is left"
    elif first < 0:
        text = f"classic tokens end on {LAST} ({_days(last)}); those of before September 2026 ended on {FIRST}"
    else:
        text = f"classic tokens of before September 2026 end on {FIRST} ({_days(first)}), all on {LAST} ({_days(last)})"
    return Finding(text, "", SOURCE)


def _days(count: int) -> str:
    return "today" if count == 0 else f"{count} day{'s' if count != 1 else ''}"

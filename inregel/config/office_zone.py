"""In which time zone a day of an office is a day: its variable `time_zone`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from inregel.config import zones
from inregel.config.expressions import Absent, Problem
from inregel.config.mistakes import Mistake, Position
from inregel.config.scope import OfficeScope
from inregel.config.templates import settle, told
from inregel.config.words import called

VARIABLE: Final = "time_zone"
"""Of an office or a group."""


def of_office(scope: OfficeScope, note: Callable[[Mistake], None]) -> ZoneInfo | None:
    """What the variables of an office say; None where they say nothing, or after a mistake."""
    where = scope.place(VARIABLE) or Position("", 0, 0)
    try:
        value = settle(scope.get(VARIABLE))
    except KeyError:
        return None
    except Problem as problem:
        message, instead = told(problem, scope.names())
        note(Mistake(message, problem.where or where, instead))
        return None
    except Absent as absent:
        note(Mistake(f"`{VARIABLE}` is no secret: {absent.reason}", where, "Europe/Amsterdam"))
        return None
    if not isinstance(value, str) or not value:
        message = f"`{VARIABLE}` is the name of a time zone, and this is {called(value)}"
        note(Mistake(message, where, "Europe/Amsterdam"))
        return None
    found = zones.named(value, where)
    if isinstance(found, Mistake):
        note(found)
        return None
    return found

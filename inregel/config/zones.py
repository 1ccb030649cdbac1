"""Time zones by their name in the IANA database."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.words import nearest


def named(name: str, where: Where | Position) -> ZoneInfo | Mistake:
    """The zone of that name, or what is wrong with it."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # A name that is a folder, a path upwards, or in no database.
        near = nearest(name, _likely(name))
        return Mistake(f"there is no time zone `{name[:60]}`", where, near or "Europe/Amsterdam")


def _likely(name: str) -> list[str]:
    """Names to compare with: whole ones, and where only a city was written, the city's."""
    zones = sorted(available_timezones())
    city = name.rpartition("/")[2].casefold().replace(" ", "_")
    return [zone for zone in zones if zone.rpartition("/")[2].casefold() == city] or zones

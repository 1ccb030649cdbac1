"""Finds a project and reads its `inregel.yml`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from inregel.config import schema, source, zones
from inregel.config.mistakes import Mistake, Where
from inregel.config.model import Quota, Settings
from inregel.config.positions import failure
from inregel.errors import InregelError
from inregel.library import Library

FILE: Final = "inregel.yml"
DEFAULTS: Final = {
    "ledger": ".inregel/ledger.db",
    "inventory": "inventory.yml",
    "time_zone": "Europe/Amsterdam",
    "lease": "60s",
}
ATTESTED: Final = {"default": "365d"}


class NoProject(InregelError):
    """There is no inregel.yml in {directory} or in a folder above it.
    Go to a project, or make one here: inregel init"""


def find_root(directory: Path) -> Path:
    """The folder of the nearest `inregel.yml`, here or above. Raises `NoProject`."""
    start = directory.absolute()
    for folder in (start, *start.parents):
        try:
            if (folder / FILE).is_file():
                return folder
        except OSError:
            continue
    raise NoProject(directory=directory)


def load(root: Path) -> Settings:
    """`inregel.yml` of the project at `root`, checked and with its defaults. Raises `ConfigError`."""
    data = source.read(root / FILE, root)
    whole = Where(FILE)
    mistakes = schema.check(data, Library(None).schema("project"), whole)
    zone, wrong = _zone(data)
    if mistakes or wrong:
        raise failure(root, [*mistakes, *wrong])
    return Settings(
        root=root,
        project=data["project"],
        ledger=data.get("ledger", DEFAULTS["ledger"]),
        ledger_id=data.get("ledger_id", ""),
        inventory=_several(data.get("inventory", DEFAULTS["inventory"])),
        secrets=_several(data.get("secrets", [])),
        time_zone=zone,
        attestations={**ATTESTED, **data.get("attestations", {})},
        quotas={name: Quota(name, int(text.split()[0])) for name, text in data.get("quotas", {}).items()},
        language=data.get("language", "nl"),
        spoken=data.get("language", "en"),
        lease=timedelta(seconds=int(data.get("lease", DEFAULTS["lease"]).removesuffix("s"))),
    )


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _zone(data: Any) -> tuple[ZoneInfo, list[Mistake]]:
    """The time zone; where it is not known UTC, and the mistake. A value of a wrong type is the schema's to find."""
    name = data.get("time_zone", DEFAULTS["time_zone"]) if isinstance(data, dict) else None
    if not isinstance(name, str) or not name:
        return ZoneInfo("UTC"), []
    found = zones.named(name, Where(FILE, ("time_zone",)))
    return (ZoneInfo("UTC"), [found]) if isinstance(found, Mistake) else (found, [])

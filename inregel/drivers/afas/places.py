"""Where an environment of AFAS is: one of its four tiers, or another address that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from inregel.frozen import frozen

_TIERS: Final = {"production": "", "test": "test", "accept": "accept", "course": "cursus"}
"""By tier, what AFAS writes behind `rest` and `soap`."""


@frozen
class Place:
    """One environment."""

    identity: str
    """As messages name it: `afas:12345/production`."""
    environment: str
    tier: str
    rest: str
    """Without a slash at its end, as the next."""
    soap: str


def place(identity: str, settings: Mapping[str, Any]) -> Place:
    """From the settings of a connection."""
    environment, tier = str(settings["environment"]), str(settings["tier"])
    rest, soap = (f"{environment}.{kind}{_TIERS[tier]}.afas.online" for kind in ("rest", "soap"))
    # Another address has the host as the first part of its path, so that it knows which environment is meant.
    base = f"{settings['url']}".rstrip("/") + "/" if "url" in settings else "https://"
    rest, soap = base + rest, base + soap
    return Place(identity, environment, tier, f"{rest}/ProfitRestServices", f"{soap}/profitservices")

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
    url = str(settings.get("url", "")).rstrip("/")
    rest, soap = url, url
    if not url:
        rest, soap = (f"https://{environment}.{kind}{_TIERS[tier]}.afas.online" for kind in ("rest", "soap"))
    return Place(identity, environment, tier, f"{rest}/ProfitRestServices", f"{soap}/profitservices")

"""Which environment and which service an address means.

By host, as AFAS has them (`12345.rest.afas.online`, `12345.soaptest.afas.online`), or by that host as the first part of
the path, for clients that can be given another base address but no name: `/12345.rest.afas.online/ProfitRestServices`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import unquote

from inregel.frozen import frozen
from inregel.sandbox.afas.state import Tier

_HOST: Final = re.compile(r"(\d{5})\.(rest|soap)(test|accept|cursus)?\.afas\.online", re.IGNORECASE)
_TIERS: Final[dict[str, Tier]] = {"": "production", "test": "test", "accept": "accept", "cursus": "course"}
"""A course environment over SOAP is assumed."""
_BASE: Final = {"rest": "profitrestservices", "soap": "profitservices"}


@frozen
class Place:
    """A service of an environment, and the rest of the path."""

    environment: str
    """The identity."""
    service: Literal["rest", "soap"]
    path: tuple[str, ...]


def host_of(number: str, tier: Tier, service: Literal["rest", "soap"] = "rest") -> str:
    """The host of an environment."""
    return f"{number}.{service}{next(text for text, each in _TIERS.items() if each == tier)}.afas.online"


def place(host: str, path: str) -> Place | None:
    """Where an address leads; None where AFAS has nothing. `path` is as it was sent; upper and lower case are alike."""
    parts: Sequence[str] = [unquote(part) for part in path.split("/") if part]
    match = _HOST.fullmatch(host.partition(":")[0])
    if match is None and parts:
        match, parts = _HOST.fullmatch(parts[0]), parts[1:]
    if match is None or not 10_000 <= int(match[1]) <= 99_999:
        return None
    service: Literal["rest", "soap"] = "rest" if match[2].lower() == "rest" else "soap"
    if not parts or parts[0].lower() != _BASE[service]:
        return None
    tier = _TIERS[(match[3] or "").lower()]
    identity = match[1] if tier == "production" else f"{match[1]}-{tier}"
    return Place(identity, service, tuple(parts[1:]))

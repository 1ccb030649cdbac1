"""Who calls: the token in the header, the app connector that it belongs to, and from where it may come."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Final
from zoneinfo import ZoneInfo

from inregel.frozen import frozen
from inregel.sandbox.afas.calls import Call, Refused
from inregel.sandbox.afas.state import EVERYONE, AccessToken, AppConnector, Environment, Token, User, digest

ZONE: Final = ZoneInfo("Europe/Amsterdam")
LAST: Final = datetime(2027, 9, 1, tzinfo=ZONE)
"""From then on no classic token works: 2027-08-31 is the last day."""
TOKEN: Final = re.compile(r"\s*<token>\s*<version>(\d+)</version>\s*<data>([0-9A-Fa-f]{64})</data>\s*</token>\s*")
_INVALID: Final = "The token is invalid or the user is not authorized."


@frozen
class Caller:
    """Whoever a token stands for."""

    app: AppConnector
    user: User
    token: Token | None
    """None for an access token of OAuth."""


def token_text(data: str) -> str:
    """A classic token as AFAS shows it."""
    return f"<token><version>1</version><data>{data}</data></token>"


def caller(environment: Environment, call: Call, now: datetime) -> Caller:
    """Whoever a call comes from, by its header. Raises `Refused` (401, 403)."""
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    if kind.lower() == "afastoken":
        found = by_classic(environment, _decoded(value.strip(), environment.profit), now)
    elif kind.lower() == "bearer":
        found = _by_access(environment, value.strip(), now)
    else:
        raise Refused(401, "The header Authorization is missing or has an unknown scheme.")
    check_address(found.app, call.remote, environment.profit)
    return found


def by_classic(environment: Environment, text: str, now: datetime) -> Caller:
    """Whom the XML of a classic token stands for. Raises `Refused` (401)."""
    match = TOKEN.fullmatch(text)
    wanted = digest(match[2].upper()) if match else ""
    for app in environment.apps.values():
        for token in app.tokens:
            if token.digest != wanted:
                continue
            ended = now >= LAST or (token.expires is not None and now >= token.expires)
            if app.authentication == "oauth" or ended:
                raise Refused(401, _INVALID)
            return Caller(app, _user(environment, app, token.user), token)
    raise Refused(401, _INVALID)


def check_address(app: AppConnector, remote: str, profit: int) -> None:
    """Whether an app connector may be used from an address. Raises `Refused` (403)."""
    if not app.ip_kind:
        return
    inside = any(_holds(rule, remote, profit) for rule in app.ip_addresses)
    if inside != (app.ip_kind == "allow"):
        raise Refused(403, "This IP address has no access to the app connector.")


def is_rule(text: str, profit: int) -> bool:
    """Whether an IP rule can be entered: ranges and IPv6 came with Profit 8."""
    try:
        network = ip_network(text)
    except ValueError:
        return False
    return profit >= 8 or (network.version == 4 and "/" not in text)


def end_of_token(app: AppConnector, now: datetime) -> datetime:
    """When a token ends that is made now.

    Assumed: a year where the app connector sets nothing, and never after the end of classic tokens.
    """
    local = now.astimezone(ZONE)
    end = datetime.fromtimestamp(local.timestamp() + 86_400 * (app.validity_days or 365), ZONE)
    return min(end, LAST).astimezone(now.tzinfo)


def _holds(rule: str, remote: str, profit: int) -> bool:
    return is_rule(rule, profit) and ip_address(remote) in ip_network(rule)


def _decoded(value: str, profit: int) -> str:
    """The XML in the header. From Profit 7 it has to be in base64; before, it could be."""
    if profit < 7 and TOKEN.fullmatch(value):
        return value
    try:
        return base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise Refused(401, "The token in the header is not Base64 encoded.") from error


def _by_access(environment: Environment, value: str, now: datetime) -> Caller:
    wanted = digest(value)
    for app in environment.apps.values():
        if app.authentication != "classic" and any(now < each.expires for each in _having(app, wanted)):
            return Caller(app, _user(environment, app, app.client_user), None)
    raise Refused(401, _INVALID, WWW_Authenticate='Bearer error="invalid_token"')


def _having(app: AppConnector, wanted: str) -> Iterable[AccessToken]:
    return (each for each in app.access if each.digest == wanted)


def _user(environment: Environment, app: AppConnector, name: str) -> User:
    """The user, where the user and the app connector may be used at all. Raises `Refused` (401)."""
    user = environment.users.get(name)
    if user is None or user.blocked or app.blocked or not is_member(environment, app.group, name):
        raise Refused(401, _INVALID)
    return user


def is_member(environment: Environment, group: str, user: str) -> bool:
    """Whether a user is in a group. In Everyone is everyone."""
    return group == EVERYONE or (group in environment.groups and user in environment.groups[group].members)

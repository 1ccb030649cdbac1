"""What AFAS says of a token: the answer to GET /metainfo, with the connectors that it may use.

All values of `info` are texts. What form a tokenExpiry has other than "0" (never) is documented nowhere, so a form that
could mean two days is not guessed: it is unknown. `group` is "name (user)": the one place where the user shows.
Source: the OpenAPI specification of AFAS, Inrichting.json, /MetaInfo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from inregel.contract import UNKNOWN, Unknown
from inregel.errors import InregelError
from inregel.frozen import frozen

Expiry: TypeAlias = "date | Literal['never'] | Unknown"
_NEVER: Final = frozenset({"0", "0001-01-01", "1899-12-30"})
"""The last two are what an empty day of .NET and of Windows looks like."""
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?")
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DUTCH: Final = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})(?: .*)?")
_GROUP: Final = re.compile(r"(?P<group>.*?)\s*\((?P<user>[^()]+)\)")


class NotMetainfo(InregelError):
    """The answer is not what AFAS says of a token: {reason}."""


@frozen
class Info:
    """What one token is and may do."""

    envid: str
    """The name of the environment, such as `O12345AA`."""
    app_connector: str
    group: str
    user: str
    """"" where AFAS does not show it."""
    expires: Expiry
    get_connectors: Mapping[str, str]
    """Id to description, as for the next."""
    update_connectors: Mapping[str, str]


def read(document: Any) -> Info:
    """From the JSON of /metainfo. Raises `NotMetainfo`."""
    if not isinstance(document, Mapping) or not isinstance(document.get("info"), Mapping):
        raise NotMetainfo(reason="it has no info")
    info = document["info"]
    group, user = split_group(_text(info, "group"))
    return Info(
        envid=_text(info, "envid"),
        app_connector=_text(info, "appName"),
        group=group,
        user=user,
        expires=expiry(_text(info, "tokenExpiry")),
        get_connectors=_connectors(document, "getConnectors"),
        update_connectors=_connectors(document, "updateConnectors"),
    )


def expiry(text: str) -> Expiry:
    """The last day of a token; a time of day and the Z behind it are left out (AFAS means Amsterdam)."""
    text = text.strip()
    if text[:10] in _NEVER:
        return "never"
    try:
        if found := _ISO.fullmatch(text):
            return date.fromisoformat(found[1])
        if found := _DIGITS.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _DUTCH.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
    except ValueError:
        pass  # digits in a known form that are no day, such as 2027-13-40
    return UNKNOWN


def split_group(text: str) -> tuple[str, str]:
    """`"Payroll (12345.BP)"` -> `("Payroll", "12345.BP")`; without a user the second is ""."""
    found = _GROUP.fullmatch(text.strip())
    return (found["group"], found["user"].strip()) if found else (text.strip(), "")


def _text(info: Mapping[str, Any], name: str) -> str:
    value = info.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotMetainfo(reason=f"its {name} is no text")
    return str(value)


def _connectors(document: Mapping[str, Any], name: str) -> dict[str, str]:
    listed = document.get(name)
    if not isinstance(listed, list):
        raise NotMetainfo(reason=f"it has no list {name}")
    found = {}
    for each in listed:
        if not isinstance(each, Mapping) or not isinstance(each.get("id"), str) or not each["id"]:
            raise NotMetainfo(reason=f"a connector of {name} has no id")
        found[each["id"]] = str(each.get("description") or "")
    return found

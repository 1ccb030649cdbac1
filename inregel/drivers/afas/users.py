"""Users and groups as the UpdateConnector KnUser takes them: one user at a time, and a code for what is to be done.

There is no way to delete a user: it is blocked. A group comes into being with its first user. What KnUser cannot do is
to give rights to menus. Source: the OpenAPI specification of AFAS, "Organisaties en personen.json".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from inregel.errors import InregelError

CONNECTOR: Final = "KnUser"
OPERATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "afas.create_user": ("POST", "1"),
    "afas.create_system_user": ("POST", "6"),
    "afas.update_user": ("PUT", "1"),
    "afas.create_group": ("PUT", "3"),
    "afas.rename_user": ("PUT", "4"),
    "afas.block_user": ("PUT", "2"),
    "afas.unblock_user": ("PUT", "6"),
    "afas.retire_user": ("PUT", "0"),
}
"""Method and MtCd. A user that begins with code 6 is a system user (the example of AFAS). `update_user` with a group
puts the user into it; `retire_user` blocks it and takes it out of all groups but Everyone. A password (MtCd 5) is not
set: a system user has none, and its field is not documented."""
_TEXTS: Final = {
    "name": ("Nm", 80),
    "email": ("EmAd", 255),
    "group": ("GrId", 20),
    "group_description": ("GrDs", 50),
    "new_user": ("UsIdNew", 80),
    "upn": ("Upn", 255),
}
"""By argument the field of AFAS, and how long it may be. That of Upn is not documented: that of a mail address."""
_FLAGS: Final = {"windows": "Awin", "insite": "InSi", "outsite": "Site", "connector": "Acon"}
_MOST_USER: Final = 80


class UnfitUser(InregelError):
    """AFAS cannot take this of a user: {reason}."""


def body(code: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent. Raises `UnfitUser` for what AFAS would refuse or cut off."""
    user = arguments.get("user")
    if not isinstance(user, str) or not 0 < len(user) <= _MOST_USER:
        raise UnfitUser(reason=f"`user` is its code, 1 to {_MOST_USER} signs")
    fields: dict[str, Any] = {"MtCd": code}
    for name, value in arguments.items():
        if name in _TEXTS:
            field, most = _TEXTS[name]
            if not isinstance(value, str) or len(value) > most:
                raise UnfitUser(reason=f"`{name}` is a text of at most {most} signs")
            fields[field] = value
        elif name in _FLAGS:
            if not isinstance(value, bool):
                raise UnfitUser(reason=f"`{name}` is true or false")
            fields[_FLAGS[name]] = value
        elif name != "user":
            raise UnfitUser(reason=f"`{name}` is not known")
    return {CONNECTOR: {"Element": {"@UsId": user, "Fields": fields}}}

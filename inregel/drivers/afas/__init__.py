"""AFAS Profit: the REST and SOAP services of one environment, with the tokens that its connection names.

What a read gives (`View`); a module takes its part of it in `actual(view)`. A part that was not asked for, or that the
connection has no credentials for, is left out.

    {
      "app_connectors": {               # by name, as under `tokens` of the connection, of those that were asked for
        "Benefits-Plaza": {
          "state": "working",
          "envid": "O12345AA",          # the name of the environment that the token is of
          "app_connector": "Benefits-Plaza",   # what AFAS calls it: another name is another app connector
          "group": "BP", "user": "12345.BP",   # user: "" where AFAS does not show it
          "expires": date | "never" | UNKNOWN,
          "get_connectors": {"BP_Employers": "description"},    # what the token may use, all of it
          "update_connectors": {},
        },
        "Other": {"state": "refused", "why": "...", "remedy": "..."},    # the token is not one, or not valid (401)
        "Third": {"state": "unreadable", "why": "...", "remedy": "..."}, # nobody can tell, such as an IP rule (403),
                                                                         # or a token that this run cannot open
      },
      "missing": {"Fourth": "..."},     # tokens that are declared and that nobody has
      "without": "...",                 # why the connection has no credentials of its own, where it declares some
      "get_connectors": {"BP_Employers": {"description": "...", "blocked": False}},   # ProfitGetConnectoren
      "fields": {"BP_Employers": {"EmployerId": "string 16"}},     # with `field_shapes`, of those that a token may use
      "users": {"12345.BP": {"name": "", "email": "", "upn": "", "blocked": False, "windows": False, "insite": False,
                             "outsite": False, "connector": True, "groups": frozenset({"BP"})}},
      "groups": {"BP": {"description": "...", "users": frozenset({"12345.BP"})}},   # never one without users
      "version": "22.22.5",             # asked for by the module afas.version
      "blocked": {"afas.user": Blocked(...)},   # what the credentials of the connection may not read
    }

`get_connectors`, `users` and `groups` hold the keys that were asked for as far as they are there, or all of them.
A name is spelled as it was asked for, since AFAS does not look at capitals.

What a step may be (`Step.operation`), and its arguments:

    afas.create_user, afas.create_system_user, afas.update_user, afas.create_group, afas.rename_user,
    afas.block_user, afas.unblock_user, afas.retire_user
                          user, and any of name, email, group, group_description, new_user, upn, windows, insite,
                          outsite, connector (see `users`)
    afas.import_get_connector   file, sha256, for a ZIP its member, and overwrite
    afas.revoke_token           token, a secret
    afas.request_otp            nothing: AFAS mails a password
    afas.issue_token            otp; the step captures one secret, the token

What does not belong here: what should be, and whose work the rest is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from inregel.contract import Connection, Driver, World
from inregel.drivers.afas.driver import Afas
from inregel.drivers.afas.http import opened


@asynccontextmanager
async def open(world: World) -> AsyncIterator[Callable[[Connection], Driver]]:
    """One HTTP session for all environments, one driver for each connection."""
    async with opened(world.sleep) as http:
        yield lambda connection: Afas(http, connection, world)

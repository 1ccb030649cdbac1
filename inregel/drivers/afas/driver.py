"""One environment of AFAS as the engine sees it: who asks, what can be performed, one read, and one write at a time.

Every call of one read or one operation shares `time_budget`. Calls follow each other, so that the places of the
connection (`x-limit`) are what AFAS sees at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from inregel.contract import Blocked, Checkpoint, Connection, Fault, Operation, Receipt, Scope, View, World
from inregel.drivers.afas import users
from inregel.drivers.afas.auth import Classic, Credentials, OAuth
from inregel.drivers.afas.commands import Commands
from inregel.drivers.afas.http import Budget, Http
from inregel.drivers.afas.performing import (
    IMPORT,
    ISSUE,
    REQUEST_OTP,
    REVOKE,
    Means,
    Performing,
    Unfit,
    parsed,
    revealed,
)
from inregel.drivers.afas.places import Place, place
from inregel.drivers.afas.reading import Known, Reading
from inregel.drivers.afas.rest import Rest
from inregel.drivers.afas.soap import Soap
from inregel.formats.afas_token import NotAToken

_BUDGET: Final = "60s"
_SET: Final = "inregel secret set "
"""What there is to do about a secret that does not exist."""
_TOKEN_SERVICE: Final = "tokenconnector.asmx"
"""Its name is documented nowhere that could be found, so a connection may give another."""


class Afas:
    """One connection."""

    def __init__(self, http: Http, connection: Connection, world: World) -> None:
        settings, where = connection.settings, place(connection.identity, connection.settings)
        self._settings, self._world = settings, world
        self._rest, soap = Rest(http, where, str(settings.get("integration_id", ""))), Soap(http, where)
        own, without = self._credentials(http, where, connection.name)
        tokens, missing, closed = self._tokens()
        self._known = Known(own, tokens, missing, closed, without, bool(settings.get("field_shapes", False)))
        self._means = Means(
            http=http,
            rest=self._rest,
            soap=soap,
            commands=Commands(soap, connection.identity),
            root=Path(world.root),
            own=own,
            otp=self._otp(),
            token_service=str(settings.get("token_service", _TOKEN_SERVICE)),
        )

    @property
    def operations(self) -> frozenset[str]:
        """Without credentials of its own a connection changes nothing but by a password that is mailed."""
        listed: set[str] = set()
        if self._means.own is not None:
            listed |= {*users.OPERATIONS, REVOKE}
            if self._settings.get("remote_commands", False):
                listed.add(IMPORT)
        if self._means.otp is not None:
            listed |= {REQUEST_OTP, ISSUE}
        return frozenset(listed)

    async def read(self, scope: Scope) -> View:
        """One round."""
        return await Reading(self._rest, self._known, self._budget()).view(scope)

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Sends one write, once. A refusal changed nothing; what was not answered is `unknown`."""
        if operation.name not in self.operations:
            return Receipt("failed", f"the connection cannot perform {operation.name}")
        return await Performing(self._means, self._budget()).perform(operation, checkpoint)

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """Of an import AFAS keeps the log for a day; of anything else only a read can tell."""
        return await Performing(self._means, self._budget()).settle(operation, checkpoint)

    # --- who asks ---------------------------------------------------------------------------------------------------

    def _credentials(self, http: Http, where: Place, name: str) -> tuple[Credentials | None, str]:
        """Those of the connection itself, or None and why; until a secret is there, people do what it would."""
        try:
            if "token" in self._settings:
                return Classic(parsed(self._settings["token"])), ""
            if "oauth" in self._settings:
                # All of it now, so that a secret that is missing is found here.
                return OAuth(http, where, {**self._settings["oauth"]}, self._world.now), ""
        except (NotAToken, Unfit) as error:
            first = str(error).partition("\n")[0]
            raise Fault(f"the token of the connection {name}: {first}", field="token") from error
        except Fault as fault:
            return None, fault.blocked.reason
        return None, ""

    def _tokens(self) -> tuple[dict[str, Classic | str], dict[str, str], dict[str, Blocked]]:
        """Those of app connectors by name, each with its header or what is wrong with it; those that nobody has; and
        those that this run cannot open, such as without the vault password."""
        tokens: dict[str, Classic | str] = {}
        missing: dict[str, str] = {}
        closed: dict[str, Blocked] = {}
        declared: Mapping[str, Any] = self._settings.get("tokens", {})
        for name in declared:
            try:
                tokens[name] = Classic(parsed(declared[name], name))
            except (NotAToken, Unfit) as error:
                tokens[name] = str(error).partition("\n")[0]
            except Fault as fault:
                why = fault.blocked
                # What can be set is not there; of anything else nobody can tell.
                if why.remedy.startswith(_SET):
                    missing[name] = why.reason
                else:
                    closed[name] = why
        return tokens, missing, closed

    def _otp(self) -> dict[str, str] | None:
        """What a one-time password is asked for with; None where the connection cannot, or a key is missing."""
        try:
            otp = self._settings.get("otp")
            if otp is None:
                return None
            keys = {"apiKey": revealed(otp["api_key"]), "apiToken": revealed(otp["environment_key"])}
            return {**keys, "userId": str(otp["user"])}
        except Fault:
            return None

    def _budget(self) -> Budget:
        return Budget(self._world.now, float(str(self._settings.get("time_budget", _BUDGET)).removesuffix("s")))

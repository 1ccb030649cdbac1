"""What is changed in an environment. All that can be wrong beforehand is found before anything is sent, and failed for
certain; then there is one write, sent once, and what becomes of it is said as it is known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from inregel.contract import Checkpoint, Operation, Receipt, Secret
from inregel.drivers.afas import commands, users
from inregel.drivers.afas.auth import Credentials
from inregel.drivers.afas.errors import NoAnswer, Refused
from inregel.drivers.afas.http import Budget, Http
from inregel.drivers.afas.rest import Rest
from inregel.drivers.afas.soap import Soap
from inregel.errors import InregelError
from inregel.formats import afas_token, connector_zip, gcn
from inregel.frozen import frozen

IMPORT: Final = "afas.import_get_connector"
REVOKE: Final = "afas.revoke_token"
REQUEST_OTP: Final = "afas.request_otp"
ISSUE: Final = "afas.issue_token"
_MOST_FILE: Final = connector_zip.MOST_BYTES
_MOST_LOG: Final = 256 * 2**10
"""Of a packed log that is stored; no log of one import comes near it."""
_PAUSES: Final = (1.0, 2.0, 3.0, 5.0)
"""Seconds between looks at a command. Together less than the engine waits for a step: whoever gives up in the middle of
a look may have lost the log, which can be read once."""

Send: TypeAlias = Callable[[Checkpoint], Awaitable[Receipt]]


class Unfit(InregelError):
    """{reason}."""


@frozen
class Means:
    """With what is changed."""

    http: Http
    rest: Rest
    soap: Soap
    commands: commands.Commands
    root: Path
    own: Credentials | None
    """Those of the connection itself."""
    otp: Mapping[str, str] | None
    """What a one-time password is asked for with."""
    token_service: str

    def __repr__(self) -> str:
        return "<means>"  # the keys of `otp` are secret


class Performing:
    """One operation within one budget."""

    def __init__(self, means: Means, budget: Budget) -> None:
        self._means, self._budget = means, budget

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Prepares, then sends."""
        try:
            send = await self._prepared(operation)
        except (Refused, NoAnswer) as error:
            return Receipt("failed", f"nothing was sent: {error.reason}")
        except InregelError as error:
            return Receipt("failed", " ".join(str(error).split()))
        try:
            return await send(checkpoint)
        except NoAnswer as error:
            return Receipt(error.outcome, error.reason)
        except Refused as error:
            return Receipt(error.outcome, f"{error.reason}. {error.remedy}")

    async def _prepared(self, operation: Operation) -> Send:
        name, arguments, own = operation.name, operation.arguments, self._means.own
        if name in (REQUEST_OTP, ISSUE) and self._means.otp is not None:
            return self._issuing(operation, self._means.otp)
        if own is None:
            raise Unfit(reason=f"the connection has no credentials to perform {name} with")
        await own.header(self._budget)
        if name in users.OPERATIONS:
            return self._writing(own, name, arguments)
        if name == IMPORT:
            return await self._importing(own, arguments)
        if name == REVOKE:
            return self._revoking(arguments)
        raise Unfit(reason=f"the connection cannot perform {name}")

    # --- users and groups -------------------------------------------------------------------------------------------

    def _writing(self, own: Credentials, name: str, arguments: Mapping[str, Any]) -> Send:
        method, code = users.OPERATIONS[name]
        body = users.body(code, arguments)

        async def send(checkpoint: Checkpoint) -> Receipt:
            await self._means.rest.write(own, self._budget, method, users.CONNECTOR, body)
            return Receipt("performed")

        return send

    # --- GetConnectors ----------------------------------------------------------------------------------------------

    async def _importing(self, own: Credentials, arguments: Mapping[str, Any]) -> Send:
        name, data = self._definition(arguments)
        info = await self._means.rest.metainfo(own, self._budget)
        line = commands.import_line(info.envid, name, overwrite=bool(arguments.get("overwrite", False)))

        async def send(checkpoint: Checkpoint) -> Receipt:
            command = await self._means.commands.begin(own, self._budget, line, name, data)
            checkpoint({"command": command})
            try:
                return await self._watched(own, command, checkpoint)
            except (Refused, NoAnswer) as error:
                # AFAS has it, whatever is the matter with looking at it.
                return Receipt("unknown", f"AFAS took in command {command}. {error.reason}")

        return send

    async def _watched(self, own: Credentials, command: str, checkpoint: Checkpoint) -> Receipt:
        """Looks at a command a few times, until it is done."""
        for pause in (0.0, *_PAUSES):
            if pause >= self._budget.left:
                break
            await self._means.http.sleep(pause)
            packed = await self._means.commands.log(own, self._budget, command)
            if packed:
                checkpoint({"log": base64.b64encode(packed[:_MOST_LOG]).decode()})
                return judged(packed)
        return Receipt("unknown", f"AFAS has not done command {command} yet; the next run asks again")

    def _definition(self, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
        """Name and content of the .gcn file that is to be imported, the very one that was pinned."""
        path, pinned, member = str(arguments["file"]), str(arguments["sha256"]), str(arguments.get("member", ""))
        data = self._file(path)
        if not member:
            if hashlib.sha256(data).hexdigest() != pinned.lower():
                raise Unfit(reason=f"{path} is not the file that was pinned: its SHA-256 differs")
            gcn.read(data)
            return Path(path).name, data
        for packed in connector_zip.read(data, pinned).definitions:
            if packed.path == member:
                return member.rpartition("/")[2], packed.data
        raise Unfit(reason=f"{path} has no file {ascii(member)}")

    def _file(self, path: str) -> bytes:
        try:
            file = self._means.root / path
            if not file.is_file() or file.stat().st_size > _MOST_FILE:
                raise Unfit(reason=f"{path} is not there, or is too large")
            return file.read_bytes()
        except OSError as error:
            raise Unfit(reason=f"{path} cannot be read: {error.strerror}") from error

    # --- tokens -----------------------------------------------------------------------------------------------------

    def _revoking(self, arguments: Mapping[str, Any]) -> Send:
        token = parsed(arguments["token"])

        async def send(checkpoint: Checkpoint) -> Receipt:
            service, fields = self._means.token_service, {"token": token.xml()}
            await self._means.soap.call(self._budget, service, "DeleteToken", fields, token.header())
            return Receipt("performed")

        return send

    def _issuing(self, operation: Operation, otp: Mapping[str, str]) -> Send:
        """Has AFAS mail a password; or shows AFAS that password, and gets the token that it shows once."""

        async def request(checkpoint: Checkpoint) -> Receipt:
            await self._means.rest.post_open(self._budget, "OtpRequest", otp)
            return Receipt("performed", "AFAS says the same to wrong keys: where no mail comes, look at them")

        if operation.name == REQUEST_OTP:
            return request
        if len(operation.captures) != 1:
            raise Unfit(reason="the step does not say where the token is to be stored")
        name, body = operation.captures[0], {**otp, "otp": revealed(operation.arguments["otp"]).strip()}

        async def issue(checkpoint: Checkpoint) -> Receipt:
            given = await self._means.rest.post_open(self._budget, "OtpValidation", body)
            text = given.get("token") if isinstance(given, Mapping) else None
            try:
                token = afas_token.parse(text if isinstance(text, str) else "", name)
            except afas_token.NotAToken as error:
                return Receipt("unknown", f"AFAS answered, but gave no token. {_first_line(error)}")
            return Receipt("performed", captured={name: Secret(name, token.xml())})

        return issue

    # --- after a crash ----------------------------------------------------------------------------------------------

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """Of an import AFAS keeps the log for a day; of anything else only a read can tell."""
        command, stored, own = checkpoint.get("command"), checkpoint.get("log"), self._means.own
        if operation.name != IMPORT or not isinstance(command, str):
            return Receipt("unknown")
        if isinstance(stored, str):
            try:
                return judged(base64.b64decode(stored, validate=True))
            except (binascii.Error, ValueError):
                return Receipt("unknown")
        if own is None:
            return Receipt("unknown")
        try:
            packed = await self._means.commands.log(own, self._budget, command)
        except (Refused, NoAnswer) as error:
            return Receipt("unknown", error.reason)
        return judged(packed) if packed else Receipt("unknown", f"AFAS has not done command {command} yet")


def judged(packed: bytes) -> Receipt:
    """What a log tells. Trouble is not sure to mean that nothing was done, so a read has to say."""
    log = commands.unpack(packed)
    return Receipt("unknown" if log.trouble else "performed", f"the log of AFAS says: {log.shown}")


def parsed(value: Secret | str, name: str = "token") -> afas_token.Token:
    """The token in a setting or an argument. Raises `NotAToken`."""
    return afas_token.parse(revealed(value), value.name if isinstance(value, Secret) else name)


def revealed(value: Secret | str) -> str:
    """The text of a secret. Raises `Unfit` where it is none."""
    if not isinstance(value, Secret):
        return str(value)
    try:
        return value.reveal()
    except UnicodeDecodeError:
        raise Unfit(reason=f"the secret {value.name} is no text") from None


def _first_line(error: InregelError) -> str:
    return str(error).partition("\n")[0]

"""AFAS Remote: a command that AFAS takes in, gives a number, and does in its own time.

The log of a command can be read once, and is kept for 24 hours: whoever gets it stores it before anything else. What
stands in it is documented nowhere, so only a log that speaks of an error is taken for one, and nothing is proven by it.
Source: https://docs.afas.help, howto-remotecmd.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from typing import Final

from inregel.drivers.afas.auth import Credentials
from inregel.drivers.afas.errors import NoAnswer
from inregel.drivers.afas.http import Budget
from inregel.drivers.afas.soap import Soap
from inregel.errors import InregelError
from inregel.frozen import frozen

SERVICE: Final = "cmdconnector.asmx"
_META: Final = "@#$MetaInfo.xml"
_INPUT: Final = '<?xml version="1.0" encoding="utf-8" standalone="yes"?><InputFile_Name>{}</InputFile_Name>'
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .()+-]{0,119}\.gcn", re.IGNORECASE)
_ENVID: Final = re.compile("[A-Za-z0-9]{1,20}")
_COMMAND: Final = re.compile("[0-9A-Fa-f]{32}")
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""The same file makes the same command."""
_MOST_LOG: Final = 2**20
_SHOWN: Final = 300
_TROUBLE: Final = re.compile(
    r"\b(fout(en)?|mislukt|error(s)?|failed|exception|geweigerd|niet gevonden)\b", re.IGNORECASE
)
_NONE: Final = re.compile(r"\b(0|geen|no)\s+(fout(en)?|errors?)\b", re.IGNORECASE)


class UnfitName(InregelError):
    """{name} cannot stand in a command of AFAS.
    Call the file by letters, digits, spaces and . _ - ( ) +, with .gcn at its end."""


@frozen
class Log:
    """What AFAS says that it did."""

    text: str

    @property
    def trouble(self) -> bool:
        """Whether it speaks of an error."""
        return _TROUBLE.search(_NONE.sub("", self.text)) is not None

    @property
    def shown(self) -> str:
        """Its beginning, on one line."""
        line = " ".join("".join(each if each.isprintable() else " " for each in self.text).split())
        return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


class Commands:
    """The commands of one environment."""

    def __init__(self, soap: Soap, identity: str) -> None:
        self._soap, self._identity = soap, identity

    async def begin(self, who: Credentials, budget: Budget, line: str, name: str, data: bytes) -> str:
        """Has AFAS take in a command with a file; the number of the command. Raises what `Soap.call` raises."""
        packed = base64.b64encode(_archive(name, data)).decode()
        fields = {"token": who.token, "commandLine": line, "attachementArchive": packed}
        command = await self._soap.call(budget, SERVICE, "Execute", fields, await who.header(budget))
        if not _COMMAND.fullmatch(command):
            what = f"SOAP {SERVICE} Execute"
            raise NoAnswer(system=self._identity, what=what, reason="it gave no number of a command")
        return command

    async def log(self, who: Credentials, budget: Budget, command: str) -> bytes:
        """The log of a command, packed as it came; b"" while it is not done. It can be had once."""
        fields = {"token": who.token, "commandId": command}
        state = await self._soap.call(budget, SERVICE, "GetState", fields, await who.header(budget))
        try:
            return base64.b64decode("".join(state.split()), validate=True)
        except (binascii.Error, ValueError):
            # It has been read by this, and cannot be had again: what came is worth more than an error.
            return state.encode()


def import_line(envid: str, name: str, *, overwrite: bool) -> str:
    """The command that imports a definition. Raises `UnfitName`."""
    for each, shape in ((name, _NAME), (envid, _ENVID)):
        if not shape.fullmatch(each):
            raise UnfitName(name=ascii(each))
    return f'/O"{envid}" DEFINITIEIMPORT /F"{name}"' + (" /O" if overwrite else "")


def unpack(data: bytes) -> Log:
    """The texts in a log. What cannot be unpacked is said to be so, and is no trouble."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts, left = [], _MOST_LOG
            for each in archive.infolist():
                with archive.open(each) as part:
                    content = part.read(left)
                left -= len(content)
                texts.append(_decoded(content))
            return Log("\n".join(texts).strip() or "an empty log")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        return Log(f"a log of {len(data)} bytes that cannot be unpacked")


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _archive(name: str, data: bytes) -> bytes:
    """The ZIP that goes along: the file, and one that says which file it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(_META, _STAMP), _INPUT.format(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

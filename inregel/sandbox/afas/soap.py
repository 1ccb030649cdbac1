"""The SOAP services: `cmdconnector.asmx`, which imports definitions, and the one for tokens.

Assumed: SOAP 1.1 or 1.2 in an envelope; what a fault looks like; that the log of a command belongs to the app connector
that gave it; that asking for it once more is a fault; the arguments of the function that gives a token.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from inregel.sandbox.afas.auth import Caller, by_classic, caller, check_address
from inregel.sandbox.afas.calls import XML, Answer, Call, Refused, functional
from inregel.sandbox.afas.definitions import DAMAGED, BadDefinition, import_into, member, read
from inregel.sandbox.afas.otp import Issuer, Request
from inregel.sandbox.afas.state import Command
from inregel.sandbox.afas.switches import Switches

NAMESPACE: Final = "urn:Afas.Profit.Services"
COMMANDS: Final = "cmdconnector.asmx"
META: Final = "@#$MetaInfo.xml"
_ENVELOPES: Final = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_KEPT: Final = timedelta(hours=24)
_COMMAND: Final = re.compile(r'\s*/O"(?P<environment>[^"]*)"\s+(?P<name>\w+)\s*(?P<options>.*?)\s*', re.DOTALL)
_OPTION: Final = re.compile(r'/([A-Za-z])(?:"([^"]*)")?\s*')
_META_FORM: Final = re.compile(r"<\?xml[^>]*\?>\s*<InputFile_Name>([^<]*)</InputFile_Name>\s*")


class Services:
    """The SOAP services of one environment, for one call."""

    def __init__(self, issuer: Issuer, call: Call, switches: Switches) -> None:
        self._issuer, self._environment, self._now = issuer, issuer.environment, issuer.now
        self._call, self._switches = call, switches

    def answer(self, reference: str) -> Answer:
        """Answers the call, with a fault where it is refused."""
        try:
            name, result = self._perform()
        except Refused as refused:
            return _fault(refused, reference)
        inner = f"<{name}Result>{escape(result)}</{name}Result>" if result is not None else ""
        return Answer(200, _envelope(f'<{name}Response xmlns="{NAMESPACE}">{inner}</{name}Response>'), XML)

    def _perform(self) -> tuple[str, str | None]:
        service = self._call.path[0].lower() if len(self._call.path) == 1 else ""
        functions: Mapping[str, Callable[[Mapping[str, str]], str | None]]
        if service == COMMANDS:
            functions = {"Execute": self._execute, "GetState": self._get_state}
        elif service == self._switches.token_service.lower():
            functions = {
                "GenerateOTP": self._generate,
                self._switches.obtain_token: self._obtain,
                "DeleteToken": self._delete,
            }
        else:
            raise Refused(404, "Not Found")
        if self._call.method != "POST":
            raise Refused(405, "Method Not Allowed", Allow="POST")
        name, values = _request(self._call)
        if name not in functions:
            raise Refused(400, f"There is no function {name}.")
        return name, functions[name](values)

    # --- commands ---------------------------------------------------------------------------------------------------

    def _execute(self, values: Mapping[str, str]) -> str:
        who = self._commander(values)
        match = _COMMAND.fullmatch(_given(values, "commandLine"))
        if match is None or match["environment"].upper() != self._environment.name.upper():
            raise functional("The command line does not begin with /O and this environment.")
        if match["name"].upper() != "DEFINITIEIMPORT" or not self._switches.imports:
            raise functional(f"The command {match['name']} is not supported.")
        options = {name.upper(): value for name, value in _OPTION.findall(match["options"])}
        if _OPTION.sub("", match["options"]) or set(options) - {"F", "O"} or not options.get("F"):
            raise functional("DEFINITIEIMPORT takes /F with the name of a file, and /O.")
        if "O" in options and not self._switches.overwrites:
            raise functional("The option /O is not supported.")
        data = _attached(_given(values, "attachementArchive"), options["F"])
        log = self._import(options["F"], data, overwrite="O" in options)
        command = Command(uuid4().hex.upper(), who.app.name, log, self._now, self._switches.polls)
        self._environment.commands[command.id] = command
        return command.id

    def _import(self, name: str, data: bytes, *, overwrite: bool) -> str:
        """Imports, and gives the log. What cannot be imported stands in the log: the command itself was taken."""
        try:
            return import_into(self._environment, read(name, data), overwrite=overwrite, switches=self._switches)
        except BadDefinition as error:
            return f"Fout: {error}"

    def _get_state(self, values: Mapping[str, str]) -> str:
        who = self._commander(values)
        command = self._environment.commands.get(_given(values, "commandId").upper())
        if command is None or command.app != who.app.name or command.read or self._now >= command.begun + _KEPT:
            raise functional("The command is not known, its result was read before, or it is older than 24 hours.")
        if command.polls > 0:
            command.polls -= 1
            return ""
        command.read = True
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr(self._switches.import_log, command.log + "\r\n")
        command.log = ""
        return base64.b64encode(archive.getvalue()).decode()

    def _commander(self, values: Mapping[str, str]) -> Caller:
        """Who gives a command: by the header, or by the raw token in the body, which has to be there either way."""
        token = _given(values, "token")
        if "authorization" in self._call.headers:
            who = caller(self._environment, self._call, self._now)
        else:
            who = by_classic(self._environment, token, self._now)
            check_address(who.app, self._call.remote, self._environment.profit)
        if not who.app.remote:
            raise Refused(401, "AFAS Remote Cmd is not activated for this app.")
        return who

    # --- tokens -----------------------------------------------------------------------------------------------------

    def _generate(self, values: Mapping[str, str]) -> None:
        asked = _asked(values, _given(values, "description"))
        if not self._issuer.request(asked) and self._switches.otp_tells_wrong_keys:
            raise Refused(401, "The keys are not correct.")

    def _obtain(self, values: Mapping[str, str]) -> str:
        return self._issuer.validate(_asked(values), _given(values, "otp"))

    def _delete(self, values: Mapping[str, str]) -> None:
        who = by_classic(self._environment, _given(values, "token"), self._now)
        check_address(who.app, self._call.remote, self._environment.profit)
        assert who.token is not None
        who.app.tokens.remove(who.token)


def _asked(values: Mapping[str, str], description: str = "") -> Request:
    return Request(_given(values, "apiKey"), _given(values, "environmentKey"), _given(values, "userId"), description)


def _given(values: Mapping[str, str], name: str) -> str:
    if not values.get(name, "").strip():
        raise Refused(400, f"{name} is missing.")
    return values[name].strip()


def _attached(text: str, name: str) -> bytes:
    """The file that came along. Raises `Refused`."""
    try:
        archive = base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise functional("attachementArchive is not Base64.") from error
    try:
        match = _META_FORM.fullmatch(member(archive, META).decode("utf-8-sig"))
        if match is None or match[1] != name:
            raise ValueError(f"{META} does not name {name}")
        return member(archive, name)
    except DAMAGED as error:
        raise functional(f"attachementArchive cannot be read: {error}") from error


# --- envelopes ------------------------------------------------------------------------------------------------------


def _request(call: Call) -> tuple[str, dict[str, str]]:
    """Function and arguments. Raises `Refused` (400)."""
    try:
        if b"<!DOCTYPE" in call.body:
            raise ValueError("a document type")
        root = ElementTree.fromstring(call.body)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Refused(400, "The request is not valid XML.") from error
    space = next((each for each in _ENVELOPES if root.tag == f"{{{each}}}Envelope"), "")
    body = root.find(f"{{{space}}}Body")
    if not space or body is None or len(body) != 1 or not body[0].tag.startswith(f"{{{NAMESPACE}}}"):
        raise Refused(400, f"The request has no SOAP envelope with one function of {NAMESPACE}.")
    name = body[0].tag.removeprefix(f"{{{NAMESPACE}}}")
    action = call.headers.get("soapaction", "").strip('"')
    if action not in (f"{NAMESPACE}/{name}", "") or (not action and space == _ENVELOPES[0]):
        raise Refused(400, f"SOAPAction has to be {NAMESPACE}/{name}.")
    # A token may stand there as text or as elements.
    return name, {each.tag.removeprefix(f"{{{NAMESPACE}}}"): _text(each) for each in body[0]}


def _text(element: ElementTree.Element) -> str:
    inner = "".join(f"<{_plain(each.tag)}>{_text(each)}</{_plain(each.tag)}>" for each in element)
    return (element.text or "") + inner


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _fault(refused: Refused, reference: str) -> Answer:
    detail = f"<ProfitApplicationException><ErrorNumber>{refused.number}</ErrorNumber>"
    detail += f"<ProfitLogReference>{reference}</ProfitLogReference></ProfitApplicationException>"
    said = f"<faultcode>soap:Server</faultcode><faultstring>{escape(refused.message)}</faultstring>"
    return Answer(
        refused.status, _envelope(f"<soap:Fault>{said}<detail>{detail}</detail></soap:Fault>"), XML, refused.headers
    )


def _envelope(body: str) -> bytes:
    space = f'xmlns:soap="{_ENVELOPES[0]}"'
    text = f"<soap:Envelope {space}><soap:Body>{body}</soap:Body></soap:Envelope>"
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()

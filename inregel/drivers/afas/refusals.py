"""What an answer other than 200 means, as AFAS documents it, and what a person can do about it.

Source: https://docs.afas.help/profit/en/troubleshooting and the responses of the OpenAPI specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from inregel.drivers.afas.calls import Answer, Call
from inregel.drivers.afas.errors import GROUP, NoAnswer, NotDone, Refused

_REPORT: Final = "If it stays so, give AFAS the log reference"
_BLOCKED: Final = (
    "Unblock it in Profit: Algemeen > Uitvoer > Beheer > Get Connector; AFAS blocks those that cost too much"
)
_ASSIGN: Final = f"Assign it to the app connector of this token; {GROUP}"
_KNOWN: Final = (
    # What stands in the message, what to do, whether the same call can go well later.
    ("is blocked", _BLOCKED, False),
    ("not supported for this app", _ASSIGN, False),
    ("not authorized", _ASSIGN, False),
    ("out of memory", "Ask for fewer rows: the GetConnector is too large", False),
    ("out of string space", "Ask for fewer rows: the GetConnector is too large", False),
    ("connector field", "The definition of the GetConnector was changed: import the one of the supplier again", False),
)
_REFERENCE: Final = re.compile(r"[0-9A-Za-z-]{1,64}")
_LONGEST: Final = 300
"""Signs of a message of AFAS that are shown."""
_SECONDS: Final = re.compile("[0-9]{1,9}")
_WAIT: Final = 30 * 86_400
"""Seconds; a longer `retry_after` is no time to wait for."""


def of(call: Call, answer: Answer) -> Refused | NoAnswer:
    """The error that an answer is."""
    system, what, status, body = call.system, call.what, answer.status, answer.body
    said = _object(body)
    if status in (429, 503):
        return _later(system, what, said, answer.after)
    message = _message(said)
    if status == 500:
        for words, remedy, retries in _KNOWN:
            if words in message.lower():
                return NotDone(system=system, what=what, reason=message, remedy=remedy, retries=retries, body=body)
        reason = message or "status 500 and no reason"
        return NotDone(system=system, what=what, reason=reason, remedy=_REPORT, retries=True, body=body)
    if status > 500:
        return NoAnswer(system=system, what=what, reason=f"status {status}")
    reason = f"status {status}" + (f", {message}" if message else "")
    return Refused(system=system, what=what, status=status, reason=reason, remedy=_remedy(status, what), body=body)


def _remedy(status: int, what: str) -> str:
    if status == 401 and what.partition(" ")[2].lower().startswith(("connectors/", "metainfo/", "profitversion")):
        name = what.rpartition("/")[2]
        return f"Either the token is not valid, or {name} is not assigned to the app connector of this token; {GROUP}"
    if status == 401:
        return f"The token is not valid (any more) in this environment; {GROUP}"
    if status == 403:
        return "A rule for IP addresses of the app connector keeps this machine out: add its address there"
    if status == 404:
        return "Look at `environment`, `tier` and `url` of the connection, and whether the name exists there"
    if status == 413:
        return "It is too large for AFAS: give less at a time"
    return "AFAS does not take what was sent, so the same call will not go well later either"


def _later(system: str, what: str, said: Mapping[str, Any], after: str) -> NoAnswer:
    """When to come back stands in the body; what stands between us and AFAS writes it into a header."""
    seconds = said.get("retry_after", int(after) if _SECONDS.fullmatch(after) else None)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= _WAIT:
        return NoAnswer(system=system, what=what, reason="AFAS is out of service for now (see afasstatus.nl)")
    reason = f"AFAS is out of service and says to come back in {_span(seconds)} (see afasstatus.nl)"
    return NoAnswer(system=system, what=what, reason=reason, pause=float(seconds))


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:g} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}  # a page of HTML, or nothing
    return said if isinstance(said, Mapping) else {}


def _message(said: Mapping[str, Any]) -> str:
    """What AFAS says to people, with the reference that its support asks for."""
    # OAuth says `error`, a word such as invalid_client.
    text = said.get("externalMessage", said.get("error"))
    return worded(text if isinstance(text, str) else "", said.get("profitLogReference"))


def worded(text: str, reference: object) -> str:
    """A message on one line, with its log reference where that is one."""
    message = " ".join(text.split())[:_LONGEST].rstrip(". ")
    if isinstance(reference, str) and _REFERENCE.fullmatch(reference):
        message = f"{message} (log reference {reference})".strip()
    return message

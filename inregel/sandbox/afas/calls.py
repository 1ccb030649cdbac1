"""A call to an emulated service, its answer, and how AFAS refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from inregel.errors import InregelError
from inregel.frozen import frozen

JSON: Final = "application/json; charset=utf-8"
XML: Final = "text/xml; charset=utf-8"
UNEXPECTED: Final = "An unexpected error has occurred."
_FUNCTIONAL: Final = -2147220469
_UNEXPECTED_NUMBER: Final = -2147180999


@frozen
class Call:
    """One request, after its host said which environment it is for."""

    method: str
    environment: str
    """The identity."""
    path: tuple[str, ...]
    """What comes after `ProfitRestServices` or `profitservices`, decoded, without empty parts."""
    query: str = ""
    """As it was sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""
    body: bytes = b""
    remote: str = ""
    """The address that it comes from."""
    url: str = ""
    """The address that it went to, without the query."""


@frozen
class Answer:
    """What comes back."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(InregelError):
    """{message}"""

    def __init__(self, status: int, message: str, number: int = _FUNCTIONAL, **headers: str) -> None:
        super().__init__(message=message)
        self.status = status
        self.message = message
        self.number = number
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self, reference: str) -> Answer:
        """As JSON. The shape is documented for 500; the others are assumed to have the same."""
        said = {"externalMessage": self.message, "errorNumber": self.number, "profitLogReference": reference}
        # The header is obsolete, and still sent; a line break cannot stand in it.
        headers = {"X-PROFIT-ERROR": " ".join(self.message.encode("ascii", "replace").decode().split())}
        return Answer(self.status, one_line(said), headers=headers | self.headers)


def functional(message: str) -> Refused:
    """The refusal of a call that was understood: 500, with a number that says nothing."""
    return Refused(500, message)


def unexpected() -> Refused:
    """The refusal of what Profit does not cope with."""
    return Refused(500, UNEXPECTED, _UNEXPECTED_NUMBER)


def busy(seconds: int) -> Answer:
    """503: when to come back stands in the body, in seconds."""
    message = "Service temporarily unavailable, please try again later."
    return Answer(503, one_line({"error": {"code": "503", "message": message}, "retry_after": seconds}))


def one_line(value: Any) -> bytes:
    """JSON without a line break."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def parse(body: bytes) -> Any:
    """JSON that was sent. Raises `Refused` (400)."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The request is not valid JSON.") from error

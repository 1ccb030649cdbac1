"""Calls that go wrong on purpose: which, and how. A fault is switched on, and goes off by itself.

What does not belong here: errors that are AFAS' own answers to a wrong call.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase
from functools import cache
from typing import Final, Literal

from inregel.sandbox.afas.calls import JSON, Answer, Call, Refused, busy, one_line

Kind = Literal[
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
    "slow",
    "truncated",
    "html",
    "too_many",
    "too_many_dated",
    "too_many_bare",
    "too_many_huge",
    "locked",
    "server_error",
    "bad_gateway",
    "unavailable",
    "gateway_timeout",
    "content_type",
    "bad_utf8",
    "gzip_bomb",
    "redirect",
    "expired_tls",
    "unauthorized",
    "not_found",
    "delivered_twice",
]
KINDS: Final[tuple[Kind, ...]] = (
    *("timeout_before", "timeout_after", "reset_before", "reset_after", "slow", "truncated", "html"),
    *("too_many", "too_many_dated", "too_many_bare", "too_many_huge", "locked", "server_error", "bad_gateway"),
    *("unavailable", "gateway_timeout", "content_type", "bad_utf8", "gzip_bomb", "redirect", "expired_tls"),
    *("unauthorized", "not_found", "delivered_twice"),
)
BEFORE: Final = frozenset(
    (
        *("timeout_before", "reset_before", "too_many", "too_many_dated", "too_many_bare", "too_many_huge", "locked"),
        *("bad_gateway", "unavailable", "redirect", "unauthorized", "not_found"),
    )
)
"""Of these nothing is done; of the others all of it, and only the answer goes wrong."""
_BOMB: Final = 64 * 1024**2
_HTML: Final = b"<!doctype html><title>AFAS Online</title><p>Onderhoud</p>"
_WAIT: Final = 30


@dataclass(slots=True)
class Fault:
    """One that is switched on: for the calls that fit, after `skip` of them, `times` times."""

    kind: Kind
    method: str = "*"
    path: str = "*"
    """A pattern for what comes after the base, in lower case: `connectors/*`."""
    environment: str = "*"
    skip: int = 0
    times: int = 1

    def fits(self, call: Call) -> bool:
        """Whether it is about this call."""
        said = (call.method, "/".join(call.path).lower(), call.environment)
        return all(fnmatchcase(text, each) for text, each in zip(said, self._patterns(), strict=True))

    def _patterns(self) -> tuple[str, str, str]:
        return self.method, self.path.lower(), self.environment


class Faults:
    """Those that are switched on. `happened` keeps which came to pass, and at which call."""

    def __init__(self, elsewhere: str = "https://afas.example") -> None:
        """`elsewhere` is where a redirect leads."""
        self.elsewhere = elsewhere
        self._waiting: list[Fault] = []
        self.happened: list[tuple[Kind, Call | None]] = []

    def add(self, *faults: Fault) -> None:
        """Switches them on, behind those that are on."""
        self._waiting += faults

    def clear(self) -> None:
        """Switches all off."""
        self._waiting.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._waiting))

    def take(self, call: Call) -> Kind | None:
        """What happens to this call; the first fault that is its turn is used up once. Counts for the others too."""
        chosen = None
        for fault in list(self._waiting):
            if fault.kind == "expired_tls" or not fault.fits(call):
                continue
            if fault.skip > 0:
                fault.skip -= 1
            elif chosen is None:
                chosen = self._use(fault, call)
        return chosen

    def take_expired(self) -> bool:
        """Whether the next connection meets a certificate that has expired."""
        for fault in list(self._waiting):
            if fault.kind == "expired_tls":
                if fault.skip == 0:
                    return self._use(fault, None) is not None
                fault.skip -= 1
        return False

    def _use(self, fault: Fault, call: Call | None) -> Kind:
        fault.times -= 1
        if fault.times <= 0:
            self._waiting.remove(fault)
        self.happened.append((fault.kind, call))
        return fault.kind


def spoil(kind: Kind, answer: Answer | None, now: datetime, elsewhere: str) -> Answer:
    """The answer that goes out instead. `answer` is the true one, None where nothing was done."""
    instead: dict[str, Callable[[], Answer]] = {
        "html": lambda: Answer(200, _HTML, "text/html; charset=utf-8"),
        "too_many": lambda: _too_many(str(_WAIT)),
        "too_many_dated": lambda: _too_many(format_datetime(now + timedelta(seconds=_WAIT), usegmt=True)),
        "too_many_bare": lambda: _too_many(""),
        "too_many_huge": lambda: _too_many("999999999999"),
        "locked": lambda: _functional(500, "The record is locked by another user."),
        "server_error": lambda: _functional(500, "An unexpected error has occurred."),
        "bad_gateway": lambda: Answer(502, _HTML, "text/html"),
        "unavailable": lambda: busy(7_200),
        "gateway_timeout": lambda: Answer(504, _HTML, "text/html"),
        "redirect": lambda: Answer(307, b"", headers={"Location": f"{elsewhere}/ProfitRestServices"}),
        "unauthorized": lambda: _functional(401, "The token is invalid or the user is not authorized."),
        "not_found": lambda: _functional(404, "Not Found"),
    }
    if kind in instead:
        return instead[kind]()
    assert answer is not None
    changed: dict[str, Callable[[Answer], Answer]] = {
        "content_type": lambda true: Answer(true.status, true.body, "application/octet-stream", true.headers),
        "bad_utf8": lambda true: Answer(true.status, b"\xff\xfe" + true.body, true.content_type, true.headers),
        "gzip_bomb": lambda true: Answer(true.status, _bomb(), JSON, {"Content-Encoding": "gzip"}),
    }
    return changed[kind](answer) if kind in changed else answer


def _too_many(wait: str) -> Answer:
    return Answer(429, one_line({"message": "Too many requests"}), headers={"Retry-After": wait} if wait else {})


def _functional(status: int, message: str) -> Answer:
    return Refused(status, message).answer("0" * 32)


@cache
def _bomb() -> bytes:
    """Some 300 kB that become 64 MiB."""
    return gzip.compress(b" " * _BOMB, 1)

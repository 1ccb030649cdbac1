"""What AFAS refuses and what it does not answer. Each says what was asked of which environment, and what to do."""

from __future__ import annotations

from typing import Any, Final, Literal

from inregel.errors import InregelError, Unavailable

GROUP: Final = "its user must be in the user group of the app connector, and the app connector must not be blocked"


class Refused(InregelError):
    """{system} refused {what}: {reason}.
    {remedy}."""

    # Certain: nothing was changed.
    outcome: Literal["failed", "unknown"] = "failed"
    retries = False

    def __init__(self, *, body: bytes = b"", **fields: object) -> None:
        super().__init__(**fields)
        self.body = body
        """As it came; SOAP says in it what a status does not."""

    @property
    def status(self) -> int:
        """Of HTTP; 0 where that is not what refused."""
        return int(str(self.fields.get("status", 0)))

    @property
    def reason(self) -> str:
        """What AFAS said, as one line of text."""
        return f"AFAS refused {self.fields['what']}: {self.fields['reason']}"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return str(self.fields["remedy"])


class NotDone(Refused):
    """{system} could not do {what}: {reason}.
    {remedy}."""

    outcome = "unknown"

    def __init__(self, *, retries: bool = False, **fields: Any) -> None:
        super().__init__(**fields)
        self.retries = retries


class NoAnswer(Unavailable):
    """{system} is unavailable: {what} got no answer that can be used: {reason}.
    Try again later: the same command goes on where this one stopped."""

    def __init__(
        self, *, pause: float | None = None, retries: bool = True, sent: bool = True, **fields: object
    ) -> None:
        super().__init__(**fields)
        self.pause = pause
        """Seconds that AFAS asks to wait for; None where it does not say."""
        self.retries = retries
        self.sent = sent

    @property
    def outcome(self) -> Literal["failed", "unknown"]:
        """Of a write: what was never sent changed nothing."""
        return "unknown" if self.sent else "failed"

    @property
    def reason(self) -> str:
        """As one line of text."""
        return f"{self.fields['what']} got no answer that can be used: {self.fields['reason']}"

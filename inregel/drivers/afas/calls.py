"""One call to AFAS and what came back, as values. Both may hold a token, so neither shows what is in it."""

from __future__ import annotations

from collections.abc import Mapping

from inregel.frozen import frozen


@frozen
class Call:
    """What is asked. `what` is how messages name it: `GET connectors/Profit_Users`."""

    system: str
    what: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None

    def __repr__(self) -> str:
        return f"<call {self.what} of {self.system}>"


@frozen
class Answer:
    """What came back, whole."""

    status: int
    kind: str
    """The content type, without parameters."""
    body: bytes
    after: str = ""
    """The header `Retry-After`."""

    def __repr__(self) -> str:
        return f"<answer {self.status}, {len(self.body)} bytes>"

"""A difference, how its values are known, and what closes it: the words between a module and the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Any, Final, Literal

from inregel.contract.handed import Office
from inregel.contract.values import Args, Key, State, Unknown
from inregel.errors import InregelError
from inregel.frozen import frozen

Kind = Literal["verified", "attested", "stale", "unknown"]


@frozen
class Provenance:
    """How a value is known: `verified` (the tool read it), `attested` (a person said so), `stale` (past its date)."""

    kind: Kind
    at: datetime | None = None
    by: str = ""
    until: date | None = None
    source: str = ""
    """What backs it: a work order (`W7`), a file and row, an evidence digest."""


VERIFIED: Final = Provenance("verified")
NOT_KNOWN: Final = Provenance("unknown")


@frozen
class Change:
    """One difference. `fields` are those of `desired` that differ; a module never computes them."""

    office: Office
    module: str
    key: Key
    before: State | Unknown | None
    after: State | None
    fields: tuple[str, ...]
    provenance: Mapping[str, Provenance]
    args: Args


@frozen
class Seen:
    """What is there. `complete` is False, True, or the containers whose listing is whole ("" for plain keys).

    A key that is missing from a complete listing is absent; from an incomplete one it is unknown.
    """

    resources: Mapping[Key, State]
    complete: bool | frozenset[str] = True
    at: Mapping[str, datetime] = field(default_factory=dict)
    """By container ("" for plain keys), when it was read, where that was before this run, as in a report that was
    collected. What somebody stated since then holds instead."""

    def covers(self, key: Key) -> bool:
        """Whether a missing `key` is known to be absent."""
        if isinstance(self.complete, bool):
            return self.complete
        return (key[0] if isinstance(key, tuple) else "") in self.complete


@frozen
class Proof:
    """What a declared file shows of a resource that people spoke of: these fields are verified by it, and kept."""

    state: State
    source: str
    """The path of the file."""


@frozen
class Step:
    """A part of the way: an operation, its arguments, and the state that it reaches (None: gone).

    A driver that lists `operation` performs it; else it is a line of the work order `order` for `role`.
    """

    operation: str
    reaches: State | None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    irreversible: bool = False
    look_first: bool = False
    """From unknown, only ask what is there; do nothing before the answer. Irreversible steps always look first."""
    order: str = ""
    """The work-order text, `<system>/<name>`: `assu/wizard`."""
    role: str = "contact"
    """The office variable that names the person."""
    captures: tuple[str, ...] = ()
    """Names of the secrets that the other side shows once, when a driver performs it: `Receipt.captured` has them."""
    form: str = ""
    """Which form of its text it needs, such as a band of versions: an open order of another form is superseded."""
    remark: str = ""
    """A sentence that the plan says of the work order: what is left out on purpose, or comes along with it."""


@frozen
class Wait:
    """A third party is at work and will reach `reaches`; `overdue` once `until` has passed."""

    party: str
    until: datetime
    reaches: State | None
    note: str = ""


@frozen
class Blocked:
    """It cannot go on: why, and who can act. `who` is "you" (the person who runs this) or "other"."""

    reason: str
    who: Literal["you", "other"] = "you"
    remedy: str = ""
    """What to type or whom to call."""
    cause: str = ""
    """The resource that it waits for, where it is blocked by another (`assu.certificate`); set by the engine."""
    field: str = ""
    """The argument of the task that is wrong, so that its line can be shown."""


class Fault(InregelError):
    """{reason}"""

    # Raised by `desired` where a file or secret of one office is wrong: that office is blocked, the others go on.

    def __init__(
        self, reason: str, *, remedy: str = "", who: Literal["you", "other"] = "you", key: Key = "", field: str = ""
    ) -> None:
        super().__init__(reason=reason)
        self.blocked = Blocked(reason, who, remedy, field=field)
        self.key = key


@frozen
class Finding:
    """Something to say about one declared thing or one answer."""

    message: str
    field: str = ""
    source: str = ""
    """The document that it rests on, or "" where that is not known."""


@frozen
class Table:
    """Rows for people: a fix list and the like."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

"""What every ledger does, whatever it is stored in. One suite (`tests/ledger`) runs on all of them.

Reading is by plain methods, in bulk. Writing is in a transaction: `with ledger.writing(lease) as tx`, which is one
commit or nothing, and is refused where the lease was lost. Calls are synchronous and short.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, Protocol

from inregel.contract import Key, Provenance, Secret, State
from inregel.errors import InregelError
from inregel.frozen import frozen


class LedgerError(InregelError):
    """{reason}"""


class LedgerMissing(LedgerError):
    """There is no ledger at {place}, and an empty one would say that nothing was ever done.
    Bring it back: inregel ledger restore BACKUP. For a new project: inregel ledger init"""


class WrongLedger(LedgerError):
    """The ledger at {place} has the id {found}; inregel.yml asks for {wanted}.
    Restore the right one (inregel ledger restore BACKUP), or correct ledger_id in inregel.yml."""


class LeaseHeld(LedgerError):
    """{identity} is in use by {holder}, since {since}.
    Wait until that run ends, then give the same command again. A process that was killed frees it by itself."""

    exit_code = 4


class LeaseLost(LedgerError):
    """The lease on {identity} was lost to {holder}: this process was stopped or slept for too long.
    Nothing was written after that. Give the same command again."""

    exit_code = 5


class OrderClosed(LedgerError):
    """Work order {number} is {state}{instead}."""


class QuotaUsed(LedgerError):
    """The quota of {operation} for {office} on {day} is used up: {used} of {limit}."""


@frozen
class Holder:
    """Who holds a lease."""

    name: str
    """User, host and process, as people read it: `ria@pc12, process 4711`."""
    token: str
    """Names the process beyond its number: one per process start."""


@frozen
class Lease:
    """The right to act on one connection until `expires`. `fence` only ever grows per identity."""

    identity: str
    holder: Holder
    fence: int
    since: datetime
    expires: datetime


@frozen
class Stated:
    """What is attested about one resource: its state (None: absent), and per field how that is known.

    `fields[""]` is the provenance of the whole (and the only one of an absent resource).
    """

    state: State | None
    fields: Mapping[str, Provenance]


@frozen
class Known:
    """All that people stated about one office."""

    resources: Mapping[tuple[str, Key], Stated] = field(default_factory=dict)
    """By (module, key)."""
    listings: Mapping[tuple[str, str], Provenance] = field(default_factory=dict)
    """By (module, container): somebody listed all of it, so what is missing is absent."""


LineKind = Literal["do", "look", "look_then_do"]
LineOutcome = Literal["", "done", "already", "found", "cannot"]
OrderState = Literal["open", "done", "failed", "superseded", "withdrawn"]
OPEN: Final[tuple[OrderState, ...]] = ("open",)


@frozen
class OrderLine:
    """One line of a work order. `arguments` never hold a secret, only its name."""

    module: str
    key: Key
    kind: LineKind
    operation: str
    reaches: State | None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    outcome: LineOutcome = ""
    note: str = ""


@frozen
class NewOrder:
    """A work order to be opened. `identity` is stable per (office, order, change)."""

    office: str
    identity: str
    name: str
    """The text, `assu/wizard`."""
    role: str
    person: str
    title: str
    language: str
    text: str
    """Markdown, as the person is shown it; secrets stand there by name."""
    schema: Mapping[str, Any]
    """JSON Schema of the answers."""
    lines: tuple[OrderLine, ...]
    secrets: tuple[str, ...] = ()
    """Names that may be revealed for this order."""


@frozen
class Order:
    """A work order as it stands in the ledger."""

    number: str
    """`W7`."""
    order: NewOrder
    state: OrderState
    opened: datetime
    digest: str
    """SHA-256 of the text that was shown."""
    closed: datetime | None = None
    by: str = ""
    successor: str = ""
    """The number that superseded it."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """As given, secret ones left out."""


@frozen
class Pending:
    """An operation that was begun; `outcome` is "intended" until it is known."""

    id: str
    office: str
    identity: str
    name: str
    module: str
    key: Key
    reaches: State | None
    at: datetime
    outcome: Literal["intended", "performed", "failed", "unknown"]
    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""


CapturedState = Literal["unverified", "verified", "refused"]


@frozen
class Captured:
    """A version of a secret that was shown once, without its value."""

    name: str
    connection: str
    version: int
    """From 1, per name and connection."""
    at: datetime
    state: CapturedState = "unverified"
    """What a read of the resource that it belongs to told since: it is there, or it is not, and nobody uses it."""
    office: str = ""
    operation: str = ""
    """The id of the operation that was shown it; "" where a person copied it."""


@frozen
class Promised:
    """A secret that an operation was to be shown, and that is not stored."""

    name: str
    operation: Pending


@frozen
class Rollout:
    """A rollout of one play at one revision; the same command goes on with it."""

    id: str
    playbook: str
    play: str
    revision: str
    batches: tuple[tuple[str, ...], ...]
    state: Literal["running", "paused", "stopped", "done", "superseded"]
    started: datetime
    failed: Mapping[str, str] = field(default_factory=dict)
    """Office to reason."""
    begun: frozenset[str] = frozenset()
    """Offices that were started."""
    reason: str = ""


@frozen
class Event:
    """One entry of an office's history ("" is the project's own). `body` has personal values decrypted, or None."""

    office: str
    number: int
    at: datetime
    kind: str
    body: Mapping[str, Any]
    person: str | None
    mac: str


@frozen
class Violation:
    """A place where the history is not what was written."""

    office: str
    number: int
    reason: str


class Transaction(Protocol):
    """One commit. Each method that changes something for an office also appends its event."""

    def event(
        self,
        office: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        person: str = "",
        private: Mapping[str, Any] | None = None,
    ) -> None:
        """Appends to the office's history. `person` is encrypted with the key of that person, and so are the values
        of `private` (a reason, a note): when read they stand in the body, as None once the person was forgotten."""

    def attest(
        self, office: str, module: str, key: Key, values: State | None, by: Provenance, *, merge: bool = True
    ) -> None:
        """Records what was stated: field by field (`merge`), or instead of all that was known. None is absent.

        What is recorded last holds, whatever its date. A secret among the values raises `TypeError`. What the tool
        verified (`by.kind`) is an event of its own; it speaks of its fields, and not of the resource as a whole.
        """

    def list_all(self, office: str, module: str, container: str, by: Provenance, present: Collection[Key]) -> None:
        """Records that a listing is whole: what is not `present` is absent, whatever was stated before."""

    def open_order(self, order: NewOrder) -> Order:
        """Opens it, or returns the open one of the same identity."""

    def close_order(  # noqa: PLR0913  # what an order can end with, each by name
        self,
        number: str,
        state: OrderState,
        *,
        by: str = "",
        lines: Sequence[OrderLine] | None = None,
        answers: Mapping[str, Any] | None = None,
        successor: str = "",
        note: str = "",
    ) -> Order:
        """Ends an open order; raises `OrderClosed` (naming the successor) where it is not open.

        A failed one may still be withdrawn: that lifts the refusal.
        """

    def intend(self, *operations: Pending) -> None:
        """Before operations: they are about to be performed. Those of one office are one event.

        Raises `LedgerError` where the same id was begun before and its outcome is not known: settle it first.
        """

    def checkpoint(self, id: str, data: Mapping[str, Any]) -> None:
        """Adds what the other side shows once; the same names replace. Never a secret: that is `capture`."""

    def outcome(self, outcome: Literal["performed", "failed", "unknown"], *ids: str, detail: str = "") -> None:
        """After them: what became of them. Those of one office are one event."""

    def reserve(self, office: str, operation: str, day: date, amount: int, limit: int, ref: str) -> None:
        """Takes `amount` of a quota under `ref`; raises `QuotaUsed`. The same ref again changes nothing."""

    def settle_quota(self, ref: str, *, spent: bool) -> None:
        """The receipt spends it, a failure releases it."""

    def save_rollout(self, rollout: Rollout) -> None:
        """Writes or replaces it by id."""

    def record_sync(self, office: str, states: Mapping[tuple[str, Key], State | None]) -> None:
        """What was in sync at the end of an apply: one row per office. Unchanged content writes nothing."""

    def promise(self, operation: str, names: Collection[str]) -> None:
        """Before an operation that was intended: the names of the secrets that it will be shown."""

    def capture(self, name: str, connection: str, secret: Secret, *, office: str = "", operation: str = "") -> int:
        """Stores a secret that was shown once, unverified; returns its version at that connection, from 1.

        `operation` is the id of the one that was shown it. What was promised of that name and connection is kept.
        """

    def judge(self, operation: str, there: bool) -> None:
        """What a read tells of what an operation was shown: unverified ones are verified, or never used again.

        What is not there can be shown to nobody any more, so what the operation was promised is dropped.
        """


class Ledger(Protocol):
    """The record of a project."""

    @property
    def id(self) -> str: ...

    def generation(self) -> int:
        """Another number than before where another ledger object, of this process or another, wrote meanwhile."""
        ...

    def fingerprint_key(self) -> bytes:
        """The key under which secrets are compared; not in the database."""
        ...

    def writing(self, *leases: Lease, durable: bool = True) -> AbstractContextManager[Transaction]:
        """One commit; refused (`LeaseLost`) where one of `leases` is no longer the newest or has expired.

        `durable=False` where a power failure may take it back, with all that came after it, until the next durable
        commit or the end of the program: what can be found out again. A killed process takes nothing back.
        """
        ...

    def known(self, offices: Collection[str]) -> Mapping[str, Known]:
        """What people stated, for these offices, in one round. An office without any is left out."""
        ...

    def synced(self, offices: Collection[str]) -> Mapping[str, Mapping[tuple[str, Key], State | None]]:
        """What was last in sync."""
        ...

    def orders(self, offices: Collection[str] | None = None, states: Collection[OrderState] = OPEN) -> list[Order]:
        """Work orders by number."""
        ...

    def order(self, number: str) -> Order:
        """One work order; raises `LedgerError` that names the nearest where there is none."""
        ...

    def next_number(self) -> int:
        """The number that the next opened order will have."""
        ...

    def pending(self, offices: Collection[str] | None = None) -> list[Pending]:
        """Operations that are intended or unknown."""
        ...

    def quota_used(self, offices: Collection[str], day: date) -> Mapping[tuple[str, str], int]:
        """Reserved and spent, by (office, operation)."""
        ...

    def rollout(self, playbook: str, play: str) -> Rollout | None:
        """The newest rollout of a play."""
        ...

    def rollouts(self) -> list[Rollout]:
        """The newest rollout of every play, in the order in which they began."""
        ...

    def captured(self, name: str, connections: Collection[str]) -> Mapping[str, Secret]:
        """The newest version at each of these connections that no read refused; what was captured last at the end."""
        ...

    def captures(self) -> list[Captured]:
        """All versions of all captured secrets, in the order in which they were stored."""
        ...

    def unproven(self, offices: Collection[str]) -> list[Pending]:
        """Performed operations that were shown a secret which is still unverified."""
        ...

    def promised(self, offices: Collection[str]) -> list[Promised]:
        """What operations were to be shown and is not stored; those that failed are left out."""
        ...

    def acquire(self, identity: str, holder: Holder, ttl: timedelta) -> Lease:
        """Takes the lease, or raises `LeaseHeld`. One whose holder has died or whose time is over is taken over.

        The same holder (by token) that still has it gets the same lease, prolonged. `token`: letters, digits, - and _.
        """
        ...

    def acquire_all(self, identities: Sequence[str], holder: Holder, ttl: timedelta) -> tuple[Lease, ...]:
        """Takes all of them or none, in one commit."""
        ...

    def renew(self, lease: Lease, ttl: timedelta) -> Lease:
        """Prolongs it, also when its time is over but nobody took it; raises `LeaseLost` where another did."""
        ...

    def release(self, *leases: Lease) -> None:
        """Gives them back in one commit; a lost one is nothing."""
        ...

    def fences(self, identities: Collection[str], *, free: bool = False) -> Mapping[str, int]:
        """The newest fence of each lease that was ever held; others are left out. `free`: only of those given back."""
        ...

    def take_slot(self, identity: str, limit: int, holder: Holder, ttl: timedelta) -> int | None:
        """One of `limit` places at a time across all processes, or None when all are taken."""
        ...

    def free_slot(self, identity: str, slot: int, holder: Holder) -> None:
        """Gives a place back."""
        ...

    def events(self, office: str | None = None, *, after: int = 0) -> Iterator[Event]:
        """History in order; None is every office."""
        ...

    def heads(self) -> Mapping[str, tuple[int, str]]:
        """Per office the number and MAC of its last event: keep it elsewhere, such as in git."""
        ...

    def verify(self, heads: Mapping[str, tuple[int, str]] | None = None) -> list[Violation]:
        """What was changed, dropped, swapped or re-hashed; truncation where `heads` were kept."""
        ...

    def forget(self, person: str) -> int:
        """Destroys the keys of a person's records; returns how many. The chain still verifies.

        `person` is a name, an address, or `Name <address>`. Open work orders of that person are withdrawn.
        """
        ...

    def backup(self, target: str) -> None:
        """A whole copy in the new file `target`, while others go on. The key is not in it."""
        ...

    def close(self) -> None: ...


def newest(attestations: Iterable[Provenance]) -> Provenance | None:
    """The one said last."""
    return max((a for a in attestations if a.at is not None), key=lambda a: a.at or datetime.min, default=None)

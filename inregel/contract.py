"""What a module and a driver are: the words that they share with the engine, and nothing that acts.

A module is a file of pure functions (`Module`); a driver reaches one system (`Driver`). Everything here is a value
or a protocol. What does not belong here: comparing (`inregel.plan`), reading and performing (`inregel.engine`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final, Literal, Protocol, TypeAlias, runtime_checkable

from inregel.errors import InregelError
from inregel.frozen import frozen

# --- values ---------------------------------------------------------------------------------------------------------


class Unknown(Enum):
    """The one value `UNKNOWN`: nobody has read it and nobody has said so. It is not a difference and not absence."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


class Secret:
    """A value that is printed as its name. Only `reveal()` gives the value; compare by keyed fingerprint."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str | bytes) -> None:
        self.name = name
        self._value = value.encode() if isinstance(value, str) else value

    def reveal(self) -> str:
        """The secret as text (UTF-8). Call it where the value is used, and keep the result nowhere."""
        return self._value.decode()

    def reveal_bytes(self) -> bytes:
        """The secret as bytes."""
        return self._value

    def fingerprint(self, key: bytes) -> str:
        """32 hex digits that tell under `key` whether two secrets are equal, and nothing else."""
        return hmac.new(key, self._value, hashlib.sha256).hexdigest()[:32]

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash((Secret, self.name))

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError(f"{self!r} is not to be pickled")


@frozen
class AtLeast:
    """The rule "at least this much": a whole number, for dates a time span counted from today, or a version.

    It is recorded as the rule, so that the passing of time is drift and not a changed plan. A version is the numbers
    of a text such as `1.2628.3.16`, and is compared number by number.
    """

    bound: int | timedelta | tuple[int, ...]

    def holds(self, value: Value, today: date) -> bool:
        """Whether `value` (int, date when the bound is a time span, text when it is a version) satisfies the rule."""
        if isinstance(self.bound, timedelta):
            return isinstance(value, date) and value >= today + self.bound
        if isinstance(self.bound, tuple):
            parts = value.split(".") if isinstance(value, str) else []
            return all(part.isascii() and part.isdecimal() for part in parts) and tuple(map(int, parts)) >= self.bound
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.bound

    def __str__(self) -> str:
        if isinstance(self.bound, timedelta):
            return f"at least {self.bound.days} days"
        return f"at least {'.'.join(map(str, self.bound)) if isinstance(self.bound, tuple) else self.bound}"


Value: TypeAlias = "str | int | bool | date | frozenset[str] | Secret | AtLeast | Unknown"
State: TypeAlias = Mapping[str, Value]
"""Flat; a field that is not set is left out. Where a whole state may be absent it is `State | None`."""
Key: TypeAlias = "str | tuple[str, str]"
"""A resource's name within its module and office, or (container, name)."""
Resources: TypeAlias = "dict[Key, State | None]"
"""What is declared: the state to reach, or None for "shall not be there"."""
Args: TypeAlias = Mapping[str, Any]
"""A task's arguments after templates and schema; secrets are `Secret`."""
View: TypeAlias = Mapping[str, Any]
"""What one read of a connection gave, or what a person answered: the driver's and the order's own shape.

A driver may say under `blocked`, by module, why a part could not be read that somebody can mend: `{module: Blocked}`.
"""
Answers: TypeAlias = Mapping[str, Any]


def key_text(key: Key) -> str:
    """The key as people write it: `name`, or `container/name`."""
    return key if isinstance(key, str) else f"{key[0]}/{key[1]}"


# --- what a module is handed ----------------------------------------------------------------------------------------


@frozen
class Connection:
    """How one system of an office is reached. Its identity is what a lease, a limit and a read belong to."""

    system: str
    name: str
    """`afas`, or `afas.test` where an office has several of one system."""
    identity: str
    """System and the settings that its schema marks `x-identity`, such as `assu:rds-1/Van Dalen`."""
    settings: Mapping[str, Any]
    limit: int = 0
    """Calls at a time, shared by all processes of a ledger (schema: `x-limit`); 0 is no limit."""


@frozen
class Office:
    """One office as a module sees it."""

    id: str
    name: str
    groups: tuple[str, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    connections: Mapping[str, Connection] = field(default_factory=dict)
    """By name. Of several of one system, the one that a task is at stands under the system's own name as well."""


@frozen
class File:
    """A declared file, decrypted where it is an Ansible Vault file."""

    path: str
    data: bytes
    digest: str
    """SHA-256 of `data`, 64 hex digits."""
    sealed: bool = False
    """It stands encrypted in the project: whoever needs the file itself has to have it decrypted."""


class Inputs(Protocol):
    """What a module may ask for. Everything asked for is recorded: it is what a plan rests on."""

    @property
    def now(self) -> datetime:
        """The time of this run, aware, in the office's time zone."""
        ...

    @property
    def today(self) -> date:
        """The day of `now`."""
        ...

    def file(self, path: str) -> File:
        """A file of the project (relative to its root). Raises `Fault` where it cannot be read."""
        ...

    def secret(self, ref: Secret | str) -> Secret:
        """A secret by name, or the one that a template already gave. Raises `Fault` where there is none."""
        ...

    def of(self, ref: str) -> Mapping[Key, State | None]:
        """The declared resources of this office that `ref` names: `assu.certificate`, or `afas.user:54321.x`.

        Asking *is* the dependency: the asker comes after them, and is blocked where one of them is.
        """
        ...

    def known(self, module: str, key: Key) -> State | Unknown | None:
        """What people last stated of a resource of this office, before anything is read; UNKNOWN where nobody did."""
        ...

    def once(self, key: object, compute: Callable[[], Any]) -> Any:
        """`compute()` at most once for an equal `key` in a run (opening a certificate is slow)."""
        ...


# --- provenance and differences -------------------------------------------------------------------------------------

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


# --- what closes a difference ---------------------------------------------------------------------------------------


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


@runtime_checkable
class Module(Protocol):
    """One kind of setting, in `modules/<system>/<name>.py`. Plain functions of a file satisfy it; no I/O, no clock.

    Optional beside these three, found by name:
    `check(step, answers) -> list[Finding]`        what a person's answer contradicts
    `trial(step, answers) -> Mapping[str, Any]`    with which settings the connection is read before they count
    `shows(step, secret) -> Secret`                 a secret in the form that the step asks a person to type it
    `claims(key, state) -> Iterable[str]`           names that only one office may hold
    `takes(key, state) -> Iterable[str]`            what of its connection only one resource can take
    `declare(resources) -> Args`                    import: `desired(declare(x)) == x`
    `lint(args, view) -> list[Finding]`             allowed, but unwise
    `summary(changes) -> list[Table]`               fix lists, per office
    `containers(args) -> Iterable[str]`             what an `exact` task owns, where it declares no key
    `proves(key, said, args, inputs) -> Proof | None`  what a declared file shows of what people stated
    `proved(step) -> Proof | None`                  the same of a step that a person has done, from its arguments
    `public(state, inputs) -> State`                what of a proof can be told without a secret
    """

    @staticmethod
    def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
        """What shall be there. Raises `Fault` where a file or secret of this office is wrong."""
        ...

    @staticmethod
    def actual(view: View) -> Seen:
        """This module's part of what a driver read or a person answered. A part that was not asked is not complete."""
        ...

    @staticmethod
    def steps(change: Change, inputs: Inputs) -> Sequence[Step | Wait] | Blocked:
        """The whole way from before to after, in order; only the first may be begun."""
        ...


# --- drivers --------------------------------------------------------------------------------------------------------

Scope: TypeAlias = Mapping[str, "frozenset[Key] | None"]
"""Per module the keys to read, or None for all of them."""


@frozen
class Operation:
    """A step that a driver is asked to perform. `id` is the same when it is settled after a crash."""

    id: str
    name: str
    module: str
    key: Key
    arguments: Mapping[str, Any]
    reaches: State | None
    captures: tuple[str, ...] = ()
    """Of the step; when it is settled, those that were not stored yet."""


@frozen
class Receipt:
    """What became of an operation. `failed` means that it is certain that nothing changed."""

    outcome: Literal["performed", "failed", "unknown"]
    detail: str = ""
    captured: Mapping[str, Secret] = field(default_factory=dict)
    """Secrets that the other side shows once, by name; stored before anything else happens."""


Checkpoint: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Saves durably what the other side shows once, such as a command id, before the driver goes on."""


class Driver(Protocol):
    """One connection of one system. Foreign exceptions end here: it raises `InregelError` only."""

    @property
    def operations(self) -> frozenset[str]:
        """What it can perform now, with the credentials that it was given."""
        ...

    async def read(self, scope: Scope) -> View:
        """Everything that the modules of its system need, in one round."""
        ...

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Does it. Where the outcome is not certain the receipt says `unknown`; it never tries again by itself."""
        ...

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """After a crash: what became of it. `unknown` where only a read can tell."""
        ...


@frozen
class World:
    """What a driver may use of the world outside: the time and waiting. Tests pass their own."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    root: str
    """The project's folder; relative paths in a connection start here."""


class System(Protocol):
    """A driver file, `drivers/<system>.py`: opens what the connections of a system share, such as one HTTP session."""

    @staticmethod
    def open(world: World) -> AbstractAsyncContextManager[Callable[[Connection], Driver]]:
        """Gives a function from connection to driver; closes what it opened."""
        ...


def containers_of(resources: Iterable[Key]) -> frozenset[str]:
    """The containers of some keys; plain keys stand in the container "" (the office itself)."""
    return frozenset(key[0] if isinstance(key, tuple) else "" for key in resources)

"""What the tables hold after the history was played again. A table that was changed by hand differs from it.

The chain proves the events; plans rest on tables beside it: what was stated, work orders, the journal, quotas,
rollouts, what was in sync, captured secrets. Each of their rows comes from events, and is compared with them here.
Leases and places are not proven: they say who acts now, and end by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from inregel.ledger.base import Violation
from inregel.ledger.records import spoken_of

Body = Mapping[str, Any]
Name = tuple[Any, ...]
"""What a row is about: the name of its table as people call it, then its key."""


class Row(NamedTuple):
    """A row as it should be, and the event that wrote it last."""

    content: Any
    office: str
    number: int


class Said(NamedTuple):
    """One event."""

    office: str
    number: int
    kind: str
    body: Body
    person: int | None


class Replay:
    """Plays events in the order of writing; `rows` is what the tables should hold."""

    def __init__(self) -> None:
        self.rows: dict[Name, Row] = {}
        self._stated: dict[Name, set[Name]] = defaultdict(set)
        """By listing, what was ever stated in it."""

    def add(self, event: Said) -> None:
        """The next event. One that does not say what it wrote, as of another version, proves no row."""
        play = _PLAYS.get(event.kind)
        if play is None:
            return
        try:
            written = list(play(self, event))
        except (LookupError, TypeError, ValueError, AttributeError):
            return
        for name, content in written:
            self.rows[name] = Row(content, event.office, event.number)

    def content(self, *name: Any) -> Any:
        """What a row should hold by now; None where it should not be there."""
        row = self.rows.get(name)
        return row.content if row else None

    def compare(self, found: Iterable[tuple[Name, Any]]) -> Iterator[Violation]:
        """What is in the tables, against what should be there."""
        seen = set()
        for name, content in found:
            row = self.rows.get(name)
            seen.add(name)
            if row is None:
                yield Violation("", 0, f"{called(name)} stands in its table, and no event says so")
            elif row.content != content:
                yield Violation(row.office, row.number, f"the table does not hold what it says of {called(name)}")
        for name, row in self.rows.items():
            if name not in seen:
                yield Violation(row.office, row.number, f"{called(name)} is gone from its table")

    # --- what each kind of event writes -----------------------------------------------------------------------------

    def attested(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """Field by field, or instead of all that was known; a listing makes what it leaves out absent."""
        body = event.body
        by = (event.kind, body["at"], event.person, body["until"], body["source"])
        for module, container, key, values, how in body["resources"]:
            if how == "listing":
                yield from self._listed(event.office, module, container, key, by)
                continue
            name = ("statement", event.office, module, container, key)
            self._stated[name[1:4]].add(name)
            known, fields = self.content(*name) or (None, {})
            if how == "merge" and values is not None:
                state = {**known, **values} if known is not None else values
                fields = fields if known is not None else {}
            else:
                state, fields = values, {}
            about = spoken_of(event.kind, values, state if fields else None)
            yield name, (state, {**fields, **dict.fromkeys(about, by)})

    def _listed(
        self, office: str, module: str, container: str, present: list[str], by: Name
    ) -> Iterator[tuple[Name, Any]]:
        yield ("listing", office, module, container), by
        for name in self._stated[office, module, container]:
            if name[4] not in present:
                yield name, (None, {"": by})

    def order(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """The digest of the row, and whose it is."""
        name = ("work order", event.body["number"])
        opened = event.kind == "order.opened"
        person = event.person if opened else (self.content(*name) or ("", None))[1]
        yield name, (event.body["row"], person, None if opened else event.person)

    def intended(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """The digest of what they are begun with."""
        for each in event.body["operations"]:
            begun = {"row": each["row"], "outcome": "intended", "detail": "", "checkpoint": _EMPTY}
            yield ("operation", each["id"]), begun

    def checkpoint(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """The digest of what it holds."""
        name = ("operation", event.body["id"])
        yield name, {**(self.content(*name) or {}), "checkpoint": event.body["digest"]}

    def outcome(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """What became of some."""
        became = {"outcome": event.kind.partition(".")[2], "detail": event.body["detail"]}
        for each in event.body["operations"]:
            name = ("operation", each["id"])
            yield name, {**(self.content(*name) or {}), **became}

    def quota(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """Reserved, spent or released."""
        body = event.body
        name = ("quota", event.office, body["operation"], body["ref"])
        yield name, (body["day"], body["amount"], event.kind.partition(".")[2])

    def rollout(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """The digest of the row."""
        yield ("rollout", event.body["id"]), event.body["row"]

    def in_sync(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """The digest of what is in sync."""
        yield ("record of what is in sync", event.office), event.body["digest"]

    def captured(self, event: Said) -> Iterator[tuple[Name, Any]]:
        """The state of one version. The value is sealed to its name, connection and version."""
        body, state = event.body, event.kind.partition(".")[2]
        name = ("captured secret", body["secret"], body["connection"], body["version"])
        yield name, (event.office, body.get("id", ""), "unverified" if state == "captured" else state)


_EMPTY: Final = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
"""SHA-256 of `{}`: nothing was shown yet."""
_PLAYS: Final[Mapping[str, Callable[[Replay, Said], Iterable[tuple[Name, Any]]]]] = {
    "attested": Replay.attested,
    "verified": Replay.attested,
    "operation.intended": Replay.intended,
    "operation.checkpoint": Replay.checkpoint,
    "in_sync": Replay.in_sync,
    **{f"order.{state}": Replay.order for state in ("opened", "done", "failed", "superseded", "withdrawn")},
    **{f"operation.{outcome}": Replay.outcome for outcome in ("performed", "failed", "unknown")},
    **{f"quota.{state}": Replay.quota for state in ("reserved", "spent", "released")},
    **{f"rollout.{state}": Replay.rollout for state in ("running", "paused", "stopped", "done", "superseded")},
    **{f"secret.{state}": Replay.captured for state in ("captured", "verified", "refused")},
}


def called(name: Name) -> str:
    """A row, for people: `operation op-1`, `statement utrecht assu.postbus I09`."""
    return " ".join(str(part) for part in name if part != "")

"""The history in the SQLite file: appending to a chain, reading it back, proving it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from inregel.ledger import chain
from inregel.ledger.base import Event, Violation
from inregel.ledger.crypto import Keyring
from inregel.ledger.people import People
from inregel.ledger.records import FORGOTTEN, Garbled, from_json, time_of, time_text, to_json
from inregel.ledger.store import Store

_CHUNK = 1000


class History:
    """The chains of one ledger."""

    def __init__(self, store: Store, keys: Keyring, ledger_id: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._keys = keys
        self._id = ledger_id
        self._now = now
        self.people = People(store, keys)
        self._ends: dict[str, tuple[int, bytes]] = {}
        self._seq: int | None = None

    def begin(self) -> None:
        """A transaction begins: where the chains end is asked again, since others may have gone on."""
        self._ends.clear()
        self._seq = None

    def _end(self, office: str) -> tuple[int, bytes, int]:
        """Where an office's chain ends, and the number of the newest event of all; asked once in a transaction."""
        end = self._ends.get(office)
        if end is None or self._seq is None:
            number, before, seq = self._store.row("last_event", {"office": office})
            return number or 0, before or chain.first(self._id, office), seq or 0
        return *end, self._seq

    def append(
        self,
        office: str,
        kind: str,
        body: Mapping[str, Any],
        person: str = "",
        private: Mapping[str, Any] | None = None,
    ) -> None:
        """Adds an event to an office's chain, inside a transaction. `person` and `private` are closed with the key
        of that person; their names stay in the body, as null."""
        end, before, seq = self._end(office)
        number = end + 1
        whose = self.people.record_of(person) if person else None
        sealed = None
        if whose or private:
            sealed = self.people.close(whose, {"person": person, "private": private or {}}, _bound(office, number))
        entry = chain.Entry(
            office=office,
            number=number,
            seq=seq + 1,
            at=time_text(self._now()),
            kind=kind,
            body=to_json({**body, **dict.fromkeys(private or ())}),
            person=whose.id if whose else None,
            sealed=sealed,
        )
        mac = chain.mac(self._keys.chain, before, entry.record())
        self._store.run("add_event", {**entry._asdict(), "mac": mac})
        self._ends[office], self._seq = (number, mac), seq + 1

    def read(self, office: str | None, after: int) -> Iterator[Event]:
        """Events in order, a thousand at a time."""
        name = "events" if office is None else "events_of_office"
        rows = self._store.each(name, {"office": office, "after": after})
        with self._store.errors():
            while chunk := list(islice(rows, _CHUNK)):
                yield from self._events(chunk)

    def _events(self, rows: Iterable[Any]) -> list[Event]:
        rows = list(rows)
        records = self.people.by_id({row[5] for row in rows if row[5] is not None})
        found = []
        for office, number, at, kind, body, whose, sealed, mac in rows:
            content = from_json(body)
            if not isinstance(content, dict):
                raise Garbled(what=f"event {number} of {office or 'the project'}")
            person = None if whose is None else FORGOTTEN
            closed = None if sealed is None else self.people.reveal(sealed, whose, records, _bound(office, number))
            if closed is not None:
                content.update(closed["private"])
                person = closed["person"] or None
            found.append(Event(office, number, time_of(at), kind, content, person, mac.hex()))
        return found

    def heads(self) -> dict[str, tuple[int, str]]:
        """Per office the number and MAC of its last event."""
        return {office: (number, mac.hex()) for office, number, mac in self._store.rows("heads")}

    def prove(self, heads: Mapping[str, tuple[int, str]] | None) -> list[Violation]:
        """What is not as it was written, the records of persons included."""
        rows = ((chain.Record(*row[:8]), row[8]) for row in self._store.each("raw_events"))
        found = chain.prove(self._keys.chain, self._id, rows, heads)
        return found or self._prove_people()

    def _prove_people(self) -> list[Violation]:
        # Asked only of a chain that holds: what it says about who was forgotten can then be believed.
        known = dict(self._store.rows("all_persons"))
        forgotten: set[int] = set()
        used: dict[int, tuple[str, int]] = {}
        for office, number, _, kind, body, whose, *_ in self._store.each("events", {"after": 0}):
            if kind == "forgotten" and office == "":
                forgotten.update(from_json(body)["records"])
            if whose is not None:
                used.setdefault(whose, (office, number))
        found = []
        for id_, (office, number) in used.items():
            wrapped = known.get(id_)
            if id_ not in forgotten and (wrapped is None or self.people.open(id_, wrapped) is None):
                found.append(Violation(office, number, "its person's key is gone, and no `forget` says so"))
        return found


def _bound(office: str, number: int) -> str:
    return f"event {number} {office}"

"""The chain of a history: what is authenticated, and the proof that it is what was written. Pure functions.

Each event's MAC is HMAC-SHA256 over the MAC before it and all of the event; the first one rests on the ledger's id
and the office. `seq` counts over all offices without a gap, so that an office's last events cannot be dropped unseen
while any office has a later one. Only the very end can be cut off unseen, except from those who kept the heads.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from inregel.ledger.base import Violation


class Entry(NamedTuple):
    """One event as it is written, before its MAC."""

    office: str
    number: int
    seq: int
    at: str
    kind: str
    body: str
    person: int | None
    sealed: bytes | None

    def record(self) -> Record:
        """The same as bytes."""
        office, number, seq, at, kind, body, person, sealed = self
        whose = None if person is None else b"%d" % person
        plain = (office.encode(), b"%d" % number, b"%d" % seq, at.encode(), kind.encode(), body.encode())
        return Record(*plain, whose, sealed)


class Record(NamedTuple):
    """One event as it is stored: columns as bytes, numbers in decimal digits, None where there is no value."""

    office: bytes
    number: bytes
    seq: bytes
    at: bytes
    kind: bytes
    body: bytes
    person: bytes | None
    sealed: bytes | None


def first(ledger_id: str, office: str) -> bytes:
    """What the first event of an office rests on."""
    return f"inregel {ledger_id} {office}".encode()


def mac(key: bytes, before: bytes, entry: Record) -> bytes:
    """32 bytes that only the holder of `key` can make. Lengths are part of it, so that no two records look alike."""
    parts = [b"-" if part is None else b"%d:%s" % (len(part), part) for part in entry]
    return hmac.digest(key, b"%d:%s" % (len(before), before) + b"".join(parts), "sha256")


class _Proof:
    """Walks one chain after the other and notes what is wrong."""

    def __init__(self, key: bytes, ledger_id: str, heads: Mapping[str, tuple[int, str]]) -> None:
        self.key, self.ledger_id, self.heads = key, ledger_id, heads
        self.found: list[Violation] = []
        self.office: str | None = None
        self.last, self.before = 0, b""
        self.missing = self.count = self.highest = 0
        self.ends: dict[str, int] = {}

    def add(self, entry: Record, stored: bytes) -> None:
        office, number = _text(entry.office), _number(entry.number)
        if office != self.office:
            self.office, self.last, self.before = office, 0, first(self.ledger_id, office)
        self.count += 1
        self.highest = max(self.highest, _number(entry.seq))
        expected = self.last + 1
        if number > expected:
            self.missing += number - expected
            gone = f"event {expected} is" if number == expected + 1 else f"events {expected} to {number - 1} are"
            self.note(number, f"{gone} missing before it")
        elif number < expected:
            self.note(number, "its number stands here twice")
        elif not hmac.compare_digest(mac(self.key, self.before, entry), stored):
            self.note(number, "it, or the link to the one before it, is not what was written")
        kept = self.heads.get(office)
        if kept and kept[0] == number and kept[1] != stored.hex():
            self.note(number, "it is not the event that was the head when the heads were kept")
        self.last, self.before = number, stored
        self.ends[office] = number

    def note(self, number: int, reason: str) -> None:
        self.found.append(Violation(self.office or "", number, reason))

    def end(self) -> list[Violation]:
        dropped = self.highest - self.count - self.missing
        if dropped:
            what = f"{dropped} events were dropped at the end of one or more offices"
            self.found.append(Violation("", 0, what if dropped > 0 else "the numbers over all offices do not add up"))
        for office, (number, _) in sorted(self.heads.items()):
            end = self.ends.get(office, 0)
            if end < number:
                self.found.append(
                    Violation(office, end, f"the history is cut off: it ends at {end}, the kept head is {number}")
                )
        return self.found


def prove(
    key: bytes,
    ledger_id: str,
    rows: Iterable[tuple[Record, bytes]],
    heads: Mapping[str, tuple[int, str]] | None = None,
) -> list[Violation]:
    """What is wrong with a history. `rows` are records and their MACs, by office and number; `heads` as kept before."""
    proof = _Proof(key, ledger_id, heads or {})
    for entry, stored in rows:
        proof.add(entry, stored)
    return proof.end()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _number(data: bytes) -> int:
    return int(data) if data.isdigit() else -1

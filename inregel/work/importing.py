"""Attesting many at once, out of a sheet: only what is new in it, and nothing that a person found out since.

What a file said last is in the history, so the same file again changes nothing, and a changed one only what changed in
it. A cell that contradicts what another source says, and that still counts, is kept back and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Final, Literal, NamedTuple

from inregel.config.model import Settings
from inregel.config.statements import Sheet, Statement
from inregel.contract import NOT_KNOWN, Key, Provenance, State, key_text
from inregel.crashpoints import edge
from inregel.ledger.base import Known, Ledger, newest
from inregel.plan.compare import is_stale
from inregel.work.answers import WorkError
from inregel.work.judge import until
from inregel.work.said_before import GONE, Before, SaidBefore, said_before

SPREAD: Final = 30
"""Days over which the statements of a sheet end, where their rule does not say it: else all would on one day."""
Verdict = Literal["same", "other", "silent"]


class Kept(NamedTuple):
    """What a sheet says and somebody else says otherwise: it is not recorded."""

    statement: Statement
    key: Key
    other: Provenance


@dataclass(slots=True)
class Import:
    """What an import records, and what it leaves."""

    new: list[tuple[Statement, Statement]] = field(default_factory=list)
    """(what of a row is new, all that it says of that module)."""
    unchanged: int = 0
    """How often a row says of a module what it said before, or what is known from elsewhere."""
    kept: list[Kept] = field(default_factory=list)


class Importer:
    """Compares a sheet with the ledger, and records what is new.

    `on` is the day on which the sheet was true, where somebody said it: it wins over older statements of others. Else
    it is true today, and others win. Raises `WorkError` for a day in the future.
    """

    def __init__(self, ledger: Ledger, settings: Settings, now: datetime, on: date | None = None) -> None:
        self._ledger, self._settings = ledger, settings
        self._now = now.astimezone(settings.time_zone)
        self._today = self._now.date()
        if on is not None and on > self._today:
            raise WorkError(reason=f"--date {on} is in the future; a sheet says what was, up to {self._today}.")
        self._on = on

    def compare(self, sheet: Sheet) -> Import:
        """What of the sheet is new. Writes nothing."""
        before = said_before(self._ledger.events(), sheet.prefix, self._settings.time_zone)
        known = self._ledger.known([row.id for row in sheet.rows])
        result = Import()
        for statement in (each for row in sheet.rows for each in row.statements):
            fresh = self._fresh(statement, before.get((statement.office, statement.module), SaidBefore()))
            if fresh is None:
                result.unchanged += 1
                continue
            others = list(self._others(fresh, known.get(statement.office, Known()), sheet.prefix))
            kept = [Kept(fresh, key, source) for key, source, verdict in others if verdict == "other"]
            if kept:
                result.kept += kept
            elif others and all(verdict == "same" for _, _, verdict in others):
                result.unchanged += 1
            else:
                result.new.append((fresh, statement))
        return result

    def record(self, sheet: Sheet, found: Import, by: str) -> None:
        """Attests what is new, in one commit: all or nothing."""
        if not found.new:
            return
        at = self._now
        if self._on is not None and self._on != self._today:
            at = datetime.combine(self._on, time(12), self._now.tzinfo)
        with edge("work.import"), self._ledger.writing() as tx:
            for part, row in found.new:
                said = Provenance("attested", at, by, source=sheet.source(part.row))
                for key, state in part.resources.items():
                    tx.attest(part.office, part.module, key, state, replace(said, until=self.ends(row, key)))
                if part.whole:
                    ends = self.ends(row, None)
                    tx.list_all(part.office, part.module, "", replace(said, until=ends), list(part.resources))

    def ends(self, row: Statement, key: Key | None) -> date:
        """Until when counts what a row says of a resource; None: that there are no others."""
        state = None if key is None else row.resources.get(key)
        day = self._on or self._today
        return until(self._settings.attestations, row.module, state, day, row.office, SPREAD)

    def _fresh(self, row: Statement, before: SaidBefore) -> Statement | None:
        """What this file did not say before; None where it said all of it."""
        if row.whole:
            last = before.listing
            return None if last and self._said(last, frozenset(map(key_text, row.resources))) else row
        fresh: dict[Key, State | None] = {}
        for key, state in row.resources.items():
            known = before.resources.get(key_text(key), {})
            wanted: Mapping[str, Any] = GONE if state is None else state
            new = {name: value for name, value in wanted.items() if not self._said(known.get(name), value)}
            if new:
                fresh[key] = None if state is None else new
        return replace(row, resources=fresh) if fresh else None

    def _said(self, last: Before | None, value: Any) -> bool:
        """Whether a cell says what it said before; for a later day that was given it is said anew."""
        return last is not None and bool(last.value == value) and (self._on is None or last.day >= self._on)

    def _others(self, fresh: Statement, known: Known, prefix: str) -> Iterator[tuple[Key, Provenance, Verdict]]:
        """What other sources say of the same, as long as it counts."""
        listing = known.listings.get((fresh.module, ""))
        keys: set[Key] = set(fresh.resources)
        if fresh.whole:
            keys |= {key for module, key in known.resources if module == fresh.module}
            if listing is None or not self._counts(listing, prefix):
                yield "", NOT_KNOWN, "silent"
        for key in sorted(keys, key=key_text):
            wanted, said = fresh.resources.get(key), known.resources.get((fresh.module, key))
            source, state = listing or NOT_KNOWN, None
            if said is not None:
                names = [name for name in wanted or () if name in said.fields] or [""]
                source, state = newest(said.fields[name] for name in names) or said.fields[""], said.state
            yield key, source, _verdict(state, wanted) if self._counts(source, prefix) else "silent"

    def _counts(self, other: Provenance, prefix: str) -> bool:
        """Whether a statement holds against the sheet."""
        if other.kind == "unknown" or other.source.startswith(prefix) or is_stale(other, self._today):
            return False
        day = other.at.astimezone(self._settings.time_zone).date() if other.at else date.min
        return self._on is None or day >= self._on


def _verdict(said: State | None, wanted: State | None) -> Verdict:
    if said is None or wanted is None:
        return "same" if said is wanted else "other"
    if any(name in said and said[name] != value for name, value in wanted.items()):
        return "other"
    return "same" if said.keys() >= wanted.keys() else "silent"

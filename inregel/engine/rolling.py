"""The rollout of one play as the ledger keeps it: begun, held, stopped, and gone on with by the same command."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from inregel import rollout
from inregel.crashpoints import edge
from inregel.engine.run import Run
from inregel.ledger.base import Rollout
from inregel.plan.model import Status


class Rolling:
    """One play's rollout in this run. A play of one batch without a stop rule needs no record."""

    def __init__(self, run: Run, index: int, record: Rollout | None) -> None:
        self._run, self._play = run, run.plays[index]
        self._record = record
        offices = run.selected[index]
        self.batches = record.batches if record else rollout.batches(offices, self._play.serial)
        self.barred = barred(record)

    @classmethod
    def resume(cls, run: Run, index: int, revision: str) -> Rolling:
        """The rollout that is under way at this revision, else a new one. Another revision supersedes the old."""
        play = run.plays[index]
        batches = rollout.batches(run.selected[index], play.serial)
        if len(batches) < 2 and play.max_fail_percentage is None:
            return cls(run, index, None)
        known = newest(run, index)
        if known is not None and known.revision == revision and known.batches == batches:
            return cls(run, index, known)
        if known is not None and known.state == "paused":
            return cls(run, index, known)
        name = _name(run, index)
        record = Rollout(secrets.token_hex(4), run.playbook.path, name, revision, batches, "running", run.options.now())
        with edge("rollout.begin"), run.ledger.writing() as tx:
            if known is not None and known.state in ("running", "stopped"):
                tx.save_rollout(replace(known, state="superseded"))
            tx.save_rollout(record)
        return cls(run, index, record)

    def may_start(self, batch: Sequence[str], failed: int) -> bool:
        """Whether another office of the batch may be started where so many have failed in it so far."""
        return rollout.may_start(len(batch), failed, self._play.max_fail_percentage)

    def begin(self, office: str) -> None:
        """Notes that an office is started. It is written when the batch closes: starting twice does no harm."""
        if self._record is not None:
            self._record = replace(self._record, begun=self._record.begun | {office})

    def close(self, batch: Sequence[str], results: Mapping[str, Any]) -> rollout.Verdict:
        """What may happen after a batch; a stop is written down."""
        standings: dict[str, rollout.Standing] = {}
        reasons: dict[str, str] = {}
        for office, result in results.items():
            # An office that could not be worked on has not failed: it holds the next batch until it can be.
            standings[office] = rollout.standing(_entries(result)) if result.error is None else "open"
            if has_failed(result):
                standings[office] = "failed"
            if standings[office] == "failed":
                reasons[office] = _reason(result)
        verdict = rollout.verdict(batch, standings, self._play.max_fail_percentage, self._play.proceed)
        if self._record is not None:
            kept = {office: why for office, why in self._record.failed.items() if office not in results}
            record = replace(self._record, failed={**kept, **reasons})
            if verdict.action == "stop":
                record = replace(record, state="stopped", reason=verdict.reason)
            self._save(record)
        return verdict

    def finish(self, waits: bool) -> None:
        """All batches were begun: the rollout is done, unless something of one is still open."""
        if self._record is not None and not waits and self._record.state == "running":
            self._save(replace(self._record, state="done"))

    def _save(self, record: Rollout) -> None:
        known = self._run.ledger.rollout(record.playbook, record.play)
        if known != record:
            with edge("rollout.save"), self._run.ledger.writing() as tx:
                tx.save_rollout(record)
        self._record = record


def _name(run: Run, index: int) -> str:
    """A play under which its rollout is kept; one of a part of the offices is another."""
    play = run.plays[index]
    return f"{play.name} ({run.options.limit})" if run.options.limit else play.name


def newest(run: Run, index: int) -> Rollout | None:
    """The newest rollout of a play, whatever its revision."""
    return run.ledger.rollout(run.playbook.path, _name(run, index))


def barred(record: Rollout | None) -> str:
    """Why nothing of a rollout is begun, and how to go on; "" where it may be."""
    if record is None or record.state not in ("paused", "stopped"):
        return ""
    return f"{record.state}: {record.reason}. Go on: inregel rollout resume {record.id} --reason TEXT"


def _entries(result: Any) -> list[Any]:
    return [entry for part in result.parts for entry in part.entries]


def has_failed(result: Any) -> bool:
    """Failed: an operation failed, a person refused, or what was to be reached is not there."""
    return any(entry.status is Status.FAILED for entry in _entries(result))


def _reason(result: Any) -> str:
    failed = [entry for entry in _entries(result) if entry.status is Status.FAILED]
    return f"{failed[0].module}: {failed[0].blocked.reason}" if failed and failed[0].blocked else "failed"

"""Rollout: which offices belong to which batch, and whether the next may begin. Pure functions, nothing else.

`serial` is Ansible's: counts, percentages of the play, or a list of both whose last item repeats. `max_fail_percentage`
must be exceeded, per batch. Without it a batch that failed wholly stops the rollout, as in Ansible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from inregel.frozen import frozen
from inregel.plan.model import Entry, Status
from inregel.speech import phrase, said

Standing = Literal["in_sync", "failed", "blocked", "handed_out", "open"]
"""Where an office stands in a play. `open`: something is still to be done by a machine, or was not begun."""


@frozen
class Verdict:
    """What may happen after a batch."""

    action: Literal["go", "hold", "stop"]
    reason: str = ""


def batches(offices: Sequence[str], serial: Sequence[int | str]) -> tuple[tuple[str, ...], ...]:
    """Cuts `offices` into batches; no `serial` is one batch. A percentage is of all offices, at least one."""
    if not offices:
        return ()
    sizes = [_size(item, len(offices)) for item in serial] or [len(offices)]
    result: list[tuple[str, ...]] = []
    start = 0
    while start < len(offices):
        size = sizes[min(len(result), len(sizes) - 1)]
        result.append(tuple(offices[start : start + size]))
        start += size
    return tuple(result)


def _size(item: int | str, total: int) -> int:
    """How many offices one item of `serial` stands for; 0 is all, as in Ansible."""
    if isinstance(item, str) and item.endswith("%"):
        return max(1, int(float(item[:-1]) / 100 * total))
    return int(item) or total


def may_start(size: int, failed: int, max_fail_percentage: float | None) -> bool:
    """Whether another office of a batch of `size` may be started when `failed` of it have failed already.

    The one stop rule: more failures only raise the share, so what is exceeded now stays exceeded.
    """
    if failed == 0:
        return True
    if max_fail_percentage is None:
        return failed < size
    return failed * 100 <= max_fail_percentage * size


def bound(sizes: Sequence[int], fails: Sequence[Iterable[bool]], limit: float | None, forks: int) -> int:
    """The most offices that may be started when office j of batch i fails as `fails[i][j]` says, `forks` at a time."""
    started = 0
    for size, outcomes in zip(sizes, fails, strict=True):
        failed = 0
        for begun, outcome in enumerate(outcomes):
            if not may_start(size, failed, limit):
                return started + min(size, begun + forks - 1)
            failed += outcome
        started += size
        if not may_start(size, failed, limit):
            return started
    return started


def standing(entries: Iterable[Entry]) -> Standing:
    """Where an office stands, from its resources in a play.

    Blocked holds nothing: an office with a wrong password must not keep the others waiting.
    """
    worst: Standing = "in_sync"
    for entry in entries:
        now = _standing(entry)
        if _RANK[now] > _RANK[worst]:
            worst = now
    return worst


_RANK: Mapping[Standing, int] = {"in_sync": 0, "blocked": 1, "handed_out": 2, "open": 3, "failed": 4}


def _standing(entry: Entry) -> Standing:
    if entry.status is Status.IN_SYNC:
        return "in_sync"
    if entry.status is Status.FAILED:
        return "failed"
    if entry.status is Status.BLOCKED:
        return "blocked"
    if entry.status in (Status.WAITING, Status.QUEUED) or entry.actor == "person":
        return "handed_out"
    return "open"


def verdict(
    batch: Sequence[str],
    standings: Mapping[str, Standing],
    max_fail_percentage: float | None,
    proceed: Literal["in_sync", "handed_out"] = "in_sync",
) -> Verdict:
    """Whether the batch after this one may begin. An office without a standing was not begun."""
    failed = [office for office in batch if standings.get(office) == "failed"]
    if not may_start(len(batch), len(failed), max_fail_percentage):
        if max_fail_percentage is None:
            why = phrase("{failed} of {all} offices failed (all of them): {names}")
        else:
            why = phrase("{failed} of {all} offices failed (more than {limit:g} %): {names}")
        limit = max_fail_percentage
        text = said(why, failed=len(failed), all=len(batch), limit=limit, names=_some(failed))
        return Verdict("stop", text)
    passing = {"in_sync", "failed", "blocked"} | ({"handed_out"} if proceed == "handed_out" else set())
    open_ones = [office for office in batch if standings.get(office, "open") not in passing]
    if open_ones:
        text = said(
            "{open} of {all} offices are not done: {names}",
            open=len(open_ones),
            all=len(batch),
            names=_some(open_ones),
        )
        return Verdict("hold", text)
    return Verdict("go")


def _some(offices: Sequence[str]) -> str:
    more = f" and {len(offices) - 5} more" if len(offices) > 5 else ""
    return ", ".join(offices[:5]) + more

"""Secrets that the other side shows once: promised before, stored at once, judged by what is read, missed where lost.

What is stored is unverified and used all the same; a read of the resource that it belongs to verifies or refuses it.
What was made and never stored is a line of the plan until it is gone or a new one was stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from inregel.contract import Finding, Key, Secret
from inregel.crashpoints import edge
from inregel.engine.leases import Leases
from inregel.engine.run import OfficeRun, Run
from inregel.ledger.base import Pending, Promised, Transaction
from inregel.names import connection_of, plain
from inregel.plan.compare import Found, find, read_back
from inregel.plan.facts import Ref
from inregel.plan.lost import told
from inregel.speech import said

Find = Callable[[str, Key], Found]


def keep(tx: Transaction, operation: str, identity: str, captured: Mapping[str, Secret]) -> None:
    """Stores what an operation was shown, under the connection that showed it."""
    for name, secret in captured.items():
        tx.capture(name, identity, secret, operation=operation)


def note_lost(tx: Transaction, office: str, operation: str, names: Collection[str]) -> None:
    """Writes into the history that secrets were made and not stored."""
    if names:
        tx.event(office, "secret.lost", {"id": operation, "secrets": sorted(names)})


def settle(tx: Transaction, item: Pending, outcome: str, there: bool | None, missing: Collection[str]) -> None:
    """After an interruption: what failed was shown nothing that counts, else what was read says so."""
    verdict = False if outcome == "failed" else there
    if verdict is not None:
        tx.judge(item.id, verdict)
    if verdict is not False:
        note_lost(tx, item.office, item.id, missing)


def verdicts(
    run: Run, office: OfficeRun, unproven: Iterable[Pending], lost: Iterable[Promised], find: Find
) -> dict[str, bool]:
    """By operation, what a later read tells of what it was shown: it is there, or it is gone.

    Another value tells neither: it may have been changed since by somebody else.
    """
    today, key = run.shared.now.date(), run.secret_key
    open_ = {item.id for item in unproven}
    result = {}
    for item in (*unproven, *(each.operation for each in lost)):
        if not _is_here(office, item):
            continue
        found = find(item.module, item.key)
        there = read_back(found, item.reaches, today, key)
        gone = there is False and found.state is None
        if gone or (there and item.id in open_):
            result[item.id] = not gone
    return result


def judge(run: Run, leases: Leases, verdicts: Mapping[str, bool]) -> None:
    """Writes down what a read told of what operations of earlier runs were shown."""
    with edge("apply.judge"), run.ledger.writing(*leases.held) as tx:
        for operation, there in verdicts.items():
            tx.judge(operation, there)


def at_home(run: Run, lost: Iterable[Promised]) -> list[Promised]:
    """The same, with times as the project writes them."""
    zone = run.shared.now.tzinfo
    return [replace(each, operation=replace(each.operation, at=each.operation.at.astimezone(zone))) for each in lost]


def lost_here(office: OfficeRun, lost: Iterable[Promised]) -> dict[Ref, list[Promised]]:
    """What was lost of each resource, at the connection that the office has now."""
    result: dict[Ref, list[Promised]] = {}
    for each in lost:
        if _is_here(office, each.operation):
            result.setdefault((each.operation.module, each.operation.key), []).append(each)
    return result


async def lost_elsewhere(run: Run, office: OfficeRun, lost: Sequence[Promised]) -> list[tuple[str, Finding]]:
    """What was lost of what this plan does not plan: by module, unless a read shows that it is gone."""
    planned = {(item.module, item.key) for item in office.declared if item.planned}
    apart = [each for each in lost if (each.operation.module, each.operation.key) not in planned]
    away = [each for each in lost if each not in apart and not _is_here(office, each.operation)]
    here = [each for each in apart if _is_here(office, each.operation)]
    reading = await run.read_undeclared(office, {(each.operation.module, each.operation.key) for each in here})
    result = []
    for each in (*apart, *away):
        module, key = each.operation.module, each.operation.key
        if each in here and find(reading.seen.get(module), None, module, key).state is None:
            continue
        why = told([each])
        result.append((plain(module), Finding(said("{reason}. {remedy}", reason=why.reason, remedy=why.remedy))))
    return result


def _is_here(office: OfficeRun, item: Pending) -> bool:
    """Whether the office is still connected to where it was done."""
    connection = office.office.connections.get(connection_of(item.module))
    return connection is not None and connection.identity == item.identity

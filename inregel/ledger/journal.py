"""The journal of operations: what is written of each, in the tables and in the history, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from inregel.ledger.base import LedgerError, Pending
from inregel.ledger.crypto import digest
from inregel.ledger.records import from_json, key_columns, key_of, state_json, state_of, time_of, time_text, to_json

UNSETTLED: Final = ("intended", "unknown")
"""Outcomes of an operation that is not to be begun again before it is known what became of it."""
_BEGUN: Final = ("id", "office", "identity", "name", "module", "container", "key_name", "reaches", "at")
T = TypeVar("T")


def columns(operation: Pending) -> dict[str, Any]:
    """It as a row."""
    container, name = key_columns(operation.key)
    return {
        "id": operation.id,
        "office": operation.office,
        "identity": operation.identity,
        "name": operation.name,
        "module": operation.module,
        "container": container,
        "key_name": name,
        "reaches": state_json(operation.reaches),
        "at": time_text(operation.at),
        "checkpoint": to_json(operation.checkpoint),
        "detail": operation.detail,
    }


def pending(row: Mapping[str, Any]) -> Pending:
    """The inverse of `columns`, with its outcome."""
    return Pending(
        id=row["id"],
        office=row["office"],
        identity=row["identity"],
        name=row["name"],
        module=row["module"],
        key=key_of(row["container"], row["key_name"]),
        reaches=state_of(row["reaches"]),
        at=time_of(row["at"]),
        outcome=row["outcome"],
        checkpoint=from_json(row["checkpoint"]),
        detail=row["detail"],
    )


def by_office(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """What belongs to each office, in the order in which it came."""
    found: dict[str, list[T]] = {}
    for office, each in pairs:
        found.setdefault(office, []).append(each)
    return found


def about(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the history says of an operation that is about to be performed. Its values may be personal, and the history
    forgets nothing, so of these it has the digest: that is enough to prove the row by."""
    names = {"id": row["id"], "operation": row["name"], "module": row["module"]}
    return {**names, "container": row["container"], "name": row["key_name"], "row": mark(row)}


def mark(row: Mapping[str, Any]) -> str:
    """The digest of what an operation is begun with. 64 hex digits."""
    return digest("\0".join(str(row[name]) for name in _BEGUN))


def never_begun(id: str) -> LedgerError:
    """What to say of the outcome of an operation that nobody began."""
    return LedgerError(reason=f"The operation {id} was never begun.")


def begun_already(operation: Pending, outcome: str) -> LedgerError:
    """What to say where an operation would be begun twice."""
    return LedgerError(
        reason=f"{operation.name} ({operation.id}) of {operation.office} was begun before and is {outcome}: "
        "it is settled or read back first, never repeated blindly."
    )

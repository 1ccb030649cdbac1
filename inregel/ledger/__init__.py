"""The append-only record of a project: runs, events, attestations, work orders, leases, captured secrets.

What does not belong here: deciding anything. The ledger stores, refuses what breaks its own rules (a lost lease, a
closed order, a quota that is used up) and proves that its history is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from inregel.ledger.base import Ledger, LedgerError


class NoSuchKind(LedgerError):
    """The ledger {place} is not a file, and this version of inregel keeps its ledger in an SQLite file only.
    Write a path in inregel.yml: `ledger: .inregel/ledger.db`"""


def locate(place: str, root: Path) -> Path:
    """The file of a ledger, from `ledger` in `inregel.yml`. Raises `NoSuchKind` for postgresql:// and other URLs."""
    if "://" in place:
        scheme, _, rest = place.partition("://")
        raise NoSuchKind(place=f"{scheme}://{rest.rpartition('@')[2]}")
    return root / place


def open_ledger(
    place: str, root: Path, *, ledger_id: str | None, now: Callable[[], datetime], environ: Mapping[str, str]
) -> Ledger:
    """Opens the ledger at `place` (a path from `root`); never makes one.

    Raises `LedgerMissing`, `WrongLedger` (where `ledger_id` is not None and differs) and other `LedgerError`.
    """
    path = locate(place, root)
    from inregel.ledger.files import open_sqlite

    return open_sqlite(path, ledger_id=ledger_id, now=now, environ=environ)


def create(place: str, root: Path, now: Callable[[], datetime], environ: Mapping[str, str]) -> Ledger:
    """Makes a new ledger with a new id and opens it. Raises `LedgerError` where there is one already."""
    path = locate(place, root)
    from inregel.ledger.files import create_sqlite

    return create_sqlite(path, now, environ)

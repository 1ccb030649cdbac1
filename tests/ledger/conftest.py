"""The ledgers that the suite runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.records import make
from inregel.ledger.base import Ledger
from inregel.ledger.memory import MemoryLedger
from inregel.ledger.sqlite import SqliteLedger


@pytest.fixture(params=["sqlite", "memory"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """Each of the ledgers, new and empty but for the event of its making."""
    opened: Ledger = make(tmp_path, clock) if request.param == "sqlite" else MemoryLedger(clock)
    yield opened
    opened.close()


@pytest.fixture
def file_ledger(tmp_path: Path, clock: Clock) -> Iterator[SqliteLedger]:
    """A new ledger in a file."""
    opened = make(tmp_path, clock)
    yield opened
    opened.close()

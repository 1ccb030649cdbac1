"""A desk and its ledger for each test."""

import pytest

from helpers.clock import Clock
from helpers.desktop import Desktop
from inregel.ledger import create
from inregel.ledger.memory import MemoryLedger


@pytest.fixture(params=["memory", "sqlite"])
def desktop(request, tmp_path, clock):
    """On each kind of ledger: the life of orders does not depend on it."""
    ledger = MemoryLedger(clock) if request.param == "memory" else create("ledger.db", tmp_path, clock, {})
    yield Desktop(tmp_path, clock, ledger)
    ledger.close()


@pytest.fixture(scope="module")
def desktop_maker(tmp_path_factory):
    """A function that makes a fresh one, for rules that need many."""

    def make() -> Desktop:
        clock = Clock()
        return Desktop(tmp_path_factory.mktemp("project"), clock, MemoryLedger(clock))

    return make

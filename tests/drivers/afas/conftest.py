"""What the tests of the driver share: a bench that waits without waiting, and a token of the connection itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.afas_wire import Bench, token
from inregel.contract import Secret


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(root=str(tmp_path))


@pytest.fixture
def own() -> Secret:
    return token("management")

"""A project with a system that the test holds in its hands."""

from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.world import World


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> World:
    """One office `a`, a box with a driver, a desk without."""
    return World(tmp_path, clock)

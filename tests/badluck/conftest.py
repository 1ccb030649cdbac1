"""What the tests of bad luck are given."""

import sys
from collections.abc import Iterator

import pytest

from helpers.forks import Forks
from helpers.misfortune import Yard


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where the processes of these tests come from."""
    if sys.platform == "win32":
        pytest.skip("processes are forked, stopped and killed as POSIX does it")
    server = Forks()
    yield server
    server.close()


@pytest.fixture(scope="session")
def yard(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Yard:
    """Where projects are made."""
    return Yard(tmp_path_factory.mktemp("yard"), forks)

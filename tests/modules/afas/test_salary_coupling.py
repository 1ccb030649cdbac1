"""The reference playbook, from nothing to registered employers, against the emulated AFAS."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.salary import APP, GROUP, IDS, USER, Salary


@pytest.mark.parametrize("own", [False, True], ids=["all by work order", "with a token of its own"])
def test_it_goes_from_nothing_to_registered_employers(tmp_path: Path, own: bool) -> None:
    with Salary(tmp_path, Clock(), own).serving() as salary:
        print(salary.plan())
        titles = salary.all_done()
        print(titles)
        print(salary.plan(verbose=True))
        assert salary.plan().splitlines()[-1].startswith("Nothing to do: 16 resources in sync.")

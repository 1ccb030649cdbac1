"""What one installation has, it has for every office on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from inregel.config import project as projects
from inregel.config.mistakes import ConfigError
from inregel.secrets.memory import MemorySource

PLAY = '- name: P\n  offices: all\n  tasks:\n    - {name: T, assu.version: {at_least: "1.2628.3.16"}}\n'
OFFICE = """    {id}:
      connections:
        assu: {{installation: {at}, portefeuille: {id}, version: "{version}"}}
"""


def check(root: Path, *offices: tuple[str, str, str]) -> None:
    (root / "inregel.yml").write_text("project: p\nledger_id: '1'\ninventory: inventory.yml\n")
    text = "".join(OFFICE.format(id=id, at=at, version=version) for id, at, version in offices)
    (root / "inventory.yml").write_text(f"all:\n  offices:\n{text}")
    (root / "site.yml").write_text(PLAY)
    project = projects.load(root, secrets=MemorySource({}))
    plays = project.playbook("site.yml").plays
    project.check((play, project.select(play.pattern)) for play in plays)


def test_two_versions_for_one_installation_are_an_error_that_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check(tmp_path, ("ede", "rds-1", "1.2628.3.16"), ("hoorn", "rds-2", "1.2"), ("gent", "rds-1", "1.2628.3.15"))
    assert "inventory.yml:11:66: rds-1 has one version: here it is 1.2628.3.15, and 1.2628.3.16 at ede " in str(
        caught.value
    )
    assert "(inventory.yml:5:65)" in str(caught.value)
    assert len(caught.value.mistakes) == 1


def test_offices_that_agree_on_their_installation_are_right(tmp_path: Path) -> None:
    check(tmp_path, ("ede", "rds-1", "1.2628.3.16"), ("hoorn", "rds-2", "1.2"), ("gent", "rds-1", "1.2628.3.16"))

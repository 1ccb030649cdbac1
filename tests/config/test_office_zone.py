"""The time zone of an office: from the office, a group or the project, and what is said of a wrong one."""

from pathlib import Path

import pytest

from helpers.projects import make, said
from inregel.config import project
from inregel.config.mistakes import ConfigError, Where
from inregel.config.model import Play
from inregel.secrets.memory import MemorySource

SETTINGS = "project: x\ntime_zone: Europe/Brussels\n"
EVERYBODY = Play("", "all", Where(""), ())


def load(root: Path, inventory: str, *extra: str) -> project.Project:
    make(root, {"inventory.yml": inventory}, settings=SETTINGS)
    return project.load(root, secrets=MemorySource(), extra_vars=extra)


def test_the_office_wins_over_its_group_and_the_group_over_the_project(tmp_path: Path) -> None:
    text = """
all:
  children:
    us: {vars: {time_zone: "America/{{ city }}", city: New_York}, offices: {a: , b: {time_zone: America/Chicago}}}
  offices: {c: }
"""
    found = load(tmp_path, text)
    found.check([(EVERYBODY, found.inventory.order)])
    assert {name: found.zone(name).key for name in "abc"} == {
        "a": "America/New_York",
        "b": "America/Chicago",
        "c": "Europe/Brussels",
    }
    assert load(tmp_path, text, "time_zone=UTC").zone("b").key == "UTC"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Europe/Brusels", "inventory.yml:1:32: there is no time zone `Europe/Brusels` (office a) -> Europe/Brussels"),
        ("new york", "inventory.yml:1:32: there is no time zone `new york` (office a) -> America/New_York"),
        ("'{{ nowhere }}'", "inventory.yml:1:32: `nowhere` is not defined (office a)"),
        (
            "'{{ [1] }}'",
            "inventory.yml:1:32: `time_zone` is the name of a time zone, and this is a list (office a) "
            "-> Europe/Amsterdam",
        ),
        ("3", 'inventory.yml:1:32: `time_zone` must be text, and YAML reads the number 3 here -> "3"'),
    ],
)
def test_a_zone_that_there_is_not_is_a_mistake_with_its_place(tmp_path: Path, value: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        found = load(tmp_path, f"all: {{offices: {{a: {{time_zone: {value}}}}}}}")
        found.check([(EVERYBODY, found.inventory.order)])
    assert said(caught.value) == [expected]

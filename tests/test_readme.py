"""The README shows what the program prints for the example, line by line, and its commands exist."""

import re
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.pages import Reader, blocks, missing
from helpers.places import checkout
from inregel import __version__

PLAN = "$ inregel plan playbooks/site.yml\n"
ORDER = "$ inregel work show W1\n"


@pytest.fixture
def readme() -> str:
    return (checkout() / "README.md").read_text("utf-8")


@pytest.fixture
def reader(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Somebody who has made the example on 20 November 2026."""
    monkeypatch.chdir(tmp_path)
    reader = Reader(tmp_path, clock)
    reader.type(["inregel init offices --example", "cd offices", "export INREGEL_VAULT_PASSWORD_FILE=.vault-password"])
    return reader


def shown(readme: str, command: str) -> str:
    """What the README says that a command prints."""
    (text,) = (block.text for block in blocks(readme) if block.text.startswith(command))
    return text.removeprefix(command)


def normal(plan: str) -> list[str]:
    """Its lines, without what differs between any two runs."""
    plan = re.sub(r"read in [0-9.]+ s", "read in N s", plan)
    return re.sub(r"Revision [0-9a-f]{7}", "Revision NNNNNNN", plan).strip("\n").splitlines()


def test_the_readme_shows_the_plan_of_the_example(readme: str, reader: Reader) -> None:
    assert normal(shown(readme, PLAN)) == normal(reader.type(["inregel plan playbooks/site.yml"]))


def test_the_work_order_in_the_readme_is_the_one_that_is_handed_out(readme: str, reader: Reader) -> None:
    reader.type(["inregel apply playbooks/site.yml --yes"])
    order = reader.type(["inregel work show W1"])
    assert missing(shown(readme, ORDER).splitlines(), order) == [], order


def test_the_two_commands_of_the_readme_are_targets_of_make(readme: str) -> None:
    makefile = (checkout() / "Makefile").read_text("utf-8")
    commands = set(re.findall(r"^make (\w+)", readme, re.MULTILINE))
    assert commands == {"demo", "test"}
    for name in commands:
        assert re.search(rf"^{name}:", makefile, re.MULTILINE)


def test_the_readme_speaks_of_this_release(readme: str) -> None:
    changes = (checkout() / "CHANGELOG.md").read_text("utf-8")
    release = re.match(r"[0-9]+\.[0-9]+\.[0-9]+", __version__)
    assert release is not None
    assert release[0] in readme
    assert f"## {release[0]}" in changes

"""Work orders for nobody: which variable is missing, for whom, and where to write it; said once."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.example import SITE, Stage
from inregel.commands.apply import apply
from inregel.commands.plan import plan


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, Clock(datetime(2026, 11, 20, 8, 14, tzinfo=UTC)))


def rid(stage: Stage, *patterns: str) -> None:
    """Takes something out of the inventory and the playbook."""
    for name in ("inventory.yml", SITE):
        text = (stage.root / name).read_text("utf-8")
        for pattern in patterns:
            text = re.sub(pattern, "", text)
        (stage.root / name).write_text(text, "utf-8")


def warned(stage: Stage, command: str, **options: str) -> str:
    context = stage.context()
    code = (
        plan(context, SITE, quiet=True, **options) if command == "plan" else apply(context, SITE, quiet=True, yes=True)
    )
    assert code == 0
    assert isinstance(context.err, io.StringIO)
    return context.err.getvalue()


def test_where_everybody_has_somebody_nothing_is_said(stage: Stage) -> None:
    assert warned(stage, "plan") == warned(stage, "apply") == ""


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_offices_without_a_contact_are_told_in_one_line(stage: Stage, command: str) -> None:
    rid(stage, r" +contact: .*\n", r", administrator: [^}]*", r" +administrator: .*\n")
    assert warned(stage, command) == (
        "The work orders of 2 offices (utrecht, hoorn) are for nobody: their variable `contact` names no one. "
        "Write it in the inventory for each (utrecht stands at inventory.yml:8:9), or for their group: "
        "contact: Name <name@office.example>\n"
    )


def test_one_office_is_told_with_its_place(stage: Stage) -> None:
    rid(stage, r" +contact: .*\n", r", administrator: [^}]*", r" +administrator: .*\n")
    assert warned(stage, "plan", limit="hoorn") == (
        "The work orders of hoorn are for nobody: its variable `contact` names no one. Write it in the inventory "
        "(inventory.yml:22:9): contact: Name <name@office.example>\n"
    )


def test_a_variable_within_another_is_written_as_it_is_read(stage: Stage) -> None:
    text = (stage.root / "inventory.yml").read_text("utf-8").replace("administrator: Els Bakker", "administrator: [1]")
    (stage.root / "inventory.yml").write_text(text, "utf-8")
    rid(stage, r"        administrator: .*\n")
    assert warned(stage, "plan", limit="hoorn").endswith(
        "its variable `certificate.administrator` names no one. Write it in the inventory (inventory.yml:24:9): "
        "certificate: {administrator: Name <name@office.example>}\n"
    )

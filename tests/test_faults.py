"""A fault in a project's own driver or module: a log that its author can be sent, without secrets."""

import io
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from helpers.projects import make, tree
from inregel.cli import fault
from inregel.cli.run import run
from inregel.commands.context import Context
from inregel.ledger import create

PLAY = "- {offices: all, tasks: [{t.box: {user: x}}]}\n"
DRIVER = """
from contextlib import asynccontextmanager


class Driver:
    operations = frozenset()

    async def read(self, scope):
        key = "%s"; raise KeyError(key)


@asynccontextmanager
async def open(world):
    yield lambda connection: Driver()
"""
MODULE = """
def desired(args, office, inputs):
    key = "%s"; return {}[key]

def actual(view): ...
def steps(change, inputs): ...
"""


def project(root: Path, files: dict[str, str]) -> Path:
    offices = {name: {"connections": {"t": {"installation": name}}} for name in ("ede", "gent")}
    make(root, {"inventory.yml": tree(offices), "playbooks/site.yml": PLAY, **files}, settings="project: x\n")
    ledger = create(".inregel/ledger.db", root, Context().now, {})
    (root / "inregel.yml").write_text(f'project: x\nledger_id: "{ledger.id}"\n')
    ledger.close()
    return root


def planned(root: Path, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str, str]:
    """The exit code, all that was said, and the one log."""
    context = Context(directory=root, out=io.StringIO(), err=io.StringIO(), environ={})
    code = run([*command, "playbooks/site.yml", "-e", f"x={canary('typed')}"], context)
    (log,) = (root / ".inregel/log").glob("fault-*.txt")
    out, err = capsys.readouterr()
    assert isinstance(context.out, io.StringIO)
    assert isinstance(context.err, io.StringIO)
    said = context.out.getvalue() + context.err.getvalue() + out + err
    assert f"The log of this fault is at {log}: it holds no secrets; please send it to who maintains" in said
    return code, said, log.read_text("utf-8")


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]])
def test_a_fault_of_a_driver_leaves_one_log_for_all_offices(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = canary("in the driver")
    allow(tmp_path / "drivers/t.py")
    code, said, log = planned(project(tmp_path, {"drivers/t.py": DRIVER % secret}), capsys, *command)
    assert code == 3
    assert "command   inregel " + " ".join([command[0], *(["--yes"] if len(command) > 1 else []), "..."]) in log
    assert log.count("inregel.engine.asking.DriverFault") >= 2  # one of each office
    assert "builtins.KeyError" in log
    assert "drivers/t.py:9 read" in log
    assert secret not in log + said
    assert canary("typed") not in log


def test_a_fault_of_a_module_leaves_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = canary("in the module")
    allow(tmp_path / "modules/t/box.py")
    code, said, log = planned(project(tmp_path, {"modules/t/box.py": MODULE % secret}), capsys, "plan")
    assert code == 3
    assert "The module t.box has a fault, for ede: KeyError" in said
    assert "inregel.plan.faults.ModuleFault" in log
    assert "modules/t/box.py:3 desired" in log
    assert "inregel/engine/desired.py:" in log
    assert secret not in log + said


def test_where_the_log_of_such_a_fault_cannot_be_written_it_is_shown(tmp_path: Path) -> None:
    said = fault.note([ValueError("x")], ["plan"], tmp_path, tmp_path / "missing")
    assert "The log of this fault could not be written" in said
    assert "builtins.ValueError" in said


def test_lines_of_code_stand_in_a_log_only_where_inregel_wrote_them(tmp_path: Path) -> None:
    secret = canary("in the code")
    (tmp_path / "inregel").mkdir()
    place = allow(tmp_path / "inregel" / "own.py")
    place.write_text(f"raise ValueError('{secret}')\n")
    try:
        exec(compile(place.read_text(), str(place), "exec"), {})  # noqa: S102 # a frame of that file
    except ValueError as error:
        text = fault.log(error, ["plan"])
    assert "own.py:1" in text
    assert secret not in text

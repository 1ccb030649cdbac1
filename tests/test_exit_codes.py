"""The exit codes of all commands: 0 done, 1 you must act, 2 where asked for, 3 ours, 4 elsewhere, 130 interrupted."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from helpers.canary import allow
from inregel.cli import main
from inregel.cli.group import Group
from inregel.cli.root import root
from inregel.config import settings
from inregel.ledger import open_ledger
from inregel.ledger.base import Holder

SITE = "playbooks/site.yml"
APPLY = ("apply", SITE, "--yes")
BROKEN = "def desired(args, office, inputs):\n    return {}[office.id]\n"


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "offices"
    assert main(["init", str(folder), "--example"]) == 0
    return folder


@pytest.fixture
def project(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example, with the user standing in it."""
    folder = tmp_path / "offices"
    shutil.copytree(example, folder)
    for name in (".vault-password", "letters/zwolle-password.txt"):
        allow(folder / name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("INREGEL_VAULT_PASSWORD_FILE", ".vault-password")
    return folder


def applied(_project: Path) -> None:
    assert main(list(APPLY)) == 0


def with_a_mistake(project: Path) -> None:
    file = project / SITE
    file.write_text(file.read_text("utf-8").replace("serial:", "seriall:"), "utf-8")


def with_a_broken_module(project: Path) -> None:
    for name, text in (
        ("modules/own/broken.py", BROKEN + "def actual(view): ...\ndef steps(change, inputs): ...\n"),
        ("schemas/modules/own/broken.schema.json", '{"type": "object"}'),
        ("playbooks/broken.yml", "- name: Broken\n  offices: all\n  tasks:\n    - name: It\n      own.broken: {}\n"),
    ):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def without_ledger(project: Path) -> None:
    (project / ".inregel/ledger.db").unlink()


def with_a_changed_history(project: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(project / ".inregel/ledger.db")
    (table,) = (
        name
        for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        if name in ("event", "events")
    )
    for (trigger,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f"drop trigger {trigger}")
    connection.execute(f"update {table} set kind = 'other' where rowid = 2")
    connection.commit()
    connection.close()


def with_a_sheet(project: Path, text: str = "Kantoor;I09\nhoorn;I09000321\n") -> None:
    (project / "today.csv").write_text(text, "utf-8")


def with_a_wrong_sheet(project: Path) -> None:
    with_a_sheet(project, "Kantoor;I09\nhoorn;?\n")


def nothing(_project: Path) -> None:
    pass


Setup = Callable[[Path], None]
TABLE: list[tuple[str, Setup, int]] = [
    ("version", nothing, 0),
    ("completion bash", nothing, 0),
    ("init new", nothing, 0),
    ("init .", nothing, 1),
    ("validate", nothing, 0),
    ("validate", with_a_mistake, 1),
    ("inventory", nothing, 0),
    ("inventory nobody", nothing, 1),
    ("graph " + SITE, nothing, 0),
    ("graph playbooks/no.yml", nothing, 1),
    ("doc", nothing, 0),
    ("doc assu.certificate", nothing, 0),
    ("doc assu.certificat", nothing, 1),
    ("import offices today.csv --by Ria", with_a_sheet, 0),
    ("import offices today.csv --by Ria", with_a_wrong_sheet, 1),
    ("import offices today.csv", with_a_sheet, 1),
    ("import offices no.csv --by Ria", nothing, 1),
    ("import offices today.csv --map no.yml --by Ria", with_a_sheet, 1),
    ("schema", nothing, 0),
    ("schema --install", nothing, 0),
    ("plan " + SITE, nothing, 0),
    ("plan " + SITE + " --detailed-exitcode", nothing, 2),
    ("plan " + SITE + " --strict", nothing, 1),
    ("plan " + SITE + " --strict --limit utrecht", nothing, 0),
    ("plan " + SITE + " --limit nobody", nothing, 1),
    ("plan " + SITE + " --no-secrets", nothing, 0),
    ("plan " + SITE, with_a_mistake, 1),
    ("plan " + SITE, without_ledger, 1),
    ("plan playbooks/no.yml", nothing, 1),
    ("plan playbooks/broken.yml", with_a_broken_module, 3),
    ("apply " + SITE + " --yes", nothing, 0),
    ("apply " + SITE + " --yes --detailed-exitcode", nothing, 2),
    ("apply " + SITE + " --check", nothing, 0),
    ("apply " + SITE + " --yes", without_ledger, 1),
    ("explain utrecht assu.certificate", nothing, 0),
    ("explain utrecht assu.certificat", nothing, 1),
    ("explain nobody assu.certificate", nothing, 1),
    ("rollout show", nothing, 0),
    ("rollout pause none --reason x", nothing, 1),
    ("rollout resume none --reason x", nothing, 1),
    ("rollout stop none --reason x", nothing, 1),
    ("work list", nothing, 0),
    ("work list", applied, 0),
    ("work show W1", applied, 0),
    ("work show W99", applied, 1),
    ("work show --all --format html", applied, 0),
    ("work show", applied, 1),
    ("work remind", applied, 0),
    ("work done --from no.xlsx", applied, 1),
    ("work done W1 --by Ria --set assu_version=1.2628.3.16", applied, 1),
    ("work fail W1 --by Ria --reason x", applied, 0),
    ("work fail W99 --by Ria --reason x", applied, 1),
    ("work reopen W1 --by Ria", applied, 1),
    ("history", nothing, 0),
    ("history show utrecht", nothing, 0),
    ("history verify", nothing, 0),
    ("history verify", with_a_changed_history, 1),
    ("history heads", nothing, 0),
    ("ledger init", nothing, 1),
    ("ledger backup copy.db", nothing, 0),
    ("ledger restore no.db", nothing, 1),
    ("forget Nobody --yes", nothing, 1),
    ("person 'Ria van Dalen'", nothing, 0),
    ("person Nobody", nothing, 1),
    ("secret show", nothing, 0),
    ("secret show assu_pfx_nobody", nothing, 1),
    ("secret set 'no name'", nothing, 1),
    ("secret encrypt no-such-file", nothing, 1),
    ("secret decrypt inventory.yml", nothing, 1),
    ("secret rekey secrets.yml", nothing, 1),
]


def names(command: click.Command = root, path: str = "") -> Iterator[str]:
    if not isinstance(command, Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from names(below, f"{path} {name}".strip())


@pytest.mark.parametrize(("line", "setup", "code"), TABLE, ids=[f"{row[0]}-{row[1].__name__}" for row in TABLE])
def test_each_command_returns_its_code(
    line: str, setup: Setup, code: int, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup(project)
    capsys.readouterr()
    assert main(shlex.split(line)) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    if code == 1 and "--strict" not in line and "verify" not in line:
        assert captured.err.strip()
    assert "A fault of ours" not in captured.err
    if code == 3:
        assert "modules/own/broken.py:2" in captured.err


def test_the_table_has_every_command() -> None:
    told_elsewhere = {"demo", "sandbox"}  # by their own tests; sandbox below
    missing = [name for name in names() if not any((line + " ").startswith(name + " ") for line, _, _ in TABLE)]
    assert sorted(missing) == sorted(told_elsewhere)


@pytest.mark.parametrize(
    "line", ["plan " + SITE, "apply " + SITE, "validate", "work list", "history", "secret show", "ledger init"]
)
def test_outside_a_project_each_command_says_how_to_make_one(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 1
    assert "inregel init" in capsys.readouterr().err


def test_what_another_run_holds_is_4_and_says_who_and_since_when(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = settings.load(project)
    ledger = open_ledger(
        chosen.ledger, project, ledger_id=chosen.ledger_id, now=lambda: datetime.now(UTC), environ=os.environ
    )
    try:
        for identity in ("assu:rds-1/Van Dalen", "assu:rds-2/De Hanze", "assu:rds-3/Noordkop"):
            ledger.acquire(identity, Holder("ria@pc12, process 4711", "another"), timedelta(minutes=5))
        before = {office: head for office, head in ledger.heads().items() if office}
        assert main(list(APPLY)) == 4
        assert {office: head for office, head in ledger.heads().items() if office} == before
    finally:
        ledger.close()
    captured = capsys.readouterr()
    assert "ria@pc12, process 4711" in captured.out + captured.err


def test_an_interrupt_is_130(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "inregel", "sandbox"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors

"""`inregel init`: a project that works at once, and nothing lost."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from inregel.commands import apply, plan, secret
from inregel.commands.context import Context
from inregel.commands.init import init
from inregel.commands.ledger import open_record
from inregel.platform import WINDOWS
from inregel.sandbox.folder import NotMade, Taken


def context(folder: Path, clock: Clock) -> Context:
    environ = {"INREGEL_VAULT_PASSWORD_FILE": str(folder / ".vault-password"), "COLUMNS": "110"}
    return Context(
        directory=folder, out=io.StringIO(), err=io.StringIO(), environ=environ, now=clock, interactive=False
    )


def text(made: Context) -> str:
    assert isinstance(made.out, io.StringIO)
    return made.out.getvalue()


def test_a_new_project_plans_at_once_and_says_what_it_lacks(tmp_path: Path, clock: Clock) -> None:
    assert init(context(tmp_path, clock)) == 0
    here = context(tmp_path, clock)
    assert plan.plan(here, "playbooks/site.yml") == 0
    assert "there is no secret assu_pfx_utrecht" in " ".join(text(here).split()).lower()
    assert "inregel secret set assu_pfx_utrecht" in text(here)
    value = canary("password").encode()
    assert secret.set_(context(tmp_path, clock), "assu_pfx_utrecht", read=lambda: value) == 0
    here = context(tmp_path, clock)
    plan.plan(here, "playbooks/site.yml")
    assert "there is no file files/utrecht.abc" in " ".join(text(here).split())
    assert apply.apply(context(tmp_path, clock), "playbooks/site.yml", yes=True) == 0


def test_it_says_what_to_type_next(tmp_path: Path, clock: Clock) -> None:
    here = context(tmp_path, clock)
    init(here, "offices")
    word = "set" if WINDOWS else "export"
    assert text(here) == (
        "Made a project in offices. Replace the office in inventory.yml by yours.\n"
        "The password of secrets.yml stands in .vault-password, which git leaves out: keep a copy elsewhere.\n"
        "Next:\n"
        "  cd offices\n"
        f"  {word} INREGEL_VAULT_PASSWORD_FILE=.vault-password\n"
        "  inregel validate\n"
        "  inregel plan playbooks/site.yml\n"
    )


def test_two_projects_have_ledgers_of_their_own(tmp_path: Path, clock: Clock) -> None:
    ids = set()
    for name in ("one", "two"):
        init(context(tmp_path, clock), name)
        with open_record(context(tmp_path / name, clock)) as (settings, ledger):
            assert settings.ledger_id == ledger.id
            assert settings.project == name
            ids.add(ledger.id)
    assert len(ids) == 2


@pytest.mark.parametrize("example", [False, True])
@pytest.mark.parametrize("name", ["inregel.yml", "inventory.yml", "secrets.yml", "playbooks", ".inregel"])
def test_a_project_that_is_there_is_left_as_it_is(tmp_path: Path, clock: Clock, name: str, example: bool) -> None:
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(Taken) as caught:
        init(context(tmp_path, clock), example=example)
    assert str(caught.value) == (
        f"{tmp_path} holds {name} already, so nothing was made there.\nGive another folder: inregel init DIR"
    )
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_what_else_stands_in_the_folder_stays(tmp_path: Path, clock: Clock) -> None:
    for name in (".gitignore", "README.md"):
        (tmp_path / name).write_text("mine", "utf-8")
    init(context(tmp_path, clock), example=True)
    for name in (".gitignore", "README.md"):
        assert (tmp_path / name).read_text("utf-8") == "mine"


def test_a_project_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, clock: Clock) -> None:
    # The ledger is made after the first files: a file where its folder must come stops it.
    environ = {"INREGEL_LEDGER_KEY": "not a key"}
    broken = Context(directory=tmp_path, out=io.StringIO(), environ=environ, now=clock)
    with pytest.raises(Exception, match=r"INREGEL_LEDGER_KEY"):
        init(broken, "offices")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(NotMade, match=r"The project could not be made in .*file: "):
        init(context(tmp_path, clock), "file")


@pytest.mark.skipif(WINDOWS, reason="Windows has no mode bits")
def test_the_vault_password_is_for_its_owner_alone_and_kept_out_of_git(tmp_path: Path, clock: Clock) -> None:
    for name, example in (("a", False), ("b", True)):
        init(context(tmp_path, clock), name, example=example)
        for file in (".vault-password", "secrets.yml"):
            assert stat.S_IMODE((tmp_path / name / file).stat().st_mode) == 0o600
        ignored = (tmp_path / name / ".gitignore").read_text("utf-8").splitlines()
        assert {".vault-password", ".inregel/"} <= set(ignored)


def test_the_secrets_file_is_encrypted(tmp_path: Path, clock: Clock) -> None:
    init(context(tmp_path, clock))
    assert (tmp_path / "secrets.yml").read_bytes().startswith(b"$ANSIBLE_VAULT;1.1;AES256\n")

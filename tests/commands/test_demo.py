"""`inregel demo`: from the first plan to the last, through the commands themselves."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from helpers.clock import Clock
from inregel.commands.context import Context
from inregel.commands.demo import demo
from inregel.sandbox.folder import Taken


def context(folder: Path, clock: Clock) -> Context:
    environ = {"COLUMNS": "110"}
    return Context(
        directory=folder, out=io.StringIO(), err=io.StringIO(), environ=environ, now=clock, interactive=False
    )


def test_it_ends_in_sync_and_says_where_the_example_lies_and_what_to_try(tmp_path: Path, clock: Clock) -> None:
    here = context(tmp_path, clock)
    assert demo(here, "example") == 0
    assert isinstance(here.out, io.StringIO)
    run, end = here.out.getvalue().split(f"\nThe project lies in {tmp_path / 'example'}. To try there:\n")
    assert run.splitlines()[-1] == "Nothing to do: 11 resources in sync."
    assert end.splitlines()[0] == "  cd example"
    commands = [line for line in run.splitlines() if line.startswith("$ ")]
    assert commands[:4] == [
        "$ inregel plan playbooks/site.yml",
        "$ inregel secret set assu_pfx_zwolle < letters/zwolle-password.txt",
        "$ inregel apply playbooks/site.yml --yes",
        "$ inregel work list",
    ]
    assert "# Ria van Dalen has done W1, and answered:\n    assu_version: 1.2628.3.16\n" in run
    password = (tmp_path / "example/letters/zwolle-password.txt").read_text("utf-8").strip()
    assert password not in here.out.getvalue()


def test_a_folder_that_is_taken_is_left_as_it_is(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "inregel.yml").write_text("mine", "utf-8")
    with pytest.raises(Taken):
        demo(context(tmp_path, clock), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["inregel.yml"]


def test_without_keep_nothing_stays(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    tempfile.tempdir = None
    try:
        assert demo(context(tmp_path, clock), keep=False) == 0
    finally:
        tempfile.tempdir = None
    assert list(tmp_path.iterdir()) == []

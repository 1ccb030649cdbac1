"""The tutorial and pages of the guide are what happens: typed in order, their commands print what they show."""

from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.pages import Reader, missing, told
from helpers.places import checkout


def test_the_tutorial_is_what_happens(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (checkout() / "docs/guide/tutorial.md").read_text("utf-8")
    reader = Reader(tmp_path, clock)
    shown = 0
    for commands, lines in told(page):
        said = reader.type(commands)
        assert missing(lines, said) == [], f"{commands[0]} says:\n{said}"
        shown += bool(lines)
    assert reader.typed == 20
    assert shown == 13


@pytest.mark.parametrize("name", ["for-the-it-lead", "import", "season"])
def test_a_page_of_the_guide_is_what_happens(
    name: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (checkout() / f"docs/guide/{name}.md").read_text("utf-8")
    reader = Reader(tmp_path, clock)
    reader.type(["inregel init offices --example", "cd offices", "export INREGEL_VAULT_PASSWORD_FILE=.vault-password"])
    for commands, lines in told(page):
        said = reader.type(commands)
        assert missing(lines, said) == [], f"{commands[0]} says:\n{said}"


@pytest.mark.parametrize(
    ("shown", "said", "left"),
    [
        (["a", "b"], "x\na\nb\n", []),
        (["a", "b"], "a\nx\nb\n", ["b"]),
        (["a", "...", "b"], "a\nx\nb\n", []),
        (["b", "...", "a"], "a\nb\n", ["a"]),
        (["run ... s"], "run 0.3 s\n", []),
        (["run ... s"], "run 0.3 ms\n", ["run ... s"]),
        (["a "], " a\n", ["a "[:1]]),
    ],
)
def test_a_line_that_was_not_said_is_missed(shown: list[str], said: str, left: list[str]) -> None:
    assert missing(shown, said) == left

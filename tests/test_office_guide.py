"""The page for the office is what happens: typed in order, its commands print what it shows."""

from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.pages import Reader, missing, names, rows, sections, told
from helpers.places import checkout
from inregel.report.order_words import FILLED, words


def page() -> str:
    return (checkout() / "docs/guide/for-the-office.md").read_text("utf-8")


def test_the_page_for_the_office_is_what_happens(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader(tmp_path, clock)
    reader.type(["inregel init offices --example", "cd offices", "export INREGEL_VAULT_PASSWORD_FILE=.vault-password"])
    for commands, lines in told(page()):
        said = reader.type(commands)
        assert missing(lines, said) == [], f"{commands[0]} says:\n{said}"


def test_the_page_for_the_office_tells_every_column_that_is_filled_in() -> None:
    shown = [row[0] for row in rows(sections(page())["In a sheet"])]
    assert names(shown[0]) == ["Geldig tot (valid_until)"]
    assert shown[1:] == [words("nl").columns[name] for name in FILLED]

"""Secrets that are shown once, through the real command line: whose they are, what is known of them, and a lost one."""

import json
from pathlib import Path

import pytest

from helpers.misfortune import BOOK, OFFICES, Place, Yard, items, write

pytestmark = pytest.mark.soak


def said(place: Place, *argv: str, code: int = 0) -> str:
    """What a command prints, in one line."""
    ended = place.run(*argv)
    assert ended.code == code, ended.said
    return " ".join(ended.said.split())


@pytest.fixture
def place(yard: Yard, tmp_path: Path) -> Place:
    return yard.place(tmp_path / "project", "capture")


def values(place: Place) -> dict[str, str]:
    """The token of x, by office."""
    with place.ledger() as ledger:
        found = ledger.captured("token_x", [f"box:box-{name}" for name in OFFICES])
    return {connection.removeprefix("box:box-"): secret.reveal() for connection, secret in found.items()}


def test_each_office_has_its_own_and_it_is_said_that_it_is_verified(place: Place) -> None:
    assert place.apply().code == 0
    listed = said(place, "secret", "show")
    for name in OFFICES:
        assert f"token_x captured at box:box-{name}, version 1, verified" in listed
        ended = place.run("secret", "show", f"box:box-{name}:token_x", "--reveal")
        assert values(place)[name] in ended.said
    assert "Say which one" not in listed
    several = said(place, "secret", "show", "token_x", "--reveal", code=1)
    assert "say which one: inregel secret show box:box-a:token_x --reveal" in several
    history = said(place, "history", "a", "--kind", "secret")
    assert "the secret token_x (version 1) of box:box-a was captured, unverified" in history
    assert "the secret token_x (version 1) of box:box-a is verified" in history
    explained = said(place, "explain", "a", "box.item:x")
    assert "secret.captured: token_x, box:box-a" in explained
    assert "secret.verified: token_x, box:box-a" in explained
    assert "token_y" not in explained
    assert not any(value in listed + several + history + explained for value in values(place).values())


def test_what_uses_it_is_given_that_of_its_own_office(place: Place) -> None:
    assert place.run(*place.command, "--limit", "b").code == 0
    plays = json.loads((place.root / BOOK).read_text())
    plays[0]["tasks"] = [items({"z": "1"}, secret="{{ secret('token_x') }}")]
    write(place.root / BOOK, json.dumps(plays))
    planned = said(place, "plan", BOOK)
    assert "There is no secret token_x" in planned
    assert said(place, "plan", BOOK, "--limit", "b").count("There is no secret") == 0


def test_one_that_was_lost_is_named_by_plan_and_apply_until_a_new_one_is_stored(place: Place) -> None:
    assert place.apply(crash="apply.before_capture").code == -9
    line = "box.set made the secret token_x of box:box-a on"
    assert line in said(place, *place.command)
    assert line in said(place, "plan", BOOK)
    assert "you can: revoke it there; the next apply makes a new one" in said(place, "explain", "a", "box.item:x")
    assert "secret token_x: made, and not stored: nobody has it" in said(place, "history", "a")
    assert "a" not in values(place)
    place.check()
    assert set(values(place)) == set(OFFICES)
    assert line not in said(place, "plan", BOOK)


def test_the_values_stand_in_no_file_of_the_project(place: Place) -> None:
    assert place.apply().code == 0
    found = [value.encode() for value in values(place).values()]
    files = [path for path in (place.root / ".inregel").rglob("*") if path.is_file()]
    assert len(found) == len(OFFICES)
    assert not any(value in path.read_bytes() for path in files for value in found)

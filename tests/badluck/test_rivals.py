"""Two processes on one office: one wins, and a holder that wakes up late has lost."""

import getpass
import json
import os
import random
import re
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from helpers.clock import START
from helpers.forks import ZONE, Child
from helpers.misfortune import APPLY, Place, Yard
from helpers.sizes import seed, size

UNAVAILABLE, MOVED = 4, 5
ONE = (*APPLY, "--limit", "a")
STOPS = (
    "apply.after_lease",
    "apply.before_intend",
    "apply.after_intend",
    "apply.before_perform",
    "apply.before_checkpoint",
    "apply.after_checkpoint",
    "memory.before_write",
    "memory.after_write",
    "apply.after_perform",
    "apply.before_outcome",
    "apply.after_outcome",
    "apply.before_orders",
)
UNDER_WAY = ("apply.after_checkpoint", "memory.before_write")
"""Here the request has left: no token in the ledger can call it back."""


def move(clock: Path, seconds: float) -> None:
    time = clock.stat().st_mtime + seconds
    os.utime(clock, (time, time))


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    file = tmp_path / "clock"
    file.touch()
    os.utime(file, (START.timestamp(), START.timestamp()))
    return file


def stopped(place: Place, at: str, *argv: str, **how: str) -> Child:
    """An apply that stands still at a point."""
    child = place.start(*(argv or place.command), crash=f"{at}:1:STOP", **how)
    assert child.stopped()
    return child


def test_of_two_applies_one_wins_and_the_other_names_it_and_writes_nothing(yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    begun = datetime.now(UTC).replace(microsecond=0)
    first = stopped(place, "memory.before_write", *ONE)
    before = place.prints()
    second = place.run(*ONE)
    assert second.code == UNAVAILABLE
    assert place.prints() == before
    said = " ".join(second.said.split())  # a long name of a host breaks the line elsewhere
    found = re.search(r"office:a is in use by (.+?), since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", said)
    assert found, second.said
    assert found[1] == f"{getpass.getuser()}@{socket.gethostname()}, process {first.pid}"
    since = datetime.strptime(found[2], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(ZONE))
    assert begun <= since <= datetime.now(UTC)
    first.send(signal.SIGCONT)
    assert first.end().code == 0
    assert place.apply().code == 0
    place.check()


def test_what_another_holds_keeps_no_other_office_waiting(yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    first = stopped(place, "memory.before_write", *ONE)
    assert place.apply().code == UNAVAILABLE
    assert [place.there(name) for name in "abc"] == [{}, {"x": "1", "y": "1"}, {"x": "1", "y": "1"}]
    first.send(signal.SIGCONT)
    assert first.end().code == 0
    place.check()


def test_a_plan_while_another_applies_is_not_kept_waiting(yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    first = stopped(place, "memory.before_write")
    before = place.prints()
    assert place.run("plan", "playbooks/site.yml", "--detailed-exitcode").code == 2
    assert place.prints() == before
    first.send(signal.SIGCONT)
    assert first.end().code == 0
    place.check()


def test_what_was_read_while_another_was_at_work_is_read_again_before_anything_is_done(
    yard: Yard, tmp_path: Path
) -> None:
    place = yard.place(tmp_path / "project", "irreversible")
    first = stopped(place, "apply.after_perform", *place.command, "--limit", "a")
    second = stopped(place, "apply.before_lease", *place.command, "--limit", "a")
    first.send(signal.SIGCONT)
    assert first.end().code == 0
    second.send(signal.SIGCONT)
    assert second.end().code == 0
    assert place.writes("a") == {"x": 1, "y": 1}
    assert place.apply().code == 0
    place.check()


@pytest.mark.parametrize("number", range(5))
def test_applies_that_begin_at_the_same_moment_write_everything_once(number: int, yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", ("set", "chain", "irreversible", "quota", "exact")[number])
    children = [place.start(*place.command) for _ in range(4)]
    codes = [child.end().code for child in children]
    assert set(codes) <= {0, UNAVAILABLE}
    assert place.apply().code == 0
    place.check()


@pytest.mark.soak
@pytest.mark.parametrize("number", range(size("late writers")))
def test_a_holder_that_wakes_up_late_writes_nothing_and_begins_nothing(
    number: int, yard: Yard, tmp_path: Path, clock: Path
) -> None:
    chance = random.Random(seed(f"late writers {number}"))
    place = yard.place(tmp_path / "project", chance.choice(("set", "chain", "irreversible")))
    at = STOPS[number % len(STOPS)]
    options = {"clock": str(clock)}
    first = stopped(place, at, **options)
    move(clock, 59)
    assert place.run(*place.command, "--limit", "a", **options).code == UNAVAILABLE
    move(clock, 2)
    second = place.start(*place.command, crash=f"{chance.choice(STOPS)}:1:STOP", **options) if number % 2 else None
    if second is None:
        assert place.apply(**options).code == 0
    else:
        assert second.stopped()
    heads, lines = place.prints()[0], place.lines("a")
    first.send(signal.SIGCONT)
    ended = first.end()
    assert ended.code == MOVED, ended.said
    assert "lost to" in ended.said
    after = place.prints()[0]
    assert {name: head for name, head in after.items() if name == "a"} == {
        name: head for name, head in heads.items() if name == "a"
    }
    late = place.lines("a")[len(lines) :]
    assert len(late) == (at in UNDER_WAY)
    if second is not None:
        second.send(signal.SIGCONT)
        assert second.end().code == 0
    finish(place, late, options)


def finish(place: Place, late: list[tuple[str, str | None]], options: dict[str, str]) -> None:
    """Everything ends in the same place; only what was under way came late, and had to be mended in a chain."""
    assert place.apply(**options).code == 0
    for name in "abc":
        assert place.there(name) == place.kind.there
        doubled = place.writes(name) - place.writes("c")
        assert sum(doubled.values()) <= (2 * len(late) if name == "a" else 0)
    with place.ledger() as ledger:
        assert ledger.verify() == []
        assert ledger.pending() == []


@pytest.mark.parametrize("at", ["apply.before_perform", "apply.before_outcome"])
def test_the_lease_of_a_holder_that_stands_still_ends_after_the_seconds_that_the_project_says(
    at: str, yard: Yard, tmp_path: Path
) -> None:
    place = yard.place(tmp_path / "project", "set")
    file = place.root / "inregel.yml"
    file.write_text(json.dumps({**json.loads(file.read_text()), "lease": "1s"}))
    first = stopped(place, at, *ONE)
    begun, codes = perf_counter(), [place.run(*ONE).code]
    while codes[-1] == UNAVAILABLE and perf_counter() - begun < 20:
        codes.append(place.run(*ONE).code)
    assert codes[0] == UNAVAILABLE
    assert codes[-1] == 0
    before = place.prints()
    first.send(signal.SIGCONT)
    assert first.end().code == MOVED
    assert place.prints() == before
    assert place.apply().code == 0
    place.check()

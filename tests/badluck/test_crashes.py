"""A process that dies at any durable edge, then the same command again: nothing doubled, lost or left open."""

import os
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import inregel
from helpers.misfortune import KINDS, Place, Yard
from helpers.sizes import TABLE, seed, size
from inregel.crashpoints import EDGES, points

pytestmark = pytest.mark.soak
KILLED = -9

LEASED = {"apply.lease", "apply.orders", "apply.commit", "apply.release", "ledger.commit"}
MACHINE = LEASED | {
    "apply.intend",
    "apply.perform",
    "apply.checkpoint",
    "memory.write",
    "apply.outcome",
}
ANSWERED = {"work.answer", "ledger.commit"}
PASSED = {
    **{kind: {"apply": MACHINE} for kind in KINDS},
    "capture": {"apply": MACHINE | {"apply.capture", "apply.verify"}},
    "judge": {"apply": LEASED | {"apply.judge"}},
    "staged": {"apply": MACHINE | {"rollout.begin", "rollout.save"}},
    "person": {"apply": LEASED, "answer": ANSWERED, "apply again": LEASED},
    "mixed": {"apply": MACHINE, "answer": ANSWERED, "apply again": LEASED},
    "all": {"apply": MACHINE, "answer": ANSWERED, "apply again": LEASED},
    "lost": {"apply": MACHINE | {"apply.verify"}},
    "again": {"apply": MACHINE | {"apply.settle"}},
}
"""What each kind of project comes past in each of its acts."""

POSITIONS = ("first", "middle", "last")
Case = tuple[str, str, str, str]
ALL: list[Case] = [
    (kind, act, point, position)
    for kind, acts in PASSED.items()
    for act, edges in acts.items()
    for edge in sorted(edges)
    for point in points(edge)
    for position in (POSITIONS[:1] if act == "answer" else POSITIONS)
]


def chosen(count: int) -> list[Case]:
    """That many, by the seed of this run; every point and every kind comes before one comes twice as often."""
    cases = sorted(ALL)
    random.Random(seed("crash points")).shuffle(cases)
    times: dict[str, int] = defaultdict(int)
    result = []
    while cases and len(result) < count:
        case = min(cases, key=lambda each: (times[each[2]], times[each[0]]))
        cases.remove(case)
        times[case[2]] += 1
        times[case[0]] += 1
        result.append(case)
    return result


def nth(yard: Yard, case: Case) -> int:
    """At which passage the process dies."""
    kind, act, point, position = case
    count = yard.passes(kind)[act][point]
    return {"first": 1, "middle": (count + 1) // 2, "last": count}[position]


def survive(place: Place, act: str, crash: str) -> None:
    """The process dies in `act`, and the same command again does what is left."""
    with place.ledger() as ledger:
        before = {order.number for order in ledger.orders()}
    again = place.done(min(before)) if act == "answer" else place.command
    assert place.run(*again, crash=crash).code == KILLED
    recorded = act == "answer" and not before <= set(place.open_orders())
    ended = place.run(*again)
    assert ended.code == (1 if recorded else 0), ended.said
    assert "is done" in ended.said or act != "answer"


@pytest.mark.parametrize("case", chosen(size("crash points")), ids=" ".join)
def test_after_a_crash_the_same_command_ends_in_the_same_place(case: Case, yard: Yard, tmp_path: Path) -> None:
    kind, wanted, point, _ = case
    place = yard.place(tmp_path / "project", kind)
    if place.kind.crashed:
        assert place.apply(crash=place.kind.crashed).code == KILLED
    crash = f"{point}:{nth(yard, case)}"
    for act in place.acts():
        if act == wanted:
            survive(place, act, crash)
        else:
            assert place.act(act).code == 0
        if act == "answer":
            place.answer_all()
    assert place.lost() <= (1 if place.kind.captures and point in LOST_BETWEEN else 0)
    place.check()


LOST_BETWEEN = {
    "memory.after_write",
    "apply.after_perform",
    "apply.before_capture",
    "ledger.before_commit",
}
"""Between showing a secret and storing it: where the process ends there, the other side has shown it to nobody."""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_comes_past_the_edges_that_its_crashes_are_made_of(kind: str, yard: Yard) -> None:
    passed = yard.passes(kind)
    assert {act: {name for name in EDGES if points(name)[0] in seen} for act, seen in passed.items()} == PASSED[kind]


def test_there_are_as_many_crashes_as_are_promised() -> None:
    assert len(ALL) == TABLE["crash points"]["soak"] >= 300
    normal = chosen(60)
    assert {case[2] for case in normal} == {case[2] for case in ALL}
    assert {case[0] for case in normal} == set(KINDS)


def fresh(place: Place, *argv: str, crash: str = "") -> subprocess.CompletedProcess[str]:
    """The command as a user starts it."""
    environ = {"PYTHONPATH": str(Path(inregel.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    environ |= {"INREGEL_CRASH": crash} if crash else {}
    return subprocess.run(
        [sys.executable, "-m", "inregel", *argv],
        cwd=place.root,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("crash", ["apply.after_perform:2", "ledger.before_commit:9", "apply.before_release"])
def test_the_environment_asks_for_the_crash_of_any_command(crash: str, yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    assert fresh(place, *place.command, crash=crash).returncode == KILLED
    ended = fresh(place, *place.command)
    assert ended.returncode == 0, ended.stderr
    place.check()
    verified = fresh(place, "history", "verify")
    assert verified.returncode == 0, verified.stdout


def test_a_point_that_there_is_not_is_refused_before_anything_is_done(yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    ended = fresh(place, *place.command, crash="apply.leesed")
    assert ended.returncode == 1
    assert "there is no point 'apply.leesed'" in ended.stderr
    assert place.writes("a") == {}

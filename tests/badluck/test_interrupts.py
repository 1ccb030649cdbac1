"""Ctrl-C and a polite kill: what is under way ends, nothing is half done, and the next run goes on."""

import signal
from pathlib import Path

import pytest

from helpers.forks import Child
from helpers.misfortune import Place, Yard

INTERRUPTED = 130
POLITE = [signal.SIGINT, signal.SIGTERM]
MOMENTS = [
    "apply.after_lease",
    "apply.after_intend",
    "apply.before_perform",
    "memory.after_write",
    "apply.after_outcome",
]


def stopped(place: Place, at: str) -> Child:
    """An apply that stands still at a point, and hears a signal as soon as it goes on."""
    child = place.start(*place.command, crash=f"{at}:1:STOP")
    assert child.stopped()
    return child


def inside(place: Place) -> Child:
    """An apply of one office that waits for the other side in the middle of an operation."""
    (place.root / "gate").touch()
    child = place.start(*place.command, "--limit", "a")
    while not (place.root / "inside").exists():
        child.forks.breathe()
    return child


def performed(place: Place) -> list[str]:
    """What became of the operations that were begun."""
    with place.ledger() as ledger:
        assert ledger.pending() == []
        told = [event for event in ledger.events() if event.kind.startswith("operation.")]
        return [event.kind for event in told for _ in event.body.get("operations", [event])]


@pytest.mark.parametrize("number", POLITE, ids=lambda each: each.name)
@pytest.mark.parametrize("kind", ["set", "chain", "irreversible", "staged", "quota"])
def test_what_is_under_way_ends_and_nothing_more_is_begun(
    kind: str, number: signal.Signals, yard: Yard, tmp_path: Path
) -> None:
    place = yard.place(tmp_path / "project", kind)
    child = stopped(place, "memory.after_write")
    child.send(number)
    child.send(signal.SIGCONT)
    ended = child.end()
    assert ended.code == INTERRUPTED, ended.said
    assert "what is under way ends first" in ended.said
    assert "Traceback" not in ended.said
    assert sum(sum(place.writes(name).values()) for name in "abc") == 1
    assert performed(place).count("operation.performed") == 1
    assert place.apply().code == 0
    place.check()


@pytest.mark.parametrize("at", MOMENTS)
def test_an_interrupt_at_any_moment_leaves_nothing_half_done(at: str, yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    child = stopped(place, at)
    child.send(signal.SIGINT)
    child.send(signal.SIGCONT)
    assert child.end().code == INTERRUPTED
    assert performed(place).count("operation.performed") == sum(sum(place.writes(name).values()) for name in "abc")
    assert place.apply().code == 0
    place.check()


@pytest.mark.parametrize("number", POLITE, ids=lambda each: each.name)
def test_the_other_side_is_waited_for_after_the_first_and_not_after_the_second(
    number: signal.Signals, yard: Yard, tmp_path: Path
) -> None:
    place = yard.place(tmp_path / "project", "set")
    child = inside(place)
    child.send(number)
    while "ends first" not in child.out.read_text():
        child.forks.breathe()
    child.send(number)
    ended = child.end()
    assert ended.code in (INTERRUPTED, -number), ended.said
    assert "Traceback" not in ended.said
    with place.ledger() as ledger:
        # Not waited for, to its end or to that of our patience: nobody knows what became of it.
        assert {item.detail for item in ledger.pending()} <= {"", "interrupted"}
        assert ledger.pending()
    (place.root / "gate").unlink()
    assert place.apply().code == 0
    place.check()


def test_the_operation_that_was_waited_for_ends_well(yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    child = inside(place)
    child.send(signal.SIGINT)
    while "ends first" not in child.out.read_text():
        child.forks.breathe()
    (place.root / "gate").unlink()
    assert child.end().code == INTERRUPTED
    assert performed(place) == ["operation.intended"] * 2 + [
        "operation.checkpoint",
        "operation.performed",
        "operation.failed",
    ]
    assert place.apply().code == 0
    assert place.writes("a") == {"x": 1, "y": 1}


@pytest.mark.parametrize("argv", [("plan", "playbooks/site.yml"), ("history",), ("work", "list")], ids=" ".join)
def test_a_command_that_only_reads_is_interrupted_at_once(argv: tuple[str, ...], yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    child = place.start(*argv, interrupted=True)
    ended = child.end()
    assert ended.code == INTERRUPTED
    assert "The same command goes on from where this one stopped." in ended.said
    assert "Traceback" not in ended.said


def test_an_interrupted_answer_is_recorded_wholly_or_not_at_all(yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "person")
    assert place.apply().code == 0
    said = place.done("W1")
    child = place.start(*said, crash="work.before_answer:1:STOP")
    assert child.stopped()
    child.send(signal.SIGINT)
    child.send(signal.SIGCONT)
    assert child.end().code == INTERRUPTED
    assert "W1" in place.open_orders()
    assert place.run(*said).code == 0
    place.answer_all()
    assert place.apply().code == 0
    place.check()

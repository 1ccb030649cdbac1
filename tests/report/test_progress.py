"""How far a run is: on a terminal, in a log, or not at all."""

import io
from collections.abc import Mapping

import pytest

from helpers import plans
from inregel.contract import Step
from inregel.plan.progress import Observer
from inregel.report.progress import watching


class Seconds:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, each: float, *, quiet: bool = False, environ: Mapping[str, str] | None = None) -> str:
    """Reads 100 offices, `each` seconds per office."""
    clock = Seconds()
    with watching(stream, quiet=quiet, environ=environ or {}, clock=clock) as observer:
        observer.reading_started(100)
        for i in range(100):
            clock.now += each
            observer.office_read(f"office{i}")
        observer.reading_done()
    return stream.getvalue()


def everything(observer: Observer) -> None:
    """Every event once, in the order of an apply."""
    entry = plans.three_offices().offices[0].entries[0]
    observer.reading_started(1)
    observer.office_read("utrecht")
    observer.reading_done()
    observer.apply_started(1)
    observer.waiting_for_lease("assu:\x1b[0m", "ria@pc12, process 4711")
    observer.performing("utrecht", entry, Step("a.do", None))
    observer.performed("utrecht", entry, Step("a.do", None), "performed")
    observer.handed_out("W1", "[red]title", "Ria", "utrecht")
    observer.held("batch 1")
    observer.office_done("utrecht", "handed_out")


def test_short_work_says_nothing_in_a_log() -> None:
    assert run(io.StringIO(), 0.05) == ""


def test_long_work_says_how_far_it_is_every_ten_seconds() -> None:
    assert run(io.StringIO(), 0.25) == "40 of 100 offices read, 4.0/s.\n80 of 100 offices read, 4.0/s.\n"


def test_quiet_says_nothing_anywhere() -> None:
    assert run(io.StringIO(), 10, quiet=True) == ""
    assert run(Terminal(), 10, quiet=True) == ""


def test_a_terminal_shows_a_line_that_is_wiped_at_the_end() -> None:
    drawn = run(Terminal(), 1, environ={"COLUMNS": "100"})
    assert "Reading" in drawn
    assert " 60/100\x1b[0m offices 1/s" in drawn
    assert drawn.endswith("\x1b[2K")


def test_a_terminal_is_drawn_at_most_ten_times_a_second() -> None:
    assert run(Terminal(), 0.001).count("Reading") < run(Terminal(), 0.2).count("Reading") / 5


def test_a_terminal_without_colour_gets_none() -> None:
    drawn = run(Terminal(), 1, environ={"NO_COLOR": "1"})
    assert "Reading" in drawn
    assert "\x1b[3" not in drawn


def test_a_dumb_terminal_gets_plain_lines() -> None:
    assert run(Terminal(), 0.25, environ={"TERM": "dumb"}).startswith("40 of 100 offices read")


def test_a_lease_of_somebody_else_is_said_at_once_without_control_characters() -> None:
    stream = io.StringIO()
    with watching(stream, clock=Seconds()) as observer:
        everything(observer)
    assert stream.getvalue() == "Waiting: assu:\\x1b[0m is in use by ria@pc12, process 4711.\n"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
@pytest.mark.parametrize("quiet", [False, True])
def test_every_event_is_taken_whoever_watches(stream: io.StringIO, quiet: bool) -> None:
    with watching(stream, quiet=quiet, clock=Seconds()) as observer:
        everything(observer)


def test_a_terminal_is_given_back_when_the_run_breaks_off() -> None:
    stream = Terminal()
    with pytest.raises(KeyError), watching(stream, clock=Seconds()) as observer:
        observer.reading_started(5)
        raise KeyError
    assert "\x1b[?25h" in stream.getvalue()


def test_names_on_a_terminal_are_only_text() -> None:
    stream = Terminal()
    clock = Seconds()
    with watching(stream, environ={"COLUMNS": "150", "NO_COLOR": "1"}, clock=clock) as observer:
        observer.apply_started(2)
        clock.now += 1
        observer.handed_out("W1", "t", "[bold]\x07Ria", "utrecht")
    assert "utrecht: W1 for [bold]\\x07Ria" in stream.getvalue()

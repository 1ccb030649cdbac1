"""How far a run is: one line that moves on a terminal, now and then a plain line where nobody watches.

It writes to standard error only, so that what a command prints stays whole in a pipe. The clock is passed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

from inregel.contract import Step
from inregel.plan.model import Entry
from inregel.plan.progress import Observer, OfficeEnd, Silent
from inregel.report.lines import clean
from inregel.report.screen import Screen, screen
from inregel.report.words import key, offices
from inregel.speech import ENGLISH, Speech, phrase

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LONG: Final = 10.0
"""Seconds between two plain lines; shorter work says nothing."""
_REFRESH: Final = 0.1
"""Seconds between two pictures on a terminal."""

Clock = Callable[[], float]


@contextmanager
def watching(  # noqa: PLR0913  # what is watched, how and in which language: named by every caller
    stream: TextIO,
    *,
    quiet: bool = False,
    color: bool | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Clock = time.monotonic,
    speech: Speech = ENGLISH,
) -> Iterator[Observer]:
    """An observer for one run; what it drew is wiped at the end. `clock` gives seconds, from any beginning."""
    if quiet:
        yield Silent()
        return
    surface = screen(stream, environ or {}, color)
    if not surface.terminal or (environ or {}).get("TERM") == "dumb":
        yield Lines(stream, clock, speech)
        return
    with Picture(stream, clock, surface, speech) as picture:
        yield picture


_READ: Final = phrase("{count} of {offices} read, {rate}/s.")
_DONE: Final = phrase("{count} of {offices} done, {rate}/s.")
_IN_USE: Final = phrase("Waiting: {identity} is in use by {holder}")


class Lines(Silent):
    """Plain lines, at most one per ten seconds; only a lease of somebody else is told at once."""

    def __init__(self, stream: TextIO, clock: Clock, speech: Speech) -> None:
        self._stream, self._clock, self._speech = stream, clock, speech
        self._total = self._done = 0
        self._begun = self._told = clock()
        self._text = _READ

    def reading_started(self, offices: int) -> None:
        """Counts from here."""
        self._start(offices, _READ)

    def office_read(self, office: str) -> None:
        """One more."""
        self._step()

    def apply_started(self, offices: int) -> None:
        """Counts from here."""
        self._start(offices, _DONE)

    def office_done(self, office: str, end: OfficeEnd) -> None:
        """One more."""
        self._step()

    def waiting_for_lease(self, identity: str, holder: str) -> None:
        """Said at once: else a run that waits looks like one that hangs."""
        text = self._speech(_IN_USE, identity=clean(identity), holder=clean(holder))
        self._stream.write(f"{text}.\n")
        self._stream.flush()

    def _start(self, offices: int, text: str) -> None:
        self._total, self._done, self._text = offices, 0, text
        self._begun = self._told = self._clock()

    def _step(self) -> None:
        self._done += 1
        now = self._clock()
        if now - self._told < LONG:
            return
        self._told = now
        rate = self._done / (now - self._begun)
        speech, total = self._speech, offices(self._total, self._speech)
        text = speech(self._text, count=speech.number(self._done), offices=total, rate=speech.decimal(rate))
        self._stream.write(f"{text}\n")
        self._stream.flush()


class Picture(Silent):
    """One line on a terminal that is drawn over itself: a bar, the count, the rate, what is going on."""

    def __init__(self, stream: TextIO, clock: Clock, surface: Screen, speech: Speech) -> None:
        self._stream, self._clock, self._surface, self._speech = stream, clock, surface, speech
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._drawn = float("-inf")

    def __enter__(self) -> Picture:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def reading_started(self, offices: int) -> None:
        """A bar for the reading."""
        self._start(self._speech("Reading"), offices)

    def office_read(self, office: str) -> None:
        """One more."""
        self._advance()

    def reading_done(self) -> None:
        """The line goes away."""
        self._stop()

    def apply_started(self, offices: int) -> None:
        """A bar for the offices that are worked on."""
        self._start(self._speech("Applying"), offices)

    def performing(self, office: str, entry: Entry, step: Step) -> None:
        """What is done now."""
        self._tell(f"{office}: {step.operation} {key(entry)}".rstrip())

    def handed_out(self, number: str, title: str, person: str, office: str) -> None:
        """Which work order went to whom."""
        self._tell(self._speech("{office}: {number} for {person}", office=office, number=number, person=person))

    def office_done(self, office: str, end: OfficeEnd) -> None:
        """One more."""
        self._advance()

    def waiting_for_lease(self, identity: str, holder: str) -> None:
        """Why nothing moves."""
        self._tell(self._speech(_IN_USE, identity=identity, holder=holder), at_once=True)

    def _start(self, word: str, offices: int) -> None:
        self._stop()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
        from rich.text import Text

        class Rate(ProgressColumn):
            """Offices per second."""

            def render(self, task: Task) -> Text:
                return Text(f"{task.speed:.0f}/s" if task.speed else "")

        console = Console(
            file=self._stream,
            force_terminal=True,
            color_system="standard" if self._surface.color else None,
            no_color=not self._surface.color,
            width=self._surface.width,
            _environ={},
        )
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn(self._speech("offices")),
            Rate(),
            TextColumn("{task.fields[now]}", markup=False),
            console=console,
            auto_refresh=False,
            transient=True,
            get_time=self._clock,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._progress.start()
        self._task = self._progress.add_task(word, total=offices, now="")
        self._draw(at_once=True)

    def _advance(self) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
            self._draw()

    def _tell(self, text: str, *, at_once: bool = False) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, now=clean(text))
            self._draw(at_once=at_once)

    def _draw(self, *, at_once: bool = False) -> None:
        now = self._clock()
        if self._progress is not None and (at_once or now - self._drawn >= _REFRESH):
            self._drawn = now
            self._progress.refresh()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None

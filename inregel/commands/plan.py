"""`inregel plan`: what would be done, and why. Writes nothing to any system, and nothing to the ledger."""

from __future__ import annotations

import asyncio
import shlex
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Literal, TextIO, TypedDict, TypeVar, Unpack

from inregel.commands.context import Context
from inregel.commands.session import Session, open_session

if TYPE_CHECKING:
    from inregel.config.playbook import Playbook
    from inregel.engine.allowance import Confirmed
    from inregel.engine.run import Options, Run
    from inregel.errors import InregelError
    from inregel.plan.model import Outcome, Plan
    from inregel.plan.progress import Observer

Result = TypeVar("Result")
FAULT: Final = 3
"""The exit code of a fault of inregel, or of a driver or module of the project (design §9)."""


class Choice(TypedDict, total=False):
    """What chooses the offices and tasks of a plan or apply, and how it is shown."""

    limit: str
    tags: Sequence[str]
    skip_tags: Sequence[str]
    extra_vars: Sequence[str]
    inventory: Sequence[str]
    forks: int
    reports: Sequence[tuple[str, str]]
    """(format, path)."""
    detailed_exitcode: bool
    verbose: bool
    quiet: bool
    strict: bool
    """`plan` only: 1 where something is blocked by you."""
    by: Literal["office", "date"]
    """`plan` only."""


def plan(context: Context, playbook: str, **options: Unpack[Choice]) -> int:
    """Prints the plan. 0; with `detailed_exitcode` 2 where something differs; with `strict` 1 where you block it.

    4 where a system could not be read, and 3 where a driver has a fault: what could be read is printed all the same.
    """
    with opened(context, options) as session:
        made, unread = make(session, playbook, options)
        show(session, made, playbook, options)
    return unread or exit_code(made, options)


def opened(context: Context, options: Choice) -> AbstractContextManager[Session]:
    """The project, with the inventory and variables that the options name."""
    return open_session(context, extra_vars=options.get("extra_vars", ()), inventory=options.get("inventory", ()))


def make(session: Session, playbook: str, options: Choice) -> tuple[Plan, int]:
    """Makes a plan; the number is the exit code of what could not be read, or 0."""
    from inregel.engine.planning import make_plan

    async def run(engine: Run) -> tuple[Plan, int]:
        return await make_plan(engine), worst([error.exit_code for error in engine.errors])

    return with_engine(session, playbook, options, run)


def with_engine(
    session: Session,
    playbook: str,
    options: Choice,
    work: Callable[[Run], Awaitable[Result]],
    allow: dict[str, int] | None = None,
    confirmed: Confirmed | None = None,
) -> Result:
    """Runs `work` on an engine whose offices are declared, with progress on standard error."""
    from inregel.engine.run import Run
    from inregel.report.progress import watching

    context = session.context
    book = session.playbook(playbook, tags=options.get("tags", ()), skip_tags=options.get("skip_tags", ()))

    _warn_of_nothing(session, book, options)

    # The task returns nothing: asyncio.run has Python write out its result in full (twice, for an error message that
    # nobody sees, while it puts back the handler of Ctrl-C), and for a large plan that is a tenth of all.
    results: list[Result] = []
    faults: list[InregelError] = []

    async def main(observer: Observer) -> None:
        settings = engine_options(session, options, observer)
        settings.allow, settings.confirmed = allow, confirmed
        async with Run(session.project, book, session.ledger, session.holder, settings) as engine:
            engine.declare()
            results.append(await work(engine))
            faults.extend(error for error in engine.errors if error.exit_code == FAULT)

    with watching(
        context.err,
        quiet=options.get("quiet", False),
        color=context.color,
        environ=context.environ,
        speech=context.speech,
    ) as observer:
        asyncio.run(main(observer))
    if faults:
        context.note_faults(faults)
    return results[0]


def _warn_of_nothing(session: Session, book: Playbook, options: Choice) -> None:
    """Says that the options choose no office or no task, as "nothing to do" would else look like success."""
    context, limit = session.context, options.get("limit", "")
    tags = [*options.get("tags", ()), *options.get("skip_tags", ())]
    speech = context.speech
    if not any(session.project.select(play.pattern, limit) for play in book.plays):
        patterns = speech(" and ").join(dict.fromkeys(f"`{play.pattern}`" for play in book.plays))
        patterns = patterns or speech("this playbook")
        if limit:
            text = speech(
                "No office is chosen: there is none in {patterns} that is in --limit {limit} too.",
                patterns=patterns,
                limit=limit,
            )
        else:
            text = speech("No office is chosen: there is none in {patterns}.", patterns=patterns)
        context.warn(text)
    elif tags and all(task.quiet for play in book.plays for task in play.tasks):
        known = sorted({tag for play in book.plays for task in play.tasks for tag in task.tags})
        names = ", ".join(known) or speech("none")
        context.warn(speech("No task is chosen by these tags. Tags here: {tags}.", tags=names))


def engine_options(session: Session, options: Choice, observer: Observer) -> Options:
    """How the engine is to go."""
    from inregel.engine.run import Options

    context = session.context
    return Options(
        now=context.now,
        sleep=context.sleep,
        limit=options.get("limit", ""),
        forks=options.get("forks", 50),
        lease=session.project.settings.lease,
        patience=session.project.settings.lease / 3,
        observer=observer,
    )


def show(session: Session, made: Plan, playbook: str, options: Choice, *, reports: bool = True) -> None:
    """Prints the plan, and writes the reports that were asked for (where an apply follows, it writes its own)."""
    from inregel.config.positions import locate
    from inregel.report import text
    from inregel.report.screen import screen

    context, root = session.context, session.project.settings.root
    stream = text_stream(context, options)
    looks = screen(stream, context.environ, context.color)
    text.render(
        made,
        stream=stream,
        width=looks.width,
        color=looks.color,
        verbose=options.get("verbose", False),
        by=options.get("by", "office"),
        next_command=next_command(playbook, options, context.vault_ids, irreversible(made)),
        locate=lambda where: locate(root, where),
        speech=context.speech,
    )
    warn_of_nobody(session, made)
    if reports:
        write_reports(session, made, options)


def warn_of_nobody(session: Session, made: Plan) -> None:
    """Says which offices do not tell who does their work orders."""
    from inregel.commands.nobody import nobody

    for text in nobody(session.project, made, session.context.speech):
        session.context.warn(text)


def text_stream(context: Context, options: Choice) -> TextIO:
    """Where the text for people goes: to standard error where a report takes standard output (`json=-`)."""
    return context.err if any(path == "-" for _, path in options.get("reports", ())) else context.out


def write_reports(session: Session, report: Plan | Outcome, options: Choice) -> None:
    """Writes the reports that were asked for; `-` is standard output. One that cannot be written keeps none back."""
    from inregel.report import ReportNotWritten, dump, write

    context = session.context
    language = context.asked_language or session.project.settings.language
    failed: list[ReportNotWritten] = []
    for form, path in options.get("reports", ()):
        try:
            if path == "-":
                _pour(context.out, dump(report, form, language))
            else:
                write(report, form, context.directory / path, language)
        except ReportNotWritten as error:
            failed.append(error)
    for another in failed[1:]:
        context.warn(context.speech.error(another).partition("\n")[0])
    if failed:
        raise failed[0]


def _pour(stream: TextIO, data: bytes) -> None:
    """Writes bytes to a stream of text as they are: Windows would write each end of a line anew."""
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(data.decode())
    else:
        buffer.write(data)


def irreversible(made: Plan) -> list[str]:
    """What `--allow` has to say for this plan: `certipost.send=200`."""
    from inregel.plan.model import PlannedStep, Status

    steps = Counter(
        part.step.operation
        for entry in made.entries()
        if entry.status is Status.CHANGE
        for part in entry.chain
        if isinstance(part, PlannedStep) and part.step.irreversible
    )
    return [f"{operation}={count}" for operation, count in sorted(steps.items())]


def next_command(playbook: str, options: Choice, vault_ids: Sequence[str] = (), allow: Sequence[str] = ()) -> str:
    """What to type to have the plan carried out: with all that made it this plan."""
    words = ["inregel apply", shlex.quote(playbook)]
    for name, values in (
        ("--limit", [options.get("limit", "")]),
        ("--tags", options.get("tags", ())),
        ("--skip-tags", options.get("skip_tags", ())),
        ("--inventory", options.get("inventory", ())),
        ("--extra-vars", options.get("extra_vars", ())),
        ("--vault-id", vault_ids),
        ("--allow", allow),
    ):
        words += [f"{name} {shlex.quote(value)}" for value in values if value]
    return " ".join(words)


def exit_code(made: Plan, options: Choice) -> int:
    """What `plan` returns for a plan that could be read (design §9)."""
    from inregel.plan.model import Status

    entries = made.entries()
    mine = [entry for entry in entries if entry.blocked is not None and entry.blocked.who == "you"]
    if options.get("strict") and any(entry.status is Status.BLOCKED for entry in mine):
        return 1
    if options.get("detailed_exitcode") and any(entry.status is not Status.IN_SYNC for entry in entries):
        return 2
    return 0


def worst(codes: Sequence[int]) -> int:
    """The exit code that tells most: a fault of ours before a system that is away; 0 where there is none."""
    return next((code for code in (3, 1, 5, 4) if code in codes), 0)

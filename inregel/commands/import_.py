"""`inregel import`: what is known today, out of a sheet, as statements of a person. An empty cell stays unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from inregel.commands.context import Context, printable
from inregel.errors import InregelError
from inregel.speech import Speech, phrase, said

if TYPE_CHECKING:
    from inregel.commands.session import Session
    from inregel.config.mistakes import Mistake
    from inregel.config.statements import Sheet, Statement
    from inregel.work.importing import Import, Importer

_MOST: Final = 100
"""Mistakes that are printed."""
_NAMED: Final = 12
"""Offices that are named in a line."""


class SheetRefused(InregelError):
    """{text}
    Nothing was recorded. Correct the sheet and give the same command again."""


class NoName(InregelError):
    """Who says so? What a sheet says is recorded as the statement of a person. Give a name: --by NAME"""


class NoDay(InregelError):
    """--date {text} is no date. Write the day on which the sheet was true, such as 2026-11-20."""


class Unwritten(InregelError):
    """{file} {reason}"""


def offices(
    context: Context,
    file: str,
    *,
    sheet: str = "",
    map_file: str = "",
    by: str = "",
    day: str = "",
    write_inventory: str = "",
    dry_run: bool = False,
) -> int:
    """Records what `file` says of the offices of the inventory. Returns 0; where anything is wrong nothing is recorded.

    `sheet` is its sheet (the first one), `map_file` says which column is what where the headers do not, `by` is the
    person who says so, `day` when it was true. Raises `SheetRefused` with all mistakes of the cells, `ConfigError`.
    """
    from inregel.commands.session import open_session
    from inregel.work.importing import Importer

    on = _day(day)
    if write_inventory and (context.directory / write_inventory).exists():
        raise Unwritten(
            file=write_inventory, reason=said("is there already, and is not written over. Give another name.")
        )
    # What a sheet says is compared with no secret, so none is asked for.
    with open_session(replace(context, secrets=False)) as session:
        found = _read(session, file, sheet, map_file)
        known = set(session.project.inventory.order)
        missing = {row.id: row.variables for row in found.rows if row.id not in known}
        found.rows = [row for row in found.rows if row.id in known]
        importer = Importer(session.ledger, session.project.settings, context.now(), on)
        new = importer.compare(found)
        _tell(context, found, new)
        if dry_run:
            for line in _listed(new, importer, context.speech):
                context.say(printable(line))
            context.tell("Nothing was recorded: --dry-run.")
        elif new.new:
            importer.record(found, new, by.strip() or _asked(context))
            context.tell("Recorded: {what}.", what=_counted(new, context.speech))
        elif new.kept:
            context.tell("Nothing was recorded.")
        else:
            context.tell("Nothing new: all of it was recorded before.")
        _tell_rest(context, found, known, missing)
        if write_inventory and missing:
            _write(context, write_inventory, missing)
        if new.new and not dry_run:
            context.tell("Next: inregel plan PLAYBOOK shows what differs, and what is still to be looked at.")
    return 0


def _read(session: Session, file: str, sheet: str, map_file: str) -> Sheet:
    from inregel.config import mapping, statements
    from inregel.config.positions import failure

    project, directory = session.project, session.context.directory
    known = mapping.resources(project.library)
    own = mapping.OwnColumns()
    root = (directory / map_file).parent
    try:
        if map_file:
            own = mapping.read(directory / map_file, map_file, mapping.targets(known))
    except mapping.MapProblem as problem:
        raise failure(root, problem.mistakes) from problem
    ids = {office.casefold(): office for office in reversed(project.inventory.order)}

    def office(text: str) -> str:
        return text if text in project.inventory.offices else ids.get(text.casefold(), text)

    def value(office: str, variable: str) -> Any:
        return project.value(office, variable) if office in project.inventory.offices else None

    asked = statements.Asked(known, own, sheet or None, office, value)
    found, mistakes = statements.read(directory / file, Path(file).name, asked)
    in_map = [mistake for mistake in mistakes if mistake.where.file == own.where.file]
    if in_map:
        raise failure(root, in_map)
    if mistakes:
        raise SheetRefused(text="\n".join(_lines(mistakes, session.context.speech)))
    return found


def _lines(mistakes: Collection[Mistake], speech: Speech) -> Iterator[str]:
    """Each mistake in a line. What stands beside it in its row is not shown: a sheet may hold passwords."""
    for count, mistake in enumerate(mistakes):
        if count == _MOST:
            break
        instead = speech(" Write instead: {text}", text=mistake.instead) if mistake.instead else ""
        file = "" if mistake.where.file in mistake.message else f"{mistake.where.file}: "
        yield printable(f"{file}{speech.again(mistake.message)}.{instead}")
    if len(mistakes) > 1:
        shown = speech(" (the first {count} are shown)", count=_MOST) if len(mistakes) > _MOST else ""
        yield speech("{count} mistakes{shown}", count=speech.number(len(mistakes)), shown=shown)


def _day(text: str) -> date | None:
    from inregel.config.sayings import day

    try:
        return day(text.strip()) if text.strip() else None
    except ValueError as error:
        raise NoDay(text=text) from error


def _asked(context: Context) -> str:
    if context.can_ask():
        context.err.write(f"{context.speech('Your name')}: ")
        context.err.flush()
        if name := context.stdin.readline().strip():
            return name
    raise NoName


# --- what is printed ------------------------------------------------------------------------------------------------


def _tell(context: Context, sheet: Sheet, new: Import) -> None:
    """What was read, and what of it is kept back."""
    speech = context.speech
    filled, empty = sum(row.filled for row in sheet.rows), sum(row.empty for row in sheet.rows)
    where = speech("{file}, sheet {sheet}", file=sheet.file, sheet=sheet.sheet) if sheet.sheet else sheet.file
    text = speech(
        "{sheet}: {offices}, {filled} cells that say something, {empty} empty.",
        sheet=where,
        offices=speech.many(len(sheet.rows), "{count} office of the inventory", "{count} offices of the inventory"),
        filled=speech.number(filled),
        empty=speech.number(empty),
    )
    context.say(printable(text))
    if sheet.ignored:
        context.say(printable(speech("Columns that say nothing here: {names}.", names=", ".join(sheet.ignored))))
    for kept in new.kept:
        who = ", ".join(part for part in (kept.other.by, f"{kept.other.at:%Y-%m-%d}" if kept.other.at else "") if part)
        said_by = f"{kept.other.source} ({who})" if kept.other.source else who
        row = kept.statement
        text = speech(
            "{office}, row {row}: {resource} is otherwise by {source}; it stays so.",
            office=row.office,
            row=row.row,
            resource=_name(row.module, kept.key),
            source=said_by,
        )
        context.warn(printable(text))
    if new.kept:
        context.warn(speech("Where the sheet is right, say on which day it was true, after those: --date DAY"))


def _name(module: str, key: Any) -> str:
    from inregel.contract import key_text

    return f"{module} {key_text(key)}".strip()


def _counted(new: Import, speech: Speech) -> str:
    modules = Counter(part.module for part, _ in new.new)
    offices = len({part.office for part, _ in new.new})
    parts = ", ".join(f"{module} {speech.number(count)}" for module, count in sorted(modules.items()))
    return speech.many(
        offices, "statements on {count} office ({modules})", "statements on {count} offices ({modules})", modules=parts
    )


def _listed(new: Import, importer: Importer, speech: Speech) -> Iterator[str]:
    """What would be recorded: a line for each resource."""
    text = phrase("{office}, row {row}: {resource}: {state}, counts until {day}")
    for part, row in new.new:
        about = {"office": part.office, "row": part.row}
        for key in part.resources:
            resource, state = _name(part.module, key), _state(part, key, speech)
            yield speech(text, **about, resource=resource, state=state, day=importer.ends(row, key))
        if part.whole and not part.resources:
            day = importer.ends(row, None)
            yield speech(text, **about, resource=part.module, state=speech("none"), day=day)


def _state(part: Statement, key: Any, speech: Speech) -> str:
    from inregel.formats import values

    state = part.resources[key]
    if state is None:
        return speech("absent")
    return ", ".join(f"{name} {values.show(value)}" for name, value in state.items())


def _tell_rest(
    context: Context, sheet: Sheet, known: Collection[str], missing: Mapping[str, Mapping[str, Any]]
) -> None:
    """Offices that stand in one of the two only."""
    unnamed = sorted(set(known) - {row.id for row in sheet.rows})
    if unnamed:
        names = ", ".join(unnamed[:_NAMED])
        if len(unnamed) > _NAMED:
            more = context.speech.number(len(unnamed) - _NAMED)
            names = context.speech("{names} and {count} others", names=names, count=more)
        context.tell("Not in the sheet, so nothing is known of them by it: {names}.", names=names)
    if missing:
        count = context.speech.number(len(missing))
        context.tell("\nNot in the inventory, so nothing was recorded of them. To add ({count}):\n", count=count)
        context.say(printable(_inventory(missing)))
        context.tell("Then give the same command again.")


def _inventory(missing: Mapping[str, Mapping[str, Any]]) -> str:
    """An inventory of offices, as YAML."""
    import yaml

    declared: dict[str, dict[str, Any]] = {}
    for office, variables in missing.items():
        own = declared.setdefault(office, {})
        for name, value in variables.items():
            part = own
            *above, last = name.split(".")
            for each in above:
                part = part.setdefault(each, {})
            part[last] = value
    return yaml.safe_dump({"all": {"offices": declared}}, allow_unicode=True, sort_keys=False, width=120)


def _write(context: Context, file: str, missing: Mapping[str, Mapping[str, Any]]) -> None:
    from inregel.platform import write_durably

    try:
        write_durably(context.directory / file, _inventory(missing).encode())
    except OSError as error:
        raise Unwritten(file=file, reason=said("cannot be written: {reason}.", reason=error.strerror)) from error
    context.tell(
        "Written: {file}. Name it in inregel.yml, under inventory:, and put its offices into their groups.", file=file
    )

"""One resource, explained: where it is declared, every value and who said so, what is done next, its history. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Final

from inregel.config.mistakes import Where
from inregel.contract import Key, Provenance, Secret, Unknown, Wait, key_text
from inregel.frozen import frozen
from inregel.ledger.base import Event
from inregel.names import label_of, plain
from inregel.plan.compare import is_stale
from inregel.plan.model import Entry, Plan, PlannedOrder, PlannedStep, Status
from inregel.report import words
from inregel.report.lines import EMPTY, Line, Span, line, pad
from inregel.report.office import Locate, file_only
from inregel.report.rows import ACTORS, View, describe
from inregel.speech import ENGLISH, Speech, phrase

_COLUMN: Final = 21
_HANG: Final = _COLUMN + 2
_WORD: Final = 8
_STATUS: Final = {
    Status.IN_SYNC: phrase("in sync"),
    Status.CHANGE: phrase("to change"),
    Status.LOOK: phrase("to be looked at"),
    Status.WAITING: phrase("waiting"),
    Status.QUEUED: phrase("queued"),
    Status.BLOCKED: phrase("blocked"),
    Status.FAILED: phrase("failed"),
}


@frozen
class Subject:
    """A resource and all that is told about it."""

    entry: Entry
    plan: Plan
    args: Mapping[str, Any] | None = None
    """The arguments of its task, rendered for this office; None where they are not known."""
    events: Sequence[Event] = ()
    """Those of the office that touch it."""
    locate: Locate = field(default=file_only)
    """Gives the place of a node in the files of the project."""
    speech: Speech = ENGLISH


def explanation_lines(subject: Subject) -> Iterator[Line]:
    """Everything about one resource."""
    entry, plan, speech = subject.entry, subject.plan, subject.speech
    orders = {order.identity: order for part in plan.offices for order in part.orders}
    view = View(plan.at, orders, verbose=True, speech=speech)
    name = words.key(entry)
    about = f"  {entry.module}{'  ' + name if name else ''}"
    yield line(Span(entry.office, "strong"), about, right=speech(_STATUS[entry.status]))
    yield from _declared(subject)
    yield from _values(entry, plan, speech)
    yield from _next(entry, view)
    yield from _needs(entry, plan, speech)
    yield from _history(subject)


def _heading(text: str) -> Iterator[Line]:
    yield EMPTY
    yield line(Span(text, "strong"))


def _declared(subject: Subject) -> Iterator[Line]:
    entry, plan, speech = subject.entry, subject.plan, subject.speech
    yield from _heading(speech("Declared"))
    play = plan.plays[entry.play].name if entry.play < len(plan.plays) else ""
    text = speech('task "{task}"', task=entry.task)
    if play:
        text = speech('{task}, play {number} "{play}"', task=text, number=entry.play + 1, play=play)
    task = task_of(entry)
    yield line(f"  {text}", right=str(subject.locate(task)), hang=4)
    for name, value in (subject.args or {}).items():
        where = Where(task.file, (*task.path, plain(entry.module), name))
        yield line(f"  {pad(name, _COLUMN)}{_argument(value, speech)}", right=str(subject.locate(where)), hang=_HANG)


def _argument(value: Any, speech: Speech) -> str:
    """An argument as people read it; secrets by name, long lists by their beginning."""
    if isinstance(value, Secret):
        return speech("secret {name}", name=value.name)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_argument(each, speech)}" for name, each in value.items()) or speech("none")
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        return words.some((_argument(each, speech) for each in items), len(items), 10) or speech("none")
    return speech("yes") if value is True else speech("no") if value is False else str(value)


def _values(entry: Entry, plan: Plan, speech: Speech) -> Iterator[Line]:
    """Per field what is there, what is wanted, and how the first is known."""
    yield from _heading(speech("Values"))
    before, after = entry.before, entry.after
    if before is None or isinstance(before, Unknown):
        known = entry.provenance.get("")
        told = speech("absent") if before is None else speech("unknown: nobody has read it and nobody has said so")
        yield line(f"  {pad(speech('now'), _COLUMN)}{told}", hang=_HANG)
        if before is None and known is not None:
            yield _known(known, plan, speech)
    if after is None and entry.status is not Status.BLOCKED:
        yield line(f"  {pad(speech('wanted'), _COLUMN)}{speech('absent')}", hang=_HANG)
    now = before if isinstance(before, Mapping) else {}
    for name in dict.fromkeys((*(after or {}), *now)):
        if name in now:
            value = words.value(now[name], speech, verbose=True)
            yield line(f"  {pad(name, _COLUMN)}{pad(speech('now'), _WORD)}{value}", hang=_HANG)
            known = entry.provenance.get(name) or entry.provenance.get("", Provenance("unknown"))
            yield _known(known, plan, speech)
        if after is not None and name in after:
            first = "" if name in now else name
            value = words.value(after[name], speech, verbose=True)
            yield line(f"  {pad(first, _COLUMN)}{pad(speech('wanted'), _WORD)}{value}", hang=_HANG)
        elif after is not None:
            yield line(f"  {pad('', _COLUMN)}{speech('not declared: it may be anything')}", hang=_HANG)


def _known(known: Provenance, plan: Plan, speech: Speech) -> Line:
    text = words.source(known, speech, verbose=True)
    if known.kind != "stale" and is_stale(known, plan.at.date()):
        text += speech(" (past its date)")
    return line(f"  {pad('', _COLUMN)}", Span(f"{' ' * _WORD}{text}", "faint"), hang=_HANG + _WORD)


def _next(entry: Entry, view: View) -> Iterator[Line]:
    speech = view.speech
    yield from _heading(speech("What is done next"))
    if entry.status is Status.IN_SYNC:
        yield line(speech("  Nothing: it is as declared."))
        return
    finding = describe(entry, view)
    if finding.text:
        yield line(f"  {finding.text}", right=finding.who, hang=4)
    if entry.blocked is not None:
        if entry.blocked.remedy:
            remedy, mine = entry.blocked.remedy, entry.blocked.who == "you"
            can = speech("you can: {remedy}", remedy=remedy) if mine else speech("others can: {remedy}", remedy=remedy)
            yield line(f"  {can}", hang=4)
        return
    look = entry.line == "look"
    if look:
        text = speech("person: look what is there; nothing is changed. Then, where it is not as declared:")
        yield line(f"  1. {text}", hang=5)
    for number, part in enumerate(entry.chain, 2 if look else 1):
        yield line(f"  {number}. {_part(part, speech)}", hang=5)
    for identity in dict.fromkeys((*entry.after_orders, entry.order)):
        order = view.orders.get(identity)
        if order is not None:
            yield _order(order, speech)


def _part(part: PlannedStep | Wait, speech: Speech) -> str:
    if isinstance(part, Wait):
        return speech(
            "{party} answers, at the latest {day}: {target}",
            party=part.party,
            day=part.until.date(),
            target=words.state(part.reaches, speech, verbose=True),
        )
    step = part.step
    text = speech(
        "{who}: {operation}, then it is {target}",
        who=speech(ACTORS[part.actor]),
        operation=step.operation,
        target=words.state(step.reaches, speech, verbose=True),
    )
    return f"{text}, {speech('IRREVERSIBLE')}" if step.irreversible else text


def _order(order: PlannedOrder, speech: Speech) -> Line:
    text = speech(
        "  {order} {title}, for {person}, {state}",
        order=words.order_name(order),
        title=order.title or order.name,
        person=order.person or order.role,
        state=speech("handed out") if order.open else speech("not handed out yet"),
    )
    return line(text, right=f"inregel work show {order.number}" if order.open else "", hang=4)


def _needs(entry: Entry, plan: Plan, speech: Speech) -> Iterator[Line]:
    """What it rests on, and what rests on it, with where each stands."""
    own = [each for part in plan.offices if part.office.id == entry.office for each in part.entries]
    wanted = set(entry.needs)
    below = [each for each in own if (each.module, each.key) in wanted]
    above = [each for each in own if (entry.module, entry.key) in each.needs]
    for title, some in ((speech("Rests on"), below), (speech("What rests on it"), above)):
        if some:
            yield from _heading(title)
        for each in some[:10]:
            yield line(
                f"  {pad(each.module, _COLUMN)}{words.key(each)}", right=speech(_STATUS[each.status]), hang=_HANG
            )
        if len(some) > 10:
            yield line(speech("  ... {count} more", count=speech.number(len(some) - 10)))


def _history(subject: Subject) -> Iterator[Line]:
    speech = subject.speech
    yield from _heading(speech("History"))
    if not subject.events:
        yield line(speech("  Nothing is recorded about it."))
    for event in subject.events:
        text = event.kind
        if event.person:
            opened = event.kind == "order.opened"
            told = phrase("{event} for {person}") if opened else phrase("{event} by {person}")
            text = speech(told, event=event.kind, person=event.person)
        yield line(f"  {_moment(event.at, subject.plan.at)}  {text}{_said(event, speech)}", hang=20)


def _moment(at: datetime, plan: datetime) -> str:
    return f"{at.astimezone(plan.tzinfo):%Y-%m-%d %H:%M}"


def _said(event: Event, speech: Speech) -> str:
    """The parts of an event that tell something to people."""
    names = ("number", "successor", "operation", "secret", "connection", "detail", "source", "file", "note", "reason")
    parts = [str(event.body[name]) for name in names if event.body.get(name)]
    parts += map(str, event.body.get("secrets") or ())
    if event.body.get("until"):
        parts.append(speech("until {day}", day=event.body["until"]))
    return f": {', '.join(parts)}" if parts else ""


# --- choosing -------------------------------------------------------------------------------------------------------


def task_of(entry: Entry) -> Where:
    """The node of the task itself, also where the entry names one of its arguments as the wrong one."""
    path = entry.where.path
    return Where(entry.where.file, path[:-2]) if path[-2:-1] == (plain(entry.module),) else entry.where


def matching(entries: Iterable[Entry], resource: str) -> list[Entry]:
    """The entries that `module` or `module:key` names; without a label those that have none, else any."""
    module, _, key = resource.partition(":")
    found = [each for each in entries if plain(each.module) == plain(module) and key in ("", key_text(each.key))]
    return [each for each in found if each.module == module] or ([] if label_of(module) else found)


def names_of(entries: Iterable[Entry]) -> list[str]:
    """What can be asked for: `module:key`, and `module` alone where its resource has no key."""
    return [f"{each.module}:{key_text(each.key)}" if each.key else each.module for each in entries]


def touching(events: Iterable[Event], module: str, key: Key, orders: Collection[str]) -> list[Event]:
    """The events about one resource: statements, operations, and what became of the work orders `orders` (numbers)."""
    container, name = key if isinstance(key, tuple) else ("", key)
    operations: set[Any] = set()
    found = []
    for event in events:
        body = event.body
        if event.kind.startswith(("operation.", "secret.")):
            for each in _operations(body):
                if (each.get("module"), each.get("container"), each.get("name")) == (module, container, name):
                    operations.add(each.get("id"))
                if each.get("id") in operations:
                    found.append(replace(event, body={**body, **each}))
        elif body.get("number") in orders or any(_about(each, module, container, name) for each in _resources(body)):
            found.append(event)
    return found


def _operations(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The operations that an event is about; it may be about one by its own parts."""
    several = body.get("operations", [body])
    return [each for each in several if isinstance(each, Mapping)] if isinstance(several, list) else ()


def _resources(body: Mapping[str, Any]) -> Sequence[Any]:
    resources = body.get("resources")
    return resources if isinstance(resources, list) else ()


def _about(resource: Any, module: str, container: str, name: str) -> bool:
    """Whether one part of an "attested" event is about a resource: its own, or a listing of its container."""
    if not isinstance(resource, list | tuple) or len(resource) < 3:
        return False
    listed = resource[2]
    same = listed == name or (isinstance(listed, list) and resource[-1] == "listing")
    return resource[0] == module and resource[1] == container and same

"""One row per finding in an office: resources with an equal finding share a row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Final, NamedTuple, TypeAlias

from inregel.config.mistakes import Where
from inregel.contract import UNKNOWN, AtLeast, Provenance, State, Wait
from inregel.frozen import frozen
from inregel.plan.model import Entry, FieldChange, PlannedOrder, PlannedStep, Status
from inregel.report import words
from inregel.speech import ENGLISH, Speech, phrase


class Detail(NamedTuple):
    """A line below a finding."""

    name: str
    """The field, or ""."""
    text: str
    note: str = ""
    located: bool = False
    """The place in the file stands at the right of it."""


@frozen
class Finding:
    """What there is to say about a resource, apart from its name. Equal findings are one row."""

    mark: str
    module: str
    text: str
    who: str = ""
    details: tuple[Detail, ...] = ()


Reason: TypeAlias = tuple[str, tuple[Detail, ...]]
"""Why a resource is blocked, and what can be done; equal ones have one cause."""


@dataclass(slots=True)
class Row:
    """A finding and the resources that it is about."""

    finding: Finding
    keys: list[str]
    where: Where
    """Where the first of them is declared."""
    several: bool = False
    """They are of several modules, blocked for one reason; a detail names them."""


@frozen
class View:
    """What a finding is written with: the moment of the plan, the office's work orders, all or the usual."""

    at: datetime
    orders: Mapping[str, PlannedOrder]
    verbose: bool = False
    told: frozenset[Reason] = frozenset()
    """Why resources of several offices are blocked: said once, before the offices."""
    speech: Speech = ENGLISH

    @property
    def today(self) -> date:
        """The day of the plan."""
        return self.at.date()


def rows(entries: Iterable[Entry], view: View) -> list[Row]:
    """The rows of one office, in the order of the plan; those in sync only with `verbose`."""
    found: dict[Finding, Row] = {}
    reasons: dict[Reason, list[Row]] = {}
    for entry in entries:
        if entry.status is Status.IN_SYNC and not view.verbose:
            continue
        finding = describe(entry, view)
        reason = reason_of(entry, finding)
        if reason in view.told:
            continue
        row = found.get(finding)
        if row is None:
            found[finding] = row = Row(finding, [], entry.where)
            if reason is not None:
                reasons.setdefault(reason, []).append(row)
        row.keys.append(words.key(entry))
    together = {id(row): same for same in reasons.values() if len(same) > 1 for row in same}
    kept = [row for row in found.values() if together.get(id(row), [row])[0] is row]
    return [_together(together[id(row)], view) if id(row) in together else row for row in kept]


def reason_of(entry: Entry, finding: Finding) -> Reason | None:
    """Why a resource is blocked, where it waits for no other resource."""
    if entry.status is not Status.BLOCKED or entry.blocked is None or entry.blocked.cause:
        return None
    return finding.text, finding.details


def _together(same: Sequence[Row], view: View) -> Row:
    """Rows of several modules that are blocked for one reason, as one."""
    first = same[0].finding
    keys = [key for row in same for key in row.keys]
    named = Detail("", words.resources(((row.finding.module, row.keys) for row in same), view.speech))
    finding = Finding(first.mark, words.settings(len(keys), view.speech), first.text, "", (*first.details, named))
    return Row(finding, keys, same[0].where, several=True)


def describe(entry: Entry, view: View) -> Finding:
    """What there is to say about one resource."""
    sign = words.mark(entry)
    if entry.status in (Status.BLOCKED, Status.FAILED):
        details = (*_proven(entry, view.speech), *_remedy(entry, view.speech))
        return Finding(sign, entry.module, _blocked(entry, view.speech), "", details)
    if entry.status is Status.IN_SYNC:
        return Finding(sign, entry.module, _in_sync(entry, view))
    if entry.status is Status.WAITING:
        return Finding(sign, entry.module, _waiting(entry, view))
    if entry.status is Status.QUEUED:
        return Finding(sign, entry.module, _queued(entry, view.speech))
    text = _look(entry, view) if entry.status is Status.LOOK else _change(entry, view)
    if entry.irreversible:
        irreversible = view.speech("IRREVERSIBLE")
        text = f"{text}, {irreversible}" if text else irreversible
    return Finding(sign, entry.module, text, who(entry, view), (*_fields(entry, view), *_then(entry, view)))


def _queued(entry: Entry, speech: Speech) -> str:
    if entry.until is None:
        return speech("queued, over the quota")
    return speech("queued, over the quota, {day}", day=entry.until.isoformat())


# --- what is done ---------------------------------------------------------------------------------------------------


def _change(entry: Entry, view: View) -> str:
    """`absent -> linked`; nothing where the fields have lines of their own."""
    if entry.before is not None and entry.after is not None and not _single(entry, view.speech):
        return ""
    return " -> ".join([words.state(entry.before, view.speech, verbose=view.verbose), *_stages(entry, view)])


def _stages(entry: Entry, view: View) -> list[str]:
    """The states that the steps of this plan reach, one after the other."""
    stages: list[str] = []
    for part in entry.chain:
        if isinstance(part, Wait):
            break
        text = words.state(_worth(entry, part.step.reaches), view.speech, verbose=view.verbose)
        if not stages or stages[-1] != text:
            stages.append(text)
    return stages or [words.state(entry.after, view.speech, verbose=view.verbose)]


def _worth(entry: Entry, reaches: State | None) -> State | None:
    """Of what a step reaches only the fields that are declared."""
    if reaches is None or not entry.after:
        return reaches
    return {name: given for name, given in reaches.items() if name in entry.after} or reaches


def _single(entry: Entry, speech: Speech) -> bool:
    """A state of one field is said in one word, without the field's name."""
    return (
        entry.after is not None
        and len(entry.after) == 1
        and (entry.before is None or (isinstance(entry.before, Mapping) and entry.before.keys() == entry.after.keys()))
        and words.told(words.state(entry.after, speech), speech)
    )


def _look(entry: Entry, view: View) -> str:
    speech = view.speech
    if entry.line == "look_then_do":
        target = _stages(entry, view)[-1]
        if words.told(target, speech):
            return speech("unknown -> {target}, look, then do", target=target)
        return speech("unknown, look, then do")
    if entry.before is UNKNOWN or not entry.fields:
        return speech("unknown, look")
    unknown = [field.name for field in entry.fields if field.before is UNKNOWN]
    if unknown:
        whole = entry.after is None or len(unknown) == len(entry.after)
        return speech("unknown, look") if whole else speech("unknown {fields}, look", fields=", ".join(unknown))
    since = words.stale_since(entry, view.today)
    return speech("stale since {day}, look", day=since.isoformat()) if since else speech("stale, look")


def _fields(entry: Entry, view: View) -> tuple[Detail, ...]:
    """One line per field that differs, where one word did not say it."""
    if entry.after is None or entry.status is Status.LOOK or _single(entry, view.speech):
        return ()
    if entry.before is None and words.told(_stages(entry, view)[-1], view.speech):
        return ()
    details: list[Detail] = []
    last: Provenance | None = None
    for field in entry.fields:
        note = _note(entry, field, view, known=last)
        text = words.value(field.after, view.speech, verbose=view.verbose)
        if entry.before is not None:
            text = f"{_before(field, view)} -> {text}"
        details.append(Detail(field.name, text, note))
        last = field.was
    return tuple(details)


def _before(field: FieldChange, view: View) -> str:
    return words.value(field.before, view.speech, verbose=view.verbose)


def _note(entry: Entry, field: FieldChange, view: View, known: Provenance | None) -> str:
    """How the old value is known (said once where it is the same for the next field), and whence the new one."""
    parts = []
    left = words.days_left(entry, field.name, field.before, view.today, view.speech)
    if left:
        parts.append(left)
    if entry.before is not None and (field.was != known or view.verbose):
        known_by = words.source(field.was, view.speech, verbose=view.verbose)
        parts.append(view.speech("was: {known}", known=known_by))
    file = _file_of(entry, field)
    if file:
        parts.append(view.speech("new: verified, {file}", file=file))
    return "; ".join(parts)


def _file_of(entry: Entry, field: FieldChange) -> str:
    """The declared file that a value was read from: a rule was declared, and the step knows what satisfies it."""
    rule = entry.after.get(field.name) if entry.after else None
    first = entry.chain[0] if entry.chain else None
    if not isinstance(rule, AtLeast) or isinstance(field.after, AtLeast) or not isinstance(first, PlannedStep):
        return ""
    file = first.step.arguments.get("file")
    return file if isinstance(file, str) else ""


def _then(entry: Entry, view: View) -> tuple[Detail, ...]:
    """What comes after what is done now: `then Certipost, at most 2 days: confirmed`."""
    details = []
    waited, speech = False, view.speech
    for part in entry.chain:
        if isinstance(part, Wait):
            waited = True
            target = words.state(part.reaches, speech, verbose=view.verbose)
            span = _span(part, view)
            text = speech("then {party}, {span}: {target}", party=part.party, span=span, target=target)
            details.append(Detail("", text, speech.again(part.note)))
        elif waited:
            target = words.state(_worth(entry, part.step.reaches), speech, verbose=view.verbose)
            text = speech("then {who}: {target}", who=speech(ACTORS[part.actor]), target=target)
            details.append(Detail("", text))
    return tuple(details)


def _span(wait: Wait, view: View) -> str:
    days = ceil((wait.until - view.at).total_seconds() / 86400)
    if days > 0:
        return view.speech.many(days, "at most {count} day", "at most {count} days")
    return view.speech("until {day}", day=wait.until.date().isoformat())


ACTORS: Final = {"machine": phrase("machine"), "person": phrase("person")}


def who(entry: Entry, view: View) -> str:
    """Who acts: `machine`, `person W1`, `machine, then person W2 (menu rights), after W3`."""
    parts: list[str] = []
    speech = view.speech
    for part in entry.chain:
        if isinstance(part, Wait):
            break
        text = speech(ACTORS[part.actor])
        if part.actor == "person":
            text = f"{text} {words.order_name(view.orders.get(part.order or entry.order))}".rstrip()
            if entry.actor == "both":
                text += f" ({part.step.operation.rpartition('.')[2].replace('_', ' ')})"
        if not parts or parts[-1] != text:
            parts.append(text)
        if entry.line == "look":
            break
    text = parts[0] if parts else ""
    for each in parts[1:]:
        text = speech("{first}, then {second}", first=text, second=each)
    order = view.orders.get(entry.order)
    if order is not None and order.open and entry.actor == "person":
        text = speech("{who}, handed out", who=text)
    after = words.order_names(entry.after_orders, view.orders)
    return speech("{who}, after {orders}", who=text, orders=after) if after else text


# --- what cannot be done now ----------------------------------------------------------------------------------------


def _blocked(entry: Entry, speech: Speech) -> str:
    failed = entry.status is Status.FAILED
    if entry.blocked is None:
        return speech("failed") if failed else speech("blocked")
    reason = speech.again(entry.blocked.reason)
    # The engine's own words for a resource that waits for another say "blocked" themselves.
    if entry.blocked.cause and entry.blocked.reason.startswith("failed" if failed else "blocked"):
        return reason
    return speech("failed: {reason}", reason=reason) if failed else speech("blocked: {reason}", reason=reason)


def _proven(entry: Entry, speech: Speech) -> tuple[Detail, ...]:
    """What a declared file showed of a resource, where now nobody can say what is wanted: without secrets."""
    if entry.after is not None or not isinstance(entry.before, Mapping):
        return ()
    proofs = {name: known for name, known in entry.provenance.items() if known.kind == "verified" and known.source}
    values = {name: given for name, given in entry.before.items() if name in proofs and not words.is_blob(given)}
    told = ", ".join(f"{name} {words.value(given, speech)}" for name, given in values.items())
    return (Detail("", told, words.source(proofs[next(iter(values))], speech, verbose=True)),) if values else ()


def _remedy(entry: Entry, speech: Speech) -> tuple[Detail, ...]:
    blocked = entry.blocked
    if blocked is None or blocked.cause:
        return ()
    if blocked.who == "you":
        if not blocked.remedy:
            return (Detail("", speech("you can change it here:"), located=True),)
        return (Detail("", speech("you can: {remedy}", remedy=blocked.remedy), located=True),)
    return (Detail("", speech("others can: {remedy}", remedy=blocked.remedy)),) if blocked.remedy else ()


def _waiting(entry: Entry, view: View) -> str:
    wait, speech = entry.wait, view.speech
    reason = speech.again(entry.blocked.reason) if entry.blocked else ""
    if wait is None:
        orders = words.order_names(entry.after_orders, view.orders)
        return speech("waiting for {party}", party=orders) if orders else reason or speech("waiting")
    day = wait.until.date().isoformat()
    late = wait.until < view.at
    when = speech("overdue since {day}", day=day) if late else speech("until {day} at most", day=day)
    target = words.state(wait.reaches, speech, verbose=view.verbose)
    text = speech("waiting for {party}, {when}: {target}", party=wait.party, when=when, target=target)
    if entry.blocked is not None and entry.blocked.cause:
        text += f" ({reason})"
    return f"{text}; {speech.again(wait.note)}" if wait.note else text


def _in_sync(entry: Entry, view: View) -> str:
    text = words.state(entry.before, view.speech, verbose=True)
    sources = {words.source(known, view.speech, verbose=True) for known in entry.provenance.values()}
    return f"{text}; {'; '.join(sorted(sources))}" if sources else text

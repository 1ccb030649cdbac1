"""The plan of many offices: equal findings are one line with a count and the first offices. Pure.

Texts that differ only by the name of the office or the resource are equal. Of one module and mark a handful of
different findings is shown, the rest is counted, so the length does not grow with the number of offices.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from inregel.contract import AtLeast
from inregel.plan.model import Entry, OfficePlan, Plan, PlannedOrder, Status
from inregel.report import words
from inregel.report.lines import EMPTY, Line, Span, cut, layout, line, pad
from inregel.report.office import KEY_COLUMN, Locate
from inregel.report.rows import Finding, View, describe
from inregel.speech import Speech

if TYPE_CHECKING:
    from inregel.report.text import Style

_KINDS: Final = (12, 10, 8, 6, 5, 4)
"""Different findings of one module and mark that are shown: as many as leave room, and the last in any case."""
_ROWS: Final = 52
"""Of all plays together, at `_WIDTH` columns; heading and counts make it 60."""
_WIDTH: Final = 110
_LONGEST: Final = 76
"""Columns of the text of one line, so that it stays one."""
_ORDER_TITLES: Final = 5
_LINTS: Final = 5


@dataclass(slots=True)
class Bucket:
    """Findings of one kind."""

    first: Entry
    finding: Finding
    count: int = 0
    offices: dict[str, None] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    """Their exact texts; more than one shows as what they have in common."""
    orders: set[str] = field(default_factory=set)
    ends: list[tuple[date, str]] = field(default_factory=list)
    """(until when, office) of what must be valid for longer."""

    def add(self, entry: Entry, finding: Finding) -> None:
        """One more resource."""
        self.count += 1
        self.offices[entry.office] = None
        if len(self.texts) < 2:
            self.texts.add(finding.text)
        if entry.order:
            self.orders.add(entry.order)
        if entry.status is Status.CHANGE and (ends := _ends(entry)) is not None:
            self.ends.append((ends, entry.office))


def grouped_lines(
    plan: Plan, parts: Sequence[OfficePlan], orders: Mapping[str, PlannedOrder], style: Style
) -> Iterator[Line]:
    """Play by play: its heading, the findings, the work orders, what lint says."""
    speech = style.speech
    view = View(plan.at, orders, speech=speech)
    plays = [[part for part in parts if part.play == number] for number in range(len(plan.plays))]
    room = _ROWS // max(1, sum(map(bool, plays)))
    for number, (play, own) in enumerate(zip(plan.plays, plays, strict=True)):
        if not own:
            continue
        yield EMPTY
        batches = speech.many(
            len(play.batches), "play {play}, {count} batch", "play {play}, {count} batches", play=number + 1
        )
        about = f"  {words.offices(len(play.offices), speech)}, {play.name}"
        yield line(Span(play.pattern or "all", "strong"), about, right=batches, hang=2)
        below = [*_remarks(own, speech), *_orders(own, speech)]
        yield from _findings(own, view, style.locate, room - 2 - _rows(below))
        yield from below


def _rows(lines: Sequence[Line]) -> int:
    """How many rows lines take on a screen."""
    return sum(len(layout(each, _WIDTH)) for each in lines)


def _findings(parts: Sequence[OfficePlan], view: View, locate: Locate, room: int) -> Sequence[Line]:
    """Findings by module in the order in which they are met, the commonest of a module first; in `room` rows."""
    kinds = _kinds(parts, view)
    found: list[Line] = []
    for most in _KINDS:
        found = [each for buckets in kinds for each in _ranked(buckets, most, view, locate)]
        if _rows(found) <= room:
            break
    return found


def _kinds(parts: Sequence[OfficePlan], view: View) -> list[list[Bucket]]:
    """Per module and mark its different findings, the commonest first."""
    kinds: dict[tuple[str, str], dict[Hashable, Bucket]] = {}
    for part in parts:
        for entry in part.entries:
            if entry.status is Status.IN_SYNC:
                continue
            finding = describe(entry, view)
            buckets = kinds.setdefault((finding.mark, entry.module), {})
            shape = _shape(entry, finding, view.speech)
            bucket = buckets.get(shape)
            if bucket is None:
                buckets[shape] = bucket = Bucket(entry, finding)
            bucket.add(entry, finding)
    return [sorted(buckets.values(), key=lambda bucket: -bucket.count) for buckets in kinds.values()]


def _ranked(ranked: Sequence[Bucket], most: int, view: View, locate: Locate) -> Iterator[Line]:
    """The `most` first of one module and mark, and how many there are beside."""
    shown = ranked if len(ranked) <= most + 1 else ranked[:most]
    for bucket in shown:
        yield from _bucket_lines(bucket, view, locate)
    if len(shown) < len(ranked):
        yield _rest(ranked[len(shown) :], view.speech)


def _shape(entry: Entry, finding: Finding, speech: Speech) -> Hashable:
    """What makes findings of one module and mark equal."""
    if entry.status in (Status.CHANGE, Status.LOOK):
        known = "" if entry.fields else finding.text
        return (entry.line, tuple(each.name for each in entry.fields), entry.actor, known)
    if entry.status is Status.WAITING:
        return ("wait", entry.wait.party if entry.wait else _general(entry, finding.text, speech))
    if entry.status is Status.QUEUED:
        return "queued"
    return (entry.status, _general(entry, finding.text, speech))


def _general(entry: Entry, text: str, speech: Speech) -> str:
    """`text` without the names of the office and the resource."""
    key = words.key(entry)
    for name, instead in ((key, speech("<name>")), (entry.office, speech("<office>"))):
        if name:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", instead, text)
    return text


def _ends(entry: Entry) -> date | None:
    """When a date that must lie ahead comes, in what is there now."""
    for change in entry.fields:
        rule = entry.after.get(change.name) if entry.after else None
        if isinstance(rule, AtLeast) and isinstance(rule.bound, timedelta) and isinstance(change.before, date):
            return change.before
    return None


def _bucket_lines(bucket: Bucket, view: View, locate: Locate) -> Iterator[Line]:
    finding, entry, speech = bucket.finding, bucket.first, view.speech
    if bucket.count == 1:
        name = words.key(entry)
        text = f"{entry.office}{' ' + name if name else ''}: {finding.text or _differing(entry, speech)}"
    else:
        text = f"{_how_many(bucket.count, len(bucket.offices), speech)}: {_common(bucket, speech)}"
    yield _row(finding.mark, finding.module, text, _who(bucket, view))
    remedy = next((detail for detail in finding.details if detail.located), None)
    if remedy is not None:
        text = remedy.text if bucket.count == 1 else _general(entry, remedy.text, speech)
        yield line(" " * KEY_COLUMN, text, right=str(locate(entry.where)), hang=KEY_COLUMN)


def _how_many(count: int, offices: int, speech: Speech) -> str:
    """`211 in 118 offices`, or `9 offices` where each has one."""
    about = words.offices(offices, speech)
    return about if count == offices else speech("{count} in {offices}", count=speech.number(count), offices=about)


def _row(sign: str, module: str, text: str, who: str) -> Line:
    return line("  ", Span(sign, words.MARKS[sign]), " ", pad(module, 21), text, right=who, hang=KEY_COLUMN)


def _common(bucket: Bucket, speech: Speech) -> str:
    """What the findings of a bucket have in common, and the first offices."""
    entry = bucket.first
    if bucket.ends:
        bucket.ends.sort()
        dates = words.some((f"{day.isoformat()} {office}" for day, office in bucket.ends), len(bucket.ends), 2)
        rule = next(each for each in (entry.after or {}).values() if isinstance(each, AtLeast))
        days = rule.bound.days if isinstance(rule.bound, timedelta) else rule.bound
        return speech("expire within {days} days: {dates} (--by date)", days=days, dates=dates)
    if entry.status is Status.WAITING and entry.wait is not None and len(bucket.texts) > 1:
        text = speech("waiting for {party}", party=entry.wait.party)
    elif entry.status in (Status.CHANGE, Status.LOOK) and (len(bucket.texts) > 1 or not bucket.finding.text):
        text = _differing(entry, speech)
    else:
        text = bucket.finding.text if len(bucket.texts) == 1 else _general(entry, bucket.finding.text, speech)
    shown = 2 if bucket.orders else 3  # who acts stands on the same line
    longest = _LONGEST if bucket.orders else 2 * _LONGEST  # why something is blocked may take a second row
    return f"{cut(text, longest)} ({words.some(bucket.offices, len(bucket.offices), shown)})"


def _differing(entry: Entry, speech: Speech) -> str:
    """The fields that differ, by name."""
    names = ", ".join(each.name for each in entry.fields)
    if entry.status is Status.LOOK:
        return (
            speech("{fields} unknown or stale, look", fields=names) if names else speech("all unknown or stale, look")
        )
    if entry.before is None:
        return speech("absent -> present ({fields})", fields=names) if names else speech("absent -> present")
    return speech.many(len(entry.fields), "{fields} differs", "{fields} differ", fields=names)


def _who(bucket: Bucket, view: View) -> str:
    """`machine`, or how many work orders."""
    if not bucket.orders or bucket.count == 1:
        return bucket.finding.who
    speech, count = view.speech, len(bucket.orders)
    if bucket.first.line == "look":
        orders = speech.many(count, "{count} check order", "{count} check orders")
    else:
        orders = speech.many(count, "{count} order", "{count} orders")
    if bucket.first.actor == "both":
        return speech("machine, then person, {orders}", orders=orders)
    return speech("person, {orders}", orders=orders)


def _rest(buckets: Sequence[Bucket], speech: Speech) -> Line:
    """The kinds that are not shown."""
    offices = dict.fromkeys(office for bucket in buckets for office in bucket.offices)
    count = sum(bucket.count for bucket in buckets)
    first = buckets[0].finding
    text = speech(
        "{count} more in {offices}, {findings} ({names}): --limit OFFICE, or --verbose",
        count=speech.number(count),
        offices=words.offices(len(offices), speech),
        findings=speech.many(len(buckets), "{count} other finding", "{count} other findings"),
        names=words.some(offices, len(offices)),
    )
    return _row(first.mark, first.module, text, "")


def _remarks(parts: Sequence[OfficePlan], speech: Speech) -> Iterator[Line]:
    """What holds or cannot be read, and lint, each with a count."""
    told: dict[tuple[str, str, str], dict[str, None]] = {}
    instead = speech("<office>")
    for part in parts:
        name = part.office.id
        remarks = [("!", "lint", f"{module}: {speech.again(finding.message)}") for module, finding in part.findings]
        if part.unavailable:
            remarks.insert(0, ("x", "blocked", speech("could not be read: {reason}", reason=part.unavailable)))
        if part.held:
            remarks.insert(0, (".", "wait", speech("not begun: {reason}", reason=part.held)))
        for sign, style, text in remarks:
            general = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", lambda _: instead, text)
            told.setdefault((sign, style, general), {})[name] = None
    ranked = sorted(told.items(), key=lambda item: -len(item[1]))
    for (sign, style, text), offices in ranked[:_LINTS]:
        shown = text if len(offices) > 1 else text.replace(instead, next(iter(offices)))
        about = f" {words.offices(len(offices), speech)}: {shown} ({words.some(offices, len(offices))})"
        yield line("  ", Span(sign, style), about, hang=4)
    if len(ranked) > _LINTS:
        more = speech.many(
            len(ranked) - _LINTS,
            "{count} other remark: --limit OFFICE, or --verbose",
            "{count} other remarks: --limit OFFICE, or --verbose",
        )
        yield line(f"    {more}")


def _orders(parts: Sequence[OfficePlan], speech: Speech) -> Iterator[Line]:
    """The work orders by title: how many, and which numbers."""
    titles: dict[str, list[PlannedOrder]] = {}
    for part in parts:
        for order in part.orders:
            titles.setdefault(order.title or order.name, []).append(order)
    for title, orders in list(titles.items())[:_ORDER_TITLES]:
        in_hand = sum(order.open for order in orders)
        numbers = [name for name in (order.number for order in orders) if name]
        span = f"{words.ranges(numbers, speech)}, " if numbers else ""
        handed = speech(" ({count} handed out)", count=speech.number(in_hand)) if in_hand else ""
        yield line("  ", Span(words.orders(len(orders), speech), "strong"), f": {span}{title}{handed}", hang=4)
    if len(titles) > _ORDER_TITLES:
        more = speech.many(
            len(titles) - _ORDER_TITLES,
            "{count} other sort of work order: inregel work list",
            "{count} other sorts of work order: inregel work list",
        )
        yield line(f"  {more}")

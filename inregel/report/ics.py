"""The dates of a plan as an iCalendar file (RFC 5545), to be subscribed to. Pure.

One all-day event per day of a resource. Its UID follows from what it is about and not from the day, so that a day that
moves is moved in the calendar, and one that is settled vanishes with the next file. Equal plans give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator
from datetime import UTC, date
from typing import Final

from inregel.contract import Provenance
from inregel.plan.model import Entry, OfficePlan, Outcome, Plan
from inregel.report import words
from inregel.report.dues import Due, Sort, alone
from inregel.report.lines import clean
from inregel.speech import Speech, speech_in

WIDTH: Final = 75
"""Octets of a line, its break not counted (RFC 5545 section 3.1)."""
_WARNED: Final[frozenset[Sort]] = frozenset(("ends", "look"))
"""What somebody has to prepare for; nobody has to wake up for the answer of another."""


def dump(report: Plan | Outcome, language: str = "nl") -> bytes:
    """The calendar of a plan, or of the plan after an apply, as UTF-8 with CRLF."""
    plan = report if isinstance(report, Plan) else report.after
    speech = speech_in(language)
    name = speech("{project}: dates of the offices", project=clean(plan.project))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//inregel//plan//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        *_events(plan, speech),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _events(plan: Plan, speech: Speech) -> Iterator[str]:
    """All events by day; a resource that stands in the plan twice has each once, on the first of its days."""
    found: dict[str, tuple[date, OfficePlan, Entry, Due]] = {}
    for part in plan.offices:
        for entry in part.entries:
            for due in alone(entry):
                uid = _uid(plan.project, entry, due)
                if uid not in found or due.day < found[uid][0]:
                    found[uid] = (due.day, part, entry, due)
    for uid, (_, part, entry, due) in sorted(found.items(), key=lambda item: (item[1][0], item[0])):
        yield from _event(
            uid, due.day, _stamp(plan), _about(plan, part, entry, due, speech), warned=due.sort in _WARNED
        )
    if not found:
        # A calendar without any component is none (RFC 5545 section 3.6), and an empty one looks like a broken one.
        text = speech("No dates in this plan")
        yield from _event(_digest(plan.project, "none"), plan.at.date(), _stamp(plan), (text, text), warned=False)


def _event(uid: str, day: date, stamp: str, about: tuple[str, str], *, warned: bool) -> Iterator[str]:
    summary, description = about
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@inregel"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{_day(day)}"  # without an end it lasts that one day
    yield f"SUMMARY:{_text(summary)}"
    yield f"DESCRIPTION:{_text(description)}"
    yield "TRANSP:TRANSPARENT"
    if warned:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P14D", f"DESCRIPTION:{_text(summary)}", "END:VALARM")
    yield "END:VEVENT"


def _about(plan: Plan, part: OfficePlan, entry: Entry, due: Due, speech: Speech) -> tuple[str, str]:
    """What stands in the calendar, and what it says when it is opened."""
    office = clean(part.office.name or part.office.id)
    resource = clean(f"{entry.module} {words.key(entry)}".rstrip())
    lines = [
        speech("Office: {name}", name=f"{office} ({clean(part.office.id)})"),
        speech("Resource: {name}", name=resource),
    ]
    source = _source(entry.provenance.get(due.what) or entry.provenance.get(""), speech)
    if source and due.sort == "ends":
        lines.append(speech("How it is known: {source}", source=source))
    order = next((each for each in part.orders if each.identity == entry.order and each.open), None)
    if order is not None:
        person = clean(order.person) or speech("nobody by name")
        lines.append(speech("Work order {number}, {name}", number=clean(order.number), name=person))
    command = f"inregel plan {shlex.quote(plan.playbook)} --limit {shlex.quote(part.office.id)}"
    lines.append(speech("Look: {command}", command=clean(command)))
    return f"{office}: {resource}: {happens(due, speech)}", "\n".join(lines)


def happens(due: Due, speech: Speech) -> str:
    """What happens on a day, in the language of `speech`."""
    what = clean(due.what)
    if due.sort == "ends":
        return speech("{what} ends", what=what)
    if due.sort == "answer":
        return speech("{what} answers at the latest", what=what)
    return speech("look again") if due.sort == "look" else speech("its turn (quota)")


def _source(known: Provenance | None, speech: Speech) -> str:
    if known is None or known.kind == "unknown":
        return ""
    if known.kind == "verified":
        return speech("read by the program")
    day = known.at.date().isoformat() if known.at else "?"
    return speech("attested {day} by {name}", day=day, name=clean(known.by) or "?")


def _uid(project: str, entry: Entry, due: Due) -> str:
    key = [entry.key] if isinstance(entry.key, str) else list(entry.key)
    return _digest(project, entry.office, entry.module, key, due.sort, due.what if due.sort == "ends" else "")


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _stamp(plan: Plan) -> str:
    """When this was made. The time of the plan, for a calendar says what its plan says."""
    return f"{plan.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")  # strftime leaves out leading zeros of years on some systems


def _text(given: str) -> str:
    """A value of the type TEXT (RFC 5545 section 3.3.11)."""
    for sign, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        given = given.replace(sign, instead)
    return given


def _folded(line: str) -> bytes:
    """A line as it is written: cut after at most 75 octets, never within a character."""
    return b"\r\n ".join(_pieces(line)) + b"\r\n"


def _pieces(line: str) -> Iterable[bytes]:
    data, room = line.encode(), WIDTH
    while len(data) > room:
        end = room
        while data[end] & 0xC0 == 0x80:  # a byte within a character of several bytes
            end -= 1
        yield data[:end]
        data, room = data[end:], WIDTH - 1  # the blank of a continued line counts
    yield data

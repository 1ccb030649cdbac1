"""How values, states, people and dates are written in a report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from inregel.contract import UNKNOWN, AtLeast, Provenance, State, Unknown, Value, key_text
from inregel.formats import values
from inregel.plan.compare import FINGERPRINT
from inregel.plan.model import Entry, PlannedOrder, Status
from inregel.report.lines import cells, cut
from inregel.speech import Speech, phrase

LONGEST: Final = 60
"""Columns of one value; --verbose shows all of it."""
LONGEST_WORD: Final = 200
"""Characters without a space, as of a certificate: nobody reads more of it."""
_INLINE: Final = 44
_PARTS: Final = 5
MARKS: Final = {"+": "add", "~": "change", "-": "remove", "?": "look", "=": "good", ".": "wait", "x": "blocked"}
"""The marks of a plan and their styles; `!` is that of lint."""


def mark(entry: Entry) -> str:
    """The mark carries the meaning without colour."""
    if entry.status is Status.CHANGE:
        return "-" if entry.after is None else "+" if entry.before is None else "~"
    return {
        Status.IN_SYNC: "=",
        Status.LOOK: "?",
        Status.WAITING: ".",
        Status.QUEUED: ".",
        Status.BLOCKED: "x",
        Status.FAILED: "x",
    }[entry.status]


def offices(count: int, speech: Speech) -> str:
    """`1 office`, `3 offices`."""
    return speech.many(count, "{count} office", "{count} offices")


def settings(count: int, speech: Speech) -> str:
    """`1 resource`, `3 resources`."""
    return speech.many(count, "{count} resource", "{count} resources")


def orders(count: int, speech: Speech) -> str:
    """`1 work order`, `3 work orders`."""
    return speech.many(count, "{count} work order", "{count} work orders")


def some(names: Iterable[str], total: int, shown: int = 3) -> str:
    """The first names: `ede, hoorn, tiel, ...`."""
    first = [name for name, _ in zip(names, range(shown), strict=False)]
    return ", ".join(first) + (", ..." if total > len(first) else "")


def value(given: Value | None, speech: Speech, *, verbose: bool = False) -> str:
    """One value; a secret as its name, one that was stated (kept as a fingerprint) as just that."""
    if isinstance(given, str) and given.startswith(FINGERPRINT):
        return speech("(a secret)")
    text = _shown(given, speech)
    if verbose and is_blob(given):
        return speech("{begin}... ({count} characters)", begin=text[:20], count=speech.number(len(text)))
    return text if verbose else cut(text, LONGEST)


def is_blob(given: Value | None) -> bool:
    """Whether a value is for machines alone, such as a certificate in base64."""
    return isinstance(given, str) and len(given) > LONGEST_WORD and " " not in given


def _shown(given: Value | None, speech: Speech) -> str:
    """As `formats.values.show` has it; what is no value of a system but a word of ours is in the reader's language."""
    if given is None:
        return speech("absent")
    if given == "":
        return speech("(empty)")
    if isinstance(given, bool):
        return speech("yes") if given else speech("no")
    if isinstance(given, frozenset) and not given:
        return speech("none")
    if isinstance(given, Unknown):
        return speech("unknown")
    if isinstance(given, AtLeast):
        if isinstance(given.bound, timedelta):
            return speech("at least {days} days", days=given.bound.days)
        least = given.bound if isinstance(given.bound, int) else ".".join(map(str, given.bound))
        return speech("at least {least}", least=least)
    return values.show(given)


def state(given: State | Unknown | None, speech: Speech, *, verbose: bool = False) -> str:
    """A whole state in a few words: `linked`, `4A910C`, `present (kind new, blocked no)`."""
    if given is None:
        return speech("absent")
    if given is UNKNOWN:
        return speech("unknown")
    assert not isinstance(given, Unknown)
    if len(given) == 1:
        ((name, only),) = given.items()
        if only is True:
            return name
        if only is not False:
            return value(only, speech, verbose=verbose)
    inside = ", ".join(f"{name} {value(each, speech, verbose=verbose)}" for name, each in given.items())
    if inside and (verbose or cells(inside) <= _INLINE):
        return speech("present ({fields})", fields=inside)
    return speech("present")


def told(state_text: str, speech: Speech) -> bool:
    """Whether `state` named the values, so that they need no lines of their own."""
    return state_text != speech("present")


_KINDS: Final = {
    "verified": phrase("verified"),
    "attested": phrase("attested"),
    "stale": phrase("stale"),
    "unknown": phrase("unknown"),
}


def source(known: Provenance, speech: Speech, *, verbose: bool = False) -> str:
    """How a value is known: `attested 2024-12-11 by Ria van Dalen`."""
    text = speech(_KINDS[known.kind])
    if known.at is not None and (known.kind != "verified" or verbose):
        text = speech.within("source", "{known} {day}", known=text, day=known.at.date().isoformat())
    if known.by:
        text = speech("{known} by {name}", known=text, name=known.by)
    if known.source and (verbose or not known.by):
        text += f", {known.source}"
    if known.until is not None and verbose:
        text = speech("{known}, until {day}", known=text, day=known.until.isoformat())
    return text


def stale_since(entry: Entry, today: date) -> date | None:
    """When the first statement about this resource that is past its date ended."""
    sources = (*(field.was for field in entry.fields), *entry.provenance.values())
    past = [each.until for each in sources if each.until and (each.kind == "stale" or each.until < today)]
    return min(past, default=None)


def days_left(entry: Entry, name: str, before: Value | None, today: date, speech: Speech) -> str:
    """For a date that must lie ahead: how long it is good for."""
    rule = entry.after.get(name) if entry.after else None
    if not isinstance(before, date) or not isinstance(rule, AtLeast) or not isinstance(rule.bound, timedelta):
        return ""
    left = (before - today).days
    if left < 0:
        return speech.many(-left, "{count} day past", "{count} days past")
    return speech.many(left, "{count} day left", "{count} days left")


def names(keys: list[str], speech: Speech) -> str:
    """The keys of equal findings: by name where they are few, else how many."""
    if len(keys) == 1:
        return keys[0]
    text = ", ".join(keys)
    return text if cells(text) <= _INLINE else speech.number(len(keys))


def resources(modules: Iterable[tuple[str, Sequence[str]]], speech: Speech) -> str:
    """`assu.certificate, assu.postbus (I09000123)`: per module its keys, or how many where they are long."""
    told = []
    for module, keys in modules:
        few = names([name for name in keys if name] or [""], speech)
        named = few or (speech.number(len(keys)) if len(keys) > 1 else "")
        told.append(f"{module} ({named})" if named else module)
    return ", ".join(told)


def ranges(numbers: Sequence[str], speech: Speech) -> str:
    """`W1 to W3, W7`: the numbers of work orders, where what follows one another is one part; at most five parts."""
    runs: list[list[int]] = []
    others = []
    for each in numbers:
        if not each[1:].isdecimal():
            others.append(each)
    for count in sorted({int(each[1:]) for each in numbers if each[1:].isdecimal()}):
        if runs and runs[-1][1] == count - 1:
            runs[-1][1] = count
        else:
            runs.append([count, count])
    told = [_run(first, last, speech) for first, last in runs] + others
    return ", ".join(told[:_PARTS]) + (", ..." if len(told) > _PARTS else "")


def _run(first: int, last: int, speech: Speech) -> str:
    if last <= first + 1:
        return ", ".join(f"W{number}" for number in range(first, last + 1))
    return speech("W{first} to W{last}", first=first, last=last)


def key(entry: Entry) -> str:
    """The name of a resource within its module; "" where an office has one of the kind."""
    return key_text(entry.key)


def order_name(order: PlannedOrder | None) -> str:
    """`W1`, or what it is about while it has no number."""
    if order is None:
        return ""
    return order.number or f"({order.title or order.name})"


def order_names(identities: Iterable[str], orders: Mapping[str, PlannedOrder]) -> str:
    """`W2, W3`."""
    return ", ".join(name for name in (order_name(orders.get(each)) for each in identities) if name)

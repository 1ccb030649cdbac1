"""How values, states, people and dates are written in a report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from inregel.contract import UNKNOWN, AtLeast, Provenance, State, Unknown, Value, key_text
from inregel.formats import values
from inregel.plan.compare import FINGERPRINT
from inregel.plan.model import Entry, PlannedOrder, Status
from inregel.report.lines import cells, cut

LONGEST: Final = 60
"""Columns of one value; --verbose shows all of it."""
LONGEST_WORD: Final = 200
"""Characters without a space, as of a certificate: nobody reads more of it."""
_INLINE: Final = 44
_PARTS: Final = 5
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

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


def number(count: int) -> str:
    """With commas: 2,175."""
    return f"{count:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 office`, `3 offices`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def long_date(moment: datetime) -> str:
    """`Friday 20 November 2026, 09:14`, in the time zone of `moment`, whatever the locale."""
    day = f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M}"


def some(names: Iterable[str], total: int, shown: int = 3) -> str:
    """The first names: `ede, hoorn, tiel, ...`."""
    first = [name for name, _ in zip(names, range(shown), strict=False)]
    return ", ".join(first) + (", ..." if total > len(first) else "")


def value(given: Value | None, *, verbose: bool = False) -> str:
    """One value; a secret as its name, one that was stated (kept as a fingerprint) as just that."""
    if isinstance(given, str) and given.startswith(FINGERPRINT):
        return "(a secret)"
    text = values.show(given)
    if verbose and is_blob(given):
        return f"{text[:20]}... ({len(text):,} characters)"
    return text if verbose else cut(text, LONGEST)


def is_blob(given: Value | None) -> bool:
    """Whether a value is for machines alone, such as a certificate in base64."""
    return isinstance(given, str) and len(given) > LONGEST_WORD and " " not in given


def state(given: State | Unknown | None, *, verbose: bool = False) -> str:
    """A whole state in a few words: `linked`, `4A910C`, `present (kind new, blocked no)`."""
    if given is None:
        return "absent"
    if given is UNKNOWN:
        return "unknown"
    assert not isinstance(given, Unknown)
    if len(given) == 1:
        ((name, only),) = given.items()
        if only is True:
            return name
        if only is not False:
            return value(only, verbose=verbose)
    inside = ", ".join(f"{name} {value(each, verbose=verbose)}" for name, each in given.items())
    return f"present ({inside})" if inside and (verbose or cells(inside) <= _INLINE) else "present"


def told(state_text: str) -> bool:
    """Whether `state` named the values, so that they need no lines of their own."""
    return state_text != "present"


def source(known: Provenance, *, verbose: bool = False) -> str:
    """How a value is known: `attested 2024-12-11 by Ria van Dalen`."""
    parts: list[str] = [known.kind]
    if known.at is not None and (known.kind != "verified" or verbose):
        parts.append(known.at.date().isoformat())
    if known.by:
        parts.append(f"by {known.by}")
    text = " ".join(parts)
    if known.source and (verbose or not known.by):
        text += f", {known.source}"
    if known.until is not None and verbose:
        text += f", until {known.until.isoformat()}"
    return text


def stale_since(entry: Entry, today: date) -> date | None:
    """When the first statement about this resource that is past its date ended."""
    sources = (*(field.was for field in entry.fields), *entry.provenance.values())
    past = [each.until for each in sources if each.until and (each.kind == "stale" or each.until < today)]
    return min(past, default=None)


def days_left(entry: Entry, name: str, before: Value | None, today: date) -> str:
    """For a date that must lie ahead: how long it is good for."""
    rule = entry.after.get(name) if entry.after else None
    if not isinstance(before, date) or not isinstance(rule, AtLeast) or not isinstance(rule.bound, timedelta):
        return ""
    left = (before - today).days
    return f"{plural(left, 'day')} left" if left >= 0 else f"{plural(-left, 'day')} past"


def names(keys: list[str]) -> str:
    """The keys of equal findings: by name where they are few, else how many."""
    if len(keys) == 1:
        return keys[0]
    text = ", ".join(keys)
    return text if cells(text) <= _INLINE else number(len(keys))


def resources(modules: Iterable[tuple[str, Sequence[str]]]) -> str:
    """`assu.certificate, assu.postbus (I09000123)`: per module its keys, or how many where they are long."""
    told = []
    for module, keys in modules:
        named = names([name for name in keys if name] or [""]) or (number(len(keys)) if len(keys) > 1 else "")
        told.append(f"{module} ({named})" if named else module)
    return ", ".join(told)


def ranges(numbers: Sequence[str]) -> str:
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
    told = [f"W{a}" if a == b else f"W{a}, W{b}" if b == a + 1 else f"W{a} to W{b}" for a, b in runs] + others
    return ", ".join(told[:_PARTS]) + (", ..." if len(told) > _PARTS else "")


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

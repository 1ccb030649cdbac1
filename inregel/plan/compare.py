"""Comparing what is with what shall be: pure, once, for every module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from inregel.contract import (
    NOT_KNOWN,
    UNKNOWN,
    VERIFIED,
    AtLeast,
    Key,
    Provenance,
    Secret,
    Seen,
    State,
    Unknown,
    Value,
)
from inregel.frozen import frozen
from inregel.ledger.base import Known

FINGERPRINT = "fingerprint:"
"""Before the keyed fingerprint that stands for a secret in an attested state."""

WHOLE_VERIFIED: Mapping[str, Provenance] = {"": VERIFIED}
_WHOLE_UNKNOWN: Mapping[str, Provenance] = {"": NOT_KNOWN}


@frozen
class Found:
    """What is known of one resource, and per field how (`sources[""]` for the rest)."""

    state: State | Unknown | None
    sources: Mapping[str, Provenance]

    def source(self, name: str) -> Provenance:
        """How the field `name` is known."""
        return self.sources.get(name) or self.sources.get("", NOT_KNOWN)


UNSEEN = Found(UNKNOWN, _WHOLE_UNKNOWN)
VERIFIED_ABSENT = Found(None, WHOLE_VERIFIED)


@frozen
class Difference:
    """What one comparison found."""

    fields: tuple[str, ...] = ()
    """Known and not as desired."""
    unknown: tuple[str, ...] = ()
    """Nobody has read or said them."""
    stale: tuple[str, ...] = ()
    """As desired by the last statement, which is past its date."""

    def __bool__(self) -> bool:
        return bool(self.fields or self.unknown or self.stale)


NONE = Difference()


def find(seen: Seen | None, known: Known | None, module: str, key: Key) -> Found:
    """What is known of a resource: what was read comes first, then what people stated, else unknown."""
    if seen is not None:
        state = seen.resources.get(key)
        found = None
        if state is not None:
            found = _verified(state, known, module, key)
        elif seen.covers(key):
            found = VERIFIED_ABSENT
        if found is not None:
            at = seen.at.get(key[0] if isinstance(key, tuple) else "") if seen.at else None
            return found if at is None else _since(found, at, stated(known, module, key))
    return stated(known, module, key)


def _since(found: Found, at: datetime, said: Found) -> Found:
    """What was read at that time, with what people stated after it."""
    read = replace(VERIFIED, at=at)
    sources = {name: read if source is VERIFIED else source for name, source in found.sources.items()}
    names = said.state if isinstance(said.state, Mapping) else ("",)
    newer = {name: said.source(name) for name in names if (said.source(name).at or at) > at}
    if not newer:
        return Found(found.state, sources)
    if not isinstance(said.state, Mapping) or not isinstance(found.state, Mapping):
        return said
    return Found({**found.state, **{name: said.state[name] for name in newer}}, {**sources, **newer})


def _verified(state: State, known: Known | None, module: str, key: Key) -> Found:
    """A state that was read; what the driver could not read of it is what people stated."""
    if UNKNOWN not in state.values():
        return Found(state, WHOLE_VERIFIED)
    said = stated(known, module, key)
    merged = dict(state)
    sources = {"": VERIFIED}
    for name, value in state.items():
        if value is UNKNOWN:
            sources[name] = NOT_KNOWN
            if isinstance(said.state, Mapping) and name in said.state:
                merged[name] = said.state[name]
                sources[name] = said.source(name)
    return Found(merged, sources)


def stated(known: Known | None, module: str, key: Key) -> Found:
    """What people stated about a resource."""
    if known is None:
        return UNSEEN
    said = known.resources.get((module, key))
    if said is not None:
        return Found(said.state, said.fields)
    listing = known.listings.get((module, key[0] if isinstance(key, tuple) else ""))
    return UNSEEN if listing is None else Found(None, {"": listing})


def equal(before: Value | None, after: Value, today: date, secret_key: bytes) -> bool:
    """Whether a known value is as desired; rules are asked, secrets compared by keyed fingerprint."""
    if isinstance(after, AtLeast):
        # A step may reach the rule itself: which value satisfies it is known when it is read.
        return before == after or (before is not None and after.holds(before, today))
    if isinstance(after, Secret) and isinstance(before, str):
        return before == FINGERPRINT + after.fingerprint(secret_key)
    return before == after and isinstance(before, bool) == isinstance(after, bool)


def compare(found: Found, after: State | None, today: date, secret_key: bytes = b"") -> Difference:
    """The difference between what is known of a resource and what is desired."""
    before = found.state
    if after is None:
        return _compare_absent(found, today)
    if before is UNKNOWN:
        return Difference(unknown=tuple(after))
    if before is None:
        return Difference(fields=tuple(after))
    assert isinstance(before, Mapping)
    if found.sources is WHOLE_VERIFIED and _same(before, after):
        return NONE
    fields, unknown, stale = [], [], []
    for name, wanted in after.items():
        source = found.source(name)
        value = before.get(name)
        if value is UNKNOWN or (value is None and source.kind != "verified"):
            unknown.append(name)
        elif not equal(value, wanted, today, secret_key):
            fields.append(name)
        elif is_stale(source, today):
            stale.append(name)
    return Difference(tuple(fields), tuple(unknown), tuple(stale)) if fields or unknown or stale else NONE


def _same(before: State, after: State) -> bool:
    """Whether each desired value is there just so: the commonest case. `equal` knows rules and fingerprints."""
    for name, wanted in after.items():
        value = before.get(name)
        if value.__class__ is not wanted.__class__ or value != wanted:
            return False
    return True


def _compare_absent(found: Found, today: date) -> Difference:
    if found.state is UNKNOWN:
        return Difference(unknown=("",))
    if found.state is not None:
        return Difference(fields=tuple(found.state) or ("",))
    return Difference(stale=("",)) if is_stale(found.source(""), today) else NONE


def is_stale(source: Provenance, today: date) -> bool:
    """Whether a statement is past its date."""
    return source.kind == "stale" or (source.kind == "attested" and source.until is not None and source.until < today)


def read_back(
    found: Found, reaches: State | None, today: date, secret_key: bytes = b"", since: datetime | None = None
) -> bool | None:
    """Whether a step reached what it was to reach; None where that was not read.

    Only what was read says so, and after a crash what somebody stated `since` then: an older statement says nothing
    about a step that came after it.
    """

    def tells(source: Provenance) -> bool:
        return source.kind == "verified" or (since is not None and source.at is not None and source.at > since)

    state = found.state
    if isinstance(state, Unknown):
        return None
    if reaches is None or state is None:
        return (state is None) == (reaches is None) if tells(found.source("")) else None
    answer: bool | None = True
    for name, wanted in reaches.items():
        value, source = state.get(name), found.source(name)
        if value is UNKNOWN or not tells(source) or (value is None and source.kind != "verified"):
            answer = None
        elif not equal(value, wanted, today, secret_key):
            return False
    return answer

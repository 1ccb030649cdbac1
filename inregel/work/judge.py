"""Answers against the lines of a work order: what each line came to, and what was stated. Pure.

A person is a reader too: a module's `actual` reads the answers as it reads what a driver gave. What the answers say
is stated; of what they do not say, a person who reports a line as done states that it reached what it was to reach.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from inregel.config.words import nearest
from inregel.contract import UNKNOWN, AtLeast, Key, Module, Seen, State, Step, Unknown, Value, containers_of
from inregel.formats import values
from inregel.frozen import frozen
from inregel.ledger.base import LineOutcome, NewOrder, OrderLine
from inregel.names import plain
from inregel.plan.compare import FINGERPRINT, equal
from inregel.plan.draft import ref_text, sealed
from inregel.speech import joined, phrase, said
from inregel.work.answers import WorkError

Ref = tuple[str, Key]


@dataclass(slots=True)
class Verdict:
    """What the answers came to."""

    lines: list[OrderLine] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """(line, why the answers contradict it); with any of these nothing is to be recorded."""
    states: dict[Ref, State | None] = field(default_factory=dict)
    """What was stated, field by field."""
    listings: list[tuple[str, str, frozenset[Key]]] = field(default_factory=list)
    """(module, container, what it holds): somebody listed all of it."""

    @property
    def refusals(self) -> list[str]:
        """Why the answers cannot be taken: each reason once, with the lines that it is about."""
        reasons: dict[str, list[str]] = {}
        for name, reason in self.wrong:
            reasons.setdefault(reason, []).append(name)
        return [
            said("{lines}: {reason}", lines=_several(dict.fromkeys(names)), reason=reason)
            for reason, names in reasons.items()
        ]


@frozen
class Judge:
    """What judging needs to know."""

    module: Callable[[str], Module]
    today: date
    secret_key: bytes
    found: bool = False
    """The person says that it really is as answered: nothing is refused, what was found is stated."""

    def judge(self, order: NewOrder, answers: Mapping[str, Any]) -> Verdict:
        """The verdict on `answers` (`answers.typed`) to all lines of an order."""
        seen = {name: self._read(name, order, answers) for name in dict.fromkeys(line.module for line in order.lines)}
        verdict = Verdict()
        for name, part in seen.items():
            verdict.states |= {(name, key): self._stated(state) for key, state in part.resources.items()}
        last = {(line.module, line.key): line for line in order.lines}
        outcomes = {ref: self._line(order, line, seen[line.module], answers, verdict) for ref, line in last.items()}
        verdict.lines = [replace(line, outcome=outcomes[(line.module, line.key)]) for line in order.lines]
        verdict.listings = [each for name, part in seen.items() for each in _listings(name, part, verdict.states)]
        return verdict

    def _read(self, name: str, order: NewOrder, answers: Mapping[str, Any]) -> Seen:
        """What a module reads in the answers. `lines` tells it what was asked for: a screen seldom shows the key."""
        asked = {line.key: line.reaches for line in order.lines if line.module == name}
        return self.module(plain(name)).actual({**answers, "lines": asked})

    def _line(
        self, order: NewOrder, line: OrderLine, seen: Seen, answers: Mapping[str, Any], verdict: Verdict
    ) -> LineOutcome:
        """The outcome of one line, the last one of its resource; adds what it states or contradicts to `verdict`."""
        ref = (line.module, line.key)
        answered = _answered(seen, line.key)
        wrong = self._differences(line, answered)
        if line.kind == "look":
            if answered is UNKNOWN:
                silent = said("the answers do not say what is there, and that was the question.")
                verdict.wrong.append((_name(line), silent))
            elif wrong:
                verdict.states[ref] = self._stated(answered)
                return "found"
            return self._reached(ref, line, answered, verdict, "already")
        wrong = self._contradictions(order, line, answers) or wrong
        if not wrong:
            return self._reached(ref, line, answered, verdict, "done")
        if not self.found:
            verdict.wrong += [(_name(line), reason) for reason in wrong]
        elif answered is not UNKNOWN:
            verdict.states[ref] = self._stated(answered)
        return "found"

    def _contradictions(self, order: NewOrder, line: OrderLine, answers: Mapping[str, Any]) -> list[str]:
        """What the module itself finds wrong with the answers."""
        check = getattr(self.module(plain(line.module)), "check", None)
        if check is None:
            return []
        step = Step(line.operation, line.reaches, line.arguments, order=order.name, role=order.role)
        return [finding.message for finding in check(step, answers)]

    def _differences(self, line: OrderLine, answered: State | Unknown | None) -> list[str]:
        """Where the answers say something other than what the line reaches."""
        reaches = line.reaches
        if isinstance(answered, Unknown):
            return []
        if reaches is None or answered is None:
            if reaches is answered:
                return []
            if reaches is None:
                return [said("it was to be gone, and the answers say that it is there.")]
            return [said("it was to be there, and the answers say that it is not there.")]
        told = sealed(answered, self.secret_key) or {}
        return [
            _contrast(name, value, told[name])
            for name, value in reaches.items()
            if told.get(name, UNKNOWN) is not UNKNOWN and not equal(told[name], value, self.today, self.secret_key)
        ]

    def _reached(
        self, ref: Ref, line: OrderLine, answered: State | Unknown | None, verdict: Verdict, outcome: LineOutcome
    ) -> LineOutcome:
        """States what the line reaches, with what the answers add to it."""
        if line.reaches is None:
            verdict.states[ref] = None
            return outcome
        state: dict[str, Value] = {
            name: value for name, value in line.reaches.items() if not isinstance(value, _NO_STATEMENT)
        }
        if isinstance(answered, Mapping):
            state |= self._stated(answered) or {}
        if state or not line.reaches:  # a rule alone says nothing of what is there
            verdict.states[ref] = state
        return outcome

    def _stated(self, state: State | Unknown | None) -> State | None:
        """What of an answered state can be recorded: secrets by fingerprint, without what was not said."""
        if not isinstance(state, Mapping):
            return None
        known = {name: value for name, value in state.items() if value is not UNKNOWN}
        return sealed(known, self.secret_key)


_MOST_NAMES: Final = 6
_NO_STATEMENT: Final = (AtLeast, Unknown)
"""A rule is no value: that it was reached does not tell which value is there."""


def _answered(seen: Seen, key: Key) -> State | Unknown | None:
    """What the answers say of one resource: its state, None for "not there", UNKNOWN where they are silent."""
    if key in seen.resources:
        return seen.resources[key]
    return None if seen.covers(key) else UNKNOWN


def _contrast(name: str, wanted: Value, answer: Value) -> str:
    """What was to be and what is answered; of a secret only that it is another one."""
    if isinstance(wanted, str) and wanted.startswith(FINGERPRINT):
        return said("{name} is not the secret that it was to be.", name=name)
    return said(
        "{name} was to be {wanted}, and the answer says {answer}.",
        name=name,
        wanted=values.show(wanted),
        answer=values.show(answer),
    )


def _name(line: OrderLine) -> str:
    return ref_text((line.module, line.key))


def _several(names: Collection[str]) -> str:
    """`a, b, c and 12 more`."""
    shown = list(names)[:_MOST_NAMES]
    more = len(names) - len(shown)
    if not more:
        return ", ".join(shown)
    return said("{names} and {count} more", names=", ".join(shown), count=more)


def _listings(module: str, seen: Seen, states: Mapping[Ref, State | None]) -> list[tuple[str, str, frozenset[Key]]]:
    """The containers that the answers list as a whole, with all that is in them by what was stated."""
    own = {key: state for (name, key), state in states.items() if name == module}
    if isinstance(seen.complete, frozenset):
        containers = seen.complete
    elif seen.complete:
        containers = frozenset({""}) | containers_of(own)
    else:
        return []
    present = frozenset(key for key, state in own.items() if state is not None)
    return [
        (module, container, frozenset(key for key in present if containers_of([key]) == {container}))
        for container in sorted(containers)
    ]


def until(  # noqa: PLR0913  # all that the end of a statement hangs on
    policy: Mapping[str, str],
    module: str,
    state: State | None,
    today: date,
    office: str = "",
    spread: int = 0,
) -> date:
    """Until when a statement counts: `365d`, or `until FIELD` for the date that stands in that field of the state.

    `policy` is `attestations:` of inregel.yml. Where the field is not a date, the default counts. `365d spread 30d`
    ends 336 to 365 days from `today`, always the same for an `office`: so not all are to be looked at on one day, and
    one office at once. `spread` is the number of days where the rule does not say it.
    """
    for rule in (policy.get(plain(module)), policy.get("default"), "365d"):
        if rule is None:
            continue
        if rule.startswith("until "):
            value: Value | None = (state or {}).get(rule.removeprefix("until ").strip())
            if isinstance(value, date):
                return value
            continue
        days, _, spread_over = rule.partition(" spread ")
        span = _span(days)
        over = _span(spread_over).days if spread_over else min(spread, span.days)
        return today + span - timedelta(days=_share(office, over))
    raise AssertionError("the last rule is a number of days")


def _share(office: str, days: int) -> int:
    """From 0 to `days` - 1, evenly over offices, and always the same for one."""
    return int.from_bytes(hashlib.sha256(office.encode()).digest()[:8]) % days if office and days else 0


def unmet(policy: Mapping[str, str], module: str, state: State | None) -> str:
    """What to say where `until FIELD` finds no date in a state that was stated; "" where all is well."""
    _, _, field = policy.get(plain(module), "").partition("until ")
    if not field or state is None or isinstance(state.get(field), date):
        return ""
    near = nearest(field, state)
    return said(
        "inregel.yml, attestations: {module} counts until `{field}`, and what was stated has no date there (it "
        "has {fields}), so it counts as long as `default` says.{hint}",
        module=plain(module),
        field=field,
        fields=", ".join(sorted(state)) or said("nothing"),
        hint=said(" Nearest: {name}.", name=near) if near and near != field else "",
    )


def _span(rule: str) -> timedelta:
    days = re.fullmatch(r"([0-9]+)d", rule.strip())
    if days is None:
        raise WorkError(
            reason=f"attestations in inregel.yml: {rule!r} is neither 365d (a number of days), with spread 30d or "
            "without, nor until FIELD."
        )
    return timedelta(days=int(days[1]))


def describe(lines: Sequence[OrderLine]) -> str:
    """How many lines came to what, for people: `2 done, 1 found otherwise`."""
    counts = {text: sum(line.outcome == outcome for line in lines) for outcome, text in _OUTCOMES.items()}
    return joined((said(text, count=count) for text, count in counts.items() if count), ", ")


_OUTCOMES: Final = {
    "done": phrase("{count} done"),
    "already": phrase("{count} already so"),
    "found": phrase("{count} found otherwise"),
    "cannot": phrase("{count} cannot be done"),
}

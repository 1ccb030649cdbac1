"""Any plan at all, for rules about reports: strange texts, every status, parts that do not belong together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st

from helpers import plans
from helpers.sizes import size
from inregel.config.mistakes import Where
from inregel.contract import (
    UNKNOWN,
    AtLeast,
    Blocked,
    Connection,
    Finding,
    Key,
    Office,
    Provenance,
    Secret,
    Step,
    Table,
    Value,
    Wait,
)
from inregel.plan.model import (
    Entry,
    FieldChange,
    OfficePlan,
    Plan,
    PlannedLine,
    PlannedOrder,
    PlannedPlay,
    PlannedStep,
    Status,
)

FIND = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: that takes minutes for a plan, and the blob that is printed repeats the one that was found."""
some_plans = settings(max_examples=size("any plans"), phases=FIND)
"""How many plans a test looks at."""
WORDS = (
    "[red]",
    "[/]",
    "\x1b[31m",
    "a\tb",
    "two\nlines",
    "\u202egnol",
    "Assurantiën",
    "東京",
    "e\u0301",
    "\ud800",
    ":smile:",
    "<i>&amp;\"'",
)
texts = st.one_of(st.sampled_from(WORDS), st.text(max_size=12), st.just("word " * 40), st.just("x" * 130))
names = st.sampled_from(("assu.postbus", "assu.certificate", "a_system_with.a_very_long_module_name"))
days = st.dates(date(2024, 1, 1), date(2030, 1, 1))
moments = days.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=plans.NOW.tzinfo))
keys: st.SearchStrategy[Key] = st.one_of(texts, st.tuples(texts, texts))
values: st.SearchStrategy[Value] = st.one_of(
    texts,
    st.integers(-5, 10**20),
    st.booleans(),
    days,
    st.frozensets(st.text(max_size=5), max_size=3),
    st.integers(0, 400).map(lambda n: AtLeast(timedelta(days=n))),
    st.integers(0, 400).map(AtLeast),
    st.just(UNKNOWN),
    st.just("fingerprint:" + "ab" * 16),
    st.builds(Secret, st.just("a_secret"), st.just("not shown")),
)
states = st.dictionaries(st.sampled_from(("status", "serial", "valid_until", "x")), values, max_size=4)
maybe_states = st.one_of(st.none(), states)
provenances = st.builds(
    Provenance,
    st.sampled_from(("verified", "attested", "stale", "unknown")),
    st.one_of(st.none(), moments),
    texts,
    st.one_of(st.none(), days),
    texts,
)
orders_of_entries = st.sampled_from(("", "o1", "o2", "gone"))
steps = st.builds(
    Step,
    st.sampled_from(("assu.link", "certipost.allow")),
    maybe_states,
    st.dictionaries(
        st.sampled_from(("file", "password")), st.one_of(texts, st.just(Secret("p", "not shown"))), max_size=2
    ),
    st.booleans(),
)
waits = st.builds(Wait, texts, moments, maybe_states, texts)
planned_steps = st.builds(PlannedStep, steps, st.sampled_from(("machine", "person")), orders_of_entries)
entries = st.builds(
    Entry,
    office=st.just("office"),
    play=st.just(0),
    module=names,
    key=keys,
    status=st.sampled_from(Status),
    task=texts,
    where=st.builds(Where, texts),
    before=st.one_of(maybe_states, st.just(UNKNOWN)),
    after=maybe_states,
    fields=st.lists(
        st.builds(
            FieldChange, st.sampled_from(("status", "serial")), values, st.one_of(st.none(), values), provenances
        ),
        max_size=3,
    ).map(tuple),
    chain=st.lists(st.one_of(planned_steps, waits), max_size=3).map(tuple),
    actor=st.sampled_from(("", "machine", "person", "both")),
    order=orders_of_entries,
    line=st.sampled_from((None, "do", "look", "look_then_do")),
    after_orders=st.lists(orders_of_entries, max_size=2).map(tuple),
    blocked=st.one_of(
        st.none(), st.builds(Blocked, texts, st.sampled_from(("you", "other")), texts, st.sampled_from(("", "a.b")))
    ),
    wait=st.one_of(st.none(), waits),
    until=st.one_of(st.none(), days),
    provenance=st.dictionaries(st.sampled_from(("", "status")), provenances, max_size=2),
)
planned_orders = st.builds(
    PlannedOrder,
    identity=st.sampled_from(("o1", "o2")),
    office=st.just("office"),
    name=st.just("assu/wizard"),
    role=texts,
    lines=st.lists(
        st.builds(PlannedLine, names, keys, st.sampled_from(("do", "look")), steps, maybe_states), max_size=2
    ).map(tuple),
    after=st.lists(orders_of_entries, max_size=1).map(tuple),
    ready=st.booleans(),
    number=st.sampled_from(("", "W1", "W27")),
    title=texts,
    person=texts,
    open=st.booleans(),
    opened=st.one_of(st.none(), moments),
)
offices = st.builds(
    Office,
    st.text(min_size=1, max_size=8),
    texts,
    connections=st.just({"assu": Connection("assu", "assu", "assu:rds-1/\x1b[0m", {"version": "1.2628\n"})}),
)


@st.composite
def any_plan(draw: st.DrawFn) -> Plan:
    """A plan in two plays of up to fifteen offices; what is in them is taken again and again from a few drawn parts."""
    pool = draw(st.lists(entries, min_size=1, max_size=4))
    orders = draw(st.lists(planned_orders, max_size=2))
    office, text, note = draw(offices), draw(texts), draw(texts)
    parts = []
    for number, bits in enumerate(draw(st.lists(st.integers(0, 255), max_size=15))):
        name = f"{office.id}{number}"
        own = [replace(entry, office=name) for i, entry in enumerate(pool * 2) if bits >> i & 1]
        part = OfficePlan(replace(office, id=name), bits & 1, 1, own, orders if bits & 2 else [])
        part.held, part.unavailable = (text if bits & 4 else ""), (note if bits & 8 else "")
        part.findings = [("a.b", Finding(f"{note} {name}"))] if bits & 16 else []
        part.tables = [Table(text, ("a", "b"), ((note, text),) * 7)] if bits & 32 else []
        parts.append(part)
    ids = tuple(part.office.id for part in parts)
    plays = tuple(PlannedPlay(text, note, ids, (ids,) * count) for count in (1, 3))
    return Plan("p", text, plans.REVISION, plans.NOW, 0.5, plays, parts, bool(pool[0].chain), [note])

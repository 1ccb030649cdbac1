"""Comparing what is known with what is desired."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary
from inregel.contract import UNKNOWN, AtLeast, Provenance, Secret, Seen
from inregel.ledger.base import Known, Stated
from inregel.plan.compare import FINGERPRINT, UNSEEN, Difference, Found, compare, find, read_back

TODAY = date(2026, 11, 20)
VERIFIED = {"": Provenance("verified")}
VALUES = st.one_of(
    st.text(max_size=3), st.integers(-2, 2), st.booleans(), st.dates(), st.frozensets(st.text(max_size=2))
)
STATES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def attested(until: date | None) -> dict[str, Provenance]:
    return {"": Provenance("attested", by="Ria", until=until)}


@given(STATES, STATES)
def test_a_verified_state_differs_in_exactly_the_declared_fields_that_are_not_equal(before: dict, after: dict) -> None:
    wanted = tuple(n for n, v in after.items() if n not in before or before[n] != v or type(before[n]) is not type(v))
    assert compare(Found(before, VERIFIED), after, TODAY).fields == wanted


@given(STATES)
def test_from_unknown_every_field_is_unknown_and_nothing_differs(after: dict) -> None:
    assert compare(UNSEEN, after, TODAY) == Difference(unknown=tuple(after))


def test_only_declared_fields_are_compared() -> None:
    assert not compare(Found({"a": "1", "extra": "x"}, VERIFIED), {"a": "1"}, TODAY)


def test_true_is_not_one() -> None:
    assert compare(Found({"a": 1}, VERIFIED), {"a": True}, TODAY).fields == ("a",)


def test_absent_and_not_wanted_is_in_sync() -> None:
    assert not compare(Found(None, VERIFIED), None, TODAY)


def test_there_and_not_wanted_differs() -> None:
    assert compare(Found({"a": "1"}, VERIFIED), None, TODAY).fields == ("a",)


def test_unknown_and_not_wanted_is_unknown() -> None:
    assert compare(UNSEEN, None, TODAY).unknown == ("",)


def test_a_statement_counts_on_its_last_day_and_is_stale_the_day_after() -> None:
    after = {"a": "1"}
    assert not compare(Found({"a": "1"}, attested(TODAY)), after, TODAY)
    assert compare(Found({"a": "1"}, attested(TODAY - timedelta(days=1))), after, TODAY) == Difference(stale=("a",))


def test_a_field_that_nobody_stated_is_unknown_but_one_that_was_not_read_is_not_set() -> None:
    after = {"a": "1", "b": "2"}
    assert compare(Found({"a": "1"}, attested(None)), after, TODAY) == Difference(unknown=("b",))
    assert compare(Found({"a": "1"}, VERIFIED), after, TODAY) == Difference(fields=("b",))


@given(st.integers(0, 60))
def test_a_rule_of_days_is_counted_from_today(days: int) -> None:
    found = Found({"until": TODAY + timedelta(days=days)}, VERIFIED)
    assert bool(compare(found, {"until": AtLeast(timedelta(days=45))}, TODAY)) == (days < 45)


def test_a_rule_of_numbers() -> None:
    assert not compare(Found({"n": 3}, VERIFIED), {"n": AtLeast(3)}, TODAY)
    assert compare(Found({"n": 2}, VERIFIED), {"n": AtLeast(3)}, TODAY).fields == ("n",)
    assert compare(Found({"n": True}, VERIFIED), {"n": AtLeast(1)}, TODAY).fields == ("n",)


def test_a_secret_is_compared_by_its_keyed_fingerprint() -> None:
    secret, key = Secret("s", canary("s")), b"k" * 32
    known = Found({"s": FINGERPRINT + secret.fingerprint(key)}, attested(None))
    assert not compare(known, {"s": secret}, TODAY, key)
    assert compare(known, {"s": secret}, TODAY, b"other").fields == ("s",)
    assert compare(known, {"s": Secret("s", canary("t"))}, TODAY, key).fields == ("s",)


def test_what_was_read_comes_before_what_was_said() -> None:
    known = Known({("m", "k"): Stated({"a": "said"}, attested(None))})
    assert find(Seen({"k": {"a": "read"}}), known, "m", "k").state == {"a": "read"}
    assert find(Seen({}), known, "m", "k").state is None
    assert find(Seen({}, False), known, "m", "k").state == {"a": "said"}


def test_a_field_that_could_not_be_read_is_what_people_said_of_it() -> None:
    known = Known({("m", "k"): Stated({"a": "said", "b": "said"}, attested(TODAY))})
    found = find(Seen({"k": {"a": "read", "b": UNKNOWN, "c": UNKNOWN}}), known, "m", "k")
    assert found.state == {"a": "read", "b": "said", "c": UNKNOWN}
    assert (found.source("a").kind, found.source("b").kind, found.source("c").kind) == (
        "verified",
        "attested",
        "unknown",
    )


def test_missing_from_a_whole_listing_is_absent_and_from_none_is_unknown() -> None:
    listed = Known({}, {("m", ""): Provenance("attested", by="Ria")})
    assert find(None, listed, "m", "k").state is None
    assert find(None, listed, "m", ("box", "k")).state is UNKNOWN
    assert find(None, None, "m", "k").state is UNKNOWN
    assert find(Seen({}, frozenset({"box"})), None, "m", ("box", "k")).state is None


def test_only_what_was_read_or_said_since_tells_what_became_of_a_step() -> None:
    begun = datetime(2026, 11, 20, 8, tzinfo=UTC)
    before = {"": Provenance("attested", begun - timedelta(hours=1))}
    since = {"": Provenance("attested", begun + timedelta(hours=1))}
    wanted = {"a": "sent"}
    assert read_back(Found({"a": "sent"}, VERIFIED), wanted, TODAY) is True
    assert read_back(Found({"a": "new"}, VERIFIED), wanted, TODAY) is False
    assert read_back(Found(None, VERIFIED), wanted, TODAY) is False
    assert read_back(Found(None, VERIFIED), None, TODAY) is True
    assert read_back(Found({"a": UNKNOWN}, VERIFIED), wanted, TODAY) is None
    assert read_back(UNSEEN, wanted, TODAY) is None
    for found in ("sent", "new"):
        assert read_back(Found({"a": found}, before), wanted, TODAY, b"", begun) is None
        assert read_back(Found({"a": found}, since), wanted, TODAY, b"", begun) is (found == "sent")
    assert read_back(Found(None, before), None, TODAY, b"", begun) is None


def test_what_was_stated_after_a_report_was_made_holds_instead_of_it() -> None:
    read_at = datetime(2026, 11, 19, 8, tzinfo=UTC)
    state = {"serial": "old", "copies": 2}
    seen = Seen({("PC-01", "x"): state}, frozenset({"PC-01", "PC-02"}), {"PC-01": read_at, "PC-02": read_at})
    before, after = (Provenance("attested", read_at + timedelta(hours=hours), "Ria") for hours in (-1, 1))
    cases = [
        (("PC-01", "x"), None, {}, state),
        (("PC-01", "x"), {"serial": "new"}, {"serial": before}, state),
        (("PC-01", "x"), {"serial": "new"}, {"": after}, {"serial": "new", "copies": 2}),
        (
            ("PC-01", "x"),
            {"serial": "new", "copies": 1},
            {"serial": after, "copies": before},
            state | {"serial": "new"},
        ),
        (("PC-01", "x"), None, {"": after}, None),
        (("PC-02", "x"), {"serial": "new"}, {"": before}, None),
        (("PC-02", "x"), {"serial": "new"}, {"": after}, {"serial": "new"}),
    ]
    for key, said, sources, wanted in cases:
        known = Known({("m.n", key): Stated(said, sources)}) if sources else None
        found = find(seen, known, "m.n", key)
        assert found.state == wanted
    found = find(seen, Known({("m.n", ("PC-01", "x")): Stated({"serial": "new"}, {"": after})}), "m.n", ("PC-01", "x"))
    assert found.source("serial") == after
    assert found.source("copies") == Provenance("verified", read_at)

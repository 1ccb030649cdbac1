"""What people state: merged, replaced, listed; and what was last in sync."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.records import AT, ELS, RIA, said
from inregel.contract import UNKNOWN, AtLeast, Provenance, Secret
from inregel.ledger.base import Known, Ledger, LedgerError, Stated


def attest(ledger: Ledger, *what: object, **how: bool) -> None:
    with ledger.writing() as tx:
        tx.attest(*what, **how)  # type: ignore[arg-type]  # the tests pass the arguments as they are


def stated(ledger: Ledger, office: str = "utrecht") -> dict[object, Stated]:
    return dict(ledger.known([office]).get(office, Known()).resources)


def test_every_kind_of_value_comes_back_as_it_was_said(ledger: Ledger) -> None:
    state = {
        "text": "ä 'quoted' \u2028",
        "number": -7,
        "yes": True,
        "day": date(2028, 2, 29),
        "groups": frozenset({"a", "b"}),
        "rule": AtLeast(timedelta(days=45)),
        "count": AtLeast(3),
        "unknown": UNKNOWN,
    }
    attest(ledger, "utrecht", "m", "k", state, said())
    assert stated(ledger)["m", "k"].state == state


def test_provenance_comes_back_as_it_was_said(ledger: Ledger) -> None:
    by = Provenance("attested", AT, RIA, date(2028, 1, 1), "W7, evidence 5d20")
    attest(ledger, "utrecht", "m", "k", {"a": 1}, by)
    assert stated(ledger)["m", "k"].fields == {"": by, "a": by}
    bare = Provenance("stale")
    attest(ledger, "utrecht", "m", "k", {"a": 1}, bare)
    assert stated(ledger)["m", "k"].fields == {"": bare, "a": bare}


def test_a_key_with_a_container_is_another_than_the_plain_one(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "k", {"a": 1}, said())
    attest(ledger, "utrecht", "m", ("c", "k"), {"a": 2}, said())
    states = {key: each.state for key, each in stated(ledger).items()}
    assert states == {("m", "k"): {"a": 1}, ("m", ("c", "k")): {"a": 2}}
    with pytest.raises(LedgerError, match="container without a name"):
        attest(ledger, "utrecht", "m", ("", "k"), {"a": 2}, said())


def test_merging_adds_field_by_field_and_keeps_who_said_the_others(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "k", {"a": 1, "b": 1}, said(RIA))
    attest(ledger, "utrecht", "m", "k", {"b": 2, "c": 2}, said(ELS))
    assert stated(ledger)["m", "k"] == Stated(
        {"a": 1, "b": 2, "c": 2}, {"": said(ELS), "a": said(RIA), "b": said(ELS), "c": said(ELS)}
    )


PROOF = Provenance("verified", AT, source="files/utrecht.abc")


def test_what_the_tool_verified_speaks_of_its_fields_and_not_of_the_whole(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "k", {"a": 1, "b": 1}, said(RIA))
    attest(ledger, "utrecht", "m", "k", {"b": 2, "c": 3}, PROOF)
    assert stated(ledger)["m", "k"] == Stated(
        {"a": 1, "b": 2, "c": 3}, {"": said(RIA), "a": said(RIA), "b": PROOF, "c": PROOF}
    )
    attest(ledger, "utrecht", "m", "k", {"c": 4}, said(ELS))
    assert stated(ledger)["m", "k"].fields == {"": said(ELS), "a": said(RIA), "b": PROOF, "c": said(ELS)}
    assert [event.kind for event in ledger.events("utrecht")] == ["attested", "verified", "attested"]
    assert ledger.verify() == []


def test_of_what_nobody_spoke_of_it_is_the_whole(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "new", {"a": 1}, PROOF)
    attest(ledger, "utrecht", "m", "gone", None, said(RIA))
    attest(ledger, "utrecht", "m", "gone", {"a": 1}, PROOF)
    attest(ledger, "utrecht", "m", "replaced", {"b": 1}, said(RIA))
    attest(ledger, "utrecht", "m", "replaced", {"a": 1}, PROOF, merge=False)
    assert {each.fields == {"": PROOF, "a": PROOF} for each in stated(ledger).values()} == {True}
    assert ledger.verify() == []


def test_without_merging_what_was_known_is_replaced(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "k", {"a": 1, "b": 1}, said(RIA))
    attest(ledger, "utrecht", "m", "k", {"b": 2}, said(ELS), merge=False)
    assert stated(ledger)["m", "k"] == Stated({"b": 2}, {"": said(ELS), "b": said(ELS)})


def test_absent_ends_what_was_known_and_is_no_base_to_merge_with(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "k", {"a": 1}, said(RIA))
    attest(ledger, "utrecht", "m", "k", None, said(ELS))
    assert stated(ledger)["m", "k"] == Stated(None, {"": said(ELS)})
    attest(ledger, "utrecht", "m", "k", {"b": 2}, said(RIA))
    assert stated(ledger)["m", "k"] == Stated({"b": 2}, {"": said(RIA), "b": said(RIA)})


def test_a_whole_listing_makes_what_is_missing_absent_in_its_container_only(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        for key in ("x", ("c", "x"), ("c", "y"), ("d", "x")):
            tx.attest("utrecht", "m", key, {"a": 1}, said(RIA))
        tx.attest("utrecht", "other", ("c", "x"), {"a": 1}, said(RIA))
        tx.attest("gent", "m", ("c", "x"), {"a": 1}, said(RIA))
        tx.list_all("utrecht", "m", "c", said(ELS), [("c", "y"), ("d", "never said")])
    known = ledger.known(["utrecht", "gent"])
    absent = [ref for ref, each in known["utrecht"].resources.items() if each.state is None]
    assert absent == [("m", ("c", "x"))]
    assert known["utrecht"].resources["m", ("c", "x")].fields == {"": said(ELS)}
    assert known["utrecht"].listings == {("m", "c"): said(ELS)}
    assert known["gent"].resources["m", ("c", "x")].state == {"a": 1}
    assert not known["gent"].listings


def test_the_listing_of_plain_keys_has_the_empty_container(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        for key in ("x", "y", ("c", "x")):
            tx.attest("utrecht", "m", key, {"a": 1}, said())
        tx.list_all("utrecht", "m", "", said(), ["y"])
    known = ledger.known(["utrecht"])["utrecht"]
    assert [ref for ref, each in known.resources.items() if each.state is None] == [("m", "x")]
    assert list(known.listings) == [("m", "")]


def test_an_office_of_which_nothing_is_known_is_left_out(ledger: Ledger) -> None:
    attest(ledger, "utrecht", "m", "k", {"a": 1}, said())
    assert set(ledger.known(["utrecht", "gent"])) == {"utrecht"}
    assert ledger.known([]) == {}
    assert ledger.synced(["utrecht"]) == {}


def test_a_secret_is_refused_wherever_it_would_be_stored_in_clear(ledger: Ledger) -> None:
    secret = Secret("password", canary("a value that is no state"))
    for write in (
        lambda tx: tx.attest("utrecht", "m", "k", {"a": secret}, said()),
        lambda tx: tx.record_sync("utrecht", {("m", "k"): {"a": secret}}),
        lambda tx: tx.event("utrecht", "note", {"deep": [{"a": secret}]}),
        lambda tx: tx.event("utrecht", "note", {}, person=RIA, private={"a": secret}),
    ):
        with pytest.raises(TypeError, match="not to be stored"), ledger.writing() as tx:
            write(tx)
    assert ledger.known(["utrecht"]) == {}
    assert list(ledger.events("utrecht")) == []


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        attest(ledger, "utrecht", "m", "k", {"a": 1}, said(at=datetime(2026, 1, 1)))  # noqa: DTZ001  # what is tested
    local = datetime.fromisoformat("2026-11-20T10:00:00+02:00")
    attest(ledger, "utrecht", "m", "k", {"a": 1}, said(at=local))
    assert stated(ledger)["m", "k"].fields[""].at == local.astimezone(UTC)


def test_what_one_person_says_of_one_office_in_one_commit_is_one_event(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.attest("utrecht", "m", "a", {"x": 1}, said())
        tx.attest("utrecht", "m", "b", None, said())
        tx.list_all("utrecht", "m", "", said(), ["a"])
        tx.attest("gent", "m", "a", {"x": 1}, said())
        tx.attest("utrecht", "m", "c", {"x": 1}, said(ELS))
        tx.event("utrecht", "note", {})
        tx.attest("utrecht", "m", "d", {"x": 1}, said(ELS))
    assert [(each.kind, each.person) for each in ledger.events("utrecht")] == [
        ("attested", RIA),
        ("attested", ELS),
        ("note", None),
        ("attested", ELS),
    ]
    first = next(ledger.events("utrecht")).body
    assert first["resources"] == [
        ["m", "", "a", {"x": 1}, "merge"],
        ["m", "", "b", None, "merge"],
        ["m", "", ["a"], None, "listing"],
    ]
    assert first["source"] == "W1"


def test_nothing_of_a_commit_that_fails_stays(ledger: Ledger, clock: Clock) -> None:
    before = ledger.heads()
    with pytest.raises(ZeroDivisionError), ledger.writing() as tx:
        tx.attest("utrecht", "m", "k", {"a": 1}, said())
        tx.event("utrecht", "note", {})
        tx.record_sync("utrecht", {("m", "k"): {"a": 1}})
        tx.capture("token", "afas:1", Secret("token", canary("a token of a failed commit")))
        raise ZeroDivisionError
    assert ledger.heads() == before
    assert ledger.known(["utrecht"]) == {}
    assert ledger.synced(["utrecht"]) == {}
    assert ledger.captured("token", ["afas:1"]) == {}
    with ledger.writing() as tx:
        tx.event("utrecht", "note", {})
    assert ledger.verify() == []


def test_a_commit_within_a_commit_is_a_fault_that_is_named(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        with pytest.raises(RuntimeError, match="open already"), ledger.writing():
            pass
        tx.event("utrecht", "note", {})
    assert [each.kind for each in ledger.events("utrecht")] == ["note"]


def test_what_was_in_sync_comes_back_and_is_replaced_as_a_whole(ledger: Ledger) -> None:
    first = {("m", "k"): {"a": 1, "until": AtLeast(timedelta(days=3))}, ("m", ("c", "k")): None}
    with ledger.writing() as tx:
        tx.record_sync("utrecht", first)
        tx.record_sync("gent", {})
    assert ledger.synced(["utrecht", "gent", "zwolle"]) == {"utrecht": first, "gent": {}}
    with ledger.writing() as tx:
        tx.record_sync("utrecht", {("m", "z"): {"a": 1}})
    assert ledger.synced(["utrecht"]) == {"utrecht": {("m", "z"): {"a": 1}}}


def test_the_same_sync_again_writes_nothing_whatever_its_order(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.record_sync("utrecht", {("m", "k"): {"a": 1, "b": 2}, ("m", "l"): None})
    before = ledger.heads()
    with ledger.writing() as tx:
        tx.record_sync("utrecht", {("m", "l"): None, ("m", "k"): {"b": 2, "a": 1}})
    assert ledger.heads() == before
    with ledger.writing() as tx:
        tx.record_sync("utrecht", {("m", "l"): None, ("m", "k"): {"b": 2, "a": 2}})
    assert ledger.heads() != before


def test_thousands_of_offices_are_one_round(ledger: Ledger) -> None:
    offices = [f"office-{number}" for number in range(1200)]
    with ledger.writing() as tx:
        for office in offices:
            tx.attest(office, "m", "k", {"a": 1}, said())
            tx.record_sync(office, {("m", "k"): {"a": 1}})
    assert len(ledger.known(offices)) == len(ledger.synced(offices)) == 1200
    assert set(ledger.known(offices[:3])) == set(offices[:3])

"""What a file said before, out of the history."""

from datetime import UTC, date, datetime
from typing import Any

from inregel.ledger.base import Event
from inregel.work.said_before import Before, said_before

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
DAY = date(2026, 11, 20)


def event(*resources: list[Any], source: str = "today.xlsx, row 2", kind: str = "attested") -> Event:
    body = {"at": AT.isoformat(), "source": source, "resources": list(resources)}
    return Event("ede", 1, AT, kind, body, "Jan", "")


def said(*events: Event) -> Any:
    return said_before(events, "today.xlsx, row ", UTC).get(("ede", "m"))


def test_only_what_this_file_stated_counts() -> None:
    one = ["m", "", "a", {"x": 1}, "merge"]
    assert said(event(one, source="today.xlsx, sheet A, row 2"), event(one, source="W7"), event(one, kind="x")) is None
    assert said(event(one)).resources == {"a": {"x": Before(1, DAY)}}


def test_what_is_said_later_takes_the_place_of_what_was_said_field_by_field() -> None:
    found = said(event(["m", "", "a", {"x": 1, "y": 2}, "merge"]), event(["m", "", "a", {"x": 3}, "merge"]))
    assert found.resources["a"] == {"x": Before(3, DAY), "y": Before(2, DAY)}
    gone = event(["m", "", "a", None, "merge"])
    assert said(event(["m", "", "a", {"x": 1}, "merge"]), gone).resources["a"] == {"": Before(None, DAY)}
    assert said(gone, event(["m", "", "a", {"x": 1}, "merge"])).resources["a"] == {"x": Before(1, DAY)}


def test_a_listing_drops_what_it_does_not_name_and_ends_with_the_next_statement() -> None:
    first = event(["m", "", "a", {"x": 1}, "merge"], ["m", "", "b", {"x": 1}, "merge"])
    listing = event(["m", "", ["a"], None, "listing"])
    found = said(first, listing)
    assert found.listing == Before(frozenset("a"), DAY)
    assert found.resources.keys() == {"a"}
    assert said(first, listing, event(["m", "", "c", {"x": 1}, "merge"])).listing is None
    assert said(listing, first, listing).listing == Before(frozenset("a"), DAY)

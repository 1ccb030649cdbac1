"""Versions of Assu and their bands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.formats import versions


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("1.0.2614.0", "older"),
        ("1.2622", "older"),
        ("1.2628.3.9", "older"),
        ("1.2628.3.13", "older"),
        ("1.2628.3.14", "built_in"),
        ("1.2628.3.15", "built_in"),
        ("1.2628.3.15.7", "built_in"),
        ("1.2628.3.16", "renewal"),
        ("1.2628.3.100", "renewal"),
        ("1.2628.4", "renewal"),
        ("1.2632", "renewal"),
        ("2.0", "renewal"),
        (" 1.2628.3.16 ", "renewal"),
    ],
)
def test_a_version_lies_in_the_band_that_its_numbers_say(text: str, band: str) -> None:
    assert versions.band(text) == band


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1..2", "v1.2", "1.2628.3.x", "1,2628", "-1.2", "1.2\n3", "٣.٤"])
def test_what_is_not_a_version_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(versions.NotAVersion) as caught:
        versions.band(text)
    assert str(caught.value) == (
        f"{text!r} is not a version of Assu.\n"
        'Write it as the bottom of the Assu window shows it, in quotes: "1.2628.3.16".'
    )


@pytest.mark.parametrize(
    ("text", "short"),
    [("1.2628", True), ("1.2628.3", True), ("1.2622", False), ("1.2628.3.14", False), ("1.26", False)],
)
def test_a_version_that_is_cut_short_where_it_matters_is_noticed(text: str, short: bool) -> None:
    assert versions.is_cut_short(text) is short


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6), st.lists(st.integers(0, 10**6), min_size=2, max_size=6))
def test_versions_are_ordered_as_numbers_and_not_as_text(first: list[int], second: list[int]) -> None:
    order = ["older", "built_in", "renewal"]
    low, high = sorted((first, second))
    bands = [versions.band(".".join(map(str, numbers))) for numbers in (low, high)]
    assert order.index(bands[0]) <= order.index(bands[1])

"""Until when statements count: spread, so that not all offices are looked at on one day."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.work.judge import until

TODAY = date(2026, 11, 20)
DATED = {"valid_until": date(2028, 11, 14)}


def test_a_rule_with_spread_ends_at_most_so_much_earlier_and_never_later() -> None:
    policy = {"default": "365d spread 30d"}
    ends = Counter(until(policy, "assu.postbus", None, TODAY, f"office-{n}") for n in range(1_200))
    assert set(ends) == {TODAY + timedelta(days=365 - n) for n in range(30)}
    assert max(ends.values()) < 80


def test_an_office_is_looked_at_once_for_all_modules_of_one_rule() -> None:
    policy = {"default": "365d spread 30d"}
    assert until(policy, "assu.postbus", None, TODAY, "ede") == until(policy, "assu.aplaza_user", {}, TODAY, "ede")


def test_a_rule_that_says_nothing_of_it_is_spread_only_where_the_caller_asks() -> None:
    assert until({"default": "365d"}, "assu.postbus", None, TODAY, "ede") == TODAY + timedelta(days=365)
    spread = {until({"default": "365d"}, "assu.postbus", None, TODAY, f"office-{n}", 30) for n in range(300)}
    assert len(spread) == 30
    assert until({"default": "365d spread 0d"}, "assu.postbus", None, TODAY, "ede", 30) == TODAY + timedelta(days=365)


def test_a_date_of_its_own_is_never_spread() -> None:
    policy = {"assu.certificate": "until valid_until", "default": "365d spread 30d"}
    assert until(policy, "assu.certificate", DATED, TODAY, "ede", 30) == date(2028, 11, 14)
    assert until(policy, "assu.certificate", {}, TODAY, "ede", 30) == until(policy, "assu.postbus", {}, TODAY, "ede")


@given(st.integers(1, 400), st.integers(0, 999), st.text(min_size=1))
@pytest.mark.parametrize("rule", ["{}d", "{}d spread {}d"])
def test_no_statement_ends_before_it_was_made(rule: str, days: int, spread: int, office: str) -> None:
    text = rule.format(days, min(days, spread))
    assert TODAY < until({"default": text}, "assu.postbus", None, TODAY, office, spread) <= TODAY + timedelta(days=days)

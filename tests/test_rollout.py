"""Which offices belong to which batch, and when the next may begin."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inregel import rollout
from inregel.config.mistakes import Where
from inregel.plan.model import Entry, Status

OFFICES = tuple(f"o{i}" for i in range(10))
LIMITS = st.one_of(st.none(), st.integers(0, 100).map(float))


def entry(status: Status, actor: str = "") -> Entry:
    return Entry("o1", 0, "a.b", "k", status, "task", Where("f"), actor=actor)  # type: ignore[arg-type]  # a Literal


def test_no_serial_is_one_batch() -> None:
    assert rollout.batches(OFFICES, ()) == (OFFICES,)


def test_no_offices_is_no_batch() -> None:
    assert rollout.batches((), (1, "50%")) == ()


def test_the_last_size_of_a_list_repeats() -> None:
    assert [len(b) for b in rollout.batches(OFFICES, (1, 2, 3))] == [1, 2, 3, 3, 1]


def test_a_percentage_is_of_the_whole_play_and_at_least_one_office() -> None:
    assert [len(b) for b in rollout.batches(OFFICES, ("30%",))] == [3, 3, 3, 1]
    assert [len(b) for b in rollout.batches(OFFICES[:3], ("10%",))] == [1, 1, 1]


def test_zero_means_all_as_in_ansible() -> None:
    assert rollout.batches(OFFICES, (0,)) == (OFFICES,)


@given(
    st.integers(0, 200), st.lists(st.one_of(st.integers(0, 50), st.integers(1, 100).map(lambda n: f"{n}%")), max_size=5)
)
def test_every_office_is_in_exactly_one_batch_in_order(count: int, serial: list[int | str]) -> None:
    offices = [f"o{i}" for i in range(count)]
    cut = rollout.batches(offices, serial)
    assert [office for batch in cut for office in batch] == offices
    assert all(cut)


def test_the_share_must_be_exceeded_not_reached() -> None:
    assert rollout.may_start(10, 1, 10.0)
    assert not rollout.may_start(10, 2, 10.0)
    assert not rollout.may_start(10, 1, 0.0)
    assert rollout.may_start(10, 0, 0.0)


def test_without_a_share_only_a_batch_that_failed_wholly_stops() -> None:
    assert rollout.may_start(3, 2, None)
    assert not rollout.may_start(3, 3, None)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), LIMITS)
def test_what_stopped_stays_stopped_when_more_fails(size: int, failed: int, more: int, limit: float | None) -> None:
    if not rollout.may_start(size, failed, limit):
        assert not rollout.may_start(size, failed + more, limit)


def test_an_open_line_holds_the_next_batch_and_says_whose() -> None:
    verdict = rollout.verdict(("a", "b"), {"a": "in_sync", "b": "handed_out"}, None)
    assert verdict == rollout.Verdict("hold", "1 of 2 offices are not done: b")


def test_proceed_handed_out_goes_on_with_open_lines() -> None:
    assert rollout.verdict(("a",), {"a": "handed_out"}, None, "handed_out").action == "go"


def test_a_machine_step_that_is_open_holds_even_then() -> None:
    assert rollout.verdict(("a",), {"a": "open"}, None, "handed_out").action == "hold"


def test_an_office_that_was_not_begun_holds() -> None:
    assert rollout.verdict(("a", "b"), {"a": "in_sync"}, None).action == "hold"


def test_a_blocked_office_holds_nobody() -> None:
    assert rollout.verdict(("a", "b"), {"a": "blocked", "b": "in_sync"}, 0.0).action == "go"


def test_too_many_failures_stop_and_name_the_offices() -> None:
    verdict = rollout.verdict(("a", "b"), {"a": "failed", "b": "in_sync"}, 10.0)
    assert verdict == rollout.Verdict("stop", "1 of 2 offices failed (more than 10 %): a")


def test_a_failure_within_the_share_holds_nobody() -> None:
    assert rollout.verdict(OFFICES, {**dict.fromkeys(OFFICES, "in_sync"), "o1": "failed"}, 10.0).action == "go"


def test_the_worst_resource_decides_where_an_office_stands() -> None:
    parts = [entry(Status.IN_SYNC), entry(Status.BLOCKED), entry(Status.CHANGE, "person")]
    assert rollout.standing(parts) == "handed_out"
    assert rollout.standing([*parts, entry(Status.CHANGE, "machine")]) == "open"
    assert rollout.standing([*parts, entry(Status.FAILED)]) == "failed"
    assert rollout.standing(parts[:2]) == "blocked"
    assert rollout.standing([]) == "in_sync"
    assert rollout.standing([entry(Status.WAITING)]) == "handed_out"
    assert rollout.standing([entry(Status.QUEUED)]) == "handed_out"

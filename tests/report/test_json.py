"""The JSON report: its schema, its order, what is kept out of it, and how it is written."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from helpers.canary import canary
from helpers.sizes import size
from inregel import report
from inregel.contract import UNKNOWN, AtLeast, File, Secret, Wait
from inregel.library import Library
from inregel.plan.model import OfficePlan, Outcome, Performed, Plan, Status
from inregel.report.json import document, dump

SCHEMA = Library(None).schema("plan-report")
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def complaints(made: Plan | Outcome) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(json.loads(dump(made)))]


def entry_of(made: Plan, number: int = 0) -> dict[str, object]:
    found = document(made)["offices"][0]["resources"][number]
    assert isinstance(found, dict)
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_plan_and_an_apply_are_as_the_schema_says() -> None:
    plan = plans.three_offices()
    assert complaints(plan) == []
    performed = [Performed("ede", "a.b", ("c", "k"), "a.do", "unknown", "no answer")]
    assert complaints(Outcome(plan, performed, held=[("p", "r")], stopped=[("p", "r")], unavailable=[("o", "r")])) == []


@settings(some_plans, max_examples=size("any plans") // 3)  # the schema is slow
@given(any_plan())
def test_any_plan_is_as_the_schema_says_and_holds_no_secret(plan: Plan) -> None:
    assert complaints(plan) == []
    assert b"not shown" not in dump(plan)
    assert b"fingerprint:" not in dump(plan)


def test_it_says_what_it_is_in_which_version() -> None:
    made = document(plans.three_offices())
    assert list(made)[:2] == ["version", "kind"]
    assert (made["version"], made["kind"]) == (1, "plan")
    assert document(Outcome(plans.three_offices()))["kind"] == "apply"


def test_values_keep_their_sort() -> None:
    state = {
        "text": "x", "number": 3, "yes": True, "day": date(2026, 11, 20), "set": frozenset("ba"),
        "days": AtLeast(timedelta(45)), "least": AtLeast(3), "unknown": UNKNOWN,
        "secret": Secret("pfx", canary("pfx")), "stated": "fingerprint:abc",
    }  # fmt: skip
    entry = plans.entry("ede", "a.b", ("c", "k"), Status.IN_SYNC, before=state)
    made = entry_of(plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [entry], [])]))
    assert made["key"] == ["c", "k"]
    assert made["before"] == {
        "text": "x", "number": 3, "yes": True, "day": {"date": "2026-11-20"}, "set": {"set": ["a", "b"]},
        "days": {"at_least_days": 45}, "least": {"at_least": 3}, "unknown": {"unknown": True},
        "secret": {"secret": "pfx"}, "stated": {"secret": ""},
    }  # fmt: skip


def test_arguments_show_no_secret_and_no_content_of_a_file() -> None:
    secret = canary("password")
    arguments = {
        "password": Secret("pfx", secret), "deep": [{"x": (Secret("two", secret),)}], "bytes": secret.encode(),
        "file": File("files/a.abc", secret.encode(), "ab" * 32), "object": object(), "wait": timedelta(1),
        "ratio": float("nan"),
    }  # fmt: skip
    step = plans.machine_step("a.do", None, arguments=arguments)
    entry = plans.entry("ede", "a.b", "k", Status.CHANGE, chain=(step, Wait("X", plans.NOW, None)))
    plan = plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [entry], [])])
    assert secret.encode() not in dump(plan)
    assert complaints(plan) == []
    chain = entry_of(plan)["chain"]
    assert isinstance(chain, list)
    assert chain[0]["arguments"] == {
        "password": {"secret": "pfx"}, "deep": [{"x": [{"secret": "two"}]}], "bytes": {"bytes": len(secret)},
        "file": {"file": "files/a.abc", "sha256": "ab" * 32}, "object": {"type": "object"}, "wait": "1 day, 0:00:00",
        "ratio": "nan",
    }  # fmt: skip


def test_equal_plans_give_equal_bytes() -> None:
    assert dump(plans.three_offices()) == dump(plans.three_offices())


def test_half_a_surrogate_pair_is_written_as_an_escape() -> None:
    plan = plans.three_offices()
    plan.notes = ["\ud800"]
    assert json.loads(dump(plan).decode("utf-8"))["notes"] == ["\ud800"]


def test_the_summary_is_the_one_of_the_text() -> None:
    summary = document(plans.three_offices())["summary"]
    assert {name: summary[name] for name in ("resources", "in_sync", "change", "person", "blocked", "by_you")} == {
        "resources": 9, "in_sync": 2, "change": 5, "person": 5, "blocked": 2, "by_you": 1,
    }  # fmt: skip


def test_a_report_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "plan.json"
    report.write(plans.three_offices(), "json", path)
    assert path.read_bytes() == dump(plans.three_offices())
    assert [each.name for each in path.parent.iterdir()] == ["plan.json"]


def test_a_report_that_cannot_be_made_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")
    broken = plans.three_offices()
    broken.revision = 3  # type: ignore[assignment]  # no plan has such a revision
    broken.at = None  # type: ignore[assignment]  # nor such a time
    with pytest.raises(AttributeError):
        report.write(broken, "json", path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]


def test_a_report_where_no_file_can_be_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(report.ReportNotWritten, match=r"could not be written") as caught:
        report.write(plans.three_offices(), "json", tmp_path / "file" / "plan.json")
    assert caught.value.exit_code == 1


NEAREST = [
    ("jsn", " Did you mean json?"),
    ("JSON", " Did you mean json?"),
    ("ical", " Did you mean ics?"),
    ("pdf", ""),
    ("", ""),
]


@pytest.mark.parametrize(("name", "hint"), NEAREST)
def test_an_unknown_format_names_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(report.NoSuchFormat) as caught:
        report.check(name)
    assert str(caught.value) == (
        f"There is no report format {name or chr(34) * 2}.{hint}\nWrite FORMAT=FILE with one of: html, ics, json"
    )


def test_every_format_is_accepted() -> None:
    for name in report.formats():
        report.check(name)

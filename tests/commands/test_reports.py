"""`--report FORMAT=FILE` of `inregel plan` and `inregel apply`: several at once, and what is said where one fails."""

import io
import json
from pathlib import Path

import icalendar
import pytest

from helpers.clock import Clock
from helpers.example import SITE, Stage
from inregel.cli import main
from inregel.commands.plan import plan
from inregel.report import ReportNotWritten

ALL = [("html", "out/season.html"), ("ics", "season.ics"), ("json", "plan.json")]


@pytest.fixture
def stage(tmp_path: Path, clock: Clock) -> Stage:
    return Stage(tmp_path / "offices", clock)


class Bytes(io.StringIO):
    """Standard output as a program has it: text above bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = io.BytesIO()


def test_a_plan_writes_all_reports_that_are_asked_for_in_the_language_of_the_project(stage: Stage) -> None:
    code, said = stage.plan(reports=ALL, by="date")
    assert code == 0
    assert "What comes until 2027-02-18 (90 days)" in said
    assert '<html lang="nl">' in (stage.root / "out/season.html").read_text("utf-8")
    calendar = icalendar.Calendar.from_ical((stage.root / "season.ics").read_bytes())
    summaries = [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]
    assert any(text.endswith(": valid_until loopt af") for text in summaries)
    assert json.loads((stage.root / "plan.json").read_text())["kind"] == "plan"


def test_the_exit_code_is_that_of_the_plan(stage: Stage) -> None:
    assert stage.plan(reports=ALL, detailed_exitcode=True)[0] == 2
    assert stage.plan(reports=ALL, strict=True)[0] == 1


def test_how_long_orders_are_in_hand_stands_in_all_of_them(stage: Stage) -> None:
    stage.apply(reports=[("json", "plan.json")])
    made = json.loads((stage.root / "plan.json").read_text())["after"]["offices"]
    assert made[0]["orders"][0]["opened"] == stage.now().isoformat()
    stage.clock.move(days=12)
    _, said = stage.plan(reports=ALL, by="date")
    assert "  W1          12 d     utrecht: Bedrijfscertificaat inlezen, Ria van Dalen" in said
    text = (stage.root / "out/season.html").read_text("utf-8")
    assert '<th scope="row">Ria van Dalen</th><td class="n"></td><td class="n">1</td>' in text
    again = json.loads((stage.root / "plan.json").read_text())["offices"]
    assert again[0]["orders"][0]["opened"] == made[0]["orders"][0]["opened"]


def test_one_that_cannot_be_written_keeps_no_other_back_and_all_are_named(stage: Stage) -> None:
    for name in ("first", "second"):
        (stage.root / name).mkdir()
    context = stage.context()
    with pytest.raises(ReportNotWritten, match=r"first could not be written: Is a directory"):
        plan(context, SITE, reports=[("html", "first"), ("ics", "second"), ("json", "plan.json")])
    assert isinstance(context.err, io.StringIO)
    assert "second could not be written: Is a directory" in context.err.getvalue()
    assert (stage.root / "plan.json").exists()


def test_a_calendar_on_standard_output_keeps_its_ends_of_lines(stage: Stage) -> None:
    context = stage.context()
    context.out = out = Bytes()
    assert plan(context, SITE, reports=[("ics", "-")]) == 0
    assert out.buffer.getvalue().startswith(b"BEGIN:VCALENDAR\r\n")
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        (["hmtl=x"], "There is no report format hmtl. Did you mean html?"),
        (["html=-", "ics=-"], "ics=-: standard output takes one report; write the other to a file of its own"),
        (["html=x", "ics=x"], "ics=x: x takes one report"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(
    reports: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [part for each in reports for part in ("--report", each)]
    assert main(["plan", "site.yml", *arguments]) == 1
    assert said in " ".join(capsys.readouterr().err.split())

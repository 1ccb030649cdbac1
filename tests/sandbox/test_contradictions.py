"""Answers that contradict the file or the declaration: refused line by line, and nothing of them is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.clock import Clock
from helpers.season import AT, CERTIFICATE, Season
from inregel.commands import paper
from inregel.commands.session import open_session
from inregel.contract import Provenance
from inregel.work import AnswersRefused
from inregel.work.many import SheetRefused

TASKS = f"""    - name: C
{CERTIFICATE}    - asr.certificate: {{kind: new}}
    - assu.postbus: {{numbers: [I09000123, I09000456, I09000999]}}
    - assu.aplaza_user: {{user: piet@vandalen.example}}
"""
RIGHT = {
    "assu_version": "1.2628.3.16",
    "valid_until": "2028-11-14",
    "postbussen": ["I09000123", "I09000456", "I09000999"],
    "aplaza_user": "piet@vandalen.example",
    "asr_handed_in": "ja",
}
CERTIFICATE_LINE = "assu.certificate:vandalen@certificate.example"


@pytest.fixture
def stage(tmp_path: Path, clock: Clock) -> Season:
    """Utrecht with one order that has a line for each module: all of it is to be done."""
    stage = Season(tmp_path / "example", clock, TASKS)
    with open_session(stage.context()) as session, session.ledger.writing() as tx:
        said = Provenance("attested", stage.now(), "Ria van Dalen")
        tx.attest("utrecht", "asr.certificate", "vandalen@certificate.example", None, said)
        tx.attest("utrecht", "assu.postbus", "I09000999", None, said)
        tx.attest("utrecht", "assu.aplaza_user", "piet@vandalen.example", None, said)
    stage.apply()
    with stage.desk() as work:
        assert {(line.module, line.kind) for line in work.show("W1").order.lines} == {
            ("assu.certificate", "do"), ("asr.certificate", "do"), ("assu.postbus", "do"), ("assu.aplaza_user", "do")
        }  # fmt: skip
    return stage


def refused(stage: Season, **changes: Any) -> tuple[str, ...]:
    """Why the answers are refused; the record is as it was, and the order is open."""
    with open_session(stage.context()) as session:
        heads = dict(session.ledger.heads())
    with stage.desk() as work, pytest.raises(AnswersRefused) as caught:
        work.done("W1", "Ria van Dalen", {**RIGHT, **changes})
    with open_session(stage.context()) as session:
        assert dict(session.ledger.heads()) == heads
    assert stage.orders() == ["W1"]
    return caught.value.problems


@pytest.mark.parametrize(
    ("answer", "value", "told"),
    [
        (
            "valid_until",
            "2028-11-16",
            f"{CERTIFICATE_LINE}: the screen says 2028-11-16, but files/utrecht.abc is valid until 2028-11-14: "
            "another one was read in",
        ),
        (
            "postbussen",
            ["I09000123", "I09000456"],
            "assu.postbus:I09000999: postbus I09000999 is not among those that the screen shows",
        ),
        (
            "aplaza_user",
            "ria@vandalen.example",
            "assu.aplaza_user:piet@vandalen.example: the screen shows ria@vandalen.example, not piet@vandalen.example",
        ),
        (
            "aplaza_user",
            "geen",
            "assu.aplaza_user:piet@vandalen.example: the screen shows no user, not piet@vandalen.example",
        ),
        (
            "asr_handed_in",
            "nee",
            "asr.certificate:vandalen@certificate.example: the answer says that a.s.r. does not have the certificate",
        ),
    ],
)
def test_each_line_says_what_contradicts_it(stage: Season, answer: str, value: Any, told: str) -> None:
    assert refused(stage, **{answer: value}) == (told,)


def test_all_lines_are_told_at_once_and_those_with_one_reason_together(stage: Season) -> None:
    told = refused(stage, valid_until="2026-12-18", postbussen=[], aplaza_user="geen", asr_handed_in="nee")
    assert [line.partition(": ")[0] for line in told] == [
        CERTIFICATE_LINE,
        "asr.certificate:vandalen@certificate.example",
        "assu.postbus:I09000456",
        "assu.postbus:I09000999",
        "assu.aplaza_user:piet@vandalen.example",
    ]
    (band,) = refused(stage, assu_version="1.2628.3.15")
    assert band.startswith(f"{CERTIFICATE_LINE}, assu.postbus:I09000456, assu.postbus:I09000999, assu.aplaza_user:")


def test_the_day_beside_is_the_same_certificate_since_a_screen_may_be_of_another_time_zone(stage: Season) -> None:
    with stage.desk() as work:
        work.done("W1", "Ria van Dalen", {**RIGHT, "valid_until": "2028-11-15"})
    assert stage.last() == "Nothing to do: 6 resources in sync."


def test_a_row_of_a_sheet_that_contradicts_the_file_is_refused_by_its_row(stage: Season) -> None:
    head = "Nummer;Versie (assu_version);Geldig tot (valid_until);Postbussen (postbussen);Gebruiker (aplaza_user);"
    head += "Bij a.s.r. ingelezen (asr_handed_in);Gedaan door"
    row = "W1;1.2628.3.16;16-11-2028;I09000123, I09000456, I09000999;piet@vandalen.example;ja;Ria van Dalen"
    (stage.root / "answers.csv").write_text(f"{head}\n{row}\n", "utf-8")
    with pytest.raises(SheetRefused) as caught:
        paper.done_from(stage.context(), "answers.csv")
    wrong = "the screen says 2028-11-16, but files/utrecht.abc is valid until 2028-11-14: another one was read in"
    assert f"- row 2, W1: {CERTIFICATE_LINE}: {wrong}" in str(caught.value)
    assert stage.orders() == ["W1"]
    assert stage.example.assu.get(AT).imports == 0

"""The module asr.employer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.afas_office import Desk, change, messages, module, office, operations
from inregel.contract import Blocked, Fault, Step

MODULE = module("asr.employer")
ARGS: dict[str, Any] = {"from": "zwolle.csv", "columns": {"employer": "Werkgever", "asked": "Aangevraagd"}}
CONFIRMED = {"status": "confirmed"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "zwolle.csv").write_text("Werkgever;Aangevraagd\nBakkerij Smit;ja\nGarage Bos;nee\n", "utf-8")
    return Desk(tmp_path)


def test_each_row_is_an_employer_who_comes_after_the_office_itself(desk: Desk) -> None:
    desired = MODULE.desired(ARGS, office(), desk.inputs())
    assert desired == {"Bakkerij Smit": CONFIRMED, "Garage Bos": CONFIRMED}
    assert desk.asked == ["asr.payroll_processor"]


@pytest.mark.parametrize(
    "data",
    [
        b"Werkgever,Aangevraagd\nCaf\xc3\xa9 A,JA\n",
        b"\xef\xbb\xbfWerkgever;Aangevraagd;Datum\r\nCaf\xc3\xa9  A ;x;2026\r\n;;\r\n",
        b"Werkgever;Aangevraagd\nCaf\xe9 A;ja\n",
    ],
    ids=["commas", "a mark, more columns and an empty row", "as older Excel writes"],
)
def test_a_sheet_is_read_as_offices_have_it(desk: Desk, data: bytes) -> None:
    (desk.root / "zwolle.csv").write_bytes(data)
    assert list(MODULE.desired(ARGS, office(), desk.inputs())) == ["Café A"]


@pytest.mark.timeout(10)  # read anew for each employer it takes minutes
def test_a_sheet_of_thousands_is_read_once(desk: Desk) -> None:
    names = [f"Werkgever {number}" for number in range(4000)]
    (desk.root / "zwolle.csv").write_text(
        "Werkgever;Aangevraagd\n" + "".join(f"{name};ja\n" for name in names), "utf-8"
    )
    inputs = desk.inputs()
    assert len(MODULE.desired(ARGS, office(), inputs)) == 4000
    for name in names:
        assert isinstance(MODULE.steps(change("asr.employer", name, CONFIRMED, ARGS), inputs), list)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Naam;Aangevraagd\nA;ja\n", "zwolle.csv has no column Werkgever; there is Naam, Aangevraagd"),
        ("", "zwolle.csv has no column Werkgever, Aangevraagd; there is none"),
        ("Werkgever;Aangevraagd\nA;misschien\n", "zwolle.csv: row 2 says 'misschien' where ja or nee stands"),
        ("Werkgever;Aangevraagd\nA;ja\na;nee\n", "zwolle.csv: row 3 is a once more"),
        ("Werkgever;Aangevraagd\n;ja\n", "zwolle.csv: row 2 names no employer"),
    ],
)
def test_a_sheet_that_is_wrong_says_where(desk: Desk, text: str, reason: str) -> None:
    (desk.root / "zwolle.csv").write_text(text, "utf-8")
    with pytest.raises(Fault) as found:
        MODULE.desired(ARGS, office(), desk.inputs())
    assert found.value.blocked.reason == reason


def test_an_employer_who_has_not_asked_is_blocked_alone(desk: Desk) -> None:
    way = MODULE.steps(change("asr.employer", "Garage Bos", CONFIRMED, ARGS), desk.inputs())
    assert isinstance(way, Blocked)
    assert (way.who, way.reason) == (
        "other",
        "the employer has not asked for the coupling at www.asr.nl/salariskoppeling",
    )
    asked = MODULE.steps(change("asr.employer", "Bakkerij Smit", CONFIRMED, ARGS), desk.inputs())
    assert operations(asked) == ["asr.register_employer", "asr.confirm_employer"]


def test_who_was_registered_only_waits_for_the_confirmation(desk: Desk) -> None:
    registered = change("asr.employer", "Bakkerij Smit", CONFIRMED, ARGS, before={"status": "registered"})
    assert operations(MODULE.steps(registered, desk.inputs())) == ["asr.confirm_employer"]


def test_an_employer_is_not_taken_back(desk: Desk) -> None:
    gone = change("asr.employer", "Bakkerij Smit", None, ARGS, before=CONFIRMED)
    assert isinstance(MODULE.steps(gone, desk.inputs()), Blocked)


@pytest.mark.parametrize(
    ("name", "status"), [("employers_registered", "registered"), ("employers_confirmed", "confirmed")]
)
def test_an_answer_names_those_it_is_true_of(name: str, status: str) -> None:
    view = {name: ["bakkerij  Smit", "Somebody"], "lines": {"Bakkerij Smit": {}, "Garage Bos": {}}}
    assert MODULE.actual(view).resources == {"Bakkerij Smit": {"status": status}}
    step = Step("x", {}, {"employer": "Garage Bos"})
    found = MODULE.check(step, view)  # type: ignore[attr-defined]  # optional
    assert messages(found) == [f"Garage Bos is not among those that were {status}"]

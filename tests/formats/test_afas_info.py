"""What /metainfo says of a token."""

from datetime import date
from typing import Any

import pytest

from inregel.contract import UNKNOWN
from inregel.formats import afas_info

ANSWER: dict[str, Any] = {
    "updateConnectors": [{"id": "KnUser", "description": "Gebruiker"}],
    "getConnectors": [{"id": "BP_Employers", "description": "Werkgevers"}, {"id": "BP_Wages", "description": None}],
    "info": {"envid": "O12345AA", "appName": "Benefits-Plaza", "group": "BP groep (12345.BP)", "tokenExpiry": "0"},
}


def test_an_answer_is_read_whole() -> None:
    assert afas_info.read(ANSWER) == afas_info.Info(
        envid="O12345AA",
        app_connector="Benefits-Plaza",
        group="BP groep",
        user="12345.BP",
        expires="never",
        get_connectors={"BP_Employers": "Werkgevers", "BP_Wages": ""},
        update_connectors={"KnUser": "Gebruiker"},
    )


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("AuthorizationGroup 101 (12345.USER)", ("AuthorizationGroup 101", "12345.USER")),
        ("Payroll (extern) (12345.BP)", ("Payroll (extern)", "12345.BP")),
        ("Payroll", ("Payroll", "")),
        ("", ("", "")),
        ("Payroll ()", ("Payroll ()", "")),
    ],
)
def test_the_user_stands_in_the_last_parentheses(text: str, group: tuple[str, str]) -> None:
    assert afas_info.split_group(text) == group


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("0", "never"),
        ("0001-01-01T00:00:00", "never"),
        ("2027-05-01", date(2027, 5, 1)),
        ("2027-05-01T00:00:00Z", date(2027, 5, 1)),
        ("2027-04-30T23:59:59+02:00", date(2027, 4, 30)),
        ("2027-05-01 00:00:00", date(2027, 5, 1)),
        ("20270501", date(2027, 5, 1)),
        ("1-5-2027", date(2027, 5, 1)),
        ("01-05-2027 00:00", date(2027, 5, 1)),
        ("05/01/2027", UNKNOWN),
        ("1809129600", UNKNOWN),
        ("46508", UNKNOWN),
        ("2027-13-40", UNKNOWN),
        ("99999999", UNKNOWN),
        ("over a year", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_day_is_read_where_it_can_mean_one_only(text: str, expires: object) -> None:
    assert afas_info.expiry(text) == expires


def without(*path: str) -> Any:
    """The answer, less one thing."""
    if len(path) == 1:
        return {name: value for name, value in ANSWER.items() if name != path[0]}
    return {**ANSWER, "info": {name: value for name, value in ANSWER["info"].items() if name != path[1]}}


@pytest.mark.parametrize(
    "answer",
    [[], "x", None, without("info"), without("getConnectors"), without("updateConnectors"), without("info", "envid"),
     without("info", "appName"), without("info", "group"), without("info", "tokenExpiry"), {**ANSWER, "info": []},
     {**ANSWER, "getConnectors": [{"description": "x"}]}, {**ANSWER, "getConnectors": ["x"]},
     {**ANSWER, "info": {**ANSWER["info"], "envid": None}}],
)  # fmt: skip
def test_an_answer_without_a_part_is_no_answer(answer: Any) -> None:
    with pytest.raises(afas_info.NotMetainfo):
        afas_info.read(answer)

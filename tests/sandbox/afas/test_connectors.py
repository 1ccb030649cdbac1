"""Facts §1, "Paging, filter, order": what a GetConnector gives for which question."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from helpers.afas_emulator import ROWS, Client, furnish, hex_canary, running
from helpers.clock import Clock
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import Environment
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.switches import Switches

AT = "/connectors/Loonjaar"


def ids(client: Client, **query: object) -> list[int]:
    return [row["Medewerker"] for row in client.get(AT, **query).rows]


def test_s1_json_c_has_skip_take_and_rows(client: Client) -> None:
    told = client.get(AT, skip=1, take=1, orderbyfieldids="Medewerker").json()
    assert (told["skip"], told["take"]) == (1, 1)
    assert told["rows"][0]["Medewerker"] == 2


def test_s1_without_skip_and_take_there_are_100_rows(client: Client) -> None:
    told = client.get(AT).json()
    assert (told["skip"], told["take"], len(told["rows"])) == (0, 100, 100)


def test_s1_minus_1_twice_gives_all(client: Client) -> None:
    assert len(client.get(AT, skip=-1, take=-1).rows) == ROWS


@pytest.mark.parametrize(("skip", "take"), [(2, -1), (-1, 5), (-2, -2)])
def test_s5_another_negative_number_is_an_unexpected_error(client: Client, skip: int, take: int) -> None:
    reply = client.get(AT, skip=skip, take=take)
    assert reply.status == 500
    assert reply.json()["externalMessage"] == "An unexpected error has occurred."
    assert reply.json()["errorNumber"] == -2147180999


def test_s1_pages_with_an_order_hold_each_row_once(client: Client) -> None:
    pages = [ids(client, skip=skip, take=100, orderbyfieldids="Medewerker") for skip in (0, 100, 200, 300)]
    assert [len(page) for page in pages] == [100, 100, 50, 0]
    assert sum(pages, []) == list(range(1, ROWS + 1))


def test_s1_pages_without_an_order_are_not_stable(client: Client) -> None:
    pages = [ids(client, skip=skip, take=125) for skip in (0, 125)]
    assert sorted(sum(pages, [])) != list(range(1, ROWS + 1))


def test_s1_that_they_are_not_stable_is_a_switch(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(steady_without_order=True))
    furnish(afas, data)
    with running(Emulator(afas)) as port:
        pages = [ids(Client(port, data), skip=skip, take=125) for skip in (0, 125)]
    assert sum(pages, []) == list(range(1, ROWS + 1))


def test_s1_a_minus_orders_downwards_and_the_next_field_breaks_ties(client: Client) -> None:
    found = ids(client, take=3, orderbyfieldids="-Actief,Medewerker")
    assert found == [2, 4, 6]
    assert ids(client, take=2, orderbyfieldids="-Medewerker") == [250, 249]


@pytest.mark.parametrize(
    ("operator", "field", "value", "expected"),
    [
        (1, "Medewerker", "7", [7]),
        (1, "Naam", "medewerker 007", [7]),
        (2, "Medewerker", "249", [249, 250]),
        (3, "Medewerker", "2", [1, 2]),
        (4, "Medewerker", "249", [250]),
        (5, "Loon", "1", [1]),
        (6, "Naam", "ker 01", [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
        (10, "Naam", "Medewerker 25", [250]),
        (13, "Naam", "99", [99, 199]),
        (15, "Naam", "mede*250", [250]),
        (9, "Opmerking", "", [3]),
    ],
)
def test_s1_each_operator_that_chooses(
    client: Client, environment: Environment, operator: int, field: str, value: str, expected: list[int]
) -> None:
    _remark(environment)
    query = {"filterfieldids": field, "filtervalues": value, "operatortypes": operator}
    assert ids(client, **query, orderbyfieldids="Medewerker") == expected


@pytest.mark.parametrize(
    ("operator", "field", "value", "without"),
    [
        (7, "Medewerker", "7", [7]),
        (8, "Opmerking", "", [3]),
        (11, "Naam", "ker 01", [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
        (12, "Naam", "Medewerker 25", [250]),
        (14, "Naam", "99", [99, 199]),
    ],
)
def test_s1_each_operator_that_leaves_out(
    client: Client, environment: Environment, operator: int, field: str, value: str, without: list[int]
) -> None:
    _remark(environment)
    query = {"filterfieldids": field, "filtervalues": value, "operatortypes": operator, "skip": -1, "take": -1}
    assert set(range(1, ROWS + 1)) - set(ids(client, **query)) == set(without)


def _remark(environment: Environment) -> None:
    """Only the third row has a remark."""
    from inregel.sandbox.afas.state import Field

    connector = environment.get_connectors["Loonjaar"]
    connector.fields.append(Field("Opmerking"))
    connector.rows[2]["Opmerking"] = "let op"


@pytest.mark.parametrize("operator", [8, 9])
def test_s1_empty_and_not_empty_still_need_a_value(client: Client, operator: int) -> None:
    assert client.get(AT, filterfieldids="Naam", operatortypes=operator).status == 400
    assert client.get(AT, filterfieldids="Naam", filtervalues="", operatortypes=operator).status == 200


def test_s1_a_comma_is_and_a_semicolon_is_or(client: Client) -> None:
    both = {"filterfieldids": "Medewerker,Medewerker", "filtervalues": "3,5", "operatortypes": "2,3"}
    assert ids(client, **both, orderbyfieldids="Medewerker") == [3, 4, 5]
    either = {"filterfieldids": "Medewerker;Medewerker", "filtervalues": "3;5", "operatortypes": "1;1"}
    assert ids(client, **either, orderbyfieldids="Medewerker") == [3, 5]


def _json(*filters: list[tuple[str, int, str]]) -> str:
    written: list[Any] = [
        {
            "@FilterId": f"Filter {i}",
            "Field": [{"@FieldId": name, "@OperatorType": str(kind), "#text": text} for name, kind, text in one],
        }
        for i, one in enumerate(filters, 1)
    ]
    return json.dumps({"Filters": {"Filter": written}})


def test_s1_filterjson_joins_fields_by_and_and_filters_by_or(client: Client) -> None:
    text = _json([("Medewerker", 2, "3"), ("Medewerker", 3, "4")], [("Naam", 1, "Medewerker 250")])
    assert ids(client, filterjson=text, orderbyfieldids="Medewerker") == [3, 4, 250]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"Filters":{}}', '{"Filters":{"Filter":[{"Field":[{"@FieldId":"Naam"}]}]}}']
)
def test_s1_a_filterjson_that_is_none_is_refused(client: Client, text: str) -> None:
    assert client.get(AT, filterjson=text).status == 400


@pytest.mark.parametrize(
    "query",
    [
        {"skip": "one"},
        {"filterfieldids": "Naam,Loon", "filtervalues": "a", "operatortypes": "1,1"},
        {"filterfieldids": "Naam", "filtervalues": "a", "operatortypes": "1,1"},
        {"filtervalues": "a"},
        {"filterfieldids": "Naam", "filtervalues": "a", "filterjson": "{}"},
        {"pagesize": "3"},
    ],
)
def test_s5_what_does_not_fit_together_is_a_bad_request(client: Client, query: dict[str, str]) -> None:
    assert client.get(AT, **query).status == 400


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"orderbyfieldids": "Salaris"}, "Connector field 'Salaris' not found"),
        ({"filterfieldids": "Salaris", "filtervalues": "1"}, "Connector field 'Salaris' not found"),
        ({"filterfieldids": "Naam", "filtervalues": "1", "operatortypes": "16"}, "Operator type '16' is not supported"),
        ({"filterfieldids": "Loon", "filtervalues": "veel"}, "The value 'veel' does not fit field 'Loon'"),
    ],
)
def test_s5_a_question_that_cannot_be_is_a_functional_error(
    client: Client, query: dict[str, str], message: str
) -> None:
    reply = client.get(AT, **query)
    assert (reply.status, reply.json()["externalMessage"]) == (500, message)
    assert re.fullmatch("[0-9A-F]{32}", reply.json()["profitLogReference"])


def test_s1_a_query_of_2050_characters_is_not_found(client: Client) -> None:
    start = urlencode({"filterfieldids": "Naam", "operatortypes": 1, "filtervalues": ""})
    for size, status in ((2049, 200), (2050, 404)):
        query = start + "a" * (size - len(start))
        assert (len(query), client.send("GET", f"{AT}?{query}").status) == (size, status)


def test_s1_a_date_ends_in_a_z_but_is_the_time_of_amsterdam(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].rows[1]["In_dienst"] = "2026-12-31T23:30:00+00:00"
    first, second = client.get(AT, take=2, orderbyfieldids="Medewerker").rows
    assert first["In_dienst"] == "2026-07-01T12:00:00Z"
    assert second["In_dienst"] == "2027-01-01T00:30:00Z"


def test_s1_a_filter_on_a_date_means_the_time_of_amsterdam_too(client: Client) -> None:
    query = {"filterfieldids": "In_dienst", "operatortypes": 2, "take": 1}
    assert len(client.get(AT, **query, filtervalues="2026-07-01T12:00:00").rows) == 1
    assert client.get(AT, **query, filtervalues="2026-07-01T12:00:01").rows == []


def test_s1_from_profit_7_json_has_one_line_and_decimals_a_zero(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].rows[0]["Loon"] = "-0.5"
    query = {"take": 1, "orderbyfieldids": "Medewerker"}
    body = client.get(AT, **query).body.decode()
    assert '"Loon":-0.5,' in body
    assert "\n" not in body
    environment.profit = 6
    body = client.get(AT, **query).body.decode()
    assert '"Loon":-.5,' in body
    assert len(body.splitlines()) == 3


def test_s1_an_empty_cell_is_null(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].rows[0] = {"Medewerker": 1}
    (row,) = client.get(AT, take=1, orderbyfieldids="Medewerker").rows
    assert row == {"Medewerker": 1, "Naam": None, "Loon": None, "In_dienst": None, "Actief": None}


def test_s1_accept_language_is_one_of_five(client: Client) -> None:
    assert client.send("GET", AT, Accept_Language="nl-nl").status == 200
    assert client.send("GET", AT, Accept_Language="xx-xx").status == 400


def test_s1_integrationid_may_be_sent(client: Client) -> None:
    assert client.send("GET", AT, IntegrationId="12345_123456").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_s1_a_get_connector_is_only_read(client: Client, method: str) -> None:
    reply = client.send(method, AT, b"{}")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET")


def test_s5_profit_8_keeps_the_day_of_the_last_call(client: Client, environment: Environment) -> None:
    client.get(AT)
    assert environment.get_connectors["Loonjaar"].called == "2026-11-20"
    assert environment.get_connectors["Profit_Users"].called == ""


def test_s5_filter_authorisation_silently_leaves_rows_out(client: Client, environment: Environment) -> None:
    user = environment.users["12345.koppeling"]
    user.only = {"Loonjaar": {"Naam": "Medewerker 007"}}
    assert ids(client) == [7]
    user.only = {"Loonjaar": {"Naam": "niemand"}}
    assert client.get(AT).rows == []


@pytest.mark.parametrize(("value", "status"), [("nan", 500), ("inf", 500), ("-inf", 500), ("1e9999", 200)])
def test_s1_a_number_that_is_none_is_a_functional_error(client: Client, value: str, status: int) -> None:
    assert client.get(AT, filterfieldids="Loon", filtervalues=value, operatortypes=2).status == status


def test_s1_a_number_in_filterjson_is_like_its_text(client: Client) -> None:
    text = '{"Filters":{"Filter":{"Field":{"@FieldId":"Medewerker","@OperatorType":1,"#text":7}}}}'
    assert ids(client, filterjson=text) == [7]


def test_s4_a_custom_field_that_is_missing_gives_a_fixed_text(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].fields[1].needs = "U1A2"
    assert {row["Naam"] for row in client.get(AT, take=3).rows} == {"(replaced)"}
    environment.custom_fields.append("U1A2")
    assert client.get(AT, take=1, orderbyfieldids="Medewerker").rows[0]["Naam"] == "Medewerker 001"

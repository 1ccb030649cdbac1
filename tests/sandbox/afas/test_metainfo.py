"""Facts §1: what a token may use, the shape of a connector, the version, the standard GetConnectors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpers.afas_emulator import USER, Client, furnish, hex_canary, running
from helpers.clock import Clock
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.switches import Switches


def test_s1_json_a_tells_exactly_what_the_token_may_use(client: Client) -> None:
    told = client.get("/metainfo").json()
    assert told == {
        "updateConnectors": [{"id": "KnUser", "description": "Gebruiker"}],
        "getConnectors": [
            {"id": "Loonjaar", "description": "Loon per jaar"},
            {"id": "ProfitGetConnectoren", "description": "GetConnectoren"},
            {"id": "Profit_Users", "description": "Gebruikers"},
            {"id": "Profit_UserGroups", "description": "Gebruikersgroepen"},
        ],
        "info": {
            "envid": "O12345AA",
            "appName": "Benefits-Plaza",
            "group": f"Benefits ({USER})",
            "tokenExpiry": "0",
        },
    }


def test_s1_all_values_of_info_are_text(client: Client) -> None:
    assert all(isinstance(value, str) for value in client.get("/metainfo").json()["info"].values())


@pytest.mark.parametrize(
    ("form", "shown"),
    [("iso", "2027-05-01T00:00:00Z"), ("date", "2027-05-01"), ("dutch", "01-05-2027"), ("epoch", "1809122400")],
)
def test_s1_the_end_of_a_token_is_a_switch_where_it_is_not_0(clock: Clock, form: str, shown: str) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(token_expiry=form))  # type: ignore[arg-type]
    furnish(afas, data).apps["Benefits-Plaza"].tokens[0].expires = datetime(2027, 4, 30, 22, tzinfo=UTC)
    with running(Emulator(afas)) as port:
        assert Client(port, data).get("/metainfo").json()["info"]["tokenExpiry"] == shown


def test_s1_json_b_tells_the_fields_of_a_get_connector(client: Client) -> None:
    told = client.get("/MetaInfo/Get/loonjaar").json()
    assert (told["name"], told["description"]) == ("Loonjaar", "Loon per jaar")
    assert told["fields"][1] == {
        "id": "Naam",
        "fieldId": "U002",
        "dataType": "string",
        "label": "Naam",
        "length": 80,
        "controlType": 5,
        "decimals": 0,
        "decimalsFieldId": "",
    }
    assert [field["dataType"] for field in told["fields"]] == ["int", "string", "decimal", "date", "boolean"]


def test_s1_the_shape_of_an_update_connector_nests(client: Client) -> None:
    told = client.get("/metainfo/update/KnUser").json()
    fields = {field["fieldId"]: field for field in told["fields"]}
    assert (told["id"], told["objects"]) == ("KnUser", [])
    assert (fields["GrId"]["length"], fields["MtCd"]["mandatory"], fields["GrDs"]["mandatory"]) == (20, True, False)


def test_s1_the_nesting_of_an_update_connector_is_a_switch(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(nested_update_metainfo=False))
    furnish(afas, data)
    with running(Emulator(afas)) as port:
        told = Client(port, data).get("/metainfo/update/KnUser").json()
    assert sorted(told) == ["description", "fields", "name"]


@pytest.mark.parametrize("path", ["get/Onbekend", "update/KnSubject", "get/KnUser"])
def test_s1_what_is_not_assigned_has_no_shape(client: Client, path: str) -> None:
    assert client.get(f"/metainfo/{path}").status == 401


@pytest.mark.parametrize(
    "path", ["/metainfo/put/Loonjaar", "/metainfo/get", "/metainfo/get/Loonjaar/x", "/nothing", ""]
)
def test_s1_another_address_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_s1_the_version_is_told_where_it_is_activated(client: Client, app: AppConnector) -> None:
    assert client.get("/profitversion").status == 401
    app.tells_version = True
    assert client.get("/ProfitVersion").json() == {"version": "9.0.5"}


def test_s1_profitgetconnectoren_tells_what_is_blocked(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].blocked = True
    rows = client.get("/connectors/ProfitGetConnectoren").rows
    assert {"Omschrijving": "Loon per jaar", "Naam": "Loonjaar", "Geblokkeerd": True} in rows
    assert {row["Naam"]: row["Geblokkeerd"] for row in rows}["Profit_Users"] is False


def test_s1_profitgetconnectoren_has_to_be_assigned_first(client: Client, app: AppConnector) -> None:
    app.get_connectors.remove("ProfitGetConnectoren")
    assert client.get("/connectors/ProfitGetConnectoren").status == 401


def test_s1_profit_users_has_the_columns_of_the_specification(client: Client) -> None:
    (row,) = client.get("/connectors/Profit_Users").rows
    expected = {"UserId", "Description", "UPN", "Blocked", "Email", "Windows", "Connector", "OutSite", "InSite"}
    assert set(row) == expected | {"PersonId", "EmployeeId"}
    assert (row["UserId"], row["Blocked"], row["Email"]) == (USER, False, "koppeling@kantoor.example")


def test_s1_profit_usergroups_has_one_row_per_member_and_its_misspelt_column(client: Client) -> None:
    rows = client.get("/connectors/Profit_UserGroups").rows
    assert {"GroupId": "BENEFITS", "Decription": "Benefits", "UserId": USER} in rows
    assert {"GroupId": "Everyone", "Decription": "Everyone", "UserId": USER} in rows


def test_s1_metainfo_tells_a_blocked_connector_too(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].blocked = True
    assert "Loonjaar" in [each["id"] for each in client.get("/metainfo").json()["getConnectors"]]
    assert client.get("/metainfo/get/Loonjaar").status == 200


@pytest.mark.parametrize("path", ["/appconnectors", "/connectors/AppConnector", "/tokens", "/ReportConnector/1"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_s0_3_no_call_changes_an_app_connector_or_lists_its_tokens(client: Client, method: str, path: str) -> None:
    assert client.send(method, path, b"{}").status in (401, 404, 405)

"""Facts §3.2: users and groups by KnUser."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.afas_emulator import NUMBER, USER, Client, furnish, hex_canary, running
from helpers.clock import Clock
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.switches import Switches

AT = "/connectors/KnUser"
NEW = f"{NUMBER}.asr"


def element(name: str, **fields: Any) -> dict[str, Any]:
    return {"KnUser": {"Element": {"@UsId": name, "Fields": fields}}}


def test_s1_json_d_a_write_is_answered_201_with_its_results(client: Client) -> None:
    reply = client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r."))
    assert (reply.status, reply.json()) == (201, {"results": {"KnUser": {"UsId": NEW}}})


def test_s3_2_code_1_adds_and_updates_a_user(client: Client, environment: Environment) -> None:
    client.send(
        "POST",
        AT,
        element(NEW, MtCd="1", Nm="a.s.r.", Awin=False, InSi=True, EmAd="a@kantoor.example", GrId="BENEFITS"),
    )
    user = environment.users[NEW]
    assert (user.name, user.windows, user.insite, user.email) == ("a.s.r.", False, True, "a@kantoor.example")
    assert environment.groups["BENEFITS"].members == [USER, NEW]
    assert client.send("PUT", AT, element(NEW, MtCd="1", Awin="1", Upn="asr@kantoor.example")).status == 201
    assert (user.name, user.windows, user.upn) == ("a.s.r.", True, "asr@kantoor.example")


def test_s3_2_code_1_needs_a_group_that_is_there(client: Client, environment: Environment) -> None:
    reply = client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r.", GrId="NIEUW"))
    assert (reply.status, reply.json()["externalMessage"]) == (
        500,
        "The entered value for 'User group' does not exist.",
    )
    assert NEW not in environment.users


def test_s3_2_code_3_makes_a_group_that_is_missing(client: Client, environment: Environment) -> None:
    assert client.send("PUT", AT, element(USER, MtCd="3", GrId="NIEUW", GrDs="Nieuwe groep")).status == 201
    assert (environment.groups["NIEUW"].description, environment.groups["NIEUW"].members) == ("Nieuwe groep", [USER])
    rows = client.get("/connectors/Profit_UserGroups").rows
    assert {"GroupId": "NIEUW", "Decription": "Nieuwe groep", "UserId": USER} in rows


def test_s3_2_code_0_blocks_and_takes_out_of_all_groups_but_everyone(client: Client, environment: Environment) -> None:
    client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r.", GrId="BENEFITS"))
    assert client.send("PUT", AT, element(NEW, MtCd="0")).status == 201
    assert environment.users[NEW].blocked
    rows = client.get("/connectors/Profit_UserGroups").rows
    assert [row["GroupId"] for row in rows if row["UserId"] == NEW] == ["Everyone"]


def test_s3_2_code_2_blocks_and_code_6_unblocks(client: Client, environment: Environment) -> None:
    client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r.", GrId="BENEFITS"))
    client.send("PUT", AT, element(NEW, MtCd="2"))
    assert environment.users[NEW].blocked
    assert NEW in environment.groups["BENEFITS"].members
    client.send("PUT", AT, element(NEW, MtCd="6"))
    assert not environment.users[NEW].blocked


def test_s3_2_code_4_changes_the_code_everywhere(client: Client, environment: Environment, app: AppConnector) -> None:
    reply = client.send("PUT", AT, element(USER, MtCd="4", UsIdNew=f"{NUMBER}.ander"))
    assert reply.json() == {"results": {"KnUser": {"UsId": f"{NUMBER}.ander"}}}
    assert environment.groups["BENEFITS"].members == [f"{NUMBER}.ander"]
    assert app.tokens[0].user == f"{NUMBER}.ander"
    assert client.get("/metainfo").json()["info"]["group"] == f"Benefits ({NUMBER}.ander)"


def test_s3_2_code_5_is_taken(client: Client, environment: Environment) -> None:
    assert client.send("PUT", AT, element(USER, MtCd="5")).status == 201
    assert environment.writes == 1


def test_s3_2_the_example_of_a_system_user_makes_one(client: Client, environment: Environment) -> None:
    name = f"{NUMBER}.SystemUser"
    assert client.send("POST", AT, element(name, MtCd="6", Nm="Jansen", Awin="1", InSi="0")).status == 201
    assert (environment.users[name].system, environment.users[name].windows) == (True, True)


def test_s3_2_a_user_that_is_there_cannot_be_made_again(client: Client) -> None:
    assert client.send("POST", AT, element(USER, MtCd="1", Nm="Nog een")).status == 500


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "5", "6"])
def test_s3_2_a_user_that_is_not_there_cannot_be_changed(client: Client, environment: Environment, code: str) -> None:
    reply = client.send("PUT", AT, element(NEW, MtCd=code, Nm="a.s.r.", GrId="BENEFITS", UsIdNew=f"{NUMBER}.x"))
    assert (reply.status, reply.json()["externalMessage"]) == (500, "The entered value for 'User' does not exist.")
    assert environment.writes == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"Nm": "a.s.r."},
        {"MtCd": "9", "Nm": "a.s.r."},
        {"MtCd": "1"},
        {"MtCd": "1", "Nm": "a.s.r.", "Naam": "x"},
        {"MtCd": "1", "Nm": "n" * 81},
        {"MtCd": "1", "Nm": "a.s.r.", "Awin": "ja"},
        {"MtCd": "1", "Nm": ["a.s.r."]},
        {"MtCd": "3", "Nm": "a.s.r."},
        {"MtCd": "3", "Nm": "a.s.r.", "GrId": "G" * 21},
        {"MtCd": "3", "Nm": "a.s.r.", "GrId": "G", "GrDs": "g" * 51},
    ],
)
def test_s3_2_wrong_fields_are_refused_and_change_nothing(
    client: Client, environment: Environment, fields: dict[str, Any]
) -> None:
    assert client.send("POST", AT, element(NEW, **fields)).status == 500
    assert (NEW in environment.users, environment.writes) == (False, 0)


def test_s3_2_the_code_of_a_user_begins_with_the_number_of_the_environment(client: Client) -> None:
    assert client.send("POST", AT, element("54321.asr", MtCd="1", Nm="a.s.r.")).status == 500


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"KnUser":{}}',
        b'{"KnUser":{"Element":{"Fields":{"MtCd":"1"}}}}',
        b'{"KnUser":{"Element":{"@UsId":"12345.asr"}}}',
    ],
)
def test_s5_a_body_with_missing_parts_is_a_bad_request(client: Client, body: bytes) -> None:
    assert client.send("POST", AT, body).status == 400


def test_s3_2_there_is_no_delete(client: Client, environment: Environment) -> None:
    assert client.send("DELETE", f"{AT}/KnUser/@UsId/{USER}").status == 405
    assert USER in environment.users


def test_s2_knuser_has_to_be_on_the_app_connector(client: Client, app: AppConnector) -> None:
    app.update_connectors.clear()
    assert client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r.")).status == 401


def test_s3_2_that_older_help_demands_more_is_a_switch(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(demands_old_fields=True))
    furnish(afas, data)
    with running(Emulator(afas)) as port:
        client = Client(port, data)
        assert client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r.")).status == 500
        old = {"Acon": True, "Abac": False, "Acom": False}
        assert client.send("POST", AT, element(NEW, MtCd="1", Nm="a.s.r.", **old)).status == 201
    assert afas.get(NUMBER).users[NEW].connector


def test_s5_a_body_that_is_too_large_gives_413(client: Client) -> None:
    assert client.send("POST", AT, b"x" * (20 * 1024**2 + 1)).status == 413


_TEXTS = ["BcCo", "EmAd", "XOEA", "Upn", "InLn", "CAId", "CANm", "OcUs", "PoMa"]
_FLAGS = ["Awin", "Site", "InSi", "AcUs", "Acon", "Abac", "Acom"]


@pytest.mark.parametrize("name", _TEXTS + _FLAGS)
def test_s3_2_each_field_that_is_documented_is_taken(client: Client, name: str) -> None:
    assert client.send("PUT", AT, element(USER, MtCd="1", **{name: "1"})).status == 201
    told = client.get("/metainfo/update/KnUser").json()["fields"]
    assert name in [field["fieldId"] for field in told]


@pytest.mark.parametrize(("name", "length"), [("BcCo", 15), ("Nm", 80), ("EmAd", 255), ("UsIdNew", 80)])
def test_s3_2_the_documented_lengths_count(client: Client, name: str, length: int) -> None:
    assert client.send("PUT", AT, element(USER, MtCd="1", **{name: "x" * length})).status == 201
    assert client.send("PUT", AT, element(USER, MtCd="1", **{name: "x" * (length + 1)})).status == 500

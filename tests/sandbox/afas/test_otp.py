"""Facts §1 JSON E and §3.1: a token by one-time password, over REST and SOAP."""

from __future__ import annotations

import re

import pytest

from helpers.afas_emulator import GROUP, USER, Client, furnish, hex_canary, running
from helpers.clock import Clock
from inregel.sandbox.afas.auth import TOKEN
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment, User
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.switches import Switches


@pytest.fixture
def keys(environment: Environment, app: AppConnector) -> dict[str, str]:
    return {"apiKey": app.api_key, "apiToken": environment.key, "userId": USER}


@pytest.fixture
def anonymous(client: Client) -> Client:
    client.token = ""
    return client


def mailed(environment: Environment) -> str:
    """The password in the newest mail."""
    found = re.search(r"\b\d{8}\b", environment.mails[-1].text)
    assert found
    return found[0]


def test_s1_json_e_a_password_goes_by_mail_and_gives_a_token_that_works(
    anonymous: Client, environment: Environment, keys: dict[str, str]
) -> None:
    asked = anonymous.send("POST", "/OtpRequest", keys)
    assert (asked.status, asked.body, environment.mails[0].to) == (200, b"", "koppeling@kantoor.example")
    told = anonymous.send("POST", "/OtpValidation", {**keys, "otp": mailed(environment)})
    assert list(told.json()) == ["token"]
    assert told.json()["token"].endswith("</token>\r\n")
    match = TOKEN.fullmatch(told.json()["token"])
    assert match
    anonymous.token = match[2]
    assert anonymous.get("/metainfo").status == 200


@pytest.mark.parametrize("who", [USER, "KOPPELING@kantoor.example"])
@pytest.mark.parametrize("name", ["userId", "userid"])
def test_s1_json_e_the_user_is_a_code_or_an_address_under_either_spelling(
    anonymous: Client, environment: Environment, keys: dict[str, str], name: str, who: str
) -> None:
    del keys["userId"]
    anonymous.send("POST", "/otprequest", {**keys, name: who})
    assert len(environment.mails) == 1


@pytest.mark.parametrize("name", ["apiKey", "apiToken", "userId"])
def test_s3_1_wrong_keys_are_answered_by_success_and_no_mail(
    anonymous: Client, environment: Environment, keys: dict[str, str], name: str
) -> None:
    assert anonymous.send("POST", "/OtpRequest", {**keys, name: "0" * 32}).status == 200
    assert environment.mails == []


def test_s3_1_that_wrong_keys_are_answered_by_success_is_a_switch(clock: Clock) -> None:
    afas = Afas(clock, switches=Switches(otp_tells_wrong_keys=True))
    furnish(afas, hex_canary("token"))
    with running(Emulator(afas)) as port:
        body = {"apiKey": "0" * 32, "apiToken": "0" * 32, "userId": USER}
        assert Client(port).send("POST", "/OtpRequest", body).status == 401


def _no_address(environment: Environment) -> None:
    environment.users[USER].email = ""


def _no_server(environment: Environment) -> None:
    environment.mail_server = False


def _no_group(environment: Environment) -> None:
    environment.groups[GROUP].members.clear()


def _blocked(environment: Environment) -> None:
    environment.apps["Benefits-Plaza"].blocked = True


def _oauth(environment: Environment) -> None:
    environment.apps["Benefits-Plaza"].authentication = "oauth"


@pytest.mark.parametrize("lack", [_no_address, _no_server, _no_group, _blocked, _oauth])
def test_s3_1_a_password_needs_an_address_a_mail_server_the_group_and_an_app_connector(
    anonymous: Client, environment: Environment, keys: dict[str, str], lack: object
) -> None:
    assert callable(lack)
    lack(environment)
    anonymous.send("POST", "/OtpRequest", keys)
    assert environment.mails == []


def test_s3_1_a_password_works_once_and_not_after_a_quarter_of_an_hour(
    anonymous: Client, environment: Environment, app: AppConnector, keys: dict[str, str], clock: Clock
) -> None:
    anonymous.send("POST", "/OtpRequest", keys)
    body = {**keys, "otp": mailed(environment)}
    assert [anonymous.send("POST", "/OtpValidation", body).status for _ in range(2)] == [200, 401]
    anonymous.send("POST", "/OtpRequest", keys)
    clock.move(minutes=15)
    assert anonymous.send("POST", "/OtpValidation", {**keys, "otp": mailed(environment)}).status == 401
    assert len(app.tokens) == 2


def test_s3_1_a_password_belongs_to_its_user(anonymous: Client, environment: Environment, keys: dict[str, str]) -> None:
    environment.users["12345.ander"] = User("12345.ander", "Ander", "ander@kantoor.example")
    environment.groups[GROUP].members.append("12345.ander")
    anonymous.send("POST", "/OtpRequest", keys)
    body = {**keys, "userId": "12345.ander", "otp": mailed(environment)}
    assert anonymous.send("POST", "/OtpValidation", body).status == 401


@pytest.mark.parametrize("path", ["/OtpRequest", "/OtpValidation"])
@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"apiKey":1,"apiToken":"a","userId":"b","otp":"c"}'])
def test_s5_a_request_without_all_parts_is_a_bad_request(anonymous: Client, path: str, body: bytes) -> None:
    assert anonymous.send("POST", path, body).status == 400
    assert anonymous.send("GET", path).status == 405


def test_s3_1_a_token_by_mail_ends_with_the_validity_of_the_app_connector(
    anonymous: Client, environment: Environment, app: AppConnector, keys: dict[str, str], clock: Clock
) -> None:
    app.validity_days = 90
    anonymous.send("POST", "/OtpRequest", keys)
    anonymous.send("POST", "/OtpValidation", {**keys, "otp": mailed(environment)})
    assert app.tokens[1].expires
    assert (app.tokens[1].expires - clock()).days == 90
    assert app.tokens[0].expires is None

"""Facts §2: classic tokens, what they need to work, IP rules. Facts §5: how AFAS says no."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from helpers.afas_emulator import USER, Client, hex_canary, xml
from helpers.clock import Clock
from inregel.sandbox.afas.auth import check_address, end_of_token, is_rule
from inregel.sandbox.afas.calls import Refused
from inregel.sandbox.afas.state import EVERYONE, AppConnector, Environment, Token, digest

AT = "/metainfo"


def test_s2_the_header_carries_the_whole_xml_in_base64(client: Client) -> None:
    assert client.get(AT).status == 200


@pytest.mark.parametrize("profit", [7, 9])
def test_s2_from_profit_7_a_raw_token_in_the_header_is_refused(
    client: Client, environment: Environment, token: str, profit: int
) -> None:
    environment.profit = profit
    client.token = ""
    assert client.send("GET", AT, Authorization=f"AfasToken {xml(token)}").status == 401


def test_s2_before_profit_7_a_raw_token_worked(client: Client, environment: Environment, token: str) -> None:
    environment.profit, client.token = 6, ""
    assert client.send("GET", AT, Authorization=f"AfasToken {xml(token)}").status == 200


@pytest.mark.parametrize(
    "sent",
    [
        "{data}",
        "<token><data>{data}</data></token>",
        "<token><version>1</version><data>{data}0</data></token>",
        "<token><version>1</version><data></data></token>",
        "",
    ],
)
def test_s2_half_a_token_is_refused(client: Client, token: str, sent: str) -> None:
    client.token = ""
    text = base64.b64encode(sent.format(data=token).encode()).decode()
    assert client.send("GET", AT, Authorization=f"AfasToken {text}").status == 401


@pytest.mark.parametrize("value", ["AfasToken %%%", "AfasToken", "Basic eDp5", "AfasToken abc", ""])
def test_s5_a_header_that_is_no_token_is_refused(client: Client, value: str) -> None:
    client.token = ""
    assert client.send("GET", AT, Authorization=value).status == 401


def test_s5_without_a_header_nobody_comes_in(client: Client) -> None:
    client.token = ""
    assert client.get(AT).status == 401


def test_s2_a_token_that_nobody_made_is_refused(client: Client) -> None:
    client.token = hex_canary("made up")
    assert client.get(AT).status == 401


def test_s2_the_user_must_be_in_the_group_of_the_app_connector(client: Client, environment: Environment) -> None:
    environment.groups["BENEFITS"].members.clear()
    assert client.get(AT).status == 401
    environment.apps["Benefits-Plaza"].group = EVERYONE
    assert client.get(AT).status == 200


def test_s2_a_blocked_user_does_not_come_in(client: Client, environment: Environment) -> None:
    environment.users[USER].blocked = True
    assert client.get(AT).status == 401


def test_s2_a_blocked_app_connector_lets_nobody_in(client: Client, app: AppConnector) -> None:
    app.blocked = True
    assert client.get(AT).status == 401


def test_s6_a_new_app_connector_is_blocked() -> None:
    assert AppConnector("Benefits-Plaza", "BENEFITS").blocked


def test_s2_a_connector_has_to_be_on_the_app_connector(client: Client, app: AppConnector) -> None:
    app.get_connectors.remove("Loonjaar")
    reply = client.get("/connectors/Loonjaar")
    message = "GetConnector not supported for this app or the user is not authorized"
    assert (reply.status, reply.json()["externalMessage"]) == (401, message)


def test_s5_a_connector_that_is_not_there_looks_like_one_that_is_not_assigned(client: Client) -> None:
    assert client.get("/connectors/Onbekend").status == 401


def test_s5_a_blocked_get_connector_says_so_with_500(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].blocked = True
    reply = client.get("/connectors/Loonjaar")
    assert (reply.status, reply.json()["externalMessage"]) == (500, "This GetConnector (definition) is blocked")
    assert reply.json()["errorNumber"] == -2147220469
    assert client.get(AT).status == 200


def test_s5_the_obsolete_header_says_the_same(client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].blocked = True
    reply = client.get("/connectors/Loonjaar")
    assert reply.headers["X-PROFIT-ERROR"] == "This GetConnector (definition) is blocked"


def test_s5_answers_carry_the_headers_of_the_proxy_and_are_not_stored(client: Client) -> None:
    headers = client.get(AT).headers
    assert headers["Cache-Control"] == "no-store"
    assert {"X-AFAS-Proxy-Stats", "X-AFAS-Proxy-Version", "Access-Control-Allow-Origin"} <= set(headers)


def test_s2_the_end_of_a_token_is_kept_to_the_second(client: Client, app: AppConnector, clock: Clock) -> None:
    app.tokens[0].expires = clock() + timedelta(seconds=1)
    assert client.get(AT).status == 200
    clock.move(seconds=1)
    assert client.get(AT).status == 401


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (datetime(2027, 4, 30, 21, 59, tzinfo=UTC), 200),
        (datetime(2027, 5, 1, tzinfo=UTC), 200),
        (datetime(2027, 8, 31, 21, 59, 59, tzinfo=UTC), 200),
        (datetime(2027, 8, 31, 22, 0, tzinfo=UTC), 401),
    ],
)
def test_s0_1_classic_tokens_work_until_the_end_of_31_august_2027(
    client: Client, clock: Clock, now: datetime, status: int
) -> None:
    clock.time = now
    assert client.get(AT).status == status


def test_s0_1_a_new_token_has_limited_validity(clock: Clock) -> None:
    app = AppConnector("Benefits-Plaza", "BENEFITS")
    assert end_of_token(app, clock()) == datetime(2027, 8, 31, 22, tzinfo=UTC)
    app.validity_days = 30
    assert end_of_token(app, clock()) == clock() + timedelta(days=30)


def test_s2_an_app_connector_of_oauth_takes_no_classic_token_and_a_hybrid_one_does(
    client: Client, app: AppConnector
) -> None:
    for authentication, status in (("classic", 200), ("hybrid", 200), ("oauth", 401)):
        app.authentication = authentication  # type: ignore[assignment]
        assert client.get(AT).status == status


def test_s2_two_tokens_of_one_user_work_side_by_side_and_one_can_go(
    client: Client, app: AppConnector, token: str, clock: Clock
) -> None:
    second = hex_canary("second token")
    app.tokens.append(Token(digest(second), USER, "tweede", clock()))
    client.token = second
    assert client.get(AT).status == 200
    del app.tokens[0]
    assert client.get(AT).status == 200
    client.token = token
    assert client.get(AT).status == 401


def test_s2_the_day_of_the_last_use_is_kept(client: Client, app: AppConnector, clock: Clock) -> None:
    assert app.tokens[0].last_used == ""
    clock.time = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    client.get(AT)
    assert app.tokens[0].last_used == "2027-01-01"


@pytest.mark.parametrize(
    ("kind", "rules", "status"),
    [
        ("allow", ["127.0.0.1"], 200),
        ("allow", ["10.0.0.1", "127.0.0.0/8"], 200),
        ("allow", ["10.0.0.0/8"], 403),
        ("allow", [], 403),
        ("exclude", ["127.0.0.1"], 403),
        ("exclude", ["10.0.0.1"], 200),
        ("", ["10.0.0.1"], 200),
    ],
)
def test_s2_an_ip_rule_that_is_broken_gives_403(
    client: Client, app: AppConnector, kind: str, rules: list[str], status: int
) -> None:
    app.ip_kind, app.ip_addresses = kind, rules  # type: ignore[assignment]
    assert client.get(AT).status == status


def test_s2_ranges_and_ipv6_came_with_profit_8() -> None:
    assert [is_rule(text, 8) for text in ("10.0.0.1", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32", "kantoor")] == [
        *(True, True, True, True),
        False,
    ]
    assert [is_rule(text, 7) for text in ("10.0.0.1", "10.0.0.0/8", "2001:db8::1")] == [True, False, False]


def test_s2_an_ipv6_range_holds_its_addresses() -> None:
    app = AppConnector("Benefits-Plaza", "BENEFITS", ip_kind="allow", ip_addresses=["2001:db8::/32"])
    check_address(app, "2001:db8::17", 8)
    with pytest.raises(Refused) as caught:
        check_address(app, "2001:db9::17", 8)
    assert caught.value.status == 403


def test_s5_connection_close_is_answered_by_a_reset(client: Client) -> None:
    with pytest.raises(ConnectionError):
        client.send("GET", AT, Connection="close")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_s1_metainfo_is_only_read(client: Client, method: str) -> None:
    assert client.send(method, AT, b"").status == 405

"""The connection to AFAS as an inventory declares it."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_wire import Bench, Wire, metainfo, reply, token
from helpers.projects import make
from inregel.config import project
from inregel.config.mistakes import ConfigError
from inregel.contract import Connection, Driver
from inregel.drivers.afas.places import place
from inregel.secrets.memory import MemorySource

BASE = {"environment": "54321", "tier": "test"}
SITE = "- {offices: all, tasks: []}"


def connection(root: Path, settings: dict[str, Any], secrets: MemorySource | None = None) -> Connection:
    """The connection of one office, through inventory and schema."""
    text = json.dumps({"all": {"offices": {"ede": {"connections": {"afas": settings}}}}})
    files = {"inventory.yml": text, "site.yml": SITE}
    found = project.load(make(root, files), secrets=secrets or MemorySource())
    return found.office("ede").connections["afas"]


def test_a_connection_is_an_environment_and_a_tier_and_takes_five_calls_at_a_time(tmp_path: Path) -> None:
    found = connection(tmp_path, BASE)
    assert (found.system, found.identity, found.limit) == ("afas", "afas:54321/test", 5)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"token": "x", "otp": {"api_key": "a", "environment_key": "b", "user": "54321.BP"}},
        {"oauth": {"client_id": "x", "client_secret": "y", "method": "client_secret_post"}},
        {"oauth": {"client_id": "x", "private_key": "y", "algorithm": "PS256", "key_id": "1"}},
        {"url": "http://127.0.0.1:18090", "integration_id": "12345_123456", "time_budget": "5s"},
        {"url": "https://afas.sandbox.example/here", "tokens": {"Benefits-Plaza": "x"}, "field_shapes": True},
        {"remote_commands": True, "token_service": "tokens.asmx"},
    ],
)
def test_what_a_connection_may_say(tmp_path: Path, more: dict[str, Any]) -> None:
    assert dict(connection(tmp_path, BASE | more).settings) == BASE | more


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"environment": 54321}, "YAML reads the number 54321 here"),
        ({"environment": "012345"}, "must be the five digits of the environment"),
        ({"environment": "O54321AA"}, "must be the five digits of the environment"),
        ({"tier": "prod"}, "production"),
        ({"token": "x", "oauth": {"client_id": "x", "client_secret": "y"}}, "`oauth` stands in place of `token`"),
        ({"oauth": {"client_id": "x"}}, "the key `client_secret` is missing in `oauth`"),
        ({"oauth": {"client_id": "x", "client_secret": "y", "private_key": "z"}}, "in place of `private_key`"),
        ({"oauth": {"client_id": "x", "client_secret": "y", "algorithm": "RS256"}}, "is about a `private_key`"),
        ({"oauth": {"client_id": "x", "private_key": "y", "method": "client_secret_post"}}, "a `client_secret`"),
        ({"url": "http://afas.example"}, "must be an https:// address"),
        ({"url": "http://127.0.0.1.example.com"}, "must be an https:// address"),
        ({"url": "https://user@afas.example"}, "must be an https:// address"),
        ({"url": "https://afas.example/?x=y"}, "must be an https:// address"),
        ({"integration_id": "1_2"}, "must be like 12345_123456"),
        ({"token_service": "../x.asmx"}, "token_service"),
        ({"time_budget": "0s"}, "must be a number of seconds"),
        ({"time_budget": "60"}, "must be a number of seconds"),
        ({"tokn": "x"}, "unknown key `tokn`"),
    ],
)
def test_what_a_connection_may_not_say(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as told:
        connection(tmp_path, BASE | more)
    assert message in str(told.value)


def test_the_tier_has_no_default(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the key `tier` is missing"):
        connection(tmp_path, {"environment": "54321"})


@pytest.mark.parametrize(
    ("tier", "rest", "soap"),
    [("production", "rest", "soap"), ("test", "resttest", "soaptest"), ("accept", "restaccept", "soapaccept"),
     ("course", "restcursus", "soapcursus")],
)  # fmt: skip
def test_each_tier_has_an_address_of_its_own(tier: str, rest: str, soap: str) -> None:
    found = place("x", {"environment": "54321", "tier": tier})
    assert found.rest == f"https://54321.{rest}.afas.online/ProfitRestServices"
    assert found.soap == f"https://54321.{soap}.afas.online/profitservices"
    other = place("x", {"environment": "54321", "tier": tier, "url": "https://sandbox.example/a/"})
    assert other.rest == f"https://sandbox.example/a/54321.{rest}.afas.online/ProfitRestServices"


# --- secrets that are not there yet ---------------------------------------------------------------------------------


def opened(connection: Connection, scope: dict[str, Any]) -> tuple[Any, set[str]]:
    """What is read through a connection, and what can be performed."""

    async def both(driver: Driver) -> tuple[Any, set[str]]:
        return await driver.read(scope), set(driver.operations)

    return Bench().use(Wire(lambda asked: reply(metainfo())), both, connection)


def test_a_token_that_nobody_has_yet_hides_no_other(tmp_path: Path) -> None:
    tokens = {"Benefits-Plaza": "{{ secret('bp') }}", "Other": "{{ secret('other') }}"}
    secrets = MemorySource({"other": token("other").reveal()})
    found, _ = opened(connection(tmp_path, {**BASE, "tokens": tokens}, secrets), {"afas.token": None})
    assert set(found["app_connectors"]) == {"Other"}
    assert set(found["missing"]) == {"Benefits-Plaza"}
    assert "There is no secret bp." in found["missing"]["Benefits-Plaza"]


OWN: dict[str, dict[str, Any]] = {
    "token": {"token": "{{ secret('own') }}"},
    "oauth": {"oauth": {"client_id": "x", "client_secret": "{{ secret('own') }}"}},
    "otp": {"otp": {"api_key": "{{ secret('own') }}", "environment_key": "y", "user": "54321.BP"}},
}


@pytest.mark.parametrize("kind", OWN)
def test_until_its_secret_is_there_a_connection_does_nothing_and_then_it_does(tmp_path: Path, kind: str) -> None:
    settings, scope = BASE | OWN[kind], {"afas.token": None}
    view, operations = opened(connection(tmp_path, settings), scope)
    assert operations == set()
    assert kind == "otp" or "There is no secret own." in view["without"]
    secrets = MemorySource({"own": token("own").reveal()})
    view, operations = opened(connection(tmp_path, settings, secrets), scope)
    assert operations
    assert "without" not in view

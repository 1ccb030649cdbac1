"""Facts §1: where the services of an environment are."""

from __future__ import annotations

import pytest

from helpers.afas_emulator import Client, furnish, hex_canary
from inregel.sandbox.afas.places import Place, host_of, place
from inregel.sandbox.afas.state import Tier
from inregel.sandbox.afas.store import Afas


@pytest.mark.parametrize(
    ("host", "environment"),
    [
        ("12345.rest.afas.online", "12345"),
        ("12345.resttest.afas.online", "12345-test"),
        ("12345.restaccept.afas.online", "12345-accept"),
        ("12345.restcursus.afas.online", "12345-course"),
    ],
)
def test_s1_each_tier_has_its_host(host: str, environment: str) -> None:
    assert place(host, "/ProfitRestServices/metainfo") == Place(environment, "rest", ("metainfo",))


@pytest.mark.parametrize(
    "host", ["12345.soap.afas.online", "12345.soaptest.afas.online", "12345.soapaccept.afas.online"]
)
def test_s1_soap_has_hosts_of_its_own(host: str) -> None:
    found = place(host, "/profitservices/cmdconnector.asmx")
    assert found
    assert (found.service, found.path) == ("soap", ("cmdconnector.asmx",))
    assert place(host, "/ProfitRestServices/metainfo") is None


@pytest.mark.parametrize("tier", ["production", "test", "accept", "course"])
def test_s1_the_host_of_an_environment_leads_back_to_it(tier: Tier) -> None:
    found = place(host_of("54321", tier), "/profitrestservices")
    assert found
    assert found.environment == ("54321" if tier == "production" else f"54321-{tier}")


@pytest.mark.parametrize("number", ["09999", "1234", "123456"])
def test_s1_a_number_is_between_10000_and_99999(number: str) -> None:
    assert place(f"{number}.rest.afas.online", "/ProfitRestServices/metainfo") is None


@pytest.mark.parametrize(
    "path", ["/ProfitRestServices/MetaInfo", "/profitrestservices/metainfo", "/PROFITRESTSERVICES/METAINFO"]
)
def test_s1_upper_and_lower_case_of_a_path_are_alike(client: Client, path: str) -> None:
    client.base = "/"
    assert client.get(path).status == 200


def test_s1_the_host_may_stand_in_the_path_instead(client: Client, port: int) -> None:
    client.host, client.base = f"127.0.0.1:{port}", "/12345.rest.afas.online/ProfitRestServices"
    assert client.get("/metainfo").json()["info"]["envid"] == "O12345AA"


def test_s1_another_host_has_nothing(client: Client) -> None:
    client.host = "afas.example"
    assert client.get("/metainfo").status == 404


def test_s1_a_token_of_production_is_unknown_to_the_test_environment(afas: Afas, client: Client) -> None:
    afas.add("12345", "T12345AA", "test")
    client.host = "12345.resttest.afas.online"
    assert client.get("/metainfo").status == 401


def test_s1_an_environment_that_is_not_there_is_not_found(client: Client) -> None:
    client.host = "99999.rest.afas.online"
    assert client.get("/metainfo").status == 404


def test_s1_environments_do_not_mix(afas: Afas, client: Client) -> None:
    other = hex_canary("another token")
    furnish(afas, other, "54321")
    client.host = "54321.rest.afas.online"
    assert client.get("/metainfo").status == 401
    client.token = other
    assert client.get("/metainfo").json()["info"]["envid"] == "O54321AA"

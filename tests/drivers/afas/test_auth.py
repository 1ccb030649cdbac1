"""OAuth: each way to show who asks, and a token that is used until it ends."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from helpers.afas_wire import REST, Asked, Bench, Wire, reply, rows
from helpers.canary import canary
from inregel.contract import Driver, Fault, Secret
from inregel.errors import Unavailable

USERS = {"afas.user_group": frozenset(["BP"])}


class Office:
    """AFAS as far as it gives out access tokens."""

    def __init__(self, seconds: object = 3600, **answer: Any) -> None:
        self.forms: list[dict[str, str]] = []
        self.proofs: list[str] = []
        self.given: list[str] = []
        self._seconds, self._answer = seconds, answer
        self.wire = Wire(self)

    def __call__(self, asked: Asked) -> bytes:
        if asked.path == "oauth/token":
            assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
            self.forms.append({name: values[0] for name, values in parse_qs(asked.body.decode()).items()})
            self.proofs.append(asked.headers.get("authorization", ""))
            self.given.append(canary("an access token"))
            answer = {"access_token": self.given[-1], "token_type": "Bearer", "expires_in": self._seconds}
            return reply(answer | self._answer)
        assert asked.headers["authorization"] == f"Bearer {self.given[-1]}"
        return rows({"GroupId": "BP", "Decription": "Groep", "UserId": "12345.BP"})


def secret(name: str = "client") -> Secret:
    return Secret(name, canary(name) + "+/ :é")


def pem(key: Any) -> Secret:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Secret("key", private)


def test_a_secret_is_shown_in_a_header_or_in_the_form(bench: Bench) -> None:
    client = secret()
    basic, post = Office(), Office()
    assert "BP" in bench.read(basic.wire, USERS, oauth={"client_id": "a:b", "client_secret": client})["groups"]
    oauth = {"client_id": "a:b", "client_secret": client, "method": "client_secret_post"}
    assert "BP" in bench.read(post.wire, USERS, oauth=oauth)["groups"]
    assert basic.forms == [{"grant_type": "client_credentials"}]
    user, _, value = base64.b64decode(basic.proofs[0].removeprefix("Basic ")).decode().partition(":")
    assert (user, value) == ("a%3Ab", client.reveal().replace("+/ :é", "%2B%2F+%3A%C3%A9"))
    assert post.forms == [{"grant_type": "client_credentials", "client_id": "a:b", "client_secret": client.reveal()}]
    assert post.proofs == [""]


KEYS: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "PS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
}


def opened(statement: str, key: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and claims of a statement whose signature holds (RFC 7515, 7518); else it raises."""
    signed, _, tail = statement.rpartition(".")
    head, claims = (json.loads(base64.urlsafe_b64decode(each + "==")) for each in signed.split("."))
    signature, sha256 = base64.urlsafe_b64decode(tail + "=="), hashes.SHA256()
    if head["alg"] == "ES256":
        assert len(signature) == 64
        pair = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        key.public_key().verify(pair, signed.encode(), ec.ECDSA(sha256))
    else:
        pss = padding.PSS(padding.MGF1(sha256), 32)
        way = pss if head["alg"] == "PS256" else padding.PKCS1v15()
        key.public_key().verify(signature, signed.encode(), way, sha256)
    return head, claims


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_private_key_signs_a_statement_for_one_use(bench: Bench, algorithm: str) -> None:
    key, office = KEYS[algorithm], Office()
    oauth = {"client_id": "inregel", "private_key": pem(key), "algorithm": algorithm, "key_id": "k1"}
    bench.read(office.wire, USERS, oauth=oauth)
    form = office.forms[0]
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert (form["client_id"], office.proofs) == ("inregel", [""])
    head, claims = opened(form["client_assertion"], key)
    assert head == {"alg": algorithm, "typ": "JWT", "kid": "k1"}
    now = int(bench.clock().timestamp())
    assert (claims["iss"], claims["sub"], claims["iat"], claims["exp"]) == ("inregel", "inregel", now, now + 300)
    assert claims["aud"] == f"{office.wire.url}/{REST}/ProfitRestServices/oauth/token"
    assert len(claims["jti"]) == 32


@pytest.mark.parametrize(("algorithm", "kind"), [("", "RS256"), ("", "ES256"), ("ES256", "RS256"), ("RS256", "ES256")])
def test_the_kind_of_a_key_says_how_it_signs(bench: Bench, algorithm: str, kind: str) -> None:
    oauth = {"client_id": "x", "private_key": pem(KEYS[kind])} | ({"algorithm": algorithm} if algorithm else {})
    if algorithm:
        with pytest.raises(Fault, match=f"cannot sign {algorithm}"):
            bench.read(Office().wire, USERS, oauth=oauth)
        return
    office = Office()
    bench.read(office.wire, USERS, oauth=oauth)
    assert opened(office.forms[0]["client_assertion"], KEYS[kind])[0]["alg"] == kind


@pytest.mark.parametrize(
    "key",
    [
        Secret("key", "no key"),
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 1024)),
    ],
)
def test_a_key_that_is_none_or_too_weak_is_said(bench: Bench, key: Secret) -> None:
    with pytest.raises(Fault, match="the private_key of `oauth`"):
        bench.read(Office().wire, USERS, oauth={"client_id": "x", "private_key": key})


def test_an_access_token_is_used_until_a_minute_before_its_end(bench: Bench) -> None:
    office = Office(seconds=600)

    async def work(driver: Driver) -> None:
        for seconds in (0, 300, 239, 2):
            bench.clock.move(seconds=seconds)
            await driver.read(USERS)

    bench.use(office.wire, work, oauth={"client_id": "x", "client_secret": secret()})
    assert [asked.path for asked in office.wire.asked] == [
        "oauth/token", *["connectors/Profit_UserGroups"] * 3, "oauth/token", "connectors/Profit_UserGroups",
    ]  # fmt: skip


@pytest.mark.parametrize("seconds", [None, "3600", True, -5, 30])
def test_a_token_whose_end_is_not_known_is_used_once(bench: Bench, seconds: object) -> None:
    office = Office(seconds)

    async def work(driver: Driver) -> None:
        await driver.read(USERS)
        await driver.read(USERS)

    bench.use(office.wire, work, oauth={"client_id": "x", "client_secret": secret()})
    assert len(office.forms) == 2


@pytest.mark.parametrize("status", [400, 401])
def test_a_client_that_is_refused_says_what_to_look_at(bench: Bench, status: int) -> None:
    client, wire = secret(), Wire([reply({"error": "invalid_client"}, status)])
    view = bench.read(wire, USERS, oauth={"client_id": "x", "client_secret": client})
    blocked = view["blocked"]["afas.user_group"]
    assert blocked.reason == f"AFAS refused POST oauth/token: status {status}, invalid_client"
    assert "A client secret ends after 180 days" in blocked.remedy
    assert len(wire.asked) == 1
    receipt = bench.perform(
        wire, "afas.block_user", {"user": "12345.BP"}, oauth={"client_id": "x", "client_secret": client}
    )
    assert receipt.outcome == "failed"
    assert receipt.detail.startswith("nothing was sent: AFAS refused POST oauth/token")


@pytest.mark.parametrize("answer", [{"access_token": ""}, {"access_token": None}, {"access_token": "a\r\nb: c"}])
def test_an_answer_without_an_access_token_is_refused(bench: Bench, answer: dict[str, Any]) -> None:
    view = bench.read(Office(**answer).wire, USERS, oauth={"client_id": "x", "client_secret": secret()})
    assert "it gave no access token" in view["blocked"]["afas.user_group"].reason


def test_a_service_that_is_down_is_asked_for_a_token_again(bench: Bench) -> None:
    with pytest.raises(Unavailable, match="POST oauth/token got no answer that can be used: status 502"):
        bench.read(Wire([reply(b"", 502)]), USERS, oauth={"client_id": "x", "client_secret": secret()})
    assert bench.waited == [1.0, 2.0, 4.0]


def test_a_write_is_not_sent_where_there_is_no_access_token_for_it(bench: Bench) -> None:
    wire = Wire([reply(json.dumps({}).encode(), 503)])
    receipt = bench.perform(
        wire, "afas.block_user", {"user": "12345.BP"}, oauth={"client_id": "x", "client_secret": secret()}
    )
    assert receipt.outcome == "failed"
    assert {asked.path for asked in wire.asked} == {"oauth/token"}

"""Facts §1 JSON F and §2: OAuth client credentials."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helpers.afas_emulator import USER, Client, hex_canary
from helpers.clock import Clock
from inregel.sandbox.afas.oauth import new_secret
from inregel.sandbox.afas.state import AppConnector, ClientSecret, Environment, digest
from inregel.sandbox.certificates import Wish, make_certificate

AT = "/oauth/token"
GRANT = {"grant_type": "client_credentials"}
URL = "https://12345.rest.afas.online/ProfitRestServices/oauth/token"


@pytest.fixture
def secret() -> str:
    return hex_canary("client secret")


@pytest.fixture
def oauth(client: Client, app: AppConnector, secret: str) -> Client:
    app.authentication, app.client_id, app.client_user = "oauth", "klant", USER
    app.secrets = [ClientSecret(digest(secret))]
    client.token = ""
    return client


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def posted(secret: str, name: str = "klant") -> dict[str, str]:
    return {**GRANT, "client_id": name, "client_secret": secret}


def test_s1_json_f_a_client_secret_in_the_form_gives_an_access_token_that_works(oauth: Client, secret: str) -> None:
    told = oauth.form(AT, posted(secret)).json()
    assert (told["token_type"], told["expires_in"], sorted(told)) == (
        "Bearer",
        3600,
        ["access_token", "expires_in", "token_type"],
    )
    info = oauth.send("GET", "/metainfo", Authorization=f"Bearer {told['access_token']}").json()["info"]
    assert (info["tokenExpiry"], info["group"]) == ("0", f"Benefits ({USER})")


def test_s1_json_f_before_profit_9_a_refresh_token_stood_there(
    oauth: Client, secret: str, environment: Environment
) -> None:
    environment.profit = 8
    assert oauth.form(AT, posted(secret)).json()["refresh_token"] is None


def test_s2_client_secret_basic_came_with_profit_9(oauth: Client, secret: str, environment: Environment) -> None:
    assert oauth.form(AT, GRANT, Authorization=basic("klant", secret)).status == 200
    environment.profit = 8
    assert oauth.form(AT, GRANT, Authorization=basic("klant", secret)).status == 401


def test_s2_a_bad_client_gets_400_and_over_basic_401(oauth: Client, secret: str) -> None:
    for form in (posted("wrong"), posted(secret, "ander"), posted("")):
        reply = oauth.form(AT, form)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_client")
    for value in (basic("klant", "wrong"), basic("ander", secret), "Basic %", "Basic a2xhbnQ=", "Digest a2xhbnQ6YQ=="):
        reply = oauth.form(AT, GRANT, Authorization=value)
        assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
        assert reply.headers["WWW-Authenticate"].startswith("Basic")


def test_s2_an_access_token_lives_for_an_hour(oauth: Client, secret: str, clock: Clock) -> None:
    access = oauth.form(AT, posted(secret)).json()["access_token"]
    clock.move(seconds=3599)
    assert oauth.send("GET", "/metainfo", Authorization=f"Bearer {access}").status == 200
    clock.move(seconds=1)
    reply = oauth.send("GET", "/metainfo", Authorization=f"Bearer {access}")
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_s2_a_client_secret_of_profit_9_lives_for_180_days_and_two_may_overlap(
    oauth: Client, app: AppConnector, secret: str, clock: Clock
) -> None:
    made = hex_canary("second secret")
    assert new_secret(app, 9, clock(), lambda _: made) == made
    assert oauth.form(AT, posted(secret)).status == oauth.form(AT, posted(made)).status == 200
    clock.move(days=180, seconds=-1)
    assert oauth.form(AT, posted(made)).status == 200
    clock.move(seconds=1)
    assert oauth.form(AT, posted(made)).status == 400
    assert oauth.form(AT, posted(secret)).status == 200


def test_s2_before_profit_9_a_client_secret_had_no_end(app: AppConnector, clock: Clock) -> None:
    new_secret(app, 8, clock(), lambda _: hex_canary("secret"))
    assert app.secrets[-1].expires is None


def test_s2_a_classic_app_connector_has_no_oauth_and_hybrid_keeps_what_it_had(
    oauth: Client, app: AppConnector, secret: str, token: str
) -> None:
    app.authentication = "classic"
    assert oauth.form(AT, posted(secret)).status == 400
    app.authentication = "hybrid"
    assert oauth.form(AT, posted(secret)).status == 200
    oauth.token = token
    assert len(oauth.get("/metainfo").json()["getConnectors"]) == 4


def test_s2_a_blocked_app_connector_gives_no_access_token(oauth: Client, app: AppConnector, secret: str) -> None:
    app.blocked = True
    assert oauth.form(AT, posted(secret)).status == 400


def test_s2_ip_rules_count_for_oauth_too(oauth: Client, app: AppConnector, secret: str) -> None:
    app.ip_kind, app.ip_addresses = "allow", ["10.0.0.1"]
    assert oauth.form(AT, posted(secret)).status == 403


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({**GRANT, "client_secret": "x", "client_assertion": "y"}, "invalid_request"),
        ({**GRANT, "client_assertion": "x.y.z"}, "invalid_request"),
    ],
)
def test_s2_a_request_that_is_none_is_refused(oauth: Client, form: dict[str, str], error: str) -> None:
    reply = oauth.form(AT, form)
    assert (reply.status, reply.json()["error"]) == (400, error)


def test_s2_the_request_is_a_form_that_is_posted(oauth: Client, secret: str) -> None:
    assert oauth.send("POST", AT, posted(secret)).status == 400
    assert oauth.get(AT).status == 400
    twice = b"grant_type=client_credentials&grant_type=client_credentials"
    assert oauth.send("POST", AT, twice, Content_Type="application/x-www-form-urlencoded").status == 400


# --- private_key_jwt ------------------------------------------------------------------------------------------------

Sign = Callable[[bytes], bytes]
RSA = rsa.generate_private_key(65_537, 2_048)
EC = ec.generate_private_key(ec.SECP256R1())


def _es256(data: bytes) -> bytes:
    r, s = decode_dss_signature(EC.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


SIGN: dict[str, Sign] = {
    "RS256": lambda data: RSA.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    "PS256": lambda data: RSA.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
    "ES256": _es256,
}


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def assertion(clock: Clock, algorithm: str = "ES256", sign: Sign | None = None, **claims: Any) -> dict[str, str]:
    now = int(clock().timestamp())
    said = {"iss": "klant", "sub": "klant", "aud": URL, "exp": now + 300, "jti": "1", **claims}
    parts = [{"alg": algorithm, "typ": "JWT"}, {name: value for name, value in said.items() if value is not None}]
    signed = ".".join(_encode(json.dumps(part).encode()) for part in parts)
    text = f"{signed}.{_encode((sign or SIGN[algorithm])(signed.encode()))}"
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {**GRANT, "client_assertion_type": kind, "client_assertion": text}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture
def signed(oauth: Client, app: AppConnector) -> Client:
    app.secrets, app.keys = [], [pem(RSA), pem(EC)]
    return oauth


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_s2_private_key_jwt_takes_three_algorithms(signed: Client, clock: Clock, algorithm: str) -> None:
    access = signed.form(AT, assertion(clock, algorithm)).json()["access_token"]
    assert signed.send("GET", "/metainfo", Authorization=f"Bearer {access}").status == 200


def test_s2_private_key_jwt_takes_a_certificate(signed: Client, app: AppConnector, clock: Clock) -> None:
    wish = Wish(1, "it@kantoor.example", "Kantoor", clock(), clock() + timedelta(days=1))
    app.keys = [make_certificate(wish, EC).public_bytes(Encoding.PEM).decode()]
    assert signed.form(AT, assertion(clock)).status == 200


def test_s2_private_key_jwt_came_with_profit_9(signed: Client, clock: Clock, environment: Environment) -> None:
    environment.profit = 8
    assert signed.form(AT, assertion(clock)).status == 400


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "ander"},
        {"sub": "ander"},
        {"sub": None},
        {"aud": "https://54321.rest.afas.online/ProfitRestServices/oauth/token"},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 0},
        {"exp": 1_900_000_000},
        {"jti": None},
    ],
)
def test_s2_an_assertion_with_other_claims_is_refused(signed: Client, clock: Clock, claims: dict[str, Any]) -> None:
    reply = signed.form(AT, assertion(clock, **claims))
    assert (reply.status, reply.json()["error"]) == (400, "invalid_client")


def test_s2_an_assertion_works_once(signed: Client, clock: Clock) -> None:
    form = assertion(clock)
    assert [signed.form(AT, form).status for _ in range(2)] == [200, 400]
    assert signed.form(AT, assertion(clock, jti="2")).status == 200


def test_s2_an_assertion_of_another_key_or_none_is_refused(signed: Client, clock: Clock, app: AppConnector) -> None:
    app.keys = [pem(RSA)]
    assert signed.form(AT, assertion(clock, "ES256")).status == 400
    assert signed.form(AT, assertion(clock, "none", lambda data: b"")).status == 400
    assert signed.form(AT, assertion(clock, "RS256", SIGN["PS256"])).status == 400
    broken = assertion(clock, "RS256")
    broken["client_assertion"] = broken["client_assertion"][:-4]
    assert signed.form(AT, broken).status == 400


def test_s2_the_audience_may_be_the_address_that_was_called(signed: Client, port: int, clock: Clock) -> None:
    signed.host, signed.base = f"127.0.0.1:{port}", "/12345.rest.afas.online/ProfitRestServices"
    assert signed.form(AT, assertion(clock, aud=[f"http://127.0.0.1:{port}{signed.base}{AT}"])).status == 200

"""OAuth client credentials: /oauth/token, with a client secret or a signed assertion.

Not emulated: jwks_uri (nothing is fetched from elsewhere) and DPoP; /oauth/authorize, which needs a browser. Assumed:
an assertion is for the address that was called, and may live ten minutes at most.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from inregel.errors import InregelError
from inregel.sandbox.afas.auth import check_address
from inregel.sandbox.afas.calls import Answer, Call, one_line
from inregel.sandbox.afas.places import host_of
from inregel.sandbox.afas.state import AccessToken, AppConnector, ClientSecret, Environment, digest

LIFE: Final = 3_600
SECRET_LIFE: Final = timedelta(days=180)
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_ASSERTION: Final = timedelta(minutes=10)
_FORM: Final = "application/x-www-form-urlencoded"


class BadClient(InregelError):
    """{error}: {reason}"""

    def __init__(self, error: str, reason: str, status: int = 400) -> None:
        super().__init__(error=error, reason=reason)
        self.error, self.reason, self.status = error, reason, status


def answer(environment: Environment, call: Call, now: datetime, make: Callable[[int], str]) -> Answer:
    """Answers /oauth/token."""
    try:
        app = _client(environment, call, _form(call), now)
        check_address(app, call.remote, environment.profit)
    except BadClient as bad:
        said = {"error": bad.error, "error_description": bad.reason}
        headers = {"WWW-Authenticate": 'Basic realm="AFAS"'} if bad.status == 401 else {}
        return Answer(bad.status, one_line(said), headers=headers)
    secret = make(32)
    app.access = [each for each in app.access if now < each.expires]
    app.access.append(AccessToken(digest(secret), now + timedelta(seconds=LIFE)))
    told: dict[str, Any] = {"access_token": secret, "token_type": "Bearer", "expires_in": LIFE}
    if environment.profit < 9:
        told["refresh_token"] = None
    return Answer(200, one_line(told))


def new_secret(app: AppConnector, profit: int, now: datetime, make: Callable[[int], str]) -> str:
    """A further client secret, which is nowhere afterwards. From Profit 9 it is good for 180 days."""
    secret = make(32)
    app.secrets.append(ClientSecret(digest(secret), now + SECRET_LIFE if profit >= 9 else None))
    return secret


def _form(call: Call) -> dict[str, str]:
    if call.method != "POST" or call.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise BadClient("invalid_request", "a form has to be posted")
    try:
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadClient("invalid_request", "the form is not valid") from error
    if len(dict(pairs)) != len(pairs):
        raise BadClient("invalid_request", "a parameter stands there twice")
    return dict(pairs)


def _client(environment: Environment, call: Call, form: Mapping[str, str], now: datetime) -> AppConnector:
    if form.get("grant_type") != "client_credentials":
        error = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
        raise BadClient(error, "grant_type has to be client_credentials")
    basic = call.headers.get("authorization", "")
    ways = [bool(basic), "client_secret" in form, "client_assertion" in form]
    if sum(ways) > 1:
        raise BadClient("invalid_request", "there is more than one authentication")
    if ways[2]:
        return _by_assertion(environment, call, form, now)
    if basic:
        if environment.profit < 9:
            raise BadClient("invalid_client", "client_secret_basic came with Profit 9", 401)
        name, secret = _basic(basic)
        return _by_secret(environment, name, secret, now, 401)
    return _by_secret(environment, form.get("client_id", ""), form.get("client_secret", ""), now, 400)


def _basic(value: str) -> tuple[str, str]:
    kind, _, text = value.partition(" ")
    try:
        name, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise BadClient("invalid_client", "the header is not Base64", 401) from error
    if kind.lower() != "basic" or not colon:
        raise BadClient("invalid_client", "the header is not Basic", 401)
    return unquote_plus(name), unquote_plus(secret)


def _app(environment: Environment, client_id: str, status: int = 400) -> AppConnector:
    for app in environment.apps.values():
        if client_id and app.client_id == client_id and app.authentication != "classic" and not app.blocked:
            return app
    raise BadClient("invalid_client", "the client is not known", status)


def _by_secret(environment: Environment, client_id: str, secret: str, now: datetime, status: int) -> AppConnector:
    app = _app(environment, client_id, status)
    for each in app.secrets:
        if each.digest == digest(secret) and (each.expires is None or now < each.expires):
            return app
    raise BadClient("invalid_client", "the secret is not valid", status)


# --- private_key_jwt ------------------------------------------------------------------------------------------------


def _by_assertion(environment: Environment, call: Call, form: Mapping[str, str], now: datetime) -> AppConnector:
    if environment.profit < 9:
        raise BadClient("invalid_client", "private_key_jwt came with Profit 9")
    if form.get("client_assertion_type") != ASSERTION:
        raise BadClient("invalid_request", f"client_assertion_type has to be {ASSERTION}")
    head, claims, signed, signature = _parts(form["client_assertion"])
    app = _app(environment, str(claims.get("sub", "")))
    if claims.get("iss") != app.client_id or form.get("client_id", app.client_id) != app.client_id:
        raise BadClient("invalid_client", "iss, sub and client_id are not the same")
    if not any(_is_signed(pem, str(head.get("alg")), signed, signature) for pem in app.keys):
        raise BadClient("invalid_client", "the signature does not fit")
    _check_claims(app, claims, call, now, host_of(environment.number, environment.tier))
    return app


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        head, claims, signature = assertion.split(".")
        decoded = [json.loads(_decode(part)) for part in (head, claims)]
        if not all(isinstance(each, dict) for each in decoded):
            raise ValueError(assertion)
        return decoded[0], decoded[1], f"{head}.{claims}".encode(), _decode(signature)
    except ValueError as error:
        raise BadClient("invalid_client", "the assertion is no signed JWT") from error


def _decode(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _is_signed(pem: str, algorithm: str, signed: bytes, signature: bytes) -> bool:
    data = pem.encode()
    key = x509.load_pem_x509_certificate(data).public_key() if "CERTIFICATE" in pem else load_pem_public_key(data)
    sha = hashes.SHA256()
    try:
        if algorithm == "RS256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), sha)
        elif algorithm == "PS256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PSS(padding.MGF1(sha), sha.digest_size), sha)
        elif algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 64:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(sha))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _check_claims(app: AppConnector, claims: Mapping[str, Any], call: Call, now: datetime, host: str) -> None:
    audience = claims.get("aud")
    named = {str(each).lower() for each in (audience if isinstance(audience, list) else [audience])}
    # AFAS' own address counts too, for a client that was only given another base to connect to.
    if not named & {call.url.lower(), f"https://{host}/profitrestservices/oauth/token"}:
        raise BadClient("invalid_client", f"aud is not {call.url}")
    try:
        end, jti = datetime.fromtimestamp(claims["exp"], UTC), claims["jti"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadClient("invalid_client", "exp or jti is missing") from error
    if not now < end <= now + _LONGEST_ASSERTION:
        raise BadClient("invalid_client", "the assertion is too old, or lives too long")
    app.assertions = {each: until for each, until in app.assertions.items() if now < until}
    if not isinstance(jti, str) or jti in app.assertions:
        raise BadClient("invalid_client", "the assertion was used before")
    app.assertions[jti] = end

"""Who asks: the token of an app connector, or an OAuth client that gets a short-lived one and uses it until it ends.

Source: https://docs.afas.help/profit/en/authentication
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import quote_plus, urlencode

from inregel.contract import Fault, Secret
from inregel.drivers.afas.calls import Call
from inregel.drivers.afas.errors import Refused
from inregel.drivers.afas.http import Budget, Http
from inregel.drivers.afas.places import Place
from inregel.formats import afas_token

_MARGIN: Final = timedelta(seconds=60)
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CLIENT: Final = (
    "Look at `oauth` of the connection. A client secret ends after 180 days unless it was made otherwise: make a new "
    "one on the app connector"
)


class Credentials(Protocol):
    """What goes into the header `Authorization`."""

    token: str
    """What stands in `<token>` of a SOAP call. It is secret."""

    async def header(self, budget: Budget) -> str:
        """The header. It is secret. Raises what AFAS says where it gives none."""
        ...


class Classic:
    """The token of an app connector."""

    def __init__(self, token: afas_token.Token) -> None:
        self.token = token.xml()
        self._header = token.header()

    async def header(self, budget: Budget) -> str:
        """Always the same."""
        return self._header


class OAuth:
    """A client of an app connector that was switched to OAuth or hybrid."""

    token = "nit"  # it must be there and is not looked at

    def __init__(self, http: Http, place: Place, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._http, self._place, self._settings, self._now = http, place, settings, now
        self._client = str(settings["client_id"])
        self._url = f"{place.rest}/oauth/token"
        self._known = ""
        self._until = now()
        self._lock = asyncio.Lock()

    async def header(self, budget: Budget) -> str:
        """A token that holds for another minute at least; a new one is asked for only where there is none."""
        async with self._lock:
            if not self._known or self._now() >= self._until:
                await self._renew(budget)
            return f"Bearer {self._known}"

    async def _renew(self, budget: Budget) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        form = {"grant_type": "client_credentials", **self._proof(headers)}
        what = "POST oauth/token"
        call = Call(self._place.identity, what, "POST", self._url, headers, urlencode(form).encode())
        asked = self._now()
        try:
            # It makes nothing that stays, so it may be asked for again.
            given = await self._http.read(call, budget)
        except Refused as error:
            fields: dict[str, Any] = {**error.fields, "remedy": _CLIENT}
            raise Refused(**fields) from error
        token = given.get("access_token") if isinstance(given, Mapping) else None
        seconds = given.get("expires_in") if isinstance(given, Mapping) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise Refused(system=self._place.identity, what=what, reason="it gave no access token", remedy=_CLIENT)
        lasts = seconds if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0 else 0
        self._known, self._until = token, asked + timedelta(seconds=min(lasts, 86_400)) - _MARGIN

    def _proof(self, headers: dict[str, str]) -> dict[str, str]:
        """What shows that it is this client: parts of the form, or a header."""
        method = self._settings.get("method", "client_secret_basic")
        if "private_key" in self._settings:
            return {
                "client_id": self._client,
                "client_assertion_type": _ASSERTION,
                "client_assertion": self._assertion(self._settings["private_key"]),
            }
        secret: Secret | str = self._settings["client_secret"]
        value = secret.reveal() if isinstance(secret, Secret) else secret
        if method == "client_secret_post":
            return {"client_id": self._client, "client_secret": value}
        pair = f"{quote_plus(self._client)}:{quote_plus(value)}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        return {}

    def _assertion(self, key: Secret | str) -> str:
        """A statement that the private key signs, for one use within five minutes (RFC 7523)."""
        pem = key.reveal_bytes() if isinstance(key, Secret) else key.encode()
        signer = _Signer(pem, str(self._settings.get("algorithm", "")))
        head = {"alg": signer.algorithm, "typ": "JWT"}
        if "key_id" in self._settings:
            head["kid"] = str(self._settings["key_id"])
        now = int(self._now().timestamp())
        claims = {
            "iss": self._client, "sub": self._client, "aud": self._url,
            "jti": secrets.token_hex(16), "iat": now, "exp": now + 300,
        }  # fmt: skip
        signed = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(claims).encode())}"
        return f"{signed}.{_part(signer.sign(signed.encode()))}"


class _Signer:
    """Signs as JSON web tokens are signed: RS256, PS256 or ES256."""

    def __init__(self, pem: bytes, algorithm: str) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            raise Fault("the private_key of `oauth` is no PEM key without a password", field="oauth") from error
        usable = (
            key.key_size >= 2048 if isinstance(key, rsa.RSAPrivateKey) else
            isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
        )  # fmt: skip
        kind = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
        self.algorithm = algorithm or kind
        if not usable or (self.algorithm == "ES256") != (kind == "ES256"):
            raise Fault(f"the private_key of `oauth` cannot sign {self.algorithm}", field="oauth")
        self._key: Any = key

    def sign(self, data: bytes) -> bytes:
        """The signature, as bytes."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

        sha256 = hashes.SHA256()
        if self.algorithm == "ES256":
            r, s = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(sha256)))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        pss = padding.PSS(padding.MGF1(sha256), sha256.digest_size)
        signature: bytes = self._key.sign(data, pss if self.algorithm == "PS256" else padding.PKCS1v15(), sha256)
        return signature


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

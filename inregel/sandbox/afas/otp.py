"""A token by one-time password, which goes by mail: over REST (/OtpRequest, /OtpValidation) and for the SOAP service.

Assumed: a password is good for 15 minutes and for one try that fits; what a wrong one is answered; how the token is
called that REST makes, where nobody gives a description.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from inregel.frozen import frozen
from inregel.sandbox.afas.auth import LAST, end_of_token, is_member, token_text
from inregel.sandbox.afas.calls import Answer, Call, Refused, functional, one_line, parse
from inregel.sandbox.afas.state import AppConnector, Environment, Mail, Otp, Token, User, digest
from inregel.sandbox.afas.switches import Switches

_VALID: Final = timedelta(minutes=15)
_WRONG: Final = "The one-time password or the keys are not correct."


@frozen
class Request:
    """What a one-time password is asked with."""

    api_key: str
    environment_key: str
    user: str
    """A user's code, or the e-mail address."""
    description: str = ""


@frozen
class Issuer:
    """Gives one-time passwords and tokens in an environment. `make` gives so many random bytes as hex."""

    environment: Environment
    now: datetime
    make: Callable[[int], str]

    def request(self, asked: Request) -> bool:
        """Mails a one-time password; whether the keys and the user were right."""
        found = self._find(asked)
        if found is None:
            return False
        app, user = found
        code = f"{int(self.make(8), 16) % 10**8:08}"
        end = self.now + _VALID
        self.environment.otps.append(Otp(digest(code), app.name, user.id, asked.description, end))
        text = f"Your one-time password for {app.name} is {code}."
        self.environment.mails.append(Mail(user.email, f"One-time password for {app.name}", text, self.now))
        return True

    def validate(self, asked: Request, code: str) -> str:
        """The XML of a new token. Raises `Refused`; a password works once."""
        found = self._find(asked)
        otp = next((each for each in self.environment.otps if each.digest == digest(code)), None)
        if found is None or otp is None or self.now >= otp.expires:
            raise Refused(401, _WRONG)
        app, user = found
        if (otp.app, otp.user) != (app.name, user.id):
            raise Refused(401, _WRONG)
        self.environment.otps.remove(otp)
        return new_token(app, user.id, otp.description or f"OTP {self.now:%Y-%m-%d %H:%M:%S}", self.now, self.make)

    def _find(self, asked: Request) -> tuple[AppConnector, User] | None:
        wanted = asked.user.lower()
        for app in self.environment.apps.values():
            if not app.api_key or (app.api_key.lower(), self.environment.key.lower()) != (
                asked.api_key.lower(),
                asked.environment_key.lower(),
            ):
                continue
            for user in self.environment.users.values():
                if wanted and wanted in (user.id.lower(), user.email.lower()) and self._may(app, user):
                    return app, user
        return None

    def _may(self, app: AppConnector, user: User) -> bool:
        able = bool(user.email) and self.environment.mail_server and app.authentication != "oauth"
        usable = not app.blocked and not user.blocked and self.now < LAST
        return able and usable and is_member(self.environment, app.group, user.id)


def new_token(app: AppConnector, user: str, description: str, now: datetime, make: Callable[[int], str]) -> str:
    """Makes a classic token; returns its XML, which is nowhere afterwards. Raises `Refused` for a description twice."""
    if not description or any(each.description == description for each in app.tokens):
        raise functional("The description of a token must be unique.")
    data = make(32).upper()
    app.tokens.append(Token(digest(data), user, description, now, end_of_token(app, now)))
    return token_text(data)


def answer(issuer: Issuer, call: Call, switches: Switches) -> Answer:
    """Answers /OtpRequest and /OtpValidation. Raises `Refused`."""
    if call.method != "POST":
        raise Refused(405, "Method Not Allowed", Allow="POST")
    # AFAS' examples write userid where its schema has userId.
    body: Any = parse(call.body)
    given = {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}
    validates = call.path[0].lower() == "otpvalidation"
    for name in ("apikey", "userid", "apitoken", *(["otp"] if validates else [])):
        if not isinstance(given.get(name), str) or not given[name]:
            raise Refused(400, f"{name} is missing.")
    asked = Request(given["apikey"], given["apitoken"], given["userid"])
    if validates:
        return Answer(200, one_line({"token": issuer.validate(asked, given["otp"]) + "\r\n"}))
    if not issuer.request(asked) and switches.otp_tells_wrong_keys:
        raise Refused(401, _WRONG)
    return Answer(200, b"")

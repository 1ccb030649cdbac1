"""The office as a payroll processor (salarisverwerker) at a.s.r.: the form with the token, and a.s.r.'s confirmation.

The form asks for a company name, an e-mail address, the version and the data of the token, and the number of the AFAS
environment. The order names the token; whoever does it reveals it, which is recorded. Another token than the one that
a.s.r. has been given is a difference, so that a rotation ends in telling a.s.r. The form takes classic tokens alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inregel.contract import (
    UNKNOWN,
    Answers,
    Args,
    Blocked,
    Change,
    Fault,
    Finding,
    Inputs,
    Office,
    Resources,
    Secret,
    Seen,
    State,
    Step,
    View,
)
from inregel.formats import afas_token
from inregel.speech import headline, said

_REQUESTED = {"status": "requested"}
_FIELDS = ("company", "email", "customer")


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """What a.s.r. shall have, confirmed. Until somebody has the token, which token that is, is not known."""
    app = str(args["app_connector"])
    declared = inputs.of(f"afas.app_connector:{app}").get(app) or {}
    if declared.get("authentication") == "oauth":
        raise Fault(
            said("a.s.r. takes classic tokens, and the app connector {app} is declared with OAuth", app=app),
            remedy=said("authentication: hybrid, which takes both"),
            key=app,
            field="app_connector",
        )
    inputs.of("afas.token")
    inputs.of("afas.connector_access")
    state: dict[str, Any] = {"status": "confirmed", "company": args["company"], "email": args["email"]}
    state["customer"] = _customer(args, office)
    token = _token(app, office)
    known = inputs.known("asr.payroll_processor", app)
    # What a.s.r. was given stands as a fingerprint: where the token cannot be opened now, that is what shall be.
    given = known.get("token", UNKNOWN) if isinstance(known, Mapping) else UNKNOWN
    state["token"] = given if token is None else token.data
    return {app: state}


def actual(view: View) -> Seen:
    """From a work order's answers: `asr_confirmed`, ja or nee. What was handed in, the lines say."""
    lines: Mapping[str, State | None] = view.get("lines", {})
    if view.get("asr_confirmed") != "nee":
        return Seen({}, complete=False)
    waiting: dict[Any, State] = {key: {**(state or {}), **_REQUESTED} for key, state in lines.items()}
    return Seen(waiting, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """The form, then the message of a.s.r. that it was dealt with."""
    if change.after is None:
        return Blocked(said("nothing is known of signing off at a.s.r."), "other", said("ask {party}", party="a.s.r."))
    app = str(change.key)
    arguments: dict[str, Any] = {name: change.after[name] for name in _FIELDS} | {"app_connector": app}
    token = _token(app, change.office)
    version = "" if token is None else token.version
    known: Mapping[str, Any] = change.before if isinstance(change.before, Mapping) else {}
    confirm = Step("asr.confirm_processor", change.after, arguments, order="asr/confirmation")
    if set(change.fields) == {"status"} and known.get("status") == "requested":
        return [confirm]
    form = {**arguments, "token_version": version, "again": bool(known)}
    if token is not None:
        form["token"] = token.data
    return [
        Step("asr.request_processor", {**change.after, **_REQUESTED}, form, order="asr/registration"),
        confirm,
    ]


def shows(step: Step, secret: Secret) -> Secret:
    """The form has a field for the data alone, whatever form of the token was taken in."""
    return afas_token.parse(secret.reveal(), secret.name).data


def check(step: Step, answers: Answers) -> list[Finding]:
    """No message is no confirmation."""
    if answers.get("asr_confirmed") == "nee":
        return [Finding(said("the answer says that a.s.r. has not confirmed it yet"), "asr_confirmed")]
    return []


def _customer(args: Args, office: Office) -> str:
    """The five digits of the AFAS environment, of the task or of the connection."""
    connection = office.connections.get("afas")
    if "customer" in args or connection is not None:
        return str(args["customer"] if "customer" in args or connection is None else connection.settings["environment"])
    reason = said("the office has no connection afas, so its AFAS number is not known")
    raise Fault(reason, remedy='customer: "54321"')


def _token(app: str, office: Office) -> afas_token.Token | None:
    """The token of the app connector, None where nobody has it. Raises `Fault` where no setting tells it."""
    connection = office.connections.get("afas")
    tokens: Mapping[str, Any] = {} if connection is None else connection.settings.get("tokens", {})
    if app not in tokens:
        raise Fault(
            said("which token a.s.r. is to have is not known: the connection afas names none of {app}", app=app),
            remedy=f"tokens: {{{app}: \"{{{{ secret('token_' ~ office.id) }}}}\"}}",
            field="app_connector",
        )
    try:
        secret = tokens[app]
    except Fault:
        return None  # `afas.token` says so, and this rests on it
    try:
        name = secret.name if isinstance(secret, Secret) else "token"
        return afas_token.parse(secret.reveal() if isinstance(secret, Secret) else str(secret), name)
    except (afas_token.NotAToken, UnicodeDecodeError) as error:
        reason = said("the token of {app}: {reason}", app=app, reason=headline(error))
        raise Fault(reason, remedy=said("take it in anew: inregel secret set")) from error

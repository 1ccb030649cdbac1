"""The company certificate (Bedrijfscertificaat) that Assu identifies the office with at ADN and Aplaza.

Its key is the e-mail address of the certificate. By the route `import` what is desired comes out of the file itself:
the serial number of the certificate in it, valid for at least `renew_before` from today. Before anybody sits down at a
screen, the file and its password are tried here; where the certificate in it is too old itself, the order is to collect
a new one. By the route `renew` the wizard renews without a file, and desired is a validity alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from inregel.contract import (
    Answers,
    Args,
    AtLeast,
    Blocked,
    Change,
    Fault,
    Finding,
    Inputs,
    Key,
    Office,
    Proof,
    Resources,
    Secret,
    Seen,
    State,
    Step,
    Unknown,
    View,
    key_text,
)
from inregel.formats import pkcs12, versions
from inregel.speech import phrase, said

from . import _kept
from ._collected import check_collected
from ._file import is_due, of_another, opened, refuse_unfit, renew_before, too_old, unwise
from ._wizard import MANUAL, NONE, ORDER, other_screens, password, role, screen

COLLECT: Final = "assu/collect"
_NO_HAND_IN: Final = phrase("No hand-in at a.s.r.: this is a renewal.")
_IMPORT: Final = "route: import, with file and password"
_NOT: Final = "not "
"""Before the serial number that another certificate than this one has; the screen shows none."""
_RENEWED: Final = "renewed"
"""In place of the serial number of a certificate that the wizard renewed; no screen shows it."""


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The certificate in the file, or a validity. Raises `Fault` where file, password or content is not fit."""
    email = str(args["email"])
    valid: State = {"valid_until": AtLeast(renew_before(args))}
    try:
        screen(office)
        _refuse_other_ways(args, office)
        if _renews(args):
            return {email: valid}
        certificate = opened(args, inputs)
        refuse_unfit(certificate, args, office, inputs)
    except Fault as fault:
        fault.key = fault.key or email
        raise
    if is_due(certificate, args, inputs) or _is_renewed(certificate, inputs.known("assu.certificate", email), inputs):
        return {email: valid}
    return {email: {"serial": certificate.serial, **valid}}


def actual(view: View) -> Seen:
    """From a work order's answers: `valid_until`, a date or "geen" (there is no certificate).

    The screen shows neither the key nor the serial number; `lines` says what was asked for. Where the date is that of
    the certificate that was to be read in, it is that one; else it is another one.
    """
    if "valid_until" not in view:
        return Seen({}, complete=False)
    until = _date(view["valid_until"])
    if until is None:
        return Seen({}, complete=True)
    lines: Mapping[Key, State | None] = view.get("lines", {})
    return Seen({key: _seen(until, reaches or {}) for key, reaches in lines.items()}, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """One walk through the wizard; from unknown it is looked at first, and nothing is read in again needlessly."""
    if change.after is None:
        return Blocked(
            said("the wizard reads a certificate in, it does not take one out"),
            "other",
            said("ask {party}", party="A.i. Servicedesk"),
        )
    who = role(change.office)
    if _renews(change.args):
        if change.before is None:
            return Blocked(said("there is no certificate that could be renewed"), "you", _IMPORT)
        return [_renewal(change, inputs, who)]
    certificate = opened(change.args, inputs)
    arguments = _of_file(change, certificate, inputs)
    form = arguments["band"]
    if "serial" in change.after:
        reaches: dict[str, Any] = {"serial": certificate.serial, "valid_until": arguments["valid_until"]}
        if arguments["kind"]:
            reaches["kind"] = arguments["kind"]
    else:
        reaches = dict(change.after)
        if not isinstance(change.before, Unknown):
            arguments |= {"serial": certificate.serial, "holder": change.args.get("holder", "")}
            arguments["least"] = inputs.today + renew_before(change.args)
            return [Step("assu.collect_certificate", reaches, arguments, order=COLLECT, role=who, form=form)]
    remark = _NO_HAND_IN if arguments["kind"] == "renewal" else ""
    return [
        Step(
            "assu.import_certificate",
            reaches,
            arguments,
            look_first=True,
            order=ORDER,
            role=who,
            form=form,
            remark=remark,
        )
    ]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Another date than that of the file means that another certificate was read in."""
    if step.operation == "assu.collect_certificate":
        return check_collected(step, answers)
    findings = []
    wanted = (step.reaches or {}).get("valid_until")
    if "valid_until" in answers and isinstance(wanted, date):
        until = _date(answers["valid_until"])
        file = step.arguments.get("file", "the file")
        if until is None:
            text = said(
                "the screen shows no certificate, and {file} was to be read in, valid until {wanted}",
                file=file,
                wanted=wanted,
            )
            findings.append(Finding(text, "valid_until"))
        elif not _same_day(until, wanted):
            text = said(
                "the screen says {until}, but {file} is valid until {wanted}: another one was read in",
                until=until,
                file=file,
                wanted=wanted,
            )
            findings.append(Finding(text, "valid_until"))
    findings.extend(other_screens(step, answers))
    return findings


def proves(key: Key, said: State, args: Args, inputs: Inputs) -> Proof | None:
    """The file has the certificate that people spoke of: by its number, or after the route `renew` by its last day."""
    if "file" not in args:
        return None
    try:
        certificate = opened(args, inputs)
    except Fault:
        return None  # `desired` or `lint` has said so
    if of_another(certificate, args["file"], str(args["email"]), str(args.get("holder", ""))):
        return None
    if _is_renewed(certificate, said, inputs):
        return _kept.whole_proof(certificate, args["file"], inputs.now.tzinfo)
    return _kept.proof(certificate, args["file"]) if said.get("serial") == certificate.serial else None


def proved(step: Step) -> Proof | None:
    """What was in the file that was read in."""
    return _kept.of_step(step)


def public(state: State, inputs: Inputs) -> State:
    """What the kept certificate says: number, holder, e-mail address and last day."""
    return _kept.told(state, inputs.now.tzinfo)


def claims(key: Key, state: State) -> Iterable[str]:
    """A certificate belongs to one office, and its e-mail address too; at two of them it is a mistake of copying."""
    address = f"the certificate of {key_text(key).casefold()}"
    return [address, f"certificate:{state['serial']}"] if "serial" in state else [address]


def lint(args: Args, view: View) -> list[Finding]:
    """What is allowed but unwise. Assu has no driver, so `view` holds `office`, `inputs` and `before`."""
    findings = []
    office: Office | None = view.get("office")
    inputs: Inputs | None = view.get("inputs")
    if office is not None and (version := _version(office)) and versions.is_cut_short(version):
        text = said(
            'version "{version}" is cut short, so it is taken for one before 1.2628.3.14; write all of it',
            version=version,
        )
        findings.append(Finding(text, "version", MANUAL))
    if inputs is None or "file" not in args:
        return findings
    try:
        certificate = opened(args, inputs)
    except Fault as fault:
        # Of the route `import` `desired` has said so; the other one does not need the file, and may not have it yet.
        unread = _renews(args) and fault.blocked.field
        return [*findings, Finding(fault.blocked.reason, fault.blocked.field)] if unread else findings
    file, ends = args["file"], certificate.last_day(inputs.now.tzinfo)
    before = view.get("before", {}).get(args["email"])
    if _renews(args):
        stated = before.get("valid_until") if isinstance(before, Mapping) else None
        if isinstance(stated, date) and not _same_day(stated, ends):
            text = said(
                "Assu shows a certificate until {stated}, and {file} is valid until {ends}: another one",
                stated=stated,
                file=file,
                ends=ends,
            )
            findings.append(Finding(text, "file"))
    elif is_due(certificate, args, inputs):
        return [*findings, Finding(too_old(certificate, file, inputs), "file")]
    return findings + unwise(file, certificate, before, inputs)


# --- new or renewal -------------------------------------------------------------------------------------------------


def _kind(change: Change) -> str:
    """The word of the task, else what was there before: none is new, another one is a renewal, unknown is asked."""
    word = str(change.args.get("kind", ""))
    if word or isinstance(change.before, Unknown):
        return word
    if change.before is None:
        return "new"
    begun = str(change.before.get("serial", "")).startswith(_NOT)
    return str(change.before.get("kind", "renewal")) if begun else "renewal"


def _is_renewed(certificate: pkcs12.Certificate, known: State | Unknown | None, inputs: Inputs) -> bool:
    """Whether Assu has this certificate already by the route `renew`: then nobody reads the file in once more."""
    if not isinstance(known, Mapping) or known.get("serial") != _RENEWED:
        return False
    until = known.get("valid_until")
    return isinstance(until, date) and _same_day(until, certificate.last_day(inputs.now.tzinfo))


# --- the route renew ------------------------------------------------------------------------------------------------


def _renews(args: Args) -> bool:
    return bool(args.get("route", "import") == "renew")


def _renewal(change: Change, inputs: Inputs, who: str) -> Step:
    """The wizard renews with e-mail address and BCC code. Which certificate comes of it no screen tells."""
    code = change.args["bcc_code"]
    if not isinstance(code, Secret):
        raise Fault(
            said("{field} is not a secret", field="bcc_code"), remedy="bcc_code: \"{{ secret('bcc_' ~ office.id) }}\""
        )
    arguments = _common(change) | {
        "bcc_code": inputs.secret(code),
        "kind": "renewal",
        "least": inputs.today + renew_before(change.args),
    }
    reaches: dict[str, Any] = {**(change.after or {})}
    if not isinstance(change.before, Unknown):
        reaches |= {"serial": _RENEWED, "kind": "renewal"}
    form = f"{arguments['band']}, renew"
    return Step("assu.renew_certificate", reaches, arguments, look_first=True, order=ORDER, role=who, form=form)


def _refuse_other_ways(args: Args, office: Office) -> None:
    if args.get("kind") == "starting":
        raise Fault(
            said("a starting office: A.i. Automatisering sets up its first certificate in the migration service"),
            who="other",
            remedy=said("afterwards write kind: renewal"),
            field="kind",
        )
    if _renews(args) and (here := screen(office))["band"] != "renewal":
        text = said("route renew needs 1.2628.3.16, here is {version}", version=here["version"])
        raise Fault(text, remedy=_IMPORT, field="route")
    if _renews(args) and args.get("kind") == "new":
        text = said("route renew renews a certificate, and kind says that it is new")
        raise Fault(text, remedy=_IMPORT, field="kind")


# --- helpers --------------------------------------------------------------------------------------------------------


def _common(change: Change) -> dict[str, Any]:
    return screen(change.office) | {"email": change.key, "administrator": change.args.get("administrator", "")}


def _of_file(change: Change, certificate: pkcs12.Certificate, inputs: Inputs) -> dict[str, Any]:
    """What an order about the certificate in the file tells."""
    known = change.before if isinstance(change.before, Mapping) else {}
    before = known.get("valid_until")
    return _common(change) | {
        "file": change.args["file"],
        "sealed": inputs.file(change.args["file"]).sealed,
        "password": password(change.args, inputs),
        "kind": _kind(change),
        "valid_until": certificate.last_day(inputs.now.tzinfo),
        "gap": isinstance(before, date) and certificate.first_day(inputs.now.tzinfo) > before,
        _kept.FIELD: _kept.text(certificate),
    }


def _seen(until: date, reaches: State) -> State:
    wanted = reaches.get("valid_until")
    if isinstance(wanted, AtLeast) or "serial" not in reaches:
        return {"valid_until": until}
    serial, kind = reaches["serial"], reaches.get("kind")
    if isinstance(wanted, date) and _same_day(until, wanted):
        return {"serial": serial, "valid_until": wanted}
    found: dict[str, Any] = {"serial": f"{_NOT}{serial}", "valid_until": until}
    return found if kind is None else found | {"kind": kind}


def _same_day(shown: date, wanted: date) -> bool:
    """A screen may show the day of another time zone; two certificates of an office lie years apart."""
    return abs(shown - wanted) <= timedelta(days=1)


def _version(office: Office) -> str:
    connection = office.connections.get("assu")
    return str(connection.settings.get("version", "")) if connection else ""


def _date(value: Any) -> date | None:
    """A date as YAML gives it or as JSON writes it; None for "geen". Raises `Fault` for what is no date."""
    if isinstance(value, date):
        return value
    if value == NONE:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Fault(said("{value} is not a date", value=repr(value))) from error

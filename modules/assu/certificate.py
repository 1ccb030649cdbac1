"""The company certificate (Bedrijfscertificaat) that Assu identifies the office with at ADN and Aplaza.

Its key is the e-mail address of the certificate. What is desired comes out of the file itself: the serial number of
the certificate in it, valid for at least `renew_before` from today. Before anybody sits down at a screen, the file
and its password are tried here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

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
    Resources,
    Secret,
    Seen,
    State,
    Step,
    View,
)
from inregel.formats import pkcs12, versions

from ._wizard import MANUAL, NONE, ORDER, other_screens, password, role, screen

_COLLECT = "collect a new certificate with the ABC-tool (4.1.3 or newer: what 4.1.2 collects cannot be used), put it at"
_RENEW_BEFORE = "45d"


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """The certificate in the file. Raises `Fault` where file, password or content is not fit to be read in."""
    email = str(args["email"])
    try:
        screen(office)
        _refuse_other_ways(args, office)
        certificate = _open(args, inputs)
        _refuse_unfit(certificate, args, office, inputs)
    except Fault as fault:
        fault.key = fault.key or email
        raise
    return {email: {"serial": certificate.serial, "valid_until": AtLeast(_renew_before(args))}}


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
        return Blocked("the wizard reads a certificate in, it does not take one out", "other", "ask A.i. Servicedesk")
    certificate = _open(change.args, inputs)
    before = change.before.get("valid_until") if isinstance(change.before, Mapping) else None
    arguments = screen(change.office) | {
        "file": change.args["file"],
        "password": password(change.args, inputs),
        "email": change.key,
        "kind": change.args["kind"],
        "administrator": change.args.get("administrator", ""),
        "valid_until": certificate.last_day(inputs.now.tzinfo),
        "gap": isinstance(before, date) and certificate.first_day(inputs.now.tzinfo) > before,
    }
    reaches: State = {"serial": certificate.serial, "valid_until": arguments["valid_until"]}
    who, form = role(change.office), arguments["band"]
    step = Step("assu.import_certificate", reaches, arguments, look_first=True, order=ORDER, role=who, form=form)
    return [step]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Another date than that of the file means that another certificate was read in."""
    findings = []
    wanted = (step.reaches or {}).get("valid_until")
    if "valid_until" in answers and isinstance(wanted, date):
        until = _date(answers["valid_until"])
        if until is None or not _same_day(until, wanted):
            shown = f"the screen says {until}" if until else "the screen shows no certificate"
            file = step.arguments.get("file", "the file")
            text = f"{shown}, but {file} is valid until {wanted}: another one was read in"
            findings.append(Finding(text, "valid_until"))
    findings.extend(other_screens(step, answers))
    return findings


def claims(key: Key, state: State) -> Iterable[str]:
    """A certificate belongs to one office; the same file at two of them is a mistake of copying."""
    return [f"certificate:{state['serial']}"] if "serial" in state else []


def lint(args: Args, view: View) -> list[Finding]:
    """What is allowed but unwise. Assu has no driver, so `view` holds `office`, `inputs` and `before`."""
    findings = []
    office: Office | None = view.get("office")
    inputs: Inputs | None = view.get("inputs")
    if office is not None and (version := _version(office)) and versions.is_cut_short(version):
        text = f'version "{version}" is cut short, so it is taken for one before 1.2628.3.14; write all of it'
        findings.append(Finding(text, "version", MANUAL))
    if inputs is None or "file" not in args:
        return findings
    try:
        certificate = _open(args, inputs)
    except Fault:
        return findings  # `desired` has said so
    before = view.get("before", {}).get(args["email"])
    return findings + _unwise(args["file"], certificate, before, inputs)


def _unwise(file: str, certificate: pkcs12.Certificate, before: object, inputs: Inputs) -> list[Finding]:
    findings = []
    if certificate.signature_hash in ("sha1", "md5"):
        text = f"{file} is signed with {certificate.signature_hash.upper()}, which is no longer given out"
        findings.append(Finding(text, "file", "ABZ Certification Practice Statement 1.9"))
    if not certificate.emails:
        findings.append(Finding(f"{file} names no e-mail address, so nothing shows that it is this office's", "email"))
    ends = before.get("valid_until") if isinstance(before, Mapping) else None
    first = certificate.first_day(inputs.now.tzinfo)
    if isinstance(ends, date) and first > ends:
        findings.append(Finding(f"{file} begins on {first}, and the one before it ends on {ends}: a gap", "file"))
    return findings


def _open(args: Args, inputs: Inputs) -> pkcs12.Certificate:
    """The certificate in the file, opened once in a run. Raises `Fault`."""
    file, secret = inputs.file(args["file"]), password(args, inputs)
    # A Secret is equal by its value and shows only its name, so the key tells nothing.
    try:
        opened = inputs.once(("pkcs12", file.digest, secret), lambda: _read(file.data, secret))
    except pkcs12.WrongPassword as error:
        reason = f"secret {secret.name} does not open {file.path} (a sound PKCS#12 file)"
        raise Fault(reason, remedy=f"inregel secret set {secret.name}", field="password") from error
    except pkcs12.ContainerError as error:
        reason = file.path + str(error).removeprefix("It").rstrip(".")
        raise Fault(reason, remedy=_remedy(error, file.path), field="file") from error
    assert isinstance(opened, pkcs12.Certificate)
    return opened


def _read(data: bytes, secret: Secret) -> pkcs12.Certificate:
    try:
        return pkcs12.open_container(data, secret.reveal())
    except UnicodeDecodeError as error:
        raise pkcs12.WrongPassword from error


def _remedy(error: pkcs12.ContainerError, path: str) -> str:
    if isinstance(error, pkcs12.NotPkcs12) and "keystore" in str(error):
        return f"keytool -importkeystore -srckeystore {path} -destkeystore new.p12 -deststoretype PKCS12"
    if isinstance(error, pkcs12.Damaged):
        return f"copy the file to {path} once more, as binary"
    if isinstance(error, pkcs12.TooCostly):
        return "do not use this file before you know where it comes from"
    return f"put the file that the ABC-tool wrote at {path}"


def _opened_well(args: Args, inputs: Inputs) -> pkcs12.Certificate | None:
    try:
        return _open(args, inputs)
    except Fault:
        return None


def _refuse_other_ways(args: Args, office: Office) -> None:
    if args["kind"] == "starting":
        raise Fault(
            "a starting office: A.i. Automatisering sets up its first certificate in the migration service",
            who="other",
            remedy="afterwards write kind: renewal",
            field="kind",
        )
    if args.get("route", "import") == "renew":
        here = screen(office)
        what = "is not supported yet" if here["band"] == "renewal" else f"needs 1.2628.3.16, here is {here['version']}"
        raise Fault(f"route renew {what}", remedy="route: import, with file and password", field="route")


def _refuse_unfit(certificate: pkcs12.Certificate, args: Args, office: Office, inputs: Inputs) -> None:
    file, until = args["file"], certificate.last_day(inputs.now.tzinfo)
    if certificate.valid_until < inputs.now:
        raise Fault(f"{file} expired on {until}", remedy=f"{_COLLECT} {file}", field="file")
    if certificate.valid_from > inputs.now:
        first = certificate.first_day(inputs.now.tzinfo)
        raise Fault(f"{file} is not valid before {first}", remedy="wait until that day", field="file")
    wanted = str(args["email"])
    if certificate.emails and wanted.casefold() not in {email.casefold() for email in certificate.emails}:
        raise Fault(
            f"{file} is the certificate of {', '.join(certificate.emails)}, not of {wanted}",
            remedy=f"put the file of {office.name} there, or correct email",
            field="file",
        )
    left = (until - inputs.today).days
    if left < _renew_before(args).days:
        raise Fault(
            f"{file} is valid until {until}: {left} days left, and renew_before asks for {_renew_before(args).days}",
            remedy=f"{_COLLECT} {file}",
            field="file",
        )


def _renew_before(args: Args) -> timedelta:
    return timedelta(days=int(str(args.get("renew_before", _RENEW_BEFORE)).removesuffix("d")))


def _seen(until: date, reaches: State) -> State:
    wanted, serial = reaches.get("valid_until"), reaches.get("serial", "unknown")
    if isinstance(wanted, date) and _same_day(until, wanted):
        return {"serial": serial, "valid_until": wanted}
    return {"serial": f"not {serial}", "valid_until": until}


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
        raise Fault(f"{value!r} is not a date") from error

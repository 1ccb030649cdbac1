"""The file that a certificate comes in: opened once in a run, and what of it makes it unfit to be read in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from inregel.contract import Args, Fault, Finding, Inputs, Office, Secret
from inregel.formats import pkcs12
from inregel.speech import said

from ._wizard import password

RENEW_BEFORE: Final = "45d"


def opened(args: Args, inputs: Inputs) -> pkcs12.Certificate:
    """The certificate in the file. Raises `Fault`."""
    file, secret = inputs.file(args["file"]), password(args, inputs)
    # A Secret is equal by its value and shows only its name, so the key tells nothing.
    try:
        found = inputs.once(("pkcs12", file.digest, secret), lambda: read(file.data, secret))
    except pkcs12.WrongPassword as error:
        reason: str = said(
            "secret {secret} does not open {file} (a sound PKCS#12 file)", secret=secret.name, file=file.path
        )
        raise Fault(reason, remedy=f"inregel secret set {secret.name}", field="password") from error
    except pkcs12.ContainerError as error:
        reason = file.path + str(error).removeprefix("It").rstrip(".")
        raise Fault(reason, remedy=_remedy(error, file.path), field="file") from error
    assert isinstance(found, pkcs12.Certificate)
    return found


def read(data: bytes, secret: Secret) -> pkcs12.Certificate:
    """The certificate in a container. Raises `ContainerError`."""
    try:
        return pkcs12.open_container(data, secret.reveal())
    except UnicodeDecodeError as error:
        raise pkcs12.WrongPassword from error


def _remedy(error: pkcs12.ContainerError, path: str) -> str:
    if isinstance(error, pkcs12.NotPkcs12) and "keystore" in str(error):
        return f"keytool -importkeystore -srckeystore {path} -destkeystore new.p12 -deststoretype PKCS12"
    if isinstance(error, pkcs12.Damaged):
        return said("copy the file to {path} once more, as binary", path=path)
    if isinstance(error, pkcs12.TooCostly):
        return said("do not use this file before you know where it comes from")
    return said("put the file that the ABC-tool wrote at {path}", path=path)


def renew_before(args: Args) -> timedelta:
    """How long the certificate must be valid at least."""
    return timedelta(days=int(str(args.get("renew_before", RENEW_BEFORE)).removesuffix("d")))


def is_due(certificate: pkcs12.Certificate, args: Args, inputs: Inputs) -> bool:
    """Whether the certificate in the file is itself too old: a new one has to be collected."""
    ends = certificate.last_day(inputs.now.tzinfo)
    return certificate.valid_until < inputs.now or ends < inputs.today + renew_before(args)


def refuse_unfit(certificate: pkcs12.Certificate, args: Args, office: Office, inputs: Inputs) -> None:
    """Raises `Fault` for a certificate of somebody else, and for one that is not valid yet."""
    file = args["file"]
    wrong = of_another(certificate, str(args["email"]), str(args.get("holder", "")))
    if wrong:
        field = "holder" if "in the name of" in wrong else "email"
        remedy = f"put the file of {office.name} there, or correct {field}"
        raise Fault(f"{file} is {wrong}", remedy=remedy, field="file")
    if certificate.valid_from > inputs.now:
        first = certificate.first_day(inputs.now.tzinfo)
        reason = said("{file} is not valid before {day}", file=file, day=first)
        raise Fault(reason, remedy=said("wait until that day"), field="file")


def of_another(certificate: pkcs12.Certificate, email: str, holder: str) -> str:
    """Whose certificate it is, where it is that of somebody else; "" where it is not.

    What a subject holds is not published, so the holder is looked for anywhere in it.
    """
    if certificate.emails and email.casefold() not in {each.casefold() for each in certificate.emails}:
        return f"the certificate of {', '.join(certificate.emails)}, not of {email}"
    subject = certificate.subject.replace("\\", "")
    if holder and holder.casefold() not in subject.casefold():
        return f"in the name of {subject}, not of {holder}"
    return ""


def unwise(file: str, certificate: pkcs12.Certificate, before: object, inputs: Inputs) -> list[Finding]:
    """What is allowed, but to be told."""
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

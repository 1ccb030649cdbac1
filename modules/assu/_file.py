"""The file that a certificate comes in: opened once in a run, and what of it makes it unfit to be read in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from inregel.contract import Args, Fault, Finding, Inputs, Office, Secret
from inregel.formats import pkcs12
from inregel.speech import phrase, said

from ._wizard import password

RENEW_BEFORE: Final = "45d"
_REFUSED: Final[Mapping[type[pkcs12.ContainerError], str]] = {
    pkcs12.Damaged: phrase("{file} is a damaged PKCS#12 file: {reason}"),
    pkcs12.NotPkcs12: phrase("{file} is not a PKCS#12 file but {what}"),
    pkcs12.NoCertificate: phrase("{file} holds no certificate"),
    pkcs12.NoKey: phrase("{file} holds a certificate without its private key"),
    pkcs12.KeyMismatch: phrase("{file} holds a private key that does not belong to its certificate"),
    pkcs12.TooCostly: phrase(
        "{file} asks for {count} rounds to check the password, more than the {most} that are allowed: it was not opened"
    ),
    pkcs12.Unsupported: phrase("{file} is encrypted in a way that cannot be read here: {reason}"),
}
"""What the errors say of "it", of a file with a name: a language may not let the name stand in place of a word."""


def opened(args: Args, inputs: Inputs) -> pkcs12.Certificate:
    """The certificate in the file. Raises `Fault`."""
    file, secret = inputs.file(args["file"]), password(args, inputs)
    # A Secret is equal by its value and shows only its name, so the key tells nothing.
    try:
        found = inputs.once(("pkcs12", file.digest, secret), lambda: read(file.data, secret))
    except pkcs12.WrongPassword as error:
        reason = said("secret {secret} does not open {file} (a sound PKCS#12 file)", secret=secret.name, file=file.path)
        raise Fault(reason, remedy=f"inregel secret set {secret.name}", field="password") from error
    except pkcs12.ContainerError as error:
        raise Fault(refused(error, file.path), remedy=_remedy(error, file.path), field="file") from error
    assert isinstance(found, pkcs12.Certificate)
    return found


def read(data: bytes, secret: Secret) -> pkcs12.Certificate:
    """The certificate in a container. Raises `ContainerError`."""
    try:
        return pkcs12.open_container(data, secret.reveal())
    except UnicodeDecodeError as error:
        raise pkcs12.WrongPassword from error


def refused(error: pkcs12.ContainerError, file: str) -> str:
    """Why a file is refused, whose password is not what is wrong."""
    return said(_REFUSED[type(error)], file=file, **error.fields)


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


def too_old(certificate: pkcs12.Certificate, file: str, inputs: Inputs) -> str:
    """What is told of a file whose certificate is itself too old."""
    ends = certificate.last_day(inputs.now.tzinfo)
    if certificate.valid_until < inputs.now:
        return said("{file} expired on {ends}; a new one is to be collected", file=file, ends=ends)
    return said(
        "{file} is valid until {ends}: {days} days; a new one is to be collected",
        file=file,
        ends=ends,
        days=(ends - inputs.today).days,
    )


def refuse_unfit(certificate: pkcs12.Certificate, args: Args, office: Office, inputs: Inputs) -> None:
    """Raises `Fault` for a certificate of somebody else, and for one that is not valid yet."""
    file = args["file"]
    wrong = of_another(certificate, file, str(args["email"]), str(args.get("holder", "")))
    if wrong is not None:
        remedy = said("put the file of {office} there, or correct {field}", office=office.name, field=wrong.field)
        raise Fault(wrong.message, remedy=remedy, field="file")
    if certificate.valid_from > inputs.now:
        first = certificate.first_day(inputs.now.tzinfo)
        reason = said("{file} is not valid before {day}", file=file, day=first)
        raise Fault(reason, remedy=said("wait until that day"), field="file")


def of_another(certificate: pkcs12.Certificate, file: str, email: str, holder: str) -> Finding | None:
    """Whose certificate it is, where it is that of somebody else, and by which argument.

    What a subject holds is not published, so the holder is looked for anywhere in it.
    """
    if certificate.emails and email.casefold() not in {each.casefold() for each in certificate.emails}:
        emails = ", ".join(certificate.emails)
        text = said("{file} is the certificate of {emails}, not of {email}", file=file, emails=emails, email=email)
        return Finding(text, "email")
    subject = certificate.subject.replace("\\", "")
    if holder and holder.casefold() not in subject.casefold():
        text = said("{file} is in the name of {subject}, not of {holder}", file=file, subject=subject, holder=holder)
        return Finding(text, "holder")
    return None


def unwise(file: str, certificate: pkcs12.Certificate, before: object, inputs: Inputs) -> list[Finding]:
    """What is allowed, but to be told."""
    findings = []
    if certificate.signature_hash in ("sha1", "md5"):
        text = said(
            "{file} is signed with {hash}, which is no longer given out",
            file=file,
            hash=certificate.signature_hash.upper(),
        )
        findings.append(Finding(text, "file", "ABZ Certification Practice Statement 1.9"))
    if not certificate.emails:
        text = said("{file} names no e-mail address, so nothing shows that it is this office's", file=file)
        findings.append(Finding(text, "email"))
    ends = before.get("valid_until") if isinstance(before, Mapping) else None
    first = certificate.first_day(inputs.now.tzinfo)
    if isinstance(ends, date) and first > ends:
        text = said(
            "{file} begins on {first}, and the one before it ends on {ends}: a gap", file=file, first=first, ends=ends
        )
        findings.append(Finding(text, "file"))
    return findings

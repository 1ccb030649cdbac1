"""What a person hands in who collected a certificate: the file and its password are tried before they are taken."""

from __future__ import annotations

from datetime import date

from inregel.contract import Answers, File, Finding, Secret, Step
from inregel.formats import pkcs12, versions
from inregel.speech import said

from ._file import of_another, read, refused

_SOLERA = "Solera, kennisbank Bedrijfscertificaat"
_USELESS = (4, 1, 2)


def check_collected(step: Step, answers: Answers) -> list[Finding]:
    """Wrong tool, wrong password, no PKCS#12, somebody else's, or the one that was there before."""
    findings = []
    tool = str(answers.get("abc_tool", ""))
    if tool and _numbers(tool) <= _USELESS:
        text = said(
            "the ABC-tool is {tool}, and what 4.1.2 collects cannot be used: revoke it and collect it with 4.1.3",
            tool=tool,
        )
        findings.append(Finding(text, "abc_tool", _SOLERA))
    file, secret = answers.get("abc"), answers.get("abc_password")
    if isinstance(file, File) and isinstance(secret, Secret):
        wrong = _wrong(file, secret, step)
        findings += [Finding(wrong, "abc")] if wrong else []
    return findings


def _wrong(file: File, secret: Secret, step: Step) -> str:
    """What is wrong with a file that was handed in; "" where it will do."""
    try:
        certificate = read(file.data, secret)
    except pkcs12.WrongPassword:
        return said("{file} is sound, and the password that was answered does not open it", file=file.path)
    except pkcs12.ContainerError as error:
        return refused(error, file.path)
    arguments = step.arguments
    other = of_another(certificate, file.path, str(arguments.get("email", "")), str(arguments.get("holder", "")))
    if other is not None:
        return other.message
    if certificate.serial == arguments.get("serial"):
        return said("{file} holds the same certificate as before: collect the new one", file=file.path)
    ends, least = certificate.last_day(), _day(arguments.get("least"))
    if least is not None and ends < least:
        return said(
            "{file} is valid until {ends}, and asked is at least until {least}", file=file.path, ends=ends, least=least
        )
    return ""


def _day(value: object) -> date | None:
    """A date as the step has it, or as it was stored with the order."""
    return value if isinstance(value, date) else date.fromisoformat(value) if isinstance(value, str) else None


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return versions.parse(text)
    except versions.NotAVersion:
        return _USELESS

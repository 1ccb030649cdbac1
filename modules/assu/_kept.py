"""The public certificate, which is kept when its file was opened: from then on nobody needs a secret to tell its end.

It stands in the state of the resource as `certificate` (DER in base64), beside the serial number that it belongs to.
A certificate that was read in after it has another number: then it says nothing until that one was kept.
"""

from __future__ import annotations

import base64
import binascii
from datetime import tzinfo
from typing import Final

from inregel.contract import Proof, State, Step
from inregel.formats import pkcs12

FIELD: Final = "certificate"


def text(certificate: pkcs12.Certificate) -> str:
    """The public certificate as it is kept."""
    return base64.b64encode(certificate.der).decode()


def proof(certificate: pkcs12.Certificate, file: str) -> Proof:
    """That the certificate with this number is this one."""
    return Proof({FIELD: text(certificate)}, file)


def whole_proof(certificate: pkcs12.Certificate, file: str, zone: tzinfo | None) -> Proof:
    """The same, where people know the last day alone: the file has the number too."""
    known: State = {"serial": certificate.serial, "valid_until": certificate.last_day(zone), FIELD: text(certificate)}
    return Proof(known, file)


def of_step(step: Step) -> Proof | None:
    """What was in the file when the order to read it in was handed out."""
    kept, serial = step.arguments.get(FIELD), (step.reaches or {}).get("serial")
    if not isinstance(kept, str) or serial is None:
        return None
    return Proof({FIELD: kept}, str(step.arguments["file"]))


def told(state: State, zone: tzinfo | None) -> State:
    """Number, holder, e-mail address and last day out of the kept certificate, where it is the one that is stated."""
    certificate = _kept(state)
    if certificate is None or certificate.serial != state.get("serial"):
        return {}
    return {
        "serial": certificate.serial,
        "valid_until": certificate.last_day(zone),
        "holder": certificate.subject,
        "email": ", ".join(certificate.emails),
    }


def _kept(state: State) -> pkcs12.Certificate | None:
    kept = state.get(FIELD)
    if not isinstance(kept, str):
        return None
    try:
        return pkcs12.read_certificate(base64.b64decode(kept, validate=True))
    except (binascii.Error, pkcs12.ContainerError):
        return None

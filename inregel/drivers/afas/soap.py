"""The SOAP services of one environment: one call with some texts, and one text back.

The answer is read without document types and entities. A SOAP fault is a refusal: nothing was taken in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from inregel.drivers.afas import refusals
from inregel.drivers.afas.calls import Answer, Call
from inregel.drivers.afas.errors import NoAnswer, Refused
from inregel.drivers.afas.http import Budget, Http
from inregel.drivers.afas.places import Place
from inregel.formats import plain_xml

_NAMESPACE: Final = "urn:Afas.Profit.Services"
_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<{action} xmlns="' + _NAMESPACE + '">{fields}</{action}>'
    "</soap:Body></soap:Envelope>"
)
_FAULT: Final = "Look at the rights of the app connector of this token, and at what was sent"


class Soap:
    """One environment."""

    def __init__(self, http: Http, place: Place) -> None:
        self._http, self._place = http, place

    async def call(self, budget: Budget, service: str, action: str, fields: Mapping[str, str], header: str = "") -> str:
        """Sent once; the text of `<action>Result`. Raises `Refused`, `NotDone` or `NoAnswer` with its outcome."""
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
        call = Call(
            self._place.identity,
            f"SOAP {service} {action}",
            "POST",
            f"{self._place.soap}/{service}",
            {
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{_NAMESPACE}/{action}"',
                **({"Authorization": header} if header else {}),
            },
            _ENVELOPE.format(action=action, fields=inner).encode(),
        )
        try:
            answer = await self._http.once(call, budget)
        except Refused as error:
            raise self._fault(call, error) from error
        return self._result(call, answer, action)

    def _fault(self, call: Call, error: Refused) -> Refused:
        """A fault comes with a status that is not 200; what it says is more than that."""
        try:
            fault = next(plain_xml.parse(error.body).iter("Fault"), None)
        except plain_xml.NotPlainXml:
            return error
        return error if fault is None else self._refused(call, fault, error.status)

    def _refused(self, call: Call, fault: Element, status: int = 0) -> Refused:
        text, reference = (
            next((" ".join((each.text or "").split()) for each in fault.iter(name)), "")
            for name in ("faultstring", "ProfitLogReference")
        )
        reason = refusals.worded(text or "a fault without a reason", reference)
        return Refused(system=call.system, what=call.what, status=status, reason=reason, remedy=_FAULT)

    def _result(self, call: Call, answer: Answer, action: str) -> str:
        try:
            root = plain_xml.parse(answer.body)
        except plain_xml.NotPlainXml as error:
            raise NoAnswer(system=call.system, what=call.what, reason=str(error)) from error
        fault = next(root.iter("Fault"), None)
        if fault is not None:
            raise self._refused(call, fault)
        if next(root.iter(f"{action}Response"), None) is None:
            raise NoAnswer(system=call.system, what=call.what, reason=f"it has no {action}Response")
        return next((each.text or "" for each in root.iter(f"{action}Result")), "").strip()

"""The client machines that have the company certificate in their Windows certificate store.

Who uses an Aplaza transaction or MyTP needs it on that machine, with a private key that can be exported; older ones
that are left there make Windows ask which to use. What is there is read from a report, which the script of this module
writes (see the script's own help: `inregel doc assu.client_certificates --script`); a machine that no recent report
speaks of is unknown, and somebody looks. A person imports and removes, at the machine itself.

A place is a machine, `PC-01`, or the store of one user on a machine that several share, `RDS-1\\ria`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from inregel.contract import (
    UNKNOWN,
    Answers,
    Args,
    Blocked,
    Change,
    Fault,
    Finding,
    Inputs,
    Key,
    Office,
    Resources,
    Seen,
    State,
    Step,
    View,
)
from inregel.formats.client_report import Collected, Stored, serial_of
from inregel.speech import joined, said

from ._wizard import password

_ORDER: Final = "assu/client"
_ANSWERS: Final = ("clients_right", "clients_none", "clients_other")
_EXPORTABLE: Final = "exportable"
_MOST: Final = 8
"""Machines that one finding names."""


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """Per place and e-mail address: the one certificate, exportable, once, and no other of that address."""
    email, serial = _wanted(args, inputs)
    state: State = {"serial": serial, "private_key": _EXPORTABLE, "others": frozenset(), "copies": 1}
    return {(place, email): state for place in _places(args, inputs)}


def actual(view: View) -> Seen:
    """From the report (`clients`), or from a work order's answers: where it is right, missing and otherwise."""
    if "clients" in view:
        return _from_report(view["clients"]["places"])
    if not any(name in view for name in _ANSWERS):
        return Seen({}, complete=False)
    answers = {name: {_place(text) for text in view.get(name) or ()} for name in _ANSWERS}
    resources: dict[Key, State] = {}
    absent = set()
    lines: Mapping[Key, State | None] = view.get("lines", {})
    for key, reaches in lines.items():
        place = key[0] if isinstance(key, tuple) else key
        listed = [name for name in _ANSWERS if place in answers[name]]
        if listed == ["clients_right"] and reaches is not None:
            resources[key] = reaches
        elif listed == ["clients_other"]:
            resources[key] = {"serial": f"not {(reaches or {}).get('serial', 'known')}"}
        elif listed == ["clients_none"]:
            absent.add(place)
    return Seen(resources, frozenset(absent))


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Imports what is missing or not exportable, and removes what stands beside it; it can be done again."""
    if change.after is None:
        reason = said("a store holds certificates of others too, and they are not this office's to remove")
        return Blocked(reason, "you", said("take `exact: true` off this task"))
    place, email = change.key if isinstance(change.key, tuple) else (change.key, "")
    before: Mapping[str, Any] = change.before if isinstance(change.before, Mapping) else {}
    serial = str(change.after["serial"])
    there = {str(before.get("serial", "")), *before.get("others", ())}
    right = before.get("serial") == serial and before.get("private_key") == _EXPORTABLE
    arguments = {
        "place": place,
        "email": email,
        "serial": serial,
        "import": not right,
        "remove": sorted(each for each in there - {serial} if each and not each.startswith("not ")),
        "copies": before.get("copies", 1) != 1,
    }
    # What is to be removed is no part of the state, so an order that names something else is another one.
    form = " ".join([place, "import" if arguments["import"] else "", *arguments["remove"]])
    if "file" in change.args:
        arguments["file"] = change.args["file"]
    if "password" in change.args:
        arguments["password"] = password(change.args, inputs)
    role = str(change.args.get("role", "contact"))
    return [Step("assu.set_client_certificate", change.after, arguments, order=_ORDER, role=role, form=form)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """Each machine stands in one of the three lists."""
    place = str(step.arguments.get("place", ""))
    listed = [name for name in _ANSWERS if place in {_place(text) for text in answers.get(name) or ()}]
    if len(listed) == 1 or not any(name in answers for name in _ANSWERS):
        return []
    text = said(
        "{place} stands in several of the three lists of machines"
        if listed
        else "{place} stands in none of the three lists of machines",
        place=place,
    )
    return [Finding(text, _ANSWERS[0])]


def lint(args: Args, view: View) -> list[Finding]:
    """What the report does not tell, so that those who collect it can: these machines are unknown, not wrong."""
    clients = view.get("clients")
    if clients is None:
        return []
    findings = [Finding(problem, "client_report") for problem in clients["problems"]]
    inputs: Inputs = view["inputs"]
    try:
        places = _places(args, inputs)
    except Fault:
        return findings  # `desired` has said so
    reasons: dict[str, list[str]] = {}
    for place in places:
        if place in clients["silent"]:
            reasons.setdefault(clients["silent"][place], []).append(place)
    for reason, names in reasons.items():
        findings.append(Finding(joined([reason, _named(names)]), "machines"))
    return findings


def _named(machines: list[str]) -> str:
    """The first of some machines, and how many there are beside."""
    first = ", ".join(machines[:_MOST])
    if len(machines) <= _MOST:
        return first
    return said("{machines} and {count} more", machines=first, count=len(machines) - _MOST)


def declare(resources: Resources) -> Args:
    """The task that declares these."""
    kept = [(key, state) for key, state in resources.items() if state is not None and isinstance(key, tuple)]
    first = kept[0]
    return {"machines": [key[0] for key, _ in kept], "email": first[0][1], "serial": first[1]["serial"]}


def _wanted(args: Args, inputs: Inputs) -> tuple[str, str]:
    """E-mail address and serial number of the certificate, of the task or of the office's own. Raises `Fault`."""
    declared = inputs.of("assu.certificate")
    email = str(args.get("email", "")).lower()
    own = {str(key).lower(): state or {} for key, state in declared.items()}
    if not email:
        if len(own) != 1:
            reason = said(
                "which certificate these machines need is not known: {count} are declared"
                if own
                else "which certificate these machines need is not known: assu.certificate is not declared, or blocked",
                count=len(own),
            )
            raise Fault(reason, remedy=said("email: the e-mail address of the certificate"), field="email")
        email = next(iter(own))
    serial = args.get("serial") or own.get(email, {}).get("serial")
    if not isinstance(serial, str):
        reason = said(
            "the serial number of the certificate {email} is not known here, as no file of it is declared", email=email
        )
        raise Fault(reason, remedy=said('serial: "5D2077", as its details in Windows show it'), field="serial")
    return email, serial_of(serial)


def _places(args: Args, inputs: Inputs) -> list[str]:
    """The places, each once, in order. Raises `Fault` where their file is not fit to be read."""
    given: Iterable[str] = args.get("machines", ())
    if "from" in args:
        file = inputs.file(args["from"])
        try:
            lines = file.data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            reason = said("{file} is not UTF-8", file=file.path)
            raise Fault(reason, remedy=said("one machine on each line"), field="from") from error
        given = [*given, *(line.partition("#")[0].strip() for line in lines)]
    return list(dict.fromkeys(_place(text) for text in given if text))


def _place(text: object) -> str:
    machine, backslash, user = str(text).strip().partition("\\")
    return machine.upper() + backslash + user.lower()


def _from_report(places: Mapping[str, Mapping[str, Any]]) -> Seen:
    resources: dict[Key, State] = {}
    at: dict[str, datetime] = {}
    for place, found in places.items():
        at[place] = found["at"]
        stores: list[Collected] = found["stores"]
        for email in {each.email for store in stores for each in store.certificates}:
            resources[place, email] = _state(email, stores)
    return Seen(resources, frozenset(places), at)


def _state(email: str, stores: list[Collected]) -> State:
    """The one that is valid longest, and what stands beside it."""
    held = [each for store in stores for each in store.certificates if each.email == email]
    newest = max(held, key=lambda each: (each.not_after, each.serial))
    others = frozenset(each.serial for each in held if each.serial != newest.serial)
    # A user sees the own store and the machine's; that two users of a machine both have it is as it should be.
    counts: Counter[str] = Counter()
    for store in stores:
        counts[store.user] += sum(each.email == email and each.serial == newest.serial for each in store.certificates)
    shared = counts.pop("", 0)
    copies = shared + max(counts.values(), default=0)
    return {"serial": newest.serial, "private_key": _key(held, newest.serial), "others": others, "copies": copies}


def _key(held: list[Stored], serial: str) -> Any:
    """The weakest of the copies: which of them Windows takes is not known."""
    same = [each for each in held if each.serial == serial]
    if not all(each.private_key for each in same):
        return "missing"
    if any(each.exportable is False for each in same):
        return "not exportable"
    return _EXPORTABLE if all(each.exportable for each in same) else UNKNOWN

"""One event of the history as a sentence for people. The whole of it stands in the csv and json forms.

A kind that has no sentence here is told by its parts, so that nothing is left out when a new kind comes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from inregel.contract import key_text
from inregel.formats.values import decode_value, encode_value, show
from inregel.ledger.base import Event
from inregel.speech import Speech, phrase

_MOST: Final = 6
"""Resources that one line names."""

Body: TypeAlias = Mapping[str, Any]
Tell: TypeAlias = Callable[[Body, str, Speech], str]


def sentence(event: Event, speech: Speech) -> str:
    """What happened, in one line, without the time and the office."""
    tell = _SENTENCES.get(event.kind)
    body, person = event.body, event.person
    try:
        text = tell(body, person or "", speech) if tell else ""
    except (KeyError, TypeError, ValueError, IndexError):
        # A record of another version may have other parts; it is told all the same.
        text = ""
    return text or parts(body, person, speech)


def parts(body: Body, person: str | None, speech: Speech) -> str:
    """An event by its parts: `by Ria van Dalen  number W1`. Empty values say nothing; null was forgotten."""
    told = []
    for name, value in body.items():
        if value is None and name in ("at", "until"):
            continue
        text = speech("(forgotten)") if value is None else value if isinstance(value, str) else _json(value)
        if text not in ("", "[]", "{}"):
            told.append(f"{name} {text}")
    who = speech("by {person}  ", person=person) if person else ""
    return who + ", ".join(told)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, default=encode_value)


def _attested(body: Body, person: str, speech: Speech) -> str:
    """`Ria van Dalen: assu.postbus I09000123 (status linked), 2 in all; counts until 2027-04-06; W1`."""
    said = _some([_resource(speech, *item) for item in body["resources"]], speech)
    until = speech("; counts until {day}", day=body["until"]) if body.get("until") else ""
    source = f"; {body['source']}" if body.get("source") else ""
    who = person or speech("somebody")
    if body.get("at"):
        text = speech("{person} said on {day}: {what}", person=who, day=body["at"][:10], what=said)
    else:
        text = speech("{person} said: {what}", person=who, what=said)
    return text + until + source


def _verified(body: Body, person: str, speech: Speech) -> str:
    """`files/utrecht.abc showed: assu.certificate info@office.example (serial, certificate)`."""
    found = [f"{module} {key_text((box, key)) if box else key} ({', '.join(state)})"
             for module, box, key, state, _ in body["resources"]]  # fmt: skip
    return speech("{file} showed: {what}", file=body["source"], what=_some(found, speech))


def _resource(speech: Speech, module: str, container: str, key: Any, state: Any, how: str) -> str:  # noqa: PLR0913
    if how == "listing":
        names = ", ".join(str(name) for name in key) or speech("none")
        if container:
            return speech(
                "{module} of {container}, all there is: {names}", module=module, container=container, names=names
            )
        return speech("{module}, all there is: {names}", module=module, names=names)
    name = key_text((container, key)) if container else key
    if state is None:
        return speech("{module} {name} is not there", module=module, name=name)
    return f"{module} {name} ({_fields(state)})"


def _fields(state: Body) -> str:
    return ", ".join(
        f"{field} {show(decode_value(value) if isinstance(value, Mapping) else value)}"
        for field, value in state.items()
    )


def _opened(body: Body, person: str, speech: Speech) -> str:
    return speech(
        "{number} ({order}) handed out to {person}",
        number=body["number"],
        order=body["name"],
        person=person or speech("nobody by name"),
    )


def _closed(plain: str, by: str) -> Tell:
    """An order that ended: `plain` says it, and `by` says by whom, or by which order."""

    def tell(body: Body, person: str, speech: Speech) -> str:
        who = body.get("successor") or person
        text = speech(by, number=body["number"], who=who) if who else speech(plain, number=body["number"])
        return f"{text}: {body['note']}" if body.get("note") else text

    return tell


def _intended(body: Body, person: str, speech: Speech) -> str:
    """`about to be performed: box.set of box.item k`."""
    told = [_operation(each, speech) for each in body["operations"]]
    return speech("about to be performed: {operations}", operations=_some(told, speech))


def _operation(each: Body, speech: Speech) -> str:
    name = key_text((each["container"], each["name"])) if each["container"] else each["name"]
    return speech("{operation} of {module} {name}", operation=each["operation"], module=each["module"], name=name)


def _some(told: Sequence[str], speech: Speech) -> str:
    shown = "; ".join(told[:_MOST])
    if len(told) <= _MOST:
        return shown
    return shown + speech("; {count} more", count=len(told) - _MOST)


def _became(text: str) -> Tell:
    def tell(body: Body, person: str, speech: Speech) -> str:
        counts = Counter(each["operation"] for each in body["operations"])
        names = ", ".join(name if count == 1 else f"{count} x {name}" for name, count in counts.items())
        return speech(text, operations=names) + (f": {body['detail']}" if body.get("detail") else "")

    return tell


def _revealed(body: Body, person: str, speech: Speech) -> str:
    reason = f": {body['reason']}" if body.get("reason") else ""
    text = speech(
        "the secret {secret} of {number} was shown to {person}",
        secret=body["secret"],
        number=body["order"],
        person=person,
    )
    return text + reason


def _secret(text: str) -> Tell:
    """A version of a secret that was shown once."""

    def tell(body: Body, person: str, speech: Speech) -> str:
        version = speech(
            "the secret {secret} (version {version}) of {connection}",
            secret=body["secret"],
            version=body["version"],
            connection=body["connection"],
        )
        return speech(text, version=version)

    return tell


def _secrets(text: str) -> Tell:
    """What an operation was to be shown."""

    def tell(body: Body, person: str, speech: Speech) -> str:
        names: Sequence[str] = body["secrets"]
        told = ", ".join(names)
        several = len(names) != 1
        return speech(
            phrase("secrets {names}: {what}") if several else phrase("secret {names}: {what}"),
            names=told,
            what=speech(text),
        )

    return tell


def _in_sync(body: Body, person: str, speech: Speech) -> str:
    # Without a sign between thousands, as the history always had it.
    count = body["resources"]
    return speech.many(count, "{number} resource in sync", "{number} resources in sync", number=count)


def _rollout(text: str) -> Tell:
    def tell(body: Body, person: str, speech: Speech) -> str:
        failed: Sequence[str] = body.get("failed") or ()
        reason = f": {body['reason']}" if body.get("reason") else ""
        names = speech("; failed: {names}", names=", ".join(failed)) if failed else ""
        return speech(text, id=body["id"], play=body["play"]) + reason + names

    return tell


_SENTENCES: Final[Mapping[str, Tell]] = {
    "attested": _attested,
    "verified": _verified,
    "order.opened": _opened,
    "order.done": _closed(phrase("{number} done"), phrase("{number} done by {who}")),
    "order.failed": _closed(phrase("{number} refused"), phrase("{number} refused by {who}")),
    "order.superseded": _closed(phrase("{number} superseded"), phrase("{number} superseded by {who}")),
    "order.withdrawn": _closed(phrase("{number} withdrawn"), phrase("{number} withdrawn by {who}")),
    "operation.intended": _intended,
    "operation.performed": _became(phrase("{operations} performed")),
    "operation.failed": _became(phrase("{operations} failed")),
    "operation.unknown": _became(phrase("{operations} has an unknown outcome")),
    "secret.revealed": _revealed,
    "secret.promised": _secrets(phrase("the operation will show this once")),
    "secret.captured": _secret(phrase("{version} was captured, unverified")),
    "secret.verified": _secret(phrase("{version} is verified: what it belongs to was read")),
    "secret.refused": _secret(phrase("{version} is refused: what it belongs to is not there; it is never used")),
    "secret.lost": _secrets(phrase("made, and not stored: nobody has it")),
    "secret.gone": _secrets(phrase("what it would belong to is not there, so it is not missed")),
    "in_sync": _in_sync,
    **{
        f"rollout.{state}": _rollout(phrase("rollout {id} of {play!r}"))
        for state in ("running", "paused", "stopped", "done", "superseded")
    },
}

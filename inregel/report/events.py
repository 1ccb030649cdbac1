"""One event of the history as a sentence for people. The whole of it stands in the csv and json forms.

A kind that has no sentence here is told by its parts, so that nothing is left out when a new kind comes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from inregel.contract import key_text
from inregel.formats.values import decode_value, encode_value, show
from inregel.ledger.base import Event

_MOST: Final = 6
"""Resources that one line names."""

Body = Mapping[str, Any]


def sentence(event: Event) -> str:
    """What happened, in one line, without the time and the office."""
    tell = _SENTENCES.get(event.kind)
    body, person = event.body, event.person
    try:
        text = tell(body, person or "") if tell else ""
    except (KeyError, TypeError, ValueError, IndexError):
        # A record of another version may have other parts; it is told all the same.
        text = ""
    return text or parts(body, person)


def parts(body: Body, person: str | None = None) -> str:
    """An event by its parts: `by Ria van Dalen  number W1`. Empty values say nothing; null was forgotten."""
    told = []
    for name, value in body.items():
        if value is None and name in ("at", "until"):
            continue
        text = "(forgotten)" if value is None else value if isinstance(value, str) else _json(value)
        if text not in ("", "[]", "{}"):
            told.append(f"{name} {text}")
    who = f"by {person}  " if person else ""
    return who + ", ".join(told)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, default=encode_value)


def _attested(body: Body, person: str) -> str:
    """`Ria van Dalen: assu.postbus I09000123 (status linked), 2 in all; counts until 2027-04-06; W1`."""
    said = [_resource(*item) for item in body["resources"]]
    at = f" on {body['at'][:10]}" if body.get("at") else ""
    until = f"; counts until {body['until']}" if body.get("until") else ""
    source = f"; {body['source']}" if body.get("source") else ""
    return f"{person or 'somebody'} said{at}: {_some(said)}{until}{source}"


def _verified(body: Body, person: str) -> str:
    """`files/utrecht.abc showed: assu.certificate info@office.example (serial, certificate)`."""
    found = [f"{module} {key_text((box, key)) if box else key} ({', '.join(state)})"
             for module, box, key, state, _ in body["resources"]]  # fmt: skip
    return f"{body['source']} showed: {_some(found)}"


def _resource(module: str, container: str, key: Any, state: Any, how: str) -> str:
    if how == "listing":
        names = ", ".join(str(name) for name in key) or "none"
        return f"{module}{f' of {container}' if container else ''}, all there is: {names}"
    name = key_text((container, key)) if container else key
    if state is None:
        return f"{module} {name} is not there"
    return f"{module} {name} ({_fields(state)})"


def _fields(state: Body) -> str:
    return ", ".join(
        f"{field} {show(decode_value(value) if isinstance(value, Mapping) else value)}"
        for field, value in state.items()
    )


def _opened(body: Body, person: str) -> str:
    return f"{body['number']} ({body['name']}) handed out to {person or 'nobody by name'}"


def _closed(word: str) -> Callable[[Body, str], str]:
    def tell(body: Body, person: str) -> str:
        by = f" by {person}" if person else ""
        successor = f" by {body['successor']}" if body.get("successor") else ""
        note = f": {body['note']}" if body.get("note") else ""
        return f"{body['number']} {word}{successor or by}{note}"

    return tell


def _intended(body: Body, person: str) -> str:
    """`about to be performed: box.set of box.item k`."""
    told = [_operation(each) for each in body["operations"]]
    return f"about to be performed: {_some(told)}"


def _operation(each: Body) -> str:
    name = key_text((each["container"], each["name"])) if each["container"] else each["name"]
    return f"{each['operation']} of {each['module']} {name}"


def _some(told: Sequence[str]) -> str:
    return "; ".join(told[:_MOST]) + (f"; {len(told) - _MOST} more" if len(told) > _MOST else "")


def _became(word: str) -> Callable[[Body, str], str]:
    def tell(body: Body, person: str) -> str:
        counts = Counter(each["operation"] for each in body["operations"])
        names = ", ".join(name if count == 1 else f"{count} x {name}" for name, count in counts.items())
        return f"{names} {word}" + (f": {body['detail']}" if body.get("detail") else "")

    return tell


def _revealed(body: Body, person: str) -> str:
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"the secret {body['secret']} of {body['order']} was shown to {person}{reason}"


def _secret(text: str) -> Callable[[Body, str], str]:
    """A version of a secret that was shown once."""

    def tell(body: Body, person: str) -> str:
        version = f"the secret {body['secret']} (version {body['version']}) of {body['connection']}"
        return text.format(version=version)

    return tell


def _secrets(text: str) -> Callable[[Body, str], str]:
    """What an operation was to be shown."""

    def tell(body: Body, person: str) -> str:
        names: Sequence[str] = body["secrets"]
        return f"{'secret' if len(names) == 1 else 'secrets'} {', '.join(names)}: {text}"

    return tell


def _in_sync(body: Body, person: str) -> str:
    count = body["resources"]
    return f"{count} resource{'' if count == 1 else 's'} in sync"


def _rollout(body: Body, person: str) -> str:
    failed: Sequence[str] = body.get("failed") or ()
    reason = f": {body['reason']}" if body.get("reason") else ""
    names = f"; failed: {', '.join(failed)}" if failed else ""
    return f"rollout {body['id']} of {body['play']!r}{reason}{names}"


_SENTENCES: Final[Mapping[str, Callable[[Body, str], str]]] = {
    "attested": _attested,
    "verified": _verified,
    "order.opened": _opened,
    "order.done": _closed("done"),
    "order.failed": _closed("refused"),
    "order.superseded": _closed("superseded"),
    "order.withdrawn": _closed("withdrawn"),
    "operation.intended": _intended,
    "operation.performed": _became("performed"),
    "operation.failed": _became("failed"),
    "operation.unknown": _became("has an unknown outcome"),
    "secret.revealed": _revealed,
    "secret.promised": _secrets("the operation will show this once"),
    "secret.captured": _secret("{version} was captured, unverified"),
    "secret.verified": _secret("{version} is verified: what it belongs to was read"),
    "secret.refused": _secret("{version} is refused: what it belongs to is not there; it is never used"),
    "secret.lost": _secrets("made, and not stored: nobody has it"),
    "secret.gone": _secrets("what it would belong to is not there, so it is not missed"),
    "in_sync": _in_sync,
    **{f"rollout.{state}": _rollout for state in ("running", "paused", "stopped", "done", "superseded")},
}

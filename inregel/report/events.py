"""One event of the history as a sentence for people. The whole of it stands in the csv and json forms.

A kind that has no sentence here is told by its parts, so that nothing is left out when a new kind comes.
"""

from __future__ import annotations

import json
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
    shown = "; ".join(said[:_MOST]) + (f"; {len(said) - _MOST} more" if len(said) > _MOST else "")
    at = f" on {body['at'][:10]}" if body.get("at") else ""
    until = f"; counts until {body['until']}" if body.get("until") else ""
    source = f"; {body['source']}" if body.get("source") else ""
    return f"{person or 'somebody'} said{at}: {shown}{until}{source}"


def _resource(module: str, container: str, key: Any, state: Any, how: str) -> str:
    if how == "listing":
        names = ", ".join(str(name) for name in key) or "none"
        return f"{module}{f' of {container}' if container else ''}, all there is: {names}"
    name = key_text((container, key)) if container else key
    if state is None:
        return f"{module} {name} is not there"
    fields = (f"{field} {show(decode_value(value) if isinstance(value, Mapping) else value)}" for field, value in
              state.items())  # fmt: skip
    return f"{module} {name} ({', '.join(fields)})"


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
    name = key_text((body["container"], body["name"])) if body.get("container") else body["name"]
    return f"{body['operation']} of {body['module']} {name} is about to be performed"


def _became(word: str) -> Callable[[Body, str], str]:
    def tell(body: Body, person: str) -> str:
        return f"{body['operation']} {word}" + (f": {body['detail']}" if body.get("detail") else "")

    return tell


def _revealed(body: Body, person: str) -> str:
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"the secret {body['secret']} of {body['order']} was shown to {person}{reason}"


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
    "in_sync": _in_sync,
    **{f"rollout.{state}": _rollout for state in ("running", "paused", "stopped", "done", "superseded")},
}

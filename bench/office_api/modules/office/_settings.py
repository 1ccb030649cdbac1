"""What the modules of the office API share: a document of settings as a flat state, and the one step that writes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from inregel.contract import Change, Seen, State, Step, View


def state(settings: Mapping[str, Any]) -> State:
    """A document as simple values: its lists have no order, so they are sets; a day of YAML is text to the API."""
    return {
        name: frozenset(value) if isinstance(value, list) else value.isoformat() if isinstance(value, date) else value
        for name, value in settings.items()
    }


def seen(view: View, module: str) -> Seen:
    """A module's part of what was read. What was asked for and is not there is absent."""
    documents = view.get(module, {})
    found = {key: state(settings) for key, settings in documents.items() if settings is not None}
    return Seen(found, complete=module in view)


def steps(change: Change) -> list[Step]:
    """Writes the document or removes it. PUT replaces all of it, so what nobody declared is handed back as it was."""
    if change.after is None:
        return [Step("office.delete", None)]
    before = change.before if isinstance(change.before, Mapping) else {}
    after: State = {**before, **change.after}
    settings = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in after.items()}
    return [Step("office.put", after, {"settings": settings})]

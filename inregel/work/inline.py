"""A secret as a person is shown it. One that stands in the project's own files as `!vault |` is named by its place,
`FILE:KEYS.IN.IT`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from inregel.config import source
from inregel.contract import Module, Secret, Step
from inregel.ledger.base import NewOrder
from inregel.names import plain
from inregel.secrets.base import Places, SecretSource
from inregel.work.answers import WorkError


def get(name: str, root: Callable[[], Path], secrets: SecretSource, places: Places) -> Secret:
    """A secret by name: from a store, captured at one of `places`, or where the name is a place, from that file.

    Raises `SecretError`, or `WorkError` where nothing is encrypted there any more.
    """
    file, colon, _ = name.partition(":")
    if not colon:
        return secrets.get(name, places)
    folder = root()
    if not (folder / file).is_file() and file in places():
        return secrets.get(name, places)
    for value in _vaulted(source.read(folder / file, folder)):
        if f"{value.where.file}:{'.'.join(map(str, value.where.path))}" == name:
            return secrets.vaulted(value.text, name)
    raise WorkError(reason=f"Nothing is encrypted at {name} any more. Make a new plan: it hands the order out anew.")


def shown(order: NewOrder, name: str, secret: Secret, module: Callable[[str], Module]) -> Secret:
    """The secret in the form that the order asks for it, where the module of a line that uses it says one (`shows`)."""
    for line in order.lines:
        shows = getattr(module(plain(line.module)), "shows", None)
        if shows is not None and name in line.arguments.values():
            given: Secret = shows(Step(line.operation, line.reaches, line.arguments, order=order.name), secret)
            return given
    return secret


def _vaulted(data: Any) -> Iterator[source.Vaulted]:
    """All encrypted values in what a file gave; an alias gives the same one again."""
    stack = [data]
    while stack:
        node = stack.pop()
        if isinstance(node, source.Vaulted):
            yield node
        elif isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)

"""Answers that are tried where they belong before they count, such as a token that was copied from a screen.

A module may have `trial(step, answers)`: with which settings the connection is read. What was read is handed to its
`check` among the answers, as `read`. Where the system cannot be reached the answers are taken unseen: what is shown
once must not be lost, and the next plan looks at it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from inregel.contract import Key, Module, Step, View
from inregel.errors import InregelError
from inregel.ledger.base import NewOrder
from inregel.names import plain

Attempt: TypeAlias = Callable[[str, str, Key, Mapping[str, Any]], View]
"""Reads one resource (office, module, key) through its connection, with these settings in place of its secrets."""


def tried(
    order: NewOrder, typed: Mapping[str, Any], module: Callable[[str], Module], attempt: Attempt | None
) -> tuple[Mapping[str, Any], list[str]]:
    """The answers with what was read, and what to tell of what could not be."""
    views: dict[str, Any] = {}
    remarks = []
    for line in order.lines:
        trial = getattr(module(plain(line.module)), "trial", None)
        step = Step(line.operation, line.reaches, line.arguments, order=order.name, role=order.role)
        settings = trial(step, typed) if trial is not None and attempt is not None else {}
        if not settings or attempt is None:
            continue
        try:
            views |= attempt(order.office, line.module, line.key, settings)
        except InregelError as error:
            why = str(error).partition("\n")[0]
            remarks.append(f"{line.module} was recorded without being tried: {why} The next plan looks at it.")
    return ({**typed, "read": views} if views else typed), remarks

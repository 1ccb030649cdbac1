"""A long work order, for people: how many lines it has, and of what, before the first of them."""

from __future__ import annotations

from collections import Counter
from typing import Final

from inregel.ledger.base import Order
from inregel.speech import Speech

LONG: Final = 50
"""Lines from which on they are counted."""


def counted(order: Order, speech: Speech) -> str:
    """The text of an order; of a long one the count of its lines stands below the title."""
    new = order.order
    if len(new.lines) < LONG:
        return new.text
    modules = Counter(line.module for line in new.lines)
    each = ", ".join(f"{name} {speech.number(count)}" for name, count in modules.items())
    told = speech("{count} lines: {modules}.", count=speech.number(len(new.lines)), modules=each)
    title, _, rest = new.text.partition("\n")
    return f"{title}\n\n{told}\n{rest}"

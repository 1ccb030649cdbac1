"""Digests of rows that change: an event carries that of the row which it wrote, so that the row can be proven by it."""

from __future__ import annotations

from inregel.ledger.base import Order, Rollout
from inregel.ledger.crypto import digest
from inregel.ledger.records import lines_json, maybe_text, time_text, to_json


def order_mark(order: Order) -> str:
    """Of a work order: all but what is personal, which is sealed. 64 hex digits."""
    new = order.order
    return digest(
        to_json(
            [
                order.number,
                new.office,
                new.identity,
                new.name,
                new.role,
                new.title,
                new.language,
                order.digest,
                new.schema,
                list(new.secrets),
                lines_json(new.lines),
                order.state,
                time_text(order.opened),
                maybe_text(order.closed),
                order.successor,
            ]
        )
    )


def rollout_mark(rollout: Rollout) -> str:
    """Of a rollout, wholly. 64 hex digits."""
    return digest(
        to_json(
            [
                rollout.id,
                rollout.playbook,
                rollout.play,
                rollout.revision,
                [list(batch) for batch in rollout.batches],
                rollout.state,
                time_text(rollout.started),
                dict(sorted(rollout.failed.items())),
                sorted(rollout.begun),
                rollout.reason,
            ]
        )
    )

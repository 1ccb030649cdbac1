"""The plan, or what an apply did, as a JSON document; its schema is `schemas/plan-report.schema.json`.

The order is that of the plan, and equal plans give equal bytes. A secret stands as `{"secret": name}`, a file as its
path and digest: no value of either gets in here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from inregel.config.mistakes import Where
from inregel.contract import Blocked, File, Key, Provenance, Secret, State, Unknown, Wait
from inregel.formats import values
from inregel.ledger.base import Order
from inregel.plan.compare import FINGERPRINT
from inregel.plan.model import Entry, OfficePlan, Outcome, Performed, Plan, PlannedOrder, PlannedStep
from inregel.report.summary import Summary, summarise

VERSION: Final = 1
"""Raised when a field is taken away or changes its meaning; a new field does not raise it."""


def document(report: Plan | Outcome) -> dict[str, Any]:
    """The document of a plan (`"kind": "plan"`) or of an apply (`"kind": "apply"`)."""
    if isinstance(report, Plan):
        return {"version": VERSION, "kind": "plan", **_plan(report)}
    return {"version": VERSION, "kind": "apply", **_outcome(report)}


def dump(report: Plan | Outcome) -> bytes:
    """The document as UTF-8 with a line feed at its end."""
    content = document(report)
    try:
        return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        # Half a surrogate pair can come from an escape in YAML; as an escape it stays valid JSON.
        return (json.dumps(content, indent=1) + "\n").encode()


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "project": plan.project,
        "playbook": plan.playbook,
        "revision": plan.revision,
        "at": plan.at.isoformat(),
        "seconds": round(plan.seconds, 3),
        "secrets": plan.secrets,
        "notes": list(plan.notes),
        "summary": _summary(summarise(plan)),
        "plays": [
            {
                "name": play.name,
                "pattern": play.pattern,
                "offices": list(play.offices),
                "batches": [list(batch) for batch in play.batches],
            }
            for play in plan.plays
        ],
        "offices": [_office(part) for part in plan.offices],
    }


def _summary(total: Summary) -> dict[str, Any]:
    return asdict(total) | {"open_orders": list(total.open_orders), "next": _day(total.next)}


def _office(part: OfficePlan) -> dict[str, Any]:
    return {
        "office": part.office.id,
        "name": part.office.name,
        "play": part.play,
        "batch": part.batch,
        "held": part.held,
        "unavailable": part.unavailable,
        "resources": [_entry(entry) for entry in part.entries],
        "orders": [_order(order) for order in part.orders],
        "findings": [
            {"module": module, "message": finding.message, "field": finding.field, "source": finding.source}
            for module, finding in part.findings
        ],
        "tables": [
            {"title": table.title, "columns": list(table.columns), "rows": [list(row) for row in table.rows]}
            for table in part.tables
        ],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "module": entry.module,
        "key": _key(entry.key),
        "status": entry.status.value,
        "task": entry.task,
        "where": _where(entry.where),
        "before": _state(entry.before),
        "after": _state(entry.after),
        "provenance": {name: _provenance(known) for name, known in entry.provenance.items()},
        "fields": [
            {
                "name": field.name,
                "before": None if field.before is None else _value(field.before),
                "after": None if field.after is None else _value(field.after),
                "was": _provenance(field.was),
            }
            for field in entry.fields
        ],
        "chain": [_part(part) for part in entry.chain],
        "actor": entry.actor,
        "irreversible": entry.irreversible,
        "order": entry.order,
        "line": entry.line,
        "after_orders": list(entry.after_orders),
        "blocked": None if entry.blocked is None else _blocked(entry.blocked),
        "wait": None if entry.wait is None else _wait(entry.wait),
        "until": _day(entry.until),
        "needs": [{"module": module, "key": _key(key)} for module, key in entry.needs],
    }


def _part(part: PlannedStep | Wait) -> dict[str, Any]:
    if isinstance(part, Wait):
        return {"wait": _wait(part)}
    step = part.step
    return {
        "operation": step.operation,
        "actor": part.actor,
        "order": part.order,
        "reaches": _state(step.reaches),
        "arguments": _value(step.arguments),
        "irreversible": step.irreversible,
    }


def _order(order: PlannedOrder) -> dict[str, Any]:
    return {
        "identity": order.identity,
        "number": order.number,
        "name": order.name,
        "title": order.title,
        "role": order.role,
        "person": order.person,
        "language": order.language,
        "open": order.open,
        "opened": None if order.opened is None else order.opened.isoformat(),
        "ready": order.ready,
        "after": list(order.after),
        "lines": [
            {"module": each.module, "key": _key(each.key), "kind": each.kind, "operation": each.step.operation}
            for each in order.lines
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "interrupted": outcome.interrupted,
        "performed": [_performed(each) for each in outcome.performed],
        "handed_out": [_ledger_order(order) for order in outcome.handed_out],
        "ended": [_ledger_order(order) for order in outcome.ended],
        "held": [{"play": play, "reason": reason} for play, reason in outcome.held],
        "stopped": [{"play": play, "reason": reason} for play, reason in outcome.stopped],
        "unavailable": [{"office": office, "reason": reason} for office, reason in outcome.unavailable],
        "after": _plan(outcome.after),
    }


def _performed(each: Performed) -> dict[str, Any]:
    return {
        "office": each.office,
        "module": each.module,
        "key": _key(each.key),
        "operation": each.operation,
        "outcome": each.outcome,
        "detail": each.detail,
    }


def _ledger_order(order: Order) -> dict[str, Any]:
    new = order.order
    return {
        "number": order.number,
        "identity": new.identity,
        "office": new.office,
        "name": new.name,
        "title": new.title,
        "role": new.role,
        "person": new.person,
        "language": new.language,
        "state": order.state,
        "opened": order.opened.isoformat(),
        "closed": None if order.closed is None else order.closed.isoformat(),
        "successor": order.successor,
        "lines": [
            {"module": each.module, "key": _key(each.key), "kind": each.kind, "operation": each.operation}
            for each in new.lines
        ],
    }


def _key(key: Key) -> Any:
    return key if isinstance(key, str) else list(key)


def _where(where: Where) -> dict[str, Any]:
    return {"file": where.file, "path": list(where.path)}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _blocked(blocked: Blocked) -> dict[str, Any]:
    return {
        "reason": blocked.reason,
        "who": blocked.who,
        "remedy": blocked.remedy,
        "cause": blocked.cause,
        "field": blocked.field,
    }


def _wait(wait: Wait) -> dict[str, Any]:
    return {
        "party": wait.party,
        "until": wait.until.isoformat(),
        "reaches": _state(wait.reaches),
        "note": wait.note,
    }


def _provenance(known: Provenance) -> dict[str, Any]:
    return {
        "kind": known.kind,
        "at": None if known.at is None else known.at.isoformat(),
        "by": known.by,
        "until": _day(known.until),
        "source": known.source,
    }


def _state(state: State | Unknown | None) -> Any:
    if state is None:
        return None
    if isinstance(state, Unknown):
        return {"unknown": True}
    return {name: _value(each) for name, each in state.items()}


def _value(given: Any) -> Any:  # noqa: PLR0911  # one line per sort of value
    """A value of a state or an argument; secrets by name, bytes by their number."""
    if isinstance(given, Secret):
        return {"secret": given.name}
    if isinstance(given, str) and given.startswith(FINGERPRINT):
        return {"secret": ""}
    if given is None or isinstance(given, str | int):
        return given
    if isinstance(given, float):
        return given if math.isfinite(given) else str(given)
    if isinstance(given, File):
        return {"file": given.path, "sha256": given.digest}
    if isinstance(given, bytes | bytearray | memoryview):
        return {"bytes": len(given)}
    if isinstance(given, datetime | timedelta):
        return str(given)
    if isinstance(given, Mapping):
        return {str(name): _value(each) for name, each in given.items()}
    if isinstance(given, list | tuple):
        return [_value(each) for each in given]
    try:
        return values.encode_value(given)
    except TypeError:
        # An argument may be anything a module likes; what is not plain shows as what it is, not what it holds.
        return {"type": type(given).__name__}

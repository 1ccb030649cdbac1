"""What one commit may do to the SQLite file. Each change for an office appends its event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from inregel.contract import Key, Provenance, Secret, State
from inregel.formats import values
from inregel.ledger.base import NewOrder, Order, OrderLine, OrderState, Pending, QuotaUsed, Rollout
from inregel.ledger.captures import JUDGED, Captures, told
from inregel.ledger.crypto import digest
from inregel.ledger.history import History
from inregel.ledger.journal import UNSETTLED, about, begun_already, by_office, columns, never_begun
from inregel.ledger.marks import rollout_mark
from inregel.ledger.orders import Closing, Orders
from inregel.ledger.records import (
    event_kind,
    from_json,
    key_columns,
    names_json,
    spoken_of,
    state_json,
    state_of,
    states_json,
    time_text,
    to_json,
)
from inregel.ledger.store import Store


class SqliteTransaction:
    """One commit. Statements about one office by one person become one event."""

    def __init__(self, store: Store, history: History, orders: Orders, captures: Captures) -> None:
        self._store = store
        self._history = history
        self._orders = orders
        self._captures = captures
        self._statements: dict[Provenance, int] = {}
        self._said: dict[str, tuple[Provenance, list[list[Any]]]] = {}
        history.begin()

    def event(
        self,
        office: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        person: str = "",
        private: Mapping[str, Any] | None = None,
    ) -> None:
        """Appends to the office's history."""
        self._flush(office)
        self._history.append(office, kind, body, person, private)

    def flush(self) -> None:
        """Writes the events that were held back to become one."""
        for office in list(self._said):
            self._flush(office)

    # --- statements -------------------------------------------------------------------------------------------------

    def attest(
        self, office: str, module: str, key: Key, values: State | None, by: Provenance, *, merge: bool = True
    ) -> None:
        """Records what was stated, field by field or instead of all that was known."""
        container, name = key_columns(key)
        where = {"office": office, "module": module, "container": container, "name": name}
        old = self._store.row("stated_one", where) if merge and values is not None else None
        statement = self._statement(by)
        known = state_of(old[0]) if old else None
        fields: dict[str, int] = {}
        state = values
        if known is not None and values is not None and old:
            state, fields = {**known, **values}, from_json(old[1])
        fields.update(dict.fromkeys(spoken_of(by.kind, values, known), statement))
        self._store.run("set_stated", {**where, "state": state_json(state), "fields": to_json(fields)})
        self._say(office, by, [module, container, name, _encode(values), "merge" if merge else "replace"])

    def list_all(self, office: str, module: str, container: str, by: Provenance, present: Collection[Key]) -> None:
        """Records that a listing is whole; what is not `present` is absent."""
        statement = self._statement(by)
        where = {"office": office, "module": module, "container": container}
        self._store.run("set_listing", {**where, "statement": statement})
        there = {columns[1] for columns in map(key_columns, present) if columns[0] == container}
        for (name,) in self._store.rows("stated_in_container", where):
            if name not in there:
                gone = {"state": "null", "fields": to_json({"": statement})}
                self._store.run("set_stated", {**where, "name": name, **gone})
        self._say(office, by, [module, container, sorted(there), None, "listing"])

    def _statement(self, by: Provenance) -> int:
        if by not in self._statements:
            whose = self._history.people.record_of(by.by) if by.by else None
            cursor = self._store.run(
                "add_statement",
                {
                    "kind": by.kind,
                    "at": time_text(by.at) if by.at else None,
                    "person": whose.id if whose else None,
                    "until": by.until.isoformat() if by.until else None,
                    "source": by.source,
                },
            )
            self._statements[by] = cursor.lastrowid or 0
        return self._statements[by]

    def _say(self, office: str, by: Provenance, what: list[Any]) -> None:
        if office in self._said and self._said[office][0] != by:
            self._flush(office)
        self._said.setdefault(office, (by, []))[1].append(what)

    def _flush(self, office: str) -> None:
        if office in self._said:
            by, said = self._said.pop(office)
            body = {
                "at": time_text(by.at) if by.at else None,
                "until": by.until.isoformat() if by.until else None,
                "source": by.source,
                "resources": said,
            }
            self._history.append(office, event_kind(by), body, by.by)

    # --- work orders ------------------------------------------------------------------------------------------------

    def open_order(self, order: NewOrder) -> Order:
        """Opens it, or returns the open one of the same identity."""
        self._flush(order.office)
        return self._orders.open(order)

    def close_order(  # noqa: PLR0913  # the interface says each by name
        self,
        number: str,
        state: OrderState,
        *,
        by: str = "",
        lines: Sequence[OrderLine] | None = None,
        answers: Mapping[str, Any] | None = None,
        successor: str = "",
        note: str = "",
    ) -> Order:
        """Ends an open order."""
        self.flush()
        return self._orders.close(Closing(number, state, by, lines, answers, successor, note))

    # --- operations -------------------------------------------------------------------------------------------------

    def intend(self, *operations: Pending) -> None:
        """Before operations. Raises `LedgerError` where one was begun before and its outcome is not known."""
        open_ones = self._store.rows("operations", {"ids": names_json([operation.id for operation in operations])})
        for id_, _, _, outcome in open_ones:
            if outcome in UNSETTLED:
                raise begun_already(next(each for each in operations if each.id == id_), outcome)
        rows = [columns(operation) for operation in operations]
        self._store.run_many("set_operation", rows)
        for office, own in by_office((row["office"], row) for row in rows).items():
            self.event(office, "operation.intended", {"operations": [about(row) for row in own]})

    def checkpoint(self, id: str, data: Mapping[str, Any]) -> None:
        """Adds to what the other side showed once; the same names replace."""
        row = self._operation(id)
        whole = to_json({**from_json(row[6]), **data})
        self._store.run("set_checkpoint", {"id": id, "checkpoint": whole})
        self.event(row[0], "operation.checkpoint", {"id": id, "names": sorted(data), "digest": digest(whole)})

    def outcome(self, outcome: Literal["performed", "failed", "unknown"], *ids: str, detail: str = "") -> None:
        """After operations."""
        which = {"ids": names_json(ids)}
        found = {row[0]: row for row in self._store.rows("operations", which)}
        for missing in (id_ for id_ in ids if id_ not in found):
            raise never_begun(missing)
        self._store.run("set_outcomes", {**which, "outcome": outcome, "detail": detail})
        for office, own in by_office((found[id_][1], found[id_]) for id_ in ids).items():
            names = [{"id": row[0], "operation": row[2]} for row in own]
            self.event(office, f"operation.{outcome}", {"operations": names, "detail": detail})

    def _operation(self, id: str) -> Any:
        row = self._store.row("operation", {"id": id})
        if not row:
            raise never_begun(id)
        return row

    # --- quotas, rollouts, sync, secrets ----------------------------------------------------------------------------

    def reserve(self, office: str, operation: str, day: date, amount: int, limit: int, ref: str) -> None:  # noqa: PLR0913  # the interface says so
        """Takes a part of a quota; raises `QuotaUsed`."""
        where = {"office": office, "operation": operation, "ref": ref, "day": day.isoformat()}
        old = self._store.row("quota_of_ref", where)
        if old and old[0] != "released":
            return
        used = self._store.row("quota_of_day", where)[0]
        if used + amount > limit:
            raise QuotaUsed(operation=operation, office=office, day=day, used=used, limit=limit)
        self._store.run("set_quota", {**where, "amount": amount})
        body = {"operation": operation, "day": day.isoformat(), "amount": amount, "ref": ref}
        self.event(office, "quota.reserved", body)

    def settle_quota(self, ref: str, *, spent: bool) -> None:
        """Spends or releases what is reserved under `ref`; what was settled before stays as it is."""
        state = "spent" if spent else "released"
        reserved = self._store.rows("reserved_of_ref", {"ref": ref})
        self._store.run("settle_quota", {"ref": ref, "state": state})
        for office, operation, amount, day in reserved:
            body = {"operation": operation, "day": day, "amount": amount, "ref": ref}
            self.event(office, f"quota.{state}", body)

    def save_rollout(self, rollout: Rollout) -> None:
        """Writes or replaces it by id; unchanged content writes nothing."""
        row = {
            "id": rollout.id,
            "playbook": rollout.playbook,
            "play": rollout.play,
            "revision": rollout.revision,
            "batches": to_json(rollout.batches),
            "state": rollout.state,
            "started": time_text(rollout.started),
            "failed": to_json(dict(sorted(rollout.failed.items()))),
            "begun": to_json(sorted(rollout.begun)),
            "reason": rollout.reason,
        }
        old = self._store.named("rollout", {"id": rollout.id})
        if old and {**old[0], **row} == old[0]:
            return
        self._store.run("set_rollout", row)
        begun = sorted(rollout.begun.difference(from_json(old[0]["begun"]) if old else ()))
        failed = sorted(set(rollout.failed).difference(from_json(old[0]["failed"]) if old else ()))
        body: dict[str, Any] = {"id": rollout.id, "playbook": rollout.playbook, "play": rollout.play}
        body |= {"revision": rollout.revision, "begun": begun, "failed": failed, "reason": rollout.reason}
        body["row"] = rollout_mark(rollout)
        self.event("", f"rollout.{rollout.state}", body)

    def record_sync(self, office: str, states: Mapping[tuple[str, Key], State | None]) -> None:
        """What is in sync; unchanged content writes nothing."""
        text = states_json(states)
        mark = digest(text)
        if self._store.row("synced_digest", {"office": office}) == (mark,):
            return
        self._store.run("set_synced", {"office": office, "digest": mark, "states": text})
        self.event(office, "in_sync", {"resources": len(states), "digest": mark})

    def promise(self, operation: str, names: Collection[str]) -> None:
        """Before an operation: what it will be shown."""
        office = self._operation(operation)[0]
        self._captures.promise(operation, names)
        self.event(office, "secret.promised", {"id": operation, "secrets": sorted(names)})

    def capture(self, name: str, connection: str, secret: Secret, *, office: str = "", operation: str = "") -> int:
        """Stores a secret that was shown once, unverified."""
        office = self._operation(operation)[0] if operation else office
        version = self._captures.add(name, connection, secret, office, operation)
        self.event(office, "secret.captured", told(operation, name, connection, version))
        return version

    def judge(self, operation: str, there: bool) -> None:
        """What a read tells of what an operation was shown."""
        office = self._operation(operation)[0]
        for body in self._captures.judge(operation, there):
            self.event(office, f"secret.{JUDGED[there]}", body)
        gone = [] if there else self._captures.drop(operation)
        if gone:
            self.event(office, "secret.gone", {"id": operation, "secrets": gone})


def _encode(state: State | None) -> Any:
    return values.encode(state)

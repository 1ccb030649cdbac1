"""What one commit may do to the ledger in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from inregel.contract import Key, Provenance, Secret, State
from inregel.formats import values as state_values
from inregel.ledger import chain
from inregel.ledger.base import Captured, NewOrder, Order, OrderLine, OrderState, Pending, QuotaUsed, Rollout, Stated
from inregel.ledger.captures import JUDGED, told
from inregel.ledger.crypto import digest, split_person
from inregel.ledger.journal import UNSETTLED, about, begun_already, by_office, columns, never_begun
from inregel.ledger.marks import order_mark, rollout_mark
from inregel.ledger.memory_tables import Entry, Given
from inregel.ledger.orders import refuse_closed
from inregel.ledger.records import (
    event_kind,
    from_json,
    key_columns,
    order_number,
    spoken_of,
    states_json,
    time_text,
    to_json,
)

if TYPE_CHECKING:
    from inregel.ledger.memory import MemoryLedger


class MemoryTransaction:
    """One commit. Statements about one office by one person become one event."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._said: dict[str, tuple[Provenance, list[Any]]] = {}

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
        tables, keys = self._ledger.tables, self._ledger.keys
        last = next((each for each in reversed(tables.events) if each.entry.office == office), None)
        content = _plain({**body, **dict.fromkeys(private or ())})
        hidden = _plain(private or {})
        entry = chain.Entry(
            office=office,
            number=last.entry.number + 1 if last else 1,
            seq=len(tables.events) + 1,
            at=time_text(self._ledger.now()),
            kind=kind,
            body=to_json(content),
            person=self._person(person),
            sealed=digest(to_json(hidden)).encode() if hidden else None,
        )
        mac = chain.mac(keys.chain, last.mac if last else chain.first(self._ledger.id, office), entry.record())
        tables.events.append(Entry(entry, mac, content, hidden))

    def flush(self) -> None:
        """Writes the events that were held back to become one."""
        for office in list(self._said):
            self._flush(office)

    def _person(self, text: str) -> int | None:
        if not text:
            return None
        tables = self._ledger.tables
        for id_, (_, _, written) in tables.persons.items():
            if written == text:
                return id_
        name, mail = (self._ledger.keys.look_up(part) for part in split_person(text))
        tables.last_person += 1
        tables.persons[tables.last_person] = (name, mail, text)
        return tables.last_person

    # --- statements -------------------------------------------------------------------------------------------------

    def attest(
        self, office: str, module: str, key: Key, values: State | None, by: Provenance, *, merge: bool = True
    ) -> None:
        """Records what was stated, field by field or instead of all that was known."""
        key_columns(key)
        stated = self._ledger.tables.stated
        said = self._numbered(by)
        encoded = state_values.encode(values)
        state = state_values.decode(encoded)
        old = stated.get((office, module, key)) if merge and state is not None else None
        known = old.state if old else None
        fields = dict.fromkeys(spoken_of(by.kind, values, known), said)
        if known is not None and old is not None:
            state, fields = {**known, **(state or {})}, {**old.fields, **fields}
        stated[office, module, key] = Stated(state, fields)
        self._say(office, by, [module, *key_columns(key), encoded, "merge" if merge else "replace"])

    def list_all(self, office: str, module: str, container: str, by: Provenance, present: Collection[Key]) -> None:
        """Records that a listing is whole; what is not `present` is absent."""
        tables, said = self._ledger.tables, self._numbered(by)
        tables.listings[office, module, container] = said
        there = {key for key in present if key_columns(key)[0] == container}
        for of_office, of_module, key in list(tables.stated):
            if (of_office, of_module, key_columns(key)[0]) == (office, module, container) and key not in there:
                tables.stated[office, module, key] = Stated(None, {"": said})
        self._say(office, by, [module, container, sorted(key_columns(key)[1] for key in there), None, "listing"])

    def _numbered(self, by: Provenance) -> Provenance:
        at = by.at and self._ledger.now().fromisoformat(time_text(by.at))
        return replace(by, at=at, by=str(self._person(by.by) or ""))

    def _say(self, office: str, by: Provenance, what: list[Any]) -> None:
        if office in self._said and self._said[office][0] != by:
            self._flush(office)
        self._said.setdefault(office, (by, []))[1].append(what)

    def _flush(self, office: str) -> None:
        if office in self._said:
            by, said = self._said.pop(office)
            when = {
                "at": time_text(by.at) if by.at else None,
                "until": by.until.isoformat() if by.until else None,
                "source": by.source,
            }
            self.event(office, event_kind(by), {**when, "resources": said}, person=by.by)

    # --- work orders ------------------------------------------------------------------------------------------------

    def open_order(self, order: NewOrder) -> Order:
        """Opens it, or returns the open one of the same identity."""
        ledger = self._ledger
        for known in ledger.orders((order.office,)):
            if known.order.identity == order.identity:
                return known
        self._flush(order.office)
        number = f"W{ledger.next_number()}"
        kept = replace(order, schema=_plain(order.schema), lines=_lines(order.lines))
        fresh = Order(number, kept, "open", ledger.now(), digest(order.text))
        ledger.tables.orders[order_number(number)] = Given(fresh, self._person(order.person))
        body = {"number": number, "name": order.name, "identity": order.identity, "digest": fresh.digest}
        self.event(order.office, "order.opened", {**body, "row": order_mark(fresh)}, person=order.person)
        return ledger.order(number)

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
        ledger = self._ledger
        shown = ledger.order(number)
        refuse_closed(shown, state)
        old = ledger.tables.orders[order_number(number)]
        order = replace(
            old.order,
            order=replace(old.order.order, lines=_lines(shown.order.lines if lines is None else lines)),
            state=state,
            closed=ledger.now(),
            successor=f"W{order_number(successor)}" if order_number(successor) else "",
            answers=_plain(shown.answers if answers is None else answers),
        )
        ledger.tables.orders[order_number(number)] = old._replace(order=order, by=self._person(by))
        outcomes = [line.outcome for line in order.order.lines]
        body: dict[str, Any] = {"number": order.number, "outcomes": outcomes, "row": order_mark(order)}
        if successor:
            body["successor"] = successor
        self.event(order.order.office, f"order.{state}", body, person=by, private={"note": note} if note else None)
        return ledger.order(number)

    # --- operations -------------------------------------------------------------------------------------------------

    def intend(self, *operations: Pending) -> None:
        """Before operations."""
        for operation in operations:
            key_columns(operation.key)
            old = self._ledger.tables.operations.get(operation.id)
            if old and old.outcome in UNSETTLED:
                raise begun_already(operation, old.outcome)
            reaches = state_values.decode(state_values.encode(operation.reaches))
            checkpoint = _plain(operation.checkpoint)
            kept = replace(operation, outcome="intended", reaches=reaches, checkpoint=checkpoint)
            self._ledger.tables.operations[operation.id] = kept
        for office, own in by_office((operation.office, operation) for operation in operations).items():
            self.event(office, "operation.intended", {"operations": [about(columns(operation)) for operation in own]})

    def checkpoint(self, id: str, data: Mapping[str, Any]) -> None:
        """Adds to what the other side showed once; the same names replace."""
        old = self._operation(id)
        whole = {**old.checkpoint, **_plain(data)}
        self._ledger.tables.operations[id] = replace(old, checkpoint=whole)
        body = {"id": id, "names": sorted(data), "digest": digest(to_json(whole))}
        self.event(old.office, "operation.checkpoint", body)

    def outcome(self, outcome: Literal["performed", "failed", "unknown"], *ids: str, detail: str = "") -> None:
        """After operations."""
        old = [self._operation(id_) for id_ in ids]
        for each in old:
            self._ledger.tables.operations[each.id] = replace(each, outcome=outcome, detail=detail)
        for office, own in by_office((each.office, each) for each in old).items():
            names = [{"id": each.id, "operation": each.name} for each in own]
            self.event(office, f"operation.{outcome}", {"operations": names, "detail": detail})

    def _operation(self, id: str) -> Pending:
        if id not in self._ledger.tables.operations:
            raise never_begun(id)
        return self._ledger.tables.operations[id]

    # --- quotas, rollouts, sync, secrets ----------------------------------------------------------------------------

    def reserve(self, office: str, operation: str, day: date, amount: int, limit: int, ref: str) -> None:  # noqa: PLR0913  # the interface says so
        """Takes a part of a quota; raises `QuotaUsed`."""
        quota = self._ledger.tables.quota
        if quota.get((office, operation, ref), (day, 0, "released"))[2] != "released":
            return
        used = self._ledger.quota_used((office,), day).get((office, operation), 0)
        if used + amount > limit:
            raise QuotaUsed(operation=operation, office=office, day=day, used=used, limit=limit)
        quota[office, operation, ref] = (day, amount, "reserved")
        body = {"operation": operation, "day": day.isoformat(), "amount": amount, "ref": ref}
        self.event(office, "quota.reserved", body)

    def settle_quota(self, ref: str, *, spent: bool) -> None:
        """Spends or releases what is reserved under `ref`."""
        state = "spent" if spent else "released"
        for (office, operation, of_ref), (day, amount, was) in sorted(self._ledger.tables.quota.items()):
            if of_ref == ref and was == "reserved":
                self._ledger.tables.quota[office, operation, ref] = (day, amount, state)
                body = {"operation": operation, "day": day.isoformat(), "amount": amount, "ref": ref}
                self.event(office, f"quota.{state}", body)

    def save_rollout(self, rollout: Rollout) -> None:
        """Writes or replaces it by id; unchanged content writes nothing."""
        rollouts = self._ledger.tables.rollouts
        old = rollouts.get(rollout.id)
        if old == rollout:
            return
        rollouts[rollout.id] = replace(rollout, failed=dict(rollout.failed))
        begun = sorted(rollout.begun.difference(old.begun if old else ()))
        failed = sorted(set(rollout.failed).difference(old.failed if old else ()))
        body: dict[str, Any] = {"id": rollout.id, "playbook": rollout.playbook, "play": rollout.play}
        body |= {"revision": rollout.revision, "begun": begun, "failed": failed, "reason": rollout.reason}
        body["row"] = rollout_mark(rollout)
        self.event("", f"rollout.{rollout.state}", body)

    def record_sync(self, office: str, states: Mapping[tuple[str, Key], State | None]) -> None:
        """What is in sync; unchanged content writes nothing."""
        synced, text = self._ledger.tables.synced, states_json(states)
        if office in synced and states_json(synced[office]) == text:
            return
        synced[office] = {ref: state_values.decode(state_values.encode(state)) for ref, state in states.items()}
        self.event(office, "in_sync", {"resources": len(states), "digest": digest(text)})

    def promise(self, operation: str, names: Collection[str]) -> None:
        """Before an operation: what it will be shown."""
        office, tables = self._operation(operation).office, self._ledger.tables
        failed = {each.id for each in tables.operations.values() if each.outcome == "failed"}
        kept = {(id_, name) for id_, name in tables.promised if id_ not in failed}
        tables.promised = frozenset(kept | {(operation, name) for name in names})
        self.event(office, "secret.promised", {"id": operation, "secrets": sorted(names)})

    def capture(self, name: str, connection: str, secret: Secret, *, office: str = "", operation: str = "") -> int:
        """Stores a secret that was shown once, unverified."""
        office, tables = (self._operation(operation).office if operation else office), self._ledger.tables
        version = 1 + sum((each.name, each.connection) == (name, connection) for each, _ in tables.captured)
        now = self._ledger.now()
        new = Captured(name, connection, version, now, office=office, operation=operation)
        tables.captured.append((new, Secret(name, secret.reveal_bytes())))
        tables.promised = frozenset(
            (id_, promised)
            for id_, promised in tables.promised
            if promised != name or tables.operations[id_].identity != connection
        )
        self.event(office, "secret.captured", told(operation, name, connection, version))
        return version

    def judge(self, operation: str, there: bool) -> None:
        """What a read tells of what an operation was shown."""
        office, tables = self._operation(operation).office, self._ledger.tables
        for place, (each, secret) in enumerate(tables.captured):
            if each.state == "unverified" and each.operation == operation:
                tables.captured[place] = (replace(each, state=JUDGED[there]), secret)
                body = told(operation, each.name, each.connection, each.version)
                self.event(office, f"secret.{JUDGED[there]}", body)
        gone = set() if there else {promise for promise in tables.promised if promise[0] == operation}
        if gone:
            tables.promised -= gone
            self.event(office, "secret.gone", {"id": operation, "secrets": sorted(name for _, name in gone)})


def _plain(data: Any) -> Any:
    """As it comes back from storage: tuples are lists, nothing is shared with the caller, a secret is refused."""
    return from_json(to_json(data))


def _lines(lines: Sequence[OrderLine]) -> tuple[OrderLine, ...]:
    return tuple(
        replace(line, arguments=_plain(line.arguments), reaches=state_values.decode(state_values.encode(line.reaches)))
        for line in lines
    )

"""Plans made by hand, for the tests of the reports: three offices, many offices, any plan at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inregel.config.mistakes import Where
from inregel.contract import (
    UNKNOWN,
    VERIFIED,
    AtLeast,
    Blocked,
    Connection,
    Finding,
    Key,
    Office,
    Provenance,
    Secret,
    State,
    Step,
)
from inregel.ledger.base import LineKind
from inregel.plan.model import (
    Entry,
    FieldChange,
    OfficePlan,
    Plan,
    PlannedLine,
    PlannedOrder,
    PlannedPlay,
    PlannedStep,
    Status,
)

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY = NOW.date()
REVISION = "9f2ac31" + "0" * 57
LINKED: State = {"status": "linked"}
SELECTED: State = {"status": "selected"}
RULE = AtLeast(timedelta(days=45))
NO_CERTIFICATE = Provenance("unknown")


def attested(by: str, at: date, until: date | None = None, source: str = "") -> Provenance:
    """A statement of a person at noon."""
    return Provenance("attested", datetime(at.year, at.month, at.day, 12, tzinfo=UTC), by, until, source)


def where(task: int = 0) -> Where:
    """The node of a task in the first play."""
    return Where("playbooks/site.yml", (0, "tasks", task, "assu.certificate", "password"))


def entry(office: str, module: str, key: Key, status: Status, **more: Any) -> Entry:
    """An entry of the first play."""
    fields = {"task": module, "where": where(), "play": 0} | more
    return Entry(office=office, module=module, key=key, status=status, **fields)


def person_step(operation: str, reaches: State | None, order: str = "", **more: Any) -> PlannedStep:
    """A step of the wizard."""
    return PlannedStep(Step(operation, reaches, order="assu/wizard", **more), "person", order)


def machine_step(operation: str, reaches: State | None, **more: Any) -> PlannedStep:
    """A step that a driver performs."""
    return PlannedStep(Step(operation, reaches, **more), "machine")


def fields(before: State | None, after: State, was: Provenance = VERIFIED) -> tuple[FieldChange, ...]:
    """Every field of `after` that differs."""
    known = before or {}
    return tuple(FieldChange(n, known.get(n), v, was) for n, v in after.items() if known.get(n) != v)


def postbus(office: str, number: str, status: Status, order: str = "", **more: Any) -> Entry:
    """A postbus in one of the usual ways."""
    step = person_step("assu.link_postbus", LINKED, order)
    common: dict[str, Any] = {"after": LINKED, "order": order, "actor": "person" if order else "", **more}
    if status is Status.CHANGE:
        common |= {"chain": (step,), "line": "do", "before": None, "fields": fields(None, LINKED)}
    elif status is Status.LOOK:
        common |= {
            "chain": (step,), "line": "look", "before": UNKNOWN, "provenance": {"": NO_CERTIFICATE},
            "fields": (FieldChange("status", UNKNOWN, "linked", NO_CERTIFICATE),),
        }  # fmt: skip
    elif status is Status.IN_SYNC:
        said = attested("Ria van Dalen", date(2026, 3, 2), date(2027, 4, 6), "W1")
        common |= {"before": LINKED, "provenance": {"status": said}}
    return entry(office, "assu.postbus", number, status, **common)


def order(office: str, identity: str, number: str, person: str, lines: int = 1, **more: Any) -> PlannedOrder:
    """A wizard order."""
    kind: LineKind = "do"
    line = PlannedLine("assu.postbus", "I09", kind, Step("assu.link_postbus", LINKED), None)
    common: dict[str, Any] = {"title": "Bedrijfscertificaat inlezen", "number": number, "person": person, **more}
    return PlannedOrder(identity, office, "assu/wizard", "contact", (line,) * lines, **common)


def office(name: str, title: str, version: str, portefeuille: str = "") -> Office:
    """An office with Assu."""
    settings = {"installation": "rds-1", "portefeuille": portefeuille or title, "version": version}
    connection = Connection("assu", "assu", f"assu:rds-1/{portefeuille or title}", settings)
    return Office(name, title, ("nl",), {}, {"assu": connection})


def plan(
    parts: Sequence[OfficePlan], *, batches: Sequence[Sequence[str]] = (), names: Mapping[str, Any] | None = None
) -> Plan:
    """A plan of one play."""
    offices = tuple(dict.fromkeys(part.office.id for part in parts))
    cut = tuple(tuple(batch) for batch in batches) or (offices,)
    play = PlannedPlay("Company certificate, postbussen and Aplaza user", "nl", offices, cut)
    made = Plan("offices", "playbooks/site.yml", REVISION, NOW, 4.1, (play,), list(parts))
    return replace(made, **(names or {}))


def three_offices() -> Plan:
    """The first play of the example: one office renews, one has a wrong password, one is in sync but for a look."""
    return plan([_utrecht(), _zwolle(), _ede()], batches=[("utrecht",), ("zwolle", "ede")])


def _utrecht() -> OfficePlan:
    was = attested("Ria van Dalen", date(2024, 12, 11), date(2026, 12, 18))
    old: State = {"serial": "4A910C", "valid_until": date(2026, 12, 18)}
    new: State = {"serial": "5D2077", "valid_until": date(2028, 11, 14)}
    password = Secret("assu_pfx_utrecht", "not shown")
    step = person_step(
        "assu.import_certificate", new, "a", arguments={"file": "files/utrecht.abc", "password": password}
    )
    certificate = entry(
        "utrecht", "assu.certificate", "vandalen@certificate.example", Status.CHANGE,
        before=old, after={"serial": "5D2077", "valid_until": RULE}, fields=fields(old, new, was),
        chain=(step,), actor="person", order="a", line="do", provenance={"serial": was, "valid_until": was},
    )  # fmt: skip
    stale = Provenance("stale", datetime(2025, 9, 30, tzinfo=UTC), "Ria van Dalen", date(2026, 9, 30))
    user = entry(
        "utrecht", "assu.aplaza_user", "ria@vandalen.example", Status.LOOK,
        before=SELECTED, after=SELECTED, fields=(FieldChange("status", "selected", "selected", stale),),
        chain=(person_step("assu.select_aplaza_user", SELECTED, "a"),), actor="person", order="a", line="look",
        provenance={"": stale},
    )  # fmt: skip
    entries = [
        certificate,
        postbus("utrecht", "I09000456", Status.CHANGE, "a"),
        user,
        postbus("utrecht", "I09000123", Status.IN_SYNC),
    ]
    orders = [order("utrecht", "a", "W1", "Ria van Dalen", 3)]
    return OfficePlan(office("utrecht", "Van Dalen Assurantiën", "1.2628.3.16"), 0, 1, entries, orders)


def _zwolle() -> OfficePlan:
    wrong = Blocked(
        "secret assu_pfx_zwolle does not open files/zwolle.abc (a sound PKCS#12 file)",
        "you",
        "inregel secret set assu_pfx_zwolle",
    )
    entries = [
        entry("zwolle", "assu.certificate", "", Status.BLOCKED, blocked=wrong, before=UNKNOWN),
        postbus(
            "zwolle", "I09000789", Status.BLOCKED,
            blocked=Blocked("blocked by assu.certificate", "you", cause="assu.certificate"),
        ),
        entry("zwolle", "assu.aplaza_user", "jan@dehanze.example", Status.IN_SYNC, before=SELECTED, after=SELECTED),
    ]  # fmt: skip
    finding = Finding('version "1.2628" is cut short; write all of it', "version", "A.i. Automatisering")
    return OfficePlan(
        office("zwolle", "De Hanze Advies", "1.2628.3.15"), 0, 2, entries, [], [("assu.certificate", finding)]
    )


def _ede() -> OfficePlan:
    entries = [postbus("ede", "I09000321", Status.LOOK, "b"), postbus("ede", "I09000654", Status.LOOK, "b")]
    orders = [order("ede", "b", "W2", "Piet Bos", 2, title="Postbussen nakijken")]
    return OfficePlan(office("ede", "Bos Adviseurs", "1.2628.3.13"), 0, 2, entries, orders)


def in_sync(offices: int, each: int) -> Plan:
    """A plan with nothing to do."""
    return plan([
        OfficePlan(
            Office(f"office{i}", f"Office {i}"), 0, 1,
            [entry(f"office{i}", "assu.postbus", f"I09{j}", Status.IN_SYNC) for j in range(each)], [],
        )
        for i in range(offices)
    ])  # fmt: skip


def many_offices(count: int, kinds: int = 15) -> Plan:
    """A first plan: looks at nearly every office, and `kinds` different findings spread over them."""
    parts = []
    for i in range(count):
        name = f"office{i:04}"
        entries = [postbus(name, f"I09{i:06}", Status.LOOK, f"o{i}"), postbus(name, f"I08{i:06}", Status.IN_SYNC)]
        entries.append(_finding(name, i, i % kinds))
        orders = [order(name, f"o{i}", f"W{i + 1}", f"Person {i}", 1, title="Postbussen nakijken")]
        findings = [("assu.postbus", Finding(f"{name} has an odd number"))] if i % 3 == 0 else []
        parts.append(OfficePlan(office(name, f"Office {i}", "1.2628.3.16"), 0, 1 + i % 4, entries, orders, findings))
    names = tuple(part.office.id for part in parts)
    return plan(parts, batches=[names[i::4] for i in range(4)])


def _finding(name: str, i: int, kind: int) -> Entry:
    """One of a number of findings; odd ones are blocked, each for another reason, even ones expire."""
    key = f"{name}@certificate.example"
    if kind % 2:
        who = "you" if kind % 4 == 1 else "other"
        reason = f"files/{name}.abc has fault number {kind}"
        blocked = Blocked(reason, who, f"put another file at files/{name}.abc")  # type: ignore[arg-type]  # one of two
        return entry(name, "assu.certificate", key, Status.BLOCKED, blocked=blocked, before=UNKNOWN)
    before: State = {"serial": f"A{i}", "valid_until": TODAY + timedelta(days=5 + i % 40)}
    new: State = {"serial": f"B{i}", "valid_until": date(2028, 11, 14)}
    step = person_step("assu.import_certificate", new, f"o{i}")
    return entry(
        name, f"assu.certificate{kind // 4}", key, Status.CHANGE,
        before=before, after={"serial": f"B{i}", "valid_until": RULE}, fields=fields(before, new), chain=(step,),
        actor="person", order=f"o{i}", line="do",
    )  # fmt: skip

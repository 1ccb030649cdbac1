"""One resource, explained."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from inregel.contract import Blocked, Secret, Wait
from inregel.ledger.base import Event
from inregel.plan.model import Plan, Status
from inregel.report.explanation import Subject, explanation_lines, matching, names_of, touching
from inregel.report.lines import plain


def event(number: int, kind: str, body: Mapping[str, Any], person: str | None = None) -> Event:
    return Event("utrecht", number, plans.NOW - timedelta(days=10 - number), kind, body, person, "")


def shown(subject: Subject) -> list[str]:
    return plain(explanation_lines(subject), 110)


def test_a_difference_is_explained_word_for_word() -> None:
    plan = plans.three_offices()
    args = {
        "file": "files/utrecht.abc",
        "password": Secret("assu_pfx_utrecht", "not shown"),
        "numbers": ["a", "b"],
        "x": True,
    }
    said = event(1, "order.done", {"number": "W9", "outcomes": ["done"]}, "Ria van Dalen")
    subject = Subject(plan.offices[0].entries[0], plan, args, [said], lambda where: f"site.yml:{len(where.path)}")
    text = "\n".join(shown(subject))
    assert (
        text
        == """\
utrecht  assu.certificate  vandalen@certificate.example                                              to change

Declared
  task "assu.certificate", play 1 "Company certificate, postbussen and Aplaza user"                 site.yml:3
  file                 files/utrecht.abc                                                            site.yml:5
  password             secret assu_pfx_utrecht                                                      site.yml:5
  numbers              a, b                                                                         site.yml:5
  x                    yes                                                                          site.yml:5

Values
  serial               now     4A910C
                               attested 2024-12-11 by Ria van Dalen, until 2026-12-18
                       wanted  5D2077
  valid_until          now     2026-12-18
                               attested 2024-12-11 by Ria van Dalen, until 2026-12-18
                       wanted  at least 45 days

What is done next
  1. person: assu.import_certificate, then it is present (serial 5D2077, valid_until 2028-11-14)
  W1 Bedrijfscertificaat inlezen, for Ria van Dalen, not handed out yet

History
  2026-11-11 09:14  order.done by Ria van Dalen: W9"""
    )


def test_what_is_unknown_absent_or_in_sync_says_so() -> None:
    plan = plans.three_offices()
    utrecht, zwolle, ede = plan.offices
    unknown = shown(Subject(ede.entries[0], plan))
    assert "  now                  unknown: nobody has read it and nobody has said so" in unknown
    assert "  status               wanted  linked" in unknown
    assert "  now                  absent" in shown(Subject(utrecht.entries[1], plan))
    assert "  Nothing: it is as declared." in shown(Subject(utrecht.entries[3], plan))
    assert "  Nothing is recorded about it." in shown(Subject(zwolle.entries[0], plan))


def test_a_statement_past_its_date_says_so() -> None:
    plan = plans.three_offices()
    told = shown(Subject(plan.offices[0].entries[2], plan))
    assert "                               stale 2025-09-30 by Ria van Dalen, until 2026-09-30" in told


def test_why_it_is_blocked_and_who_can_act() -> None:
    plan = plans.three_offices()
    told = shown(Subject(plan.offices[1].entries[0], plan))
    assert "  blocked: secret assu_pfx_zwolle does not open files/zwolle.abc (a sound PKCS#12 file)" in told
    assert "  you can: inregel secret set assu_pfx_zwolle" in told


def test_what_it_rests_on_and_what_rests_on_it() -> None:
    plan = plans.three_offices()
    part = plan.offices[0]
    certificate = part.entries[0]
    postbus = replace(part.entries[1], needs=(("assu.certificate", certificate.key),))
    plan = plans.plan([replace(part, entries=[certificate, postbus])])
    below, above = shown(Subject(postbus, plan)), shown(Subject(certificate, plan))
    assert below[below.index("Rests on") + 1].startswith("  assu.certificate     vandalen@certificate.example")
    assert above[above.index("What rests on it") + 1].startswith("  assu.postbus         I09000456")


def test_a_chain_with_a_third_party_is_numbered() -> None:
    wait = Wait("Certipost", plans.NOW + timedelta(days=2), {"status": "confirmed"})
    entry = plans.entry(
        "ede", "c.e", "1", Status.CHANGE, before=None, after={"status": "confirmed"},
        chain=(plans.machine_step("c.send", {"status": "sent"}, irreversible=True), wait),
    )  # fmt: skip
    told = shown(Subject(entry, plans.three_offices()))
    assert "  1. machine: c.send, then it is sent, IRREVERSIBLE" in told
    assert "  2. Certipost answers, at the latest 2026-11-22: confirmed" in told


def test_a_look_changes_nothing_first() -> None:
    plan = plans.three_offices()
    told = shown(Subject(plan.offices[0].entries[2], plan))
    at = told.index("  1. person: look what is there; nothing is changed. Then, where it is not as declared:")
    assert told[at + 1] == "  2. person: assu.select_aplaza_user, then it is selected"


def test_an_order_is_opened_for_somebody_and_done_by_somebody() -> None:
    plan = plans.three_offices()
    events = [event(1, "order.opened", {"number": "W1"}, "Ria"), event(2, "attested", {"until": "2027-01-01"}, "Jan")]
    assert shown(Subject(plan.offices[0].entries[0], plan, events=events))[-2:] == [
        "  2026-11-11 09:14  order.opened for Ria: W1",
        "  2026-11-12 09:14  attested by Jan: until 2027-01-01",
    ]


def test_only_events_that_touch_the_resource_are_told() -> None:
    about = {"module": "assu.postbus", "container": "", "name": "I09"}
    said = {"source": "W1", "resources": [["assu.postbus", "", "I09", {"status": "linked"}, "merge"]]}
    events = [
        event(1, "attested", said),
        event(2, "attested", {"resources": [["assu.postbus", "", "I08", None, "merge"]]}),
        event(3, "attested", {"resources": [["assu.postbus", "", ["I08"], None, "listing"]]}),
        event(4, "attested", {"resources": [["assu.postbus", "other", ["I08"], None, "listing"]]}),
        event(5, "operation.intended", {"operations": [{"id": "b", **about, "name": "I08"}, {"id": "a", **about}]}),
        event(6, "operation.intended", {"operations": [{"id": "c", **about, "name": "I07"}]}),
        event(7, "operation.performed", {"operations": [{"id": "a"}], "detail": "well"}),
        event(8, "operation.performed", {"operations": [{"id": "b"}, {"id": "c"}]}),
        event(9, "order.opened", {"number": "W1"}),
        event(10, "order.opened", {"number": "W2"}),
        event(11, "in_sync", {"resources": 3}),
    ]
    assert [each.number for each in touching(events, "assu.postbus", "I09", {"W1"})] == [1, 3, 5, 7, 9]
    done = touching(events, "assu.postbus", "I09", {"W1"})[3]
    assert (done.body["id"], done.body["detail"]) == ("a", "well")
    assert touching(events, "assu.postbus", ("other", "I07"), ()) == [events[3]]


def test_a_resource_is_named_by_module_or_by_module_and_key() -> None:
    entries = [
        plans.entry("ede", "a.b", "k:1", Status.IN_SYNC),
        plans.entry("ede", "a.b", ("c", "k"), Status.IN_SYNC),
        plans.entry("ede", "a.c", "", Status.IN_SYNC),
    ]
    assert names_of(entries) == ["a.b:k:1", "a.b:c/k", "a.c"]
    assert matching(entries, "a.b") == entries[:2]
    assert [matching(entries, name) for name in names_of(entries)] == [[each] for each in entries]
    assert matching(entries, "a.b:k") == []


@some_plans
@given(any_plan())
def test_any_resource_can_be_explained(plan: Plan) -> None:
    for entry in plan.entries()[:5]:
        told = shown(Subject(entry, plan, {"x": Secret("s", "not shown"), "y": {"z": None}}))
        assert all(row.isprintable() and "not shown" not in row for row in told)


def test_a_remedy_of_others_is_theirs() -> None:
    blocked = Blocked("no consent", "other", "ask the employer")
    entry = plans.entry("ede", "a.b", "k", Status.BLOCKED, blocked=blocked)
    assert "  others can: ask the employer" in shown(Subject(entry, plans.three_offices()))

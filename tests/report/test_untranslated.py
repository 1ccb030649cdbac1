"""No report holds a text that has no translation: said in another alphabet, nothing but data is left in ours."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from helpers import plans
from helpers.marked import MARKED, left, texts
from inregel.contract import UNKNOWN, AtLeast, Blocked, Finding, Provenance, Secret, Table, Wait
from inregel.ledger.base import Event, NewOrder, Order, OrderLine
from inregel.plan.model import OfficePlan, Outcome, Performed, Plan, Status
from inregel.report import events, outcome, text
from inregel.report.explanation import Subject, explanation_lines
from inregel.report.lines import plain
from inregel.report.progress import watching
from inregel.speech import Speech, said

WIDE = 4000
NOTHING = ["x"]
"""The mark of what is blocked."""
SOON = datetime(2026, 11, 22, 12, tzinfo=plans.NOW.tzinfo)
LATE = plans.NOW - timedelta(days=3)
WAIT = Wait("Certipost", SOON, {"status": "confirmed"}, said("a note: {what}", what="7"))
SIGNED = Provenance("attested", datetime(2026, 3, 2, tzinfo=UTC), "Ria van Dalen", date(2026, 3, 2), "W1")
STEP = plans.machine_step("box.set", {"status": "linked", "blocked": False}, irreversible=True)


def rich() -> Plan:
    """The three offices, and one in which everything else happens that can be told."""
    entries = [
        plans.entry("tiel", "box.item", "key-a", Status.WAITING, wait=WAIT, after=plans.LINKED),
        plans.entry("tiel", "box.item", "key-b", Status.WAITING, wait=replace(WAIT, until=LATE)),
        plans.entry("tiel", "box.item", "key-c", Status.QUEUED, until=date(2026, 11, 23)),
        plans.entry("tiel", "box.item", "key-c2", Status.QUEUED),
        plans.entry("tiel", "box.item", "key-d", Status.FAILED, blocked=Blocked(said("no answer"), "you")),
        plans.entry("tiel", "box.item", "key-e", Status.BLOCKED, blocked=Blocked(said("no"), "other", said("ask"))),
        plans.entry("tiel", "box.item", "key-e2", Status.BLOCKED),
        plans.entry(
            "tiel", "box.item", "key-f", Status.CHANGE, before=plans.LINKED, after=None, chain=(STEP,), actor="machine"
        ),
        plans.entry(
            "tiel", "box.item", "key-g", Status.CHANGE, actor="both", order="t1", line="do", before=None,
            after={"kind": "new", "count": AtLeast(2), "on": True, "days": AtLeast(timedelta(9)), "set": frozenset()},
            chain=(STEP, plans.person_step("desk.sign", plans.LINKED, "t1"), WAIT, STEP), after_orders=("t2",),
        ),
        plans.entry(
            "tiel", "box.item", "key-h", Status.LOOK, actor="person", order="t2", line="look_then_do", before=UNKNOWN,
            after=plans.LINKED, chain=(plans.person_step("desk.sign", plans.LINKED, "t2"),),
        ),
        plans.entry(
            "tiel", "box.item", "key-i", Status.LOOK, actor="person", order="t2", line="look", before={"field": "1"},
            after={"field": "1", "field2": "2"}, fields=plans.fields({"field": UNKNOWN}, {"field": "1"}),
            provenance={"field": SIGNED},
        ),
        plans.entry(
            "tiel", "box.item", "key-i2", Status.LOOK, actor="person", order="t2", line="look", before={"other": "1"},
            after={"field": "1"}, fields=plans.fields({"field": UNKNOWN}, {"field": "1"}),
        ),
        plans.entry(
            "tiel", "box.item", "key-i3", Status.LOOK, actor="person", order="t2", line="look", before=plans.LINKED,
            after=plans.LINKED, fields=plans.fields({"status": "gone"}, plans.LINKED),
        ),
        plans.entry("tiel", "box.item", "key-j", Status.WAITING, after_orders=("t1",)),
        plans.entry("tiel", "box.item", "key-k", Status.WAITING),
        plans.entry(
            "tiel", "box.item", "key-l", Status.CHANGE, actor="machine", chain=(STEP,),
            before={"secret": "fingerprint:ab", "other": ""},
            after={"secret": Secret("a_secret", "not shown"), "other": "1"}, provenance={"": SIGNED},
            fields=plans.fields({"secret": "fingerprint:ab", "other": ""}, {"secret": "changed", "other": "1"}, SIGNED),
        ),
    ]  # fmt: skip
    orders = [
        plans.order("tiel", "t1", "W7", "Jan Kuiper", 2, open=True, opened=plans.NOW - timedelta(days=20)),
        plans.order("tiel", "t2", "W8", "", 1, after=("t1",)),
        plans.order("tiel", "t3", "", "", 1, ready=False),
    ]
    table = Table(said("rights"), (said("who"), said("what")), tuple((f"u{i}", "menu") for i in range(9)))
    finding = Finding(said("cut short"), "version", "A.i. Automatisering")
    part = OfficePlan(
        plans.office("tiel", "Tiel Advies", "1.2"), 0, 1, entries, orders, [("box.item", finding)], [table]
    )
    part.held, part.unavailable = said("an earlier batch"), said("no answer")
    made = plans.plan([*plans.three_offices().offices, part], batches=[("utrecht", "zwolle"), ("ede", "tiel")])
    return replace(made, secrets=False, notes=[said("not all was read")])


def done(plan: Plan) -> Outcome:
    """An apply in which everything happens that can be told."""
    line = OrderLine("assu.postbus", "I09", "do", "assu.link_postbus", plans.LINKED)
    new = NewOrder("utrecht", "o1", "assu/wizard", "contact", "Ria", "Postbus", "nl", "", {}, (line,))
    order = Order("W1", new, "open", plans.NOW, "")
    return Outcome(
        plan,
        [
            Performed("utrecht", "box.item", "key-a", "box.set", "performed"),
            Performed("utrecht", "box.item", "key-b", "box.set", "failed", said("no rights")),
            Performed("zwolle", "box.item", "", "box.set", "unknown"),
        ],
        handed_out=[order],
        ended=[replace(order, state="withdrawn"), replace(order, state="superseded", successor="W2")],
        held=[("Play", said("people are at work"))],
        stopped=[("Play", said("all failed"))],
        unavailable=[("ede", said("no answer"))],
        interrupted=True,
    )


def shown(plan: Plan, speech: Speech, **how: object) -> str:
    """The plan as text."""
    out = io.StringIO()
    text.render(plan, stream=out, width=WIDE, next_command="inregel apply site.yml", speech=speech, **how)
    return out.getvalue()


def known(plan: Plan) -> list[str]:
    """The data that a report on `plan` may show."""
    return [*texts(plan), plan.revision[:7], "inregel apply site.yml", "Assu", "sign", "--verbose"]


@pytest.mark.parametrize("how", [{}, {"verbose": True}, {"by": "date"}], ids=["by office", "verbose", "by date"])
def test_a_plan_says_nothing_that_has_no_translation(how):
    plan = rich()
    assert sorted(set(left(shown(plan, MARKED, **how), known(plan)))) in ([], NOTHING)


def test_a_plan_of_many_offices_says_nothing_that_has_no_translation():
    plan = plans.many_offices(60)
    plan.offices[0].held = plan.offices[1].unavailable = said("an earlier batch")
    reasons = ["has fault number", "put another file at", "files/", ".abc", "has an odd number"]
    assert set(left(shown(plan, MARKED), [*known(plan), *reasons])) == set(NOTHING)


def test_a_plan_with_nothing_to_do_says_nothing_that_has_no_translation():
    plan = plans.in_sync(3, 3)
    assert left(shown(plan, MARKED), known(plan)) == []
    waiting = plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [rich().offices[3].entries[0]], [])])
    assert left(shown(waiting, MARKED), known(waiting)) == []


@pytest.mark.parametrize("verbose", [False, True])
def test_an_apply_says_nothing_that_has_no_translation(verbose):
    told, out = done(rich()), io.StringIO()
    outcome.render_outcome(
        told, stream=out, width=WIDE, verbose=verbose, next_command="inregel apply site.yml", speech=MARKED
    )
    assert set(left(out.getvalue(), [*known(told.after), *texts(told)])) == set(NOTHING)


@pytest.mark.parametrize("number", range(len(rich().offices[3].entries)))
def test_an_explanation_says_nothing_that_has_no_translation(number):
    plan = rich()
    entry = plan.offices[3].entries[number]
    body = {"number": "W7", "until": "2027-01-01", "note": "done"}
    happened = [Event("tiel", 1, plans.NOW, kind, body, "Ria", "") for kind in ("order.opened", "order.done")]
    args = {"secret": Secret("a_secret", "not shown"), "none": [], "yes": True, "no": {"deep": {}}}
    subject = Subject(entry, plan, args, happened, speech=MARKED)
    data = [*known(plan), *texts(happened), *texts(args), *(event.kind for event in happened), "a_secret"]
    data += ["inregel work show W7"]
    assert left("\n".join(plain(explanation_lines(subject), WIDE)), data) == []


BODIES = {
    "attested": {"resources": [["a.b", "", "k", {"f": "v"}, "said"], ["a.b", "", "k", None, "said"],
                               ["a.b", "box", ["k"], None, "listing"], ["a.b", "", [], None, "listing"]] * 3,
                 "at": "2026-11-20", "until": "2027-01-01", "source": "W1"},
    "verified": {"resources": [["a.b", "", "k", {"f": "v"}, "merge"], ["a.b", "box", "k", {"f": "v"}, "merge"]],
                 "source": "f1"},
    "order.opened": {"number": "W1", "name": "assu/wizard"},
    **{f"order.{how}": {"number": "W1", "note": "n1"} for how in ("done", "failed", "withdrawn")},
    "order.superseded": {"number": "W1", "successor": "W2"},
    **{f"operation.{how}": {"operations": [{"operation": "o1", "module": "a.b", "container": "", "name": "k"}]}
       for how in ("intended", "performed", "failed", "unknown")},
    "secret.revealed": {"secret": "s1", "order": "W1"},
    **{f"secret.{how}": {"secret": "s1", "version": 1, "connection": "c1"}
       for how in ("captured", "verified", "refused")},
    **{f"secret.{how}": {"secrets": ["s1", "s2"]} for how in ("promised", "lost", "gone")},
    "in_sync": {"resources": 3},
    **{f"rollout.{how}": {"id": "i1", "play": "p1", "failed": ["ede"], "reason": "r1"}
       for how in ("running", "paused", "stopped", "done", "superseded")},
    "an.unknown.kind": {"f": None},
}  # fmt: skip


def test_there_is_an_event_of_each_kind_here():
    assert BODIES.keys() >= events._SENTENCES.keys()


@pytest.mark.parametrize("person", ["Ria", None])
@pytest.mark.parametrize("kind", BODIES)
def test_an_event_says_nothing_that_has_no_translation(kind, person):
    told = events.sentence(Event("ede", 1, plans.NOW, kind, BODIES[kind], person, ""), MARKED)
    assert told
    assert set(left(told, ["Ria", *texts(BODIES[kind])])) <= {"f", "k", "v"}


def test_progress_says_nothing_that_has_no_translation():
    class Seconds:
        now = 0.0

        def __call__(self) -> float:
            self.now += 11
            return self.now

    out = io.StringIO()
    with watching(out, clock=Seconds(), speech=MARKED) as observer:
        observer.reading_started(2)
        observer.office_read("ede")
        observer.apply_started(2)
        observer.office_done("ede", "in_sync")
        observer.waiting_for_lease("afas:1", "host:2")
    assert out.getvalue().count("\n") == 3
    assert left(out.getvalue(), ["afas:1", "host:2"]) == []

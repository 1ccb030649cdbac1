"""The summary adds up, whatever the plan."""

from hypothesis import given

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from inregel.contract import Blocked
from inregel.plan.model import OfficePlan, Plan, Status
from inregel.report.summary import closing, summarise
from inregel.speech import ENGLISH


def test_a_cause_counts_once_and_what_is_blocked_by_it_is_none() -> None:
    same = [plans.entry("ede", "a.b", str(i), Status.BLOCKED, blocked=Blocked("no consent", "other")) for i in range(3)]
    mine = plans.entry("ede", "a.c", "x", Status.BLOCKED, blocked=Blocked("wrong password", "you", "do this"))
    follows = plans.entry("ede", "a.d", "x", Status.BLOCKED, blocked=Blocked("blocked by a.c", "you", cause="a.c"))
    total = summarise(plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [*same, mine, follows], [])]))
    assert (total.blocked, total.by_you, total.by_others) == (5, 1, 1)


def test_a_machine_and_a_person_count_as_person() -> None:
    entries = [
        plans.entry("ede", "a.b", actor, Status.CHANGE, actor=actor, after={})
        for actor in ("machine", "both", "person")
    ]
    total = summarise(plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, entries, [])]))
    assert (total.machine, total.person) == (1, 2)


def test_a_failure_stands_in_the_sum() -> None:
    failed = plans.entry("ede", "a.b", "x", Status.FAILED, blocked=Blocked("refused by Piet"))
    lines = closing(summarise(plans.plan([OfficePlan(plans.office("ede", "Bos", "1"), 0, 1, [failed], [])])), ENGLISH)
    assert lines[0] == (
        "1 resource: 0 in sync, 0 to change (0 machine, 0 person), 0 waiting, 0 blocked, 1 failed. 0 to remove."
    )


@some_plans
@given(any_plan())
def test_every_resource_counts_once(plan: Plan) -> None:
    total = summarise(plan)
    assert total.resources == len(plan.entries())
    assert total.resources == total.in_sync + total.change + total.waiting + total.blocked + total.failed
    assert total.change == total.machine + total.person
    assert total.in_sync == sum(entry.status is Status.IN_SYNC for entry in plan.entries())
    assert max(total.remove, total.irreversible, total.handed_out + total.held) <= total.change
    assert total.orders == sum(len(part.orders) for part in plan.offices)


@some_plans
@given(any_plan())
def test_nothing_to_do_is_said_only_where_all_is_in_sync(plan: Plan) -> None:
    said = closing(summarise(plan), ENGLISH)[-1]
    everything = all(entry.status is Status.IN_SYNC for entry in plan.entries())
    assert said.startswith("Nothing to do: ") == everything

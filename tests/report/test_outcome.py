"""What an apply did, as text."""

import io
from dataclasses import replace

from hypothesis import given

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from inregel.contract import Blocked
from inregel.ledger.base import NewOrder, Order, OrderLine
from inregel.plan.model import OfficePlan, Outcome, Performed, Plan, Status
from inregel.report.outcome import render_outcome


def shown(outcome: Outcome, **options: object) -> str:
    stream = io.StringIO()
    given = {
        "next_command": "inregel plan playbooks/site.yml",
        "locate": lambda _: "playbooks/site.yml:10:19",
    } | options
    render_outcome(outcome, stream=stream, **given)  # type: ignore[arg-type]  # options by name
    return stream.getvalue()


def order(number: str, office: str = "utrecht", **more: object) -> Order:
    line = OrderLine("assu.postbus", "I09000456", "do", "assu.link_postbus", plans.LINKED)
    new = NewOrder(
        office, number, "assu/wizard", "contact", "Ria van Dalen", "Bedrijfscertificaat inlezen", "nl", "", {}, (line,)
    )
    return Order(number, new, **({"state": "open", "opened": plans.NOW, "digest": ""} | more))  # type: ignore[arg-type]


def test_what_was_performed_handed_out_ended_and_failed_is_told_word_for_word() -> None:
    part = plans.three_offices().offices[0]
    failed = replace(
        part.entries[1], status=Status.FAILED, blocked=Blocked("refused by Ria: no right", "you", "give Ria the right")
    )
    after = plans.plan([replace(part, entries=[part.entries[0], failed, part.entries[3]])])
    outcome = Outcome(
        after,
        performed=[
            Performed("utrecht", "afas.user", "a", "afas.add_user", "performed"),
            Performed("utrecht", "afas.user", "b", "afas.add_user", "performed"),
            Performed("utrecht", "afas.user", "c", "afas.add_user", "failed", "HTTP 400"),
        ],
        handed_out=[order("W4")],
        ended=[order("W2", state="superseded", successor="W4"), order("W3", state="withdrawn")],
        held=[("Certificates", "batch 1 has open work orders")],
        stopped=[("Salary", "2 of 4 offices failed")],
        unavailable=[("ede", "afas does not answer")],
    )
    assert (
        shown(outcome)
        == """\
Applied playbooks/site.yml, revision 9f2ac31. Friday 20 November 2026, 09:14.

utrecht
  = afas.user            a, b: afas.add_user
  x afas.user            c: afas.add_user failed, HTTP 400

Handed out  1 work order
  W4 Bedrijfscertificaat inlezen, for Ria van Dalen, nl: 1 line                                        utrecht

No longer needed  2 work orders
  W2 Bedrijfscertificaat inlezen, superseded by W4                                                     utrecht
  W3 Bedrijfscertificaat inlezen, withdrawn: what it asked for is so already                           utrecht

Failed  1 resource in 1 office
  x assu.postbus         utrecht I09000456: failed: refused by Ria: no right
                         you can: give Ria the right                                  playbooks/site.yml:10:19

  . Certificates: held, batch 1 has open work orders
  x Salary: stopped, 2 of 4 offices failed
  x ede: not worked on, afas does not answer

3 resources: 1 in sync, 1 to change (0 machine, 1 person), 0 waiting, 0 blocked, 1 failed. 0 to remove.
1 work order, 0 irreversible. Blocked by you: 0 causes. Blocked by others: 0 causes.
Next: inregel plan playbooks/site.yml
"""
    )


def test_an_unknown_outcome_says_what_the_next_run_does() -> None:
    performed = [Performed("ede", "a.b", "x", "a.do", "unknown")]
    assert "  ? a.b                  x: a.do has an unknown outcome; the next run reads what became of it\n" in shown(
        Outcome(plans.in_sync(1, 1), performed)
    )


def test_what_is_handed_out_is_what_comes_next() -> None:
    part = plans.three_offices().offices[0]
    after = plans.plan([replace(part, orders=[replace(part.orders[0], open=True)])])
    assert shown(Outcome(after)).endswith(
        "\nNothing to do now: 1 in sync, 3 with people (W1).\n"
        "Next: inregel work show W1      When it is done: inregel plan playbooks/site.yml\n"
    )


def test_all_in_sync_ends_with_the_promise() -> None:
    assert shown(Outcome(plans.in_sync(2, 3))).endswith("\nNothing to do: 6 resources in sync.\n")


def test_an_interrupt_is_said() -> None:
    assert "Interrupted. What was begun is in the journal" in shown(Outcome(plans.in_sync(1, 1), interrupted=True))


def test_many_offices_are_told_by_operation_and_many_orders_by_their_number() -> None:
    performed = [Performed(f"o{i:03}", "a.b", str(i), "a.do", "performed") for i in range(300)]
    orders = [order(f"W{i}", f"o{i}") for i in range(300)]
    told = shown(Outcome(plans.in_sync(300, 1), performed, orders))
    assert (
        "Performed  in 300 offices\n  = a.b                  300 in 300 offices (o000, o001, o002, ...): a.do\n" in told
    )
    assert "  ... 290 more: inregel work list\n" in told
    assert told.count("\n") < 25


@some_plans
@given(any_plan())
def test_no_line_has_a_control_character(plan: Plan) -> None:
    assert all(row.isprintable() for row in shown(Outcome(plan)).split("\n"))


def test_one_reason_that_blocks_several_offices_is_told_once() -> None:
    why = Blocked("secrets.yml is encrypted", "you", "give the password")
    names = ("ede", "tiel", "wijk")
    parts = [
        OfficePlan(plans.office(name, name, "1"), 0, 1, [plans.entry(name, "a.b", "", Status.BLOCKED, blocked=why)], [])
        for name in names
    ]
    told = shown(Outcome(plans.plan(parts)))
    assert told.count("secrets.yml is encrypted") == 1
    assert "Blocked by you  3 resources in 3 offices\n" in told
    assert "ede: a.b; tiel: a.b; wijk: a.b\n" in told

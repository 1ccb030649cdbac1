"""The plan as text: the example word for word, the last lines, many offices on a page."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from helpers import plans
from helpers.any_plan import any_plan, some_plans
from inregel.config.mistakes import Position, Where
from inregel.contract import Blocked, Secret, Wait
from inregel.plan.model import OfficePlan, Plan, Status
from inregel.report import text
from inregel.report.lines import cells

EXAMPLE = """\
Plan for 3 offices, 9 resources, read in 4.1 s. Revision 9f2ac31. Friday 20 November 2026, 09:14.

utrecht  Van Dalen Assurantiën, Assu 1.2628.3.16                                          play 1, batch 1 of 2
  ~ assu.certificate     vandalen@certificate.example                                                person W1
      serial             4A910C -> 5D2077               was: attested 2024-12-11 by Ria van Dalen
      valid_until        2026-12-18 -> 2028-11-14       28 days left; new: verified, files/utrecht.abc
  + assu.postbus         I09000456: absent -> linked                                                 person W1
  ? assu.aplaza_user     ria@vandalen.example: stale since 2026-09-30, look                          person W1
  W1 Bedrijfscertificaat inlezen, for Ria van Dalen, nl.

zwolle  De Hanze Advies, Assu 1.2628.3.15                                                 play 1, batch 2 of 2
  x assu.certificate     blocked: secret assu_pfx_zwolle does not open files/zwolle.abc (a sound PKCS#12 file)
                         you can: inregel secret set assu_pfx_zwolle                  playbooks/site.yml:10:19
  x assu.postbus         I09000789: blocked by assu.certificate
  ! assu.certificate: version "1.2628" is cut short; write all of it (source: A.i. Automatisering)

ede  Bos Adviseurs, Assu 1.2628.3.13                                                      play 1, batch 2 of 2
  ? assu.postbus         I09000321, I09000654: unknown, look                                         person W2
  W2 Postbussen nakijken, for Piet Bos, nl.

9 resources: 2 in sync, 5 to change (0 machine, 5 person), 0 waiting, 2 blocked. 0 to remove.
2 work orders, 0 irreversible. Blocked by you: 1 cause. Blocked by others: 0 causes.
Next: inregel apply playbooks/site.yml      One office: --limit zwolle      All in sync too: --verbose
"""


def located(where: Where) -> Position:
    return Position(where.file, 10, 19)


def shown(plan: Plan, **options: object) -> str:
    stream = io.StringIO()
    given = {"next_command": "inregel apply playbooks/site.yml", "locate": located} | options
    text.render(plan, stream=stream, **given)  # type: ignore[arg-type]  # options of render, by name
    return stream.getvalue()


def one(*entries: object, **part: object) -> Plan:
    """A plan of one office."""
    made = OfficePlan(plans.office("ede", "Bos", "1.2628.3.16"), 0, 1, list(entries), [])  # type: ignore[arg-type]
    return plans.plan([replace(made, **part)])  # type: ignore[arg-type]  # fields of an office, by name


def test_the_example_is_shown_word_for_word() -> None:
    assert shown(plans.three_offices()) == EXAMPLE


def test_the_same_in_colour_says_the_same() -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(plans.three_offices(), color=True)) == EXAMPLE


def test_verbose_shows_what_is_in_sync_with_who_said_so() -> None:
    told = shown(plans.three_offices(), verbose=True)
    assert (
        "  = assu.postbus         I09000123: linked; attested 2026-03-02 by Ria van Dalen, W1, until 2027-04-06\n"
        in told
    )
    assert "All in sync too" not in told


def test_nothing_to_do_ends_with_the_promise_and_shows_no_office() -> None:
    assert shown(plans.in_sync(3, 4)) == (
        "Plan for 3 offices, 12 resources, read in 4.1 s. Revision 9f2ac31. Friday 20 November 2026, 09:14.\n"
        "\n"
        "Nothing to do: 12 resources in sync.\n"
    )


def test_nothing_to_do_now_counts_what_waits_and_says_when_it_may_go_on() -> None:
    wait = Wait("Certipost", plans.NOW + timedelta(days=1), {"status": "confirmed"})
    waiting = [
        plans.entry("ede", "c.e", str(i), Status.WAITING, wait=wait, after={"status": "confirmed"}) for i in range(3)
    ]
    blocked = plans.entry("ede", "c.e", "x", Status.BLOCKED, blocked=Blocked("no consent", "other"))
    told = shown(one(*waiting, blocked, plans.postbus("ede", "I09", Status.IN_SYNC)))
    assert told.endswith(
        "Blocked by you: 0 causes. Blocked by others: 1 cause.\n"
        "Nothing to do now: 1 in sync, 3 waiting (next 2026-11-21), 1 blocked.\n"
    )
    assert "  . c.e                  0, 1, 2: waiting for Certipost, until 2026-11-21 at most: confirmed\n" in told


def test_what_people_have_in_hand_is_nothing_to_do_now() -> None:
    entry = plans.postbus("ede", "I09", Status.CHANGE, "b")
    told = shown(one(entry, orders=[plans.order("ede", "b", "W7", "Piet Bos", open=True)]))
    assert told.endswith("Nothing to do now: 0 in sync, 1 with people (W7).\n")
    assert "person W7, handed out" in told


def test_held_offices_are_nothing_to_do_now() -> None:
    told = shown(one(plans.postbus("ede", "I09", Status.CHANGE, "b"), held="batch 1 is not done (W1)"))
    assert "  . not begun: batch 1 is not done (W1)\n" in told
    assert told.endswith("Nothing to do now: 0 in sync, 1 held.\n")


def test_equal_findings_of_one_module_share_a_line() -> None:
    entries = [plans.postbus("ede", f"ASR_BP_Employers_v{i}", Status.CHANGE) for i in range(3)]
    assert "  + assu.postbus         3: absent -> linked" in shown(one(*entries))


def test_a_chain_says_what_comes_after_and_when() -> None:
    allow = plans.machine_step("certipost.allow", {"status": "allowed"})
    send = plans.person_step("certipost.send", {"status": "sent"}, "o", irreversible=True)
    wait = Wait("Certipost", plans.NOW + timedelta(days=2), {"status": "confirmed"})
    entry = plans.entry(
        "ede", "certipost.enrolment", "12", Status.CHANGE,
        before={"status": "undecided"}, after={"status": "confirmed"}, chain=(allow, send, wait),
        actor="both", order="o",
    )  # fmt: skip
    told = shown(one(entry, orders=[plans.order("ede", "o", "W4", "Els")]))
    assert "  ~ certipost.enrolment  12: undecided -> allowed -> sent, IRREVERSIBLE" in told
    assert "machine, then person W4 (send)\n" in told
    assert "                         then Certipost, at most 2 days: confirmed\n" in told


def test_a_removal_has_its_own_mark_and_count() -> None:
    gone = plans.entry(
        "ede", "afas.user", "old", Status.CHANGE, before={"status": "present"}, after=None,
        chain=(plans.machine_step("afas.remove_user", None),), actor="machine",
    )  # fmt: skip
    told = shown(one(gone))
    assert "  - afas.user            old: present -> absent" in told
    assert "1 to change (1 machine, 0 person), 0 waiting, 0 blocked. 1 to remove.\n" in told


def test_an_order_that_waits_for_another_says_so() -> None:
    orders = [plans.order("ede", "a", "W1", "Piet"), plans.order("ede", "b", "W2", "Jan", after=("a",))]
    entry = plans.postbus("ede", "I09", Status.CHANGE, "b", after_orders=("a",))
    told = shown(one(entry, orders=orders))
    assert "person W2, after W1\n" in told
    assert "  W2 Bedrijfscertificaat inlezen, for Jan, nl. After W1.\n" in told


def test_queued_ones_say_when_they_come() -> None:
    entry = plans.entry("ede", "c.e", "1", Status.QUEUED, until=plans.TODAY + timedelta(days=1), after={})
    assert "  . c.e                  1: queued, over the quota, 2026-11-21\n" in shown(one(entry))


def test_a_secret_stands_as_its_name() -> None:
    before, after = {"password": "fingerprint:abcd"}, {"password": Secret("pfx", "hidden"), "user": "x"}
    entry = plans.entry(
        "ede", "a.b", "k", Status.CHANGE, before=before, after=after, fields=plans.fields(before, after)
    )  # type: ignore[arg-type]  # fmt: skip
    told = shown(one(entry))
    assert "      password           (a secret) -> pfx" in told
    assert "hidden" not in told
    assert "abcd" not in told


def test_a_plan_without_secrets_says_so_at_its_head() -> None:
    told = shown(replace(plans.three_offices(), secrets=False, notes=["Not read: afas (no token)."]))
    assert told.splitlines()[1:3] == [
        "Made without secrets: this plan shows, and cannot be applied.",
        "Not read: afas (no token).",
    ]


def test_the_place_in_the_file_is_looked_up_only_for_what_is_shown_and_once() -> None:
    asked = []
    part = plans.three_offices().offices[1]
    entries = [replace(part.entries[0], key=str(i), blocked=Blocked(f"reason {i}")) for i in range(5)]
    shown(plans.plan([replace(part, entries=entries)]), locate=lambda where: asked.append(where) or "f:1:1")
    assert asked == [plans.where()]


@pytest.mark.parametrize(("offices", "kinds"), [(120, 15), (1_000, 15), (120, 60)])
def test_many_offices_with_15_findings_are_at_most_60_lines(offices: int, kinds: int) -> None:
    told = shown(plans.many_offices(offices, kinds))
    assert told.count("\n") <= 60
    assert f"\nnl  {offices:,} offices, Company certificate, postbussen and Aplaza user  " in told
    assert f"  ? assu.postbus         {offices:,} offices: unknown, look (office0000, office0001, ...)" in told
    assert f"person, {offices:,} check orders\n" in told
    assert "office0001" in told
    assert f"  {offices:,} work orders: W1 to W{offices}, Postbussen nakijken\n" in told


def test_where_there_is_room_each_different_finding_is_shown() -> None:
    told = shown(plans.many_offices(120, 15))
    assert all(f"has fault number {number} (" in told for number in range(1, 15, 2))
    assert "other findings" not in told
    assert told.count("\n") <= 60


def test_findings_that_differ_by_the_name_of_the_office_alone_are_one() -> None:
    told = shown(plans.many_offices(120))
    assert "  x assu.certificate     8 offices: blocked: files/<office>.abc has fault number 1 (office0001, " in told
    assert "                         you can: put another file at files/<office>.abc" in told


def test_what_expires_comes_first_by_its_date() -> None:
    told = shown(plans.many_offices(120))
    assert "16 offices: expire within 45 days: 2026-11-25 office0000, 2026-11-27 office0002, ...\n" in told


def test_a_hundred_different_reasons_are_counted_and_no_resource_is_lost() -> None:
    told = shown(plans.many_offices(200, 199))
    assert "more in 9" in told
    assert "other findings (" in told
    assert told.count("\n") <= 140


def test_ten_offices_are_told_one_by_one_and_eleven_together() -> None:
    assert "office0003  Office 3," in shown(plans.many_offices(10))
    assert "office0003  Office 3," not in shown(plans.many_offices(11))
    assert "office0003  Office 3," in shown(plans.many_offices(11), verbose=True)


def test_many_different_findings_of_one_office_are_cut_with_their_number() -> None:
    entries = [
        plans.entry("ede", "a.b", f"k{i}", Status.BLOCKED, blocked=Blocked(f"reason {i}", "other")) for i in range(40)
    ]
    told = shown(one(*entries))
    assert "  x a.b                  k9: blocked: reason 9\n" in told
    assert "  x a.b                  30 more (--verbose)\n" in told
    assert "reason 39" in shown(one(*entries), verbose=True)


def test_nothing_to_do_for_many_offices_is_three_lines() -> None:
    told = shown(plans.in_sync(2_000, 10))
    assert told.endswith("\n\nNothing to do: 20,000 resources in sync.\n")
    assert told.count("\n") == 3


@some_plans
@given(any_plan())
def test_no_line_is_wider_than_the_screen_and_none_has_a_control_character_or_a_secret(plan: Plan) -> None:
    for options in ({}, {"verbose": True}, {"by": "date"}):
        told = shown(plan, **options)
        assert "not shown" not in told
        for row in told.split("\n"):
            assert cells(row) <= 110 or " " not in row.strip()
            assert row.isprintable()


@some_plans
@given(any_plan())
def test_colour_only_adds_colour(plan: Plan) -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(plan, color=True)) == shown(plan)


def locked(office: str, module: str, key: str = "") -> object:
    why = Blocked("secrets.yml is encrypted", "you", "give the password")
    return plans.entry(office, module, key, Status.BLOCKED, blocked=why)


def test_one_reason_in_several_offices_is_told_once_with_all_that_it_blocks() -> None:
    offices = [
        OfficePlan(plans.office(name, name, "1.2628.3.16"), 0, 1, list(entries), [])
        for name, entries in {
            "ede": [locked("ede", "assu.certificate"), locked("ede", "assu.postbus", "I09000123")],
            "tiel": [locked("tiel", "assu.certificate"), plans.postbus("tiel", "I09000321", Status.LOOK)],
        }.items()
    ]
    told = shown(plans.plan(offices))
    assert told.count("secrets.yml is encrypted") == told.count("give the password") == 1
    assert (
        "\n\nx 3 resources in 2 offices blocked: secrets.yml is encrypted\n"
        " you can: give the password playbooks/site.yml:10:19\n"
        " ede: assu.certificate, assu.postbus (I09000123); tiel: assu.certificate\n\n"
        "tiel "
    ) in re.sub(" +", " ", told)
    assert "\nede  " not in told
    assert "3 blocked" in told


def test_one_reason_in_several_modules_of_an_office_is_one_finding() -> None:
    other = plans.entry("ede", "a.c", "z", Status.BLOCKED, blocked=Blocked("blocked by a.b", cause="a.b"))
    told = shown(one(locked("ede", "a.b", "x"), other, locked("ede", "a.c", "y"), locked("ede", "a.c", "w")))
    assert (
        " x 3 resources blocked: secrets.yml is encrypted\n"
        " you can: give the password playbooks/site.yml:10:19\n"
        " a.b (x), a.c (y, w)\n"
        " x a.c z: blocked by a.b\n"
    ) in re.sub(" +", " ", told)

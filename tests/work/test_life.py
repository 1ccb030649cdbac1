"""What people do with work orders, and what comes of it."""

import hashlib
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from helpers.canary import canary, leaks
from inregel.contract import UNKNOWN, AtLeast, Secret
from inregel.formats import vault
from inregel.ledger.base import LedgerError, OrderClosed
from inregel.secrets.memory import MemorySource
from inregel.work import AnswersRefused, Work, WorkError
from inregel.work.evidence import LARGEST

UNTIL = date(2028, 11, 14)
RIA = "Ria van Dalen"


def refused(caught):
    return "\n".join(caught.value.problems)


# --- every (state, action) pair has one result ------------------------------------------------------------------------

ACTIONS = {
    "show": lambda d: d.work.show("W1"),
    "reveal": lambda d: d.work.reveal("W1", "pin_utrecht", RIA, "typing it"),
    "done": lambda d: d.work.done("W1", RIA, {"valid_until": "2028-11-14"}),
    "fail": lambda d: d.work.fail("W1", RIA, "no menu"),
    "reopen": lambda d: d.work.reopen("W1", RIA),
    "planned again": lambda d: d.settle(d.order(d.card(UNTIL))),
    "planned otherwise": lambda d: d.settle(d.order(d.card(UNTIL), d.box())),
    "in sync": lambda d: d.settle(in_sync={("toy.card", "")}),
    "no longer planned": lambda d: d.settle(),
}
WAYS = {
    "open": lambda d: None,
    "done": ACTIONS["done"],
    "failed": ACTIONS["fail"],
    "superseded": ACTIONS["planned otherwise"],
    "withdrawn": ACTIONS["in sync"],
}
CLOSED = dict.fromkeys(("reveal", "done", "fail", "reopen"), OrderClosed)
SAME = dict.fromkeys(("show", "planned again", "planned otherwise", "in sync", "no longer planned"), "")
RESULTS = {
    "open": {"show": "open", "reveal": "open", "done": "done", "fail": "failed", "reopen": WorkError,
             "planned again": "open", "planned otherwise": "superseded", "in sync": "withdrawn",
             "no longer planned": "withdrawn"},
    "done": CLOSED | SAME,
    "failed": CLOSED | SAME | {"reopen": "withdrawn"},
    "superseded": CLOSED | SAME,
    "withdrawn": CLOSED | SAME,
}  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", WAYS)
def test_each_action_on_each_state_has_its_result(desktop, state, action):
    desktop.open(desktop.card(UNTIL))
    WAYS[state](desktop)
    assert desktop.work.show("W1").state == state
    result = RESULTS[state][action]
    if isinstance(result, str):
        ACTIONS[action](desktop)
        assert desktop.work.show("W1").state == (result or state)
    else:
        with pytest.raises(result):
            ACTIONS[action](desktop)
        assert desktop.work.show("W1").state == state


def test_a_number_that_is_closed_is_refused_with_the_one_to_go_on_with(desktop):
    desktop.open(desktop.card(UNTIL))
    ACTIONS["planned otherwise"](desktop)
    with pytest.raises(OrderClosed, match=r"W1 is superseded: W2 takes its place.*inregel work show W2"):
        ACTIONS["done"](desktop)
    desktop.work.fail("W2", RIA, "no menu")
    with pytest.raises(OrderClosed, match=r"Ria van Dalen refused it.*inregel work reopen W2"):
        desktop.work.done("W2", RIA, {})


def test_a_number_that_nobody_has_is_refused_with_those_that_are_open(desktop):
    desktop.open(desktop.card(UNTIL))
    with pytest.raises(LedgerError, match="W1"):
        desktop.work.show("W7")
    assert desktop.work.show(" w1 ").number == "W1"


@pytest.mark.parametrize("nobody", ["", "  "])
def test_nothing_is_recorded_that_nobody_said(desktop, nobody):
    desktop.open(desktop.card(UNTIL))
    for act in (
        lambda: desktop.work.done("W1", nobody, {"valid_until": UNTIL}),
        lambda: desktop.work.fail("W1", nobody, "no menu"),
        lambda: desktop.work.reveal("W1", "pin_utrecht", nobody, "typing it"),
        lambda: desktop.work.reveal("W1", "pin_utrecht", RIA, nobody),
        lambda: desktop.work.fail("W1", RIA, nobody),
    ):
        with pytest.raises(WorkError, match="--by NAME|--reason TEXT"):
            act()
    desktop.work.fail("W1", RIA, "no menu")
    with pytest.raises(WorkError, match="--by NAME"):
        desktop.work.reopen("W1", nobody)


# --- done -------------------------------------------------------------------------------------------------------------


def test_what_was_answered_and_what_was_reached_are_stated_together(desktop):
    desktop.open(desktop.card(UNTIL), desktop.box("B1"), desktop.box("B2", kind="look_then_do"))
    order = desktop.work.done("W1", RIA, {"valid_until": "2028-11-14", "boxes": ["B1", "B2", "B7"]})
    assert order.state == "done"
    assert order.by == RIA
    assert [line.outcome for line in order.order.lines] == ["done", "done", "done"]
    assert order.answers == {"valid_until": "2028-11-14", "boxes": ["B1", "B2", "B7"]}
    card = desktop.stated("toy.card")
    assert card.state == {"serial": "5D", "valid_until": UNTIL}
    assert card.fields["serial"].kind == "attested"
    assert (card.fields["serial"].by, card.fields["serial"].at) == (RIA, desktop.clock())
    assert card.fields["serial"].source == "W1"
    assert desktop.stated("toy.box", "B7").state == {"linked": True}
    assert desktop.listings().keys() >= {("toy.box", "")}


def test_a_statement_counts_until_the_date_that_the_project_set(desktop):
    desktop.open(desktop.card(UNTIL), desktop.box("B1"), desktop.token())
    desktop.work.done("W1", RIA, {"valid_until": UNTIL, "boxes": ["B1"], "token": desktop.pin})
    assert desktop.stated("toy.card").fields[""].until == UNTIL
    assert desktop.stated("toy.box", "B1").fields[""].until == date(2027, 11, 20)
    assert desktop.stated("toy.token").fields[""].until == date(2026, 12, 20)


def test_what_a_whole_list_does_not_name_is_absent(desktop):
    desktop.open(desktop.box("B1"), desktop.box("B2"))
    desktop.work.done("W1", RIA, {"boxes": ["B1", "B2"]})
    desktop.open(desktop.box("B3"))
    desktop.work.done("W2", RIA, {"boxes": ["B3", "B1"]})
    assert desktop.stated("toy.box", "B2").state is None
    assert desktop.stated("toy.box", "B1").state == {"linked": True}


@pytest.mark.parametrize("kind", ["do", "look_then_do"])
def test_answers_that_contradict_a_line_are_refused_per_line_and_nothing_is_recorded(desktop, kind):
    desktop.open(desktop.card(UNTIL, kind=kind), desktop.box("B1", kind=kind), desktop.box("B2", kind=kind))
    heads = desktop.ledger.heads()
    with pytest.raises(AnswersRefused) as caught:
        desktop.work.done("W1", RIA, {"valid_until": "2027-01-01", "boxes": ["B1"]})
    assert refused(caught) == (
        "toy.card: the card that was read in is valid until 2028-11-14, and the screen says 2027-01-01\n"
        "toy.box:B2: it was to be there, and the answers say that it is not there."
    )
    for remedy in ("Correct the answer", "do the step again", "--found"):
        assert remedy in str(caught.value)
    assert desktop.ledger.heads() == heads
    assert desktop.work.show("W1").state == "open"


def test_what_was_found_otherwise_is_stated_as_found_where_the_person_insists(desktop):
    desktop.open(desktop.card(UNTIL), desktop.box("B1"), desktop.box("B2"))
    order = desktop.work.done("W1", RIA, {"valid_until": "2027-01-01", "boxes": ["B1"]}, found=True)
    assert [line.outcome for line in order.order.lines] == ["found", "done", "found"]
    assert desktop.stated("toy.card").state == {"valid_until": date(2027, 1, 1)}
    assert desktop.stated("toy.box", "B2").state is None
    assert desktop.stated("toy.box", "B1").state == {"linked": True}


def test_a_look_states_what_is_there_and_refuses_nothing(desktop):
    desktop.open(desktop.card(UNTIL, kind="look"), desktop.box("B1", kind="look"))
    order = desktop.work.done("W1", RIA, {"valid_until": "2026-12-18", "boxes": ["B1"]})
    assert [line.outcome for line in order.order.lines] == ["found", "already"]
    assert desktop.stated("toy.card").state == {"valid_until": date(2026, 12, 18)}


def test_a_look_that_finds_what_was_asked_about_states_what_the_screen_does_not_show(desktop):
    desktop.open(desktop.card(UNTIL, kind="look"))
    order = desktop.work.done("W1", RIA, {"valid_until": "2028-11-14"})
    assert [line.outcome for line in order.order.lines] == ["already"]
    assert desktop.stated("toy.card").state == {"valid_until": UNTIL, "serial": "5D"}


def test_a_look_that_the_answers_say_nothing_of_is_refused(desktop):
    folder = desktop.root / "modules/toy/work_orders"
    (folder / "wizard.answers.schema.json").write_text("{}", "utf-8")
    desktop.open(desktop.box("B1", kind="look"))
    with pytest.raises(AnswersRefused, match="do not say what is there"):
        desktop.work.done("W1", RIA, {}, found=True)


def test_a_line_that_is_done_and_not_asked_about_reached_what_it_was_to_reach(desktop):
    folder = desktop.root / "modules/toy/work_orders"
    (folder / "wizard.answers.schema.json").write_text("{}", "utf-8")
    desktop.open(desktop.box("B1"), desktop.box("B2", reaches=None, operation="toy.unlink"))
    desktop.work.done("W1", RIA, {})
    assert desktop.stated("toy.box", "B1").state == {"linked": True}
    assert desktop.stated("toy.box", "B2").state is None


def test_two_steps_of_one_thing_in_one_order_are_judged_by_where_they_end(desktop):
    begun = desktop.box("B1", reaches={"linked": False}, operation="toy.prepare")
    desktop.open(begun, desktop.box("B1"))
    order = desktop.work.done("W1", RIA, {"boxes": ["B1"]})
    assert [line.outcome for line in order.order.lines] == ["done", "done"]
    assert desktop.stated("toy.box", "B1").state == {"linked": True}


def test_something_that_was_to_be_gone_and_is_there_contradicts(desktop):
    desktop.open(desktop.box("B1", reaches=None, operation="toy.unlink"))
    with pytest.raises(AnswersRefused, match="toy.box:B1: it was to be gone, and the answers say that it is there"):
        desktop.work.done("W1", RIA, {"boxes": ["B1"]})
    desktop.work.done("W1", RIA, {"boxes": []})
    assert desktop.stated("toy.box", "B1").state is None


def test_all_that_is_missing_or_wrong_is_said_at_once(desktop):
    desktop.open(desktop.card(UNTIL), desktop.box("B1"))
    with pytest.raises(AnswersRefused) as caught:
        desktop.work.done("W1", RIA, {"boxes": ["B1", 7], "valid_til": "2028-11-14"})
    text = refused(caught)
    assert "Geldig tot (valid_until): not answered. Op het laatste scherm." in text
    assert "Vakken (boxes), number 2: this must be a text (write it in quotes); answered was 7." in text
    assert "valid_til: this is not asked. Is it valid_until?" in text
    assert "inregel work show W1" in str(caught.value)


def test_an_answer_that_was_left_blank_is_not_an_answer(desktop):
    desktop.open(desktop.box("B1"))
    for blank in (None, "", "  "):
        with pytest.raises(AnswersRefused, match="not answered"):
            desktop.work.done("W1", RIA, {"boxes": blank})


def test_a_secret_answer_is_captured_and_stands_nowhere_else(desktop):
    desktop.open(desktop.token())
    order = desktop.work.done("W1", RIA, {"token": desktop.pin})
    assert desktop.ledger.captured("token_utrecht", ["toy/utrecht"])["toy/utrecht"].reveal() == desktop.pin
    assert order.answers == {}
    assert not leaks(repr(list(desktop.ledger.events())).encode())


def test_a_secret_answer_that_is_wrong_is_not_repeated(desktop):
    desktop.open(desktop.token())
    with pytest.raises(AnswersRefused) as caught:
        desktop.work.done("W1", RIA, {"token": "short"})
    assert "must have at least 8 characters" in str(caught.value)
    assert "short" not in str(caught.value)


def test_evidence_is_kept_under_its_digest_and_named_by_the_statement(desktop, tmp_path):
    picture = tmp_path / "scherm.png"
    picture.write_bytes(b"a picture")
    desktop.open(desktop.box("B1"))
    desktop.work.done("W1", RIA, {"boxes": ["B1"]}, picture)
    digest = hashlib.sha256(b"a picture").hexdigest()
    assert desktop.stated("toy.box", "B1").fields[""].source == f"W1, evidence {digest}"
    assert (tmp_path / ".inregel/evidence" / digest).read_bytes() == b"a picture"
    event = next(event for event in desktop.ledger.events("utrecht") if event.kind == "order.evidence")
    assert event.person == RIA


def test_evidence_that_cannot_be_read_records_nothing(desktop, tmp_path):
    desktop.open(desktop.box("B1"))
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(WorkError, match="Nothing was recorded"):
            desktop.work.done("W1", RIA, {"boxes": ["B1"]}, path)
    assert desktop.work.show("W1").state == "open"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has neither such pipes nor /dev/zero")
@pytest.mark.parametrize("kind", ["pipe", "device", "too large"])
def test_evidence_that_never_ends_is_refused(desktop, tmp_path, kind):
    desktop.open(desktop.box("B1"))
    path = Path("/dev/zero") if kind == "device" else tmp_path / "evidence"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "too large":
        with path.open("wb") as stream:
            stream.truncate(LARGEST + 1)
    with pytest.raises(WorkError, match="Nothing was recorded"):
        desktop.work.done("W1", RIA, {"boxes": ["B1"]}, path)
    assert desktop.work.show("W1").state == "open"


def test_done_is_one_commit(desktop):
    desktop.open(desktop.box("B1"))
    desktop.settings.attestations["toy.box"] = "a year"
    heads = desktop.ledger.heads()
    with pytest.raises(WorkError, match="attestations in inregel.yml: 'a year'"):
        desktop.work.done("W1", RIA, {"boxes": ["B1"]})
    assert desktop.work.show("W1").state == "open"
    assert desktop.stated("toy.box", "B1") is None
    assert desktop.ledger.heads() == heads


def test_a_value_that_is_only_known_as_a_rule_is_not_stated(desktop):
    folder = desktop.root / "modules/toy/work_orders"
    (folder / "wizard.answers.schema.json").write_text("{}", "utf-8")
    desktop.open(desktop.box("B1", reaches={"linked": True, "days": AtLeast(timedelta(days=45)), "more": UNKNOWN}))
    desktop.work.done("W1", RIA, {})
    assert desktop.stated("toy.box", "B1").state == {"linked": True}


# --- fail and reopen --------------------------------------------------------------------------------------------------


def test_a_refused_order_says_why_on_each_line(desktop):
    desktop.open(desktop.box("B1"), desktop.box("B2"))
    order = desktop.work.fail("W1", RIA, "the menu is not there")
    assert [(line.outcome, line.note) for line in order.order.lines] == [("cannot", "the menu is not there")] * 2
    assert (order.state, order.by) == ("failed", RIA)


def test_some_lines_can_be_refused_and_others_come_back(desktop):
    desktop.open(desktop.box("B1"), desktop.box("B2"))
    order = desktop.work.fail("W1", RIA, "no such box", ["toy.box:B2"])
    assert [line.outcome for line in order.order.lines] == ["", "cannot"]


@pytest.mark.parametrize("lines", [["toy.box:B9"], ["B1"], []])
def test_a_line_that_the_order_does_not_have_cannot_be_refused(desktop, lines):
    desktop.open(desktop.box("B1"))
    with pytest.raises(WorkError, match=r"W1 has no line .* Its lines: toy\.box:B1"):
        desktop.work.fail("W1", RIA, "why", lines)


def test_a_refusal_that_was_lifted_lets_the_same_change_be_handed_out_again(desktop):
    planned = desktop.order(desktop.box("B1"))
    desktop.settle(planned)
    desktop.work.fail("W1", RIA, "no menu")
    desktop.work.reopen("W1", "Jan")
    assert desktop.ledger.orders(("utrecht",), ("failed",)) == []
    assert desktop.settle(planned)[planned.identity].number == "W2"


# --- reveal -----------------------------------------------------------------------------------------------------------


def test_a_secret_is_revealed_and_that_it_was_is_recorded_without_it(desktop):
    desktop.open(desktop.card(UNTIL))
    assert desktop.work.reveal("W1", "pin_utrecht", RIA, "typing it in the wizard") == desktop.pin
    event = list(desktop.ledger.events("utrecht"))[-1]
    assert (event.kind, event.person) == ("secret.revealed", RIA)
    assert event.body["order"] == "W1"
    assert event.body["secret"] == "pin_utrecht"
    assert "typing it in the wizard" in repr(event)
    assert not leaks(repr(list(desktop.ledger.events())).encode())


def test_a_secret_that_stands_in_a_file_of_the_project_is_revealed_by_its_place(desktop):
    password, value = canary("vault password"), canary("inline")
    block = vault.encrypt(value.encode(), password).decode().strip().replace("\n", "\n        ")
    text = f"all:\n  vars:\n    cards:\n      pin.one: !vault |\n        {block}\n"
    (desktop.root / "inventory.yml").write_text(text, "utf-8")
    name = "inventory.yml:all.vars.cards.pin.one"
    desktop.secrets = MemorySource(password=password)
    work = Work(desktop.ledger, desktop.library, desktop.secrets, desktop.clock, desktop.settings)
    desktop.open(desktop.card(UNTIL, secret=Secret(name, value)))
    assert work.reveal("W1", name, RIA, "typing it") == value
    (desktop.root / "inventory.yml").write_text("all: {}\n", "utf-8")
    with pytest.raises(WorkError, match="Nothing is encrypted at inventory.yml"):
        work.reveal("W1", name, RIA, "typing it")


def test_only_secrets_of_the_order_are_revealed(desktop):
    desktop.secrets.values["other"] = desktop.pin
    desktop.open(desktop.card(UNTIL))
    heads = desktop.ledger.heads()
    with pytest.raises(WorkError, match="W1 does not use the secret other. The secrets that it uses: pin_utrecht"):
        desktop.work.reveal("W1", "other", RIA, "curious")
    assert desktop.ledger.heads() == heads


def test_a_reason_that_holds_the_secret_is_not_recorded(desktop):
    desktop.open(desktop.card(UNTIL))
    heads = desktop.ledger.heads()
    with pytest.raises(WorkError, match="holds the secret itself") as caught:
        desktop.work.reveal("W1", "pin_utrecht", RIA, f"is it {desktop.pin}?")
    assert desktop.pin not in str(caught.value)
    assert desktop.ledger.heads() == heads


def test_without_secrets_nothing_is_revealed(desktop):
    desktop.secrets.usable = False
    desktop.open(desktop.card(UNTIL))
    heads = desktop.ledger.heads()
    with pytest.raises(Exception, match="--no-secrets"):
        desktop.work.reveal("W1", "pin_utrecht", RIA, "typing it")
    assert desktop.ledger.heads() == heads


def test_a_rule_whose_field_is_not_stated_is_told_once_with_the_nearest(desktop):
    desktop.settings.attestations["toy.card"] = "until valid_untill"
    desktop.settings.attestations["toy.box"] = "until linked"
    desktop.open(desktop.card(UNTIL), desktop.box("B1"), desktop.box("B2"))
    desktop.work.done("W1", RIA, {"valid_until": "2028-11-14", "boxes": ["B1", "B2"]})
    card, box = sorted(filter(None, desktop.work.remarks), key=len, reverse=True)
    assert card == (
        "inregel.yml, attestations: toy.card counts until `valid_untill`, and what was stated has no date there (it "
        "has serial, valid_until), so it counts as long as `default` says. Nearest: valid_until."
    )
    assert "toy.box counts until `linked`" in box
    assert "Nearest" not in box
    stated = desktop.stated("toy.card").fields["valid_until"]
    assert stated.until == desktop.clock().date() + timedelta(days=365)


def test_a_rule_that_finds_its_date_is_not_remarked_upon(desktop):
    desktop.open(desktop.card(UNTIL))
    desktop.work.done("W1", RIA, {"valid_until": "2028-11-14"})
    assert not any(desktop.work.remarks)

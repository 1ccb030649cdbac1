"""`inregel work`, as it is typed."""

import io
from datetime import date

import pytest
import yaml

from helpers.canary import leaks
from helpers.desktop import Desktop
from inregel.commands import work
from inregel.commands.context import Context
from inregel.ledger import create, open_ledger
from inregel.ledger.base import OrderClosed
from inregel.work import AnswersRefused, WorkError

UNTIL = date(2028, 11, 14)
RIA = "Ria van Dalen"


class Terminal(io.StringIO):
    """An output that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def project(tmp_path, clock):
    """A project with two open orders: W1 for the card and a box of utrecht, W2 without a secret."""
    ledger = create("ledger.db", tmp_path, clock, {})
    (tmp_path / "inregel.yml").write_text(f"project: test\nledger: ledger.db\nledger_id: '{ledger.id}'\n", "utf-8")
    (tmp_path / "inventory.yml").write_text("all: {offices: {utrecht: {name: Van Dalen}}}\n", "utf-8")
    desktop = Desktop(tmp_path, clock, ledger)
    desktop.settle(desktop.order(desktop.card(UNTIL), desktop.box("B1")), desktop.order(desktop.box("B2"), role="boss"))
    ledger.close()
    return desktop


def run(project, command, *arguments, typed="", interactive=False, environ=None, out=None, **options):
    """What a command returned and printed."""
    out = out or io.StringIO()
    err = io.StringIO()
    context = Context(
        directory=project.root, out=out, err=err, stdin=io.StringIO(typed), environ=environ or {}, now=project.clock,
        interactive=interactive,
    )  # fmt: skip
    code = command(context, *arguments, **options)
    return code, out.getvalue(), err.getvalue()


def reopened(project):
    settings = yaml.safe_load((project.root / "inregel.yml").read_text("utf-8"))
    return open_ledger("ledger.db", project.root, ledger_id=settings["ledger_id"], now=project.clock, environ={})


def test_the_list_says_what_is_open_for_whom_and_since_when(project):
    project.clock.move(days=3)
    code, out, _ = run(project, work.list_)
    assert code == 0
    assert out.splitlines() == [
        "number  office   title            for            open for  lines",
        "W1      utrecht  Kaart en vakken  Ria van Dalen  3 days    2",
        "W2      utrecht  Kaart en vakken  Ria van Dalen  3 days    1",
        "",
        "Read one: inregel work show W1",
    ]


def test_the_list_of_an_office_without_orders_says_so(project):
    assert run(project, work.list_, office="zwolle")[1] == "No open work orders for zwolle.\n"


def test_the_list_of_everything_names_states_and_successors(project):
    run(project, work.fail, "W2", by=RIA, reason="no menu")
    _, out, _ = run(project, work.list_)
    assert "W2" not in out
    _, out, _ = run(project, work.list_, everything=True)
    assert any(line.startswith("W2") and line.endswith("failed") for line in out.splitlines())


def test_an_order_that_is_piped_is_markdown_with_the_form_and_the_commands_to_type(project):
    code, out, _ = run(project, work.show, "W1")
    assert code == 0
    assert out.startswith("# Kaart en vakken\n")
    assert "Typ `<secret pin_utrecht>`" in out
    form = out.partition("```yaml\n")[2].partition("```")[0]
    assert yaml.safe_load(form) == {"valid_until": None, "boxes": None}
    assert "inregel work done W1 --by NAME --answers w1.yml" in out
    assert "inregel work fail W1 --by NAME --reason WHY" in out
    assert "inregel work show W1 --reveal pin_utrecht --by NAME --reason WHY" in out


def test_an_order_on_a_terminal_is_laid_out(project):
    _, out, _ = run(project, work.show, "W1", out=Terminal(), environ={"NO_COLOR": "1"})
    assert "# Kaart" not in out
    assert "Kaart en vakken" in out
    assert "valid_until:" in out


def test_an_order_can_be_written_to_a_file(project):
    _, printed, _ = run(project, lambda context: work.show(context, "W2", out="w2.md"))
    assert printed == "Written: w2.md\n"
    assert (project.root / "w2.md").read_text("utf-8").startswith("# Kaart en vakken\n")


def test_a_closed_order_shows_its_text_and_where_to_go_on(project):
    run(project, work.fail, "W2", by=RIA, reason="no menu")
    _, out, _ = run(project, work.show, "W2")
    assert "Koppel `B2`" in out
    assert "inregel work reopen W2" in out
    assert "inregel work done" not in out


def test_answers_from_a_file_close_the_order(project):
    (project.root / "w1.yml").write_text("valid_until: 2028-11-14\nboxes: [B1, B2]\n", "utf-8")
    code, out, _ = run(project, work.done, "W1", by=RIA, answers="w1.yml")
    assert code == 0
    assert out.startswith("W1 is done (2 done), as said by Ria van Dalen.\n")
    with pytest.raises(OrderClosed):
        run(project, work.done, "W1", by=RIA, answers="w1.yml")


def test_the_form_filled_in_is_accepted_as_it_was_printed(project):
    _, out, _ = run(project, work.show, "W1")
    form = out.partition("```yaml\n")[2].partition("```")[0]
    filled = form.replace("valid_until:", "valid_until: 2028-11-14").replace("boxes:", "boxes: [B1]")
    (project.root / "w1.yml").write_text(filled, "utf-8")
    assert run(project, work.done, "W1", by=RIA, answers="w1.yml")[0] == 0


def test_answers_come_from_standard_input_and_pairs_win(project):
    typed = "valid_until: 2027-01-01\nboxes: [B1]\n"
    code, _, _ = run(project, work.done, "W1", by=RIA, answers="-", set_=["valid_until=2028-11-14"], typed=typed)
    assert code == 0
    ledger = reopened(project)
    assert ledger.order("W1").answers == {"valid_until": "2028-11-14", "boxes": ["B1"]}
    ledger.close()


def test_a_person_at_the_keyboard_is_asked_what_is_missing(project):
    code, _, err = run(project, work.done, "W1", interactive=True, typed="2028-11-14\nB1, B2\n\n")
    assert code == 0
    assert "Op het laatste scherm." in err
    assert "Your name [Ria van Dalen]: " in err
    ledger = reopened(project)
    order = ledger.order("W1")
    assert order.answers == {"valid_until": "2028-11-14", "boxes": ["B1", "B2"]}
    assert order.by == RIA
    ledger.close()


@pytest.mark.parametrize(
    "command",
    [
        lambda p: run(p, work.done, "W1", set_=["valid_until=2028-11-14", "boxes=B1"]),
        lambda p: run(p, work.fail, "W1", reason="no menu"),
        lambda p: run(p, work.show, "W1", reveal="pin_utrecht", reason="typing it"),
    ],
)
def test_without_a_name_and_nobody_to_ask_nothing_is_done(project, command):
    with pytest.raises(WorkError, match="--by NAME"):
        command(project)
    ledger = reopened(project)
    assert ledger.order("W1").state == "open"
    ledger.close()


def test_answers_that_are_no_mapping_are_refused(project):
    (project.root / "w1.yml").write_text("- B1\n", "utf-8")
    with pytest.raises(WorkError, match="name: answer"):
        run(project, work.done, "W1", by=RIA, answers="w1.yml")


def test_contradicting_answers_are_refused_until_they_are_said_to_be_so(project):
    pairs = ["valid_until=2027-01-01", "boxes=B1"]
    with pytest.raises(AnswersRefused, match="the screen says 2027-01-01"):
        run(project, work.done, "W1", by=RIA, set_=pairs)
    _, out, _ = run(project, work.done, "W1", by=RIA, set_=pairs, found=True)
    assert "1 done, 1 found otherwise" in out


def test_evidence_is_looked_for_where_the_user_stands(project):
    (project.root / "scherm.png").write_bytes(b"a picture")
    run(project, work.done, "W2", by=RIA, set_=["boxes=B2"], evidence="scherm.png")
    assert [path.read_bytes() for path in (project.root / ".inregel/evidence").iterdir()] == [b"a picture"]


def test_a_refusal_is_recorded_and_lifted(project):
    _, out, _ = run(project, work.fail, "W2", by=RIA, reason="no menu", lines=["toy.box:B2"])
    assert "W2 is refused by Ria van Dalen: no menu" in out
    assert "inregel work reopen W2" in out
    _, out, _ = run(project, work.reopen, "W2", by="Jan")
    assert "The refusal of W2 is lifted" in out
    ledger = reopened(project)
    assert ledger.order("W2").state == "withdrawn"
    ledger.close()


def test_a_revealed_secret_is_all_that_is_printed(project):
    environ = {"INREGEL_SECRET_PIN_UTRECHT": project.pin}
    code, out, err = run(project, work.show, "W1", reveal="pin_utrecht", by=RIA, reason="typing it", environ=environ)
    assert (code, out, err) == (0, project.pin + "\n", "")
    assert not leaks((project.root / "ledger.db").read_bytes())

"""`inregel work` for people without a terminal, as it is typed: pages, sheets, answers, reminders."""

import io
import json
import shlex
from datetime import date

import openpyxl
import pytest

from helpers.desktop import Desktop
from inregel.cli import main
from inregel.commands.context import Context
from inregel.ledger import create

UNTIL = date(2028, 11, 14)


@pytest.fixture
def project(tmp_path, clock, capsys):
    """W1: card and box B1 of Ria. W2: box B2 of nobody by name."""
    ledger = create("ledger.db", tmp_path, clock, {})
    (tmp_path / "inregel.yml").write_text(f"project: test\nledger: ledger.db\nledger_id: '{ledger.id}'\n", "utf-8")
    (tmp_path / "inventory.yml").write_text("all: {offices: {utrecht: {name: Van Dalen}}}\n", "utf-8")
    desktop = Desktop(tmp_path, clock, ledger)
    lines = [desktop.card(UNTIL), desktop.box("B1")]
    nobody = desktop.order(desktop.box("B2"), role="boss")
    object.__setattr__(nobody, "person", "")
    desktop.settle(desktop.order(*lines), nobody)
    ledger.close()
    desktop.capsys = capsys
    return desktop


def typed(project, line, environ=None):
    """Exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    context = Context(project.root, out, err, environ=environ or {}, now=project.clock, interactive=False)
    code = main(shlex.split(line)[1:], context)
    return code, out.getvalue(), err.getvalue() + project.capsys.readouterr().err


def fill(project, **rows):
    """Fills cells of w.xlsx in, by column letter."""
    book = openpyxl.load_workbook(project.root / "w.xlsx")
    for place, value in rows.items():
        book.worksheets[0][place].value = value
    book.save(project.root / "w.xlsx")


def test_a_page_to_print_goes_to_a_pipe_or_a_file(project):
    code, out, _ = typed(project, "inregel work show W1 --format html")
    assert code == 0
    assert out.startswith("<!DOCTYPE html>")
    assert typed(project, "inregel work show W1 --out w1.html")[1] == "Written: w1.html\n"
    assert (project.root / "w1.html").read_text("utf-8") == out
    assert project.pin not in out


def test_all_that_are_open_are_pages_of_one_file_the_oldest_first(project):
    _, out, _ = typed(project, "inregel work show --all --format html")
    assert out.index('id="W1"') < out.index('id="W2"')
    assert typed(project, "inregel work show --office utrecht --format html")[1] == out
    assert typed(project, "inregel work show w2 W1 w2 --format html")[1].count("<article") == 2


def test_an_office_without_orders_makes_no_file(project):
    code, out, _ = typed(project, "inregel work show --office zwolle --out z.html")
    assert (code, out) == (0, "No open work orders for zwolle.\n")
    assert not (project.root / "z.html").exists()


@pytest.mark.parametrize("line", ["inregel work show", "inregel work show W1 --all", "inregel work show W1 --office x"])
def test_numbers_or_all_have_to_be_given(project, line):
    code, _, err = typed(project, line)
    assert code == 1
    assert "Which order?" in err


def test_a_sheet_needs_a_file(project):
    code, _, err = typed(project, "inregel work show --all --format xlsx")
    assert code == 1
    assert "--out orders.xlsx" in err
    assert typed(project, "inregel work show --all --format csv")[1].startswith("\ufeffNummer;")


@pytest.mark.parametrize("more", ["--format html", "--out w1.html", "W2"])
def test_a_revealed_secret_never_goes_to_a_file(project, more):
    environ = {"INREGEL_SECRET_PIN_UTRECHT": project.pin}
    line = f"inregel work show W1 {more} --reveal pin_utrecht --by Ria --reason x"
    code, out, err = typed(project, line, environ)
    assert code == 1
    assert "never written to a file" in err
    assert project.pin not in out + err
    assert "secret.revealed" not in typed(project, "inregel history --office utrecht")[1]


def test_a_folder_that_is_not_there_is_said(project):
    code, _, err = typed(project, "inregel work show W1 --out nowhere/w1.html")
    assert code == 1
    assert "cannot be written" in err


def test_a_sheet_comes_back_filled_in(project):
    typed(project, "inregel work show --all --out w.xlsx")
    fill(project, F2=UNTIL, G2="B1", H2="Ria van Dalen", G3="B9", H3="Jan")
    code, out, err = typed(project, "inregel work done --from w.xlsx")
    assert code == 1
    assert out == "W1 is done (2 done), as said by Ria van Dalen.\n"
    assert "1 row of w.xlsx could not be taken, and stay as they are" in err
    assert "- row 3, W2: toy.box:B2: it was to be there, and the answers say that it is not there." in err
    fill(project, G3="B2")
    code, out, _ = typed(project, "inregel work done --from w.xlsx")
    assert code == 0
    assert out.splitlines()[:2] == [
        "W1 is done already, by Ria van Dalen.",
        "W2 is done (1 done), as said by Jan.",
    ]


def test_what_is_not_filled_in_or_not_read_is_told(project):
    typed(project, "inregel work show --all --out w.xlsx")
    fill(project, M1="Opmerking", M2="bel me", G3="B2")
    code, out, err = typed(project, "inregel work done --from w.xlsx --by Jan")
    assert code == 0
    assert "Not filled in, so still open: W1" in out
    assert err == "sheet Opdrachten, cell M1 (Opmerking) is no column of a sheet of work orders, and is not read.\n"


def test_only_the_orders_that_are_named_are_taken(project):
    typed(project, "inregel work show --all --out w.xlsx")
    fill(project, F2=UNTIL, G2="B1", G3="B2")
    assert typed(project, "inregel work done w2 --from w.xlsx --by Jan")[1].startswith("W2 is done")
    code, _, err = typed(project, "inregel work done W9 --from w.xlsx --by Jan")
    assert code == 1
    assert "W9 does not stand in it" in err


@pytest.mark.parametrize("more", ["--answers w1.yml", "--set a=b", "--evidence x.png", "--found"])
def test_what_each_row_says_itself_is_not_given_for_all(project, more):
    code, _, err = typed(project, f"inregel work done --from w.xlsx {more}")
    assert code == 1
    assert f"With --from leave {more.split()[0]} out" in err


@pytest.mark.parametrize("line", ["inregel work done", "inregel work done W1 W2"])
def test_without_a_sheet_one_order_is_done(project, line):
    code, _, err = typed(project, line)
    assert code == 1
    assert "--from FILE for many" in err


def test_the_list_shows_the_oldest_and_who_is_nobody(project):
    project.clock.move(days=8)
    _, out, _ = typed(project, "inregel work list --older-than 7d")
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["W1", "W2"]
    assert "nobody by name  8 days" in out
    assert typed(project, "inregel work list --older-than 8d")[1] == "No open work orders for more than 8d.\n"
    code, _, err = typed(project, "inregel work list --older-than week")
    assert code == 1
    assert "--older-than 7d" in err


def test_people_are_reminded_by_a_text_that_nobody_sends(project):
    project.clock.move(days=8)
    _, out, _ = typed(project, "inregel work remind --older-than 7d")
    assert "Voor: Ria van Dalen\n" in out
    assert "Voor: niemand met name\n" in out
    assert "(8 dagen)" in out
    data = json.loads(typed(project, "inregel work remind --format json")[1])
    assert [each["person"] for each in data["people"]] == ["Ria van Dalen", ""]
    typed(project, "inregel work remind --format html --out r.html")
    assert (project.root / "r.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert typed(project, "inregel work remind --older-than 9d")[1] == "Nobody has open work orders that old.\n"

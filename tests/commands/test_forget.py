"""`inregel forget`."""

import io
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.records import RIA, order
from inregel.commands.context import Context
from inregel.commands.forget import NotConfirmed, forget
from inregel.commands.history import history, verify
from inregel.commands.ledger import init, open_record


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Context:
    """A project whose history names Ria, with an open order for her."""
    (tmp_path / "inregel.yml").write_text("project: offices\n")
    context = Context(
        directory=tmp_path, out=io.StringIO(), err=io.StringIO(), environ={}, now=clock, interactive=False
    )
    init(context)
    with open_record(context) as (_, ledger), ledger.writing() as tx:
        tx.event("utrecht", "note", {}, person=RIA)
        tx.open_order(order())
    return context


def said(context: Context) -> str:
    assert isinstance(context.out, io.StringIO)
    return context.out.getvalue()


def people(context: Context) -> list[str | None]:
    with open_record(context) as (_, ledger):
        return [event.person for event in ledger.events("utrecht")]


def test_forget_makes_a_person_unreadable_and_the_history_verifies(context: Context) -> None:
    assert forget(context, "Ria van Dalen", yes=True) == 0
    text = said(context)
    assert "Forgotten: 1 record of Ria van Dalen." in text
    assert "Withdrawn, as they were in that name: W1." in text
    assert "Backups of before still hold it" in text
    assert people(context) == ["(forgotten)", "(forgotten)", None]
    assert verify(context) == 0
    before = len(said(context))
    history(context)
    assert "Ria" not in said(context)[before:]


def test_forget_asks_and_does_nothing_without_a_yes(context: Context) -> None:
    with pytest.raises(NotConfirmed, match="--yes"):
        forget(context, RIA)
    context.interactive = True
    for answer in ("", "n\n", "\n", "what\n"):
        context.stdin = io.StringIO(answer)
        with pytest.raises(NotConfirmed, match="not yes"):
            forget(context, RIA)
    assert people(context) == [RIA, RIA]
    context.stdin = io.StringIO("y\n")
    assert forget(context, RIA) == 0
    assert RIA not in people(context)


def test_forgetting_who_is_not_there_is_1_and_says_so(context: Context) -> None:
    assert forget(context, "Nobody", yes=True) == 1
    assert isinstance(context.err, io.StringIO)
    assert "The record holds nothing of Nobody." in context.err.getvalue()

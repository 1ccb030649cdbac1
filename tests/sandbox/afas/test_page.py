"""The page on the sandbox names what there is."""

from __future__ import annotations

from dataclasses import fields

from helpers.pages import names, rows, sections
from helpers.places import checkout
from inregel.sandbox.afas.faults import BEFORE, KINDS
from inregel.sandbox.afas.switches import Switches


def _table(title: str) -> list[list[str]]:
    page = sections((checkout() / "docs/guide/sandbox.md").read_text("utf-8"))
    return rows(page[title])


def test_the_page_names_every_switch_and_no_other() -> None:
    named = [name for row in _table("What nobody has confirmed") for name in names(row[0])]
    assert sorted(named) == sorted(field.name for field in fields(Switches))


def test_the_page_says_of_every_fault_whether_the_call_was_done() -> None:
    said: dict[str, str] = {}
    for row in _table("What goes wrong on purpose"):
        kinds, done = names(row[0]), row[2].split(", ")
        said |= dict(zip(kinds, done if len(done) > 1 else done * len(kinds), strict=True))
    assert sorted(said) == sorted(KINDS)
    # An expired certificate is met before there is a call.
    assert {name for name, done in said.items() if done == "no"} == BEFORE | {"expired_tls"}

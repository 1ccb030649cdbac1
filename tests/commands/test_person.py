"""`inregel person`."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.records import AT, ELS, RIA, line, order, said
from inregel.commands.context import Context
from inregel.commands.forget import forget
from inregel.commands.ledger import init, open_record
from inregel.commands.person import NoSuchPerson, person
from inregel.contract import Provenance

INVENTORY = """
all:
  vars:
    it_contact: Els Maes
    password: {password}
    people: {{Ria van Dalen: {{until: 2026-12-31}}}}
  offices:
    utrecht:
      contact: Ria van Dalen <ria@vandalen.example>
      certificate: {{administrator: ria van  Dalen}}
      mails: [info@vandalen.example, ria@vandalen.example]
    ede:
      contact: Jan Kuiper
      certificate: {{administrator: Ria van Dalen}}
"""


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Context:
    """Two offices, and a record in which Ria did several things."""
    (tmp_path / "inregel.yml").write_text("project: offices\ninventory: inventory.yml\n")
    (tmp_path / "inventory.yml").write_text(INVENTORY.format(password=canary("a password")))
    allow(tmp_path / "inventory.yml")
    context = Context(directory=tmp_path, out=io.StringIO(), err=io.StringIO(), environ={}, now=clock)
    init(context)
    with open_record(context) as (_, ledger), ledger.writing() as tx:
        tx.open_order(order())
        tx.open_order(order("ede", "change-2", person=ELS))
        tx.event("utrecht", "secret.revealed", {"order": "W1", "secret": "assu_pfx"}, person=RIA)
        tx.event("ede", "secret.revealed", {"order": "W2", "secret": "assu_pfx_ede"}, person=ELS)
        tx.attest("utrecht", "assu.postbus", "I09000123", {"status": "linked"}, said())
        tx.attest("utrecht", "assu.postbus", "I09000456", {"status": "linked"}, said())
        tx.attest("utrecht", "assu.aplaza_user", "info", {"status": "selected"}, said(ELS))
        past = Provenance("attested", AT, RIA, date(2026, 11, 1), "W0")
        tx.attest("ede", "assu.postbus", "I09000789", {"status": "linked"}, past)
        tx.open_order(order("utrecht", "change-3", person=ELS))
        tx.close_order("W3", "done", by="Ria van Dalen", lines=[line(outcome="done")])
    assert isinstance(context.out, io.StringIO)
    context.out.truncate(0)
    context.out.seek(0)
    return context


def told(context: Context, name: str, **options: Any) -> str:
    context.out = io.StringIO()
    assert person(context, name, **options) == 0
    return context.out.getvalue()


def data(context: Context, name: str) -> dict[str, Any]:
    return json.loads(told(context, name, format="json"))


def test_all_that_hangs_on_a_person_is_shown(context: Context) -> None:
    names, *rest = told(context, "Ria van Dalen").splitlines()
    assert names.startswith("Ria van Dalen")
    assert rest == [
        "Codes held: 1",
        "  certificate.administrator of utrecht, ede",
        "Named in the inventory: 2",
        "  contact of utrecht",
        "  people of utrecht, ede",
        "Open work orders: 1",
        "  W1  utrecht  Bedrijfscertificaat inlezen, since 2026-11-20",
        "Secrets seen: 1",
        "  2026-11-20  utrecht  assu_pfx, for W1",
        "Statements that count: 2",
        "  utrecht  2, newest 2026-11-20, the first ends 2027-11-20",
        "Work orders ended: 1 done",
    ]


@pytest.mark.parametrize("name", ["ria van dalen", RIA, "Ria van  Dalen <ria@vandalen.example>"])
def test_a_person_is_found_however_the_name_is_written(context: Context, name: str) -> None:
    assert data(context, name)["reveals"] == data(context, "Ria van Dalen")["reveals"]


def test_an_address_alone_finds_what_is_written_with_it(context: Context) -> None:
    found = data(context, "ria@vandalen.example")
    assert [each["number"] for each in found["orders"]] == ["W1"]
    assert [each["variable"] for each in found["roles"]] == ["contact", "mails"]


def test_somebody_of_the_same_name_with_another_address_is_not_the_same(context: Context) -> None:
    found = data(context, "Ria van Dalen <other@vandalen.example>")
    assert (found["orders"], found["reveals"]) == ([], [])
    assert [each["variable"] for each in found["roles"]] == ["certificate.administrator", "people"]


def test_what_another_stated_later_is_no_longer_the_first_ones_word(context: Context) -> None:
    with open_record(context) as (_, ledger), ledger.writing() as tx:
        tx.attest("utrecht", "assu.postbus", "I09000456", {"status": "linked"}, said(ELS))
    assert [each["resources"] for each in data(context, "Ria van Dalen")["statements"]] == [1]
    assert [each["resources"] for each in data(context, "Els Maes")["statements"]] == [2]


def test_of_who_was_forgotten_only_the_inventory_tells(context: Context) -> None:
    forget(context, RIA, yes=True)
    found = data(context, "Ria van Dalen")
    assert (found["orders"], found["reveals"], found["statements"]) == ([], [], [])
    assert found["roles"]


def test_nobody_of_that_name_names_the_nearest(context: Context) -> None:
    with pytest.raises(NoSuchPerson, match=r"names Ria van Dale\. Nearest: Ria van Dalen\."):
        person(context, "Ria van Dale")
    with pytest.raises(NoSuchPerson, match=r"names Kuiper\. Nearest: Jan Kuiper\."):
        person(context, "Kuiper")
    with pytest.raises(NoSuchPerson, match=r"Neither the inventory nor the record names Xerxes\.\n"):
        person(context, "Xerxes")


def test_a_secret_is_neither_shown_nor_suggested(context: Context) -> None:
    secret = (context.directory / "inventory.yml").read_text().partition("password: ")[2].split()[0]
    with pytest.raises(NoSuchPerson) as error:
        person(context, secret[5:-3])
    assert "Nearest" not in str(error.value)
    assert secret not in told(context, "Els Maes")

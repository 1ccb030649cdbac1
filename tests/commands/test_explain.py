"""`inregel explain`, on the example project."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.example import Stage
from inregel.commands.apply import apply
from inregel.commands.context import Context
from inregel.commands.explain import NoSuchOffice, NoSuchResource, TooMany, explain
from inregel.commands.session import WhichPlaybook


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Context:
    """The example, and who types there."""
    return Stage(tmp_path, clock).context()


def said(context: Context, office: str, resource: str, *, playbook: str = "") -> list[str]:
    heard = replace(context, out=io.StringIO())
    assert explain(heard, office, resource, playbook=playbook) == 0
    assert isinstance(heard.out, io.StringIO)
    return heard.out.getvalue().splitlines()


def test_every_value_says_where_it_comes_from(context: Context) -> None:
    told = said(context, "utrecht", "assu.certificate")
    assert told[0].split() == ["utrecht", "assu.certificate", "vandalen@certificate.example", "to", "change"]
    assert told[told.index("Declared") + 1].endswith("  playbooks/site.yml:7:7")
    assert any(line.startswith("  password             secret assu_pfx_utrecht  ") for line in told)
    values = told.index("Values")
    assert told[values + 1 : values + 7] == [
        "  serial               now     4A910C",
        "                               attested 2024-12-11 by Ria van Dalen, until 2026-12-18",
        "                       wanted  5D2077",
        "  valid_until          now     2026-12-18",
        "                               attested 2024-12-11 by Ria van Dalen, until 2026-12-18",
        "                       wanted  at least 45 days",
    ]
    assert told[-1] == "  2026-11-20 09:14  attested by Ria van Dalen: until 2026-12-18"


def test_after_an_apply_it_names_the_work_order(context: Context) -> None:
    quiet = replace(context, out=io.StringIO())
    assert apply(quiet, "playbooks/site.yml", yes=True) == 0
    told = said(context, "utrecht", "assu.postbus:I09000456")
    assert told[-1] == "  2026-11-20 09:14  order.opened for Ria van Dalen: W1"
    assert any(line.endswith("handed out" + " " * 27 + "inregel work show W1") for line in told)


def test_it_hands_out_nothing_and_records_nothing(context: Context) -> None:
    before = said(context, "utrecht", "assu.postbus")
    assert said(context, "utrecht", "assu.postbus") == before
    assert not any("order.opened" in line for line in before)


def test_why_it_is_blocked(context: Context) -> None:
    told = said(context, "zwolle", "assu.certificate", playbook="playbooks/site.yml")
    assert "  you can: inregel secret set assu_pfx_zwolle" in told
    assert told[told.index("Declared") + 1].endswith("  playbooks/site.yml:7:7")
    assert any(line.startswith("  file                 files/zwolle.abc  ") for line in told)


def test_a_module_with_several_resources_is_explained_one_by_one(context: Context) -> None:
    told = said(context, "utrecht", "assu.postbus")
    heads = [line.split()[:3] for line in told if line.startswith("utrecht  ")]
    assert heads == [["utrecht", "assu.postbus", "I09000456"], ["utrecht", "assu.postbus", "I09000123"]]


@pytest.mark.parametrize(
    ("office", "resource", "fault", "message"),
    [
        ("utrect", "assu.postbus", NoSuchOffice, "There is no office utrect in the inventory. Nearest: utrecht"),
        ("nl", "assu.postbus", NoSuchOffice, "There is no office nl in the inventory. See: inregel inventory"),
        (
            "utrecht",
            "assu.postbox",
            NoSuchResource,
            "utrecht declares no assu.postbox in playbooks/site.yml. Nearest: assu.postbus",
        ),
        (
            "utrecht",
            "assu.postbus:I09000457",
            NoSuchResource,
            "utrecht declares no assu.postbus:I09000457 in playbooks/site.yml. Nearest: assu.postbus:I09000456",
        ),
        (
            "utrecht",
            "zzz",
            NoSuchResource,
            "utrecht declares no zzz in playbooks/site.yml. It declares: "
            "assu.certificate:vandalen@certificate.example, assu.postbus:I09000456, "
            "assu.aplaza_user:ria@vandalen.example, assu.postbus:I09000123",
        ),
    ],
)
def test_a_miss_names_the_nearest(
    context: Context, office: str, resource: str, fault: type[Exception], message: str
) -> None:
    with pytest.raises(fault) as caught:
        explain(context, office, resource)
    assert str(caught.value) == message


def test_too_many_resources_ask_which_one(context: Context) -> None:
    inventory = context.directory / "inventory.yml"
    text = inventory.read_text("utf-8")
    numbers = ", ".join(f"I09{i:06}" for i in range(12))
    inventory.write_text(text.replace("[I09000123, I09000456]", f"[{numbers}]"), "utf-8")
    with pytest.raises(TooMany, match=r"assu\.postbus of utrecht is 12 resources, so say which one: assu\.postbus:I09"):
        explain(context, "utrecht", "assu.postbus")


def test_several_playbooks_ask_for_one(context: Context) -> None:
    second = context.directory / "playbooks/second.yml"
    second.write_bytes((context.directory / "playbooks/site.yml").read_bytes())
    with pytest.raises(WhichPlaybook):
        explain(context, "utrecht", "assu.postbus")
    assert said(context, "utrecht", "assu.postbus", playbook="playbooks/second.yml")

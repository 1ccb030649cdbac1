"""`inregel inventory`."""

import io
import json
from pathlib import Path

import pytest

from helpers.canary import canary
from helpers.projects import make
from inregel.commands.context import Context
from inregel.commands.inventory import NoOffice, inventory

INVENTORY = """
all:
  vars: {renew: 45d}
  children:
    nl:
      vars: {language: nl}
      offices:
        ede: {name: De Hanze, token: "{{ secret('api') }}", mail: "info@{{ office.id }}", password: %s}
        hoorn:
    be: {offices: {gent: }}
"""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    clear = canary("in clear")
    root = make(tmp_path / "project", {"inventory.yml": INVENTORY % clear, "group_vars/nl.yml": "renew: 30d\n"})
    # The inventory holds a password in clear, so that a test can see that it is not shown.
    from helpers.canary import allow

    allow(root / "inventory.yml")
    return Context(directory=root, out=io.StringIO(), err=io.StringIO(), environ={})


def out(context: Context) -> str:
    assert isinstance(context.out, io.StringIO)
    return context.out.getvalue()


def test_it_lists_the_offices_with_names_and_groups(context: Context) -> None:
    assert inventory(context) == 0
    assert out(context) == "ede    De Hanze  nl\nhoorn  hoorn     nl\ngent   gent      be\n"


def test_it_lists_what_a_pattern_and_a_limit_leave(context: Context) -> None:
    assert inventory(context, pattern="nl", limit="!ede") == 0
    assert out(context) == "hoorn  hoorn  nl\n"


def test_it_shows_each_variable_of_an_office_with_its_file_and_no_secret(context: Context) -> None:
    assert inventory(context, "ede") == 0
    place = "inventory.yml all.children.nl"
    assert out(context).splitlines() == [
        f"language  nl            {place}.vars",
        f"mail      info@ede      {place}.offices.ede",
        f"name      De Hanze      {place}.offices.ede",
        f"password  ***           {place}.offices.ede",
        "renew     30d           group_vars/nl.yml",
        f"token     <secret api>  {place}.offices.ede",
    ]


def test_it_shows_the_same_as_json(context: Context) -> None:
    inventory(context, "ede", as_json=True)
    found = json.loads(out(context))
    assert found["renew"] == {"value": "30d", "file": "group_vars/nl.yml"}
    assert found["token"]["value"] == "<secret api>"


def test_it_draws_groups_as_a_tree(context: Context) -> None:
    inventory(context, graph=True)
    assert out(context) == "@all:\n  @nl:\n    ede\n    hoorn\n  @be:\n    gent\n"


def test_it_gives_the_json_of_a_dynamic_inventory(context: Context) -> None:
    inventory(context, list_=True, limit="be")
    found = json.loads(out(context))
    assert found["be"] == {"hosts": ["gent"]}
    assert found["_meta"] == {"hostvars": {"gent": {"renew": "45d"}}}


def test_an_unknown_office_is_named_with_the_nearest(context: Context) -> None:
    with pytest.raises(NoOffice) as caught:
        inventory(context, "hoor")
    assert str(caught.value) == "There is no office hoor. Nearest: hoorn.\nAll of them: inregel inventory"


def test_files_that_belong_to_nothing_are_said(context: Context) -> None:
    (context.directory / "office_vars").mkdir()
    (context.directory / "office_vars/hor.yml").write_text("a: 1")
    inventory(context)
    assert isinstance(context.err, io.StringIO)
    assert context.err.getvalue() == (
        "office_vars/hor.yml: this file is not read: there is no office hor. Is hoorn meant?\n"
    )

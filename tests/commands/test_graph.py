"""`inregel graph`."""

import io
from pathlib import Path

import pytest

from helpers.projects import make
from inregel.commands.context import Context
from inregel.commands.graph import graph

SITE = """
- name: One
  offices: all
  tasks:
    - {name: Box, t.box: {kind: new}}
    - {name: Other, t.other: {}}
    - {name: "Last \\"one\\"", t.other: {}, needs: [Box]}
- name: Two
  offices: empty
  tasks:
    - t.box: {}
"""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    root = make(tmp_path, {"inventory.yml": "all: {children: {empty: }, offices: {ede: }}", "site.yml": SITE})
    return Context(directory=root, out=io.StringIO(), err=io.StringIO(), environ={})


def out(context: Context) -> str:
    assert isinstance(context.out, io.StringIO)
    return context.out.getvalue()


def test_it_prints_what_each_task_rests_on_by_needs_and_by_what_its_module_asks(context: Context) -> None:
    assert graph(context, "site.yml") == 0
    assert out(context) == (
        "play 1  One (all, as declared for ede)\n"
        '  Box         t.box    after Other, Last "one"\n'
        "  Other       t.other\n"
        '  Last "one"  t.other  after Box\n'
        "play 2  Two (empty, for no office)\n"
        "  t.box  t.box\n"
    )


def test_it_prints_the_same_for_graphviz(context: Context) -> None:
    assert graph(context, "site.yml", dot=True) == 0
    lines = out(context).splitlines()
    assert lines[0] == "digraph tasks {"
    assert '    t1_2 [label="Last \\"one\\"\\nt.other"];' in lines
    assert "    t1_0 -> t1_1;" in lines
    assert "    t1_2 -> t1_0;" in lines
    assert lines[-1] == "}"

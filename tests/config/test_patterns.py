"""Office patterns and --limit. That they select what Ansible selects is shown in test_variables.py."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.projects import make
from inregel.config import project
from inregel.config.patterns import PatternError, select, split
from inregel.config.project import BadOption, Project
from inregel.secrets.memory import MemorySource

INVENTORY = """
all:
  children:
    nl: {offices: {ede: , hoorn: , utrecht: , zwolle: }}
    be: {offices: {gent: , "54321": }}
    payroll: {offices: {zwolle: , gent: }}
    empty:
"""


@pytest.fixture
def found(tmp_path: Path) -> Project:
    return project.load(make(tmp_path, {"inventory.yml": INVENTORY}), secrets=MemorySource())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("all", "ede hoorn utrecht zwolle gent 54321"),
        ("nl:!utrecht", "ede hoorn zwolle"),
        ("nl:&payroll", "zwolle"),
        ("!nl", "gent 54321"),
        ("be,ede", "ede gent 54321"),
        ("utr*", "utrecht"),
        ("~(ede|h)", "ede hoorn"),
        ("nl[0]", "ede"),
        ("nl[-1]", "zwolle"),
        ("nl[1:2]", "hoorn utrecht"),
        ("nl[2:]", "utrecht zwolle"),
        ("54321", "54321"),
        ("empty", ""),
        ("nl:be:!payroll", "ede hoorn utrecht 54321"),
    ],
)
def test_a_pattern_selects_in_the_order_of_the_inventory(found: Project, pattern: str, expected: str) -> None:
    assert found.select(pattern) == tuple(expected.split())


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("utrect", "The pattern `utrect` names no group and no office. Nearest: utrecht\nAll names: inregel inventory"),
        (
            "nl:!paroll",
            "The pattern `paroll` names no group and no office. Nearest: payroll\nAll names: inregel inventory",
        ),
        ("xyzzy", "The pattern `xyzzy` names no group and no office.\nAll names: inregel inventory"),
        ("nl[4]", "The pattern `nl[4]` goes past the end: nl has 4 offices, and the first is [0]."),
        ("~(", "The pattern `~(` is not a regular expression: missing ), unterminated subpattern at position 0."),
        ("!", "The pattern `` is empty."),
    ],
)
def test_a_pattern_that_means_nothing_says_what_is_near(found: Project, pattern: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        found.select(pattern)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "pattern",
    ["~(a+)+b", "~(a|aa)+b", "~(a*)*b", "~((a?)x)*b", "~([a-z]+)*$", "~" + "a*" * 20 + "b"],
)
def test_a_regular_expression_that_would_take_for_ever_is_refused(tmp_path: Path, pattern: str) -> None:
    inventory = "all: {offices: {" + "a" * 40 + "c: }}"
    offices = project.load(make(tmp_path, {"inventory.yml": inventory}), secrets=MemorySource())
    with pytest.raises(PatternError, match="can take for ever: it repeats what itself repeats or chooses"):
        offices.select(pattern)


@pytest.mark.parametrize(
    "pattern", ["~(ede|h.*)", "~^(nl|be)$", r"~.*\(?e.*", "~[(+*]?e+d+e+", "~(?P<a>ed)+e?", "~(e|h)[a-z]*"]
)
def test_a_usual_regular_expression_is_not_refused(found: Project, pattern: str) -> None:
    assert "ede" in found.select(pattern)


def test_limit_narrows_a_pattern_and_reads_names_from_a_file(found: Project) -> None:
    root = found.settings.root
    (root / "retry.txt").write_text("zwolle\n\nhoorn\n")
    assert found.select("nl", "payroll") == ("zwolle",)
    assert found.select("nl", "@retry.txt") == ("hoorn", "zwolle")
    assert found.select("nl", "@retry.txt:!zwolle") == ("hoorn",)
    with pytest.raises(BadOption, match="--limit @none.txt: the file none.txt cannot be read"):
        found.select("nl", "@none.txt")


@given(st.lists(st.sampled_from(["nl", "!be", "&payroll", "utr*", "nl[0]", "ede"]), max_size=5), st.sampled_from(":,"))
def test_the_order_of_the_parts_does_not_change_what_is_selected(parts: list[str], separator: str) -> None:
    class Small:
        groups = {"nl": 0, "be": 0, "payroll": 0, "all": 0}
        offices = {"ede": 0, "utrecht": 0, "gent": 0}

        def members(self, group: str) -> list[str]:
            return {"nl": ["ede", "utrecht"], "be": ["gent"], "payroll": ["gent", "ede"]}.get(group, [*self.offices])

    assert split(separator.join(parts)) == parts
    assert sorted(select(Small(), parts)) == sorted(select(Small(), parts[::-1]))

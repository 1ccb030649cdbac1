"""Groups of groups, files beside the inventory, several inventories, and what is said about mistakes in them."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary
from helpers.projects import make, said
from inregel.config import project
from inregel.config.mistakes import ConfigError
from inregel.config.tree import RangeProblem, expand
from inregel.formats import vault
from inregel.secrets.memory import MemorySource


def load(root: Path, **options: object) -> project.Project:
    return project.load(root, secrets=MemorySource(), **options)  # type: ignore[arg-type]  # options by name


def mistakes(root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root)
    return said(caught.value)


def test_an_office_of_several_groups_has_the_variables_of_all_and_the_deeper_group_wins(tmp_path: Path) -> None:
    text = """
all:
  vars: {a: all, b: all, c: all}
  children:
    nl:
      vars: {a: nl, b: nl}
      children:
        noord: {vars: {a: noord}, offices: {ede: }}
    payroll: {vars: {c: payroll}, offices: {ede: {own: 1}}}
"""
    found = load(make(tmp_path, {"inventory.yml": text}))
    assert found.inventory.values("ede") == {"a": "noord", "b": "nl", "c": "payroll", "own": 1}
    assert found.inventory.groups_of("ede") == ("nl", "payroll", "noord")


def test_of_two_groups_of_one_depth_the_last_by_name_wins_unless_the_other_has_priority(tmp_path: Path) -> None:
    text = "all: {children: {b: {vars: {x: b%s}, offices: {ede: }}, c: {vars: {x: c}, offices: {ede: }}}}"
    plain = load(make(tmp_path / "1", {"inventory.yml": text % ""}))
    assert plain.inventory.values("ede") == {"x": "c"}
    raised = load(make(tmp_path / "2", {"inventory.yml": text % ", ansible_group_priority: 2"}))
    assert raised.inventory.values("ede") == {"x": "b"}


def test_files_beside_the_inventory_win_over_it_and_office_files_over_all(tmp_path: Path) -> None:
    files = {
        "inventory.yml": "all: {children: {nl: {vars: {a: 1, b: 1, c: 1}, offices: {ede: {c: 2, d: 2}}}}}",
        "group_vars/all.yml": "a: file",
        "group_vars/nl/one.json": '{"b": "folder"}',
        "office_vars/ede.yaml": "d: file",
    }
    found = load(make(tmp_path, files))
    assert found.inventory.values("ede") == {"a": "file", "b": "folder", "c": 2, "d": "file"}
    assert [layer.file for layer in found.inventory.layers("ede")] == [
        "inventory.yml", "group_vars/all.yml", "group_vars/nl/one.json", "inventory.yml", "office_vars/ede.yaml",
    ]  # fmt: skip
    assert [name for name, _ in found.inputs()] == [
        "group_vars/all.yml", "group_vars/nl/one.json", "inregel.yml", "inventory.yml", "office_vars/ede.yaml",
    ]  # fmt: skip


def test_a_later_inventory_adds_to_an_earlier_one_and_wins(tmp_path: Path) -> None:
    files = {
        "a/inventory.yml": "all: {offices: {ede: {x: a, y: a}}}",
        "b/inventory.yml": "all: {offices: {ede: {x: b}, hoorn: }}",
        "b/office_vars/ede.yml": "z: b",
    }
    settings = "project: offices\nledger_id: 6f0d7c52\ninventory: [a/inventory.yml, b]\n"
    found = load(make(tmp_path, files, settings=settings))
    assert found.inventory.order == ("ede", "hoorn")
    assert found.inventory.values("ede") == {"x": "b", "y": "a", "z": "b"}
    assert load(tmp_path, inventory=["b"]).inventory.values("ede") == {"x": "b", "z": "b"}


def test_line_ends_do_not_change_the_digest(tmp_path: Path) -> None:
    one = make(tmp_path / "1", {"inventory.yml": "all:\n  offices:\n    ede:\n"})
    two = make(tmp_path / "2", {"inventory.yml": ""})
    (two / "inventory.yml").write_bytes(b"all:\r\n  offices:\r\n    ede:\r\n")
    assert load(one).inputs() == load(two).inputs()


def test_a_vault_file_is_decrypted_and_where_it_cannot_be_only_its_offices_are_blocked(tmp_path: Path) -> None:
    password, value = canary("vault password"), canary("value")
    files = {
        "inventory.yml": "all: {offices: {ede: , hoorn: }}",
        "site.yml": "- {offices: all, tasks: [{t.box: {user: plain}}]}",
    }
    root = make(tmp_path, files)
    (root / "office_vars").mkdir()
    data = vault.encrypt(f"user: {value}".encode(), password)
    (root / "office_vars/ede.yml").write_bytes(data if isinstance(data, bytes) else data.encode())
    opened = project.load(root, secrets=MemorySource(password=password))
    assert opened.inventory.values("ede") == {"user": value}
    closed = load(root)
    play = closed.playbook("site.yml").plays[0]
    blocked = closed.declare(play, "ede")[0]
    assert "office_vars/ede.yml" in blocked.fault
    assert blocked.remedy
    assert closed.declare(play, "hoorn")[0].fault == ""


def test_files_that_belong_to_nothing_are_named_with_the_nearest(tmp_path: Path) -> None:
    files = {
        "inventory.yml": "all: {children: {utrecht: {offices: {ede: }}}}",
        "group_vars/utrect.yml": "a: 1",
        "office_vars/ede.yml": "a: 1",
        "office_vars/ede.yaml": "a: 2",
    }
    found = load(make(tmp_path, files))
    assert [(str(m.where), m.message, m.instead) for m in found.inventory.unread()] == [
        ("group_vars/utrect.yml", "this file is not read: there is no group utrect", "utrecht"),
        ("office_vars/ede.yaml", "this file is not read: another entry of that name comes first", "ede"),
    ]


CASES = {
    "groups in a circle": (
        "all:\n  children:\n    a:\n      children:\n        b:\n          children:\n            c:\n"
        "              children: {a: }\n",
        ["inventory.yml:8:26: these groups stand in each other in a circle: a -> b -> c -> a"],
    ),
    "a group in itself": (
        "all:\n  children:\n    a:\n      children: {a: }\n",
        ["inventory.yml:4:18: these groups stand in each other in a circle: a -> a"],
    ),
    "a priority that is no number": (
        "all:\n  children:\n    a:\n      vars: {ansible_group_priority: high}\n",
        ["inventory.yml:4:38: `ansible_group_priority` is a whole number -> ansible_group_priority: 10"],
    ),
    "a reserved name": (
        "all:\n  vars:\n    office: x\n",
        ["inventory.yml:3:5: `office` always means inregel's own office; give the variable another name"],
    ),
    "an office with a colon": (
        "all:\n  offices:\n    a:b: {}\n",
        ["inventory.yml:3:5: an office is a name of letters, digits, `.`, `_` and `-`, "
         "with a letter or digit first; this is `a:b`"],
    ),
    "a range backwards": (
        "all:\n  offices:\n    hal[c:a]: {}\n",
        ["inventory.yml:3:5: the office `hal[c:a]` has a range that ends before it begins"],
    ),
    "a range too large": (
        "all:\n  offices:\n    hal[1:999999999]: {}\n",
        ["inventory.yml:3:5: the office `hal[1:999999999]` has a range that gives more than 10,000 offices"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_in_the_inventory_has_its_place_and_its_words(tmp_path: Path, case: str) -> None:
    text, expected = CASES[case]
    assert mistakes(make(tmp_path, {"inventory.yml": text})) == expected


INI = """\
; from the old machine
[nl]
utrecht ansible_host=10.0.0.1
zwolle

[nl:vars]
language=nl
"""


@pytest.mark.parametrize("text", [INI, INI.replace("utrecht ansible_host=10.0.0.1", "utrecht"), INI.replace(";", "#")])
def test_an_ini_inventory_is_called_what_it_is_and_turned_into_one_by_ansible_itself(tmp_path: Path, text: str) -> None:
    make(tmp_path, {"hosts.ini": text}, settings="project: offices\nledger_id: 6f0d7c52\ninventory: hosts.ini\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        "hosts.ini:2:1: this is an inventory in Ansible's INI form; here it is YAML, or the JSON of a dynamic "
        "inventory\n"
        "  2 | [nl]\n"
        "    | ^\n"
        "    write instead: ansible-inventory -i hosts.ini --list > hosts.json, and name that file instead"
    )


def test_what_is_said_about_an_ini_inventory_makes_one_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "hosts.ini").write_text(INI, encoding="utf-8")
    ansible = Path(sys.executable).with_name("ansible-inventory")
    made = subprocess.run(
        [ansible, "-i", "hosts.ini", "--list"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    make(
        tmp_path, {"hosts.json": made.stdout}, settings="project: offices\nledger_id: 6f0d7c52\ninventory: hosts.json\n"
    )
    assert list(load(tmp_path).inventory.order) == ["utrecht", "zwolle"]


def test_an_inventory_that_is_no_mapping_is_one_mistake_with_the_lines_to_write(tmp_path: Path) -> None:
    make(tmp_path, {"inventory.yml": "- utrecht\n"})
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        "inventory.yml:1:1: the file must be a mapping (key: value); found a list\n"
        "  1 | - utrecht\n"
        "    | ^\n"
        "    write instead:\n"
        "      all:\n"
        "        offices: ..."
    )


def test_mistakes_of_all_files_come_in_one_go(tmp_path: Path) -> None:
    files = {
        "inventory.yml": "all:\n  vars: {office: x}\n  offices: {ede: }\n",
        "group_vars/all.yml": "a: 1\na: 2\n",
        "office_vars/ede.yml": "- not a mapping\n",
    }
    found = mistakes(make(tmp_path, files))
    assert [line.partition(":")[0] for line in found] == ["inventory.yml", "group_vars/all.yml", "office_vars/ede.yml"]


def test_a_folder_of_ansible_says_what_it_is_called_here(tmp_path: Path) -> None:
    files = {"inventory.yml": "all: {offices: {ede: }}", "host_vars/ede.yml": "a: 1"}
    assert mistakes(make(tmp_path, files)) == [
        "host_vars: the variables of offices stand in office_vars/ -> office_vars"
    ]


@given(st.integers(0, 200), st.integers(0, 50), st.integers(1, 7))
def test_a_range_gives_each_number_with_its_zeros(first: int, more: int, step: int) -> None:
    width = 3
    found = expand(f"hal[{first:03}:{first + more:03}:{step}]x")
    assert found == [f"hal{number:0{width}}x" for number in range(first, first + more + 1, step)]


def test_ranges_may_follow_each_other_and_be_of_letters() -> None:
    assert expand("k[a:c]-[1:2]") == ["ka-1", "ka-2", "kb-1", "kb-2", "kc-1", "kc-2"]
    with pytest.raises(RangeProblem, match="as many digits"):
        expand("k[01:100]")


def test_a_circle_is_found_however_deep(tmp_path: Path) -> None:
    names = [f"g{number:02}" for number in range(30)]
    lines = "".join(
        f"{one}: {{children: {{{two}: }}}}\n" for one, two in zip(names, [*names[1:], names[0]], strict=True)
    )
    [found] = mistakes(make(tmp_path, {"inventory.yml": lines}))
    assert found.endswith(" -> ".join([*names, names[0]]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "all: {children: {nl: {offices: {ede: }}, be: {offices: {nl: }}}}",
            "inventory.yml:1:57: `nl` is an office here and a group in inventory.yml:1:18; a pattern could mean either "
            "-> another name for one of the two",
        ),
        (
            "nl: {offices: {all: }}",
            "inventory.yml:1:16: `all` is an office here and a group, and `all` is always one; a pattern could mean "
            "either -> another name for the office",
        ),
    ],
)
def test_an_office_that_is_called_like_a_group_is_a_mistake_that_names_both_places(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert mistakes(make(tmp_path, {"inventory.yml": text})) == [expected]

"""The JSON of Ansible's dynamic inventories, from a file or from a script."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.projects import make, said
from inregel.config import project
from inregel.config.mistakes import ConfigError
from inregel.secrets.memory import MemorySource

DATA = {
    "nl": {"hosts": ["ede", "hoorn"], "vars": {"a": "nl"}, "children": ["noord"]},
    "noord": {"hosts": ["ede"], "vars": {"a": "noord"}},
    "be": ["gent"],
    "_meta": {"hostvars": {"ede": {"own": [1, {"x": 2}]}, "gent": {"own": "{{ a }}"}}},
}
VALUES = {"ede": {"a": "noord", "own": [1, {"x": 2}]}, "hoorn": {"a": "nl"}, "gent": {"own": "{{ a }}"}}


def settings(file: str) -> str:
    return f"project: offices\nledger_id: 6f0d7c52\ninventory: {file}\n"


def load(root: Path) -> dict[str, Any]:
    found = project.load(root, secrets=MemorySource())
    return {office: found.inventory.values(office) for office in found.inventory.order}


def script(root: Path, body: str) -> Path:
    make(root, {"inventory": f"#!{sys.executable}\nimport json, sys\n{body}\n"}, settings=settings("inventory"))
    (root / "inventory").chmod(0o755)
    return root


def mistakes(root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root)
    return said(caught.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    assert load(make(tmp_path, {"inv.json": json.dumps(DATA)}, settings=settings("inv.json"))) == VALUES


def test_a_file_without_meta_has_the_variables_of_its_groups(tmp_path: Path) -> None:
    data = {name: body for name, body in DATA.items() if name != "_meta"}
    assert load(make(tmp_path, {"inv.json": json.dumps(data)}, settings=settings("inv.json"))) == {
        "ede": {"a": "noord"}, "hoorn": {"a": "nl"}, "gent": {},
    }  # fmt: skip


def test_a_tree_in_json_is_a_tree(tmp_path: Path) -> None:
    tree = {"all": {"offices": {"ede": {"a": 1}}}}
    assert load(make(tmp_path, {"inv.json": json.dumps(tree)}, settings=settings("inv.json"))) == {"ede": {"a": 1}}


def test_a_script_is_run_once_where_it_gives_meta(tmp_path: Path) -> None:
    body = f"open('calls', 'a').write(sys.argv[1]); print(json.dumps({DATA!r}))"
    assert load(script(tmp_path, body)) == VALUES
    assert (tmp_path / "calls").read_text() == "--list"


def test_a_script_without_meta_is_asked_for_each_office(tmp_path: Path) -> None:
    body = "print(json.dumps({'nl': ['ede', 'hoorn']} if sys.argv[1] == '--list' else {'i': sys.argv[2]}))"
    assert load(script(tmp_path, body)) == {"ede": {"i": "ede"}, "hoorn": {"i": "hoorn"}}


def test_what_a_script_says_counts_for_the_revision_and_not_its_text(tmp_path: Path) -> None:
    one = project.load(script(tmp_path / "1", "print('{}')  # one"), secrets=MemorySource()).inputs()
    two = project.load(script(tmp_path / "2", "print('{}')  # two"), secrets=MemorySource()).inputs()
    other = project.load(script(tmp_path / "3", "print('{\"a\": []}')"), secrets=MemorySource()).inputs()
    assert one == two != other


FAILURES = {
    "sys.stderr.write('first\\nno connection\\n'); sys.exit(3)":
        "inventory: inventory --list ended with exit code 3: no connection",
    "sys.exit(1)": "inventory: inventory --list ended with exit code 1, and said nothing",
    "print('[]')": "inventory: what inventory --list printed is not a JSON object",
    "print('{')": "inventory: what inventory --list printed is not JSON: "
        "Expecting property name enclosed in double quotes: line 2 column 1 (char 2)",
    "print('{\"nl\": {\"hosts\": [1]}}') if sys.argv[1] == '--list' else None":
        "inventory: the office `1` is not a name of letters, digits, `.`, `_` and `-`",
}  # fmt: skip


@pytest.mark.parametrize("body", FAILURES)
def test_a_script_that_fails_says_how(tmp_path: Path, body: str) -> None:
    assert mistakes(script(tmp_path, body)) == [FAILURES[body]]


def test_a_script_whose_program_is_not_there_says_so(tmp_path: Path) -> None:
    make(tmp_path, {"inventory": "#!/nowhere/python\n"}, settings=settings("inventory"))
    (tmp_path / "inventory").chmod(0o755)
    assert mistakes(tmp_path) == [
        "inventory: inventory cannot be run: No such file or directory; "
        "is its first line `#!` and a program that is there?"
    ]


WRONG = {
    '{"nl": {"hosts": [], "vras": {}}}': [
        "inv.json:1:8: the group nl holds `hosts`, `vars` and `children`, and nothing else"
    ],
    '{"nl": {"hosts": ["a b"]}}': [
        "inv.json:1:19: the office `a b` is not a name of letters, digits, `.`, `_` and `-`"
    ],
    '{"nl": {"hosts": ["a"], "vars": [1]}}': [
        "inv.json:1:8: of the group nl, `hosts` and `children` are lists of names and `vars` is a mapping"
    ],
    '{"_meta": {"hostvars": []}}': [
        "inv.json:1:11: `_meta` holds `hostvars`, a mapping of offices to their variables"
    ],
    '{"a": {"hosts": [], "children": ["b"]}, "b": {"children": ["a"]}}': [
        "inv.json:1:60: these groups stand in each other in a circle: a -> b -> a"
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_in_the_json_has_its_place_and_its_words(tmp_path: Path, text: str) -> None:
    assert mistakes(make(tmp_path, {"inv.json": text}, settings=settings("inv.json"))) == WRONG[text]


def test_an_office_that_is_called_like_a_group_is_a_mistake(tmp_path: Path) -> None:
    data = {"nl": {"hosts": ["be"]}, "be": {"hosts": ["gent"]}}
    root = make(tmp_path, {"inv.json": json.dumps(data)}, settings=settings("inv.json"))
    assert mistakes(root) == [
        "inv.json:1:19: `be` is an office here and a group in inv.json:1:27; a pattern could mean either "
        "-> another name for one of the two"
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("inventory", "#!/bin/sh\necho '{}'\n"), ("inv.py", "print('{}')\n"), ("my inv", "#!/x\n")]
)
@pytest.mark.skipif(sys.platform == "win32", reason="there every file may be run")
def test_a_script_that_may_not_be_run_says_how_to_permit_it(tmp_path: Path, name: str, text: str) -> None:
    quoted = f"'{name}'" if " " in name else name
    assert mistakes(make(tmp_path, {name: text}, settings=settings(name))) == [
        f"{name}: this is a script that gives the inventory, and it may not be run -> chmod +x {quoted}"
    ]

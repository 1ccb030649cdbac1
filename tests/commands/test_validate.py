"""`inregel validate`: sound, or every mistake of every file in one go."""

import io
import os
from pathlib import Path

import pytest

from inregel.commands.context import Context
from inregel.commands.session import Unreadable
from inregel.commands.validate import NoPlaybook, validate
from inregel.config.mistakes import ConfigError, Position
from inregel.config.settings import NoProject

INVENTORY = """\
all:
  vars: {language: nl}
  offices:
    utrecht:
      name: Van Dalen
      contact: Ria van Dalen
      connections:
        assu: {installation: rds-1, portefeuille: Van Dalen, version: "1.2628.3.16"}
      postbussen: [I09000123]
    zwolle:
      name: De Hanze
      contact: Jan Kuiper
      connections:
        assu: {installation: rds-2, portefeuille: De Hanze, version: "1.2628.3.15"}
      postbussen: [I09000789]
"""
PLAYBOOK = """\
- name: Postbussen
  offices: all
  tasks:
    - name: Postbussen
      assu.postbus: {numbers: "{{ postbussen }}"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "inregel.yml").write_text("project: x\n")
    (tmp_path / "inventory.yml").write_text(INVENTORY)
    (tmp_path / "playbooks" / "site.yml").write_text(PLAYBOOK)
    return tmp_path


def run(root: Path, *playbooks: str) -> tuple[int, str]:
    out = io.StringIO()
    return validate(Context(directory=root, out=out, environ={}), playbooks), out.getvalue()


def mistakes(root: Path, *playbooks: str) -> list[tuple[str, int, str]]:
    with pytest.raises(ConfigError) as caught:
        run(root, *playbooks)
    places = [mistake.where for mistake in caught.value.mistakes if isinstance(mistake.where, Position)]
    assert len(places) == len(caught.value.mistakes)
    return [(at.file, at.line, mistake.message) for at, mistake in zip(places, caught.value.mistakes, strict=True)]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_sound_project_is_said_to_be_so(root: Path) -> None:
    assert run(root) == (0, "Sound: 2 offices, 1 playbook, 1 task.\n")


def test_mistakes_of_all_files_come_in_one_go(root: Path) -> None:
    replace(root / "inventory.yml", '"1.2628.3.15"', "1.2630")
    replace(root / "playbooks" / "site.yml", "offices: all", "hosts: all")
    (root / "playbooks" / "other.yml").write_text("- offices: all\n  tasks:\n    - assu.postbu: {}\n")
    found = mistakes(root)
    assert {(file, line) for file, line, _ in found} == {
        ("inventory.yml", 14),
        ("playbooks/site.yml", 2),
        ("playbooks/other.yml", 3),
    }


def test_playbooks_are_looked_at_even_where_the_inventory_cannot_be_read(root: Path) -> None:
    replace(root / "inventory.yml", "    utrecht:", "\tutrecht:")
    replace(root / "playbooks" / "site.yml", "name: Postbussen\n  offices", "nmae: x\n  offices")
    assert [(file, line) for file, line, _ in mistakes(root)] == [("inventory.yml", 4), ("playbooks/site.yml", 1)]


def test_a_mistake_in_inregel_yml_comes_with_those_of_the_playbooks(root: Path) -> None:
    (root / "inregel.yml").write_text("project: x\nlanguage: de\n")
    replace(root / "playbooks" / "site.yml", "offices: all", "offcies: all")
    assert [(file, line) for file, line, _ in mistakes(root)] == [("inregel.yml", 2), ("playbooks/site.yml", 2)]


def test_arguments_are_checked_for_every_office(root: Path) -> None:
    replace(root / "inventory.yml", "[I09000789]", "[0471234567]")
    ((file, line, message),) = mistakes(root)
    assert "zwolle" in message
    assert "utrecht" not in message
    assert (file, line) in {("inventory.yml", 15), ("playbooks/site.yml", 5)}


def test_connections_are_checked_of_offices_that_no_play_names(root: Path) -> None:
    replace(root / "inventory.yml", "portefeuille: De Hanze", "portefeulle: De Hanze")
    replace(root / "playbooks" / "site.yml", "offices: all", "offices: utrecht")
    found = mistakes(root)
    assert [(file, line) for file, line, _ in found] == [("inventory.yml", 14)]
    assert "portefeulle" in found[0][2]


def test_a_fault_of_one_office_is_told_and_not_sound(root: Path) -> None:
    replace(root / "playbooks" / "site.yml", '"{{ postbussen }}"', "[\"{{ secret('missing_' ~ office.id) }}\"]")
    code, text = run(root)
    assert code == 1
    assert "missing_zwolle" in text
    assert "Sound" not in text


def test_only_the_named_playbook_is_looked_at(root: Path) -> None:
    (root / "playbooks" / "other.yml").write_text("- hosts: all\n")
    assert run(root, "playbooks/site.yml")[0] == 0


def test_a_playbook_is_found_from_where_you_stand(root: Path) -> None:
    out = io.StringIO()
    assert validate(Context(directory=root / "playbooks", out=out, environ={}), ["site.yml"]) == 0


def test_a_playbook_that_is_not_there_names_the_nearest(root: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        run(root, "playbooks/sitee.yml")
    assert str(caught.value) == ("playbooks/sitee.yml: there is no such file\n    write instead: playbooks/site.yml")


def test_no_playbook_at_all_says_what_to_do(root: Path) -> None:
    (root / "playbooks" / "site.yml").unlink()
    with pytest.raises(NoPlaybook, match="inregel validate PLAYBOOK"):
        run(root)


def test_no_project_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoProject):
        run(tmp_path)


def test_extra_variables_take_part(root: Path) -> None:
    replace(root / "playbooks" / "site.yml", "{{ postbussen }}", "{{ numbers }}")
    context = Context(directory=root, out=io.StringIO(), environ={})
    with pytest.raises(ConfigError, match="numbers"):
        validate(context, [])
    assert validate(context, [], extra_vars=['{"numbers": ["I09000123"]}']) == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes")
@pytest.mark.parametrize("name", ["playbooks/pipe.yml", "inventory.yml", "group_vars/all.yml", "office_vars/utrecht"])
def test_a_pipe_that_nobody_writes_to_is_refused_at_once(root: Path, name: str) -> None:
    path = root / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    assert mistakes(root) == [(name, 0, "this is not a file that can be read twice")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes")
@pytest.mark.parametrize(
    "text",
    [
        "- {offices: all, vars_files: ../pipe, tasks: []}\n",
        "- {offices: all, tasks: [{import_tasks: ../pipe}]}\n",
    ],
)
def test_a_pipe_that_a_playbook_names_is_refused_at_its_place(root: Path, text: str) -> None:
    os.mkfifo(root / "pipe")
    (root / "playbooks/site.yml").write_text(text)
    ((file, line, message),) = mistakes(root)
    assert (file, line) == ("playbooks/site.yml", 1)
    assert message.endswith("pipe is not an ordinary file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes")
def test_a_pipe_as_store_of_secrets_or_as_sheet_is_refused_at_once(root: Path) -> None:
    os.mkfifo(root / "pipe.csv")
    (root / "inregel.yml").write_text("project: x\nsecrets: pipe.csv\n")
    (root / "playbooks/site.yml").write_text(PLAYBOOK.replace("postbussen }}", "secret('x') }}"))
    assert run(root) == (1, "utrecht, zwolle: pipe.csv: it is not an ordinary file\n")
    (root / "inventory.yml").write_text("all: {offices: {from: pipe.csv, columns: {id: x}}}\n")
    assert mistakes(root) == [("inventory.yml", 1, "pipe.csv is not an ordinary file")]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="a system without links")
def test_a_folder_of_playbooks_that_cannot_be_read_is_not_one_without_playbooks(root: Path) -> None:
    (root / "playbooks/site.yml").unlink()
    (root / "playbooks").rmdir()
    (root / "playbooks").symlink_to("playbooks")
    with pytest.raises(
        Unreadable, match=r"^The folder playbooks/ cannot be read: .*Who may read it .*ls -ld playbooks/$"
    ):
        run(root)

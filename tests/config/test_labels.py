"""Templates in names and tags: what they see, as in Ansible, and what is said where they ask for more."""

from pathlib import Path

import pytest

from helpers.canary import canary
from helpers.projects import make, said
from inregel.config import project
from inregel.config.mistakes import ConfigError
from inregel.config.playbook import Playbook
from inregel.formats import vault
from inregel.secrets.memory import MemorySource

INVENTORY = "all: {vars: {area: noord}, offices: {ede: , hoorn: }}"


def load(root: Path, text: str, *extra: str, tags: tuple[str, ...] = (), **files: str) -> Playbook:
    parts = {"inventory.yml": INVENTORY, "site.yml": text, **{f"{name}.yml": part for name, part in files.items()}}
    return project.load(make(root, parts), secrets=MemorySource(), extra_vars=extra).playbook("site.yml", tags=tags)


def mistakes(root: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root, text)
    return said(caught.value)


def test_names_and_tags_see_the_variables_of_the_play_of_its_files_and_of_the_task(tmp_path: Path) -> None:
    text = """
- name: "Play {{ what }}"
  offices: all
  vars: {what: one, own: "{{ what }}+", number: 7}
  vars_files: more.yml
  tags: "{{ what }}"
  tasks:
    - {name: "Box {{ own }}{{ number }}", t.box: {}, tags: ["{{ of_file }}", plain, "{{ number }}"]}
    - {name: "{{ what }}", t.box: {}, vars: {what: two}, tags: "{{ what }}"}
    - {import_tasks: part.yml, tags: "{{ several }}", vars: {several: [x, "y,z"]}}
"""
    found = load(
        tmp_path, text, more="of_file: from file", part='[{name: "In {{ what }} {{ several[0] }}", t.box: {}}]'
    )
    (play,) = found.plays
    assert (play.name, play.tags) == ("Play one", {"one"})
    assert [(task.name, task.tags) for task in play.tasks] == [
        ("Box one+7", {"one", "from file", "plain", "7"}),
        ("two", {"one", "two"}),
        ("In one x", {"one", "x", "y", "z"}),
    ]


def test_tags_from_the_command_line_win_and_choose(tmp_path: Path) -> None:
    text = "- {offices: all, vars: {t: a}, tasks: [{t.box: {}, tags: '{{ t }}'}, {t.other: {}, tags: a}]}"
    (play,) = load(tmp_path, text, "t=b", tags=("b",)).plays
    assert [task.quiet for task in play.tasks] == [False, True]


def test_needs_name_a_task_by_its_rendered_name(tmp_path: Path) -> None:
    text = """
- offices: all
  vars: {what: one}
  tasks: [{name: "Box {{ what }}", t.box: {}}, {t.other: {}, needs: Box one}]
"""
    assert load(tmp_path, text).plays[0].tasks[1].needs == ("Box one",)


ALIKE = "is the same for all offices, and sees `vars` of the play and the task, `vars_files` and --extra-vars"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("{name: 'Box of {{ office.id }}', t.box: {}}", f"2:21: `office` is not defined; a name {ALIKE}"),
        ("{t.box: {}, tags: '{{ area }}'}", f"2:32: `area` is not defined; a tag {ALIKE}"),
        ("{t.box: {}, tags: [x, '{{ whit }}']}", f"2:36: `whit` is not defined; a tag {ALIKE} -> what"),
        ("{t.box: {}, loop: [1], name: 'B {{ item }}'}", f"2:43: `item` is not defined; a name {ALIKE}"),
        ("{t.box: {}, tags: '{{ map }}'}", "2:32: a tag is text, and this gives a mapping (key: value)"),
        ("{name: '{{ map }}', t.box: {}}", "2:21: a name is text, and this gives a mapping (key: value)"),
        ("{name: '{{ secret(1) }}', t.box: {}}", "2:21: a name cannot be a secret"),
    ],
)
def test_what_a_name_or_a_tag_cannot_be_is_said_with_its_place(tmp_path: Path, task: str, expected: str) -> None:
    text = f"- {{offices: all, vars: {{what: a, map: {{a: 1}}}}, tasks: [\n             {task}]}}"
    (found,) = mistakes(tmp_path, text)
    assert found == f"site.yml:{expected}"


def test_where_a_file_of_the_play_stays_encrypted_names_stay_as_written(tmp_path: Path) -> None:
    locked = vault.encrypt(b"what: one", canary("vault"))
    text = "- {offices: all, vars_files: more.yml, tasks: [{name: 'Box {{ what }}', t.box: {}}]}"
    found = load(tmp_path, text, more=locked if isinstance(locked, str) else locked.decode())
    assert found.plays[0].tasks[0].name == "Box {{ what }}"

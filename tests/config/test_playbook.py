"""Plays and tasks: imports, tags as Ansible has them, variables, `needs`, and mistakes."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.inventories import environment
from helpers.projects import make, said
from helpers.sizes import seed
from inregel.config import project
from inregel.config.labels import tags_of, wanted
from inregel.config.mistakes import ConfigError
from inregel.config.playbook import Playbook
from inregel.secrets.memory import MemorySource

INVENTORY = "all: {children: {nl: {offices: {ede: , hoorn: }}, be: {offices: {gent: }}}}"


def load(root: Path, files: dict[str, str], **tags: list[str]) -> Playbook:
    found = project.load(make(root, {"inventory.yml": INVENTORY, **files}), secrets=MemorySource())
    return found.playbook("books/site.yml", **tags)


def mistakes(root: Path, files: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root, files)
    return said(caught.value)


def test_a_play_and_its_tasks_are_read(tmp_path: Path) -> None:
    text = """
- name: One
  offices: [nl, "!hoorn"]
  serial: [1, "50%"]
  max_fail_percentage: 10
  proceed: handed_out
  tags: a
  tasks:
    - name: Box
      t.box: {user: x}
      when: [x is defined, true]
      loop: [1, 2]
      loop_control: {loop_var: each}
      tags: b, c
      needs: t.other
      exact: true
    - t.other:
- offices: all
  serial: 3
  tasks: []
"""
    one, two = load(tmp_path, {"books/site.yml": text}).plays
    assert (one.name, one.pattern, one.serial) == ("One", "nl,!hoorn", (1, "50%"))
    assert (one.max_fail_percentage, one.proceed, one.tags) == (10.0, "handed_out", frozenset("a"))
    assert (two.name, two.serial, two.tasks) == ("all", (3,), ())
    box, other = one.tasks
    assert (box.module, box.args, box.when, box.loop, box.loop_var) == (
        "t.box", {"user": "x"}, ("x is defined", True), [1, 2], "each",
    )  # fmt: skip
    assert (box.tags, box.needs, box.exact, box.quiet) == (frozenset("abc"), ("t.other",), True, False)
    assert (other.name, other.args, other.where.path) == ("t.other", {}, (0, "tasks", 1))


def test_imported_tasks_stand_there_as_if_typed_and_inherit(tmp_path: Path) -> None:
    files = {
        "books/site.yml": """
- offices: nl
  tags: play
  tasks:
    - import_tasks: parts/one.yml
      tags: [imported]
      when: first
      vars: {x: 1, y: 1}
    - t.other: {}
""",
        "books/parts/one.yml": "- import_tasks: two.yml\n  when: second\n"
        "- {t.box: {}, tags: own, when: third, vars: {y: 2}}\n",
        "books/parts/two.yml": "- t.other: {}\n",
    }
    [play] = load(tmp_path, files).plays
    two, one, last = play.tasks
    assert (two.module, two.when, two.tags, two.where.file) == (
        "t.other", ("first", "second"), frozenset({"play", "imported"}), "books/parts/two.yml",
    )  # fmt: skip
    assert (one.when, one.tags, one.vars) == (
        ("first", "third"),
        frozenset({"play", "imported", "own"}),
        {"x": 1, "y": 2},
    )
    assert (last.when, last.tags, last.vars) == ((), frozenset({"play"}), {})


def test_files_of_variables_win_over_the_play_and_the_last_wins(tmp_path: Path) -> None:
    files = {
        "books/site.yml": "- {offices: nl, vars: {a: 0, b: 0, c: 0}, vars_files: [one.yml, more/two.json], tasks: []}",
        "books/one.yml": "a: 1\nb: 1\n",
        "more/two.json": '{"b": 2}',
    }
    [play] = load(tmp_path, files).plays
    assert play.vars == {"a": 1, "b": 2, "c": 0}


TAGS = ["always", "never", "tagged", "untagged", "all", "a", "b"]
ORACLE = """
import json, sys
from ansible.playbook.taggable import Taggable
class One(Taggable):
    _loader = None
    def __init__(self, tags): self.tags = tags
    def _get_all_taggable_objects(self): return []
print("ANSWER" + json.dumps([One(t).evaluate_tags(o, s, {}) for t, o, s in json.load(sys.stdin)]))
"""


def test_tags_choose_the_tasks_that_they_choose_in_the_installed_ansible(tmp_path: Path) -> None:
    pytest.importorskip("ansible")
    rng = random.Random(seed("tags"))
    cases = [
        [
            rng.sample(["a", "b", "c", "always", "never"], rng.randint(0, 3)),
            *(rng.sample(TAGS, rng.randint(0, 2)) for _ in "12"),
        ]
        for _ in range(600)
    ]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ORACLE],
        # Ansible takes no --tags for --tags all.
        input=json.dumps([[tags, only or ["all"], skip] for tags, only, skip in cases]),
        capture_output=True,
        text=True,
        env=environment(tmp_path / "home"),
        check=True,
    )
    answers = json.loads(done.stdout.rpartition("ANSWER")[2])
    assert 100 < sum(answers) < 500
    for (tags, only, skip), answer in zip(cases, answers, strict=True):
        assert wanted(frozenset(tags), only, skip) == answer, (tags, only, skip)


def test_tags_are_read_from_text_with_commas_too() -> None:
    assert tags_of("a, b,,c") == tags_of(["a", "b,c"]) == frozenset("abc")


def test_a_task_that_is_left_out_is_quiet_and_still_there(tmp_path: Path) -> None:
    tasks = ["{t.box: {}, tags: a}", "{t.other: {}, tags: b}", "{t.other: {}, tags: never}"]
    files = {"books/site.yml": play(*tasks)}
    assert [task.quiet for task in load(tmp_path, files).plays[0].tasks] == [False, False, True]
    assert [task.quiet for task in load(tmp_path, files, tags=["a"]).plays[0].tasks] == [False, True, True]
    assert [task.quiet for task in load(tmp_path, files, skip_tags=["a"]).plays[0].tasks] == [True, False, True]
    assert [task.quiet for task in load(tmp_path, files, tags=["a,never"]).plays[0].tasks] == [False, True, False]


def play(*tasks: str, more: str = "") -> str:
    return f"- offices: nl\n{more}  tasks:\n" + "".join(f"    - {task}\n" for task in tasks or ["t.box: {}"])


CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "an unknown module": (
        {"books/site.yml": play("t.bx: {}")},
        ["books/site.yml:3:7: there is no module `t.bx`; all modules: inregel doc -> t.box"],
    ),
    "two modules": (
        {"books/site.yml": play("{t.box: {}, t.other: {}}")},
        ["books/site.yml:3:7: a task names one module, and this names t.box, t.other"],
    ),
    "no module": (
        {"books/site.yml": play("{name: x}")},
        ["books/site.yml:3:7: a task names one module, and this names none; all: inregel doc"],
    ),
    "an unknown office": (
        {"books/site.yml": "- offices: nll\n  tasks: []\n"},
        ["books/site.yml:1:12: the pattern `nll` names no group and no office -> nl"],
    ),
    "imports in a circle": (
        {"books/site.yml": play("import_tasks: a.yml"), "books/a.yml": "- import_tasks: b.yml\n",
         "books/b.yml": "- import_tasks: a.yml\n"},
        ["books/b.yml:1:17: these files import each other in a circle: books/a.yml -> books/b.yml -> books/a.yml"],
    ),
    "an import that is not there": (
        {"books/site.yml": play("import_tasks: tasks.yaml"), "books/tasks.yml": "[]"},
        ["books/site.yml:3:21: there is no file books/tasks.yaml -> tasks.yml"],
    ),
    "an imported file that is no list": (
        {"books/site.yml": play("import_tasks: a.yml"), "books/a.yml": "t.box: {}\n"},
        ["books/a.yml:1:1: a file of tasks is a list -> - name: ..."],
    ),
    "a mistake in an imported file": (
        {"books/site.yml": play("import_tasks: a.yml"), "books/a.yml": "- t.box: {}\n- t.box: {}\n  loop: 3\n"},
        ["books/a.yml:3:9: "],
    ),
    "a file of variables that is not there": (
        {"books/site.yml": play(more="  vars_files: varz.yml\n"), "books/vars.yml": "a: 1"},
        ["books/site.yml:2:15: there is no file varz.yml -> vars.yml"],
    ),
    "a template in the name of a file": (
        {"books/site.yml": play(more='  vars_files: ["{{ x }}.yml"]\n')},
        ["books/site.yml:2:16: a file name in `vars_files` takes no template: "
         "what differs per office stands in `office_vars/`"],
    ),
    "a need of nothing": (
        {"books/site.yml": play("{name: Box, t.box: {}, needs: [Othr]}", "{name: Other, t.other: {}}")},
        ["books/site.yml:3:38: `Othr` is no task and no module of this play or one before it -> Other"],
    ),
    "a need of a later play": (
        {"books/site.yml": play("{t.box: {}, needs: [t.other]}") + play("t.other: {}")},
        ["books/site.yml:3:27: `t.other` stands in a later play, and plays are done in their order"],
    ),
    "needs in a circle": (
        {"books/site.yml": play("{name: A, t.box: {}, needs: [C]}", "{name: B, t.box: {}, needs: [A]}",
                                "{name: C, t.other: {}, needs: [B]}")},
        ["books/site.yml:4:35: these tasks need each other in a circle: A -> C -> B -> A"],
    ),
    "a reserved name": (
        {"books/site.yml": play(more="  vars: {office: x}\n")},
        ["books/site.yml:2:10: `office` always means inregel's own office; give the variable another name"],
    ),
    "variables beside the playbook": (
        {"books/site.yml": "- {offices: nl, tasks: []}", "books/group_vars/nl.yml": "a: 1"},
        ["books/group_vars: this folder is not read: it stands beside the inventory"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_in_a_playbook_has_its_place_and_its_words(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    found = mistakes(tmp_path, files)
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line == start or (start.endswith(": ") and line.startswith(start)), found


def test_mistakes_of_all_files_and_plays_come_in_one_go(tmp_path: Path) -> None:
    files = {
        "books/site.yml": play("t.bx: {}", "import_tasks: a.yml") + "- {offices: bee, tasks: []}\n",
        "books/a.yml": "- {t.box: {}, needs: [nothing-like-it]}\n",
    }
    assert len(mistakes(tmp_path, files)) == 3


@pytest.mark.parametrize("keyword", ["hosts", "roles", "register", "become", "block", "with_items", "delegate_to"])
def test_a_keyword_of_ansible_says_what_to_write_instead(tmp_path: Path, keyword: str) -> None:
    on_play = keyword in ("hosts", "roles")
    text = f"- {keyword}: nl\n  offices: nl\n  tasks: []\n" if on_play else play(f"{{t.box: {{}}, {keyword}: x}}")
    [found] = mistakes(tmp_path, {"books/site.yml": text})
    assert found.startswith("books/site.yml:")
    assert f"`{keyword}` is a keyword of Ansible that there is not here -> " in found

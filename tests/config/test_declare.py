"""What tasks declare for an office: `when`, loops, arguments, faults of one office, mistakes of all."""

from pathlib import Path
from typing import Any

import pytest

from helpers.canary import canary
from helpers.projects import make, said, tree
from inregel.config import project
from inregel.config.mistakes import ConfigError
from inregel.config.model import Declaration
from inregel.config.project import Project
from inregel.contract import Secret
from inregel.secrets.memory import MemorySource

OFFICES: dict[str, dict[str, Any]] = {
    "ede": {"kind": "new", "boxes": ["A1", "A2"], "user": "ria"},
    "hoorn": {"kind": "renewal", "boxes": ["B1"], "user": "jan"},
}


def load(root: Path, tasks: str, secrets: MemorySource | None = None, more: str = "") -> Project:
    text = f"- offices: all\n{more}  tasks:\n{tasks}"
    files = {"inventory.yml": tree(OFFICES, shared=["C1"], number=12), "site.yml": text}
    return project.load(make(root, files), secrets=secrets or MemorySource())


def declare(
    root: Path, tasks: str, office: str = "ede", secrets: MemorySource | None = None, more: str = ""
) -> list[Declaration]:
    found = load(root, tasks, secrets, more)
    [play] = found.playbook("site.yml").plays
    return found.declare(play, office)


def check(root: Path, tasks: str, more: str = "") -> list[str]:
    found = load(root, tasks, more=more)
    with pytest.raises(ConfigError) as caught:
        found.check([(play, found.select(play.pattern)) for play in found.playbook("site.yml").plays])
    return said(caught.value)


def args(declarations: list[Declaration]) -> list[Any]:
    return [each.args for each in declarations]


def test_arguments_are_rendered_for_each_office(tmp_path: Path) -> None:
    tasks = '    - t.box: {numbers: "{{ boxes }}", user: "{{ user }} of {{ office.id }}"}\n'
    assert args(declare(tmp_path, tasks)) == [{"numbers": ["A1", "A2"], "user": "ria of ede"}]
    assert args(declare(tmp_path, tasks, "hoorn")) == [{"numbers": ["B1"], "user": "jan of hoorn"}]


def test_arguments_without_templates_are_one_object_for_all_offices(tmp_path: Path) -> None:
    found = load(tmp_path, "    - t.box: {user: plain}\n")
    [play] = found.playbook("site.yml").plays
    assert found.declare(play, "ede")[0] is found.declare(play, "hoorn")[0]


def test_a_value_of_the_inventory_is_handed_on_without_a_copy(tmp_path: Path) -> None:
    found = load(tmp_path, '    - t.box: {numbers: "{{ shared }}"}\n')
    [play] = found.playbook("site.yml").plays
    first, second = (found.declare(play, office)[0].args["numbers"] for office in ("ede", "hoorn"))
    assert first is second


def test_when_is_false_for_one_office_and_it_is_still_declared_there(tmp_path: Path) -> None:
    tasks = "    - {t.box: {user: x}, when: kind == 'new'}\n"
    assert [each.skipped for each in declare(tmp_path, tasks)] == [False]
    assert [each.skipped for each in declare(tmp_path, tasks, "hoorn")] == [True]


@pytest.mark.parametrize("when", ["[kind == 'new', number > 12]", "false", "not true", "[true, nowhere is defined]"])
def test_all_of_when_must_hold(tmp_path: Path, when: str) -> None:
    assert [each.skipped for each in declare(tmp_path, f"    - {{t.box: {{}}, when: {when}}}\n")] == [True]


def test_what_when_guards_need_not_be_defined(tmp_path: Path) -> None:
    tasks = '    - {t.box: {user: "{{ nowhere }}"}, when: nowhere is defined}\n'
    assert declare(tmp_path, tasks) == []
    loop = '    - {t.box: {user: "{{ item }}"}, loop: "{{ nowhere }}", when: nowhere is defined}\n'
    assert declare(tmp_path, loop) == []


def test_a_loop_declares_each_item_and_when_is_asked_for_each(tmp_path: Path) -> None:
    tasks = """    - t.box: {numbers: ["{{ item }}"], user: "{{ label }}"}
      vars: {label: "box {{ item }}"}
      loop: "{{ boxes + shared }}"
      when: item != 'A2'
"""
    found = declare(tmp_path, tasks)
    assert args(found) == [{"numbers": [box], "user": f"box {box}"} for box in ("A1", "A2", "C1")]
    assert [each.skipped for each in found] == [False, True, False]


def test_a_loop_of_mappings_and_another_name_for_its_item(tmp_path: Path) -> None:
    tasks = """    - t.box: {numbers: ["{{ each.n }}"]}
      loop: [{n: "{{ boxes[0] }}"}, {n: D1}]
      loop_control: {loop_var: each}
"""
    assert args(declare(tmp_path, tasks)) == [{"numbers": ["A1"]}, {"numbers": ["D1"]}]


def test_variables_win_in_the_order_of_ansible(tmp_path: Path) -> None:
    files = {
        "inventory.yml": "all: {vars: {a: i, b: i, c: i, d: i, e: i}, offices: {ede: }}",
        "vars.yml": "c: file\nd: file\ne: file\n",
        "site.yml": """
- offices: all
  vars: {b: play, c: play, d: play, e: play}
  vars_files: vars.yml
  tasks:
    - {t.box: {user: "{{ a }} {{ b }} {{ c }} {{ d }} {{ e }}"}, vars: {d: task, e: task}}
""",
    }
    root = make(tmp_path, files)
    found = project.load(root, secrets=MemorySource(), extra_vars=["e=extra"])
    [play] = found.playbook("site.yml").plays
    assert args(found.declare(play, "ede")) == [{"user": "i play file task extra"}]


def test_a_variable_of_an_office_that_uses_one_of_the_task_takes_that_of_the_task(tmp_path: Path) -> None:
    files = {
        "inventory.yml": 'all: {vars: {text: "{{ who }}!", who: nobody}, offices: {ede: }}',
        "site.yml": """
- offices: all
  tasks:
    - t.box: {user: "{{ text }}"}
    - {t.box: {user: "{{ text }}"}, vars: {who: task}}
    - {t.box: {user: "{{ text }}"}, loop: [a, b], loop_control: {loop_var: who}}
    - t.box: {user: "{{ text }}"}
""",
    }
    found = project.load(make(tmp_path, files), secrets=MemorySource())
    [play] = found.playbook("site.yml").plays
    assert [each.args["user"] for each in found.declare(play, "ede")] == ["nobody!", "task!", "a!", "b!", "nobody!"]


def test_a_missing_secret_blocks_its_office_and_its_task_alone(tmp_path: Path) -> None:
    tasks = """    - t.box: {password: "{{ secret('pw_' ~ office.id) }}"}
    - t.box: {user: "{{ user }}"}
"""
    source = MemorySource({"pw_hoorn": canary("password")})
    found = load(tmp_path, tasks, source)
    [play] = found.playbook("site.yml").plays
    found.check([(play, ["ede", "hoorn"])])
    ede, hoorn = found.declare(play, "ede"), found.declare(play, "hoorn")
    assert (ede[0].fault, ede[0].remedy) == (
        "There is no secret pw_ede.", "inregel secret set pw_ede",
    )  # fmt: skip
    assert ede[1].fault == ""
    assert hoorn[0].args["password"] == Secret("pw_hoorn", source.values["pw_hoorn"])


def test_a_condition_that_needs_a_missing_secret_is_a_fault_too(tmp_path: Path) -> None:
    [found] = declare(tmp_path, "    - {t.box: {}, when: \"secret('a') and true\"}\n")
    assert found.fault == "There is no secret a."


CASES = {
    "an undefined variable": (
        '    - t.box: {user: "{{ usr }}"}\n',
        ["site.yml:3:21: `usr` is not defined (2 offices: ede, hoorn) -> {{ user }}"],
    ),
    "two of them in one task": (
        '    - t.box: {user: "{{ usr }}", numbers: ["{{ box }}", "{{ boxess }}"]}\n',
        ["site.yml:3:21: `usr` is not defined (2 offices: ede, hoorn) -> {{ user }}",
         "site.yml:3:44: `box` is not defined (2 offices: ede, hoorn) -> {{ boxes }}",
         "site.yml:3:57: `boxess` is not defined (2 offices: ede, hoorn) -> {{ boxes }}"],
    ),
    "a template that is not right": (
        '    - t.box: {user: "{{ user"}\n',
        ["site.yml:3:21: this template is not complete or not right: "
         "unexpected end of template, expected 'end of print statement'."],
    ),
    "when with braces": (
        "    - {t.box: {}, when: \"{{ kind == 'new' }}\"}\n",
        ["site.yml:3:25: this is an expression already, so it takes no `{{ }}` -> kind == 'new'"],
    ),
    "when that is no yes or no": (
        "    - {t.box: {}, when: kind}\n",
        ["site.yml:3:25: `when` is true or false, and this gives text (2 offices: ede, hoorn) "
         "-> a comparison, such as `x == 'y'` or `x is defined`"],
    ),
    "when that is undefined": (
        "    - {t.box: {}, when: knd == 'new'}\n",
        ["site.yml:3:25: `knd` is not defined (2 offices: ede, hoorn) -> kind"],
    ),
    "a loop over text": (
        '    - {t.box: {}, loop: "{{ user }}"}\n',
        ["site.yml:3:25: `loop` takes a list, and this gives text (2 offices: ede, hoorn) -> loop: [...]"],
    ),
    "a loop over a mapping": (
        "    - {t.box: {}, loop: \"{{ {'a': 1} }}\"}\n",
        ["site.yml:3:25: `loop` takes a list, and this gives a mapping (2 offices: ede, hoorn) "
         '-> loop: "{{ NAME | dict2items }}"'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_once_with_its_place_and_its_offices(tmp_path: Path, case: str) -> None:
    tasks, expected = CASES[case]
    assert check(tmp_path, tasks) == expected


def test_a_secret_in_the_name_of_a_task_is_a_mistake_that_says_so(tmp_path: Path) -> None:
    [line] = check(tmp_path, "    - {name: \"x {{ secret('a') }}\", t.box: {}}\n")
    assert line.startswith("site.yml:3:14: a secret stands inside a longer text or is worked on")


def test_a_secret_in_a_longer_text_is_a_mistake_at_its_place(tmp_path: Path) -> None:
    found = load(tmp_path, "    - t.box: {password: \"x{{ secret('a') }}\"}\n", MemorySource({"a": canary("a")}))
    [play] = found.playbook("site.yml").plays
    with pytest.raises(ConfigError) as caught:
        found.declare(play, "ede")
    [line] = said(caught.value)
    assert line.startswith("site.yml:3:25: the secret a stands inside a longer text or is worked on")


def test_an_argument_that_the_schema_refuses_is_told_where_it_stands(tmp_path: Path) -> None:
    [line] = check(tmp_path, "    - t.box: {usr: x}\n")
    assert line.startswith("site.yml:3:15: ")
    assert line.endswith("-> user:")
    line = check(tmp_path, '    - t.box: {count: "{{ kind }}"}\n')[0]
    assert line.startswith("inventory.yml:1:")
    assert "(for count of t.box)" in line


def test_a_value_of_the_inventory_that_the_schema_refuses_is_told_at_its_own_place(tmp_path: Path) -> None:
    files = {
        "inventory.yml": "all:\n  offices:\n    ede:\n      certificate:\n        kind: nieuw\n"
        "      boxes: [0471234567]\n",
        "site.yml": '- offices: all\n  tasks:\n    - t.box: {kind: "{{ certificate.kind }}", numbers: "{{ boxes }}"}\n',
    }
    found = project.load(make(tmp_path, files), secrets=MemorySource())
    with pytest.raises(ConfigError) as caught:
        found.check([(play, ["ede"]) for play in found.playbook("site.yml").plays])
    kind, boxes = said(caught.value)
    assert kind.startswith("inventory.yml:5:15: ")
    assert "(for kind of t.box) (office ede)" in kind
    assert boxes.startswith("inventory.yml:6:15: ")
    assert boxes.endswith('-> "0471234567"')


def test_a_task_with_a_mistake_is_refused_for_every_office_and_every_time(tmp_path: Path) -> None:
    found = load(tmp_path, "    - t.box: {usr: x}\n")
    [play] = found.playbook("site.yml").plays
    for office in ("ede", "hoorn", "ede"):
        with pytest.raises(ConfigError):
            found.declare(play, office)


def test_a_mistake_is_found_in_a_play_for_no_office(tmp_path: Path) -> None:
    found = load(tmp_path, '    - t.box: {user: "{{ user"}\n')
    with pytest.raises(ConfigError):
        found.check([(play, []) for play in found.playbook("site.yml").plays])


def test_a_mistake_of_120_offices_is_one_line(tmp_path: Path) -> None:
    offices = {f"k{number:03}": {} for number in range(120)}
    text = '- offices: all\n  tasks:\n    - t.box: {user: "{{ nowhere }}"}\n'
    files = {"inventory.yml": tree(offices), "site.yml": text}
    found = project.load(make(tmp_path, files), secrets=MemorySource())
    with pytest.raises(ConfigError) as caught:
        found.check([(play, found.select("all")) for play in found.playbook("site.yml").plays])
    assert said(caught.value) == ["site.yml:3:21: `nowhere` is not defined (120 offices: k000, k001, k002, ...)"]


def test_what_was_checked_is_not_declared_twice(tmp_path: Path) -> None:
    found = load(tmp_path, '    - t.box: {user: "{{ user }}"}\n')
    [play] = found.playbook("site.yml").plays
    found.check([(play, ["ede"])])
    kept = found._declared[id(play), "ede"]
    assert found.declare(play, "ede") is kept
    assert not found._declared

"""Generated inventories, written both as Ansible reads them and as inregel does, and what the installed Ansible says.

Ansible's own classes answer in one process for many inventories: starting it costs a second, an inventory 20 ms.
"""

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

NAMES = ["nl", "be", "noord", "zuid", "payroll", "alfa", "zeta", "klein", "groot", "test-nl", "ax", "Beta"]
VARS = ["language", "renew", "quota", "label", "ports", "tree", "flag", "empty"]
ORACLE = """
import json, sys
from ansible.parsing.dataloader import DataLoader
from ansible.inventory.manager import InventoryManager
from ansible.vars.manager import VariableManager
from ansible.cli.inventory import InventoryCLI
from ansible.errors import AnsibleError
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
answers = []
for question in json.load(sys.stdin):
    loader = DataLoader()
    manager = InventoryManager(loader, sources=question["sources"])
    variables = VariableManager(loader=loader, inventory=manager)
    values = {
        host.name: InventoryCLI._remove_internal(variables.get_vars(host=host, include_hostvars=False, stage="all"))
        for host in manager.get_hosts("all")
    }
    selected = []
    for pattern, limit in question["patterns"]:
        manager.subset(limit or None)
        try:
            selected.append([host.name for host in manager.get_hosts(pattern)])
        except AnsibleError:
            selected.append(None)
    answers.append({"values": values, "selected": selected})
print("ANSWER" + json.dumps(answers))
"""


@dataclass
class Generated:
    """One inventory on disk, twice."""

    ansible: list[Path]
    own: list[Path]
    patterns: list[tuple[str, str]]
    flat: bool
    """No groups in groups: then the order of offices is certain in Ansible too."""
    folder: Path


@dataclass
class _Source:
    """One inventory file with the folders beside it."""

    trees: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def generate(folder: Path, seed: int) -> Generated:
    """An inventory from a seed: groups of groups, several sources, variables everywhere."""
    rng = random.Random(seed)
    flat = rng.random() < 0.3
    groups = rng.sample(NAMES, rng.randint(1, 8))
    offices = [f"kantoor{number}" for number in range(rng.randint(1, 12))] + rng.sample(
        ["hq", "a.b", "x-1"], rng.randint(0, 3)
    )
    below = {name: [] if flat else [g for g in groups[i + 1 :] if rng.random() < 0.3] for i, name in enumerate(groups)}
    sources = [_Source() for _ in range(rng.choice([1, 1, 2]))]
    for source in sources:
        _fill(rng, source, groups, offices, below)
        if rng.random() < 0.3:
            _fill(rng, source, groups, offices, below)
    as_folder = [rng.random() < 0.25 or len(source.trees) > 1 for source in sources]
    ansible = [_write(folder / "ansible", number, s, as_folder[number], own=False) for number, s in enumerate(sources)]
    own = [_write(folder / "own", number, s, as_folder[number], own=True) for number, s in enumerate(sources)]
    known = [*groups, "all", "ungrouped", *sorted({o for s in sources for t in s.trees for o in _offices(t)})]
    return Generated(ansible, own, [_pattern(rng, known, flat) for _ in range(12)], flat, folder)


def _fill(
    rng: random.Random, source: _Source, groups: list[str], offices: list[str], below: dict[str, list[str]]
) -> None:
    written: set[str] = set()

    def group(name: str) -> dict[str, Any] | None:
        if name in written:
            return None
        written.add(name)
        parts: list[tuple[str, Any]] = []
        if rng.random() < 0.6:
            parts.append(("vars", _values(rng, group=True)))
        if below.get(name):
            parts.append(("children", {child: group(child) for child in below[name]}))
        mine = rng.sample(offices, rng.randint(0, min(4, len(offices))))
        if mine:
            parts.append(("offices", {o: _values(rng) if rng.random() < 0.4 else None for o in mine}))
        rng.shuffle(parts)
        return dict(parts)

    tree: dict[str, Any] = {}
    children: dict[str, Any] = {}
    top = {}
    for name in rng.sample(groups, len(groups)):
        if name not in written:
            (children if rng.random() < 0.6 else top)[name] = group(name)
    everything: list[tuple[str, Any]] = [("children", children)]
    if rng.random() < 0.7:
        everything.append(("vars", _values(rng, group=True)))
    if rng.random() < 0.6:
        loose = rng.sample(offices, rng.randint(1, min(3, len(offices))))
        everything.append(("offices", {o: _values(rng) if rng.random() < 0.5 else None for o in loose}))
    if rng.random() < 0.3:
        everything.append(("offices", {"kantoor[2:4]": _values(rng), "hal[a:c]": None}))
    rng.shuffle(everything)
    tree["all"] = dict(everything)
    tree.update(top)
    if rng.random() < 0.2:
        tree["ungrouped"] = {"vars": _values(rng), "offices": dict.fromkeys(rng.sample(offices, 1))}
    source.trees.append(tree)
    for kind, names in (("group_vars", [*groups, "all"]), ("office_vars", offices)):
        for name in names:
            if rng.random() < 0.3:
                _vars_file(rng, source, kind, name)


def _vars_file(rng: random.Random, source: _Source, kind: str, name: str) -> None:
    """One of the shapes in which variables may stand in files; two at once, of which one is not read."""
    for shape in rng.sample(["yml", "yaml", "json", "bare", "folder"], rng.choice([1, 1, 1, 2])):
        values = _values(rng)
        if shape == "folder":
            if f"{kind}/{name}" in source.files:
                continue
            source.files[f"{kind}/{name}/b.yml"] = yaml.safe_dump(values)
            source.files[f"{kind}/{name}/a.json"] = json.dumps(_values(rng))
            source.files[f"{kind}/{name}/sub/c"] = yaml.safe_dump(_values(rng))
            source.files[f"{kind}/{name}/.hidden.yml"] = "language: hidden"
            source.files[f"{kind}/{name}/notes.txt"] = "not: read"
        elif shape == "bare":
            if not any(file.startswith(f"{kind}/{name}/") for file in source.files):
                source.files[f"{kind}/{name}"] = yaml.safe_dump(values)
        else:
            source.files[f"{kind}/{name}.{shape}"] = json.dumps(values) if shape == "json" else yaml.safe_dump(values)


def _values(rng: random.Random, *, group: bool = False) -> dict[str, Any]:
    pick = {
        "language": lambda: rng.choice(["nl", "fr", "en"]),
        "renew": lambda: f"{rng.randint(1, 99)}d",
        "quota": lambda: rng.randint(0, 1000),
        "label": lambda: "é " + str(rng.random()),
        "ports": lambda: [rng.randint(1, 9) for _ in range(rng.randint(0, 3))],
        "tree": lambda: {rng.choice("ab"): {"deep": rng.randint(0, 9)}},
        "flag": lambda: rng.random() < 0.5,
        "empty": lambda: None,
    }
    values: dict[str, Any] = {name: pick[name]() for name in rng.sample(VARS, rng.randint(1, 4))}
    if group and rng.random() < 0.3:
        values["ansible_group_priority"] = rng.randint(0, 5)
    return values


def _offices(tree: Any) -> set[str]:
    found: set[str] = set()
    for body in tree.values():
        for part, content in (body or {}).items():
            if part == "offices":
                found |= {name for name in content or {} if "[" not in name}
            elif part == "children":
                found |= _offices(content or {})
    return found


def _pattern(rng: random.Random, known: list[str], flat: bool) -> tuple[str, str]:
    def one() -> str:
        word = rng.choice(known)
        choice = rng.random()
        if choice < 0.12:
            word = rng.choice(
                ["kant*", "*1", "?eta", "~kantoor[13]", "~(nl|be)", "h*", "kantoor[0-4]*", "*", "al*", "[nb]*"]
            )
        elif choice < 0.3 and flat and "." not in word:
            word += rng.choice(["[0]", "[1]", "[-1]", "[0:1]", "[1:]", "[2:0]", "[0:0]", "[9]"])
        return word

    separator = rng.choice([":", ","])
    parts = [rng.choice(["", "", "", "!", "&"]) + one() for _ in range(rng.randint(1, 4))]
    limit = rng.choice(["", "", one(), f"{one()}:!{one()}"])
    return separator.join(parts), limit


def _write(folder: Path, number: int, source: _Source, as_folder: bool, *, own: bool) -> Path:
    """Writes a source; gives the path to read it from."""
    place = folder / f"source{number}"
    place.mkdir(parents=True)
    for index, tree in enumerate(source.trees):
        data = tree if own else _as_ansible(tree)
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        (place / f"inventory{index}.yml").write_text(text, "utf-8")
    for name, text in source.files.items():
        path = place / (name if own else name.replace("office_vars", "host_vars"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return place if as_folder else place / "inventory0.yml"


def _as_ansible(tree: Any) -> Any:
    """The same with Ansible's word for offices."""
    result = {}
    for name, body in tree.items():
        if body is not None:
            body = {
                ("hosts" if part == "offices" else part): _as_ansible(content) if part == "children" else content
                for part, content in body.items()
            }
        result[name] = body
    return result


def environment(home: Path) -> dict[str, str]:
    """An environment in which Ansible has no settings but its own."""
    home.mkdir(exist_ok=True)
    (home / "none.cfg").write_text("")
    quiet = {
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    }
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(home / "none.cfg"),
        **quiet,
    }


def ask(questions: list[Generated], home: Path) -> list[dict[str, Any]]:
    """What Ansible says of each: `values` per host, and what each (pattern, limit) selects; None for an error."""
    given = [{"sources": [str(path) for path in each.ansible], "patterns": each.patterns} for each in questions]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ORACLE],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env=environment(home),
        cwd=home,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers: list[dict[str, Any]] = json.loads(done.stdout.rpartition("ANSWER")[2])
    return answers

"""Values are those of the installed Ansible, for generated inventories; and where each value comes from."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from helpers.inventories import ask, environment, generate
from helpers.sizes import seed, size
from inregel.config.inventory import Inventory
from inregel.config.patterns import PatternError, select, split
from inregel.config.reading import InventoryReader, Readers
from inregel.config.variables import Files
from inregel.library import Library
from inregel.secrets.memory import MemorySource

CHUNK = 20


def read(root: Path, sources: list[Path]) -> Inventory:
    readers = Readers(Files(root), MemorySource())
    return InventoryReader(readers, Library(None).schema("inventory")).read(sources)


@pytest.mark.parametrize("chunk", range(size("inventories") // CHUNK))
def test_values_and_patterns_equal_those_of_the_installed_ansible(tmp_path: Path, chunk: int) -> None:
    first = seed("inventories") + chunk * CHUNK
    made = [generate(tmp_path / str(number), number) for number in range(first, first + CHUNK)]
    answers = ask(made, tmp_path / "home")
    assert sum(len(answer["values"]) for answer in answers) > CHUNK
    for number, (one, answer) in enumerate(zip(made, answers, strict=True), first):
        inventory = read(one.folder / "own", one.own)
        values = {office: inventory.values(office) for office in inventory.order}
        assert values == answer["values"], f"seed {number}"
        for (pattern, limit), expected in zip(one.patterns, answer["selected"], strict=True):
            try:
                found: list[str] | None = select(inventory, split(pattern))
                if limit:
                    within = select(inventory, split(limit))
                    found = [office for office in found or [] if office in within]
            except PatternError as error:
                assert "goes past the end" in str(error)
                found = None
            if one.flat or found is None or expected is None:
                assert found == expected, f"seed {number}: {pattern!r} limited to {limit!r}"
            else:
                assert sorted(found) == sorted(expected), f"seed {number}: {pattern!r} limited to {limit!r}"


@pytest.mark.parametrize("number", range(2))
def test_values_equal_those_of_the_command_ansible_inventory(tmp_path: Path, number: int) -> None:
    one = generate(tmp_path, 7_000 + number)
    inventory = read(one.folder / "own", one.own)
    sources = [word for path in one.ansible for word in ("-i", str(path))]
    command = [str(Path(sys.executable).parent / "ansible-inventory"), *sources]
    home = tmp_path / "home"
    done = subprocess.run([*command, "--list"], capture_output=True, env=environment(home), cwd=home, check=True)
    listed = json.loads(done.stdout)["_meta"]["hostvars"]
    assert {office: inventory.values(office) for office in inventory.order if inventory.values(office)} == listed

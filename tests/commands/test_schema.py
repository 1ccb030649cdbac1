"""`inregel schema`: the schemas of a project, combined for editors, and told to the editor without loss."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from inregel.commands.context import Context
from inregel.commands.schema import EditorSettings, combined_inventory, combined_playbook, schema
from inregel.library import Library

PLAYBOOK = """\
- offices: all
  tasks:
    - assu.postbus: {numbers: "{{ postbussen }}"}
    - assu.postbus: {numbers: [I09000123]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "inregel.yml").write_text("project: x\ninventory: [inventory.yml, hosts]\n")
    (tmp_path / "hosts").mkdir()
    return tmp_path


def run(root: Path, *, install: bool = False) -> str:
    out = io.StringIO()
    assert schema(Context(directory=root, out=out, environ={}), install) == 0
    return out.getvalue()


def editor(root: Path) -> Any:
    return json.loads((root / ".vscode" / "settings.json").read_text(encoding="utf-8"))


def errors(wanted: dict[str, Any], text: str) -> list[str]:
    return [str(error.message) for error in Draft202012Validator(wanted).iter_errors(yaml.safe_load(text))]


def test_without_install_nothing_is_written(root: Path) -> None:
    text = run(root)
    assert "playbooks/*.yml" in text
    assert "assu.postbus" in text
    assert sorted(path.name for path in root.iterdir()) == ["hosts", "inregel.yml"]


def test_install_writes_schemas_and_tells_the_editor(root: Path) -> None:
    run(root, install=True)
    for name in ("project", "inventory", "playbook"):
        Draft202012Validator.check_schema(json.loads((root / f".inregel/schemas/{name}.json").read_text()))
    assert editor(root) == {
        "yaml.schemas": {
            "./.inregel/schemas/project.json": ["inregel.yml"],
            "./.inregel/schemas/inventory.json": ["inventory.yml", "hosts/**/*.yml"],
            "./.inregel/schemas/playbook.json": ["playbooks/*.yml"],
        },
        "yaml.customTags": ["!vault scalar"],
    }


def test_what_stands_in_the_editor_settings_stays(root: Path) -> None:
    (root / ".vscode").mkdir()
    old = {
        "editor.tabSize": 2,
        "yaml.schemas": {"other.json": "x.yml", "./.inregel/schemas/playbook.json": "more/*.yml"},
        "yaml.customTags": ["!other"],
        "z": [1],
    }
    (root / ".vscode" / "settings.json").write_text(json.dumps(old, indent=4))
    run(root, install=True)
    new = editor(root)
    assert list(new) == list(old)
    assert (new["editor.tabSize"], new["z"], new["yaml.customTags"]) == (2, [1], ["!other", "!vault scalar"])
    assert new["yaml.schemas"]["other.json"] == "x.yml"
    assert new["yaml.schemas"]["./.inregel/schemas/playbook.json"] == ["more/*.yml", "playbooks/*.yml"]
    assert '\n    "editor.tabSize"' in (root / ".vscode" / "settings.json").read_text()


def test_a_second_install_changes_nothing(root: Path) -> None:
    run(root, install=True)
    before = {path: path.read_bytes() for path in root.rglob("*.json")}
    assert ".vscode" not in run(root, install=True)
    assert {path: path.read_bytes() for path in root.rglob("*.json")} == before


@pytest.mark.parametrize("text", ['{\n  // mine\n  "a": 1\n}', "[1]", '{"yaml.schemas": []}', '{"yaml.customTags": 1}'])
def test_settings_that_are_not_understood_are_left_alone(root: Path, text: str) -> None:
    (root / ".vscode").mkdir()
    (root / ".vscode" / "settings.json").write_text(text)
    with pytest.raises(EditorSettings, match="by hand"):
        run(root, install=True)
    assert (root / ".vscode" / "settings.json").read_text() == text
    assert (root / ".inregel" / "schemas" / "playbook.json").is_file()


def test_the_arguments_of_modules_stand_in_the_playbook_schema_and_take_templates() -> None:
    wanted = combined_playbook(Library(None))
    assert errors(wanted, PLAYBOOK) == []
    assert errors(wanted, PLAYBOOK.replace("numbers: [I", "numers: [I"))
    assert errors(wanted, PLAYBOOK.replace("[I09000123]", "5"))


def test_the_settings_of_connections_stand_in_the_inventory_schema() -> None:
    wanted = combined_inventory(Library(None))
    sound = (
        'all: {offices: {a: {connections: {assu: {installation: a, portefeuille: "{{ p }}", version: "1.2628.3"}}}}}'
    )
    assert errors(wanted, sound) == []
    assert errors(wanted, sound.replace("portefeuille", "portefeulle"))
    assert errors(wanted, sound.replace("assu:", "assu.test:").replace("installation: a", "installation: 5"))


def test_the_combined_schemas_leave_those_of_the_library_as_they_are() -> None:
    library = Library(None)
    before = json.dumps([library.schema("playbook"), library.schema("inventory")])
    combined_playbook(library)
    combined_inventory(library)
    assert json.dumps([library.schema("playbook"), library.schema("inventory")]) == before


def test_references_inside_a_module_schema_are_followed(root: Path) -> None:
    (root / "modules" / "mine").mkdir(parents=True)
    (root / "modules" / "mine" / "thing.py").write_text("")
    (root / "schemas" / "modules" / "mine").mkdir(parents=True)
    (root / "schemas" / "modules" / "mine" / "thing.schema.json").write_text(
        json.dumps(
            {
                "type": "object",
                "properties": {"size": {"$ref": "#/$defs/size"}},
                "$defs": {"size": {"type": "integer", "minimum": 1}},
            }
        )
    )
    wanted = combined_playbook(Library(root))
    play = "- offices: all\n  tasks:\n    - mine.thing: {size: SIZE}\n"
    assert errors(wanted, play.replace("SIZE", "3")) == errors(wanted, play.replace("SIZE", "'{{ n }}'")) == []
    assert errors(wanted, play.replace("SIZE", "0"))

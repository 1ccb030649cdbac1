"""`inregel schema`: the JSON Schemas of a project's files, and their installation for editors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from inregel.commands.context import Context
from inregel.config import settings
from inregel.errors import InregelError
from inregel.library import Library
from inregel.platform import write_durably

FOLDER: Final = ".inregel/schemas"
EDITOR: Final = ".vscode/settings.json"
_SCHEMAS: Final = "yaml.schemas"
_TAGS: Final = "yaml.customTags"
_VAULT: Final = "!vault scalar"
_TEMPLATE: Final[Mapping[str, Any]] = {"type": "string", "pattern": "\\{[{%]"}
_INNER: Final = ("properties", "patternProperties", "$defs")
_NARROW: Final = frozenset({"type", "enum", "const", "pattern", "format", "oneOf", "anyOf", "$ref"})


class EditorSettings(InregelError):
    """{file} is not plain JSON ({reason}), so nothing was written there. The schemas are in {folder}.
    Add this to it by hand: {entry}"""


def schema(context: Context, install: bool = False) -> int:
    """Prints which schema belongs to which files; with `install` writes them, and tells the editor.

    Returns 0. Raises `EditorSettings` where the editor's settings cannot be added to without loss.
    """
    root = settings.find_root(context.directory)
    library = Library(root)
    globs = _globs(settings.load(root).inventory, root)
    schemas = {
        "project": library.schema("project"),
        "inventory": combined_inventory(library),
        "playbook": combined_playbook(library),
    }
    if not install:
        width = max(map(len, schemas))
        for name, files in globs.items():
            context.say(f"{name:{width}}  {', '.join(files)}")
        context.tell("modules: {names}", names=", ".join(library.modules()) or context.speech("none"))
        context.tell("Next: inregel schema --install      writes them for editors, with the arguments of all modules")
        return 0
    for name, content in schemas.items():
        _write(root / FOLDER / f"{name}.json", json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    changed = _tell_editor(root, globs)
    written = [*(f"{FOLDER}/{name}.json" for name in schemas), *([EDITOR] if changed else [])]
    context.tell("Written: {files}.", files=", ".join(written))
    context.tell(
        "Visual Studio Code (extension YAML) completes and checks now. In another editor, as the first line of a file:"
    )
    context.say(f"# yaml-language-server: $schema=../{FOLDER}/playbook.json")
    return 0


def combined_playbook(library: Library) -> dict[str, Any]:
    """The schema of playbooks, with the arguments of every module under its key."""
    result: dict[str, Any] = json.loads(json.dumps(library.schema("playbook")))
    known = result["$defs"]["task"]["properties"]
    for name in library.modules():
        result["$defs"][name] = embedded(library.module_schema(name), name)
        known[name] = {"$ref": f"#/$defs/{name}"}
    return result


def combined_inventory(library: Library) -> dict[str, Any]:
    """The schema of inventories, with the settings of every system under `connections`."""
    result: dict[str, Any] = json.loads(json.dumps(library.schema("inventory")))
    patterns: dict[str, Any] = {}
    for system in library.systems():
        found = library.connection_schema(system)
        if found is not None:
            result["$defs"][f"connection.{system}"] = embedded(found, f"connection.{system}")
            patterns[f"^{system}(\\.[a-z0-9_]+)?$"] = {"$ref": f"#/$defs/connection.{system}"}
    result["$defs"]["connections"]["patternProperties"] = patterns
    return result


def embedded(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A schema to stand under `$defs/<name>` of another: its references follow, and templates may stand for values."""
    moved = _moved(schema, f"#/$defs/{name}/")
    result: dict[str, Any] = _relaxed(moved)
    return {key: value for key, value in result.items() if key not in ("$schema", "$id")}


def _moved(part: Any, base: str) -> Any:
    if isinstance(part, dict):
        return {
            key: base + value.removeprefix("#/")
            if key == "$ref" and isinstance(value, str) and value.startswith("#/")
            else _moved(value, base)
            for key, value in part.items()
        }
    return [_moved(value, base) for value in part] if isinstance(part, list) else part


def _relaxed(schema: Any) -> Any:
    """The same schema, where a template may stand in place of any value within it."""
    if not isinstance(schema, dict):
        return schema
    result = dict(schema)
    for keyword in _INNER:
        if isinstance(result.get(keyword), dict):
            open_value = _relaxed if keyword == "$defs" else _or_template
            result[keyword] = {key: open_value(inner) for key, inner in result[keyword].items()}
    for keyword in ("additionalProperties", "items"):
        if keyword in result:
            result[keyword] = _or_template(result[keyword])
    for keyword in ("oneOf", "anyOf", "allOf"):
        if keyword in result:
            result[keyword] = [_relaxed(inner) for inner in result[keyword]]
    return result


def _or_template(schema: Any) -> Any:
    relaxed = _relaxed(schema)
    if not isinstance(relaxed, dict) or not _NARROW & relaxed.keys():
        return relaxed
    outside = {key: relaxed[key] for key in ("title", "description", "default") if key in relaxed}
    return {**outside, "anyOf": [relaxed, dict(_TEMPLATE)]}


def _globs(inventory: Sequence[str], root: Path) -> dict[str, list[str]]:
    """Which files each schema is for."""
    offices = [f"{name}/**/*.yml" if (root / name).is_dir() else name for name in inventory]
    offices = [name for name in offices if name.endswith((".yml", ".yaml"))]
    return {"project": [settings.FILE], "inventory": offices, "playbook": ["playbooks/*.yml"]}


def _tell_editor(root: Path, globs: Mapping[str, Sequence[str]]) -> bool:
    """Adds the schemas to the editor's settings; everything else there stays. False where they stood there already."""
    path = root / EDITOR
    entry = {f"./{FOLDER}/{name}.json": list(files) for name, files in globs.items() if files}
    old = path.read_text(encoding="utf-8") if path.is_file() else "{}"
    try:
        data = json.loads(old or "{}")
        if not isinstance(data, dict) or not isinstance(data.get(_SCHEMAS, {}), dict):
            raise ValueError("not an object")
        if not isinstance(data.get(_TAGS, []), list):
            raise ValueError(f"{_TAGS} is not a list")
    except ValueError as error:
        raise EditorSettings(
            file=EDITOR, reason=error, folder=FOLDER, entry=json.dumps({_SCHEMAS: entry, _TAGS: [_VAULT]})
        ) from None
    schemas = dict(data.get(_SCHEMAS, {}))
    for name, files in entry.items():
        there = schemas.get(name, [])
        there = [there] if isinstance(there, str) else list(there)
        schemas[name] = [*there, *(file for file in files if file not in there)]
    tags = data.get(_TAGS, [])
    new = {**data, _SCHEMAS: schemas, _TAGS: [*tags, *([_VAULT] if _VAULT not in tags else [])]}
    if new == data:
        return False
    _write(path, json.dumps(new, indent=_indent(old), ensure_ascii=False) + "\n")
    return True


def _indent(text: str) -> int | str:
    """The indentation of a JSON text."""
    for line in text.splitlines():
        blank = line[: len(line) - len(line.lstrip())]
        if blank:
            return "\t" if blank.startswith("\t") else len(blank)
    return 2


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, text.encode())

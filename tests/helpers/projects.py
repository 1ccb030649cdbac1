"""Small projects on disk, with one module of their own: `t.box`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inregel.config.mistakes import ConfigError, Position

BOX = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "numbers": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]?[0-9]+$"}},
        "user": {"type": "string"},
        "kind": {"enum": ["new", "renewal"]},
        "password": {"type": "string"},
        "count": {"type": "integer"},
        "settings": {"type": "object"},
    },
}
CONNECTION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["installation"],
    "x-identity": ["installation", "part"],
    "x-limit": 5,
    "properties": {
        "installation": {"type": "string"},
        "part": {"type": "string"},
        "token": {"type": "string"},
        "several": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
MODULE = """
from inregel.contract import Seen


def desired(args, office, inputs):
    if "kind" in args:
        inputs.of("t.other")
    return {"all": dict(user=args.get("user", ""))}


def actual(view):
    return Seen({})


def steps(change, inputs):
    return []
"""
SETTINGS = "project: offices\nledger_id: 6f0d7c52\nsecrets: secrets.yml\n"


def make(root: Path, files: Mapping[str, str], *, settings: str = SETTINGS) -> Path:
    """Writes a project; `files` are texts by path. Returns its root."""
    everything = {
        "inregel.yml": settings,
        "modules/t/box.py": MODULE,
        "modules/t/other.py": MODULE,
        "schemas/modules/t/box.schema.json": json.dumps(BOX),
        "schemas/modules/t/other.schema.json": json.dumps(BOX),
        "schemas/connections/t.schema.json": json.dumps(CONNECTION),
        **files,
    }
    for name, text in everything.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def said(error: ConfigError) -> list[str]:
    """Each mistake as `file:line:column: message -> what to write instead`."""
    lines = []
    for mistake in error.mistakes:
        assert isinstance(mistake.where, Position)
        lines.append(f"{mistake.where}: {mistake.message}" + (f" -> {mistake.instead}" if mistake.instead else ""))
    return lines


def tree(offices: Mapping[str, Mapping[str, Any]], **variables: Any) -> str:
    """An inventory as JSON, which is YAML too."""
    return json.dumps({"all": {"vars": variables, "offices": offices}})

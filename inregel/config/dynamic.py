"""Inventories as JSON that other tools and scripts give: the form of Ansible's dynamic inventory, `hosts` are offices.

`{"nl": {"hosts": ["utrecht"], "vars": {}, "children": []}, "_meta": {"hostvars": {"utrecht": {}}}}`
A script is called with `--list`, and with `--host NAME` for each office where its answer has no `_meta`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, Final

from inregel import platform
from inregel.config.builder import Builder
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.tree import NAME
from inregel.config.variables import Layer

_SECONDS: Final = 120
"""How long a script may take for one answer."""
_DATA: Final = frozenset({".yml", ".yaml", ".json", ".xlsx", ".csv"})
_PROGRAMS: Final = frozenset({".py", ".sh", ".rb", ".pl"})
PARTS: Final = frozenset({"hosts", "vars", "children"})


class ScriptProblem(Exception):
    """What went wrong with an inventory script, as people read it."""


def is_script(path: FilePath) -> bool:
    """Whether a file is to be run rather than read."""
    return path.suffix.lower() not in _DATA and os.access(path, os.X_OK)


def is_locked_script(path: FilePath) -> bool:
    """Whether a file is a program that nobody may run yet: a checkout or a copy has lost that right."""
    if path.suffix.lower() in _DATA or platform.endless(path):
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(2) == b"#!" or path.suffix.lower() in _PROGRAMS
    except OSError:
        return False


def is_dynamic(data: Any) -> bool:
    """Whether JSON has the form of a dynamic inventory rather than of a tree of groups."""
    if not isinstance(data, dict):
        return False
    if "_meta" in data:
        return True
    return any(
        isinstance(group, list)
        or (
            isinstance(group, dict)
            and (isinstance(group.get("hosts"), list) or isinstance(group.get("children"), list))
        )
        for group in data.values()
    )


def run(path: FilePath, *arguments: str) -> bytes:
    """What a script prints. Raises `ScriptProblem`."""
    import subprocess

    call = f"{path.name} {' '.join(arguments)}"
    try:
        done = subprocess.run([path, *arguments], capture_output=True, timeout=_SECONDS, check=False, cwd=path.parent)
    except subprocess.TimeoutExpired as error:
        raise ScriptProblem(f"{call} gave no answer within {_SECONDS} seconds") from error
    except OSError as error:
        hint = "; is its first line `#!` and a program that is there?" if error.errno in (2, 8) else ""
        raise ScriptProblem(f"{path.name} cannot be run: {error.strerror}{hint}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        last = f": {said[-1]}" if said else ", and said nothing"
        raise ScriptProblem(f"{call} ended with exit code {done.returncode}{last}")
    return done.stdout


def parse(output: bytes, call: str) -> dict[str, Any]:
    """The JSON object that a script printed. Raises `ScriptProblem`."""
    try:
        data = json.loads(output)
    except ValueError as error:
        raise ScriptProblem(f"what {call} printed is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise ScriptProblem(f"what {call} printed is not a JSON object")
    return data


def read_script(builder: Builder, path: FilePath, file: str) -> bytes:
    """Takes in what a script says; returns all that it printed. Raises `ScriptProblem`."""
    printed = run(path, "--list")
    data = parse(printed, f"{path.name} --list")
    if "_meta" not in data:
        named = {host for group in data.values() for host in _hosts(group)}
        answers = {}
        for host in sorted(named):
            answer = run(path, "--host", host)
            printed += answer
            answers[host] = parse(answer, f"{path.name} --host {host}") if answer.strip() else {}
        data = {**data, "_meta": {"hostvars": answers}}
    read(builder, data, file, script=True)
    return printed


def _hosts(group: Any) -> list[str]:
    hosts = group if isinstance(group, list) else group.get("hosts", []) if isinstance(group, dict) else []
    return [host for host in hosts if isinstance(host, str)]


def read(builder: Builder, data: Mapping[str, Any], file: str, *, script: bool = False) -> None:
    """Takes in a dynamic inventory; what is wrong with it goes to `builder.mistakes`."""

    def say(message: str, *path: str | int) -> None:
        builder.mistakes.append(Mistake(message, Position(file, 0, 0) if script else Where(file, path)))

    meta = data.get("_meta", {})
    known = meta.get("hostvars", {}) if isinstance(meta, dict) else None
    if not isinstance(known, dict):
        say("`_meta` holds `hostvars`, a mapping of offices to their variables", "_meta")
        known = {}
    layers = Layers(known, file)
    for name, body in data.items():
        if name == "_meta":
            continue
        group = {"hosts": body} if isinstance(body, list) else body
        if not NAME.match(name) or not isinstance(group, dict) or not PARTS.issuperset(group):
            say(f"the group {name} holds `hosts`, `vars` and `children`, and nothing else", name)
            continue
        _read_group(builder, name, group, layers, say)


class Layers:
    """The variables of offices, each taken once: an office of two groups has them once."""

    def __init__(self, known: Mapping[str, Any], file: str) -> None:
        self._known = known
        self._taken: set[str] = set()
        self.file = file

    def take(self, office_id: str) -> Layer | None:
        """The variables of an office, the first time that it is named."""
        values = self._known.get(office_id)
        if not values or not isinstance(values, dict) or office_id in self._taken:
            return None
        self._taken.add(office_id)
        return Layer(values, self.file, ("_meta", "hostvars", office_id))


def _read_group(builder: Builder, name: str, group: Mapping[str, Any], layers: Layers, say: Any) -> None:
    builder.group(name, Where(layers.file, (name,), key=True))
    hosts, values, children = group.get("hosts") or [], group.get("vars") or {}, group.get("children") or []
    if not isinstance(hosts, list) or not isinstance(values, dict) or not isinstance(children, list):
        say(f"of the group {name}, `hosts` and `children` are lists of names and `vars` is a mapping", name)
        return
    if values:
        builder.group_vars(name, Layer(values, layers.file, (name, "vars")))
    for index, host in enumerate(hosts):
        if not isinstance(host, str) or not NAME.match(host):
            say(f"the office `{host}` is not a name of letters, digits, `.`, `_` and `-`", name, "hosts", index)
            continue
        builder.office(host, name, Where(layers.file, (name, "hosts", index)), layers.take(host))
    for index, child in enumerate(children):
        if isinstance(child, str) and NAME.match(child):
            builder.child(name, child, Where(layers.file, (name, "children", index)))
        else:
            say(f"the group `{child}` is not a name of letters, digits, `.`, `_` and `-`", name, "children", index)

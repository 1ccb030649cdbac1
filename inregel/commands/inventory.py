"""`inregel inventory`: the offices and groups, and where each variable of an office comes from. No secret is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from inregel.commands.context import Context, printable
from inregel.config.mistakes import Where
from inregel.config.words import is_secret, nearest
from inregel.contract import Secret
from inregel.errors import InregelError
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.config.project import Project
    from inregel.secrets.base import Places, SecretSource

_WIDEST = 100


class NoOffice(InregelError):
    """There is no office {office}.{hint}
    All of them: inregel inventory"""


class Masked:
    """A source of secrets that gives their names alone; only whole files are decrypted, as names stand in them."""

    usable = True

    def __init__(self, source: SecretSource) -> None:
        self._source = source
        self.used: dict[str, Secret] = {}

    def get(self, name: str, places: Places | None = None) -> Secret:
        """The name."""
        return Secret(name, b"")

    def vaulted(self, text: str, name: str) -> Secret:
        """The name."""
        return Secret(name, b"")

    def decrypt(self, data: bytes, name: str) -> bytes:
        """The content of a file."""
        return self._source.decrypt(data, name)


def open_project(context: Context, extra_vars: Sequence[str] = (), inventory: Sequence[str] = ()) -> Project:
    """The project of the folder, with secrets masked and without a ledger."""
    from inregel.config import project, settings
    from inregel.secrets import open_source

    root = settings.find_root(context.directory)
    chosen = settings.load(root)
    context.adopt(chosen.spoken)
    source = open_source(
        root,
        chosen.secrets,
        environ=context.environ,
        vault_ids=context.vault_ids,
        ask=context.ask,
        usable=context.secrets,
    )
    masked = Masked(source)
    return project.load(context.directory, extra_vars=extra_vars, inventory=inventory, secrets=masked)


def inventory(
    context: Context,
    office: str | None = None,
    *,
    graph: bool = False,
    list_: bool = False,
    as_json: bool = False,
    pattern: str = "all",
    limit: str = "",
    extra_vars: Sequence[str] = (),
    inventory: Sequence[str] = (),
) -> int:
    """Lists the offices of `pattern`; with `office` its variables, each with its file.

    `graph` draws groups and offices as a tree. `list_` prints the JSON of Ansible's dynamic inventories.
    """
    project = open_project(context, extra_vars, inventory)
    if office is not None:
        if office not in project.inventory.offices:
            near = nearest(office, project.inventory.order)
            raise NoOffice(office=office, hint=said(" Nearest: {name}.", name=near) if near else "")
        rows = list(_variables(project, office))
        if as_json:
            context.say(_json({name: {"value": value, "file": file} for name, value, file in rows}))
        else:
            context.say(printable(_table([(name, _short(value), file) for name, value, file in rows])))
        return 0
    chosen = project.select(pattern, limit)
    if graph:
        context.say("\n".join(_tree(project, "all", set(chosen))))
    elif list_:
        context.say(_json(_dynamic(project, chosen)))
    elif as_json:
        context.say(_json({each: {"groups": project.inventory.groups_of(each)} for each in chosen}))
    else:
        named = [(each, project.office_name(each), ", ".join(project.inventory.groups_of(each))) for each in chosen]
        context.say(
            printable(_table(named) if named else context.speech("No office matches {pattern}.", pattern=pattern))
        )
        for mistake in project.inventory.unread():
            hint = f" Is {mistake.instead} meant?" if mistake.instead else ""
            context.warn(f"{mistake.where}: {mistake.message}.{hint}")
    return 0


def _variables(project: Project, office: str) -> Iterator[tuple[str, Any, str]]:
    """(name, value, where it stands) of each variable, by name."""
    from inregel.config import variables

    layers = project.layers(office)
    values = project.rendered(office)
    for name in sorted({name for layer in layers for name in layer.values}):
        place = variables.place_of(name, layers)
        path = ".".join(map(str, place.path[:-1])) if isinstance(place, Where) else ""
        file = f"{place.file} {path}".strip() if isinstance(place, Where) else str(place)
        try:
            value = masked(values[name], (name,))
        except InregelError as error:
            value = f"(cannot be rendered: {str(error).splitlines()[0]})"
        yield name, value, file


def masked(value: Any, path: tuple[str | int, ...]) -> Any:
    """A value that can be shown: secrets as their names, and nothing of what stands in clear under `password`."""
    if isinstance(value, Mapping):
        return {key: masked(each, (*path, key)) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(each, (*path, index)) for index, each in enumerate(value)]
    if isinstance(value, Secret):
        return repr(value)
    if isinstance(value, str) and value and is_secret(path):
        return "***"
    return value.isoformat() if isinstance(value, date) else value


def _dynamic(project: Project, chosen: Sequence[str]) -> dict[str, Any]:
    """The chosen offices in the form of Ansible's dynamic inventories."""
    result: dict[str, Any] = {}
    for name, group in project.inventory.groups.items():
        body = {"hosts": [each for each in group.offices if each in set(chosen)], "children": list(group.children)}
        if any(body.values()):
            result[name] = {part: content for part, content in body.items() if content}
    values = {each: {name: value for name, value, _ in _variables(project, each)} for each in chosen}
    return {"_meta": {"hostvars": values}, **result}


def _tree(project: Project, name: str, chosen: set[str], depth: int = 0) -> Iterator[str]:
    group = project.inventory.groups[name]
    yield "  " * depth + f"@{name}:"
    for child in group.children:
        if chosen.intersection(project.inventory.members(child)):
            yield from _tree(project, child, chosen, depth + 1)
    for office in group.offices:
        if office in chosen and (name != "all" or len(project.inventory.offices[office].groups) == 1):
            yield "  " * (depth + 1) + office


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "\\n")
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(2)] if rows else [0, 0]
    return "\n".join(f"{one:<{widths[0]}}  {two:<{widths[1]}}  {three}".rstrip() for one, two, three in rows)

"""GetConnectors out of a supplier's file: imported, and not blocked.

The file is pinned by its SHA-256, since what is in it runs in AFAS: another content under the old name is refused. What
a connector is called by over the web stands inside its definition (.gcn), not in the name of the file; it is read from
there, and where it cannot be, the playbook says it. Neither AFAS nor a token tells which version of a definition was
imported, so a new version has to have a new id, as suppliers do it (`..._v2`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from inregel.contract import (
    UNKNOWN,
    Answers,
    Args,
    Blocked,
    Change,
    Fault,
    Finding,
    Inputs,
    Key,
    Office,
    Resources,
    Seen,
    State,
    Step,
    View,
)
from inregel.errors import InregelError
from inregel.formats import connector_zip, gcn

from ._setup import ORDER, role

_IMPORTED: State = {"blocked": False}


def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
    """One resource for each id. Raises `Fault` where the file is another one, is damaged, or does not define an id."""
    return dict.fromkeys(_chosen(args, inputs), _IMPORTED)


def actual(view: View) -> Seen:
    """The driver's list with the state of each, else what tokens may use; or `imported`, as a person answered it.

    What a token may use is there; whether it is blocked does not show.
    """
    if "imported" in view:
        said = {str(name).casefold() for name in view["imported"] or ()}
        lines: Mapping[str, State | None] = view.get("lines", {})
        return Seen({key: state for key, state in lines.items() if state and key.casefold() in said}, complete=False)
    if "get_connectors" in view:
        return Seen({name: {"blocked": each["blocked"]} for name, each in view["get_connectors"].items()})
    used: dict[Key, State] = {}
    for token in view.get("app_connectors", {}).values():
        used |= dict.fromkeys(token.get("get_connectors", ()), {"blocked": UNKNOWN})
    return Seen(used, complete=False)


def steps(change: Change, inputs: Inputs) -> list[Step] | Blocked:
    """Importing one definition; or unblocking one that AFAS blocked, which only a person can."""
    if change.after is None:
        reason = "whatever else in this environment uses a GetConnector is not known, so none is removed"
        return Blocked(reason, "you", "take `exact: true` off this task")
    who = role(change.office)
    if isinstance(change.before, Mapping):
        return [Step("afas.unblock_get_connector", change.after, {"id": change.key}, order=ORDER, role=who)]
    packed = _chosen(change.args, inputs)[str(change.key)]
    arguments: dict[str, Any] = {
        "id": change.key,
        "file": change.args["archive"],
        "sha256": change.args["sha256"],
        "name": packed.definition.name,
        "changed": packed.definition.changed.date(),
        "guid": packed.definition.guid,
    }
    if _is_zip(change.args):
        arguments["member"] = packed.path
    return [Step("afas.import_get_connector", change.after, arguments, order=ORDER, role=who)]


def check(step: Step, answers: Answers) -> list[Finding]:
    """One that the screen does not show was not imported."""
    wanted = str(step.arguments.get("id", ""))
    if "imported" not in answers or wanted.casefold() in {str(name).casefold() for name in answers["imported"] or ()}:
        return []
    return [Finding(f"{wanted} is not among those that the screen shows", "imported")]


def _is_zip(args: Args) -> bool:
    return PurePosixPath(str(args["archive"])).suffix.lower() != ".gcn"


def _chosen(args: Args, inputs: Inputs) -> dict[str, connector_zip.Packed]:
    """By id the definition that the playbook means. Raises `Fault`."""
    file, pinned = inputs.file(args["archive"]), str(args["sha256"])
    try:
        found = inputs.once(("afas archive", file.digest, pinned), lambda: _read(file.path, file.data, pinned))
    except InregelError as error:
        field = "sha256" if isinstance(error, connector_zip.OtherFile) else "archive"
        reason, _, remedy = str(error).partition("\n")
        raise Fault(f"{file.path}: {reason}", remedy=remedy, field=field) from error
    given = args.get("ids")
    if given is None:
        return {_only_id(each): each for each in found}
    by_file = given if isinstance(given, Mapping) else {}
    return {str(name): _defining(str(name), str(by_file.get(name, "")), found) for name in given}


def _read(path: str, data: bytes, pinned: str) -> tuple[connector_zip.Packed, ...]:
    """The definitions in a ZIP, or the one that the file is. Raises `ZipError` or `GcnError`."""
    if PurePosixPath(path).suffix.lower() != ".gcn":
        return connector_zip.read(data, pinned).definitions
    digest = connector_zip.pinned(data, pinned)
    return (connector_zip.Packed(PurePosixPath(path).name, data, digest, gcn.read(data)),)


def _only_id(packed: connector_zip.Packed) -> str:
    if packed.definition.ids:
        return packed.definition.ids[0]
    raise Fault(
        f"{packed.path} does not tell what {packed.definition.name} is called by",
        remedy=f"ids: {{ID: {packed.path}}}, as the supplier names it",
        field="ids",
    )


def _defining(name: str, path: str, found: tuple[connector_zip.Packed, ...]) -> connector_zip.Packed:
    """The one definition that is called so, or that stands in the file that the playbook names."""
    fits = [
        each
        for each in found
        if (each.path == path if path else name.casefold() in {one.casefold() for one in each.definition.ids})
    ]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(each.path if path else next(iter(each.definition.ids), each.definition.name) for each in found)
    many = "several files define" if fits else "no file defines"
    reason = f"the archive has no file {path}" if path else f"{many} {name}"
    raise Fault(f"{reason}; there is {there}", remedy=f"ids: {{{name}: FILE.gcn}}", key=name, field="ids")

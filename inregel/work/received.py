"""Files that a person hands in with the answers: read once, checked by the module, and stored where the task says.

A property of an answers schema with `"file": true` is answered with the path of a file. `"x-argument": "file"` names
the argument of the line that says where it belongs, and for a secret which secret it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from inregel.contract import File, Secret
from inregel.ledger.base import NewOrder
from inregel.speech import said
from inregel.work.answers import WorkError, secrets_in
from inregel.work.judge import Verdict

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one file that is handed in."""


class Keeper(Protocol):
    """Where files and secrets of a project are kept (`inregel.secrets.keeper`)."""

    def keep(self, files: Mapping[str, bytes], secrets: Mapping[str, bytes]) -> set[str]:
        """Stores files (by path in the project, encrypted) and secrets; returns the secrets that no store takes."""
        ...


def read(typed: Mapping[str, Any], schema: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The answers with the files that they name; a relative path starts at `root`. Raises `WorkError`."""
    names = [name for name, each in schema.get("properties", {}).items() if each.get("file") and name in typed]
    return {**typed, **{name: _read(str(typed[name]), root) for name in names}}


def _read(path: str, root: Path) -> File:
    place = root / path
    try:
        if place.exists() and not place.is_file():
            raise WorkError(reason=said("{path} is no plain file. Nothing was recorded.", path=path))
        with place.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = said(
            "The file {path} cannot be read: {reason}. Nothing was recorded.", path=path, reason=error.strerror
        )
        raise WorkError(reason=reason) from error
    if len(data) > MOST_BYTES:
        text = said(
            "The file {path} is larger than {most} MiB. Nothing was recorded.", path=path, most=MOST_BYTES >> 20
        )
        raise WorkError(reason=text)
    return File(Path(path).name, data, hashlib.sha256(data).hexdigest())


def without_files(plain: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored: of a file its name and digest, not where somebody had it."""
    told = {name: f"{file.path}, SHA-256 {file.digest}" for name, file in typed.items() if isinstance(file, File)}
    return {**plain, **told}


def keep(order: NewOrder, typed: Mapping[str, Any], verdict: Verdict, keeper: Keeper | None) -> dict[str, Secret]:
    """Stores files and their secrets where the task says; returns the secrets that the ledger is to keep, by name.

    A secret that a person copied from a screen, and no task knows, is named after the answer and the office.
    Raises `WorkError`, and `SecretError` where it cannot be stored.
    """
    files, known = belongings(order, typed)
    others = [(name, value) for name, value in secrets_in(typed) if name not in known]
    captured = {f"{name}_{order.office}": value for name, value in others}
    if files and any(line.outcome == "found" for line in verdict.lines):
        return captured  # it is not what was asked for, so nothing of it takes the place of what is there
    left = {name for name, _ in known.values()}
    if files:
        if keeper is None:
            raise WorkError(reason=said("This run cannot store files, so these answers cannot be taken."))
        left = keeper.keep(files, {name: secret.reveal_bytes() for name, secret in known.values()})
    return captured | {name: secret for name, secret in known.values() if name in left}


def belongings(order: NewOrder, typed: Mapping[str, Any]) -> tuple[dict[str, bytes], dict[str, tuple[str, Secret]]]:
    """By path the files to store, and by answer the secrets, with the name that the task knows each by."""
    files: dict[str, bytes] = {}
    secrets: dict[str, tuple[str, Secret]] = {}
    for name, target in _targets(order):
        value = typed.get(name)
        if isinstance(value, File):
            files[target] = value.data
        elif isinstance(value, Secret):
            secrets[name] = target, Secret(target, value.reveal_bytes())
    return files, secrets


def _targets(order: NewOrder) -> Iterator[tuple[str, str]]:
    for name, each in order.schema.get("properties", {}).items():
        argument = each.get("x-argument")
        found = next((line.arguments[argument] for line in order.lines if argument in line.arguments), None)
        if isinstance(found, str):
            yield name, found

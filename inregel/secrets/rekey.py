"""Gives what is encrypted in a file a new vault password: the whole file, or each `!vault |` value in YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from inregel.formats import vault
from inregel.frozen import frozen
from inregel.secrets import entries
from inregel.secrets.base import StoreError
from inregel.secrets.passwords import Password, Passwords


@frozen
class Rekeyed:
    """A file's new content; how many vaults in it changed, and how many had the new password already."""

    data: bytes
    changed: int
    already: int


def rekey(data: bytes, what: str, old: Passwords, new: Password) -> Rekeyed:
    """The file with every vault in it under `new`. Changes nothing itself.

    What `new` opens already stays as it is, so the same command finishes what an earlier one began. Raises what
    `Passwords.open` does, and `StoreError` for a YAML file that cannot be read or edited safely.
    """
    if vault.is_vault(data):
        sealed = _again(data, what, old, new)
        return Rekeyed(data, 0, 1) if sealed is None else Rekeyed(sealed, 1, 0)
    text = _text(data, what)
    parts: list[str] = []
    done = changed = already = 0
    expected: dict[int, str] = {}
    for number, event in enumerate(entries.events(text, what)):
        if not _is_vault(event):
            continue
        line = event.start_mark.line + 1
        sealed = _again(event.value.encode(), f"line {line} of {what}", old, new)
        if sealed is None:
            already += 1
            continue
        if event.style != "|":
            raise StoreError(file=what, reason=f"line {line}: only a `!vault |` block can be given a new password")
        start, end = entries.at(event.start_mark), entries.at(event.end_mark)
        parts += [text[done:start], _block(text[start:end], sealed)]
        expected[number] = sealed.decode()
        done, changed = end, changed + 1
    fresh = "".join([*parts, text[done:]])
    if list(_meaning(text, what, expected)) != list(_meaning(fresh, what, {})):
        raise StoreError(file=what, reason="it is written in a way in which its vaults cannot be replaced safely")
    return Rekeyed(fresh.encode(), changed, already)


def _again(sealed: bytes, what: str, old: Passwords, new: Password) -> bytes | None:
    """The vault under the new password, or None where it is that already."""
    try:
        plain = vault.decrypt(sealed, new.value)
        if vault.label(sealed) == new.label:
            return None
    except vault.VaultError:
        plain, _ = old.open(sealed, what)
    return vault.encrypt(plain, new.value, new.label)


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    raise StoreError(file=what, reason="it is neither an Ansible Vault file nor UTF-8 text")


def _is_vault(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.tag == entries.VAULT


def _block(old: str, sealed: bytes) -> str:
    """The `!vault |` block with other lines; its head, its indentation and the blank lines after it stay."""
    head, _, body = old.partition("\n")
    inside = body.rstrip()
    first = inside.lstrip("\r\n")
    indent = first[: len(first) - len(first.lstrip(" "))]
    end = "\r\n" if head.endswith("\r") else "\n"
    lines = end.join(indent + line for line in sealed.decode().splitlines())
    return f"{head}\n{lines}{body[len(inside) :]}"


def _meaning(text: str, what: str, instead: dict[int, str]) -> Iterator[tuple[object, ...]]:
    """What a YAML parser makes of it, each event's place aside."""
    for number, event in enumerate(entries.events(text, what)):
        value = getattr(event, "value", None)
        if _is_vault(event):
            value = instead.get(number, str(value)).split()
        yield type(event), getattr(event, "tag", None), getattr(event, "anchor", None), repr(value)

"""A store that is a file of the project: YAML of names and values, encrypted as a whole or value by value."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inregel import platform
from inregel.contract import Secret
from inregel.formats import vault
from inregel.frozen import frozen
from inregel.secrets import entries
from inregel.secrets.base import SecretInClear, StoreError, checked
from inregel.secrets.files import Disk, replace_all
from inregel.secrets.passwords import Password, Passwords

MOST_BYTES: Final = 16 * 1024 * 1024


@frozen
class _Content:
    text: str
    password: Password | None
    """What opened it; None where the file as such is not encrypted."""


class VaultFile:
    """One store. Read and opened when first asked; `set` reads it anew."""

    def __init__(self, path: Path, place: str, passwords: Passwords, disk: Disk | None = None) -> None:
        self.path = path
        self.place = place
        """How it is called in messages: its path in the project."""
        self._passwords = passwords
        self._disk = disk or Disk()
        self._entries: dict[str, entries.Entry] | None = None
        self._whole = False

    def names(self) -> list[str]:
        """The names in it, in the order of the file; a missing file has none."""
        return list(self._read())

    def find(self, name: str) -> Secret | None:
        """The secret, or None. Raises `SecretInClear` for a value that is not encrypted at all."""
        entry = self._read().get(name)
        if entry is None:
            return None
        if entry.kind == "vault":
            data, _ = self._passwords.open(entry.value, f"{name} in {self.place}")
        elif self._whole:
            data = entry.value
        else:
            raise SecretInClear(name, self.place)
        if not data:
            raise StoreError(file=self.place, reason=f"{name} has no value. Give it one: inregel secret set {name}")
        return Secret(name, data)

    def set(self, name: str, value: bytes) -> bool:
        """Adds or replaces one; returns whether it is new. The caller holds the lock (`files.locked`).

        A new store is encrypted as a whole; one that exists stays as it is, with its password and vault id.
        """
        new = name not in self.names()
        replace_all({self.path: self.sealed(name, value)}, self._disk)
        self._entries = None
        return new

    def sealed(self, name: str, value: bytes) -> bytes:
        """The store as it is with the secret added or replaced; nothing is written."""
        checked(name)
        content = self._load() or _Content("", self._passwords.to_encrypt(self.place))
        before = entries.parse(content.text, self.place)
        if content.password is not None:
            text = entries.put(content.text, name, _kind(value), value, self.place)
            return vault.encrypt(text.encode(), content.password.value, content.password.label)
        password = self._password_of(before)
        encrypted = vault.encrypt(value, password.value, password.label)
        return entries.put(content.text, name, "vault", encrypted, self.place).encode()

    def _password_of(self, present: dict[str, entries.Entry]) -> Password:
        """The one that opens what is in the store already; a mistyped one must not lock a single new value."""
        for entry in present.values():
            if entry.kind == "vault":
                _, password = self._passwords.open(entry.value, f"{entry.name} in {self.place}")
                return _labelled(password, entry.value)
        return self._passwords.to_encrypt(self.place)

    def _read(self) -> dict[str, entries.Entry]:
        if self._entries is None:
            content = self._load() or _Content("", None)
            self._whole = content.password is not None
            self._entries = entries.parse(content.text, self.place)
        return self._entries

    def _load(self) -> _Content | None:
        if platform.endless(self.path):
            raise StoreError(file=self.place, reason="it is not an ordinary file")
        try:
            with self.path.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(file=self.place, reason=f"it cannot be read ({error.strerror})") from error
        if len(data) > MOST_BYTES:
            raise StoreError(file=self.place, reason=f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
        password = None
        if vault.is_vault(data):
            sealed = data
            data, password = self._passwords.open(data, self.place)
            password = _labelled(password, sealed)
        try:
            return _Content(data.decode("utf-8-sig"), password)
        except UnicodeDecodeError:
            pass
        raise StoreError(file=self.place, reason="it is not UTF-8 text")


def _labelled(password: Password, sealed: bytes) -> Password:
    """The password under the vault id that the vault has, whatever it was called when it was given."""
    return Password(vault.label(sealed), password.source, password.value)


def _kind(value: bytes) -> entries.Kind:
    try:
        value.decode()
    except UnicodeDecodeError:
        return "binary"
    return "text"

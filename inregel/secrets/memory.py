"""Secrets that are handed over as a mapping: for tests and for programs that have their own store."""

from __future__ import annotations

from collections.abc import Mapping

from inregel.contract import Secret
from inregel.formats import vault
from inregel.secrets.base import SecretMissing, SecretsOff, VaultLocked


class MemorySource:
    """A whole `SecretSource`. `password` opens vaults; without it they stay locked."""

    def __init__(
        self, values: Mapping[str, str | bytes] | None = None, *, password: str = "", usable: bool = True
    ) -> None:
        self.values: dict[str, str | bytes] = dict(values or {})
        self.usable = usable
        self._password = password
        self.used: dict[str, Secret] = {}

    def get(self, name: str) -> Secret:
        """The secret of this name."""
        if not self.usable:
            raise SecretsOff(what=f"The secret {name}")
        if name not in self.values:
            raise SecretMissing(name, self.values)
        self.used[name] = Secret(name, self.values[name])
        return self.used[name]

    def decrypt(self, data: bytes, name: str) -> bytes:
        """The content of a vault."""
        if not self.usable:
            raise SecretsOff(what=name)
        if not self._password:
            raise VaultLocked(what=name, label="")
        return vault.decrypt(data, self._password)

    def vaulted(self, text: str, name: str) -> Secret:
        """The secret in a `!vault |` value."""
        return Secret(name, self.decrypt(text.encode(), name))

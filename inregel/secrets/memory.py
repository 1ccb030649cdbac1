"""Secrets that are handed over as a mapping: for tests and for programs that have their own store."""

from __future__ import annotations

from collections.abc import Mapping

from inregel.contract import Secret
from inregel.formats import vault
from inregel.secrets.base import Find, Places, SecretMissing, SecretsOff, VaultLocked, captured_for


class MemorySource:
    """A whole `SecretSource`. `password` opens vaults; without it they stay locked. `captured` as of `open_source`."""

    def __init__(
        self,
        values: Mapping[str, str | bytes] | None = None,
        *,
        password: str = "",
        usable: bool = True,
        captured: Find | None = None,
    ) -> None:
        self.values: dict[str, str | bytes] = dict(values or {})
        self.usable = usable
        self._password = password
        self._captured = captured
        self.used: dict[str, Secret] = {}

    def get(self, name: str, places: Places | None = None) -> Secret:
        """The secret of this name."""
        if not self.usable:
            raise SecretsOff(what=f"The secret {name}")
        if name not in self.values:
            known = captured_for(name, places, self._captured) if places and self._captured else None
            if known is None:
                raise SecretMissing(name, self.values)
            return known
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

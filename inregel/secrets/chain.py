"""All the secrets of a project as one source: its vault files, then the environment, then what the ledger captured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from inregel.contract import Secret
from inregel.secrets.base import (
    PasswordError,
    SecretError,
    SecretMissing,
    SecretsOff,
    VaultLocked,
    VaultShut,
    checked,
)
from inregel.secrets.passwords import Passwords


class Store(Protocol):
    """One place where secrets are looked up by name."""

    @property
    def place(self) -> str:
        """How it is called in messages."""
        ...

    def names(self) -> list[str]:
        """What is in it."""
        ...

    def find(self, name: str) -> Secret | None:
        """The secret, or None."""
        ...


class Chain:
    """A `SecretSource` that asks one store after the other; each answer is kept for the run, in memory alone."""

    def __init__(
        self,
        stores: Sequence[Store],
        passwords: Passwords,
        *,
        captured: Callable[[str], Secret | None] | None = None,
        usable: bool = True,
    ) -> None:
        self.stores = tuple(stores)
        self.usable = usable
        self._passwords = passwords
        self._captured = captured
        self._found: dict[str, Secret] = {}
        self._opened: dict[bytes, bytes] = {}
        self._shut: SecretError | None = None

    @property
    def used(self) -> Mapping[str, Secret]:
        """The secrets that were asked for by name so far."""
        return self._found

    def get(self, name: str) -> Secret:
        """The secret of this name. A locked vault is an error only where no other store has it."""
        if not self.usable:
            raise SecretsOff(what=f"The secret {name}")
        if name not in self._found:
            with self._noting():
                self._found[name] = self._look_up(checked(name))
        return self._found[name]

    def shut(self) -> SecretError | None:
        """Why no vault at all could be opened, where one was needed: a fault of the run, and not of one office."""
        return None if self._passwords.opened else self._shut

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except (VaultLocked, VaultShut, PasswordError) as error:
            self._shut = self._shut or error
            raise

    def decrypt(self, data: bytes, name: str) -> bytes:
        """The content of a file that is encrypted with Ansible Vault."""
        if not self.usable:
            raise SecretsOff(what=name)
        # Deriving the key takes 4 ms of CPU a vault, and one value in group_vars is asked for by every office.
        digest = hashlib.sha256(data).digest()
        if digest not in self._opened:
            with self._noting():
                self._opened[digest], _ = self._passwords.open(data, name)
        return self._opened[digest]

    def vaulted(self, text: str, name: str) -> Secret:
        """The secret in a `!vault |` value."""
        return Secret(name, self.decrypt(text.encode(), name))

    def _look_up(self, name: str) -> Secret:
        locked: VaultLocked | None = None
        known: list[str] = []
        for store in self.stores:
            try:
                if secret := store.find(name):
                    return secret
                known += store.names()
            except VaultLocked as error:
                locked = locked or error
        if self._captured is not None and (secret := self._captured(name)):
            return secret
        raise locked or SecretMissing(name, known)

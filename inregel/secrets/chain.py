"""All the secrets of a project as one source: its vault files, then the environment, then what the ledger captured."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from inregel.contract import Secret
from inregel.secrets.base import (
    Find,
    NotCaptured,
    PasswordError,
    Places,
    SecretError,
    SecretMissing,
    SecretsOff,
    VaultLocked,
    VaultShut,
    captured_for,
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
        captured: Find | None = None,
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
        """The secrets of stores and environment that were asked for so far.

        What was captured comes out of applying and is one office's own: it makes no other revision.
        """
        return self._found

    def get(self, name: str, places: Places | None = None) -> Secret:
        """The secret of this name. A locked vault is an error only where it is found nowhere else."""
        if not self.usable:
            raise SecretsOff(what=f"The secret {name}")
        if name in self._found:
            return self._found[name]
        connection, _, bare = name.rpartition(":")
        checked(bare)
        with self._noting():
            found, why = (None, NotCaptured(name=bare, connection=connection)) if connection else self._look_up(name)
            if found is not None:
                self._found[name] = found
                return found
            known = captured_for(name, places, self._captured) if places and self._captured else None
            if known is None:
                raise why
            return known

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

    def _look_up(self, name: str) -> tuple[Secret | None, SecretError]:
        """From the stores, or why there is none."""
        locked: VaultLocked | None = None
        known: list[str] = []
        for store in self.stores:
            try:
                if secret := store.find(name):
                    return secret, SecretMissing(name)
                known += store.names()
            except VaultLocked as error:
                locked = locked or error
        return None, locked or SecretMissing(name, known)

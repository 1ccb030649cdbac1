"""Stores what a person hands in: files encrypted with Ansible Vault, and the secrets that open them, in one go."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from inregel.formats import vault
from inregel.secrets import ENVIRONMENT
from inregel.secrets.base import NAME, SecretError
from inregel.secrets.files import Disk, locked, replace_all
from inregel.secrets.passwords import Passwords
from inregel.secrets.vault_file import VaultFile


class NotKept(SecretError):
    """{what} is no place in the project, so nothing can be stored there."""


class Keeper:
    """The files and stores of the project at `root`."""

    def __init__(
        self, root: Path, stores: Sequence[str], passwords: Passwords, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._root = root
        self._places = [place for place in stores if place != ENVIRONMENT]
        self._passwords = passwords
        self._sleep = sleep

    def keep(self, files: Mapping[str, bytes], secrets: Mapping[str, bytes]) -> set[str]:
        """Stores all of it, or nothing; returns the secrets for which the project has no store.

        A secret goes where it stands already, else into the first store. Raises `SecretError`.
        """
        with locked(self._root, self._sleep):
            sealed = {self._path(path): self._encrypted(path, data) for path, data in files.items()}
            left = set(secrets) if not self._places else set()
            # Of one store one secret at a time is prepared: an order has one password.
            for name, value in secrets.items():
                if name in left:
                    continue
                if not NAME.fullmatch(name):
                    raise NotKept(what=name)
                store = self._store(name)
                sealed[store.path] = store.sealed(name, value)
            for path in sealed:
                path.parent.mkdir(parents=True, exist_ok=True)
            replace_all(sealed, Disk())
        return left

    def _path(self, path: str) -> Path:
        place = (self._root / path).resolve()
        if not place.is_relative_to(self._root.resolve()):
            raise NotKept(what=path)
        return place

    def _encrypted(self, path: str, data: bytes) -> bytes:
        if vault.is_vault(data):
            return data
        password = self._passwords.to_encrypt(path)
        return vault.encrypt(data, password.value, password.label)

    def _store(self, name: str) -> VaultFile:
        stores = [VaultFile(self._root / place, place, self._passwords) for place in self._places]
        return next((store for store in stores if name in store.names()), stores[0])

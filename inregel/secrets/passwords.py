"""Vault passwords: from files, programs, the environment or a prompt, as Ansible takes them. Read when first needed.

`--vault-id LABEL@SOURCE` and `--vault-password-file FILE` give sources in order; SOURCE is a file, a program (a file
that may be executed; one whose name ends in -client is asked with `--vault-id LABEL`) or `prompt`. After them come
INREGEL_VAULT_PASSWORD, INREGEL_VAULT_PASSWORD_FILE and ANSIBLE_VAULT_PASSWORD_FILE. A label is a hint, as in Ansible:
passwords with the label of a vault are tried first, then all others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from inregel.formats import vault
from inregel.frozen import frozen
from inregel.platform import WINDOWS
from inregel.secrets.base import Ask, PasswordError, StoreError, VaultLocked, VaultShut

MOST_BYTES: Final = 64 * 1024
"""Of a password file."""
PROMPT: Final = "prompt"
"""The source that asks at the terminal."""
_CLIENT_HAS_NONE: Final = 2
"""What a -client program exits with where it has no password for the label."""


@frozen
class Password:
    """One vault password; printed as where it came from."""

    label: str
    source: str
    value: bytes

    def __repr__(self) -> str:
        return f"<vault password from {self.source}>"


@frozen
class _Source:
    label: str
    text: str
    """How it is called in messages."""
    load: Callable[[], bytes]


class Passwords:
    """The vault passwords of one run."""

    def __init__(
        self,
        vault_ids: Sequence[str] = (),
        *,
        environ: Mapping[str, str] | None = None,
        ask: Ask | None = None,
        root: Path | None = None,
    ) -> None:
        self._ask = ask
        self._sources = [self._parse(text) for text in vault_ids] + list(_from_environment(environ or {}, root))
        if not self._sources and ask is not None:
            self._sources = [self._prompt("")]
        self._loaded: dict[int, Password] = {}
        self.opened = False
        """Whether a password has opened anything in this run."""

    def open(self, data: bytes, what: str) -> tuple[bytes, Password]:
        """The content of a vault and the password that opened it.

        Raises `VaultLocked` (no password), `VaultShut` (none fits), `PasswordError` (one cannot be had) and
        `StoreError` (it is damaged, or of an unknown kind).
        """
        tried, faults = [], []
        try:
            label = vault.label(data)
            for number in self._by_label(label):
                try:
                    password = self._load(number)
                    content = vault.decrypt(data, password.value)
                    self.opened = True
                    return content, password
                except vault.WrongPassword:
                    tried.append(self._sources[number].text)
                except PasswordError as error:
                    faults.append(error)  # another password may open it
        except vault.VaultError as error:
            raise StoreError(file=what, reason=error) from error
        if faults:
            raise faults[0]
        hint = f" (its vault id is {label})" if label else ""
        if not tried:
            raise VaultLocked(what=what, label=hint)
        raise VaultShut(what=what, tried="the vault password from " + ", ".join(tried), label=hint)

    def to_encrypt(self, what: str, label: str = "") -> Password:
        """The password for something new: the first, or the first with this `label`.

        One that is typed is asked twice: a slip of the finger would lock the new vault for ever.
        """
        for number, source in enumerate(self._sources):
            if not label or source.label == label:
                return self._load(number) if number in self._loaded else self._confirmed(number)
        raise VaultLocked(what=what, label=f" for the vault id {label}" if label else "")

    def _confirmed(self, number: int) -> Password:
        source, password = self._sources[number], self._load(number)
        if source.text == PROMPT and self._ask is not None:
            again = self._ask(_question(source.label, "Once more: vault password")).strip()
            if again.encode() != password.value:
                del self._loaded[number]
                raise PasswordError(source="the prompt", reason="the two are not the same")
        return password

    def _by_label(self, label: str) -> list[int]:
        # Sorting keeps the order among equals: those with the label of the vault come first.
        return sorted(range(len(self._sources)), key=lambda each: not label or self._sources[each].label != label)

    def _load(self, number: int) -> Password:
        if number not in self._loaded:
            source = self._sources[number]
            value = source.load()
            if not value:
                raise PasswordError(source=source.text, reason="it is empty")
            self._loaded[number] = Password(source.label, source.text, value)
        return self._loaded[number]

    def _parse(self, text: str) -> _Source:
        label, sign, source = text.partition("@")
        if not sign:
            label, source = "", text
        label = "" if label == "default" else label
        if source == PROMPT:
            return self._prompt(label)
        return _file(label, source)

    def _prompt(self, label: str) -> _Source:
        def load() -> bytes:
            if self._ask is None:
                raise PasswordError(source="the prompt", reason="there is nobody to ask (no terminal)")
            return self._ask(_question(label, "Vault password")).strip().encode()

        return _Source(label, PROMPT, load)


def _question(label: str, text: str) -> str:
    return f"{text} ({label}): " if label else f"{text}: "


def _from_environment(environ: Mapping[str, str], root: Path | None) -> Iterator[_Source]:
    if value := environ.get("INREGEL_VAULT_PASSWORD"):
        yield _Source("", "INREGEL_VAULT_PASSWORD", lambda: value.encode(errors="surrogateescape"))
    for name in ("INREGEL_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"):
        if file := environ.get(name):
            yield _file("", file, root)


def _file(label: str, name: str, root: Path | None = None) -> _Source:
    """A password file; one of the environment is found from everywhere in the project `root`."""
    path = Path(name).expanduser()
    if root is not None and not path.exists() and (root / path).exists():
        path = root / path

    def load() -> bytes:
        if path.is_dir() or not path.exists():  # a pipe will do: --vault-password-file <(pass show vault)
            reason = "this is a folder" if path.is_dir() else "there is no such file"
            raise PasswordError(source=name, reason=reason)
        return _run(path, label) if _is_program(path) else _read(path)

    return _Source(label, name, load)


def _is_program(path: Path) -> bool:
    # Windows knows no executable bit.
    return path.suffix.lower() in (".exe", ".bat", ".cmd") if WINDOWS else os.access(path, os.X_OK)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PasswordError(source=path, reason=error.strerror) from error
    if len(data) > MOST_BYTES:
        raise PasswordError(source=path, reason=f"it is larger than {MOST_BYTES // 1024} KiB")
    if vault.is_vault(data):
        raise PasswordError(source=path, reason="the file is itself encrypted with Ansible Vault")
    return data.strip()


def _run(path: Path, label: str) -> bytes:
    """What the program prints, without the line end. It may ask its user: it has our terminal."""
    import subprocess

    client = path.stem.endswith("-client")
    command = [str(path.absolute()), *(["--vault-id", label] if client and label else [])]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    except OSError as error:
        reason = f"it may be executed, but does not start ({error.strerror}). If it is no program: chmod -x {path}"
        raise PasswordError(source=path, reason=reason) from error
    if client and done.returncode == _CLIENT_HAS_NONE:
        raise PasswordError(source=path, reason=f"the program has none for the vault id {label or 'default'}")
    if done.returncode:
        raise PasswordError(source=path, reason=f"the program ended with exit code {done.returncode}")
    return done.stdout.strip(b"\r\n")

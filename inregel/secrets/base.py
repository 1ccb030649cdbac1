"""What a source of secrets is, and what can go wrong with one. No message ever holds a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from inregel.contract import Secret
from inregel.errors import InregelError

NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,199}")
"""What a secret may be called."""
_DIGITS: Final = re.compile(r"[0-9]+")
_SLIP: Final = 0.93
"""Of `difflib`: a letter too many, too few or swapped in a name of twelve, and not a letter that is another."""


class SecretError(InregelError):
    """{reason}"""

    remedy: str = ""
    """What to type, in one line, where one command is the answer."""


class SecretMissing(SecretError):
    """There is no secret {name}{near}.
    Set it: inregel secret set {name}"""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        from difflib import get_close_matches

        # Names of secrets share most of their letters: only a slip of the finger is near, not another office.
        shape = _DIGITS.sub("0", name)
        others = [each for each in known if _DIGITS.sub("0", each) != shape]
        close = get_close_matches(name, others, n=1, cutoff=_SLIP)
        super().__init__(name=name, near=f"; there is {close[0]}" if close else "")
        self.name = name
        self.near = close[0] if close else ""
        self.remedy = f"inregel secret set {name}"


class VaultLocked(SecretError):
    """{what} is encrypted, and no vault password was given{label}.
    Give --vault-password-file FILE or --vault-id LABEL@FILE, or set INREGEL_VAULT_PASSWORD_FILE."""

    remedy = "--vault-password-file FILE"


class VaultShut(SecretError):
    """{what} is sound, but {tried} does not open it{label}.
    Give the right one: --vault-password-file FILE or --vault-id LABEL@FILE"""

    remedy = "--vault-password-file FILE"


class SecretsOff(SecretError):
    """{what} is not read without secrets (--no-secrets)."""

    remedy = "leave out --no-secrets"


class SecretInClear(SecretError):
    """The secret {name} stands in clear in {file}, and is not used from there.
    Encrypt it: inregel secret set {name}
    If the file was ever shared, the value is known: change it where it is used."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name=name, file=file)
        self.remedy = f"inregel secret set {name}"


class BadName(SecretError):
    """{name!r} cannot be the name of a secret: use letters, digits and . _ @ - (a letter, digit or _ first)."""


class StoreError(SecretError):
    """{file}: {reason}"""


class PasswordError(SecretError):
    """No vault password from {source}: {reason}."""


Ask = Callable[[str], str]
"""Shows a question on the terminal and returns what was typed, unseen (`getpass.getpass`)."""


class SecretSource(Protocol):
    """Where secrets come from. Nothing is read or opened before it is asked for."""

    @property
    def usable(self) -> bool:
        """False with --no-secrets: the three below raise `SecretsOff`."""
        ...

    @property
    def used(self) -> Mapping[str, Secret]:
        """The secrets that were asked for by name so far: what a plan rests on."""
        ...

    def get(self, name: str) -> Secret:
        """The secret of this name. Raises `SecretMissing` or another `SecretError`."""
        ...

    def decrypt(self, data: bytes, name: str) -> bytes:
        """The content of a whole file that is encrypted with Ansible Vault; `name` is said in errors."""
        ...

    def vaulted(self, text: str, name: str) -> Secret:
        """The secret in a `!vault |` value; `name` is how it will be printed."""
        ...


def checked(name: str) -> str:
    """`name`, where it can be the name of a secret; else raises `BadName`."""
    if not NAME.fullmatch(name):
        raise BadName(name=name[:60])
    return name

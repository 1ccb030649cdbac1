"""What a source of secrets is, and what can go wrong with one. No message ever holds a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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


class NoConnection(SecretError):
    """secret('{asked}') asks for what was captured at a connection {connection}, and this office has none of that name.
    What can be named: {known}"""


class NotCaptured(SecretError):
    """Nothing called {name} was captured at the connection {connection} of this office.
    secret('{name}') without a connection is also looked for in the stores and in the environment."""


class AtSeveral(SecretError):
    """{name} was captured at several connections of this office.
    Say which one: {choices}"""


class BadName(SecretError):
    """{name!r} cannot be the name of a secret: use letters, digits and . _ @ - (a letter, digit or _ first)."""


class StoreError(SecretError):
    """{file}: {reason}"""


class PasswordError(SecretError):
    """No vault password from {source}: {reason}."""


Ask = Callable[[str], str]
"""Shows a question on the terminal and returns what was typed, unseen (`getpass.getpass`)."""


Places = Callable[[], Mapping[str, Sequence[str]]]
"""The connections of one office by name, each with the identities that its captured secrets are stored under."""
Find = Callable[[str, Sequence[str]], Mapping[str, Secret]]
"""`Ledger.captured`: a name and identities give what was captured there, the last one at the end."""


class SecretSource(Protocol):
    """Where secrets come from. Nothing is read or opened before it is asked for."""

    @property
    def usable(self) -> bool:
        """False with --no-secrets: the three below raise `SecretsOff`."""
        ...

    @property
    def used(self) -> Mapping[str, Secret]:
        """The secrets of stores and environment that were asked for so far: what all plans rest on."""
        ...

    def get(self, name: str, places: Places | None = None) -> Secret:
        """The secret of this name. Raises `SecretMissing` or another `SecretError`.

        What no store has is looked for among what was captured at the connections of `places`, and `CONNECTION:NAME`
        there alone. `places` is asked only then.
        """
        ...

    def decrypt(self, data: bytes, name: str) -> bytes:
        """The content of a whole file that is encrypted with Ansible Vault; `name` is said in errors."""
        ...

    def vaulted(self, text: str, name: str) -> Secret:
        """The secret in a `!vault |` value; `name` is how it will be printed."""
        ...


def captured_for(asked: str, places: Places, find: Find) -> Secret | None:
    """What was captured for one office under `NAME` or `CONNECTION:NAME`; None where nothing was.

    Raises `NoConnection`, and `AtSeveral` where connections of the office have different ones of that name.
    """
    connection, _, name = asked.rpartition(":")
    known = places()
    if connection and connection not in known:
        raise NoConnection(asked=asked, connection=connection, known=", ".join(known) or "none")
    wanted = {connection: known[connection]} if connection else known
    at = find(checked(name), [identity for identities in wanted.values() for identity in identities])
    # Two names of one connection are one place; of one place, what was captured last counts.
    found: dict[str, list[str]] = {}
    for label, identities in wanted.items():
        newest = next((identity for identity in reversed(list(at)) if identity in identities), None)
        if newest is not None:
            found.setdefault(newest, []).append(label)
    if len(found) > 1:
        choices = " or ".join(f"secret('{labels[0]}:{name}')" for labels in found.values())
        raise AtSeveral(name=name, choices=choices)
    return Secret(asked, at[next(iter(found))].reveal_bytes()) if found else None


def checked(name: str) -> str:
    """`name`, where it can be the name of a secret; else raises `BadName`."""
    if not NAME.fullmatch(name):
        raise BadName(name=name[:60])
    return name

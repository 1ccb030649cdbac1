"""What is kept secret and what is proved: the key of the ledger, keys derived from it, and sealing with AES-GCM.

The key never stands in the database: it is a file beside it, or INREGEL_LEDGER_KEY for teams. What does not belong
here: what is sealed and when.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from inregel.ledger.base import LedgerError
from inregel.platform import write_durably

KEY_SIZE: Final = 32
KEY_VARIABLE: Final = "INREGEL_LEDGER_KEY"
_NONCE: Final = 12
_STRANGE: Final = "it has other characters than hex digits"


class KeyMissing(LedgerError):
    """The key of the ledger is not at {place}, and without it nothing in the ledger can be proved or opened.
    Put the key file back from where you keep it, or set INREGEL_LEDGER_KEY (64 hex digits)."""


class KeyUnusable(LedgerError):
    """The key of the ledger, from {place}, is not a key: {reason}.
    It is 64 hex digits on one line. Put the right key file back, or correct INREGEL_LEDGER_KEY."""


class KeyWrong(LedgerError):
    """The key from {place} is not the key of this ledger.
    Nothing was read or written with it. Put the right key file back, or correct INREGEL_LEDGER_KEY."""


def key_place(ledger: Path) -> Path:
    """The key file of a ledger: `.inregel/ledger.key` beside `.inregel/ledger.db`."""
    return ledger.with_suffix(".key")


def load_key(place: Path, environ: Mapping[str, str]) -> bytes:
    """The key, from the environment or else the file `place`. Raises `KeyMissing`, `KeyUnusable`."""
    text, source = environ.get(KEY_VARIABLE, ""), KEY_VARIABLE
    if not text:
        source = str(place)
        try:
            text = place.read_bytes().decode()
        except FileNotFoundError as error:
            raise KeyMissing(place=place) from error
        except OSError as error:
            raise KeyUnusable(place=place, reason=f"it cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise KeyUnusable(place=place, reason=_STRANGE) from error
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise KeyUnusable(place=source, reason=_STRANGE) from error
    if len(key) != KEY_SIZE:
        raise KeyUnusable(place=source, reason=f"it has {len(key)} bytes in place of {KEY_SIZE}")
    return key


def make_key(place: Path, environ: Mapping[str, str]) -> bytes:
    """The key of a new ledger: the one that is there already, else a new file that only its owner can read."""
    if environ.get(KEY_VARIABLE) or place.exists():
        return load_key(place, environ)
    key = secrets.token_bytes(KEY_SIZE)
    # Whole or not at all: half a key would bar the way to a new one.
    write_durably(place, f"{key.hex()}\n".encode(), mode=0o600)
    return key


class Keyring:
    """The keys derived from the key of the ledger, one per purpose (HKDF-Expand of RFC 5869, one block)."""

    __slots__ = ("_root", "captured", "chain", "lookup", "nobody", "people", "secrets")

    def __init__(self, root: bytes, ledger_id: str) -> None:
        self._root = root
        self.chain = self._derive(f"chain {ledger_id}")
        self.lookup = self._derive(f"lookup {ledger_id}")
        self.people = self._derive(f"people {ledger_id}")
        self.nobody = self._derive(f"nobody {ledger_id}")
        self.captured = self._derive(f"captured {ledger_id}")
        self.secrets = self._derive(f"secrets {ledger_id}")

    def _derive(self, purpose: str) -> bytes:
        # The root is uniformly random, so that RFC 5869 (3.3) lets the first half of HKDF be left out.
        return hmac.digest(self._root, b"inregel " + purpose.encode() + b"\x01", "sha256")

    def check(self, ledger_id: str) -> str:
        """What stands in the database so that a wrong key is found when the ledger is opened."""
        return self._derive(f"check {ledger_id}").hex()[:32]

    def look_up(self, text: str) -> bytes:
        """The keyed hash under which a name or an address is found; b"" for no text."""
        plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        return hmac.digest(self.lookup, plain.encode("utf-8", "surrogatepass"), "sha256") if plain else b""


def seal(key: bytes, data: bytes, bound_to: str) -> bytes:
    """AES-256-GCM with a new nonce; it opens only with the same key and the same `bound_to`."""
    # Imported where it is used: a plan without statements never pays for it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to.encode("utf-8", "surrogatepass"))


def unseal(key: bytes, sealed: bytes, bound_to: str) -> bytes | None:
    """The inverse of `seal`; None where the key, the content or what it is bound to is not that of `seal`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(sealed) <= _NONCE:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode("utf-8", "surrogatepass"))
    except InvalidTag:
        return None


def split_person(text: str) -> tuple[str, str]:
    """Name and address of `Ria van Dalen <ria@vandalen.example>`; either may be ""."""
    name, bracket, rest = text.partition("<")
    if bracket:
        return name.strip(), rest.partition(">")[0].strip()
    bare = text.strip()
    return ("", bare) if "@" in bare and " " not in bare else (bare, "")


def digest(text: str) -> str:
    """SHA-256 of a text, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

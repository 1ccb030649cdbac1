"""Ansible Vault, versions 1.1 and 1.2: encrypts and opens what `ansible-vault` does, byte for byte compatible.

A vault is a header line (`$ANSIBLE_VAULT;1.2;AES256;label`, without label in 1.1) and lines of hexadecimal digits:
once more hexadecimal, they are salt, HMAC and ciphertext, each on a line. From password and salt come, by
PBKDF2-HMAC-SHA256 in 10,000 rounds, the key and counter of AES-256-CTR and the key of the HMAC-SHA256 over the
ciphertext. The label is a hint and is not protected: change it and the vault still opens. (Ansible's documentation,
"Ansible Vault payload format 1.1 - 1.2".)
What does not belong here: where passwords and files come from (that is `inregel.secrets`).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
from typing import Final, NamedTuple

from inregel.errors import InregelError

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one vault as it is stored, which is four times its content."""
MOST_HEADER: Final = 512
_MAGIC: Final = b"$ANSIBLE_VAULT"
_CIPHER: Final = b"AES256"
_ROUNDS: Final = 10_000
_BLOCK: Final = 16
_LINE: Final = 80


class VaultError(InregelError):
    """{reason}"""


class WrongPassword(VaultError):
    """The password does not open it (a sound Ansible Vault text, unless somebody altered it)."""


class Damaged(VaultError):
    """It is a damaged Ansible Vault text: {reason}."""


class NotVault(VaultError):
    """It is not encrypted with Ansible Vault: it does not begin with $ANSIBLE_VAULT."""


class Unsupported(VaultError):
    """It is an Ansible Vault text of a kind that cannot be opened here: {reason}. Known are 1.1 and 1.2 with AES256."""


class _Keys(NamedTuple):
    cipher: bytes
    mac: bytes
    counter: bytes


class _Sealed(NamedTuple):
    label: str
    salt: bytes
    mac: bytes
    text: bytes


def is_vault(data: bytes) -> bool:
    """Whether `data` claims to be an Ansible Vault text (it begins with its mark)."""
    return data.startswith(_MAGIC)


def label(data: bytes) -> str:
    """The vault id in the header, or "" where there is none. Raises `NotVault`, `Damaged`, `Unsupported`."""
    return _header(data)[0]


def encrypt(data: bytes, password: str | bytes, label: str = "", *, salt: bytes | None = None) -> bytes:
    """The vault of `data`, ASCII with a newline at its end: 1.2 where there is a `label`, else 1.1 (as Ansible does).

    Raises `VaultError` for an empty password or a label that a header cannot hold. `salt` is for tests.
    """
    secret = _bytes(password)
    if not secret:
        raise VaultError(reason="The vault password is empty.")
    # "default" is Ansible's word for no label.
    named = label not in ("", "default")
    if named and not _fits(label):
        raise VaultError(reason=f"A vault id has letters, digits and . _ - only, at most 100 of them; not {label!r}.")
    salt = os.urandom(32) if salt is None else salt
    keys = _derive(secret, salt)
    fill = _BLOCK - len(data) % _BLOCK
    text = _crypt(keys, data + bytes([fill]) * fill)
    mac = hmac.new(keys.mac, text, hashlib.sha256).digest()
    body = binascii.hexlify(b"\n".join(binascii.hexlify(part) for part in (salt, mac, text)))
    header = [_MAGIC, b"1.2", _CIPHER, label.encode()] if named else [_MAGIC, b"1.1", _CIPHER]
    lines = [b";".join(header), *(body[at : at + _LINE] for at in range(0, len(body), _LINE))]
    return b"\n".join(lines) + b"\n"


def decrypt(data: bytes, password: str | bytes) -> bytes:
    """What is in the vault. Raises `WrongPassword`, `Damaged`, `NotVault` or `Unsupported`, and nothing else.

    An HMAC that does not fit is a wrong password (or a text that was altered with care: that cannot be told apart);
    what can be seen to be broken without any password is damage.
    """
    sealed = _parse(data)
    keys = _derive(_bytes(password), sealed.salt)
    if not hmac.compare_digest(hmac.new(keys.mac, sealed.text, hashlib.sha256).digest(), sealed.mac):
        raise WrongPassword
    plain = _crypt(keys, sealed.text)
    fill = plain[-1]
    if not 1 <= fill <= _BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise Damaged(reason="the padding at its end is wrong")
    return plain[:-fill]


def _bytes(password: str | bytes) -> bytes:
    return password.encode() if isinstance(password, str) else password


def _fits(label: str) -> bool:
    return len(label) <= 100 and label.isascii() and all(sign.isalnum() or sign in "._-" for sign in label)


def _header(data: bytes) -> tuple[str, int]:
    """The label, and where the body begins."""
    if not is_vault(data):
        raise NotVault
    if len(data) > MOST_BYTES:
        raise Unsupported(reason=f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    end = data.find(b"\n", 0, MOST_HEADER)
    line = data[: MOST_HEADER if end < 0 else end].strip()
    if end < 0 and len(data) > MOST_HEADER:
        raise Damaged(reason="its first line does not end")
    if not line.isascii():
        raise Damaged(reason="there are signs in its first line that do not belong there")
    mark, *parts = line.decode("ascii").split(";")
    if mark != _MAGIC.decode() or len(parts) < 2:
        raise Damaged(reason="its first line is not complete")
    version, cipher, *rest = (part.strip() for part in parts)
    if version not in ("1.1", "1.2"):
        raise Unsupported(reason=f"version {_shown(version)}")
    if cipher != _CIPHER.decode():
        raise Unsupported(reason=f"cipher {_shown(cipher)}")
    return (rest[0] if rest else ""), (len(data) if end < 0 else end + 1)


def _shown(text: str) -> str:
    return repr(text[:20])


def _parse(data: bytes) -> _Sealed:
    name, start = _header(data)
    try:
        parts = binascii.unhexlify(b"".join(data[start:].split())).split(b"\n", 2)
        salt, mac, text = (binascii.unhexlify(part) for part in parts)
    except ValueError as error:
        # binascii.Error is a ValueError too; so is a wrong number of parts.
        raise Damaged(reason="it is cut short, or holds other signs than the digits 0-9 and a-f") from error
    if not salt or len(mac) != hashlib.sha256().digest_size:
        raise Damaged(reason="its salt or its check sum is not whole")
    if not text or len(text) % _BLOCK:
        raise Damaged(reason="it is cut short")
    return _Sealed(name, salt, mac, text)


def _derive(password: bytes, salt: bytes) -> _Keys:
    # Slow to import and rarely needed. Measured: 4 ms; hashlib with the OpenSSL of some Pythons takes twice that.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    derived = PBKDF2HMAC(SHA256(), 80, salt, _ROUNDS).derive(password)
    return _Keys(derived[:32], derived[32:64], derived[64:])


def _crypt(keys: _Keys, data: bytes) -> bytes:
    """Encrypts and decrypts: counter mode is its own inverse."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    stream = Cipher(algorithms.AES256(keys.cipher), modes.CTR(keys.counter)).encryptor()
    return stream.update(data) + stream.finalize()

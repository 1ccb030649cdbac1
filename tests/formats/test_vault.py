"""Ansible Vault, both ways with the installed ansible-vault, and what damage and wrong passwords are called."""

from __future__ import annotations

import binascii
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import allow, canary
from inregel.formats import vault

ANSIBLE_VAULT = Path(sys.executable).with_name("ansible-vault")
CONTENTS = {
    "text": "geheim: één wachtwoord\n".encode(),
    "binary": bytes(range(256)),
    "empty": b"",
    "one": b"x",
    "block": b"y" * 16,
    "lines": b"a\r\nb\n\n",
    "large": b"0123456789abcdef" * 4096,
}
SALT = bytes(range(32))
SEALED = vault.encrypt(b"sixteen bytes and some", "pw", "prod", salt=SALT)


def ansible(*args: str | Path) -> None:
    done = subprocess.run([ANSIBLE_VAULT, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not ANSIBLE_VAULT.exists(), reason="ansible-vault is not installed here")
@pytest.mark.parametrize(("label", "version"), [("", b"1.1"), ("prod", b"1.2"), ("default", b"1.1")])
def test_ansible_opens_what_we_encrypt_and_we_open_what_it_encrypts(tmp_path: Path, label: str, version: bytes) -> None:
    password = f"{canary('vault password')} é€ ü"
    allow(tmp_path / "password").write_text(password + "\n", encoding="utf-8")
    files = {name: tmp_path / name for name in CONTENTS}
    for name, file in files.items():
        file.write_bytes(vault.encrypt(CONTENTS[name], password, label))
        assert file.read_bytes().startswith(b"$ANSIBLE_VAULT;" + version)
    vault_id = f"{label or 'default'}@{tmp_path / 'password'}"
    ansible("decrypt", "--vault-id", vault_id, *files.values())
    assert {name: file.read_bytes() for name, file in files.items()} == CONTENTS
    ansible("encrypt", "--vault-id", vault_id, *files.values())
    for name, file in files.items():
        assert vault.is_vault(file.read_bytes())
        assert vault.label(file.read_bytes()) == (label if version == b"1.2" else "")
        assert vault.decrypt(file.read_bytes(), password) == CONTENTS[name]


@given(
    data=st.binary(max_size=400),
    password=st.text(min_size=1, max_size=30),
    label=st.from_regex(r"[a-zA-Z0-9._-]{0,20}", fullmatch=True),
)
def test_decrypting_gives_back_what_was_encrypted(data: bytes, password: str, label: str) -> None:
    sealed = vault.encrypt(data, password, label)
    assert vault.decrypt(sealed, password) == data
    assert vault.label(sealed) == ("" if label == "default" else label)
    assert sealed.isascii()
    assert max(len(line) for line in sealed.splitlines()[1:]) <= 80


def test_the_same_content_is_never_encrypted_alike() -> None:
    assert vault.encrypt(b"x", "pw") != vault.encrypt(b"x", "pw")


@given(st.text(max_size=10))
def test_a_wrong_password_is_never_called_damage(password: str) -> None:
    if password != "pw":
        with pytest.raises(vault.WrongPassword):
            vault.decrypt(SEALED, password)


@given(at=st.integers(0, len(SEALED) - 1), change=st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(at: int, change: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= change
    try:
        opened = vault.decrypt(bytes(changed), "pw")
    except vault.VaultError:
        return
    # The case of a hexadecimal digit, white space and the label do not count; nothing else may go through.
    assert opened == b"sixteen bytes and some"
    header = SEALED.index(b"\n")
    assert at <= header or changed.lower() == SEALED or not chr(changed[at]).strip() or not chr(SEALED[at]).strip()


@given(end=st.integers(0, len(SEALED) - 2))
def test_a_vault_that_is_cut_short_does_not_open(end: int) -> None:
    with pytest.raises(vault.VaultError):
        vault.decrypt(SEALED[:end], "pw")


def test_every_digit_of_salt_and_hmac_and_content_counts() -> None:
    start = SEALED.index(b"\n") + 1
    salt, mac, text = binascii.unhexlify(b"".join(SEALED[start:].split())).split(b"\n")
    for parts in ((b"ff" + salt[2:], mac, text), (salt, b"ff" + mac[2:], text), (salt, mac, b"ff" + text[2:])):
        with pytest.raises(vault.WrongPassword):
            vault.decrypt(SEALED[:start] + binascii.hexlify(b"\n".join(parts)), "pw")


def body(*parts: bytes) -> bytes:
    return binascii.hexlify(b"\n".join(parts))


HEX32, HEX16 = b"ab" * 32, b"cd" * 16
MESSAGES = {
    b"": "It is not encrypted with Ansible Vault: it does not begin with $ANSIBLE_VAULT.",
    b"password: x": "It is not encrypted with Ansible Vault: it does not begin with $ANSIBLE_VAULT.",
    b"$ANSIBLE_VAULT": "It is a damaged Ansible Vault text: its first line is not complete.",
    b"$ANSIBLE_VAULT;1.1\n": "It is a damaged Ansible Vault text: its first line is not complete.",
    b"$ANSIBLE_VAULTS;1.1;AES256\n": "It is a damaged Ansible Vault text: its first line is not complete.",
    b"$ANSIBLE_VAULT;1.0;AES\n00": "It is an Ansible Vault text of a kind that cannot be opened here: version '1.0'. "
    "Known are 1.1 and 1.2 with AES256.",
    b"$ANSIBLE_VAULT;1.1;AES\n00": "It is an Ansible Vault text of a kind that cannot be opened here: cipher 'AES'. "
    "Known are 1.1 and 1.2 with AES256.",
    b"$ANSIBLE_VAULT;1.2;AES256;\xff\n00": "It is a damaged Ansible Vault text: there are signs in its first line "
    "that do not belong there.",
    b"$ANSIBLE_VAULT;" + b"1" * 600: "It is a damaged Ansible Vault text: its first line does not end.",
    b"$ANSIBLE_VAULT;1.1;AES256": "It is a damaged Ansible Vault text: it is cut short, or holds other signs than the "
    "digits 0-9 and a-f.",
    b"$ANSIBLE_VAULT;1.1;AES256\n0": "It is a damaged Ansible Vault text: it is cut short, or holds other signs than "
    "the digits 0-9 and a-f.",
    b"$ANSIBLE_VAULT;1.1;AES256\nxx": "It is a damaged Ansible Vault text: it is cut short, or holds other signs than "
    "the digits 0-9 and a-f.",
    b"$ANSIBLE_VAULT;1.1;AES256\n"
    + body(HEX32, HEX32): "It is a damaged Ansible Vault text: it is cut short, or holds "
    "other signs than the digits 0-9 and a-f.",
    b"$ANSIBLE_VAULT;1.1;AES256\n" + body(HEX32, HEX16, HEX16): "It is a damaged Ansible Vault text: its salt or its "
    "check sum is not whole.",
    b"$ANSIBLE_VAULT;1.1;AES256\n" + body(b"", HEX32, HEX16): "It is a damaged Ansible Vault text: its salt or its "
    "check sum is not whole.",
    b"$ANSIBLE_VAULT;1.1;AES256\n"
    + body(HEX32, HEX32, HEX16[:-2]): "It is a damaged Ansible Vault text: it is cut short.",
    b"$ANSIBLE_VAULT;1.1;AES256\n" + body(HEX32, HEX32, b""): "It is a damaged Ansible Vault text: it is cut short.",
}


@pytest.mark.parametrize("data", MESSAGES)
def test_what_cannot_be_opened_says_why(data: bytes) -> None:
    with pytest.raises(vault.VaultError) as caught:
        vault.decrypt(data, "pw")
    assert str(caught.value) == MESSAGES[data]


def test_a_sound_vault_with_wrong_padding_is_damaged() -> None:
    keys = vault._derive(b"pw", SALT)
    import hashlib
    import hmac

    for end in (b"\0", b"\x11", b"\x01\x02"):
        text = vault._crypt(keys, b"x" * (32 - len(end)) + end)
        mac = hmac.new(keys.mac, text, hashlib.sha256).hexdigest().encode()
        sealed = b"$ANSIBLE_VAULT;1.1;AES256\n" + body(SALT.hex().encode(), mac, text.hex().encode())
        with pytest.raises(vault.Damaged, match="the padding at its end is wrong"):
            vault.decrypt(sealed, "pw")


def test_a_vault_too_large_to_hold_is_refused_before_it_is_read() -> None:
    huge = b"$ANSIBLE_VAULT;1.1;AES256\n" + bytes(vault.MOST_BYTES)
    with pytest.raises(vault.Unsupported, match="larger than 64 MiB"):
        vault.decrypt(huge, "pw")


@pytest.mark.parametrize("label", ["a;b", "a b", "a\nb", "é", "a@b", "x" * 101])
def test_a_label_that_a_header_cannot_hold_is_refused(label: str) -> None:
    with pytest.raises(vault.VaultError, match="A vault id has letters"):
        vault.encrypt(b"x", "pw", label)


def test_an_empty_password_encrypts_nothing() -> None:
    with pytest.raises(vault.VaultError, match="The vault password is empty"):
        vault.encrypt(b"x", "")


def test_line_ends_of_windows_do_not_damage_a_vault() -> None:
    assert vault.decrypt(SEALED.replace(b"\n", b"\r\n"), b"pw") == b"sixteen bytes and some"
    assert vault.label(SEALED.replace(b"\n", b"\r\n")) == "prod"

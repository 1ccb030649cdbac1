"""Vault passwords: every source, their order, and what is said where one does not come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from inregel.formats import vault
from inregel.secrets.base import PasswordError, StoreError, VaultLocked, VaultShut
from inregel.secrets.passwords import MOST_BYTES, Passwords


@pytest.fixture
def password() -> str:
    return canary("vault password")


def write(file: Path, text: str, mode: int = 0o600) -> Path:
    allow(file).write_text(text)
    file.chmod(mode)
    return file


def typing(*answers: str) -> tuple[Callable[[str], str], list[str]]:
    """Somebody who types these answers; and what they were asked."""
    asked: list[str] = []
    left = list(answers)

    def ask(question: str) -> str:
        asked.append(question)
        return left.pop(0)

    return ask, asked


def opens(passwords: Passwords, password: str, label: str = "") -> str:
    """The source that opened a vault made with `password`."""
    data, used = passwords.open(vault.encrypt(b"content", password, label), "f.yml")
    assert data == b"content"
    assert used.value == password.encode()
    return used.source


def test_a_password_file_loses_the_white_space_around_it(tmp_path: Path, password: str) -> None:
    file = write(tmp_path / "pw", f"{password} \r\n\n")
    assert opens(Passwords([str(file)]), password) == str(file)


def test_a_program_is_run_and_loses_only_its_line_end(tmp_path: Path, password: str) -> None:
    file = write(tmp_path / "pw", f"#!/bin/sh\nprintf '%s \\n' '{password}'\n", 0o700)
    assert opens(Passwords([str(file)]), password + " ") == str(file)


def test_a_client_program_is_asked_with_the_vault_id(tmp_path: Path, password: str) -> None:
    file = write(tmp_path / "get-client.sh", f'#!/bin/sh\necho "{password}-$1-$2"\n', 0o700)
    assert opens(Passwords([f"prod@{file}"]), f"{password}---vault-id-prod") == str(file)
    assert opens(Passwords([str(file)]), f"{password}--") == str(file)


def test_the_environment_gives_passwords_after_the_command_line(tmp_path: Path, password: str) -> None:
    file = str(write(tmp_path / "pw", password))
    other = str(write(tmp_path / "other", "another"))
    for name in ("INREGEL_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"):
        assert opens(Passwords([other], environ={name: file}), password) == file
    assert opens(Passwords([other], environ={"INREGEL_VAULT_PASSWORD": password}), password) == "INREGEL_VAULT_PASSWORD"
    assert opens(Passwords([file], environ={"INREGEL_VAULT_PASSWORD": password}), password) == file


def test_the_label_of_a_vault_says_which_password_is_tried_first_and_forbids_none(
    tmp_path: Path, password: str
) -> None:
    first = write(tmp_path / "first", password)
    second = write(tmp_path / "second", password)
    both = Passwords([f"test@{first}", f"prod@{second}"])
    assert opens(both, password) == str(first)
    assert opens(both, password, "prod") == str(second)
    assert opens(both, password, "unheard") == str(first)


def test_a_source_is_not_touched_where_an_earlier_one_opens(tmp_path: Path, password: str) -> None:
    file = write(tmp_path / "pw", password)
    assert opens(Passwords([str(file), str(tmp_path / "missing"), "x@prompt"]), password) == str(file)


def test_a_source_that_fails_does_not_keep_a_later_one_from_opening(tmp_path: Path, password: str) -> None:
    file = write(tmp_path / "pw", password)
    broken = write(tmp_path / "none-client", "#!/bin/sh\nexit 2\n", 0o700)
    assert opens(Passwords([str(tmp_path / "missing"), f"dev@{broken}", str(file)]), password) == str(file)


def test_a_terminal_is_asked_once_where_nothing_else_is_given(password: str) -> None:
    ask, asked = typing(password)
    passwords = Passwords(ask=ask)
    assert opens(passwords, password) == opens(passwords, password) == "prompt"
    assert asked == ["Vault password: "]


def test_nobody_is_asked_where_a_source_is_given(tmp_path: Path, password: str) -> None:
    ask, asked = typing()
    with pytest.raises(VaultShut):
        Passwords([str(write(tmp_path / "pw", "wrong"))], ask=ask).open(vault.encrypt(b"", password), "f.yml")
    assert asked == []


def test_a_prompt_names_its_vault_id(password: str) -> None:
    ask, asked = typing(password)
    assert opens(Passwords(["prod@prompt"], ask=ask), password, "prod") == "prompt"
    assert asked == ["Vault password (prod): "]


def test_a_new_vault_asks_a_typed_password_twice(password: str) -> None:
    ask, asked = typing(password, password)
    assert Passwords(["prod@prompt"], ask=ask).to_encrypt("f").value == password.encode()
    assert asked == ["Vault password (prod): ", "Once more: vault password (prod): "]
    ask, _ = typing(password, password + "x")
    with pytest.raises(PasswordError, match="the two are not the same"):
        Passwords(ask=ask).to_encrypt("f")


def test_a_new_vault_takes_the_first_password_or_that_of_its_label(tmp_path: Path) -> None:
    sources = [f"{label}@{write(tmp_path / label, label)}" for label in ("test", "prod")]
    assert Passwords(sources).to_encrypt("f").label == "test"
    assert Passwords(sources).to_encrypt("f", "prod").value == b"prod"
    with pytest.raises(VaultLocked, match="for the vault id other"):
        Passwords(sources).to_encrypt("f", "other")


def test_what_cannot_be_opened_says_what_to_give(tmp_path: Path, password: str) -> None:
    sealed = vault.encrypt(b"x", password, "prod")
    with pytest.raises(VaultLocked) as locked:
        Passwords().open(sealed, "secrets.yml")
    assert str(locked.value) == (
        "secrets.yml is encrypted, and no vault password was given (its vault id is prod).\n"
        "Give --vault-password-file FILE or --vault-id LABEL@FILE, or set INREGEL_VAULT_PASSWORD_FILE."
    )
    files = [str(write(tmp_path / name, name)) for name in ("a", "b")]
    with pytest.raises(VaultShut) as shut:
        Passwords(files).open(sealed, "secrets.yml")
    assert str(shut.value) == (
        f"secrets.yml is sound, but the vault password from {files[0]}, {files[1]} does not open it "
        "(its vault id is prod).\nGive the right one: --vault-password-file FILE or --vault-id LABEL@FILE"
    )
    with pytest.raises(StoreError, match=r"secrets.yml: It is a damaged Ansible Vault text"):
        Passwords(files).open(sealed[:80], "secrets.yml")


def test_a_source_that_gives_no_password_says_why(tmp_path: Path, password: str) -> None:
    cases = {
        str(tmp_path / "missing"): "there is no such file",
        str(tmp_path): "this is a folder",
        str(write(tmp_path / "empty", " \n")): "it is empty",
        str(write(tmp_path / "fails", "#!/bin/sh\nexit 3\n", 0o700)): "the program ended with exit code 3",
        str(write(tmp_path / "no program", "just text", 0o700)): "it may be executed, but does not start",
        "prod@" + str(write(tmp_path / "x-client", "#!/bin/sh\nexit 2\n", 0o700)): "none for the vault id prod",
        str(write(tmp_path / "large", "x" * (MOST_BYTES + 1))): "it is larger than 64 KiB",
        str(write(tmp_path / "sealed", vault.encrypt(b"x", password).decode())): "the file is itself encrypted",
        "prompt": "there is nobody to ask",
    }
    for source, reason in cases.items():
        with pytest.raises(PasswordError, match=reason):
            Passwords([source]).open(vault.encrypt(b"x", password), "f.yml")


def test_a_password_is_printed_as_its_source(tmp_path: Path, password: str) -> None:
    file = write(tmp_path / "pw", password)
    assert repr(Passwords([str(file)]).to_encrypt("f")) == f"<vault password from {file}>"

"""`inregel secret`: what it prints, what it writes, and that no value comes out unasked."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from helpers.canary import allow, canary, leaks
from helpers.failing_disk import FailingDisk, Killed
from inregel.commands import secret
from inregel.commands.context import Context
from inregel.errors import InregelError
from inregel.formats import vault
from inregel.platform import hold_lock
from inregel.secrets import open_source
from inregel.secrets.base import BadName, PasswordError, SecretError, SecretMissing, SecretsOff, StoreError, VaultLocked
from inregel.secrets.files import NotWritten
from inregel.secrets.passwords import Passwords
from inregel.secrets.vault_file import VaultFile

ANSIBLE_VAULT = Path(sys.executable).with_name("ansible-vault")


class Desk:
    """A project, and somebody at a terminal (or a pipe) in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.out, self.err = io.StringIO(), io.StringIO()
        self.password = canary("vault password")
        self.vault_ids: tuple[str, ...] = (str(self.password_file("password", self.password)),)
        self.ask: Callable[[str], str] | None = None
        (root / "inregel.yml").write_text("project: offices\nsecrets: secrets.yml\n")

    @property
    def context(self) -> Context:
        return Context(
            directory=self.root, out=self.out, err=self.err, environ={}, vault_ids=self.vault_ids, ask=self.ask
        )

    def password_file(self, name: str, password: str) -> Path:
        allow(self.root / name).write_text(password + "\n")
        return self.root / name

    def set(self, name: str, value: bytes) -> None:
        assert secret.set_(self.context, name, read=lambda: value) == 0

    def get(self, name: str) -> bytes:
        return open_source(self.root, ["secrets.yml"], environ={}, vault_ids=self.vault_ids).get(name).reveal_bytes()

    def said(self) -> str:
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text

    def types(self, *answers: str) -> list[str]:
        asked: list[str] = []
        left = list(answers)

        def ask(question: str) -> str:
            asked.append(question)
            return left.pop(0)

        self.ask = ask
        return asked


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- set and show ---------------------------------------------------------------------------------------------------


def test_a_secret_is_set_from_standard_input_without_its_line_end(desk: Desk) -> None:
    value = canary("value")
    for data in (f"{value}\n", f"{value}\r\n", value):
        desk.set("token", data.encode())
        assert desk.get("token") == value.encode()
    desk.set("token", b"two\nlines\n\n")
    assert desk.get("token") == b"two\nlines\n"
    assert desk.said() == "token is set in secrets.yml.\n" + "token is changed in secrets.yml.\n" * 3


def test_a_secret_is_set_at_a_terminal_by_typing_it_twice(desk: Desk) -> None:
    value = canary("value")
    asked = desk.types(value, value)
    assert secret.set_(desk.context, "token") == 0
    assert asked == ["Value of token: ", "Value of token, once more: "]
    assert desk.get("token") == value.encode()
    desk.types(value, value + "x")
    with pytest.raises(SecretError, match="The two are not the same; nothing was changed"):
        secret.set_(desk.context, "token")


def test_a_secret_is_set_from_a_file_byte_for_byte(desk: Desk) -> None:
    data = b"\x30\x82\n" + canary("key").encode() + b"\xff\n"
    allow(desk.root / "key.pfx").write_bytes(data)
    assert secret.set_(desk.context, "key", file="key.pfx") == 0
    assert desk.get("key") == data


def test_what_cannot_be_set_changes_nothing(desk: Desk) -> None:
    with pytest.raises(BadName):
        desk.set("a b", b"x")
    with pytest.raises(SecretError, match="The value of a is empty"):
        desk.set("a", b"\n")
    with pytest.raises(SecretError, match=r"missing.pfx cannot be read \(No such file or directory\)"):
        secret.set_(desk.context, "a", file="missing.pfx")
    desk.vault_ids = ()
    with pytest.raises(VaultLocked):
        desk.set("a", b"x")
    (desk.root / "inregel.yml").write_text("project: offices\n")
    with pytest.raises(SecretError, match=r"Add this line to it: secrets: secrets.yml"):
        desk.set("a", b"x")
    assert not (desk.root / "secrets.yml").exists()


def test_a_secret_is_changed_in_the_store_that_has_it(desk: Desk) -> None:
    (desk.root / "inregel.yml").write_text("project: offices\nsecrets: [environment, secrets.yml, more.yml]\n")
    (desk.root / "more.yml").write_bytes(vault.encrypt(b"a: one\n", desk.password))
    desk.set("a", b"two")
    desk.set("b", b"two")
    assert desk.said() == "a is changed in more.yml.\nb is set in secrets.yml.\n"
    assert vault.decrypt((desk.root / "more.yml").read_bytes(), desk.password) == b'a: "two"\n'


def test_set_waits_for_another_one_and_keeps_what_it_wrote(desk: Desk) -> None:
    (desk.root / ".inregel").mkdir()
    other = hold_lock(desk.root / ".inregel" / "secrets.lock")
    assert other is not None

    def sleep(_seconds: float) -> None:
        VaultFile(desk.root / "secrets.yml", "secrets.yml", Passwords(desk.vault_ids)).set("theirs", b"1")
        other.release()

    assert secret.set_(desk.context, "ours", read=lambda: b"2", sleep=sleep) == 0
    assert [desk.get(name) for name in ("theirs", "ours")] == [b"1", b"2"]


def test_show_lists_names_and_never_a_value(desk: Desk) -> None:
    assert secret.show(desk.context) == 0
    assert desk.said() == "There are no secrets yet. Set one: inregel secret set NAME\n"
    desk.set("assu_pfx_utrecht", canary("value").encode())
    desk.set("b", canary("other").encode())
    desk.said()
    context = desk.context
    context.environ = {"INREGEL_SECRET_TOKEN_X": canary("of the environment")}
    assert secret.show(context) == 0
    assert (
        desk.said()
        == "assu_pfx_utrecht  secrets.yml\nb                 secrets.yml\ntoken_x           the environment\n"
    )
    assert secret.show(context, "b") == 0
    assert desk.said() == "b  secrets.yml\n"
    assert desk.err.getvalue() == "To see its value: inregel secret show b --reveal\n"
    assert secret.show(context, "token.X") == 0
    with pytest.raises(SecretMissing, match="there is assu_pfx_utrecht"):
        secret.show(context, "assu_pfx_utrech")


def test_reveal_shows_one_value_and_says_so(desk: Desk) -> None:
    value = canary("value")
    desk.set("token", value.encode())
    assert leaks(desk.said().encode()) == []
    assert secret.show(desk.context, "token", reveal=True) == 0
    assert desk.said() == value
    assert desk.err.getvalue() == "The value of token is shown in clear.\n"
    with pytest.raises(SecretError, match="Say which one to reveal"):
        secret.show(desk.context, reveal=True)
    with pytest.raises(SecretMissing):
        secret.show(desk.context, "other", reveal=True)
    context = desk.context
    context.secrets = False
    with pytest.raises(SecretsOff):
        secret.show(context, "token", reveal=True)


def test_binary_goes_to_standard_output_as_it_is(desk: Desk) -> None:
    desk.set("key", b"\xff\0\n\n")
    with pytest.raises(SecretError, match="It is not text"):
        secret.show(desk.context, "key", reveal=True)
    raw = io.BytesIO()
    context = desk.context
    context.out = io.TextIOWrapper(raw, encoding="utf-8")
    assert secret.show(context, "key", reveal=True) == 0
    assert raw.getvalue() == b"\xff\0\n"


# --- encrypt and decrypt --------------------------------------------------------------------------------------------


def test_encrypt_prints_a_block_that_yaml_and_we_can_read(desk: Desk) -> None:
    value = canary("value").encode()
    assert secret.encrypt(desk.context, "-", name="token-x", read=lambda: value + b"\n") == 0
    block = desk.said()
    assert block.startswith('"token-x": !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  ')
    inner = next(event.value for event in yaml.parse(block) if getattr(event, "tag", None) == "!vault")
    assert vault.decrypt(inner.encode(), desk.password) == value
    assert secret.decrypt(desk.context, "-", read=block.partition("\n")[2].encode) == 0
    assert desk.said().encode() == value


def test_encrypt_takes_the_password_of_a_vault_id(desk: Desk) -> None:
    desk.vault_ids = ("test@password", f"prod@{desk.password_file('other', canary('other password'))}")
    assert secret.encrypt(desk.context, "-", vault_id="prod", read=lambda: b"x") == 0
    assert desk.said().startswith("!vault |\n  $ANSIBLE_VAULT;1.2;AES256;prod\n")


def test_encrypt_asks_for_a_value_twice_at_a_terminal(desk: Desk) -> None:
    value = canary("value")
    asked = desk.types(value, value)
    assert secret.encrypt(desk.context, "-") == 0
    assert asked == ["Value: ", "Value, once more: "]


@pytest.mark.skipif(not ANSIBLE_VAULT.exists(), reason="ansible-vault is not installed here")
def test_a_file_encrypted_in_place_is_opened_by_ansible(desk: Desk) -> None:
    file, data = desk.root / "utrecht.abc", b"\x30\x82" + canary("key").encode() + b"\n"
    allow(file).write_bytes(data)
    assert secret.encrypt(desk.context, "utrecht.abc", in_place=True) == 0
    assert vault.decrypt(file.read_bytes(), desk.password) == data
    assert "stays readable in the history of git" in desk.said()
    with pytest.raises(SecretError, match=r"utrecht.abc is encrypted already"):
        secret.encrypt(desk.context, "utrecht.abc", in_place=True)
    done = subprocess.run(
        [ANSIBLE_VAULT, "decrypt", "--vault-password-file", desk.root / "password", file],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, file.read_bytes()) == (0, data)
    assert secret.encrypt(desk.context, "utrecht.abc", in_place=True) == 0
    assert secret.decrypt(desk.context, "utrecht.abc", in_place=True) == 0
    assert file.read_bytes() == data
    assert "utrecht.abc is in clear now. Do not commit it" in desk.said()


def test_decrypt_prints_and_leaves_the_file_as_it_is(desk: Desk) -> None:
    file, value = desk.root / "a.yml", canary("value")
    file.write_bytes(vault.encrypt(value.encode(), desk.password))
    before = file.read_bytes()
    assert secret.decrypt(desk.context, "a.yml") == 0
    assert (desk.said(), desk.err.getvalue()) == (value, "The content of a.yml is shown in clear.\n")
    assert file.read_bytes() == before
    with pytest.raises(StoreError, match=r"inregel.yml: It is not encrypted with Ansible Vault"):
        secret.decrypt(desk.context, "inregel.yml")


@pytest.mark.parametrize("command", [secret.encrypt, secret.decrypt])
def test_standard_input_has_no_place_to_write_to(desk: Desk, command: Callable[..., int]) -> None:
    with pytest.raises(SecretError, match="name a file"):
        command(desk.context, "-", in_place=True)


# --- rekey ----------------------------------------------------------------------------------------------------------

INVENTORY = """\
all:
  vars:
    # the token
    token: !vault |
          {0}

    list: [a, "b"]   # as it was
  children:
    nl: {{offices: {{utrecht: {{}}}}}}
    be:
      vars:
        - pin: !vault |
            {1}
        - plain: |
            text
"""


def inventory(desk: Desk, *values: bytes, label: str = "") -> str:
    sealed = [vault.encrypt(value, desk.password, label).decode().split("\n") for value in values]
    return INVENTORY.format(
        *("\n".join(x).rstrip().replace("\n", "\n" + " " * n) for x, n in zip(sealed, (10, 12), strict=True))
    )


def vaults(text: str) -> list[bytes]:
    return [event.value.encode() for event in yaml.parse(text) if getattr(event, "tag", None) == "!vault"]


class Old:
    """Three files under the old password, and a new one."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.new = canary("new password")
        self.source = f"prod@{desk.password_file('new', self.new)}"
        self.store = desk.root / "secrets.yml"
        self.binary = desk.root / "x.abc"
        self.inventory = desk.root / "inventory.yml"
        self.names = ["secrets.yml", "x.abc", "inventory.yml"]
        self.contents = [b"a: one\n", bytes(range(256)), b"t", b"1234"]
        self.store.write_bytes(vault.encrypt(self.contents[0], desk.password))
        self.binary.write_bytes(vault.encrypt(self.contents[1], desk.password, "old"))
        self.inventory.write_text(inventory(desk, *self.contents[2:]))

    def sealed(self) -> list[bytes]:
        return [self.store.read_bytes(), self.binary.read_bytes(), *vaults(self.inventory.read_text())]

    def rekey(self, disk: FailingDisk | None = None) -> int:
        return secret.rekey(self.desk.context, self.names, new_vault_id=self.source, disk=disk)

    def under(self, password: str) -> list[bool]:
        opened = []
        for sealed, content in zip(self.sealed(), self.contents, strict=True):
            try:
                assert vault.decrypt(sealed, password) == content
                opened.append(True)
            except vault.WrongPassword:
                opened.append(False)
        return opened


@pytest.fixture
def old(desk: Desk) -> Old:
    return Old(desk)


def test_rekey_gives_files_and_values_the_new_password_and_label(old: Old) -> None:
    before = yaml.safe_load(old.inventory.read_text().replace("!vault", ""))
    text = old.inventory.read_text()
    assert old.rekey() == 0
    assert old.under(old.new) == [True] * 4
    assert {vault.label(sealed) for sealed in old.sealed()} == {"prod"}
    after = old.inventory.read_text()
    assert after.splitlines()[:4] == text.splitlines()[:4]
    assert '\n\n    list: [a, "b"]   # as it was\n' in after
    assert after.endswith("        - plain: |\n            text\n")
    assert yaml.safe_load(after.replace("!vault", ""))["all"]["vars"].keys() == before["all"]["vars"].keys()
    assert old.desk.said() == (
        "secrets.yml: 1 vault with the new password\nx.abc: 1 vault with the new password\n"
        "inventory.yml: 2 vaults with the new password\n"
        "The old password still opens what is in the history of git: change the secrets that matter.\n"
    )


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("at", range(1, 7))
def test_rekey_that_breaks_off_leaves_each_file_whole_and_is_finished_by_the_same_command(
    old: Old, at: int, killed: bool
) -> None:
    with pytest.raises((NotWritten, Killed)):
        old.rekey(FailingDisk(at, killed=killed))
    new = max(0, at - 4)
    expected = [number < new for number in range(3)]
    assert old.under(old.new) == [*expected, expected[2]]
    assert old.under(old.desk.password) == [not each for each in [*expected, expected[2]]]
    assert old.rekey() == 0
    assert old.under(old.new) == [True] * 4
    if new:
        assert "secrets.yml: 1 had it already\n" in old.desk.said()
    left = {file.name for file in old.desk.root.iterdir() if file.is_file()}
    assert left == {*old.names, "inregel.yml", "password", "new"}


def test_rekey_changes_no_file_where_one_does_not_open(old: Old) -> None:
    old.binary.write_bytes(vault.encrypt(b"x", "another password"))
    before = [file.read_bytes() for file in (old.store, old.binary, old.inventory)]
    with pytest.raises(InregelError, match=r"x.abc is sound, but the vault password from"):
        old.rekey()
    assert [file.read_bytes() for file in (old.store, old.binary, old.inventory)] == before


def test_rekey_says_where_nothing_is_encrypted_and_where_it_cannot_edit(old: Old) -> None:
    old.names = ["inregel.yml"]
    assert old.rekey() == 0
    assert old.desk.said() == "inregel.yml: nothing in it is encrypted\n"
    quoted = old.store.read_text().replace("\n", "\\n")
    old.inventory.write_text(f'a: !vault "{quoted}"\n')
    old.names = ["inventory.yml"]
    with pytest.raises(StoreError, match=r"inventory.yml: line 1: only a `!vault \|` block"):
        old.rekey()
    old.inventory.write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match="neither an Ansible Vault file nor UTF-8 text"):
        old.rekey()


def test_rekey_in_a_file_with_line_ends_of_windows(old: Old) -> None:
    old.inventory.write_bytes(old.inventory.read_bytes().replace(b"\n", b"\r\n"))
    assert old.rekey() == 0
    data = old.inventory.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert old.under(old.new) == [True] * 4


def test_rekey_works_outside_a_project(old: Old) -> None:
    (old.desk.root / "inregel.yml").unlink()
    assert old.rekey() == 0
    assert old.under(old.new) == [True] * 4
    assert not (old.desk.root / ".inregel").exists()


def test_rekey_wants_one_new_password(old: Old) -> None:
    for options in ({}, {"new_vault_id": "a@b", "new_vault_password_file": "c"}):
        with pytest.raises(SecretError, match="Say where the new password comes from"):
            secret.rekey(old.desk.context, old.names, **options)
    old.desk.types("one", "two")
    with pytest.raises(PasswordError, match="the two are not the same"):
        secret.rekey(old.desk.context, old.names, new_vault_id="prod@prompt")
    assert old.under(old.desk.password) == [True] * 4
    new = str(old.desk.root / "new")
    assert secret.rekey(old.desk.context, old.names, new_vault_password_file=new) == 0
    assert old.under(old.new) == [True] * 4
    assert {vault.label(sealed) for sealed in old.sealed()} == {""}

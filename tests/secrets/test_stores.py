"""Stores and the chain: what is found where, and that a change never loses what was there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from helpers.failing_disk import FailingDisk, Killed
from inregel.contract import Secret
from inregel.formats import vault
from inregel.platform import hold_lock
from inregel.secrets import open_source
from inregel.secrets.base import (
    AtSeveral,
    BadName,
    NoConnection,
    NotCaptured,
    SecretInClear,
    SecretMissing,
    SecretsOff,
    StoreError,
    VaultLocked,
    VaultShut,
)
from inregel.secrets.environment import variable
from inregel.secrets.files import NotWritten, StoreBusy, locked, replace_all
from inregel.secrets.memory import MemorySource
from inregel.secrets.passwords import Passwords
from inregel.secrets.vault_file import VaultFile


class Project:
    """A folder with a vault password and a store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.password = canary("vault password")
        self.environ = {"INREGEL_VAULT_PASSWORD": self.password}
        self.path = root / "secrets.yml"

    def store(self, **options: FailingDisk) -> VaultFile:
        return VaultFile(self.path, "secrets.yml", Passwords(environ=self.environ), **options)

    def whole(self, text: str, label: str = "") -> None:
        self.path.write_bytes(vault.encrypt(text.encode(), self.password, label))

    def inline(self, **values: str | bytes) -> None:
        lines = ["# by hand"]
        for name, value in values.items():
            data = value.encode() if isinstance(value, str) else value
            block = vault.encrypt(data, self.password, "prod").decode().replace("\n", "\n  ").rstrip()
            lines.append(f"{name}: !vault |\n  {block}")
        self.path.write_text("\n".join(lines) + "\n")

    def values(self) -> dict[str, bytes]:
        store = self.store()
        return {name: found.reveal_bytes() for name in store.names() if (found := store.find(name))}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_whole_encrypted_file_gives_its_secrets(project: Project) -> None:
    project.whole("a: 0123\nb: 'x y'\nc: !!binary AAH/\n")
    assert project.values() == {"a": b"0123", "b": b"x y", "c": b"\0\1\xff"}


def test_a_file_with_encrypted_values_gives_its_secrets(project: Project) -> None:
    project.inline(a="one", b=b"\0\xff")
    assert project.values() == {"a": b"one", "b": b"\0\xff"}


def test_a_value_in_clear_is_refused_and_its_neighbours_are_not(project: Project) -> None:
    value = canary("in clear")
    project.inline(a="one")
    allow(project.path).write_text(project.path.read_text() + f"b: {value}\n")
    assert project.store().find("a") == Secret("a", "one")
    with pytest.raises(SecretInClear, match="The secret b stands in clear in secrets.yml"):
        project.store().find("b")
    project.store().set("b", value.encode())
    assert value not in project.path.read_text()
    assert project.values() == {"a": b"one", "b": value.encode()}


@pytest.mark.parametrize("label", ["", "prod"])
def test_setting_keeps_the_others_the_password_and_the_vault_id(project: Project, label: str) -> None:
    first, second = canary("first"), canary("second")
    project.whole(f"# a comment\na: {first}\n", label)
    assert project.store().set("b", second.encode())
    assert not project.store().set("a", b"\xffbinary")
    assert project.values() == {"a": b"\xffbinary", "b": second.encode()}
    data = project.path.read_bytes()
    assert vault.label(data) == label
    assert vault.decrypt(data, project.password).startswith(b"# a comment\n")


def test_setting_in_a_file_with_encrypted_values_encrypts_the_one(project: Project) -> None:
    project.inline(a="one", b="two")
    before = project.path.read_text()
    project.store().set("c", b"three")
    assert project.path.read_text().startswith(before)
    assert vault.label(project.store()._read()["c"].value) == "prod"
    project.store().set("a", b"new")
    assert project.values() == {"a": b"new", "b": b"two", "c": b"three"}
    assert project.path.read_text().startswith("# by hand\n")


def test_a_new_store_is_encrypted_as_a_whole_and_for_its_owner_alone(project: Project) -> None:
    assert project.values() == {}
    project.store().set("a", b"one")
    assert vault.is_vault(project.path.read_bytes())
    assert project.values() == {"a": b"one"}
    assert project.path.stat().st_mode & 0o777 == 0o600
    project.path.chmod(0o640)
    project.store().set("b", b"two")
    assert project.path.stat().st_mode & 0o777 == 0o640


def test_a_new_value_is_not_locked_with_another_password_than_the_rest(project: Project) -> None:
    project.inline(a="one")
    before = project.path.read_bytes()
    project.environ = {"INREGEL_VAULT_PASSWORD": "mistyped"}
    with pytest.raises(VaultShut):
        project.store().set("b", b"two")
    assert project.path.read_bytes() == before


def test_a_link_stays_a_link(project: Project) -> None:
    target = project.root / "elsewhere.yml"
    project.path.symlink_to(target)
    project.store().set("a", b"one")
    assert project.path.is_symlink()
    assert vault.is_vault(target.read_bytes())


def test_a_value_with_any_sign_comes_back_as_it_was(project: Project) -> None:
    for value in (
        b"x\n",
        b" x ",
        b"\r\n",
        "é€😀".encode(),
        b"\0",
        b"'\"\\",
        b"#",
        b"- a: b",
        b"\xed\xa0\x80",
        b"a" * 5000,
    ):
        project.store().set("a", value)
        assert project.values() == {"a": value}


def test_bad_names_are_refused(project: Project) -> None:
    for name in ("", "a b", "-x", "a:b", "é", "x" * 201, "a\n"):
        with pytest.raises(BadName):
            project.store().set(name, b"x")


def test_an_empty_value_is_no_secret(project: Project) -> None:
    project.whole("a:\n")
    with pytest.raises(StoreError, match="a has no value. Give it one: inregel secret set a"):
        project.store().find("a")


def test_a_store_that_cannot_be_read_says_why(project: Project) -> None:
    project.path.write_bytes(vault.encrypt(b"\xff\xfe", project.password))
    with pytest.raises(StoreError, match=r"secrets.yml: it is not UTF-8 text"):
        project.store().names()
    project.path.unlink()
    project.path.mkdir()
    with pytest.raises(StoreError, match=r"secrets.yml: it cannot be read \(Is a directory\)"):
        project.store().names()


# --- bad luck -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_fails_leaves_the_store_as_it_was(project: Project, at: int, code: int) -> None:
    project.whole("a: one\n")
    with pytest.raises(NotWritten) as caught:
        project.store(disk=FailingDisk(at, code=code)).set("b", b"two")
    assert str(caught.value) == f"secrets.yml could not be written: {os.strerror(code)}.\nNothing was changed."
    assert project.values() == {"a": b"one"}
    assert [file.name for file in project.root.iterdir()] == ["secrets.yml"]


@pytest.mark.parametrize("at", [1, 2])
def test_a_process_that_dies_leaves_the_store_as_it_was_and_the_same_command_works(project: Project, at: int) -> None:
    project.whole("a: one\n")
    with pytest.raises(Killed):
        project.store(disk=FailingDisk(at, killed=True)).set("b", b"two")
    assert project.values() == {"a": b"one"}
    project.store().set("b", b"two")
    assert project.values() == {"a": b"one", "b": b"two"}
    assert [file.name for file in project.root.iterdir()] == ["secrets.yml"]


FULL = """
import resource, signal, sys
from pathlib import Path
from inregel.secrets.files import Disk, NotWritten, replace_all
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    replace_all({Path(sys.argv[1]): b"x" * 5000}, Disk())
except NotWritten as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX")
def test_a_file_that_does_not_fit_is_not_written_in_part(project: Project) -> None:
    project.path.write_bytes(b"old")
    command = [sys.executable, "-c", FULL, str(project.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "secrets.yml could not be written: File too large.\nNothing was changed.\n"
    assert project.path.read_bytes() == b"old"
    assert list(project.root.iterdir()) == [project.path]


@pytest.mark.parametrize("at", range(1, 7))
def test_of_several_files_each_is_wholly_old_or_new(tmp_path: Path, at: int) -> None:
    files = {tmp_path / name: b"new" for name in "abc"}
    for file in files:
        file.write_bytes(b"old")
    with pytest.raises(NotWritten) as caught:
        replace_all(files, FailingDisk(at))
    now = [file.read_bytes() for file in files]
    new = max(0, at - 4)
    assert now == [b"new"] * new + [b"old"] * (3 - new)
    state = (
        f"{new} of 3 files are new, the others are as they were: the same command goes on." if new else "Nothing was"
    )
    assert state in str(caught.value)
    assert len(list(tmp_path.iterdir())) == 3


def test_two_writers_do_not_lose_one_another(project: Project) -> None:
    folder = project.root / ".inregel"
    folder.mkdir()
    other = hold_lock(folder / "secrets.lock")
    assert other is not None
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        project.store().set("theirs", b"1")
        other.release()

    with locked(project.root, sleep):
        project.store().set("ours", b"2")
    assert waited == [0.5]
    assert project.values() == {"theirs": b"1", "ours": b"2"}


def test_a_writer_that_waits_too_long_says_so(project: Project) -> None:
    waited: list[float] = []
    with locked(project.root, waited.append):
        with pytest.raises(StoreBusy, match="being changed by another process"), locked(project.root, waited.append):
            pass
        assert sum(waited) == 10.0
    with locked(project.root, waited.append):
        pass


# --- the chain ------------------------------------------------------------------------------------------------------


def test_stores_come_first_then_the_environment_then_what_was_captured(project: Project) -> None:
    project.whole("a: store\n")
    (project.root / "more.yml").write_bytes(vault.encrypt(b"a: more\nb: more\n", project.password))
    environ = project.environ | {variable(name): "environment" for name in "abc"}
    source = open_source(project.root, ["secrets.yml", "more.yml"], environ=environ, captured=shown_at("afas:1"))
    found = [source.get(name, lambda: {"afas": ["afas:1"]}).reveal() for name in "abcd"]
    assert found == ["store", "more", "environment", "d of afas:1"]
    assert set(source.used) == {"a", "b", "c"}
    source = open_source(project.root, ["environment", "secrets.yml"], environ=environ)
    assert source.get("a").reveal() == "environment"


def shown_at(*identities: str) -> Callable[[str, Sequence[str]], Mapping[str, Secret]]:
    """A ledger that captured every name at some connections, in this order."""

    def captured(name: str, connections: Sequence[str]) -> Mapping[str, Secret]:
        return {each: Secret(name, f"{name} of {each}") for each in identities if each in connections}

    return captured


def test_what_was_captured_is_found_at_the_connections_of_the_office_that_asks_alone(project: Project) -> None:
    source = open_source(project.root, [], environ={}, captured=shown_at("afas:1", "afas:2"))
    for identity in ("afas:1", "afas:2"):
        places = {"afas": [identity]}
        found = source.get("token", places.copy)
        assert (found.name, found.reveal()) == ("token", f"token of {identity}")
    for nowhere in (None, dict, {"afas": ["afas:3"]}.copy):
        with pytest.raises(SecretMissing, match="no secret token"):
            source.get("token", nowhere)
    assert not source.used


def test_of_several_connections_it_is_to_be_said_which(project: Project) -> None:
    source = open_source(project.root, [], environ={}, captured=shown_at("afas:1", "afas:2"))

    def places() -> Mapping[str, Sequence[str]]:
        return {"afas": ["afas:1", "afas/utrecht"], "afas.test": ["afas:2"], "twinfield": ["twinfield:1"]}

    with pytest.raises(AtSeveral, match=r"Say which one: secret\('afas:token'\) or secret\('afas.test:token'\)"):
        source.get("token", places)
    found = source.get("afas.test:token", places)
    assert (found.name, found.reveal()) == ("afas.test:token", "token of afas:2")
    with pytest.raises(NotCaptured, match="Nothing called token was captured at the connection twinfield"):
        source.get("twinfield:token", places)
    with pytest.raises(NoConnection, match=r"a connection afas.tset.*\n.*afas, afas.test, twinfield"):
        source.get("afas.tset:token", places)
    with pytest.raises(BadName):
        source.get("afas:", places)


def test_of_one_connection_what_was_captured_last_counts(project: Project) -> None:
    places = {"afas": ["afas:1", "afas/utrecht"]}
    for order in (("afas:1", "afas/utrecht"), ("afas/utrecht", "afas:1")):
        source = open_source(project.root, [], environ={}, captured=shown_at(*order))
        assert source.get("token", lambda: places).reveal() == f"token of {order[-1]}"


def test_a_connection_is_not_looked_up_in_the_stores(project: Project) -> None:
    source = open_source(project.root, [], environ={variable("afas:token"): "environment"})
    with pytest.raises(NotCaptured):
        source.get("afas:token", lambda: {"afas": ["afas:1"]})


def test_a_locked_store_hides_nothing_that_the_environment_has(project: Project) -> None:
    project.whole("a: store\n")
    source = open_source(project.root, ["secrets.yml"], environ={"INREGEL_SECRET_A": "environment"})
    assert source.get("a").reveal() == "environment"
    with pytest.raises(VaultLocked, match="secrets.yml is encrypted"):
        source.get("b")


def test_a_missing_secret_names_the_nearest_and_the_command(project: Project) -> None:
    project.whole("assu_pfx_utrecht: x\n")
    source = open_source(project.root, ["secrets.yml"], environ=project.environ)
    with pytest.raises(SecretMissing) as caught:
        source.get("assu_pfx_utrect")
    assert str(caught.value) == (
        "There is no secret assu_pfx_utrect; there is assu_pfx_utrecht.\nSet it: inregel secret set assu_pfx_utrect"
    )
    assert caught.value.remedy == "inregel secret set assu_pfx_utrect"
    with pytest.raises(SecretMissing, match=r"^There is no secret zzz\.\n"):
        source.get("zzz")


def test_the_environment_knows_a_name_in_capitals(tmp_path: Path) -> None:
    value = canary("of the environment")
    source = open_source(tmp_path, [], environ={"INREGEL_SECRET_AFAS_MANAGE_9_X": value, "INREGEL_SECRET_EMPTY": ""})
    for name in ("afas_manage_9.x", "AFAS-manage-9-X"):
        assert source.get(name).reveal() == value
    with pytest.raises(SecretMissing):
        source.get("empty")


def test_without_secrets_nothing_is_opened_or_asked(project: Project) -> None:
    project.path.write_text("not even a store")
    source = open_source(project.root, ["secrets.yml"], environ={"INREGEL_SECRET_A": "x"}, usable=False)
    assert not source.usable
    with pytest.raises(SecretsOff, match=r"The secret a is not read without secrets \(--no-secrets\)"):
        source.get("a")
    with pytest.raises(SecretsOff, match="files/x.abc is not read"):
        source.decrypt(b"$ANSIBLE_VAULT;1.1;AES256\n", "files/x.abc")
    with pytest.raises(SecretsOff):
        source.vaulted("$ANSIBLE_VAULT;1.1;AES256\n", "inventory.yml")


def test_opening_a_project_reads_nothing(tmp_path: Path) -> None:
    open_source(tmp_path, ["missing/secrets.yml"], environ={}, vault_ids=["prod@missing", "prompt"])


def test_files_and_values_are_opened_and_printed_as_names(project: Project) -> None:
    value = canary("token")
    source = open_source(project.root, [], environ=project.environ)
    sealed = vault.encrypt(value.encode(), project.password)
    assert source.decrypt(sealed, "files/x") == value.encode()
    secret = source.vaulted(sealed.decode(), "token of utrecht")
    assert secret.reveal() == value
    assert f"{secret} {secret!r} {source!r} {source.stores!r}".count("<secret token of utrecht>") == 2
    with pytest.raises(StoreError, match="group_vars/nl.yml: It is not encrypted with Ansible Vault"):
        source.vaulted("just text", "group_vars/nl.yml")


def test_a_vault_asked_for_again_is_not_opened_again(project: Project) -> None:
    asked = []

    def ask(question: str) -> str:
        asked.append(question)
        return project.password

    sealed = vault.encrypt(b"x", project.password).decode()
    source = open_source(project.root, [], environ={}, ask=ask)
    assert source.vaulted(sealed, "a") == source.vaulted(sealed, "b")
    assert asked == ["Vault password: "]
    assert len(source._opened) == 1


def test_the_source_in_memory_does_what_the_chain_does(project: Project) -> None:
    project.whole("a: one\n")
    sealed = vault.encrypt(b"x", project.password)
    chain = open_source(project.root, ["secrets.yml"], environ=project.environ)
    memory = MemorySource({"a": "one"}, password=project.password)
    for source in (chain, memory):
        assert source.usable
        assert source.get("a").reveal() == "one"
        assert source.decrypt(sealed, "f") == b"x"
        assert source.vaulted(sealed.decode(), "f").reveal() == "x"
        with pytest.raises(SecretMissing):
            source.get("zzz")
    off = MemorySource({"a": "one"}, usable=False)
    for call in (lambda: off.get("a"), lambda: off.decrypt(sealed, "f")):
        with pytest.raises(SecretsOff):
            call()
    with pytest.raises(VaultLocked):
        MemorySource().vaulted(sealed.decode(), "f")

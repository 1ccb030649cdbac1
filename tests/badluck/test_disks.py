"""A disk that is full, read-only or broken, seen from the command line: plain words, and nothing half done."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

import inregel
from helpers.canary import allow, canary
from helpers.forks import Ended, Forks
from helpers.misfortune import BOOK, Place, Yard
from inregel.formats import vault

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the faults are made by calls of Linux")
USER = 1
MOMENTS = [
    ("ledger.before_commit", 1),
    ("ledger.before_commit", 3),
    ("ledger.before_commit", 4),
    ("ledger.before_commit", 6),
    ("ledger.before_commit", 8),
    ("apply.before_perform", 2),
    ("apply.before_checkpoint", 6),
]
"""At which commit of an apply the disk gets bad: a lease, an intention, a checkpoint; a synced one still follows."""
AT_THE_FILE = "file.before_write:1:USR1"
ENOUGH = 81920
"""With that much room it may succeed."""
SAYS = {
    "EIO": r"The disk of .*ledger\.db reported an error \(SQLITE_IOERR_[A-Z]*SYNC\)",
    "EFBIG": r"The disk of .*ledger\.db reported an error \(SQLITE_IOERR_WRITE\)",
}


def plainly(ended: Ended, words: str) -> None:
    """It says what is wrong and what to do, and is no fault of ours."""
    said = " ".join(ended.said.split())
    assert re.search(words, said), ended.said
    assert ended.code == USER
    assert "Traceback" not in said
    assert "A fault of ours" not in said


@pytest.mark.parametrize("fault", ["EIO", "EFBIG"])
@pytest.mark.parametrize(("point", "nth"), MOMENTS)
def test_a_disk_that_gets_bad_in_an_apply_is_named_and_the_next_run_goes_on(
    fault: str, point: str, nth: int, yard: Yard, tmp_path: Path
) -> None:
    place = yard.place(tmp_path / "project", "set")
    # Room for what it prints, and for no other commit.
    ended = place.apply(crash=f"{point}:{nth}:USR1", disk={"kind": fault, "size": 4096})
    plainly(ended, SAYS[fault])
    with place.ledger() as ledger:
        assert ledger.verify() == []
    assert place.apply().code == 0
    place.check()


@pytest.fixture
def small(forks: Forks, yard: Yard, tmp_path: Path) -> Iterator[Place]:
    """A project on a disk of its own with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no disk can be mounted here; the limit on the size of files stands for it")
    try:
        yield yard.place(disk / "project", "set")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, room: int) -> Path:
    """Leaves `room` bytes on the disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    os.truncate(filler, filler.stat().st_size - room)
    return filler


@pytest.mark.parametrize("room", [0, 8192, 40960, 81920])
def test_a_disk_without_room_is_named_and_with_room_the_same_command_goes_on(
    room: int, small: Place, tmp_path: Path
) -> None:
    filler = fill(small.root.parent, room)
    ended = small.apply(said=tmp_path)
    if room < ENOUGH or ended.code:
        plainly(ended, r"There is no room left for .*ledger\.db|reported an error|The disk is full")
    filler.unlink()
    with small.ledger() as ledger:
        assert ledger.verify() == []
    assert small.apply().code == 0
    small.check()


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_report_that_finds_no_room_leaves_the_old_one(command: str, yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    assert place.apply().code == 0
    report = place.root / "report.json"
    report.write_text("the old one")
    disk = {"kind": "EFBIG", "size": 2000}
    options = ("--yes",) if command == "apply" else ()
    ended = place.run(command, BOOK, *options, "--report", "json=report.json", crash=AT_THE_FILE, disk=disk)
    plainly(ended, r"The report .*report\.json could not be written: File too large")
    assert "Nothing to do: 6 resources in sync." in ended.said
    assert report.read_text() == "the old one"
    assert [path.name for path in place.root.iterdir() if ".new" in path.name] == []


@pytest.mark.parametrize("fault", ["EIO", "EFBIG"])
def test_a_secret_that_cannot_be_kept_leaves_the_old_ones(fault: str, yard: Yard, tmp_path: Path) -> None:
    place = yard.place(tmp_path / "project", "set")
    settings = place.root / "inregel.yml"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "secrets": "secrets.yml"}))
    password, value = canary("vault password"), canary("new secret")
    allow(place.root / "password").write_text(password)
    allow(place.root / "given").write_text(value + "x" * 8000)
    old = vault.encrypt(b"first: x\n", password)
    (place.root / "secrets.yml").write_bytes(old if isinstance(old, bytes) else old.encode())
    before = (place.root / "secrets.yml").read_bytes()
    said = ("secret", "set", "second", "--file", "given", "--vault-password-file", "password")
    ended = place.run(*said, disk={"kind": fault, "size": 4096, "now": True})
    plainly(ended, r"secrets\.yml could not be written: .*Nothing was changed\.")
    assert (place.root / "secrets.yml").read_bytes() == before
    assert place.run(*said).code == 0
    shown = place.run("secret", "show", "second", "--vault-password-file", "password")
    assert shown.code == 0


def others_may_read(file: str) -> bool:
    """Whether a user without any rights of ours can load the code of a package."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in Path(file).resolve().parents)


@pytest.fixture
def elsewhere(yard: Yard) -> Iterator[Place]:
    """A project in a folder that also another user may enter."""
    if not (others_may_read(inregel.__file__) and others_may_read(click.__file__)):
        pytest.skip("another user may not read the code")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield yard.place(folder / "project", "set")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("number", [1, 2])
def test_a_project_that_may_not_be_written_is_named_and_stays(number: int, elsewhere: Place) -> None:
    if number == 2:
        assert elsewhere.apply().code == 0
        elsewhere.set("a", "x", {"value": "0"})
    before = elsewhere.prints()
    for path in (elsewhere.root, *elsewhere.root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    elsewhere.root.parent.chmod(0o777)
    ended = elsewhere.apply(user=65534, environ={"HOME": "/nonexistent"})
    plainly(ended, "cannot be written|No permission|cannot be opened")
    for path in (elsewhere.root, *elsewhere.root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert elsewhere.prints() == before
    assert elsewhere.apply().code == 0


def test_a_plan_needs_no_right_to_write(elsewhere: Place) -> None:
    assert elsewhere.apply().code == 0
    elsewhere.set("a", "x", {"value": "0"})
    plan = ("plan", BOOK, "--quiet")
    expected = elsewhere.run(*plan)
    before = elsewhere.prints()
    for path in (elsewhere.root, *elsewhere.root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    ended = elsewhere.run(*plan, user=65534, environ={"HOME": "/nonexistent"})
    assert ended.code == expected.code == 0, ended.said
    assert ended.said.splitlines()[1:] == expected.said.splitlines()[1:]
    for path in (elsewhere.root, *elsewhere.root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert elsewhere.prints() == before

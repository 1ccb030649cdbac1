"""Locks that end with their process, durable files, and the names of processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inregel import platform


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


HOLD = """
import sys
from pathlib import Path
from inregel import platform
lock = platform.hold_lock(Path(sys.argv[1]))
assert lock
print("ready", flush=True)
sys.stdin.read()
"""


def ended(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode is not None


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert platform.lock_is_free(path)
    assert not path.exists()
    lock = platform.hold_lock(path)
    assert lock is not None
    assert not platform.lock_is_free(path)
    assert platform.hold_lock(path) is None
    lock.release()
    lock.release()
    assert platform.lock_is_free(path)


def test_a_killed_process_gives_its_lock_back_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    process = child(HOLD, path)
    assert not platform.lock_is_free(path)
    process.kill()
    ended(process)
    assert platform.lock_is_free(path)


def test_a_stopped_process_keeps_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    process = child(HOLD, path)
    process.send_signal(signal.SIGSTOP)
    assert not platform.lock_is_free(path)
    process.kill()
    ended(process)


def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = platform.hold_lock(path)
    assert lock is not None
    process = child("import sys; print('ready', flush=True); sys.stdin.read()")
    lock.release()
    assert platform.lock_is_free(path)
    ended(process)


def test_the_file_of_a_held_lock_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = platform.hold_lock(path)
    assert lock is not None
    assert not platform.remove_free_lock(path)
    assert path.exists()
    lock.release()
    assert platform.remove_free_lock(path)
    assert platform.remove_free_lock(path)
    assert not path.exists()


def test_a_lock_is_on_the_file_that_others_see(tmp_path: Path) -> None:
    """One who was about to take the lock while the file was swept away takes the new file, not the ghost."""
    path = tmp_path / "lock"
    ghost = os.open(path, os.O_RDWR | os.O_CREAT)
    assert platform.remove_free_lock(path)
    path.touch()
    assert not platform._is_still(path, ghost)
    lock = platform.hold_lock(path)
    assert lock is not None
    assert not platform.lock_is_free(path)
    lock.release()
    os.close(ghost)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    platform.write_durably(path, b"old", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    platform.write_durably(path, b"new")
    assert path.read_bytes() == b"new"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "kept").touch()
    with pytest.raises(OSError, match="directory"):
        platform.write_durably(folder, b"x")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="a named pipe is a thing of POSIX")
def test_what_is_no_file_is_written_into_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    platform.write_durably(pipe, b"told")
    assert os.read(reader, 9) == b"told"
    os.close(reader)
    assert pipe.is_fifo()
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no device that is always full here")
def test_a_device_that_is_full_says_so_and_stays() -> None:
    with pytest.raises(OSError, match="No space left"):
        platform.write_durably(Path("/dev/full"), b"x")
    assert Path("/dev/full").is_char_device()


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.touch()
    link.symlink_to(target)
    platform.write_durably(link, b"x")
    assert link.is_symlink()
    assert target.read_bytes() == b"x"


def test_a_process_has_a_name_for_people() -> None:
    assert platform.process_name().endswith(f", process {os.getpid()}")
    assert "@" in platform.process_name()


def test_the_first_interrupt_is_handed_over_and_the_second_acts_as_always() -> None:
    seen: list[str] = []
    with pytest.raises(KeyboardInterrupt), platform.on_interrupt(lambda: seen.append("asked")):
        os.kill(os.getpid(), signal.SIGINT)
        assert seen == ["asked"]
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_polite_kill_is_handed_over_too() -> None:
    seen: list[str] = []
    with platform.on_interrupt(lambda: seen.append("asked")):
        os.kill(os.getpid(), signal.SIGTERM)
    assert seen == ["asked"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

"""What a command costs: CPU seconds of it and of all that it waited for, memory, wall time."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path


class Failed(Exception):
    """A command that is measured did not do its work."""


@dataclass(frozen=True)
class Cost:
    """One run, or the least of several."""

    cpu: float
    """Seconds, user and system."""
    wall: float
    """Seconds."""
    memory: float
    """The peak of the largest process, in MiB."""
    said: str = ""
    """Standard output, and standard error where the command failed."""

    def least(self, other: Cost) -> Cost:
        """The least of two runs: what the work costs. The rest is the machine."""
        return replace(
            self,
            cpu=min(self.cpu, other.cpu),
            wall=min(self.wall, other.wall),
            memory=min(self.memory, other.memory),
        )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """As a user has it: Python keeps what it compiled, and nothing slows its start."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH", "PYTHONWARNINGS")
    return {name: value for name, value in os.environ.items() if name not in left_out} | dict(more or {})


def run(command: Sequence[str | Path], folder: Path | None = None, more: Mapping[str, str] | None = None) -> Cost:
    """Runs `command` once. Raises `Failed` with its last words where it does not end with 0."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        with subprocess.Popen(command, cwd=folder, env=environment(more), stdin=subprocess.DEVNULL, stdout=out,
                              stderr=err) as process:  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        out.seek(0)
        err.seek(0)
        said, complaints = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if process.returncode:
        what = " ".join(map(str, command))
        raise Failed(f"{what} ended with {process.returncode}:\n{said[-2000:]}{complaints[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, said)

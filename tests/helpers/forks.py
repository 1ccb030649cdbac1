"""Commands as real processes that cost no start: `Forks` forks them from one process that has loaded the program.

What a run may be told (a crash, a full disk, another clock) stands in `tests/badluck/forks.py`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import inregel

SERVER = Path(__file__).parents[1] / "badluck/forks.py"
ZONE = "Europe/Amsterdam"
SECONDS = 50.0
"""A child that neither ends nor stops for so long hangs."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code (below 0: the signal that killed it), and all that it printed."""

    code: int
    said: str


@dataclass(slots=True)
class Child:
    """A command that runs."""

    forks: Forks
    pid: int
    out: Path

    def send(self, number: int) -> None:
        """A signal, as Ctrl-C sends it: to the whole group."""
        os.killpg(self.pid, number)

    def stopped(self) -> bool:
        """Waits until it is stopped; False where it ended instead."""
        return bool(self.forks.ask({"wait": self.pid}).get("stopped"))

    def end(self) -> Ended:
        """Waits for its end."""
        answer = self.forks.ask({"wait": self.pid})
        assert "code" in answer, "it is stopped, and was to end"
        return Ended(answer["code"], self.out.read_text("utf-8", errors="replace"))


class Forks:
    """One server of forks, for all tests of a process."""

    def __init__(self) -> None:
        paths = os.pathsep.join((str(Path(inregel.__file__).parents[1]), str(SERVER.parents[1])))
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "TZ": ZONE},
        )
        self._count = 0

    def start(self, folder: Path, argv: Sequence[str], *, said: Path | None = None, **how: Any) -> Child:
        """Begins `inregel ARGV...` in `folder`; what it prints goes to a file in `said`, else beside the folder."""
        self._count += 1
        out = (said or folder.parent) / f"said-{self._count}.txt"
        out.touch()
        answer = self.ask({"run": list(argv), "cwd": str(folder), "out": str(out), **how})
        return Child(self, answer["pid"], out)

    def run(self, folder: Path, argv: Sequence[str], **how: Any) -> Ended:
        """Begins it and waits for its end."""
        return self.start(folder, argv, **how).end()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request to the server, and its answer."""
        inlet, outlet = self._process.stdin, self._process.stdout
        assert inlet and outlet
        inlet.write(json.dumps(request).encode() + b"\n")
        inlet.flush()
        ready, _, _ = select.select([outlet], [], [], SECONDS)
        assert ready, f"no answer to {request}"
        line = outlet.readline()
        assert line, "the server of forks has ended; what it said stands above"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def breathe(self) -> None:
        """Lets a child go on, where a test waits for what it does."""
        self.ask({"breathe": 0.005})

    def close(self) -> None:
        """Ends the server and every child that is left."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()

"""A process that has loaded the whole program and forks a child for each command: real processes without their start.

    forks.py

It reads one JSON object per line and answers with one. `{"run": [...], "cwd": F, "out": F, ...}` forks a child that
gives the command line to the program as `python -m inregel` does, and answers with its `pid`. `{"wait": pid}` answers
when that child has ended (`code`, as `subprocess` counts it) or was stopped (`stopped`). `{"breathe": seconds}` lets
the children go on for a moment.

What else a run may be told: `also`: commands that follow in the same child; `crash`, as INREGEL_CRASH; `environ`;
`trace`: a file to which the points that it comes to are written; `clock`: the time is the modification time of that
file; `kill_after`: so many seconds; `interrupted`: by Ctrl-C in the middle; `disk`: how it gets bad, and whether `now`
or at SIGUSR1; `user`: the number of the user that it runs as.
"""

import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import inregel
from helpers.seccomp import refuse_fsync
from inregel.commands.context import Context
from inregel.crashpoints import CRASH, points

for module in pkgutil.walk_packages(inregel.__path__, "inregel."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for name in ("unicodedata", "cryptography.hazmat.primitives.ciphers.aead", "jinja2.ext", "encodings.idna"):
    importlib.import_module(name)


def main() -> None:
    """Serves until standard input ends; then no child is left."""
    # Reading by hand, not through a buffer: a child must not find the next lines in a copy of it.
    left: set[int] = set()
    rest = b""
    while data := os.read(0, 65536):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            asked = json.loads(line)
            if "run" in asked:
                pid = os.fork()
                if pid == 0:
                    child(asked)
                left.add(pid)
                if "kill_after" in asked:
                    kill_after(asked["kill_after"], pid, left)
                answer: dict[str, Any] = {"pid": pid}
            elif "breathe" in asked:
                select.select([], [], [], asked["breathe"])
                answer = {}
            else:
                answer = wait(asked["wait"])
                if "code" in answer:
                    left.discard(asked["wait"])
            os.write(1, json.dumps(answer).encode() + b"\n")
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def kill_after(seconds: float, pid: int, left: set[int]) -> None:
    """Kills a child after a while, unless it has ended."""

    def kill(*_: object) -> None:
        if pid in left:
            # It may have ended this very moment.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.0001))


def wait(pid: int) -> dict[str, Any]:
    """How a child ended, or that it was stopped."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    return {"stopped": True} if os.WIFSTOPPED(status) else {"code": os.waitstatus_to_exitcode(status)}


def child(asked: dict[str, Any]) -> None:
    """Becomes the command. Never returns."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, nothing), (1, out), (2, out)):
        os.dup2(source, target)
    os.chdir(asked["cwd"])
    os.environ.update(asked.get("environ", {}))
    if "disk" in asked:
        break_disk(asked["disk"])
    if "user" in asked and os.geteuid() == 0:
        os.setgroups([])
        os.setuid(asked["user"])
    CRASH.arm(asked.get("crash", ""))
    if asked.get("interrupted"):
        # As soon as the command has begun its work: when it opens the ledger.
        sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGINT) if event == "sqlite3.connect" else None)
    sys.argv = ["inregel", *asked["run"]]
    code = 70
    try:
        code = traced(asked["trace"]) if "trace" in asked else command(asked)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def command(asked: dict[str, Any]) -> int:
    """The command line, and those that follow where it went well."""
    from inregel.cli import main
    from inregel.cli.run import run

    if "clock" in asked:
        file = Path(asked["clock"])
        return run(asked["run"], Context(now=lambda: datetime.fromtimestamp(file.stat().st_mtime, UTC)))
    code = main()
    for argv in asked.get("also", ()):
        code = code or main(argv)
    return code


def traced(file: str) -> int:
    """The command, with a note of how many times it comes to each point."""
    seen: Counter[str] = Counter()

    def watch(frame: Any, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.endswith("crashpoints.py"):
            if frame.f_code.co_name == "__enter__":
                seen[points(frame.f_locals["self"]._name)[0]] += 1
            elif frame.f_code.co_name == "__exit__" and frame.f_locals["error"] is None:
                seen[points(frame.f_locals["self"]._name)[1]] += 1

    from inregel.cli import main

    sys.setprofile(watch)
    code = main()
    sys.setprofile(None)
    Path(file).write_text(json.dumps(seen))
    return code


def break_disk(how: dict[str, Any]) -> None:
    """The disk gets full, or no longer makes anything durable: at SIGUSR1, or now."""

    def at_once(*_: object) -> None:
        if how["kind"] == "EIO":
            refuse_fsync()
        else:
            # No file may grow: what is longer than this stays as it is.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            size = how.get("size", 0)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    signal.signal(signal.SIGUSR1, at_once)
    if how.get("now"):
        at_once()


if __name__ == "__main__":
    main()

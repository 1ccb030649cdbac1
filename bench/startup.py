"""How much CPU starting costs, against `python -c pass`: `--version` and, in a project, `plan`.

    python bench/startup.py [PROJECT PLAYBOOK]

Each is run `RUNS` times in turn; the least is what it costs, the rest is the machine. Bounds: 5 and 20 times.
Exit 1 where a bound is broken.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

RUNS = 15
ROOT = Path(__file__).resolve().parents[1]


def environment() -> dict[str, str]:
    """As a user has it: Python keeps what it compiled, and nothing slows its start."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH", "PYTHONWARNINGS")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def cpu(command: Sequence[str]) -> float:
    """CPU seconds (user and system) of one run of `command`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def least(commands: Sequence[Sequence[str]]) -> list[float]:
    """The least CPU of each, run in turn so that what disturbs the machine disturbs all."""
    best = [float("inf")] * len(commands)
    for _ in range(RUNS):
        for index, command in enumerate(commands):
            best[index] = min(best[index], cpu(command))
    return best


def main(arguments: Sequence[str]) -> int:
    """Prints the table; returns the exit code."""
    inregel = [sys.executable, "-m", "inregel"]
    with tempfile.TemporaryDirectory() as folder:
        if arguments:
            project, playbook = arguments
        else:
            project, playbook = str(Path(folder) / "example"), "playbooks/site.yml"
            subprocess.run([*inregel, "init", project, "--example"], check=True, stdout=subprocess.DEVNULL)
            os.environ["INREGEL_VAULT_PASSWORD_FILE"] = str(Path(project) / ".vault-password")
        rows = [
            ("python -c pass", [sys.executable, "-c", "pass"], 0.0),
            ("inregel --version", [*inregel, "--version"], 5.0),
            ("inregel plan --help", [*inregel, "plan", "--help"], 0.0),
            ("inregel plan", [*inregel, "plan", "-C", project, playbook], 20.0),
        ]
        base, *others = least([command for _, command, _ in rows])
    print(f"{'what':22}{'CPU ms':>9}{'times':>8}{'at most':>9}")
    broken = False
    for (name, _, bound), seconds in zip(rows, [base, *others], strict=True):
        ratio = seconds / base
        broken = broken or bool(bound and ratio > bound)
        print(f"{name:22}{seconds * 1000:9.1f}{ratio:8.1f}{bound or '':>9}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make mutants`: takes each behaviour of tests/mutants/*.toml away in turn and expects its tests to fail.

Exit 1 where a mutant survives, where its text does not stand exactly once in its file, where its tests are red without
it, or where it does not even run (that proves nothing).
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = (".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "dist")
NO_TIME = "the time limit"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One behaviour and the edit that removes it."""

    area: str
    behaviour: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run: `killed` names the test that noticed, `problem` says why the run proves nothing."""

    seconds: float
    killed: str = ""
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether the suite noticed."""
        return bool(self.killed) and not self.problem


def read(folder: Path) -> list[Mutant]:
    """All mutants, by area (the name of their file) and then in the order in which they stand."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8")).get("mutant", []):
            tests = entry["tests"]
            found.append(
                Mutant(
                    area=path.stem,
                    behaviour=entry["behaviour"],
                    file=entry["file"],
                    find=entry["find"],
                    replace=entry["replace"],
                    tests=tuple(tests.split() if isinstance(tests, str) else tests),
                )
            )
    return found


def misplaced(mutants: Sequence[Mutant], root: Path) -> Iterator[str]:
    """What is wrong with the table itself."""
    seen: set[str] = set()
    for mutant in mutants:
        name = f"{mutant.area}: {mutant.behaviour}"
        if mutant.behaviour in seen:
            yield f"{name}: stands twice"
        seen.add(mutant.behaviour)
        file = root / mutant.file
        count = file.read_text("utf-8").count(mutant.find) if file.is_file() else -1
        if count < 0:
            yield f"{name}: there is no file {mutant.file}"
        elif count != 1:
            yield f"{name}: its text stands {count} times in {mutant.file}, not once"
        if mutant.find == mutant.replace:
            yield f"{name}: changes nothing"
        for test in mutant.tests:
            if not (root / test.partition("::")[0]).exists():
                yield f"{name}: there is no test {test}"


def run_tests(root: Path, tests: Sequence[str], limit: float) -> Outcome:
    """Runs `tests` in the copy `root`, which comes before the installed package."""
    environ = dict(os.environ, PYTHONPATH=str(root), PYTHONDONTWRITEBYTECODE="1", COLUMNS="200")
    environ.pop("INREGEL_SOAK", None)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True, errors="replace",
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Outcome(time.monotonic() - started, killed=NO_TIME)
    seconds = time.monotonic() - started
    match process.returncode:
        case 0:
            return Outcome(seconds)
        case 1:
            failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
            return Outcome(seconds, killed=failed[1] if failed else "a test")
        case _:
            last = "\n".join(output.strip().splitlines()[-15:])
            return Outcome(seconds, problem=f"pytest ended with {process.returncode}:\n{last}")


class Copies:
    """Copies of the tree, one per worker; each is used by one at a time."""

    def __init__(self, root: Path, folder: Path, count: int) -> None:
        self._free: queue.Queue[Path] = queue.Queue()
        for number in range(count):
            copy = folder / f"copy{number}"
            shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
            self._free.put(copy)

    def try_mutant(self, mutant: Mutant, limit: float) -> Outcome:
        """Applies the edit, runs the tests, and takes the edit back."""
        copy = self._free.get()
        file = copy / mutant.file
        original = file.read_text("utf-8")
        try:
            file.write_text(original.replace(mutant.find, mutant.replace), "utf-8")
            return run_tests(copy, mutant.tests, limit)
        finally:
            file.write_text(original, "utf-8")
            self._free.put(copy)

    def try_unchanged(self, tests: Sequence[str], limit: float) -> Outcome:
        """Runs the tests on the tree as it is."""
        copy = self._free.get()
        try:
            return run_tests(copy, tests, limit)
        finally:
            self._free.put(copy)


def main(argv: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Returns 0 where every behaviour is guarded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="PATTERN", help="area, or words of the behaviour; * is anything")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=float, default=180.0, help="seconds per run")
    parser.add_argument("--list", action="store_true", help="only check the table and show it")
    options = parser.parse_args(argv)

    mutants = [mutant for mutant in read(root / "tests/mutants") if _wanted(mutant, options.only)]
    problems = list(misplaced(mutants, root))
    for problem in problems:
        print(f"WRONG     {problem}")
    if options.list:
        for mutant in mutants:
            print(f"{mutant.area:12} {mutant.behaviour}")
    if problems or options.list:
        return 1 if problems else 0
    if not mutants:
        print(f"no behaviour is named {options.only}")
        return 1
    with tempfile.TemporaryDirectory(prefix="inregel-mutants-") as folder:
        Path(folder).chmod(0o755)  # some tests run as another user, who must be able to read the code
        return _try_all(mutants, Copies(root, Path(folder), options.workers), options.workers, options.limit)


def _wanted(mutant: Mutant, pattern: str) -> bool:
    return not pattern or mutant.area == pattern or fnmatch.fnmatch(mutant.behaviour, f"*{pattern}*")


def _try_all(mutants: Sequence[Mutant], copies: Copies, workers: int, limit: float) -> int:
    said = threading.Lock()
    bad = 0

    def say(text: str) -> None:
        with said:
            print(text, flush=True)

    def one(mutant: Mutant) -> bool:
        outcome = copies.try_mutant(mutant, limit)
        word = "killed" if outcome.good else "BROKEN" if outcome.problem else "SURVIVED"
        say(f"{word:9} {outcome.seconds:6.1f} s  {mutant.area}: {mutant.behaviour}\n{'':21}{_short(outcome)}")
        return outcome.good

    def unchanged(tests: tuple[str, ...]) -> bool:
        outcome = copies.try_unchanged(tests, limit)
        if outcome.killed or outcome.problem:
            say(f"RED       {outcome.seconds:6.1f} s  without any change: {' '.join(tests)}\n{'':21}{_short(outcome)}")
        return not (outcome.killed or outcome.problem)

    with ThreadPoolExecutor(workers) as pool:
        sets = list(dict.fromkeys(mutant.tests for mutant in mutants))
        green = dict(zip(sets, pool.map(unchanged, sets), strict=True))
        bad += sum(not each for each in green.values())
        results = list(pool.map(one, [mutant for mutant in mutants if green[mutant.tests]]))
    bad += results.count(False)
    print(f"\n{len(mutants)} behaviours, {results.count(True)} guarded, {bad} not.")
    return 1 if bad else 0


def _short(outcome: Outcome) -> str:
    if outcome.problem:
        return outcome.problem.replace("\n", f"\n{'':21}")
    return f"by {outcome.killed}" if outcome.killed else "no test noticed"


if __name__ == "__main__":
    sys.exit(main())

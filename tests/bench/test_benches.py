"""Each bench at a tiny size: what it counts, prints and promises, and how it ends. Never how long something takes."""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from helpers.bench import script
from helpers.places import checkout

TINY = {
    "engine": ["2"],
    "inventory_load": ["20"],
    "season": ["2", "--many", "4"],
    "side_by_side": ["--offices", "2"],
    "startup": [],
}
CLAIMS = {
    "engine": ["CPU for one resource", "memory for 2 offices", "ten times the offices cost"],
    "inventory_load": ["CPU of the bare yaml.load"],
    "season": ["CPU of the plan of 2 offices", "4 offices, times the offices"],
    "side_by_side": [
        "plan: CPU of the bare aiohttp client",
        "plan at 20 ms: wall time of HTTP by hand",
        "first apply: CPU of the plan that has nothing to do",
        "first apply: CPU of its own plan",
        "first apply: CPU of the same calls by bare aiohttp",
    ],
    "startup": ["inregel --version: CPU of python -c pass", "inregel plan: CPU of python -c pass"],
}
ROWS = {
    "engine": ["2 offices, 20 resources", "20 offices, 200 resources"],
    "inventory_load": ["inregel", "yaml.load, CSafeLoader"],
    "season": ["2 offices, 2 certificates", "4 offices, 4 certificates"],
    "side_by_side": [
        "HTTP by hand, 16 connections",
        "aiohttp, 16 connections",
        "inregel plan",
        "HTTP by hand, 64 connections",
        "inregel plan --forks 64",
        "aiohttp, the same calls",
        "inregel plan, before it",
        "inregel apply",
    ],
    "startup": ["python -c pass", "inregel --version", "inregel plan --help", "inregel plan"],
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="costs are measured with wait4")
each_bench = pytest.mark.parametrize("name", sorted(TINY))


def bench(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs one as people do."""
    command = [sys.executable, f"bench/{name}.py", *words]
    return subprocess.run(command, cwd=checkout(), capture_output=True, text=True, check=False)


@cache
def tiny(name: str) -> str:
    """What a bench prints at its tiny size, in one round."""
    done = bench(name, *TINY[name], "--rounds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def figures(name: str) -> dict[str, list[str]]:
    """The rows of a bench's tables: what stands in the first column, and the figures."""
    cells = [re.split(r" {2,}", line.strip()) for line in tiny(name).splitlines() if line.startswith("  ")]
    return {row[0]: row[1:] for row in cells}


def claims(said: str) -> list[tuple[str, str]]:
    """(what is promised, whether it is kept) of what a bench printed."""
    found = re.finditer(r"^  (.*?) +[0-9.]+ ?\S* +at (?:most|least) [0-9.]+ ?\S* +(kept|NOT KEPT)$", said, re.MULTILINE)
    return [(match[1], match[2]) for match in found]


@posix
@each_bench
def test_a_bench_prints_its_rows(name: str) -> None:
    rows = figures(name)
    for row in ROWS[name]:
        assert row in rows, tiny(name)
        assert rows[row]
        assert all(re.fullmatch(r"[0-9.]+", figure) for figure in rows[row]), rows[row]


@posix
@each_bench
def test_a_bench_judges_what_it_promises_and_ends_with_0(name: str) -> None:
    found = claims(tiny(name))
    assert [what for what, _ in found] == CLAIMS[name]


@posix
def test_the_tables_side_by_side_say_what_was_counted() -> None:
    said = tiny("side_by_side")
    assert "Plan of 2 offices, nothing to do: 24 reads each" in said
    assert "First apply: 24 documents are read, written, and read again" in said
    assert "inventory of 20 offices, 0.0 MiB" in tiny("inventory_load")


@each_bench
def test_every_bench_has_help_with_examples_of_itself(name: str) -> None:
    done = bench(name, "--help")
    assert done.returncode == 0
    assert "--strict" in done.stdout
    examples = done.stdout.partition("examples:\n")[2].splitlines()
    assert examples
    for example in examples:
        assert example.startswith(f"  python bench/{name}.py"), example
        for option in re.findall(r"--\w+", example):
            assert f"{option} " in done.stdout.partition("examples:")[0]


def test_every_bench_is_tested_here_and_listed_on_its_page() -> None:
    names = sorted(path.stem for path in (checkout() / "bench").glob("*.py"))
    assert names == sorted(TINY)
    page = (checkout() / "docs/benchmarks.md").read_text("utf-8")
    assert sorted(set(re.findall(r"`python bench/(\w+)\.py", page))) == names


# --- how it ends ----------------------------------------------------------------------------------------------------


def test_a_broken_bound_is_printed_and_changes_the_exit_code_only_where_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command, table = script("measuring/command"), script("measuring/table")
    kept, broken = table.Claim("little", 1.0, 2), table.Claim("much", 3.0, 2, unit=" x")
    least = table.Claim("enough", 3.0, 2, at_least=True)
    assert command.judge([kept, broken, least], strict=False) == 0
    assert claims(capsys.readouterr().out) == [("little", "kept"), ("much", "NOT KEPT"), ("enough", "kept")]
    assert command.judge([kept, broken, least], strict=True) == 1
    assert command.judge([kept, least], strict=True) == 0
    assert command.judge([table.Claim("too little", 1.0, 2, at_least=True)], strict=True) == 1


@posix
def test_strict_reaches_every_bench() -> None:
    """The engine's cost of one resource cannot be kept with so few: starting is all there is."""
    assert ("CPU for one resource", "NOT KEPT") in claims(tiny("engine"))
    assert bench("engine", "2", "--rounds", "1", "--strict").returncode == 1


@posix
def test_a_bench_ends_with_1_where_the_work_was_not_done() -> None:
    done = bench("startup", "no-such-project", "--rounds", "1")
    assert done.returncode == 1
    assert "inregel plan" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_count_ends_with_1_and_says_which(capsys: pytest.CaptureFixture[str]) -> None:
    command = script("measuring/command")

    def wrong() -> int:
        command.expect("reads", 23, 24)
        return 0

    assert command.ended(wrong) == 1
    assert capsys.readouterr().err == "reads: 23, and it must be 24\n"
    command.expect("reads", 24, 24)
    assert command.ended(lambda: 0) == 0


@posix
def test_a_plan_that_had_something_to_do_is_no_measurement(tmp_path: Path) -> None:
    engine = script("engine")
    engine.build(tmp_path / "many", 2)
    assert engine.plan(tmp_path / "many", 2).cpu > 0
    store = tmp_path / "many/store.jsonl"
    store.write_text("\n".join(store.read_text().splitlines()[:-1]) + "\n")
    from measuring.command import Wrong

    with pytest.raises(Wrong, match="Nothing to do: 20 resources in sync"):
        engine.plan(tmp_path / "many", 2)


@posix
def test_a_tool_that_did_not_read_everything_is_no_measurement(tmp_path: Path) -> None:
    side_by_side = script("side_by_side")
    from measuring.command import Wrong
    from measuring.server import Server

    with Server.running(None) as server:
        bench = side_by_side.Bench(1, tmp_path, server, None)
        bench.prepare()
        server.seed(bench.documents)
        costs = bench.measured({"bare": bench.client("protocol", 2)}, 1, 12)
        assert costs["bare"].said == "12 documents, 0 differ\n"
        idle = {"idle": ([sys.executable, "-c", "pass"], None, {})}
        with pytest.raises(Wrong, match=r"idle: \(reads, writes\): \(0, 0\), and it must be \(12, 0\)"):
            bench.measured(idle, 1, 12)


@posix
def test_a_client_that_finds_another_document_fails(tmp_path: Path) -> None:
    side_by_side = script("side_by_side")
    from measuring.process import Failed
    from measuring.server import Server

    with Server.running(None) as server:
        bench = side_by_side.Bench(1, tmp_path, server, None)
        bench.prepare()
        server.seed(bench.documents[1:])
        for name in ("protocol", "aiohttp"):
            with pytest.raises(Failed, match="12 documents, 1 differ"):
                bench.measured({name: bench.client(name, 2)}, 1, 12)


def test_the_cost_of_several_runs_is_the_least_of_each() -> None:
    cost = script("measuring/process").Cost
    assert cost(1.0, 5.0, 30, "first").least(cost(2.0, 4.0, 20, "second")) == cost(1.0, 4.0, 20, "first")


# --- make -----------------------------------------------------------------------------------------------------------


def test_make_bench_runs_all_of_them_and_stops_at_a_wrong_one(tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("there is no make")
    shutil.copy(checkout() / "Makefile", tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "tools/environment.sh").write_text("mkdir -p $1/bin; touch $1/.$2\n")
    (tmp_path / "bench").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / f"bench/{name}.py").touch()
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)

    def make(answer: str) -> tuple[int, list[str]]:
        python.write_text(f"#!/bin/sh\necho measured $1\n{answer}\n")
        python.chmod(0o755)
        done = subprocess.run(["make", "bench"], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, re.findall(r"^measured (\S+)", done.stdout, re.MULTILINE)

    assert make("") == (0, ["bench/a.py", "bench/b.py", "bench/c.py"])
    assert make("test $1 != bench/b.py") == (2, ["bench/a.py", "bench/b.py"])

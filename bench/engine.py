"""The engine alone: a plan of many offices with ten resources each, where there is nothing to do.

Memory driver, SQLite ledger, everything counted: start, inventory, templates, schemas, reading, comparing, printing.
OFFICES (1,000) is planned, and ten times as many. Each is run so often in turn, and the least is what it costs.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring.command import ended, judge, must_say, options, positive
from measuring.offices import settle
from measuring.process import Cost, run
from measuring.table import Claim, show

EACH = 10
PROJECT = Path(__file__).parent / "many_offices"


def build(root: Path, offices: int) -> None:
    """A project of so many offices, and a store in which all is as declared."""
    shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("__pycache__"))
    names = [f"office-{i:05}" for i in range(offices)]
    declared = {
        name: {"number": name.upper(), "contact": f"Ria <ria@{name}.example>",
               "connections": {"memory": {"store": "store.jsonl", "place": name}}}
        for name in names
    }  # fmt: skip
    (root / "inventory.json").write_text(json.dumps({"all": {"offices": declared}}))
    with (root / "store.jsonl").open("w") as store:
        for name in names:
            for i in range(EACH):
                state = {"value": f"{name.upper()}-{i}", "size": i, "used": i % 2 == 1}
                store.write(json.dumps([f"memory:{name}", "memory.setting", f"setting-{i}", state]) + "\n")
    settle(root, "inventory.json")


def plan(root: Path, offices: int) -> Cost:
    """One plan, of which we are sure that it did its work."""
    cost = run([sys.executable, "-m", "inregel", "plan", "-C", root, "playbooks/site.yml"])
    must_say(f"Nothing to do: {offices * EACH:,} resources in sync.", cost.said)
    return cost


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit code."""
    parser = options(__doc__, 3, "python bench/engine.py", "python bench/engine.py 50 --rounds 1")
    parser.add_argument("offices", nargs="?", type=positive, default=1000, metavar="OFFICES")
    given = parser.parse_args(arguments)
    offices: int = given.offices
    sizes = (offices, offices * 10)
    costs: dict[int, Cost] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            build(Path(folder, str(size)), size)
        for _ in range(given.rounds):
            for size in sizes:
                cost = plan(Path(folder, str(size)), size)
                costs[size] = costs[size].least(cost) if size in costs else cost
    rows = [
        (f"{size:,} offices, {size * EACH:,} resources", f"{cost.cpu:.2f}", f"{cost.cpu / size / EACH * 1000:.3f}",
         f"{cost.memory:.0f}")
        for size, cost in costs.items()
    ]  # fmt: skip
    show(["plan, nothing to do", "CPU s", "ms a resource", "MiB"], rows)
    small, large = (costs[size] for size in sizes)
    return judge(
        [
            Claim("CPU for one resource", small.cpu / offices / EACH * 1000, 0.2, unit=" ms"),
            Claim(f"memory for {offices:,} offices", small.memory, 150, unit=" MiB"),
            Claim("ten times the offices cost", large.cpu / small.cpu, 11, unit=" x"),
        ],
        given.strict,
    )


if __name__ == "__main__":
    sys.exit(ended(main))

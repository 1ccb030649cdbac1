"""How much CPU starting costs, against `python -c pass`: `--version` and, in a project, `plan`.

PROJECT and PLAYBOOK are those of the example where none are given. Each command is run so often in turn; the least is
what it costs, the rest is the machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from measuring.command import ended, judge, must_say, options
from measuring.process import Cost, run
from measuring.table import Claim, show

INREGEL = [sys.executable, "-m", "inregel"]
EMPTY, VERSION, HELP, PLAN = "python -c pass", "inregel --version", "inregel plan --help", "inregel plan"
SAYS = {EMPTY: "", VERSION: "inregel ", HELP: "PLAYBOOK", PLAN: "Revision "}
"""A word of what each prints: that it did its work."""


def least(commands: Mapping[str, Sequence[str]], rounds: int, more: Mapping[str, str]) -> dict[str, Cost]:
    """The least of each, run in turn so that what disturbs the machine disturbs all."""
    costs: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            cost = run(command, more=more)
            must_say(SAYS[name], cost.said)
            costs[name] = costs[name].least(cost) if name in costs else cost
    return costs


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit code."""
    parser = options(__doc__, 15, "python bench/startup.py", "python bench/startup.py offices playbooks/site.yml")
    parser.add_argument("project", nargs="?", default="", metavar="PROJECT")
    parser.add_argument("playbook", nargs="?", default="playbooks/site.yml", metavar="PLAYBOOK")
    given = parser.parse_args(arguments)
    more: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        project = given.project
        if not project:
            project = str(Path(folder) / "example")
            run([*INREGEL, "init", project, "--example"])
            more["INREGEL_VAULT_PASSWORD_FILE"] = str(Path(project) / ".vault-password")
        commands = {
            EMPTY: [sys.executable, "-c", "pass"],
            VERSION: [*INREGEL, "--version"],
            HELP: [*INREGEL, "plan", "--help"],
            PLAN: [*INREGEL, "plan", "-C", project, given.playbook],
        }
        costs = least(commands, given.rounds, more)
    base = costs[EMPTY].cpu
    rows = [(name, f"{cost.cpu * 1000:.1f}", f"{cost.cpu / base:.1f}") for name, cost in costs.items()]
    show(["", "CPU ms", "times"], rows)
    bounds = {VERSION: 5, PLAN: 20}
    claims = [
        Claim(f"{name}: CPU of {EMPTY}", costs[name].cpu / base, most, unit=" x") for name, most in bounds.items()
    ]
    return judge(claims, given.strict)


if __name__ == "__main__":
    sys.exit(ended(main))

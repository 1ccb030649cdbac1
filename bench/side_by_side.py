"""The same work by inregel, by bare HTTP clients and by its peers: 500 offices behind a REST API, 12 documents each.

inregel works with the project of the author's tutorial (bench/office_api), an inventory of JSON and a SQLite ledger.
Three tables: a plan with nothing to do, the same with an answer only after 20 ms, and the first apply to an empty
server. Every tool reads the same documents, and the server counts. What is run more than once is run in turn, and the
least is what it costs.

`--peers` names a folder with `venvs/`, `data/<N>/`, `bin/officeapi` and the drivers of the peers (ansible, nornir,
pyinfra); then its server and its clients are used. Without it the server is bench/office_api/emulator.py, and the
clients are those of bench/measuring/bare.py.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measuring import offices
from measuring.command import ended, expect, judge, must_say, options, positive
from measuring.process import Cost, run
from measuring.server import Server
from measuring.table import Claim, show

LATENCY = 20
CONNECTIONS = 64
INREGEL = [sys.executable, "-m", "inregel"]
BARE, HAND, PLAN = "aiohttp, 16 connections", "HTTP by hand, 16 connections", "inregel plan"
WRITES, FIRST_PLAN, APPLY = "aiohttp, the same calls", "inregel plan, before it", "inregel apply"
NORNIR, PYINFRA, ANSIBLE = "nornir, httpx, 8 workers", "pyinfra", "ansible-core, one action an office"
Command = tuple[list[str], Path | None, dict[str, str]]
"""What to type, where, with which variables."""


@dataclass
class Bench:
    """One run of all tables."""

    count: int
    folder: Path
    server: Server
    peers: Path | None
    documents: list[tuple[str, object]] = field(default_factory=list)

    def prepare(self) -> None:
        """The offices, their project, and what a client compares with."""
        if self.peers:
            declared = json.loads((self.peers / f"data/{self.count}/offices.json").read_bytes())
        else:
            declared = [offices.office(number) for number in range(self.count)]
        self.documents = [document for one in declared for document in offices.documents(one)]
        (self.folder / "documents.json").write_text(json.dumps(self.documents))
        offices.build(self.folder / "project", declared, self.server.url)

    # --- who is measured --------------------------------------------------------------------------------------------

    def client(self, name: str, connections: int) -> Command:
        """A bare client: `aiohttp`, `protocol` or `writes`."""
        if self.peers and name != "writes":
            known = {"protocol": "raw_asyncio"}.get(name, name)
            script = str(self.peers / "clients/clients.py")
            port = self.server.url.rpartition(":")[2]
            return [self._python("clients"), script, known, str(self.count), str(connections), port], None, {}
        script = str(Path(__file__).parent / "measuring/bare.py")
        return (
            [sys.executable, script, name, self.server.url, str(self.folder / "documents.json"), str(connections)],
            None,
            {},
        )

    def inregel(self, *words: str) -> Command:
        """A command of inregel in the project."""
        return [*INREGEL, *words, "playbooks/site.yml"], self.folder / "project", {}

    def others(self) -> dict[str, Command]:
        """The peers, each in its cheapest form for this work."""
        if not self.peers:
            return {}
        peers, count, url = self.peers, str(self.count), self.server.url
        api = {"OFFICE_API": url}
        pyinfra = {**api, "BENCH_N": count, "PYTHONPATH": str(peers / "pyinfra")}
        playbook = [str(peers / "venvs/ansible/bin/ansible-playbook"), "-i", str(peers / f"data/{count}/ansible.yaml"),
                    "action_office.yml", "--check", "-f", "2", "-e", f"api_url={url}"]  # fmt: skip
        return {
            NORNIR: (
                [self._python("nornir"), str(peers / "nornir/run.py"), count, "plan", "8", "httpx", "json"],
                None,
                api,
            ),
            PYINFRA: (
                [self._python("pyinfra", "pyinfra"), "--dry", "inventory.py", "deploy.py"],
                peers / "pyinfra",
                pyinfra,
            ),
            ANSIBLE: (playbook, peers / "ansible", {}),
        }

    def _python(self, name: str, program: str = "python") -> str:
        return str(self.peers) + f"/venvs/{name}/bin/{program}"

    # --- tables -----------------------------------------------------------------------------------------------------

    def measured(self, commands: Mapping[str, Command], rounds: int, gets: int) -> dict[str, Cost]:
        """Each in turn, so often; the server must have seen as many reads of each, and no writes."""
        costs: dict[str, Cost] = {}
        for _ in range(rounds):
            for name, (command, folder, more) in commands.items():
                before = self.server.counts()
                cost = run(command, folder, more)
                after = self.server.counts()
                seen = (after["get"] - before["get"], after["put"] - before["put"])
                expect(f"{name}: (reads, writes)", seen, (gets, 0))
                costs[name] = costs[name].least(cost) if name in costs else cost
        return costs

    def no_op(self, rounds: int) -> list[Claim]:
        """A plan with nothing to do: CPU."""
        self.server.seed(self.documents)
        commands = {
            HAND: self.client("protocol", 16),
            BARE: self.client("aiohttp", 16),
            PLAN: self.inregel("plan"),
        }
        costs = self.measured(commands, rounds, len(self.documents))
        must_say(f"Nothing to do: {len(self.documents):,} resources in sync.", costs[PLAN].said)
        costs |= self.measured(self.others(), 1, len(self.documents))
        bare, own = costs[BARE].cpu, costs[PLAN].cpu
        rows = [
            (
                name,
                f"{cost.cpu:.2f}",
                f"{cost.cpu / bare:.2f}",
                f"{cost.cpu / own:.1f}",
                f"{cost.wall:.2f}",
                f"{cost.memory:.0f}",
            )
            for name, cost in costs.items()
        ]
        print(f"Plan of {self.count} offices, nothing to do: {len(self.documents):,} reads each")
        show(["", "CPU s", "x aiohttp", "x inregel", "wall s", "MiB"], rows)
        claims = [Claim("plan: CPU of the bare aiohttp client", own / bare, 1.6, unit=" x")]
        bounds = {ANSIBLE: 20, PYINFRA: 10, NORNIR: 2.5}
        claims += [Claim(f"{name} needs more CPU", costs[name].cpu / own, bounds[name], at_least=True, unit=" x")
                   for name in bounds if name in costs]  # fmt: skip
        return claims

    def far_away(self, rounds: int) -> list[Claim]:
        """Every answer takes a while: wall time."""
        hand, own = f"HTTP by hand, {CONNECTIONS} connections", f"inregel plan --forks {CONNECTIONS}"
        commands = {hand: self.client("protocol", CONNECTIONS), own: self.inregel("plan", "--forks", str(CONNECTIONS))}
        self.server.latency(LATENCY)
        try:
            costs = self.measured(commands, rounds, len(self.documents))
        finally:
            self.server.latency(0)
        print(f"\nThe same, each answer after {LATENCY} ms")
        show(["", "wall s", "CPU s"], [(name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}") for name, cost in costs.items()])
        ratio = costs[own].wall / costs[hand].wall
        return [Claim(f"plan at {LATENCY} ms: wall time of HTTP by hand", ratio, 2, unit=" x")]

    def first_apply(self, rounds: int) -> list[Claim]:
        """From an empty server to the desired state: the plan before it, the plan after it, and the bare calls."""
        project = self.folder / "project"
        costs: dict[str, Cost] = {}
        commands = {
            WRITES: (self.client("writes", 16), len(self.documents)),
            FIRST_PLAN: (self.inregel("plan"), 0),
            APPLY: (self.inregel("apply", "--yes"), len(self.documents)),
        }
        for name, ((command, folder, more), wanted) in [*commands.items()] * rounds:
            self.server.reset()
            shutil.rmtree(project / ".inregel")
            offices.settle(project, "inventory.json")
            cost = run(command, folder, more)
            expect(f"{name}: writes", self.server.counts()["put"], wanted)
            costs[name] = costs[name].least(cost) if name in costs else cost
        costs[PLAN] = self.measured({PLAN: self.inregel("plan")}, rounds, len(self.documents))[PLAN]
        must_say(f"Nothing to do: {len(self.documents):,} resources in sync.", costs[PLAN].said)
        print(f"\nFirst apply: {len(self.documents):,} documents are read, written, and read again")
        own = costs[APPLY].cpu
        rows = [(name, f"{cost.cpu:.2f}", f"{own / cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.memory:.0f}")
                for name, cost in costs.items()]  # fmt: skip
        show(["", "CPU s", "apply takes x", "wall s", "MiB"], rows)
        return [
            Claim("first apply: CPU of the plan that has nothing to do", own / costs[PLAN].cpu, 2.5, unit=" x"),
            Claim("first apply: CPU of its own plan", own / costs[FIRST_PLAN].cpu, 2.5, unit=" x"),
            Claim("first apply: CPU of the same calls by bare aiohttp", own / costs[WRITES].cpu, 2, unit=" x"),
        ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; returns the exit code."""
    examples = ("python bench/side_by_side.py --offices 20 --rounds 1", "python bench/side_by_side.py --peers peers")
    parser = options(__doc__, 3, *examples)
    parser.add_argument("--offices", type=positive, default=500, metavar="N", help="with 12 documents each (500)")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where the other tools are")
    given = parser.parse_args(arguments)
    peers = given.peers.resolve() if given.peers else None
    with tempfile.TemporaryDirectory() as folder, Server.running(peers) as server:
        bench = Bench(given.offices, Path(folder), server, peers)
        bench.prepare()
        claims = bench.no_op(given.rounds)
        claims += bench.far_away(given.rounds)
        claims += bench.first_apply(given.rounds)
    return judge(claims, given.strict)


if __name__ == "__main__":
    sys.exit(ended(main))

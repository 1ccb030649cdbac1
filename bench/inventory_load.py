"""Reading an inventory: inregel against the bare `yaml.load` with CSafeLoader, in one run on one machine.

Both must read the same. `inregel` finds duplicate keys, traps and bombs on the way; `yaml.load` does not.
The least of the rounds is what it costs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from measuring.command import ended, expect, judge, options, positive
from measuring.table import Claim, show

from inregel.config import source

OFFICE = """\
        office{n:05}:
          name: Van Dalen Assurantiën {n}
          contact: Ria van Dalen <ria{n}@vandalen.example>
          connections:
            assu: {{installation: rds-{s}, portefeuille: Van Dalen {n}, version: "1.2628.3.16"}}
            afas: {{environment: "{n:05}", tier: production, token: "{{{{ secret('afas_manage_{n}') }}}}"}}
          certificate: {{kind: renewal, email: vandalen{n}@certificate.example, administrator: Ria van Dalen}}
          postbussen: [I09{n:06}, I08{n:06}]
          aplaza_user: ria{n}@vandalen.example
          employees: {n}
          since: 2020-01-0{d}
          active: true
"""


def inventory(offices: int) -> str:
    """An inventory of so many offices, some 620 bytes each."""
    parts = ["all:\n  vars:\n    renew_before: 45d\n  children:\n    nl:\n      vars: {language: nl}\n      offices:\n"]
    parts += [OFFICE.format(n=n, s=n % 20, d=n % 9 + 1) for n in range(offices)]
    return "".join(parts)


def least(read: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """CPU seconds of the least of some rounds, and what was read."""
    seconds, result = [], None
    for _ in range(rounds):
        started = time.process_time()
        result = read()
        seconds.append(time.process_time() - started)
    return min(seconds), result


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit code."""
    parser = options(__doc__, 3, "python bench/inventory_load.py", "python bench/inventory_load.py 100 --rounds 1")
    parser.add_argument("offices", nargs="?", type=positive, default=10_000, metavar="OFFICES")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "inventory.yml")
        path.write_text(inventory(given.offices), encoding="utf-8")
        size = path.stat().st_size / 2**20
        ours, own = least(lambda: source.read(path, path.parent), given.rounds)
        stock, other = least(lambda: yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader), given.rounds)
    expect("offices that were read", len(own["all"]["children"]["nl"]["offices"]), given.offices)
    expect("both read the same", own == other, True)
    rows = [("inregel", f"{ours:.3f}"), ("yaml.load, CSafeLoader", f"{stock:.3f}")]
    show([f"inventory of {given.offices:,} offices, {size:.1f} MiB", "CPU s"], rows)
    return judge([Claim("CPU of the bare yaml.load", ours / stock, 1.3, unit=" x")], given.strict)


if __name__ == "__main__":
    sys.exit(ended(main))

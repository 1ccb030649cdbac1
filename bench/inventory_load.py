"""Reading an inventory: inregel against the bare `yaml.load` with CSafeLoader, in one run on one machine.

    python bench/inventory_load.py [OFFICES]

Prints CPU seconds (the best of three) and the ratio; exits 1 where it is above 1.3, or where both read differently.
`inregel` finds duplicate keys, traps and bombs on the way; `yaml.load` does not.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from inregel.config import source

ALLOWED = 1.3
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


def best(read: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the best of three, and what was read."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        result = read()
        seconds.append(time.process_time() - started)
    return min(seconds), result


def main(offices: int) -> int:
    """Prints the table; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "inventory.yml")
        path.write_text(inventory(offices), encoding="utf-8")
        size = path.stat().st_size / 2**20
        ours, own = best(lambda: source.read(path, path.parent))
        stock, other = best(lambda: yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    print(f"inventory of {offices:,} offices, {size:.1f} MiB")
    print(f"  inregel                    {ours:6.2f} s CPU")
    print(f"  yaml.load, CSafeLoader     {stock:6.2f} s CPU")
    print(f"  ratio                      {ours / stock:6.2f} (allowed {ALLOWED})")
    if own != other:
        print("  both read differently")
        return 1
    return 0 if ours <= ALLOWED * stock else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))

"""A renewal season: the plan of offices whose certificates are all opened, after a sheet of what is known was imported.

Each office has a certificate file of its own, two postbussen and an Aplaza user, all in sync by it. OFFICES (120)
is planned, and 1,000; what the opening of the files alone costs stands beside it. Each is run so often in turn, and the
least is what it costs.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from measuring.command import ended, expect, judge, must_say, options, positive
from measuring.process import Cost, run
from measuring.table import Claim, show

from inregel.formats.pkcs12 import open_container
from inregel.ledger import create
from inregel.sandbox.certificates import Wish, make_container

PASSWORD = "worth nothing outside of here"
EACH = 4
MANY = 1000
PLAYBOOK = """
- name: Season
  offices: all
  tasks:
    - assu.certificate:
        file: "files/{{ office.id }}.abc"
        password: "{{ secret('pfx') }}"
        kind: renewal
        email: "{{ certificate.email }}"
    - assu.postbus: {numbers: "{{ postbussen }}"}
    - assu.aplaza_user: {user: "{{ aplaza_user }}"}
"""


def office(number: int) -> dict[str, Any]:
    """One office as an inventory declares it."""
    assu = {"installation": f"rds-{number}", "portefeuille": "Alles", "version": "1.2628.3.16"}
    return {
        "name": f"Kantoor {number}",
        "contact": f"Ria <ria{number}@kantoor.example>",
        "connections": {"assu": assu},
        "certificate": {"email": f"kantoor{number}@certificate.example"},
        "postbussen": [f"I09{number:06}", f"I09{number + 500000:06}"],
        "aplaza_user": f"ria{number}@kantoor.example",
    }


def build(root: Path, offices: int) -> None:
    """A project of so many offices, each with its file, and the sheet in which all is as declared."""
    now = datetime.now(UTC)
    ends = now + timedelta(days=700)
    place = ".inregel/ledger.db"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Kantoren")
    sheet.append(["Kantoor", "Certificaat e-mail", "Geldig tot", "Serienummer", "I09", "Aplaza-gebruiker"])
    (root / "files").mkdir(parents=True)
    declared = {}
    for number in range(offices):
        name, own = f"office-{number:05}", office(number)
        declared[name] = own
        email, serial = own["certificate"]["email"], 0x4A0000 + number
        wish = Wish(serial, email, own["name"], now - timedelta(days=30), ends)
        (root / f"files/{name}.abc").write_bytes(make_container(wish, PASSWORD))
        day = date(ends.year, ends.month, ends.day)
        sheet.append([name, email, day, f"{serial:X}", "; ".join(own["postbussen"]), own["aplaza_user"]])
    book.save(root / "today.xlsx")
    (root / "inventory.json").write_text(json.dumps({"all": {"offices": declared}}))
    (root / "playbooks").mkdir()
    (root / "playbooks/site.yml").write_text(PLAYBOOK)
    with closing(create(place, root, lambda: datetime.now(UTC), {})) as ledger:
        settings = {"project": "bench", "ledger": place, "ledger_id": ledger.id, "inventory": "inventory.json",
                    "secrets": "environment"}  # fmt: skip
    (root / "inregel.yml").write_text(json.dumps(settings))


def take(root: Path, offices: int) -> Cost:
    """The import of the sheet: the first time it records all of it, then nothing."""
    cost = command(root, "import", "offices", "today.xlsx", "--by", "Jan Kuiper")
    must_say(f"{offices:,} offices of the inventory", cost.said)
    return cost


def plan(root: Path, offices: int) -> Cost:
    """One plan, of which we are sure that it opened every file and compared what it found."""
    cost = command(root, "plan", "playbooks/site.yml")
    must_say(f"Nothing to do: {offices * EACH:,} resources in sync.", cost.said)
    return cost


def command(root: Path, *words: str) -> Cost:
    """One command in the project."""
    return run([sys.executable, "-m", "inregel", *words], root, {"INREGEL_SECRET_PFX": PASSWORD})


def opening(root: Path) -> float:
    """CPU seconds of opening the files alone."""
    containers = [path.read_bytes() for path in sorted((root / "files").iterdir())]
    begun = time.process_time()
    serials = {open_container(each, PASSWORD).serial for each in containers}
    spent = time.process_time() - begun
    expect("certificates that were opened", len(serials), len(containers))
    return spent


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit code."""
    parser = options(__doc__, 3, "python bench/season.py", "python bench/season.py 10 --many 20 --rounds 1")
    parser.add_argument("offices", nargs="?", type=positive, default=120, metavar="OFFICES")
    parser.add_argument("--many", type=positive, default=MANY, metavar="N", help=f"the larger size ({MANY:,})")
    given = parser.parse_args(arguments)
    sizes = (given.offices, given.many)
    rows = []
    costs: dict[int, Cost] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            root = Path(folder, str(size))
            build(root, size)
            imported = take(root, size)
            costs[size] = plan(root, size)
            opened = opening(root)
            for _ in range(given.rounds - 1):
                costs[size] = costs[size].least(plan(root, size))
                opened = min(opened, opening(root))
            cost = costs[size]
            rows.append((f"{size:,} offices, {size:,} certificates", f"{cost.cpu:.2f}", f"{cost.cpu / size * 1000:.2f}",
                         f"{opened:.2f}", f"{imported.cpu:.2f}", f"{cost.memory:.0f}"))  # fmt: skip
    show(["plan from the sheet, in sync", "CPU s", "ms an office", "opening s", "import s", "MiB"], rows)
    small, large = (costs[size].cpu for size in sizes)
    return judge(
        [
            Claim(f"CPU of the plan of {given.offices:,} offices", small, 1.5, unit=" s"),
            Claim(f"{given.many:,} offices, times the offices", large / small / (given.many / given.offices), 1.1,
                  unit=" x"),
        ],
        given.strict,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(ended(main))

"""Samples for tests of the ledger: what people state, work orders, operations, and ledgers to write them in."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import inregel
from inregel.contract import Provenance
from inregel.ledger import create
from inregel.ledger.base import Holder, NewOrder, OrderLine, Pending, Rollout

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
RIA = "Ria van Dalen <ria@vandalen.example>"
ELS = "Els Maes"
MINE = Holder("ria@pc12, process 4711", "mine")
OTHER = Holder("jan@pc13, process 4712", "other")


def said(by: str = RIA, *, at: datetime = AT) -> Provenance:
    """A statement."""
    return Provenance("attested", at, by, date(2027, 11, 20), "W1")


def line(name: str = "I09000123", **values: Any) -> OrderLine:
    """One line of a work order."""
    given: dict[str, Any] = {"kind": "do", "operation": "link", "reaches": {"linked": True}, **values}
    return OrderLine("assu.postbus", name, **given)


def order(office: str = "utrecht", identity: str = "change-1", **values: Any) -> NewOrder:
    """A work order to be opened."""
    given: dict[str, Any] = {
        "name": "assu/wizard",
        "role": "contact",
        "person": RIA,
        "title": "Bedrijfscertificaat inlezen",
        "language": "nl",
        "text": f"Open **Beheer**, {RIA}.",
        "schema": {"type": "object"},
        "lines": (line(),),
        **values,
    }
    return NewOrder(office, identity, **given)


def operation(id: str = "op-1", office: str = "utrecht", **values: Any) -> Pending:
    """An operation that is about to be performed."""
    given: dict[str, Any] = {
        "identity": "afas:54321",
        "name": "create",
        "module": "afas.user",
        "key": ("group", "user"),
        "reaches": {"name": "x", "since": DAY},
        "at": AT,
        "outcome": "intended",
        **values,
    }
    return Pending(id, office, **given)


def rollout(id: str = "r1", **values: Any) -> Rollout:
    """A rollout that has just begun."""
    given: dict[str, Any] = {
        "playbook": "site.yml",
        "play": "Certificates",
        "revision": "9f2ac31",
        "batches": (("utrecht",), ("zwolle", "gent")),
        "state": "running",
        "started": AT,
        **values,
    }
    return Rollout(id, **given)


def make(folder: Path, now: Any) -> Any:
    """A new ledger in a file."""
    return create("ledger.db", folder, now, {})


def start(script: Path, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    """A script of the tests as a process of its own, with pipes for a talk line by line."""
    paths = os.pathsep.join((str(Path(inregel.__file__).parents[1]), str(Path(__file__).parents[1])))
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environ},
    )


def finish(process: subprocess.Popen[str], given: str | None = None) -> tuple[int, str, str]:
    """Waits for the end of a process; its exit code and all that it printed."""
    out, err = process.communicate(given, timeout=30)
    return process.returncode, out, err

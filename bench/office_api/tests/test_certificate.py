"""The contract test, against the emulator that runs in another terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from inregel.ledger.base import Order
from inregel.testing import Case, Clock, prove
from inregel.work import Work

ROOT = Path(__file__).parents[1]
API = "http://127.0.0.1:18080"
UTRECHT = "/api/offices/utrecht/certificate"


def ask(method: str, path: str, settings: Any = None) -> Any:
    """One call; what it answers."""
    with urlopen(Request(API + path, json.dumps(settings).encode(), method=method)) as answer:
        return json.load(answer)


def writes() -> object:
    """How many there were: planning must not add to them."""
    return ask("GET", "/__stats")["put"]


def nobody(work: Work, order: Order) -> None:
    """No person has anything to do here."""
    raise AssertionError(f"{order.number} was handed out")


def test_a_certificate_keeps_the_contract() -> None:
    """It starts where somebody else was before."""
    ask("POST", "/__reset")
    ask("PUT", UTRECHT, {"serial": "000000", "subject": "CN=utrecht.example", "note": "by hand"})
    clock = Clock(datetime(2026, 11, 20, 8, 0, tzinfo=UTC))

    plan = prove(Case(ROOT, "playbooks/site.yml", nobody, clock, writes=writes))

    assert [entry.office for entry in plan.entries()] == ["utrecht", "zwolle"]
    assert writes() == 1 + 2
    assert ask("GET", UTRECHT)["settings"]["note"] == "by hand"

"""A playbook on the emulated AFAS, with a module as somebody would write it on the view of the driver."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_emulator import NUMBER, furnish, make, running, xml
from helpers.clock import Clock
from helpers.projects import make as project
from inregel.ledger.base import Order
from inregel.ledger.memory import MemoryLedger
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.store import Afas
from inregel.secrets.memory import MemorySource
from inregel.testing import Case, Proof, prove
from inregel.testing import Clock as Watch
from inregel.work import Work

MODULE = '''
"""Who may sit at a desk: a system user with a name."""

from inregel.contract import Seen, Step


def desired(args, office, inputs):
    return {args["user"]: {"name": args["name"]}}


def actual(view):
    if "users" not in view:
        return Seen({}, complete=False)
    return Seen({user: {"name": found["name"]} for user, found in view["users"].items()}, complete=True)


def steps(change, inputs):
    name = "afas.create_system_user" if change.before is None else "afas.update_user"
    return [Step(name, change.after, {"user": change.key, **change.after}, order="afas/seat")]
'''
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"user": {"type": "string"}, "name": {"type": "string"}},
}
ANSWERS = {"type": "object", "properties": {}}
SITE = "- {offices: all, tasks: [{afas.user: {user: '{{ user }}', name: '{{ office.name }}'}}]}"


@pytest.fixture
def port(emulator: Emulator) -> Iterator[int]:
    with running(emulator) as port:
        yield port


def build(root: Path, port: int, offices: int = 1) -> Path:
    """A project whose offices share one environment."""
    connection = {
        "environment": NUMBER,
        "tier": "production",
        "url": f"http://127.0.0.1:{port}",
        "token": "{{ secret('own') }}",
    }
    declared = {
        f"office{number}": {
            "name": f"Kantoor {number}",
            "contact": "Ria <ria@office.example>",
            "user": f"{NUMBER}.SEAT{number}",
            "connections": {"afas": connection},
        }
        for number in range(offices)
    }
    files = {
        "inventory.yml": json.dumps({"all": {"offices": declared}}),
        "site.yml": SITE,
        "modules/afas/user.py": MODULE,
        "schemas/modules/afas/user.schema.json": json.dumps(SCHEMA),
        "modules/afas/work_orders/seat.nl.md": "# Een gebruiker\n\n1. Maak de gebruiker.\n",
        "modules/afas/work_orders/seat.answers.schema.json": json.dumps(ANSWERS),
    }
    return project(root / "project", files)


def nobody(work: Work, order: Order) -> None:
    raise AssertionError(f"{order.number} was handed out")


def case(root: Path, clock: Clock, afas: Afas, **secrets: str) -> Case:
    return Case(root, "site.yml", nobody, Watch(clock()), MemorySource(secrets), writes=lambda: afas.get(NUMBER).writes)


def test_a_module_on_the_view_keeps_the_contract_through_afas(
    tmp_path: Path, port: int, clock: Clock, afas: Afas, data: str
) -> None:
    plan = prove(case(build(tmp_path, port), clock, afas, own=xml(data)))
    assert [entry.module for entry in plan.entries()] == ["afas.user"]
    environment = afas.get(NUMBER)
    assert environment.users[f"{NUMBER}.SEAT0"].name == "Kantoor 0"
    assert environment.users[f"{NUMBER}.SEAT0"].system
    assert environment.writes == 1


def test_without_a_token_people_do_it_and_once_it_is_there_the_same_playbook_does(
    tmp_path: Path, port: int, clock: Clock, afas: Afas, data: str
) -> None:
    root, ledger = build(tmp_path, port), MemoryLedger(clock)
    handed_out: list[str] = []

    def later(work: Work, order: Order) -> None:
        handed_out.append(order.number)

    before = case(root, clock, afas)
    before.person, before.ledger, before.rounds = later, ledger, 1
    Proof(before).run()
    assert len(set(handed_out)) == 1
    assert afas.get(NUMBER).writes == 0

    after = case(root, clock, afas, own=xml(data))
    after.ledger = ledger
    prove(after)
    assert afas.get(NUMBER).writes == 1
    assert ledger.orders() == []


def test_at_most_five_calls_are_made_to_an_environment_at_a_time(tmp_path: Path, clock: Clock, data: str) -> None:
    async def hold(call: Any) -> None:
        await asyncio.sleep(0.01)

    afas = Afas(clock, make=make)
    furnish(afas, data)
    emulator = Emulator(afas, hold=hold)
    with running(emulator) as port:
        prove(case(build(tmp_path, port, offices=12), clock, afas, own=xml(data)))
    assert afas.get(NUMBER).writes == 12
    assert 2 <= emulator.peak[NUMBER] <= 5

"""A playbook on the emulated AFAS: what the driver does of it, and what is left to people."""

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

SITE = "- {offices: all, tasks: [{afas.user: {id: '{{ user }}', name: '{{ office.name }}'}}]}"


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
    }
    return project(root / "project", files)


def rights(work: Work, order: Order) -> None:
    """A person is left with what only the screen shows."""
    assert {line.operation for line in order.order.lines} == {"afas.set_user_rights"}
    work.done(order.number, by="Ria", answers={"afas_user": order.order.lines[0].key[1]})


def case(root: Path, clock: Clock, afas: Afas, **secrets: str) -> Case:
    return Case(root, "site.yml", rights, Watch(clock()), MemorySource(secrets), writes=lambda: afas.get(NUMBER).writes)


def test_a_module_on_the_view_keeps_the_contract_through_afas(
    tmp_path: Path, port: int, clock: Clock, afas: Afas, data: str
) -> None:
    plan = prove(case(build(tmp_path, port), clock, afas, own=xml(data)))
    user = f"{NUMBER}.SEAT0"
    assert {entry.key for entry in plan.entries()} == {user, ("rights", user)}
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

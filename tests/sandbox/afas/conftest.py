"""An emulated AFAS with one environment, its server, and a client that has a token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.afas_emulator import NUMBER, Client, furnish, hex_canary, make, running
from helpers.clock import Clock
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment
from inregel.sandbox.afas.store import Afas


@pytest.fixture
def token() -> str:
    return hex_canary("AFAS token")


@pytest.fixture
def afas(clock: Clock, token: str) -> Afas:
    made = Afas(clock, make=make)
    furnish(made, token)
    return made


@pytest.fixture
def environment(afas: Afas) -> Environment:
    return afas.get(NUMBER)


@pytest.fixture
def app(environment: Environment) -> AppConnector:
    return next(iter(environment.apps.values()))


@pytest.fixture
def emulator(afas: Afas) -> Emulator:
    return Emulator(afas)


@pytest.fixture
def port(emulator: Emulator) -> Iterator[int]:
    with running(emulator) as port:
        yield port


@pytest.fixture
def client(port: int, token: str) -> Client:
    return Client(port, token)

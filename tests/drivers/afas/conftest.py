"""What the tests of the driver share: a bench that waits without waiting, and a token of the connection itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from helpers.afas_emulator import furnish, hex_canary, make
from helpers.afas_wire import Bench, token
from helpers.clock import Clock
from inregel.contract import Secret
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.store import Afas


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(root=str(tmp_path))


@pytest.fixture
def own() -> Secret:
    return token("management")


# --- the emulated AFAS ----------------------------------------------------------------------------------------------


@pytest.fixture
def data() -> str:
    return hex_canary("AFAS token")


@pytest.fixture
def afas(clock: Clock, data: str) -> Afas:
    made = Afas(clock, make=make)
    furnish(made, data)
    return made


@pytest.fixture
def emulator(afas: Afas) -> Emulator:
    return Emulator(afas, sleep=_no_time)


async def _no_time(seconds: float) -> None:
    """A slow answer comes in as many pieces, and waits for none."""
    await asyncio.sleep(0)

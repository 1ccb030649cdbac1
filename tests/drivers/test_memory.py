"""The system in memory and in a file, as drivers and processes use it."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.world import World, statuses
from inregel.contract import Secret
from inregel.drivers.memory import FileStore
from inregel.plan.model import Status


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return allow(tmp_path / "store.jsonl")


def test_another_process_reads_what_one_wrote_secrets_too(file: Path, clock: Clock) -> None:
    pin, key = Secret("pin", canary("pin")), Secret("key", b"\xff\x00" + canary("key").encode())
    state = {"value": "a", "pin": pin}
    later = (clock() + timedelta(days=1), {"pin": key})
    FileStore(file).put(("box:1", "box.item", ("c", "x")), state, later)
    other = FileStore(file)
    assert other.states == {("box:1", "box.item", ("c", "x")): state}
    assert repr(other.states).count("<secret pin>") == 1
    other.settle_due(clock() + timedelta(days=2))
    assert other.states == {("box:1", "box.item", ("c", "x")): {"pin": key}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_state_with_a_secret_is_reached_once_and_stays_so(file: Path, tmp_path: Path, clock: Clock) -> None:
    world = World(tmp_path, clock)
    world.secrets.values["pin"] = canary("pin")
    world.play({"box.item": {"items": {"x": {"value": "a", "pin": "{{ secret('pin') }}"}}}})
    world.store = FileStore(file)
    assert [each.outcome for each in world.apply().performed] == ["performed"]
    world.store = FileStore(file)
    assert statuses(world.plan()) == {"x": Status.IN_SYNC}
    assert world.apply().performed == []
    world.secrets.values["pin"] = canary("another pin")
    changed = world.plan().entries()[0]
    assert [(field.name, repr(field.before), repr(field.after)) for field in changed.fields] == [
        ("pin", "<secret pin>", "<secret pin>")
    ]
    assert changed.status is not Status.IN_SYNC

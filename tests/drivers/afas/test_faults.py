"""Everything that can go wrong on the way to AFAS, with every kind of call: what is said is what is so."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_emulator import APP, NUMBER, USER, hex_canary, xml
from helpers.afas_files import gcn
from helpers.afas_wire import driven
from helpers.clock import Clock
from inregel.contract import Driver, Operation, Receipt, Secret
from inregel.drivers.afas.errors import NoAnswer
from inregel.sandbox.afas.faults import KINDS, Fault, Kind
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import Environment, Token, digest
from inregel.sandbox.afas.store import Afas

OVER_HTTP = [kind for kind in KINDS if kind != "expired_tls"]
"""A certificate that cannot be trusted has a test of its own, beside the other things about HTTP."""
SCOPE = {"afas.token": None, "afas.get_connector": None, "afas.user": None, "afas.user_group": None}
CALLS = 5
"""Of one read: a token, the connectors, the users with their groups, the groups."""


@pytest.fixture
def settings(data: str) -> dict[str, Any]:
    """A connection that can do everything. Silence is waited for in real time, so the budget is short there."""
    return {"token": Secret("own", data), "tokens": {APP: Secret("bp", data)}, "remote_commands": True}


@pytest.mark.parametrize("at", range(CALLS))
@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_read_gives_what_is_there_or_says_that_it_cannot(
    emulator: Emulator, clock: Clock, settings: dict[str, Any], kind: Kind, at: int
) -> None:
    emulator.faults.add(Fault(kind, skip=at))
    budget = "1s" if kind.startswith("timeout") else "60s"
    began = clock()

    async def twice(driver: Driver) -> tuple[Any, Any]:
        try:
            first = await driver.read(SCOPE)
        except NoAnswer as error:
            first = error
        return first, await driver.read(SCOPE)

    first, after = driven(emulator, clock, twice, **settings, time_budget=budget)
    assert [each for each, _ in emulator.faults.happened] == [kind]
    assert after["app_connectors"][APP]["state"] == "working"
    assert (clock() - began).total_seconds() <= 60
    if isinstance(first, NoAnswer):
        assert str(first).startswith("afas:12345/production is unavailable: GET ")
    else:
        # What was read is what is there; what was refused is said to be so, and hides nothing else.
        parts = {"afas.get_connector": "get_connectors", "afas.user": "users", "afas.user_group": "groups"}
        refused = set(first.get("blocked", {}))
        assert all(name in first for module, name in parts.items() if module not in refused)
        assert all(first[name] == after[name] for name in (set(first) & set(after)) - {"blocked", "app_connectors"})
    known = {"redirect", "unauthorized", "not_found"}
    assert isinstance(first, NoAnswer) or (first == after) == (kind not in known)


# --- writes ---------------------------------------------------------------------------------------------------------

Did = Callable[[Environment], int]
WRITES: dict[str, tuple[Mapping[str, Any], str, Did]] = {
    "afas.create_user": ({"user": f"{NUMBER}.BP", "name": "BP"}, "connectors/knuser", lambda there: there.writes),
    "afas.block_user": ({"user": USER}, "connectors/knuser", lambda there: there.writes),
    "afas.revoke_token": ({}, "tokenconnector.asmx", lambda there: 2 - len(there.apps[APP].tokens)),
    "afas.import_get_connector": ({}, "cmdconnector.asmx", lambda there: there.imports),
    "afas.request_otp": ({}, "otprequest", lambda there: len(there.mails)),
    "afas.issue_token": ({}, "otpvalidation", lambda there: len(there.apps[APP].tokens) - 2),
}
"""Operation to its arguments, the call that counts, and how often AFAS did it."""


def arguments(name: str, root: Path, afas: Afas, old: str) -> Mapping[str, Any]:
    """What a step gives, where that is made here."""
    if name == "afas.revoke_token":
        return {"token": Secret("old", xml(old))}
    if name == "afas.import_get_connector":
        data = gcn("BP_Employers")
        (root / "BP_Employers.gcn").write_bytes(data)
        return {"file": "BP_Employers.gcn", "sha256": sha256(data).hexdigest()}
    if name == "afas.issue_token":
        return {"otp": afas.get(NUMBER).mails[-1].text.rstrip(".").rpartition(" ")[2]}
    return WRITES[name][0]


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("name", WRITES)
def test_what_is_said_to_have_failed_was_not_done_and_nothing_is_done_twice(
    emulator: Emulator, clock: Clock, afas: Afas, settings: dict[str, Any], tmp_path: Path, name: str, kind: Kind
) -> None:
    old = hex_canary("an old token")
    with afas.change(NUMBER) as environment:
        environment.apps[APP].remote = True
        environment.apps[APP].tokens.append(Token(digest(old), USER, "tweede", clock()))
    keys = {"api_key": environment.apps[APP].api_key, "environment_key": environment.key, "user": USER}
    given, path, did = WRITES[name]
    saved: list[Mapping[str, Any]] = []

    async def work(driver: Driver) -> Receipt:
        if name == "afas.issue_token":
            asked = Operation("0", "afas.request_otp", "afas.token", APP, {}, {})
            assert (await driver.perform(asked, saved.append)).outcome == "performed"
        given = arguments(name, tmp_path, afas, old)
        emulator.faults.add(Fault(kind, path=path))
        captures = ("bp",) if name == "afas.issue_token" else ()
        return await driver.perform(Operation("1", name, "afas.x", "x", given, {}, captures), saved.append)

    budget = "1s" if kind.startswith("timeout") else "60s"
    receipt = driven(emulator, clock, work, str(tmp_path), **settings, otp=keys, time_budget=budget)
    assert [each for each, _ in emulator.faults.happened] == [kind]
    counted = [call for call in emulator.calls if "/".join(call.path).lower() == path]
    times = did(afas.get(NUMBER))
    assert len(counted) == 1 + (2 if receipt.outcome == "performed" and name == "afas.import_get_connector" else 0)
    # AFAS itself may do a thing twice where the way to it delivers twice; that is not ours to prevent.
    assert times <= (2 if kind == "delivered_twice" else 1)
    if receipt.outcome == "failed":
        assert times == 0 or kind == "delivered_twice"
    elif receipt.outcome == "performed":
        assert times >= 1

"""The environments in memory and in a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from helpers.afas_emulator import APP, NUMBER, Client, furnish, hex_canary, running
from helpers.canary import leaks
from helpers.clock import Clock
from inregel.sandbox.afas.oauth import new_secret
from inregel.sandbox.afas.otp import new_token
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AccessToken, Command, Mail, Otp, digest
from inregel.sandbox.afas.store import Afas, NoEnvironment


def test_what_is_kept_in_the_file_is_read_back_as_it_was(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "afas.json"
    afas = Afas(clock, place)
    furnish(afas, hex_canary("token"))
    with afas.change(NUMBER) as environment:
        app = environment.apps[APP]
        new_token(app, f"{NUMBER}.koppeling", "tweede", clock(), lambda _: hex_canary("second"))
        app.client_id = "klant"
        new_secret(app, 9, clock(), lambda _: hex_canary("secret"))
        app.access.append(AccessToken(digest("x"), clock()))
        app.assertions["1"] = clock()
        environment.mails.append(Mail("a@kantoor.example", "b", "c", clock()))
        environment.otps.append(Otp(digest("y"), APP, "u", "d", clock()))
        environment.commands["A"] = Command("A", APP, "log", clock())
    assert asdict(Afas(clock, place).get(NUMBER)) == asdict(environment)


def test_no_token_and_no_client_secret_stands_in_the_file(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "afas.json"
    data, secret = hex_canary("token"), hex_canary("client secret")
    afas = Afas(clock, place)
    furnish(afas, data)
    with afas.change(NUMBER) as environment:
        new_secret(environment.apps[APP], 9, clock(), lambda _: secret)
    assert leaks(place.read_bytes()) == []
    assert digest(data) in place.read_text("utf-8")


def test_one_process_sees_what_another_has_changed(tmp_path: Path, clock: Clock) -> None:
    one, other = (Afas(clock, tmp_path / "afas.json") for _ in range(2))
    furnish(one, hex_canary("token"))
    assert other.get(NUMBER).name == "O12345AA"
    with other.change(NUMBER) as environment:
        environment.apps[APP].blocked = True
    assert one.get(NUMBER).apps[APP].blocked


def test_the_server_writes_what_a_call_changes_and_leaves_the_file_alone_otherwise(
    tmp_path: Path, clock: Clock
) -> None:
    place, data = tmp_path / "afas.json", hex_canary("token")
    afas = Afas(clock, place)
    furnish(afas, data)
    with running(Emulator(afas)) as port:
        client = Client(port, data)
        client.get("/metainfo")
        assert Afas(clock, place).get(NUMBER).apps[APP].tokens[0].last_used == "2026-11-20"
        before = place.stat().st_ino, place.stat().st_mtime_ns
        client.get("/metainfo")
        assert (place.stat().st_ino, place.stat().st_mtime_ns) == before


def test_a_change_that_fails_is_not_kept(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "afas.json"
    afas = Afas(clock, place)
    furnish(afas, hex_canary("token"))
    with pytest.raises(ZeroDivisionError), afas.change(NUMBER) as environment:
        environment.apps[APP].blocked = bool(1 // 0)
    assert not Afas(clock, place).get(NUMBER).apps[APP].blocked


def test_an_environment_that_is_not_there_is_told_with_those_that_are(clock: Clock) -> None:
    afas = Afas(clock)
    with pytest.raises(NoEnvironment, match="There is no AFAS environment 1 in the sandbox. There are: none"):
        afas.get("1")
    furnish(afas, hex_canary("token"))
    afas.add(NUMBER, "T12345AA", "test")
    assert [each.identity for each in afas] == ["12345", "12345-test"]

"""What goes wrong on purpose: what the client sees of it, and whether the call was done. AFAS itself: facts §5."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest

from helpers.afas_emulator import NUMBER, Client, Reply, furnish, hex_canary, running
from helpers.clock import Clock
from inregel.sandbox.afas.calls import Call
from inregel.sandbox.afas.faults import BEFORE, KINDS, Fault, Kind
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import Environment
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.switches import Switches
from inregel.sandbox.afas.tls import make_tls

NEW = f"{NUMBER}.asr"
BODY = {"KnUser": {"Element": {"@UsId": NEW, "Fields": {"MtCd": "1", "Nm": "a.s.r."}}}}


@pytest.fixture
def emulator(afas: Afas, clock: Clock) -> Emulator:
    """One whose slow answers take the time of the clock alone."""
    return Emulator(afas, sleep=clock.sleep)


def write(client: Client) -> Reply:
    return client.send("POST", "/connectors/KnUser", BODY)


def happens(emulator: Emulator, client: Client, kind: Kind) -> Reply:
    """What a write meets."""
    emulator.faults.add(Fault(kind))
    reply = write(client)
    assert [each for each, _ in emulator.faults.happened] == [kind]
    return reply


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("expired_tls", "slow")])
def test_a_fault_before_the_commit_leaves_nothing_behind_and_one_after_it_all(
    emulator: Emulator, client: Client, environment: Environment, kind: Kind
) -> None:
    client.timeout = 0.2
    emulator.faults.add(Fault(kind))
    try:
        write(client)
    except (OSError, http.client.HTTPException):
        pass
    assert (NEW in environment.users) == (kind not in BEFORE)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_timeout_leaves_the_client_waiting(emulator: Emulator, client: Client, kind: Kind) -> None:
    client.timeout = 0.1
    with pytest.raises(TimeoutError):
        happens(emulator, client, kind)
    client.timeout = 5
    assert client.get("/metainfo").status == 200


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_reset_cuts_the_connection(emulator: Emulator, client: Client, kind: Kind) -> None:
    with pytest.raises(ConnectionResetError):
        happens(emulator, client, kind)


def test_a_slow_answer_comes_one_byte_a_second(emulator: Emulator, client: Client, clock: Clock) -> None:
    start = clock()
    reply = happens(emulator, client, "slow")
    assert (reply.status, (clock() - start).total_seconds()) == (201, len(reply.body))


def test_a_truncated_answer_ends_before_its_length(emulator: Emulator, client: Client) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        happens(emulator, client, "truncated")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(caught.value.partial)


def test_html_comes_with_200(emulator: Emulator, client: Client) -> None:
    reply = happens(emulator, client, "html")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert reply.body.startswith(b"<!doctype html>")


def test_429_says_when_to_come_back_in_four_ways(emulator: Emulator, client: Client, clock: Clock) -> None:
    kinds: tuple[Kind, ...] = ("too_many", "too_many_dated", "too_many_bare", "too_many_huge")
    emulator.faults.add(*(Fault(kind) for kind in kinds))
    replies = [write(client) for _ in kinds]
    assert {reply.status for reply in replies} == {429}
    said = [reply.headers.get("Retry-After") for reply in replies]
    assert [said[0], *said[2:]] == ["30", None, "999999999999"]
    assert said[1]
    assert (parsedate_to_datetime(said[1]) - clock()).total_seconds() == 30


def test_s5_503_says_when_to_come_back_in_its_body(emulator: Emulator, client: Client) -> None:
    reply = happens(emulator, client, "unavailable")
    assert reply.status == 503
    assert (reply.json()["retry_after"], reply.json()["error"]["code"]) == (7200, "503")
    assert "Retry-After" not in reply.headers


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("locked", 500),
        ("server_error", 500),
        ("bad_gateway", 502),
        ("gateway_timeout", 504),
        ("unauthorized", 401),
        ("not_found", 404),
    ],
)
def test_a_status_can_come_instead(emulator: Emulator, client: Client, kind: Kind, status: int) -> None:
    assert happens(emulator, client, kind).status == status
    assert client.get("/metainfo").status == 200


def test_a_wrong_content_type_comes_with_the_right_body(emulator: Emulator, client: Client) -> None:
    reply = happens(emulator, client, "content_type")
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.json() == {"results": {"KnUser": {"UsId": NEW}}}


def test_bad_utf8_cannot_be_decoded(emulator: Emulator, client: Client) -> None:
    with pytest.raises(UnicodeDecodeError):
        happens(emulator, client, "bad_utf8").body.decode()


def test_a_gzip_bomb_is_small_outside_and_large_inside(emulator: Emulator, client: Client) -> None:
    reply = happens(emulator, client, "gzip_bomb")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert len(reply.body) < 500_000
    assert len(gzip.decompress(reply.body)) == 64 * 1024**2


def test_a_redirect_leads_to_another_host(emulator: Emulator, client: Client) -> None:
    emulator.faults.elsewhere = "http://127.0.0.1:1"
    reply = happens(emulator, client, "redirect")
    assert (reply.status, reply.headers["Location"]) == (307, "http://127.0.0.1:1/ProfitRestServices")


def test_a_write_can_be_delivered_twice(emulator: Emulator, client: Client, environment: Environment) -> None:
    emulator.faults.add(Fault("delivered_twice"))
    assert client.send("PUT", "/connectors/KnUser", _put()).status == 201
    assert environment.writes == 2
    assert happens_again(emulator, client) == (500, "User '12345.asr' already exists.")


def _put() -> object:
    return {"KnUser": {"Element": {"@UsId": f"{NUMBER}.koppeling", "Fields": {"MtCd": "1", "Nm": "Koppeling"}}}}


def happens_again(emulator: Emulator, client: Client) -> tuple[int, str]:
    """A new user that is delivered twice: the second one is refused."""
    emulator.faults.add(Fault("delivered_twice"))
    reply = write(client)
    return reply.status, reply.json()["externalMessage"]


def test_a_token_can_stop_working_in_the_middle(emulator: Emulator, client: Client) -> None:
    emulator.faults.add(Fault("unauthorized", skip=2, times=2))
    assert [client.get("/metainfo").status for _ in range(5)] == [200, 200, 401, 401, 200]


def test_what_was_just_made_can_be_missing_at_first(emulator: Emulator, client: Client) -> None:
    emulator.faults.add(Fault("not_found", "GET", "connectors/profit_users"))
    assert write(client).status == 201
    assert [client.get("/connectors/Profit_Users").status for _ in range(2)] == [404, 200]


def test_a_fault_is_for_the_calls_that_fit(emulator: Emulator, client: Client) -> None:
    emulator.faults.add(Fault("html", "GET", "connectors/*", NUMBER), Fault("html", environment="54321"))
    assert client.get("/metainfo").status == write(client).status - 1 == 200
    assert client.get("/connectors/Loonjaar").headers["Content-Type"].startswith("text/html")
    assert len(list(emulator.faults)) == 1
    emulator.faults.clear()
    assert list(emulator.faults) == []


def test_each_call_is_kept_with_its_headers(emulator: Emulator, client: Client) -> None:
    client.get("/metainfo")
    (call,) = emulator.calls
    assert (call.method, call.path, call.headers["authorization"][:10]) == ("GET", ("metainfo",), "AfasToken ")


def test_the_emulator_keeps_the_last_calls_only(emulator: Emulator, client: Client) -> None:
    client.get("/metainfo")
    emulator.calls *= 10_000
    client.get("/profitversion")
    assert (len(emulator.calls), emulator.calls[-1].path) == (10_000, ("profitversion",))


# --- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(emulator: Emulator, token: str) -> Iterator[Client]:
    tls = make_tls(emulator.faults)
    context = ssl.create_default_context(cadata=tls.trusted)
    with running(emulator, tls.server) as port:
        yield Client(port, token, tls=context)


def test_s1_over_tls_it_is_the_same(secure: Client) -> None:
    assert secure.get("/metainfo").status == 200


def test_a_connection_can_meet_an_expired_certificate(emulator: Emulator, secure: Client) -> None:
    emulator.faults.add(Fault("expired_tls"))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        secure.get("/metainfo")
    assert secure.get("/metainfo").status == 200
    assert len(emulator.calls) == 1


def test_s1_tls_is_1_2_at_least(emulator: Emulator) -> None:
    assert make_tls(emulator.faults).server.minimum_version == ssl.TLSVersion.TLSv1_2


# --- at a time ------------------------------------------------------------------------------------------------------


def test_s5_calls_on_top_get_503_and_the_others_their_answer(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(at_once=3))
    furnish(afas, data)
    furnish(afas, data, "54321")
    full, go_on = threading.Barrier(4), threading.Event()

    async def hold(call: Call) -> None:
        if call.environment == NUMBER:
            await asyncio.to_thread(full.wait, 5)
            await asyncio.to_thread(go_on.wait, 5)

    emulator = Emulator(afas, hold=hold)
    with running(emulator) as port, ThreadPoolExecutor(3) as pool:
        client = Client(port, data)
        held = [pool.submit(client.get, "/metainfo") for _ in range(3)]
        full.wait(5)
        assert client.get("/metainfo").json()["retry_after"] == 5
        assert Client(port, data, "54321.rest.afas.online").get("/metainfo").status == 200
        go_on.set()
        assert [each.result(5).status for each in held] == [200, 200, 200]
    assert emulator.peak == {NUMBER: 4, "54321": 1}


def test_s5_a_client_that_has_gone_does_not_stop_the_work(afas: Afas, environment: Environment, token: str) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    async def hold(call: Call) -> None:
        if call.method == "POST":
            begun.set()
            await asyncio.to_thread(go_on.wait, 5)
            done.set()

    with running(Emulator(afas, hold=hold)) as port:
        impatient = Client(port, token, timeout=0.1)
        with pytest.raises(TimeoutError):
            write(impatient)
        assert begun.is_set()
        go_on.set()
        assert done.wait(5)
        assert Client(port, token).get("/metainfo").status == 200
    assert NEW in environment.users

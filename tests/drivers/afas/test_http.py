"""Calls over real HTTP: what is asked again and what never, for how long, and that a token stays where it belongs."""

import asyncio
import gzip
import ssl
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from helpers.afas_wire import Asked, Bench, Cut, Gone, Played, Wire, fault, metainfo, reply, rows, token
from helpers.canary import allow
from inregel.contract import Connection, Driver, Operation, Receipt, Secret, World
from inregel.drivers import afas
from inregel.drivers.afas.calls import Answer, Call
from inregel.drivers.afas.errors import NotDone, Refused
from inregel.errors import InregelError, Unavailable
from inregel.sandbox.certificates import Wish, make_certificate

ONE = {"afas.token": ["Benefits-Plaza"]}
USERS = {"afas.user": ["12345.BP"]}
GOOD = reply(metainfo("BP_Employers"))
USER = {"user": "12345.BP", "name": "Benefits-Plaza"}


@pytest.fixture
def mine() -> dict[str, Secret]:
    return {"Benefits-Plaza": token("Benefits-Plaza")}


def state(view: Any) -> str:
    return str(view["app_connectors"]["Benefits-Plaza"]["state"])


# --- reads ----------------------------------------------------------------------------------------------------------

LATER: dict[str, Played] = {
    "503": reply({"error": {"code": "503", "message": "Service temporarily unavailable"}}, 503),
    "429": reply(b"slow down", 429, "text/plain"),
    "502": reply(b"<h1>Bad Gateway</h1>", 502, "text/html"),
    "504": reply(b"", 504, "text/html"),
    "500 without a reason": reply(b"", 500),
    "500, locked": fault(500, "The record is locked by another user."),
    "cut short": Cut(GOOD[:-9]),
    "cut short in its head": Cut(GOOD[:20]),
    "no line": Gone(),
    "no HTTP": Cut(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "HTML": reply(b"<html>maintenance</html>", 200, "text/html"),
    "half of JSON": reply(b'{"info": {'),
    "packed and cut short": reply(gzip.compress(b"{}")[:-9], Content_Encoding="gzip"),
}


@pytest.mark.parametrize("name", LATER)
def test_a_read_is_made_again_where_that_can_help(bench: Bench, mine: dict[str, Secret], name: str) -> None:
    wire = Wire([LATER[name], GOOD])
    assert state(bench.read(wire, ONE, tokens=mine)) == "working"
    assert len(wire.asked) == 2
    assert bench.waited == [1.0]


@pytest.mark.parametrize("answer", [[1, 2], "text", {"info": []}, metainfo() | {"getConnectors": [1]}])
def test_an_answer_of_another_shape_is_no_answer(bench: Bench, mine: dict[str, Secret], answer: object) -> None:
    wire = Wire([reply(answer)])
    with pytest.raises(Unavailable, match="GET metainfo got no answer that can be used: The answer is not what AFAS"):
        bench.read(wire, ONE, tokens=mine)
    assert len(wire.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413])
def test_what_afas_refuses_is_not_asked_again(bench: Bench, mine: dict[str, Secret], status: int) -> None:
    wire = Wire([reply(b"", status)])
    assert state(bench.read(wire, ONE, tokens=mine)) == ("refused" if status == 401 else "unreadable")
    assert (len(wire.asked), bench.waited) == (1, [])


def test_afas_says_in_the_body_when_to_come_back_and_that_is_kept_to(bench: Bench, mine: dict[str, Secret]) -> None:
    later = reply({"error": {"code": "503", "message": "x"}, "retry_after": 20}, 503)
    assert state(bench.read(Wire([later, later, GOOD]), ONE, tokens=mine)) == "working"
    assert bench.waited == [20.0, 20.0]


def test_nobody_waits_longer_than_there_is_time(bench: Bench, mine: dict[str, Secret]) -> None:
    wire = Wire([reply({"error": {"code": "503", "message": "x"}, "retry_after": 7200}, 503)])
    with pytest.raises(Unavailable, match="says to come back in 2 hours") as told:
        bench.read(wire, ONE, tokens=mine)
    assert told.value.exit_code == 4
    assert "afas:12345/production is unavailable: GET metainfo" in str(told.value)
    assert (len(wire.asked), bench.waited) == (1, [])


@pytest.mark.parametrize(
    ("after", "waited"), [("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0), ("99999999999", 1.0), ("-3", 1.0)]
)
def test_where_the_body_says_nothing_a_header_may(
    bench: Bench, mine: dict[str, Secret], after: str, waited: float
) -> None:
    later = reply(b"", 429, Retry_After=after)
    assert state(bench.read(Wire([later, GOOD]), ONE, tokens=mine)) == "working"
    assert bench.waited == [waited]


@pytest.mark.parametrize("seconds", [True, "3", -1, 0, None, 1e300, float("nan"), [3]])
def test_a_time_that_is_none_is_not_waited_for(bench: Bench, mine: dict[str, Secret], seconds: object) -> None:
    wire = Wire([reply({"error": {}, "retry_after": seconds}, 503), GOOD])
    assert state(bench.read(wire, ONE, tokens=mine)) == "working"
    assert bench.waited == [1.0]


def test_a_read_is_given_up_after_four_tries(bench: Bench, mine: dict[str, Secret]) -> None:
    wire = Wire([reply(b"", 502)])
    with pytest.raises(Unavailable, match="status 502"):
        bench.read(wire, ONE, tokens=mine)
    assert (len(wire.asked), bench.waited) == (4, [1.0, 2.0, 4.0])


def test_all_calls_of_one_read_share_one_budget(bench: Bench) -> None:
    tokens = {name: token(name) for name in ("a", "b", "c")}

    def slow(asked: Asked) -> bytes:
        bench.clock.move(seconds=25)
        return GOOD

    wire = Wire(slow)
    with pytest.raises(Unavailable, match="the time for it is over"):
        bench.read(wire, {"afas.token": None}, tokens=tokens, time_budget="50s")
    assert len(wire.asked) == 2


def test_silence_ends_with_the_budget_and_is_not_asked_again(bench: Bench, mine: dict[str, Secret]) -> None:
    """The budget of the test is nearly used up by the call before, so that nobody waits for long."""
    never = asyncio.Event()

    async def silent(asked: Asked) -> Played:
        if len(wire.asked) == 1:
            bench.clock.move(seconds=59.9)
            return GOOD
        await never.wait()
        return Gone()

    wire = Wire(silent)
    with pytest.raises(Unavailable, match="it did not answer in time"):
        bench.read(wire, {"afas.token": None}, tokens={**mine, "Other": token("other")})
    assert (len(wire.asked), bench.waited) == (2, [])


def test_where_nobody_listens_it_is_said_without_an_address(bench: Bench, mine: dict[str, Secret]) -> None:
    with pytest.raises(Unavailable, match=r"it cannot be reached \(.+\)"):
        bench.read(Wire([GOOD]), ONE, tokens=mine, url="http://127.0.0.1:9")
    assert bench.waited == [1.0, 2.0, 4.0]


# --- where a token goes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(bench: Bench, mine: dict[str, Secret], own: Secret, status: int) -> None:
    wire, other = Wire([Gone()]), Wire([GOOD])

    async def read(driver: Driver) -> Any:
        async def both(url: str) -> Any:
            wire.script = [reply(b"", status, Location=f"{url}/ProfitRestServices/metainfo?x=secret")]
            return await driver.read({"afas.token": None, "afas.user": None})

        return await other.run(both)

    view = bench.use(wire, read, tokens=mine, token=own)
    assert "it sends on to 127.0.0.1, which is not followed" in view["app_connectors"]["Benefits-Plaza"]["why"]
    assert "which is not followed" in view["blocked"]["afas.user"].reason
    assert "secret" not in str(view)
    assert (len(wire.asked), other.asked) == (2, [])


def test_each_call_carries_its_own_token_and_never_asks_to_close_the_line(
    bench: Bench, mine: dict[str, Secret], own: Secret
) -> None:
    wire = Wire(lambda asked: GOOD if asked.path == "metainfo" else rows())
    bench.read(wire, {**ONE, **USERS}, tokens=mine, token=own, integration_id="12345_123456")
    assert [(asked.path, asked.token) for asked in wire.asked] == [
        ("metainfo", mine["Benefits-Plaza"].reveal()),
        ("connectors/Profit_Users", own.reveal()),
        ("connectors/Profit_UserGroups", own.reveal()),
    ]
    assert all("connection" not in asked.headers for asked in wire.asked)
    assert all(asked.headers["integrationid"] == "12345_123456" for asked in wire.asked)
    assert all("<token>" not in asked.target for asked in wire.asked)
    assert wire.lines == 1


def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(
    bench: Bench, mine: dict[str, Secret], tmp_path: Path
) -> None:
    key, heard = ec.generate_private_key(ec.SECP256R1()), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _self_signed(key, tmp_path, context)

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    async def read(driver: Driver) -> Any:
        return await driver.read({"afas.token": None})

    async def run() -> Any:
        server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        try:
            return await _open(bench, read, url=f"https://127.0.0.1:{port}", tokens=mine)
        finally:
            server.close()

    with pytest.raises(Unavailable, match="its certificate is not valid, so nothing was sent to it"):
        asyncio.run(run())
    assert heard == []
    assert bench.waited == []


async def _open(bench: Bench, work: Any, **settings: Any) -> Any:
    given = {"environment": "12345", "tier": "production", **settings}
    async with afas.open(World(bench.clock, bench._sleep, "")) as connect:
        return await work(connect(Connection("afas", "afas", "afas:12345/production", given, 5)))


def _self_signed(key: Any, folder: Path, context: ssl.SSLContext) -> None:

    wish = Wish(1, "", "127.0.0.1", datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = make_certificate(wish, key).public_bytes(serialization.Encoding.PEM)
    allow(folder / "server.pem").write_bytes(private + public)
    context.load_cert_chain(folder / "server.pem")


# --- what comes back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("packing", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda data: zlib.compress(data, wbits=-15)),
     ("identity", bytes)],
)  # fmt: skip
def test_a_packed_answer_is_unpacked(bench: Bench, mine: dict[str, Secret], packing: str, pack: Any) -> None:
    body = GOOD.partition(b"\r\n\r\n")[2]
    wire = Wire([reply(pack(body), Content_Encoding=packing)])
    assert state(bench.read(wire, ONE, tokens=mine)) == "working"


def test_an_answer_that_unpacks_to_far_too_much_is_refused(bench: Bench, mine: dict[str, Secret]) -> None:
    bomb = gzip.compress(b" " * (17 * 2**20), 1)
    assert len(bomb) < 2**20
    wire = Wire([reply(bomb, Content_Encoding="gzip")])
    with pytest.raises(Unavailable, match="larger than 16 MiB when it is unpacked"):
        bench.read(wire, ONE, tokens=mine)
    assert len(wire.asked) == 1


def test_an_answer_without_an_end_is_refused(bench: Bench, mine: dict[str, Secret]) -> None:
    with pytest.raises(Unavailable, match="larger than 16 MiB"):
        bench.read(Wire([reply(b" " * (17 * 2**20))]), ONE, tokens=mine)


def test_a_packing_that_nobody_asked_for_is_refused(bench: Bench, mine: dict[str, Secret]) -> None:
    with pytest.raises(Unavailable, match="packed in a way that was not asked for"):
        bench.read(Wire([reply(b"x", Content_Encoding="br")]), ONE, tokens=mine)


# --- writes ---------------------------------------------------------------------------------------------------------

WRITES: dict[str, tuple[Played, str, str]] = {
    "created": (reply({"results": {}}, 201), "performed", ""),
    "400": (fault(400, "Missing UsId."), "failed", "status 400, Missing UsId (log reference B8213AF"),
    "401": (reply(b"", 401), "failed", "KnUser is not assigned to the app connector of this token"),
    "403": (reply(b"", 403), "failed", "A rule for IP addresses of the app connector keeps this machine out"),
    "413": (reply(b"", 413), "failed", "too large for AFAS"),
    "500 with a reason": (fault(500, "The entered value for 'Group' does not exist."), "unknown", "'Group' does"),
    "500": (reply(b"<h1>oops</h1>", 500, "text/html"), "unknown", "status 500 and no reason"),
    "502": (reply(b"", 502), "unknown", "status 502"),
    "503": (reply({"error": {}, "retry_after": 5}, 503), "unknown", "come back in 5 seconds"),
    "no line": (Gone(), "unknown", "the line broke"),
    "cut short": (Cut(reply({"results": {}}, 201)[:-3]), "unknown", "its answer was cut short"),
    "no HTTP": (Cut(b"hello\r\n\r\n"), "unknown", "its answer is not HTTP"),
    "elsewhere": (reply(b"", 302, Location="https://example.com/"), "failed", "sends on to example.com"),
}  # fmt: skip


@pytest.mark.parametrize("method", ["afas.create_user", "afas.update_user"])
@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_sent_once_whatever_becomes_of_it(bench: Bench, own: Secret, name: str, method: str) -> None:
    answer, outcome, detail = WRITES[name]
    wire = Wire([answer])
    receipt = bench.perform(wire, method, USER, token=own)
    assert (receipt.outcome, len(wire.asked), bench.waited) == (outcome, 1, [])
    assert detail in receipt.detail
    assert own.reveal() not in receipt.detail


def test_a_write_on_a_line_that_was_kept_is_sent_once_too(bench: Bench, own: Secret) -> None:
    """aiohttp would send a PUT again where the line turns out to be closed."""
    wire = Wire(lambda asked: rows() if asked.method == "GET" else Gone())

    async def work(driver: Driver) -> Receipt:
        await driver.read({"afas.user": None})
        return await driver.perform(Operation("1", "afas.update_user", "afas.user", "x", USER, {}), lambda saved: None)

    receipt = bench.use(wire, work, token=own)
    assert receipt.outcome == "unknown"
    assert [asked.method for asked in wire.asked] == ["GET", "GET", "PUT"]


def test_a_write_that_was_never_sent_failed_for_certain(bench: Bench, own: Secret) -> None:
    receipt = bench.perform(Wire([GOOD]), "afas.update_user", USER, token=own, url="http://127.0.0.1:9")
    assert receipt.outcome == "failed"
    assert "it cannot be reached" in receipt.detail


# --- messages -------------------------------------------------------------------------------------------------------

SAID = {
    "This GetConnector (definition) is blocked": "Unblock it in Profit: Algemeen > Uitvoer > Beheer > Get Connector",
    "GetConnector not supported for this app or the user is not authorized": "Assign it to the app connector",
    "Connector field 'X' not found": "import the one of the supplier again",
    "Out of memory": "Ask for fewer rows",
}


@pytest.mark.parametrize("message", SAID)
def test_what_afas_says_is_kept_with_its_reference_and_what_to_do(bench: Bench, own: Secret, message: str) -> None:
    wire = Wire([fault(500, f"{message}.")])
    blocked = bench.read(wire, USERS, token=own)["blocked"]["afas.user"]
    assert blocked.reason == (
        f"AFAS refused GET connectors/Profit_Users: {message} (log reference B8213AF1C3C54E579686406A8DE71C6C)"
    )
    assert SAID[message] in blocked.remedy
    assert blocked.who == "you"
    assert len(wire.asked) == 1


def test_a_call_and_an_answer_are_printed_without_what_is_in_them() -> None:
    secret = token("printed").reveal()
    call = Call("afas:1/test", "GET metainfo", "GET", "http://x/", {"Authorization": secret}, secret.encode())
    assert repr(call) == "<call GET metainfo of afas:1/test>"
    assert repr(Answer(200, "text/xml", secret.encode())) == f"<answer 200, {len(secret)} bytes>"


def test_errors_are_of_one_tree_and_name_environment_and_call() -> None:
    fields = {"system": "afas:12345/test", "what": "GET metainfo", "reason": "status 401", "remedy": "Do that"}
    assert str(Refused(**fields)) == "afas:12345/test refused GET metainfo: status 401.\nDo that."
    assert issubclass(NotDone, InregelError)
    assert NotDone(**fields).outcome == "unknown"

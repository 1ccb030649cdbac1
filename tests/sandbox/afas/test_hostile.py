"""Whatever is sent, the emulator has an answer of its own: it does not fall over."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.afas_emulator import NUMBER, furnish, header, hex_canary
from helpers.afas_files import archive, gcn
from helpers.clock import Clock
from inregel.sandbox.afas.calls import Call
from inregel.sandbox.afas.definitions import BadDefinition, read
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.store import Afas

NAMES = st.sampled_from(
    ["skip", "take", "orderbyfieldids", "filterfieldids", "filtervalues", "operatortypes", "filterjson"]
)
VALUES = st.one_of(
    st.text(st.characters(codec="ascii", exclude_characters="&"), max_size=20),
    st.sampled_from(["Loon", "Naam,Loon", "In_dienst", "Actief", "1", "-1", "5", "2,6", "nan", "2026-07-01", "true"]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["KnUser", "Element", "@UsId", "Fields", "MtCd", "Nm", "GrId"]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@pytest.fixture
def known(clock: Clock) -> tuple[Emulator, dict[str, str]]:
    data = hex_canary("token")
    afas = Afas(clock)
    del furnish(afas, data).get_connectors["Loonjaar"].rows[5:]
    return Emulator(afas), {name.lower(): value for name, value in header(data).items()}


fuzz = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz
@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_any_query_is_answered(known: tuple[Emulator, dict[str, str]], parts: list[tuple[str, str]]) -> None:
    emulator, headers = known
    query = "&".join(f"{name}={value}" for name, value in parts)
    call = Call("GET", NUMBER, ("connectors", "Loonjaar"), query, headers, remote="127.0.0.1")
    assert emulator.answer(call, "rest").status in (200, 400, 500)


@fuzz
@given(JSON)
def test_any_filterjson_is_answered(known: tuple[Emulator, dict[str, str]], value: object) -> None:
    emulator, headers = known
    query = "filterjson=" + json.dumps({"Filters": {"Filter": value}})
    call = Call("GET", NUMBER, ("connectors", "Loonjaar"), query.replace("&", ""), headers, remote="127.0.0.1")
    assert emulator.answer(call, "rest").status in (200, 400, 404, 500)


@fuzz
@given(JSON, st.sampled_from(["POST", "PUT"]))
def test_any_body_of_a_write_is_answered(known: tuple[Emulator, dict[str, str]], value: object, method: str) -> None:
    emulator, headers = known
    body = json.dumps(value).encode()
    call = Call(method, NUMBER, ("connectors", "KnUser"), "", headers, body, "127.0.0.1")
    assert emulator.answer(call, "rest").status in (201, 400, 500)


@fuzz
@given(
    st.sampled_from([("oauth", "token"), ("OtpRequest",), ("OtpValidation",), ("metainfo",), ("connectors", "KnUser")]),
    st.sampled_from(["AfasToken ", "Bearer ", "Basic ", ""]),
    st.one_of(st.text(max_size=30), st.binary(max_size=30).map(lambda data: base64.b64encode(data).decode())),
    st.binary(max_size=60),
)
def test_any_caller_is_answered(
    known: tuple[Emulator, dict[str, str]], path: tuple[str, ...], kind: str, value: str, body: bytes
) -> None:
    emulator, _ = known
    headers = {"authorization": kind + value, "content-type": "application/x-www-form-urlencoded"}
    for method in ("GET", "POST"):
        call = Call(method, NUMBER, path, "", headers, body, "127.0.0.1")
        assert emulator.answer(call, "rest").status in (200, 400, 401, 405)


@fuzz
@given(st.binary(max_size=40), st.integers(0, 10_000))
def test_any_damage_to_a_definition_is_told(noise: bytes, at: int) -> None:
    whole = gcn()
    at %= len(whole)
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    try:
        found = read("x.gcn", damaged)
        assert (len(found.guid), len(found.signature), len(damaged)) == (32, 192, len(whole))
    except BadDefinition as error:
        assert str(error).startswith("x.gcn cannot be imported: ")


@fuzz
@given(st.binary(max_size=40), st.integers(0, 10_000))
def test_any_damage_to_an_envelope_is_answered(known: tuple[Emulator, dict[str, str]], noise: bytes, at: int) -> None:
    emulator, headers = known
    name, space = "Execute", "urn:Afas.Profit.Services"
    attached = base64.b64encode(archive(gcn())).decode()
    inner = '<token>nit</token><commandLine>/O"O12345AA" DEFINITIEIMPORT /F"Loonjaar.gcn"</commandLine>'
    inner += f"<attachementArchive>{attached}</attachementArchive>"
    whole = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<{name} xmlns="{space}">{inner}</{name}></s:Body></s:Envelope>'
    ).encode()
    at %= len(whole)
    body = whole[:at] + noise + whole[at + len(noise) :]
    emulator.afas.get(NUMBER).apps["Benefits-Plaza"].remote = True
    sent = {**headers, "soapaction": f"{space}/{name}"}
    call = Call("POST", NUMBER, ("cmdconnector.asmx",), "", sent, body, "127.0.0.1")
    assert emulator.answer(call, "soap").status in (200, 400, 500)

"""Facts §3.1 and §3.3: commands and tokens over SOAP."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from html import unescape
from xml.sax.saxutils import escape

import pytest

from helpers.afas_emulator import NUMBER, USER, Client, Reply, furnish, header, hex_canary, running, xml
from helpers.afas_files import archive, gcn, zipped
from helpers.clock import Clock
from inregel.sandbox.afas.calls import Call
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import AppConnector, Environment, Field, GetConnector
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.afas.switches import Switches

NAMESPACE = "urn:Afas.Profit.Services"
LINE = '/O"O12345AA" DEFINITIEIMPORT /F"Loonjaar.gcn"'


def call(client: Client, function: str, service: str = "cmdconnector.asmx", **values: str) -> Reply:
    """A function, as AFAS documents it. `_action` and `_envelope` give others."""
    action = values.pop("_action", f"{NAMESPACE}/{function}")
    space = values.pop("_envelope", "http://schemas.xmlsoap.org/soap/envelope/")
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    called = f'<{function} xmlns="{NAMESPACE}">{inner}</{function}>'
    body = f'<s:Envelope xmlns:s="{space}"><s:Body>{called}</s:Body></s:Envelope>'
    return client.send("POST", f"/{service}", body.encode(), Content_Type="text/xml", SOAPAction=action)


def result(reply: Reply, name: str) -> str:
    assert reply.status == 200, reply.body
    match = re.search(f"<{name}Result>(.*)</{name}Result>", reply.body.decode())
    assert match
    return unescape(match[1])


@pytest.fixture
def soap(client: Client, app: AppConnector, environment: Environment) -> Client:
    """A client of the SOAP services that sends its token in the body only."""
    app.remote = True
    del environment.get_connectors["Loonjaar"]
    environment.behind["Loonjaar"] = GetConnector("Loonjaar", "Loon per jaar", [Field("Naam")], [{"Naam": "Piet"}])
    return Client(client.port, host=f"{NUMBER}.soap.afas.online", base="/profitservices")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def execute(client: Client, token: str, line: str = LINE, attached: str = "") -> Reply:
    attached = attached or encoded(archive(gcn()))
    return call(client, "Execute", token=xml(token), commandLine=line, attachementArchive=attached)


def log_of(text: str) -> str:
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(text))) as opened:
        (name,) = opened.namelist()
        return opened.read(name).decode()


def test_s3_3_a_definition_is_imported_and_its_log_can_be_read_once(
    soap: Client, client: Client, token: str, app: AppConnector, environment: Environment
) -> None:
    command = result(execute(soap, token), "Execute")
    assert re.fullmatch("[0-9A-F]{32}", command)
    states = [result(call(soap, "GetState", token=xml(token), commandId=command), "GetState") for _ in range(2)]
    assert states[0] == ""
    assert "Loonjaar: geimporteerd" in log_of(states[1])
    assert call(soap, "GetState", token=xml(token), commandId=command).status == 500
    assert environment.imports == 1
    assert client.get("/connectors/Loonjaar").rows == [{"Naam": "Piet"}]


def test_s3_3_the_log_is_kept_for_24_hours(soap: Client, token: str, clock: Clock) -> None:
    commands = [result(execute(soap, token), "Execute") for _ in range(2)]
    clock.move(hours=23, minutes=59)
    assert call(soap, "GetState", token=xml(token), commandId=commands[0]).status == 200
    clock.move(minutes=1)
    assert call(soap, "GetState", token=xml(token), commandId=commands[1]).status == 500


def test_s3_3_how_often_a_state_is_asked_in_vain_is_a_switch(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(polls=3))
    furnish(afas, data).apps["Benefits-Plaza"].remote = True
    with running(Emulator(afas)) as port:
        client = Client(port, host=f"{NUMBER}.soap.afas.online", base="/profitservices")
        command = result(execute(client, data), "Execute")
        states = [result(call(client, "GetState", token=xml(data), commandId=command), "GetState") for _ in range(4)]
    assert [bool(state) for state in states] == [False, False, False, True]


def test_s3_3_a_command_of_another_app_connector_is_not_known(
    soap: Client, token: str, environment: Environment, clock: Clock
) -> None:
    command = result(execute(soap, token), "Execute")
    environment.commands[command].app = "Another"
    assert call(soap, "GetState", token=xml(token), commandId=command).status == 500


def test_s3_3_the_command_needs_afas_remote_cmd(soap: Client, token: str, app: AppConnector) -> None:
    app.remote = False
    assert execute(soap, token).status == 401


def test_s3_3_bearer_works_and_the_token_in_the_body_has_to_be_there_but_is_ignored(
    soap: Client, client: Client, app: AppConnector
) -> None:
    secret = hex_canary("client secret")
    _make_client(app, secret)
    form = {"grant_type": "client_credentials", "client_id": "klant", "client_secret": secret}
    access = client.form("/oauth/token", form, Authorization="").json()["access_token"]
    soap.headers = {"Authorization": f"Bearer {access}"}
    values = {"commandLine": LINE, "attachementArchive": encoded(archive(gcn()))}
    assert call(soap, "Execute", token="nit", **values).status == 200
    assert call(soap, "Execute", **values).status == 400


def _make_client(app: AppConnector, secret: str) -> None:
    from inregel.sandbox.afas.state import ClientSecret, digest

    app.authentication, app.client_id, app.client_user = "hybrid", "klant", USER
    app.secrets = [ClientSecret(digest(secret))]


def test_s2_in_the_soap_header_a_token_is_in_base64_and_in_the_body_it_may_be_raw(soap: Client, token: str) -> None:
    assert execute(soap, token).status == 200
    soap.headers = header(token)
    assert execute(soap, token).status == 200
    soap.headers = {"Authorization": f"AfasToken {xml(token)}"}
    assert execute(soap, token).status == 401


def test_s2_ip_rules_count_for_a_token_in_the_body(soap: Client, token: str, app: AppConnector) -> None:
    app.ip_kind, app.ip_addresses = "exclude", ["127.0.0.1"]
    assert execute(soap, token).status == 403


@pytest.mark.parametrize(
    "line",
    [
        '/O"O54321AA" DEFINITIEIMPORT /F"Loonjaar.gcn"',
        'DEFINITIEIMPORT /F"Loonjaar.gcn"',
        '/O"O12345AA" IMPORT /F"Loonjaar.gcn"',
        '/O"O12345AA" DEFINITIEIMPORT',
        '/O"O12345AA" DEFINITIEIMPORT /F"Loonjaar.gcn" /M"map"',
        '/O"O12345AA" DEFINITIEIMPORT /F"Loonjaar.gcn" more',
        '/O"O12345AA" DEFINITIEIMPORT /F"Anders.gcn"',
    ],
)
def test_s3_3_another_command_line_is_refused(soap: Client, token: str, environment: Environment, line: str) -> None:
    assert execute(soap, token, line).status == 500
    assert environment.imports == 0


@pytest.mark.parametrize(
    "attached",
    [
        "%%%",
        encoded(b"no zip"),
        encoded(zipped({"Loonjaar.gcn": gcn()})),
        encoded(archive(gcn(), named="Anders.gcn")),
        encoded(archive(gcn(), "../Loonjaar.gcn")),
        encoded(zipped({"Loonjaar.gcn": gcn(), "@#$MetaInfo.xml": b"<x/>"})),
    ],
)
def test_s3_3_an_archive_that_is_not_as_documented_is_refused(
    soap: Client, token: str, environment: Environment, attached: str
) -> None:
    assert execute(soap, token, attached=attached).status == 500
    assert (environment.imports, environment.commands) == (0, {})


def test_s3_3_the_archive_is_spelt_as_afas_spells_it(soap: Client, token: str) -> None:
    values = {"token": xml(token), "commandLine": LINE, "attachmentArchive": encoded(archive(gcn()))}
    reply = call(soap, "Execute", **values)
    assert (reply.status, b"attachementArchive is missing" in reply.body) == (400, True)


def test_s3_3_a_file_that_is_no_definition_is_told_in_the_log(
    soap: Client, token: str, environment: Environment
) -> None:
    command = result(execute(soap, token, attached=encoded(archive(b"no definition"))), "Execute")
    states = [result(call(soap, "GetState", token=xml(token), commandId=command), "GetState") for _ in range(2)]
    assert "cannot be imported" in log_of(states[1])
    assert environment.imports == 0


def test_s3_3_overwriting_over_the_connector_is_a_switch(clock: Clock) -> None:
    line = LINE + " /O"
    for overwrites, status in ((True, 200), (False, 500)):
        data = hex_canary("token")
        afas = Afas(clock, switches=Switches(overwrites=overwrites))
        furnish(afas, data).apps["Benefits-Plaza"].remote = True
        with running(Emulator(afas)) as port:
            client = Client(port, host=f"{NUMBER}.soap.afas.online", base="/profitservices")
            assert execute(client, data, line).status == status
        assert afas.get(NUMBER).imports == overwrites


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b'<!DOCTYPE x [<!ENTITY a "a">]><x/>',
        b"<Envelope/>",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Execute/></s:Body></s:Envelope>',
    ],
)
def test_s5_what_is_no_envelope_is_a_bad_request(soap: Client, body: bytes) -> None:
    assert soap.send("POST", "/cmdconnector.asmx", body, SOAPAction=f"{NAMESPACE}/Execute").status == 400


def test_s3_3_the_action_has_to_fit_the_function(soap: Client, token: str) -> None:
    values = {"token": xml(token), "commandId": "0" * 32}
    assert call(soap, "GetState", _action=f"{NAMESPACE}/Execute", **values).status == 400
    assert call(soap, "GetState", _action=f'"{NAMESPACE}/GetState"', **values).status == 500
    assert call(soap, "Other", **values).status == 400


def test_s1_another_service_is_not_found_and_soap_is_posted(soap: Client, token: str) -> None:
    assert call(soap, "Execute", "getconnector.asmx", token=xml(token)).status == 404
    assert soap.get("/cmdconnector.asmx").status == 405


def test_s1_the_path_of_a_service_is_read_without_regard_to_case(soap: Client, token: str) -> None:
    soap.base = "/ProfitServices"
    reply = call(soap, "GetState", "CmdConnector.asmx", token=xml(token), commandId="0" * 32)
    assert b"command is not known" in reply.body


def test_s3_3_that_a_definition_can_be_imported_is_a_switch(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(imports=False))
    furnish(afas, data).apps["Benefits-Plaza"].remote = True
    with running(Emulator(afas)) as port:
        reply = execute(Client(port, host=f"{NUMBER}.soap.afas.online", base="/profitservices"), data)
    assert (reply.status, b"DEFINITIEIMPORT is not supported" in reply.body) == (500, True)


def test_s3_3_how_the_log_is_called_is_a_switch(clock: Clock) -> None:
    data = hex_canary("token")
    afas = Afas(clock, switches=Switches(import_log="Logboek.csv", polls=0))
    furnish(afas, data).apps["Benefits-Plaza"].remote = True
    with running(Emulator(afas)) as port:
        client = Client(port, host=f"{NUMBER}.soap.afas.online", base="/profitservices")
        command = result(execute(client, data), "Execute")
        state = result(call(client, "GetState", token=xml(data), commandId=command), "GetState")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(state))) as opened:
        assert opened.namelist() == ["Logboek.csv"]


def test_s3_3_a_command_has_200_mb_at_most(emulator: Emulator) -> None:
    sent = Call("POST", NUMBER, ("cmdconnector.asmx",), body=bytes(200 * 1024**2 + 1))
    assert emulator.answer(sent, "soap").status == 413


# --- tokens ---------------------------------------------------------------------------------------------------------

TOKENS = "tokenconnector.asmx"


def test_s3_1_delete_token_revokes_a_token_that_is_still_held(
    soap: Client, client: Client, token: str, app: AppConnector
) -> None:
    assert call(soap, "DeleteToken", TOKENS, token=xml(token)).status == 200
    assert app.tokens == []
    assert client.get("/metainfo").status == 401
    assert call(soap, "DeleteToken", TOKENS, token=xml(token)).status == 401


@pytest.mark.parametrize("part", ["version", "data"])
def test_s3_1_delete_token_needs_the_full_token(soap: Client, token: str, app: AppConnector, part: str) -> None:
    half = re.sub(f"<{part}>.*</{part}>", "", xml(token))
    assert call(soap, "DeleteToken", TOKENS, token=half).status == 401
    assert len(app.tokens) == 1


def test_s3_1_a_token_in_the_body_may_stand_there_as_elements(soap: Client, token: str, app: AppConnector) -> None:
    space = "http://schemas.xmlsoap.org/soap/envelope/"
    inner = f'<DeleteToken xmlns="{NAMESPACE}"><token>{xml(token)}</token></DeleteToken>'
    body = f'<s:Envelope xmlns:s="{space}"><s:Body>{inner}</s:Body></s:Envelope>'.encode()
    assert soap.send("POST", f"/{TOKENS}", body, SOAPAction=f"{NAMESPACE}/DeleteToken").status == 200
    assert app.tokens == []


def test_s3_1_a_one_time_password_over_soap_gives_a_token_with_its_description(
    soap: Client, app: AppConnector, environment: Environment
) -> None:
    keys = {"userId": USER, "apiKey": app.api_key, "environmentKey": environment.key}
    assert call(soap, "GenerateOTP", TOKENS, **keys, description="server").status == 200
    code = re.findall(r"\d{8}", environment.mails[0].text)[0]
    made = result(call(soap, "GetTokenFromOTP", TOKENS, **keys, otp=code), "GetTokenFromOTP")
    assert re.fullmatch(r"<token><version>1</version><data>[0-9A-F]{64}</data></token>", made)
    assert app.tokens[1].description == "server"


def test_s2_the_description_of_a_token_is_unique(soap: Client, app: AppConnector, environment: Environment) -> None:
    keys = {"userId": USER, "apiKey": app.api_key, "environmentKey": environment.key}
    call(soap, "GenerateOTP", TOKENS, **keys, description="eerste")
    code = re.findall(r"\d{8}", environment.mails[0].text)[0]
    reply = call(soap, "GetTokenFromOTP", TOKENS, **keys, otp=code)
    assert (reply.status, b"must be unique" in reply.body) == (500, True)


def test_s3_1_where_the_token_service_is_and_what_gives_a_token_are_switches(clock: Clock) -> None:
    afas = Afas(clock, switches=Switches(token_service="appconnectortoken.asmx", obtain_token="GetToken"))
    data = hex_canary("token")
    furnish(afas, data)
    with running(Emulator(afas)) as port:
        client = Client(port, host=f"{NUMBER}.soap.afas.online", base="/profitservices")
        assert call(client, "DeleteToken", TOKENS, token=xml(data)).status == 404
        keys = {"userId": USER, "apiKey": "0" * 32, "environmentKey": "0" * 32, "otp": "12345678"}
        assert call(client, "GetTokenFromOTP", "appconnectortoken.asmx", **keys).status == 400
        assert call(client, "GetToken", "appconnectortoken.asmx", **keys).status == 401
        assert call(client, "DeleteToken", "appconnectortoken.asmx", token=xml(data)).status == 200

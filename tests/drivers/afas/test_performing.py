"""What is changed in an environment: users, imports, tokens; and what is known after a crash."""

import base64
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from helpers import gcn as made
from helpers.afas_wire import SOAP, Asked, Bench, Gone, Played, Wire, fault, metainfo, reply, token, token_data
from helpers.canary import canary
from inregel.contract import Secret
from inregel.errors import InregelError
from inregel.formats import plain_xml

COMMAND = "0123456789abcdef0123456789ABCDEF"
IMPORT = "afas.import_get_connector"
USER = {"user": "12345.BP"}


# --- who can do what ------------------------------------------------------------------------------------------------

USERS = {
    "afas.create_user",
    "afas.create_system_user",
    "afas.update_user",
    "afas.create_group",
    "afas.rename_user",
    "afas.block_user",
    "afas.unblock_user",
    "afas.retire_user",
}


def operations(bench: Bench, **settings: Any) -> set[str]:
    async def work(driver: Any) -> set[str]:
        return set(driver.operations)

    return bench.use(Wire([Gone()]), work, **settings)


def test_what_can_be_performed_depends_on_the_credentials(bench: Bench, own: Secret) -> None:
    mine = {"Benefits-Plaza": token("Benefits-Plaza")}
    otp = {"api_key": token_data("a")[:32], "environment_key": token_data("e")[:32], "user": "12345.BP"}
    assert operations(bench) == operations(bench, tokens=mine) == operations(bench, remote_commands=True) == set()
    assert operations(bench, token=own, tokens=mine) == USERS | {"afas.revoke_token"}
    assert operations(bench, token=own, remote_commands=True) == USERS | {"afas.revoke_token", IMPORT}
    oauth = {"client_id": "x", "client_secret": canary("client")}
    assert operations(bench, oauth=oauth) == USERS | {"afas.revoke_token"}
    assert operations(bench, otp=otp) == {"afas.request_otp", "afas.issue_token"}


def test_what_is_not_listed_is_not_done(bench: Bench, own: Secret) -> None:
    wire = Wire([reply({})])
    for name, settings in ((IMPORT, {"token": own}), ("afas.block_user", {}), ("afas.issue_token", {"token": own})):
        assert bench.perform(wire, name, USER, **settings).outcome == "failed"
    assert wire.asked == []


def test_a_token_of_the_connection_that_is_none_is_said_at_once(bench: Bench) -> None:
    wrong = canary("no token")
    with pytest.raises(InregelError, match="the token of the connection afas: It is not a token of AFAS") as told:
        operations(bench, token=Secret("management", wrong))
    assert wrong not in str(told.value)


# --- users and groups -----------------------------------------------------------------------------------------------

SENT: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "afas.create_user": (
        {"name": "Benefits-Plaza", "email": "bp@office.example", "windows": False, "insite": False, "connector": True},
        "POST",
        {"MtCd": "1", "Nm": "Benefits-Plaza", "EmAd": "bp@office.example", "Awin": False, "InSi": False, "Acon": True},
    ),
    "afas.create_system_user": ({"name": "BP"}, "POST", {"MtCd": "6", "Nm": "BP"}),
    "afas.update_user": ({"group": "BP", "outsite": True}, "PUT", {"MtCd": "1", "GrId": "BP", "Site": True}),
    "afas.create_group": (
        {"group": "BP", "group_description": "Benefits-Plaza"}, "PUT",
        {"MtCd": "3", "GrId": "BP", "GrDs": "Benefits-Plaza"},
    ),
    "afas.rename_user": ({"new_user": "12345.BP2"}, "PUT", {"MtCd": "4", "UsIdNew": "12345.BP2"}),
    "afas.block_user": ({}, "PUT", {"MtCd": "2"}),
    "afas.unblock_user": ({"upn": "bp@office.example"}, "PUT", {"MtCd": "6", "Upn": "bp@office.example"}),
    "afas.retire_user": ({}, "PUT", {"MtCd": "0"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_a_user_is_sent_as_afas_documents_it(bench: Bench, own: Secret, name: str) -> None:
    arguments, method, fields = SENT[name]
    wire = Wire([reply({"results": {}}, 201)])
    assert bench.perform(wire, name, {**USER, **arguments}, token=own).outcome == "performed"
    (asked,) = wire.asked
    assert (asked.method, asked.path, asked.headers["content-type"]) == (
        method,
        "connectors/KnUser",
        "application/json",
    )
    assert asked.json() == {"KnUser": {"Element": {"@UsId": "12345.BP", "Fields": fields}}}
    assert asked.token == own.reveal()


@pytest.mark.parametrize(
    "wrong",
    [{"user": ""}, {"user": "x" * 81}, {"user": None}, {"name": "x" * 81}, {"group": "x" * 21}, {"email": "x" * 256},
     {"group_description": "x" * 51}, {"windows": "true"}, {"name": 3}, {"password": "x"}],
)  # fmt: skip
def test_what_afas_would_refuse_or_cut_off_is_not_sent(bench: Bench, own: Secret, wrong: dict[str, Any]) -> None:
    wire = Wire([reply({}, 201)])
    receipt = bench.perform(wire, "afas.update_user", {**USER, **wrong}, token=own)
    assert receipt.outcome == "failed"
    assert receipt.detail.startswith("AFAS cannot take this of a user:")
    assert wire.asked == []


# --- imports --------------------------------------------------------------------------------------------------------


def soap(action: str, result: str = "") -> bytes:
    """The answer of a SOAP call."""
    inner = f"<{action}Result>{result}</{action}Result>"
    inner = f"<{action}Response xmlns='urn:Afas.Profit.Services'>{inner}</{action}Response>"
    text = f"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{inner}</s:Body></s:Envelope>"
    return reply(text.encode(), kind="text/xml")


def refused(text: str) -> bytes:
    """A SOAP fault."""
    body = f"<s:Fault><faultcode>s:Server</faultcode><faultstring>{text}</faultstring></s:Fault>"
    whole = f"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{body}</s:Body></s:Envelope>"
    return reply(whole.encode(), 500, "text/xml")


def log(text: str) -> str:
    """A log as GetState gives it."""
    return base64.b64encode(made.packed({"log.txt": text.encode()})).decode()


class Remote:
    """AFAS as far as it does commands: `states` are what GetState says, in turn."""

    def __init__(self, *states: Played | str, execute: Played | None = None) -> None:
        self.states = list(states)
        self.execute = execute
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.wire = Wire(self)

    def __call__(self, asked: Asked) -> Played:
        if asked.path == "metainfo":
            return reply(metainfo())
        assert asked.target == f"/{SOAP}/profitservices/cmdconnector.asmx"
        assert asked.headers["content-type"] == "text/xml; charset=utf-8"
        action = asked.headers["soapaction"].strip('"').removeprefix("urn:Afas.Profit.Services/")
        element = next(plain_xml.parse(asked.body).iter(action))
        self.calls.append((action, {each.tag: each.text or "" for each in element}))
        if action == "Execute":
            return self.execute or soap("Execute", COMMAND)
        state = self.states.pop(0)
        return soap("GetState", state) if isinstance(state, str) else state

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.calls]


@pytest.fixture
def file(tmp_path: Path) -> dict[str, Any]:
    """A ZIP file in the project, and the arguments of a step that imports one of its definitions."""
    data = made.packed({"Map/BP_Wages.gcn": made.definition("BP_Wages"), "BP_Days.gcn": made.definition("BP_Days")})
    (tmp_path / "bp.zip").write_bytes(data)
    return {"file": "bp.zip", "sha256": hashlib.sha256(data).hexdigest(), "member": "Map/BP_Wages.gcn"}


def test_a_definition_is_imported_and_its_log_is_stored_first(bench: Bench, own: Secret, file: dict[str, Any]) -> None:
    afas = Remote("", "", log("1 definitie geimporteerd, 0 fouten"))
    receipt = bench.perform(afas.wire, IMPORT, file, token=own, remote_commands=True)
    assert receipt.outcome == "performed"
    assert receipt.detail == "the log of AFAS says: 1 definitie geimporteerd, 0 fouten"
    assert (afas.actions, bench.waited) == (["Execute", *["GetState"] * 3], [0.0, 1.0, 2.0])
    sent = afas.calls[0][1]
    assert sent["commandLine"] == '/O"O12345AA" DEFINITIEIMPORT /F"BP_Wages.gcn"'
    assert sent["token"] == own.reveal()
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(sent["attachementArchive"]))) as archive:
        assert archive.namelist() == ["BP_Wages.gcn", "@#$MetaInfo.xml"]
        assert archive.read("BP_Wages.gcn") == made.definition("BP_Wages")
        assert archive.read("@#$MetaInfo.xml").decode() == (
            '<?xml version="1.0" encoding="utf-8" standalone="yes"?><InputFile_Name>BP_Wages.gcn</InputFile_Name>'
        )
    assert afas.calls[1][1] == {"token": own.reveal(), "commandId": COMMAND}
    assert bench.saved == [{"command": COMMAND}, {"log": log("1 definitie geimporteerd, 0 fouten")}]


def test_a_single_definition_is_imported_and_may_overwrite(bench: Bench, own: Secret, tmp_path: Path) -> None:
    data = made.definition("BP_Wages")
    (tmp_path / "BP_Wages.gcn").write_bytes(data)
    afas = Remote(log("ok"))
    arguments = {"file": "BP_Wages.gcn", "sha256": hashlib.sha256(data).hexdigest(), "overwrite": True}
    assert bench.perform(afas.wire, IMPORT, arguments, token=own, remote_commands=True).outcome == "performed"
    assert afas.calls[0][1]["commandLine"] == '/O"O12345AA" DEFINITIEIMPORT /F"BP_Wages.gcn" /O'


@pytest.mark.parametrize(
    ("change", "message"),
    [({"file": "gone.zip"}, "gone.zip is not there"), ({"sha256": "0" * 64}, "not the file that was pinned"),
     ({"member": "BP_Gone.gcn"}, "bp.zip has no file 'BP_Gone.gcn'"), ({"member": ""}, "its SHA-256 differs")],
)  # fmt: skip
def test_a_file_that_is_not_the_pinned_one_is_not_sent(
    bench: Bench, own: Secret, file: dict[str, Any], change: dict[str, str], message: str
) -> None:
    afas = Remote()
    if change == {"member": ""}:
        change = {"member": "", "sha256": "0" * 64}
    receipt = bench.perform(afas.wire, IMPORT, {**file, **change}, token=own, remote_commands=True)
    assert (receipt.outcome, afas.wire.asked) == ("failed", [])
    assert message in receipt.detail


def test_a_name_that_would_be_more_than_a_name_is_not_sent(bench: Bench, own: Secret, tmp_path: Path) -> None:
    data = made.packed({'x" DELETE.gcn': made.definition("BP_Wages")})
    (tmp_path / "bp.zip").write_bytes(data)
    afas = Remote()
    arguments = {"file": "bp.zip", "sha256": hashlib.sha256(data).hexdigest(), "member": 'x" DELETE.gcn'}
    receipt = bench.perform(afas.wire, IMPORT, arguments, token=own, remote_commands=True)
    assert (receipt.outcome, afas.actions) == ("failed", [])
    assert "cannot stand in a command of AFAS" in receipt.detail


def test_a_log_that_speaks_of_an_error_proves_nothing(bench: Bench, own: Secret, file: dict[str, Any]) -> None:
    afas = Remote(log("Fout: het veld U123 is niet gevonden."))
    receipt = bench.perform(afas.wire, IMPORT, file, token=own, remote_commands=True)
    assert receipt.outcome == "unknown"
    assert "het veld U123" in receipt.detail


BEGUN: dict[str, Played | str] = {
    "no line": Gone(),
    "refused": reply(b"", 401),
    "a fault": refused("Unknown command"),
    "out of service": reply({"error": {}, "retry_after": 7200}, 503),
    "HTML": reply(b"<html>", kind="text/html"),
}


@pytest.mark.parametrize("name", BEGUN)
def test_what_was_taken_in_is_never_said_to_have_failed(
    bench: Bench, own: Secret, file: dict[str, Any], name: str
) -> None:
    afas = Remote(BEGUN[name])
    receipt = bench.perform(afas.wire, IMPORT, file, token=own, remote_commands=True)
    assert receipt.outcome == "unknown"
    assert receipt.detail.startswith(f"AFAS took in command {COMMAND}. ")
    assert bench.saved == [{"command": COMMAND}]
    assert afas.actions == ["Execute", "GetState"]


EXECUTED: dict[str, tuple[Played, str, str]] = {
    "no line": (Gone(), "unknown", "the line broke"),
    "a fault": (refused("AFAS Remote is not active"), "failed", "AFAS Remote is not active"),
    "401": (reply(b"", 401), "failed", "status 401"),
    "500 without a fault": (fault(500, "Er ging iets mis."), "unknown", "Er ging iets mis"),
    "no number": (soap("Execute", "later"), "unknown", "it gave no number of a command"),
    "HTML": (reply(b"<p>", kind="text/html"), "unknown", "It is not XML that can be read"),
    "a bomb": (reply(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), "unknown", "it declares a document type"),
    "another answer": (soap("Other"), "unknown", "it has no ExecuteResponse"),
}


@pytest.mark.parametrize("name", EXECUTED)
def test_a_command_is_sent_once_whatever_becomes_of_it(
    bench: Bench, own: Secret, file: dict[str, Any], name: str
) -> None:
    answer, outcome, detail = EXECUTED[name]
    afas = Remote(execute=answer)
    receipt = bench.perform(afas.wire, IMPORT, file, token=own, remote_commands=True)
    assert (receipt.outcome, afas.actions, bench.saved) == (outcome, ["Execute"], [])
    assert detail in receipt.detail


def test_an_environment_that_cannot_be_asked_gets_no_command(bench: Bench, own: Secret, file: dict[str, Any]) -> None:
    wire = Wire([reply(b"", 502)])
    receipt = bench.perform(wire, IMPORT, file, token=own, remote_commands=True)
    assert receipt.outcome == "failed"
    assert receipt.detail.startswith("nothing was sent: GET metainfo")
    assert {asked.path for asked in wire.asked} == {"metainfo"}


@pytest.mark.parametrize(("seconds", "waited"), [("60s", [0.0, 1.0, 2.0, 3.0, 5.0]), ("4s", [0.0, 1.0, 2.0])])
def test_a_command_that_takes_long_is_looked_at_in_the_next_run(
    bench: Bench, own: Secret, file: dict[str, Any], seconds: str, waited: list[float]
) -> None:
    afas = Remote(*[""] * 100)
    receipt = bench.perform(afas.wire, IMPORT, file, token=own, remote_commands=True, time_budget=seconds)
    assert (receipt.outcome, bench.waited) == ("unknown", waited)
    assert f"has not done command {COMMAND} yet; the next run asks again" in receipt.detail
    assert afas.actions == ["Execute", *["GetState"] * len(waited)]


def test_after_a_crash_afas_is_asked_once_more_and_never_told_again(bench: Bench, own: Secret) -> None:
    own_ = {"token": own, "remote_commands": True}
    done, open_, lost = Remote(log("klaar")), Remote(""), Remote(refused("Unknown command"))
    assert bench.settle(done.wire, IMPORT, {"command": COMMAND}, **own_).outcome == "performed"
    assert bench.settle(open_.wire, IMPORT, {"command": COMMAND}, **own_).outcome == "unknown"
    assert bench.settle(lost.wire, IMPORT, {"command": COMMAND}, **own_).outcome == "unknown"
    assert [afas.actions for afas in (done, open_, lost)] == [["GetState"]] * 3


def test_after_a_crash_a_log_that_was_stored_is_read_from_there(bench: Bench, own: Secret) -> None:
    afas = Remote()
    saved = {"command": COMMAND, "log": log("klaar")}
    settled = bench.settle(afas.wire, IMPORT, saved, token=own)
    assert (settled.outcome, settled.detail) == ("performed", "the log of AFAS says: klaar")
    assert bench.settle(afas.wire, IMPORT, {**saved, "log": log("Fout")}, token=own).outcome == "unknown"
    assert bench.settle(afas.wire, IMPORT, {**saved, "log": "?"}, token=own).outcome == "unknown"
    assert afas.wire.asked == []


def test_after_a_crash_only_a_read_can_tell_of_anything_else(bench: Bench, own: Secret) -> None:
    wire = Wire([Gone()])
    assert bench.settle(wire, "afas.create_user", {}, token=own).outcome == "unknown"
    assert bench.settle(wire, IMPORT, {}, token=own).outcome == "unknown"
    assert bench.settle(wire, IMPORT, {"command": COMMAND}).outcome == "unknown"
    assert wire.asked == []


@pytest.mark.parametrize("content", [b"no zip", made.packed({"a": b"\xff\xfek\0l\0a\0a\0r\0"}), made.packed({})])
def test_a_log_in_any_form_is_stored_and_shown_as_far_as_can_be(
    bench: Bench, own: Secret, file: dict[str, Any], content: bytes
) -> None:
    afas = Remote(base64.b64encode(content).decode())
    receipt = bench.perform(afas.wire, IMPORT, file, token=own, remote_commands=True)
    assert receipt.outcome == "performed"
    assert bench.saved[1] == {"log": base64.b64encode(content).decode()}


# --- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["tokenconnector.asmx", "tokens.asmx"])
def test_a_token_is_revoked_by_itself(bench: Bench, own: Secret, service: str) -> None:
    old = token("old")
    wire = Wire([soap("DeleteToken", "true")])
    settings = {"token": own} | ({"token_service": service} if service != "tokenconnector.asmx" else {})
    assert bench.perform(wire, "afas.revoke_token", {"token": old}, **settings).outcome == "performed"
    (asked,) = wire.asked
    assert asked.target == f"/{SOAP}/profitservices/{service}"
    assert asked.headers["soapaction"] == '"urn:Afas.Profit.Services/DeleteToken"'
    (given,) = plain_xml.parse(asked.body).iter("token")
    assert given.text == asked.token == old.reveal()


OTP = {"user": "12345.BP"}


@pytest.fixture
def keys() -> dict[str, Any]:
    return {
        **OTP,
        "api_key": Secret("a", token_data("api")[:32]),
        "environment_key": Secret("e", token_data("env")[:32]),
    }


def test_a_password_is_mailed_and_changed_for_a_token(bench: Bench, keys: dict[str, Any]) -> None:
    given = token("shown once")
    wire = Wire([reply(b"", 201), reply({"token": f"{given.reveal()}\r\n"})])
    assert bench.perform(wire, "afas.request_otp", {}, otp=keys).outcome == "performed"
    receipt = bench.perform(
        wire, "afas.issue_token", {"otp": Secret("otp", " 34264813\n")}, otp=keys, captures=("benefits_plaza",)
    )
    assert receipt.outcome == "performed"
    assert {name: secret.reveal() for name, secret in receipt.captured.items()} == {"benefits_plaza": given.reveal()}
    body = {"apiKey": keys["api_key"].reveal(), "userId": "12345.BP", "apiToken": keys["environment_key"].reveal()}
    assert [(asked.path, asked.json()) for asked in wire.asked] == [
        ("OtpRequest", body), ("OtpValidation", {**body, "otp": "34264813"}),
    ]  # fmt: skip
    assert all("authorization" not in asked.headers for asked in wire.asked)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(reply(b"", 401), "failed"), (Gone(), "unknown"), (reply({"token": "x"}), "unknown"), (reply(b""), "unknown"),
     (reply({"token": None}), "unknown"), (reply(b"<p>"), "unknown")],
)  # fmt: skip
def test_a_token_that_may_have_been_made_and_lost_is_not_said_to_have_failed(
    bench: Bench, keys: dict[str, Any], answer: Played, outcome: str
) -> None:
    wire = Wire([answer])
    receipt = bench.perform(wire, "afas.issue_token", {"otp": "1"}, otp=keys, captures=("bp",))
    assert (receipt.outcome, receipt.captured, len(wire.asked)) == (outcome, {}, 1)


def test_a_token_without_a_place_for_it_is_not_asked_for(bench: Bench, keys: dict[str, Any]) -> None:
    wire = Wire([reply({})])
    assert bench.perform(wire, "afas.issue_token", {"otp": "1"}, otp=keys).outcome == "failed"
    assert wire.asked == []

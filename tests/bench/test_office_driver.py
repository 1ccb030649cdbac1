"""The driver of the office API over real HTTP: what it reads and writes, and what it says where something is wrong."""

import asyncio
import io
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from helpers.bench import script, tutorial
from helpers.canary import canary
from helpers.clock import Clock
from inregel.cli import main
from inregel.commands.context import Context
from inregel.contract import Connection, Driver, Key, Operation, Receipt, Secret, State, World
from inregel.errors import InregelError, Unavailable
from inregel.ledger.base import Order
from inregel.library import Library
from inregel.testing import Case, prove
from inregel.testing import Clock as Watch
from inregel.work import Work

Result = TypeVar("Result")
MODULES = {
    "office.aplaza_user",
    "office.app_connector",
    "office.certificate",
    "office.connector_assignment",
    "office.enrolment",
    "office.postbus_link",
    "office.token",
}
BASE = "/api/offices/utrecht/"
SEEN = {"serial": "4A910C"}


@pytest.fixture
def api() -> Any:
    return script("office_api/emulator").OfficeApi()


@pytest.fixture
def url(api: Any) -> Iterator[str]:
    with script("office_api/emulator").running(api) as address:
        yield address


def with_driver(url: str, work: Callable[[Driver], Awaitable[Result]], **settings: Any) -> Result:
    """Opens the system as the engine does, does one thing, and closes it."""
    system = Library(tutorial()).system("office")
    assert system is not None
    connection = Connection("office", "office", "office:utrecht", {"url": url, "office": "utrecht", **settings})

    async def run() -> Result:
        async with system.open(World(lambda: datetime.now(UTC), asyncio.sleep, "")) as make:
            return await work(make(connection))

    return asyncio.run(run())


def read(url: str, key: Key = "certificate", **settings: Any) -> Any:
    """One document."""
    view = with_driver(url, lambda driver: driver.read({"office.certificate": frozenset([key])}), **settings)
    return view["office.certificate"][key]


def perform(url: str, reaches: State | None, key: Key = "certificate", **settings: Any) -> Receipt:
    """Writes one document, or removes it."""
    name = "office.put" if reaches is not None else "office.delete"
    operation = Operation("1", name, "office.certificate", key, {"settings": reaches}, reaches)
    return with_driver(url, lambda driver: driver.perform(operation, lambda saved: None), **settings)


# --- what it does ---------------------------------------------------------------------------------------------------


def test_a_document_is_written_read_and_removed(api: Any, url: str) -> None:
    assert read(url) is None
    assert perform(url, SEEN) == Receipt("performed")
    assert api.documents == {BASE + "certificate": SEEN}
    assert read(url) == SEEN
    assert perform(url, None) == Receipt("performed")
    assert api.documents == {}
    assert perform(url, None) == Receipt("failed", "the office API answered 404 Not Found")


@pytest.mark.parametrize(
    "name",
    [
        "two words",
        "../../zwolle/certificate",
        "a/b",
        "a?b=c",
        "a#b",
        "100%",
        "a%2Fb",
        "één",
        "a&b;c",
        "a+b",
        "'\"",
        "{{ name }}",
        "a\\b",
    ],
)
def test_an_odd_name_reaches_the_other_side_as_it_is(api: Any, url: str, name: str) -> None:
    key = ("enrolments", name)
    assert perform(url, SEEN, key) == Receipt("performed")
    assert len(api.documents) == 1
    assert read(url, key) == SEEN
    assert read(url, ("enrolments", "a")) is None


@pytest.mark.parametrize(("name", "sent"), [("a/b", "a%2Fb"), ("../../zwolle/token", "..%2F..%2Fzwolle%2Ftoken")])
def test_a_name_is_one_part_of_the_path(name: str, sent: str) -> None:
    api = answering(404, b"")
    with script("office_api/emulator").running(api) as url:
        assert read(url, ("enrolments", name)) is None
    assert api.asked == [f"{BASE}enrolments/{sent}"]


@pytest.mark.parametrize("name", [".", "..", "", "..."])
def test_a_name_that_would_reach_another_document_is_refused(api: Any, url: str, name: str) -> None:
    for call in (lambda: read(url, ("enrolments", name)), lambda: perform(url, SEEN, ("enrolments", name))):
        with pytest.raises(InregelError, match="cannot stand in an address of the office API"):
            call()
    assert not api.calls


@pytest.mark.parametrize(
    ("office", "sent"), [("a/b", "a%2Fb"), ("../zwolle", "..%2Fzwolle"), ("?", "%3F"), ("#", "%23"), ("é", "%C3%A9")]
)
def test_the_name_of_an_office_is_one_part_of_the_path(office: str, sent: str) -> None:
    api = answering(404, b"")
    with script("office_api/emulator").running(api) as url:
        assert read(url, office=office) is None
    assert api.asked == [f"/api/offices/{sent}/certificate"]


def test_a_token_goes_along_with_every_call(api: Any, url: str) -> None:
    secret = Secret("office_api", canary("token of the office API"))
    api.token = secret.reveal()
    assert perform(url, SEEN, token=secret) == Receipt("performed")
    assert read(url, token=secret) == SEEN


# --- what it says where something is wrong --------------------------------------------------------------------------


def test_a_wrong_token_is_named_by_its_status_and_never_shown(api: Any, url: str) -> None:
    api.token, wrong = canary("the token that is asked for"), canary("the token that is given")
    token = Secret("office_api", wrong)
    with pytest.raises(Unavailable) as told:
        read(url, token=token)
    assert "office:utrecht is unavailable: it answered 401 Unauthorized" in str(told.value)
    receipt = perform(url, SEEN, token=token)
    assert receipt == Receipt("failed", "the office API answered 401 Unauthorized")
    assert api.documents == {}
    assert wrong not in f"{told.value}{told.value.__cause__}{receipt}"


def test_where_nobody_listens_it_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for call in (lambda: read(f"http://127.0.0.1:{port}"), lambda: perform(f"http://127.0.0.1:{port}", SEEN)):
        with pytest.raises(Unavailable, match=f"it cannot be reached .*{port}") as told:
            call()
        assert told.value.__cause__ is not None


def answering(status: int, body: bytes) -> Any:
    """An office API that gives every call the same answer, and does nothing."""
    emulator = script("office_api/emulator")

    class Same(emulator.OfficeApi):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[str] = []

        async def handle(self, request: Any) -> Any:
            self.calls[request.method] += 1
            self.asked.append(request.raw_path)
            await request.read()
            return emulator.web.Response(status=status, body=body, content_type="text/html")

    return Same()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "failed"), (403, "failed"), (409, "failed"), (500, "unknown"), (502, "unknown"), (503, "unknown")],
)
def test_only_a_refusal_is_sure_to_have_changed_nothing(status: int, outcome: str) -> None:
    api = answering(status, b"<h1>no</h1>")
    with script("office_api/emulator").running(api) as url:
        receipt = perform(url, SEEN)
        with pytest.raises(Unavailable, match=f"it answered {status} "):
            read(url)
    assert receipt.outcome == outcome
    assert str(status) in receipt.detail
    assert api.calls == {"PUT": 1, "GET": 1}


@pytest.mark.parametrize(
    "body", [b"<h1>login</h1>", b"", b"[]", b"null", b'{"id": "x"}', b'{"settings": [1]}', b"\xff\xfe"]
)
def test_an_answer_that_is_no_document_is_not_taken_for_one(body: bytes) -> None:
    wrong = pytest.raises(Unavailable, match="its answer is not a document of settings")
    with script("office_api/emulator").running(answering(200, body)) as url, wrong:
        read(url)


def test_exact_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(InregelError) as told:
        with_driver(url, lambda driver: driver.read({"office.enrolment": None}))
    assert str(told.value).splitlines() == [
        "The office API cannot list what office.enrolment is about, so nobody can know what else is there.",
        "Leave `exact: true` out of that task.",
    ]


def test_after_a_crash_only_a_read_can_tell(url: str) -> None:
    operation = Operation("1", "office.put", "office.certificate", "certificate", {}, SEEN)
    assert with_driver(url, lambda driver: driver.settle(operation, {})) == Receipt("unknown")


# --- the whole project ----------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, url: str) -> Path:
    """The project of the tutorial, with its own inventory and the emulator of this test."""
    root = tmp_path / "offices"
    shutil.copytree(tutorial(), root, ignore=shutil.ignore_patterns("__pycache__"))
    path = root / "inventory.yml"
    path.write_text(path.read_text("utf-8").replace("http://127.0.0.1:18080", url), "utf-8")
    script("measuring/offices").settle(root, "inventory.yml")
    return root


def inregel(project: Path, clock: Clock, *words: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    out = io.StringIO()
    code = main(list(words), Context(project, out, out, environ={"COLUMNS": "110"}, now=clock, interactive=False))
    return code, out.getvalue()


def nobody(work: Work, order: Order) -> None:
    raise AssertionError(f"{order.number} was handed out")


def test_the_modules_keep_the_contract_over_http(project: Path, api: Any, clock: Clock) -> None:
    api.documents[BASE + "certificate"] = {"serial": "000000", "note": "by hand"}
    api.documents[BASE + "enrolments/kvk"] = {"channels": ["rest"], "state": "left"}

    plan = prove(Case(project, "playbooks/site.yml", nobody, Watch(clock()), writes=lambda: api.calls["PUT"]))

    assert {entry.module for entry in plan.entries()} == MODULES
    assert api.calls["PUT"] == len(plan.entries()) == len(api.documents) == 14
    assert api.documents[BASE + "certificate"]["note"] == "by hand"
    assert api.documents[BASE + "enrolments/kvk"]["channels"] == ["digikoppeling", "rest"]


def test_a_write_whose_answer_was_lost_is_read_back_and_not_done_twice(project: Path, api: Any, clock: Clock) -> None:
    api.broken = 5
    code, said = inregel(project, clock, "apply", "playbooks/site.yml", "--yes")
    assert code == 0, said
    assert said.count("office.put, the office API answered 502 Bad Gateway") == 5
    assert "Nothing to do: 14 resources in sync." in said
    assert api.calls["PUT"] == len(api.documents) == 14
    assert api.broken == 0


def test_a_task_that_owns_what_cannot_be_listed_is_told_so(project: Path, api: Any, clock: Clock) -> None:
    path = project / "playbooks/site.yml"
    task = 'office.enrolment: {enrolments: "{{ enrolments }}"}'
    text = path.read_text("utf-8")
    assert task in text
    path.write_text(text.replace(task, task + "\n      exact: true"), "utf-8")
    code, said = inregel(project, clock, "apply", "playbooks/site.yml", "--yes")
    assert code != 0
    assert "cannot list what office.enrolment is about" in " ".join(said.split())
    assert api.calls["PUT"] == 0


def test_the_inventory_of_the_tutorial_is_sound(project: Path, clock: Clock) -> None:
    assert inregel(project, clock, "validate") == (0, "Sound: 2 offices, 1 playbook, 7 tasks.\n")


@pytest.mark.parametrize("name", ["../../zwolle/certificate", "..", "a/b", "", "-a", "a b"])
def test_a_name_that_would_be_another_path_is_refused_in_the_inventory(
    project: Path, api: Any, clock: Clock, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "inventory.yml"
    text = path.read_text("utf-8")
    assert text.count("- name: kvk") == 1
    path.write_text(text.replace("- name: kvk", f'- name: "{name}"'), "utf-8")
    code, _ = inregel(project, clock, "apply", "playbooks/site.yml", "--yes")
    assert code == 1
    assert "`name` is letters, digits, `.`, `_` and `-`, beginning with a letter or digit" in capsys.readouterr().err
    assert not api.calls


def test_the_offices_of_the_bench_are_those_of_the_modules(tmp_path: Path, url: str, api: Any, clock: Clock) -> None:
    offices = script("measuring/offices")
    declared = [offices.office(number) for number in range(2)]
    offices.build(tmp_path / "bench", declared, url)
    code, said = inregel(tmp_path / "bench", clock, "apply", "playbooks/site.yml", "--yes")
    assert code == 0, said
    documents = dict(document for one in declared for document in offices.documents(one))
    for settings in documents.values():
        # Lists of this API have no order; the module writes them sorted.
        settings.update({name: sorted(value) for name, value in settings.items() if isinstance(value, list)})
    assert api.documents == documents
    assert len(documents) == 24

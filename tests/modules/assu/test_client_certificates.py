"""The module assu.client_certificates, with the driver that reads reports."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.assu import EMAIL, World, change, office
from inregel.config.mistakes import ConfigError
from inregel.contract import UNKNOWN, Blocked, Fault, Secret, Step
from inregel.engine.planning import make_plan
from inregel.formats.client_report import COLUMNS
from inregel.ledger.base import Order
from inregel.plan.model import Entry, Plan, Status
from inregel.testing import Case, Clock, Proof, prove
from inregel.work import Work

MODULE = "assu.client_certificates"
NEW, OLD = "5D2077", "4A910C"
RIGHT = {"serial": NEW, "private_key": "exportable", "others": frozenset(), "copies": 1}
NOW = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)


def row(machine: str, serial: str = NEW, **changes: str) -> dict[str, str]:
    """A row of a report of yesterday; a serial of "" is an empty store."""
    usual = {
        "machine": machine,
        "store": "user",
        "user": "ria",
        "thumbprint": f"{serial:A>40}" if serial else "",
        "serial": serial,
        "subject": f"CN={machine}",
        "email": EMAIL,
        "not_after": "2028-11-14" if serial == NEW else "2026-12-18",
        "has_private_key": "True",
        "exportable": "True",
        "collected_at": (NOW - timedelta(days=1)).isoformat(),
    }
    return usual | changes


class Desk:
    """A project with one office, its client machines and the report of them."""

    def __init__(self, root: Path, machines: list[str], more: str = "") -> None:
        self.root, self.clock = root, Clock(NOW)
        self.report = root / "reports/utrecht.csv"
        self.report.parent.mkdir(parents=True)
        (root / "playbooks").mkdir()
        (root / "inregel.yml").write_text("project: offices\n")
        (root / "inventory.yml").write_text(
            "all:\n  offices:\n    utrecht:\n      name: Van Dalen\n      contact: Ria van Dalen\n"
            "      connections:\n        assu: {installation: rds-1, portefeuille: Van Dalen, version: '1.2628.3.16',"
            " client_report: reports/utrecht.csv}\n"
        )
        self.declare(machines, more)
        self.proof = Proof(Case(root, "playbooks/site.yml", self.person, self.clock))

    def declare(self, machines: list[str], more: str = "") -> None:
        """Writes the playbook."""
        (self.root / "playbooks/site.yml").write_text(
            "- name: Clients\n  offices: all\n  tasks:\n"
            f"    - {MODULE}: {{machines: {json.dumps(machines)}, email: {EMAIL}, serial: '005d2077'}}\n{more}"
        )

    def collect(self, *rows: Mapping[str, str]) -> None:
        """What the script writes."""
        lines = [",".join(COLUMNS), *(",".join(f'"{each[name]}"' for name in COLUMNS) for each in rows)]
        self.report.write_text("\n".join(lines), "utf-8-sig")

    def plan(self) -> Plan:
        return self.proof._engine(make_plan)

    def entry(self) -> Entry:
        [entry] = self.plan().entries()
        return entry

    def apply(self) -> list[Order]:
        self.proof._apply()
        return self.proof.ledger.orders()

    def person(self, work: Work, order: Order) -> None:
        """Does what the order says at every machine, and notes where it is right."""
        places = [line.arguments["place"] for line in order.order.lines]
        work.done(order.number, by="Ria van Dalen", answers=answers(right=places))


def answers(right: list[str] = [], none: list[str] = [], other: list[str] = []) -> dict[str, Any]:  # noqa: B006  # read
    return {"clients_right": right, "clients_none": none, "clients_other": other}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "project", ["PC-01"])


def test_what_a_recent_report_says_is_verified(desk: Desk) -> None:
    desk.collect(row("PC-01"))
    entry = desk.entry()
    assert (entry.status, entry.before, entry.key) == (Status.IN_SYNC, RIGHT, ("PC-01", EMAIL))
    [known] = set(entry.provenance.values())
    assert (known.kind, known.at) == ("verified", NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("rows", "differences"),
    [
        ([row("PC-01", "")], {"serial", "private_key", "others", "copies"}),
        ([row("PC-01", OLD)], {"serial"}),
        ([row("PC-01"), row("PC-01", OLD)], {"others"}),
        ([row("PC-01"), row("PC-01", OLD, not_after="2031-01-01")], {"serial", "others"}),
        ([row("PC-01"), row("PC-01", store="machine", user="")], {"copies"}),
        ([row("PC-01"), row("PC-01", user="jan")], set()),
        ([row("PC-01", exportable="False")], {"private_key"}),
        ([row("PC-01", has_private_key="False", exportable="")], {"private_key"}),
        ([row("PC-01"), row("PC-01", OLD, email="somebody@else.example")], set()),
        ([row("pc-01", serial="5d2077", email=EMAIL.upper())], set()),
    ],
)
def test_each_thing_that_is_wrong_on_a_machine_is_a_difference(
    desk: Desk, rows: list[dict[str, str]], differences: set[str]
) -> None:
    desk.collect(*rows)
    entry = desk.entry()
    assert {field.name for field in entry.fields} == differences
    assert entry.status is (Status.CHANGE if differences else Status.IN_SYNC)
    assert entry.order or not differences


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        ([row("PC-02")], "reports/utrecht.csv says nothing of PC-01"),
        (
            [row("PC-01", collected_at="2026-10-20T08:00:00Z")],
            "reports/utrecht.csv was collected on 2026-10-20, more than 30 days ago, of PC-01",
        ),
        (
            [row("PC-01", collected_at="2026-11-22T08:00:00Z")],
            "reports/utrecht.csv was collected on 2026-11-22, which is not yet (is the clock right?), of PC-01",
        ),
    ],
)
def test_a_machine_that_no_recent_report_speaks_of_is_unknown_and_not_wrong(
    desk: Desk, rows: list[dict[str, str]], finding: str
) -> None:
    desk.collect(*rows)
    plan = desk.plan()
    [entry] = plan.entries()
    assert (entry.status, entry.before, entry.line) == (Status.LOOK, UNKNOWN, "look_then_do")
    assert [each.message for _, each in plan.offices[0].findings] == [finding]


def test_of_a_user_whose_store_was_not_collected_the_machine_s_own_store_says_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["RDS-1\\ria", "RDS-1\\jan"])
    desk.collect(row("RDS-1", "", store="machine", user=""), row("RDS-1", user="DEHANZE\\Jan"))
    assert {entry.key[0]: entry.status for entry in desk.plan().entries()} == {
        "RDS-1\\ria": Status.LOOK,
        "RDS-1\\jan": Status.IN_SYNC,
    }


def test_a_certificate_of_which_the_script_could_not_tell_the_key_is_unknown_in_that_alone(desk: Desk) -> None:
    desk.collect(row("PC-01", exportable=""))
    entry = desk.entry()
    assert (entry.status, [field.name for field in entry.fields]) == (Status.LOOK, ["private_key"])


@pytest.mark.parametrize("content", [None, "", "machine\n"])
def test_a_report_that_cannot_be_read_blocks_these_machines_and_says_what_to_do(
    desk: Desk, content: str | None
) -> None:
    if content is not None:
        desk.report.write_text(content)
    entry = desk.entry()
    assert entry.status is Status.BLOCKED
    assert entry.blocked is not None
    assert entry.blocked.who == "you"
    assert "reports/utrecht.csv" in entry.blocked.reason
    assert "inregel doc assu.client_certificates --script" in entry.blocked.remedy


def test_two_reports_for_one_portefeuille_are_a_mistake(desk: Desk) -> None:
    inventory = desk.root / "inventory.yml"
    utrecht = inventory.read_text().partition("  offices:\n")[2]
    other = utrecht.replace("utrecht:", "gent:").replace("utrecht.csv", "gent.csv")
    inventory.write_text(inventory.read_text() + other)
    with pytest.raises(ConfigError, match="rds-1 Van Dalen has one client_report: here it is reports/gent.csv"):
        desk.plan()


def test_one_broken_file_in_a_folder_is_told_and_the_others_count(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["PC-01"])
    inventory = desk.root / "inventory.yml"
    inventory.write_text(inventory.read_text().replace("reports/utrecht.csv", "reports"))
    desk.collect(row("PC-01"))
    (desk.root / "reports/other.csv").write_text("machine\n")
    (desk.root / "reports/remarks.txt").write_text("not a report")
    plan = desk.plan()
    assert [entry.status for entry in plan.entries()] == [Status.IN_SYNC]
    [(_, finding)] = plan.offices[0].findings
    assert finding.message.startswith("reports/other.csv has no column store")


def test_a_store_that_stands_in_several_files_counts_once_as_it_was_last(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["PC-01"])
    inventory = desk.root / "inventory.yml"
    inventory.write_text(inventory.read_text().replace("reports/utrecht.csv", "reports"))
    files = {name: desk.root / f"reports/{name}.csv" for name in ("ria", "jan", "old")}
    old = row("PC-01", OLD, store="machine", user="", collected_at="2026-11-10T08:00:00Z")
    rows = {
        "ria": [row("PC-01", store="machine", user="")],
        "jan": [row("PC-01", store="machine", user="")],
        "old": [old],
    }
    for name, desk.report in files.items():
        desk.collect(*rows[name])
    entry = desk.entry()
    assert (entry.status, entry.before) == (Status.IN_SYNC, RIGHT)


def test_a_broken_report_does_not_block_what_else_there_is_of_assu(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["PC-01"], "    - assu.aplaza_user: {user: ria@vandalen.example}\n")
    assert {entry.module: entry.status for entry in desk.plan().entries()} == {
        MODULE: Status.BLOCKED,
        "assu.aplaza_user": Status.LOOK,
    }


def test_without_a_report_people_are_asked_and_believed(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["PC-01", "RDS-1\\ria"])
    inventory = desk.root / "inventory.yml"
    inventory.write_text(inventory.read_text().replace(", client_report: reports/utrecht.csv", ""))
    case = Case(desk.root, "playbooks/site.yml", desk.person, desk.clock)
    plan = prove(case)
    assert {entry.key: entry.provenance["serial"].kind for entry in plan.entries()} == {
        ("PC-01", EMAIL): "attested",
        ("RDS-1\\ria", EMAIL): "attested",
    }


def test_a_report_proves_what_a_person_did(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["PC-01", "PC-02", "PC-03"])
    desk.collect(row("PC-01", OLD), row("PC-02", ""), row("PC-03"))

    def person(work: Work, order: Order) -> None:
        assert {line.key[0] for line in order.order.lines} == {"PC-01", "PC-02"}
        desk.person(work, order)
        later = (desk.clock() + timedelta(minutes=5)).isoformat()
        desk.collect(*(row(name, collected_at=later) for name in ("PC-01", "PC-02", "PC-03")))

    plan = prove(Case(desk.root, "playbooks/site.yml", person, desk.clock, writes=desk.report.read_bytes))
    kinds = {known.kind for entry in plan.entries() for known in entry.provenance.values()}
    assert [entry.status for entry in plan.entries()] == [Status.IN_SYNC] * 3
    assert kinds == {"verified"}


def test_what_a_person_did_holds_until_a_newer_report_says_otherwise(desk: Desk) -> None:
    desk.collect(row("PC-01", OLD))
    [order] = desk.apply()
    desk.person(desk.proof._work(), order)
    assert desk.entry().status is Status.IN_SYNC
    assert desk.apply() == []
    desk.collect(row("PC-01", OLD, collected_at=(NOW + timedelta(hours=1)).isoformat()))
    assert [field.name for field in desk.entry().fields] == ["serial"]


def test_answers_put_each_machine_in_one_list(desk: Desk) -> None:
    desk.declare(["PC-01", "PC-02", "PC-03"])
    desk.collect(row("PC-01", OLD), row("PC-02", OLD), row("PC-03", OLD))
    [order] = desk.apply()
    work = desk.proof._work()
    for wrong in (
        answers(right=["PC-01"], other=["PC-02"]),
        answers(right=["PC-01", "PC-02", "PC-03"], none=["pc-03"]),
    ):
        with pytest.raises(Exception, match=r"PC-03.* stands in (none|several) of the three lists"):
            work.done(order.number, by="Ria", answers=wrong)
    with pytest.raises(Exception, match="serial was to be 5D2077, and the answer says not 5D2077"):
        work.done(order.number, by="Ria", answers=answers(right=["PC-01"], other=["pc-02"], none=["PC-03"]))
    work.done(order.number, by="Ria", answers=answers(right=["pc-01"], other=["PC-02"], none=["PC-03"]), found=True)
    after = {entry.key[0]: entry for entry in desk.plan().entries()}
    assert after["PC-01"].status is Status.IN_SYNC
    assert isinstance(after["PC-02"].before, Mapping)
    assert after["PC-02"].before["serial"] == "not 5D2077"
    assert (after["PC-03"].status, after["PC-03"].before) == (Status.CHANGE, None)


def test_an_order_says_what_to_import_and_what_to_remove_at_each_machine(desk: Desk) -> None:
    desk.declare(["PC-01", "PC-02", "PC-03", "PC-04", "RDS-1\\ria"])
    desk.collect(
        row("PC-01", OLD),
        row("PC-02"),
        row("PC-02", OLD),
        row("PC-03"),
        row("PC-03", store="machine", user=""),
        row("PC-04", exportable="False"),
        row("RDS-1", user="jan"),
    )
    [order] = desk.apply()
    text = order.order.text
    told = {line.split("`")[1]: line.partition(": ")[2] for line in text.splitlines() if ". `" in line[:6]}
    assert told == {
        "PC-01": f"lees het certificaat van `{EMAIL}` met nummer `{NEW}` in. Verwijder `{OLD}`.",
        "PC-02": f"het certificaat van `{EMAIL}` met nummer `{NEW}` staat er goed. Verwijder `{OLD}`.",
        "PC-03": f"het certificaat van `{EMAIL}` met nummer `{NEW}` staat er goed. Het staat er dubbel: ook bij de"
        " computer zelf. Laat een beheerder dat exemplaar verwijderen met **certlm.msc** > **Persoonlijk** >"
        " **Certificaten**.",
        "PC-04": f"lees het certificaat van `{EMAIL}` met nummer `{NEW}` in.",
        "RDS-1\\ria": f"kijk wat er voor `{EMAIL}` staat. Staat nummer `{NEW}` er niet, of niet met exporteerbare"
        " sleutel, lees het dan in. Verwijder andere certificaten van dit e-mailadres.",
    }
    assert "**Internetopties** > **Inhoud** > **Certificaten**" in text
    assert "**Deze sleutel als exporteerbaar aanmerken** en bij **Alle uitgebreide eigenschappen opnemen**" in text


def test_exact_never_removes_what_is_another_ones(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "project", ["PC-01"], "      exact: true\n")
    desk.collect(row("PC-01"), row("PC-01", OLD, email="somebody@else.example"))
    found = {entry.key: entry for entry in desk.plan().entries()}
    assert found["PC-01", EMAIL].status is Status.IN_SYNC
    other = found["PC-01", "somebody@else.example"]
    assert other.blocked is not None
    assert (other.status, other.blocked.remedy) == (Status.BLOCKED, "take `exact: true` off this task")


# --- the module alone -----------------------------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, declared={EMAIL: {"serial": NEW}})


def desired(world: World, **args: Any) -> Any:
    return world.module(MODULE).desired({"machines": ["PC-01"]} | args, office(), world.inputs())


def test_the_certificate_is_that_of_the_office_and_is_waited_for(world: World) -> None:
    assert desired(world) == {("PC-01", EMAIL): RIGHT}
    assert world.asked == ["assu.certificate"]


def test_machines_come_from_a_list_or_a_file_each_once(world: World) -> None:
    (world.root / "machines.txt").write_text("\ufeffpc-02\n\n# the desk\nRDS-1\\Ria  # shared\nPC-01\n", "utf-8")
    assert [key[0] for key in desired(world, **{"from": "machines.txt"})] == ["PC-01", "PC-02", "RDS-1\\ria"]


@pytest.mark.parametrize(
    ("declared", "args", "reason"),
    [
        ({}, {}, "which certificate these machines need is not known: assu.certificate is not declared, or blocked"),
        ({"a@x": {}, "b@x": {}}, {}, "which certificate these machines need is not known: 2 are declared"),
        (
            {"a@x": {"valid_until": "later"}},
            {},
            "the serial number of the certificate a@x is not known here, as no file of it is declared",
        ),
    ],
)
def test_a_certificate_that_is_not_known_is_told(
    world: World, declared: dict[Any, Any], args: dict[str, Any], reason: str
) -> None:
    world.declared = declared
    with pytest.raises(Fault) as told:
        desired(world, **args)
    assert told.value.blocked.reason == reason


def test_the_order_can_name_the_file_and_its_password_by_name(world: World) -> None:
    args = {"machines": ["PC-01"], "file": "files/utrecht.abc", "password": world.secret, "role": "it_contact"}
    made = world.module(MODULE).steps(change(MODULE, ("PC-01", EMAIL), RIGHT, args, office()), world.inputs())  # type: ignore[arg-type]  # a pair
    assert not isinstance(made, Blocked)
    [step] = made
    assert isinstance(step, Step)
    assert (step.role, step.order, step.irreversible) == ("it_contact", "assu/client", False)
    assert isinstance(step.arguments["password"], Secret)


def test_silence_says_nothing(world: World) -> None:
    assert world.module(MODULE).actual({"postbussen": []}).complete is False


def test_what_is_there_can_be_declared(world: World) -> None:
    module = world.module(MODULE)
    args = module.declare({("PC-01", EMAIL): RIGHT, ("PC-02", EMAIL): RIGHT})  # type: ignore[attr-defined]  # optional
    assert desired(world, **args) == {("PC-01", EMAIL): RIGHT, ("PC-02", EMAIL): RIGHT}


def test_a_driver_of_assu_performs_nothing(tmp_path: Path) -> None:
    from inregel.contract import Connection, Operation
    from inregel.contract import World as Outside
    from inregel.drivers import assu

    async def main() -> tuple[Any, Any]:
        async with assu.open(Outside(lambda: NOW, asyncio.sleep, str(tmp_path))) as connect:
            driver = connect(Connection("assu", "assu", "assu:rds-1", {}))
            operation = Operation("1", "assu.import_certificate", "assu.certificate", "x", {}, None)
            receipt = await driver.perform(operation, lambda data: None)
            return driver.operations, receipt.outcome

    assert asyncio.run(main()) == (frozenset(), "failed")


@pytest.mark.parametrize(
    ("language", "title", "removes"),
    [
        ("nl", "Bedrijfscertificaat op de computers", "Verwijder"),
        ("en", "The company certificate on the computers", "Remove"),
        ("fr", "Le certificat d'entreprise sur les ordinateurs", "Supprimez"),
    ],
)
def test_the_order_is_written_in_the_language_of_the_office_and_labels_stay_as_the_screen_has_them(
    desk: Desk, language: str, title: str, removes: str
) -> None:
    inventory = desk.root / "inventory.yml"
    inventory.write_text(inventory.read_text() + f"      language: {language}\n")
    desk.collect(row("PC-01", OLD))
    [order] = desk.apply()
    assert order.order.title == title
    assert f"{removes} `{OLD}`." in order.order.text
    for label in ("**Weergeven** > **Details** > **Serienummer**", "**Goed**", "**Geen certificaat**", "**Anders**"):
        assert label in order.order.text


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_the_order_without_a_file_says_where_to_get_it_and_with_one_names_it(desk: Desk, language: str) -> None:
    inventory = desk.root / "inventory.yml"
    inventory.write_text(inventory.read_text() + f"      language: {language}\n")
    desk.collect(row("PC-01", OLD))
    [order] = desk.apply()
    assert "**.pfx bestand opvragen**" in order.order.text
    book = desk.root / "playbooks/site.yml"
    book.write_text(book.read_text().replace("serial:", "file: files/utrecht.abc, serial:"))
    desk.collect(row("PC-01", OLD), row("PC-01", "77"))
    [newer] = desk.apply()
    assert newer.number != order.number
    assert "`files/utrecht.abc`" in newer.order.text
    assert "**.pfx bestand opvragen**" not in newer.order.text


def test_an_order_that_names_what_is_no_longer_there_is_superseded(desk: Desk) -> None:
    desk.collect(row("PC-01", OLD))
    [first] = desk.apply()
    assert [order.number for order in desk.apply()] == [first.number]
    desk.collect(row("PC-01", OLD), row("PC-01", "77"))
    [second] = desk.apply()
    assert (first.number, second.number) == ("W1", "W2")
    assert second.order.lines[0].arguments["remove"] == [OLD, "77"]


def test_of_what_else_stands_in_a_store_nothing_leaves_the_driver(desk: Desk) -> None:
    from inregel.contract import Connection
    from inregel.contract import World as Outside
    from inregel.drivers import assu

    desk.collect(row("PC-01"), row("PC-01", OLD, email="somebody@else.example"))
    settings = {"client_report": "reports/utrecht.csv"}

    async def main() -> Any:
        async with assu.open(Outside(lambda: NOW, asyncio.sleep, str(desk.root))) as connect:
            driver = connect(Connection("assu", "assu", "assu:rds-1", settings))
            return await driver.read({MODULE: frozenset({("PC-01", EMAIL)})})

    view = asyncio.run(main())
    [store] = view["clients"]["places"]["PC-01"]["stores"]
    assert [each.email for each in store.certificates] == [EMAIL]

"""`inregel import offices`."""

import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from helpers.canary import allow, canary
from helpers.many_offices import HEADERS, Project, declared, office, row
from inregel.commands import import_
from inregel.commands.import_ import NoDay, NoName, SheetRefused, Unwritten
from inregel.commands.session import open_session
from inregel.config.mistakes import ConfigError
from inregel.contract import Provenance
from inregel.plan.model import Plan, Status
from inregel.work import WorkError

MANY = 120


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """120 offices, imported: one with another Aplaza user, one with a postbus less, one with an old certificate."""
    project = Project(tmp_path_factory.mktemp("many") / "offices", MANY)
    rows = [row(number) for number in range(MANY)]
    rows[10] = row(10, Aplaza_gebruiker="mies10@kantoor.example")
    rows[20] = row(20, I09="I09000020")
    rows[30] = row(30, Geldig_tot=date(2026, 12, 2), Serienummer="4A910C")
    for number in range(40, 45):
        rows[number] = row(number, I09=None)
    rows[50] = row(50, Geldig_tot=None, Serienummer=None, Aplaza_gebruiker=None)
    project.take(project.sheet(rows))
    return project


@pytest.fixture(scope="module")
def first_plan(many: Project) -> Plan:
    return many.plan()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "offices", 2)


def test_of_120_offices_with_3_differences_the_plan_has_3_changing_orders_and_looks_for_what_was_empty(
    first_plan: Plan,
) -> None:
    entries = first_plan.entries()
    assert len(entries) == 4 * MANY
    changing = [(entry.office, entry.module) for entry in entries if entry.status is Status.CHANGE]
    assert changing == [
        (office(10), "assu.aplaza_user"),
        (office(20), "assu.postbus"),
        (office(30), "assu.certificate"),
    ]
    looks = [(entry.office, entry.module) for entry in entries if entry.status is Status.LOOK]
    assert Counter(looks) == Counter(
        {(office(number), "assu.postbus"): 2 for number in range(40, 45)}
        | {(office(50), "assu.certificate"): 1, (office(50), "assu.aplaza_user"): 1}
    )
    assert Counter(entry.status for entry in entries)[Status.IN_SYNC] == 4 * MANY - 3 - 12
    orders = [order for part in first_plan.offices for order in part.orders]
    changes = [order.office for order in orders if any(line.kind == "do" for line in order.lines)]
    assert changes == [office(10), office(20), office(30)]
    assert len(orders) == 3 + 6


def test_120_statements_never_end_on_one_day_and_those_of_an_office_do(many: Project) -> None:
    ends: dict[date, set[str]] = {}
    with open_session(many.context()) as session:
        known = session.ledger.known([office(number) for number in range(MANY)])
    for name, each in known.items():
        days = {
            stated.fields[""].until for (module, _), stated in each.resources.items() if module != "assu.certificate"
        }
        assert len(days) <= 1
        for day in days:
            assert day is not None
            ends.setdefault(day, set()).add(name)
    assert min(ends) >= date(2027, 10, 22)
    assert max(ends) <= date(2027, 11, 20)
    assert len(ends) >= 25
    assert max(map(len, ends.values())) <= 12


def test_every_cell_is_a_statement_with_file_sheet_row_and_day_and_an_empty_one_stays_unknown(many: Project) -> None:
    stated = many.known(30)["assu.certificate", "kantoor30@certificate.example"]
    assert stated.state == {"serial": "4A910C", "valid_until": date(2026, 12, 2)}
    source = stated.fields["serial"]
    assert (source.kind, source.by, source.until) == ("attested", "Jan Kuiper", date(2026, 12, 2))
    assert source.source == "today.xlsx, sheet Blad1, row 32"
    assert source.at is not None
    assert source.at.date() == date(2026, 11, 20)
    assert [module for module, _ in many.known(40)] == ["assu.aplaza_user", "assu.certificate"]


def test_the_same_file_again_changes_nothing_in_whatever_order_its_rows_stand(project: Project) -> None:
    said = project.take(project.sheet([row(0), row(1)]))
    assert "today.xlsx, sheet Blad1: 2 offices of the inventory, 10 cells that say something, 0 empty." in said
    assert "Recorded: statements on 2 offices (assu.aplaza_user 2, assu.certificate 2, assu.postbus 2)." in said
    before = project.events()
    project.clock.move(days=3)
    assert "Nothing new: all of it was recorded before." in project.take("today.xlsx")
    project.take(project.sheet([row(1), row(0)]))
    assert project.events() == before


def test_a_changed_sheet_states_its_changed_cells_alone(project: Project) -> None:
    project.take(project.sheet([row(0), row(1)]))
    old = project.known(1)["assu.certificate", "kantoor1@certificate.example"].fields
    project.clock.move(days=3)
    said = project.take(project.sheet([row(0), row(1, Geldig_tot=date(2029, 1, 1))]))
    assert "Recorded: statements on 1 office (assu.certificate 1)." in said
    new = project.known(1)["assu.certificate", "kantoor1@certificate.example"]
    assert new.state == {"serial": "4A0001", "valid_until": date(2029, 1, 1)}
    assert new.fields["serial"] == old["serial"]
    assert new.fields["valid_until"].until == date(2029, 1, 1)


def test_a_postbus_that_a_changed_sheet_leaves_out_is_gone_and_back_again_is_there(project: Project) -> None:
    for text, there in (("I09000000; I09500000", 2), ("I09000000", 1), ("geen", 0), ("i09500000,I09000000", 2)):
        project.take(project.sheet([row(0, I09=text), row(1)]))
        states = [stated.state for (module, _), stated in project.known().items() if module == "assu.postbus"]
        assert sum(state is not None for state in states) == there, text
        assert project.all_known().listings["assu.postbus", ""].kind == "attested"


def test_what_a_person_found_out_since_stays_until_the_sheet_is_said_to_be_newer(project: Project) -> None:
    key = ("assu.aplaza_user", "ria0@kantoor.example")
    project.clock.move(days=1)
    with open_session(project.context()) as session, session.ledger.writing() as tx:
        found = Provenance("attested", project.clock(), "Ria van Dalen", date(2027, 11, 1), "W7")
        tx.attest(office(0), *key, None, found)
    project.clock.move(days=1)
    said = project.take(project.sheet([row(0), row(1)]))
    assert (
        "office-000, row 2: assu.aplaza_user ria0@kantoor.example is otherwise by W7 (Ria van Dalen, 2026-11-21)"
        in said
    )
    assert "--date DAY" in said
    assert project.known()[key].state is None
    project.take("today.xlsx", day="2026-11-21")
    assert project.known()[key].state is None
    project.take("today.xlsx", day="22-11-2026")
    assert project.known()[key].state == {"status": "selected"}
    project.clock.move(days=1)
    assert "Nothing new" in project.take("today.xlsx")


def test_what_others_said_counts_against_a_sheet_only_while_it_counts(project: Project) -> None:
    key = ("assu.aplaza_user", "ria0@kantoor.example")
    with open_session(project.context()) as session, session.ledger.writing() as tx:
        tx.attest(office(0), *key, None, Provenance("attested", project.clock(), "Ria", date(2026, 11, 19), "W7"))
    project.take(project.sheet([row(0), row(1)]))
    assert project.known()[key].state == {"status": "selected"}


def test_what_is_known_from_elsewhere_is_not_stated_again(project: Project) -> None:
    email = "kantoor0@certificate.example"
    with open_session(project.context()) as session, session.ledger.writing() as tx:
        state = {"serial": "4A0000", "valid_until": date(2028, 2, 28)}
        by = Provenance("attested", project.clock(), "Ria", date(2028, 2, 28), "W7")
        tx.attest(office(0), "assu.certificate", email, state, by)
    said = project.take(project.sheet([row(0), row(1)]))
    assert "(assu.aplaza_user 2, assu.certificate 1, assu.postbus 2)" in said
    assert project.known()["assu.certificate", email].fields["serial"].source == "W7"


def test_a_sheet_of_an_earlier_day_counts_from_that_day(project: Project) -> None:
    project.take(project.sheet([row(0), row(1)]), day="2026-01-01")
    source = project.known()["assu.aplaza_user", "ria0@kantoor.example"].fields[""]
    assert source.at is not None
    assert source.at.date() == date(2026, 1, 1)
    assert source.until is not None
    assert date(2026, 12, 3) <= source.until <= date(2027, 1, 1)


def test_a_dry_run_prints_what_would_be_recorded_and_records_nothing(project: Project) -> None:
    before = project.events()
    said = project.take(project.sheet([row(0, I09="geen"), row(1)]), dry_run=True, by="")
    assert (
        "office-000, row 2: assu.certificate kantoor0@certificate.example: valid_until 2028-02-28, serial 4A0000, "
        "counts until 2028-02-28" in said
    )
    assert "office-000, row 2: assu.postbus: none, counts until 2027-1" in said
    assert "Nothing was recorded: --dry-run." in said
    assert project.events() == before


def test_with_any_mistake_nothing_is_recorded_and_all_of_them_are_told_by_cell(project: Project) -> None:
    secret = canary("a password that somebody keeps in the sheet")
    bad = row(1, Geldig_tot="31-02-2028", Aplaza_gebruiker="?", Wie=secret)
    allow(project.root / project.sheet([row(0), bad]))
    before = project.events()
    with pytest.raises(SheetRefused) as caught:
        project.take("today.xlsx")
    text = str(caught.value)
    assert "today.xlsx: sheet Blad1, cell D3 (Geldig tot) is no date: 31-02-2028; write year, month and day" in text
    assert "today.xlsx: sheet Blad1, cell G3 (Aplaza-gebruiker) holds `?`: leave it empty where nobody knows" in text
    assert "2 mistakes" in text
    assert "Nothing was recorded." in text
    assert secret not in text
    assert project.events() == before


def test_an_office_that_the_inventory_lacks_is_told_with_the_yaml_to_add(project: Project) -> None:
    rows = [row(0), row(2), row(3, I09=None)]
    said = project.take(project.sheet(rows), write_inventory="offices.yml")
    assert "Not in the sheet, so nothing is known of them by it: office-001." in said
    assert "Not in the inventory, so nothing was recorded of them. To add (2):" in said
    written = yaml.safe_load((project.root / "offices.yml").read_text("utf-8"))
    own = {name: value for name, value in declared(2).items() if name not in ("contact", "connections")}
    assert written["all"]["offices"][office(2)] == own
    assert "postbussen" not in written["all"]["offices"][office(3)]
    assert yaml.safe_dump({"x": own["name"]}).strip()[3:] in said
    settings = project.root / "inregel.yml"
    settings.write_text(settings.read_text().replace("inventory.json", "[inventory.json, offices.yml]"))
    again = project.take("today.xlsx")
    assert "statements on 2 offices" in again
    with pytest.raises(Unwritten, match="is there already"):
        project.take("today.xlsx", write_inventory="offices.yml")


def test_an_id_and_an_address_are_the_same_whatever_their_capitals(project: Project) -> None:
    line = row(0, Kantoor="OFFICE-000", Certificaat_e_mail="Kantoor0@Certificate.Example")
    project.take(project.sheet([[*line[:6], "Ria0@Kantoor.example", ""], row(1)]))
    assert {entry.status for entry in project.plan().entries()} == {Status.IN_SYNC}


def test_a_file_of_ones_own_says_which_column_is_what(project: Project) -> None:
    (project.root / "columns.yml").write_text(
        "sheet: Blad1\ncolumns:\n  id: Nr\n  assu.postbus: {column: Bussen, split: en}\n"
        "  assu.aplaza_user: null\n  assu.certificate: Adres\n  connections.assu.installation: Server\n"
    )
    headers = ["Nr", "Adres", "Geldig tot", "Bussen", "Aplaza-gebruiker", "Server"]
    rows = [[office(0), "kantoor0@certificate.example", "28-2-2028", "I09000000 en I09500000", "?", "rds-1"]]
    said = project.take(project.sheet(rows, headers), map_file="columns.yml")
    assert "(assu.certificate 1, assu.postbus 1)" in said
    assert "Columns that say nothing here: Aplaza-gebruiker." in said


MAPS = {
    "columns: {id: Nr, assu.postbos: I09}": "columns.yml:1:19: `assu.postbos` cannot be imported",
    "columns: {id: Nr}\nshet: x": "columns.yml:2:1: `shet` is not known here",
    "columns: {id: Nummer}": "columns.yml:1:15: today.xlsx has no column `Nummer`",
    "columns: {id: [Nr]}": "the column for `id` is the text above it",
    "columns: [id]": "has to say which columns there are",
}


@pytest.mark.parametrize("text", MAPS)
def test_a_mistake_in_that_file_is_told_by_its_line(project: Project, text: str) -> None:
    (project.root / "columns.yml").write_text(text)
    project.sheet([[office(0)]], ["Nr"])
    with pytest.raises(ConfigError) as caught:
        project.take("today.xlsx", map_file="columns.yml")
    assert MAPS[text] in str(caught.value)


def test_who_says_so_is_asked_and_a_day_is_a_day_that_was(project: Project) -> None:
    project.sheet([row(0), row(1)])
    with pytest.raises(NoName, match="--by NAME"):
        project.take("today.xlsx", by=" ")
    context = project.context()
    context.interactive, context.stdin = True, io.StringIO("Ria van Dalen\n")
    assert import_.offices(context, "today.xlsx") == 0
    assert project.known()["assu.aplaza_user", "ria0@kantoor.example"].fields[""].by == "Ria van Dalen"
    with pytest.raises(WorkError, match="in the future"):
        project.take("today.xlsx", day="2026-11-21")
    with pytest.raises(NoDay, match="such as 2026-11-20"):
        project.take("today.xlsx", day="yesterday")


def test_what_the_sheet_leaves_to_the_inventory_is_taken_from_there(project: Project) -> None:
    headers = [header for header in HEADERS if header != "Certificaat e-mail"] + ["Assu-versie"]
    rows = [[value for value in row(number) if "@certificate" not in str(value)] for number in range(2)]
    project.take(project.sheet([[*rows[0], "1.2628.3.9"], [*rows[1], None]], headers))
    assert project.known()["assu.certificate", "kantoor0@certificate.example"].state is not None
    assert project.known()["assu.version", "rds-0"].state == {"version": "1.2628.3.9"}
    assert not any(module == "assu.version" for module, _ in project.known(1))

"""The reference playbook against the emulated AFAS: from nothing to registered employers, and what comes after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.afas_emulator import hex_canary, xml
from helpers.clock import Clock
from helpers.salary import APP, GROUP, IDS, NUMBER, PLAYBOOK, USER, Salary, archive
from inregel.commands import plan
from inregel.sandbox.afas.state import AppConnector, GetConnector, Token, digest
from inregel.work import AnswersRefused

ORDERS = [
    "AFAS inrichten",
    "Aanmelden als salarisverwerker bij a.s.r.",
    "Bevestiging van a.s.r. afwachten",
    "Oude tokens verwijderen",
    "Werkgevers aanmelden bij a.s.r.",
    "Bevestiging van werkgevers door a.s.r. afwachten",
]


@pytest.fixture
def salary(tmp_path: Path, clock: Clock) -> Iterator[Salary]:
    with Salary(tmp_path, clock).serving() as stage:
        yield stage


@pytest.fixture
def own(tmp_path: Path, clock: Clock) -> Iterator[Salary]:
    with Salary(tmp_path, clock, own=True).serving() as stage:
        yield stage


def in_sync(stage: Salary) -> bool:
    return "Nothing to do: 16 resources in sync." in stage.plan()


def test_without_a_token_of_its_own_people_do_it_all_in_six_orders(salary: Salary) -> None:
    assert salary.all_done() == ORDERS
    assert in_sync(salary)
    assert (len(salary.environment.commands), salary.environment.writes) == (0, 0)


def test_with_one_the_api_does_what_it_can_and_people_do_the_rest_in_the_same_orders(own: Salary) -> None:
    assert own.all_done() == ORDERS
    assert in_sync(own)
    made = own.environment
    assert (len(made.commands), made.groups[GROUP].members, made.users[USER].system) == (3, [USER], True)
    assert made.apps[APP].get_connectors == list(IDS)


def test_once_the_token_is_entered_the_same_playbook_uses_the_api(salary: Salary) -> None:
    salary.all_done()
    salary.enter()
    assert in_sync(salary)
    with salary.afas.change(NUMBER) as environment:
        environment.users[USER].blocked = True
    salary.apply()
    assert salary.environment.users[USER].blocked is False
    assert in_sync(salary)


def handed_out(stage: Salary, title: str) -> str:
    """Applies, and the number of the order with that title."""
    stage.apply()
    with stage.work() as work:
        return next(order.number for order in work.open() if order.order.title == title)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"app": "Andere"}, "the token is of the app connector Andere, and not of Benefits-Plaza"),
        ({"user": "54321.jan"}, f"the token is of the user 54321.jan, and not of {USER}"),
        ({"environment": "O12345AA"}, "the token is of the environment 12345, and not of 54321"),
    ],
)
def test_a_token_of_something_else_is_refused_when_it_is_taken_in(
    salary: Salary, made: dict[str, str], said: str
) -> None:
    number = handed_out(salary, "AFAS inrichten")
    with salary.work() as work:
        answers = salary.act(work, work.show(number))
    data = hex_canary("another token")
    with salary.afas.change(NUMBER) as environment:
        app = environment.apps.setdefault(made.get("app", APP), AppConnector("Andere", GROUP, blocked=False))
        user = made.get("user", USER)
        environment.users.setdefault(user, environment.users[USER])
        environment.users[user].id = user
        environment.groups[GROUP].members.append(user)
        app.tokens.append(Token(digest(data), user, "another", salary.clock()))
        environment.name = made.get("environment", environment.name)
    with salary.work() as work, pytest.raises(AnswersRefused, match=said):
        work.done(number, "Jan Kuiper", {**answers, "token": xml(data)})
    with salary.work() as work:
        assert work.show(number).state == "open"


def test_a_token_is_taken_in_unseen_where_afas_cannot_be_reached_and_looked_at_by_the_next_plan(
    salary: Salary,
) -> None:
    number = handed_out(salary, "AFAS inrichten")
    port, salary.port = salary.port, 9
    with salary.work() as work:
        answers = salary.act(work, work.show(number))
        salary.inventory()
        work.done(number, "Jan Kuiper", answers)
        assert any("without being tried" in remark for remark in work.remarks)
    salary.port = port
    salary.inventory()
    assert "verified" in salary.plan(verbose=True)


def test_the_form_is_typed_with_the_data_alone_and_each_look_at_it_is_recorded(salary: Salary) -> None:
    number = handed_out(salary, "AFAS inrichten")
    with salary.work() as work:
        salary.do(work, work.show(number))
    number = handed_out(salary, ORDERS[1])
    with salary.work() as work:
        text = work.show(number).order.text
        shown = work.reveal(number, "token_zwolle", by="Jan Kuiper", reason="the form of a.s.r.")
    assert digest(shown) == salary.environment.apps[APP].tokens[0].digest
    assert "`<secret token_zwolle>`" in text
    assert shown not in text
    for value in ("De Hanze Advies", "salaris@dehanze.example", NUMBER, "1"):
        assert f"`{value}`" in text


def test_a_rotation_makes_a_new_one_delivers_it_and_only_then_ends_the_old_one(salary: Salary) -> None:
    playbook = (salary.root / PLAYBOOK).read_text("utf-8")
    salary.write(PLAYBOOK, playbook.replace("rotate_after: 300d", "rotate_after: 90d"))
    salary.all_done()
    salary.clock.move(days=91)
    assert salary.all_done()[:4] == [
        "AFAS inrichten",
        "Wijziging als salarisverwerker doorgeven aan a.s.r.",
        "Bevestiging van a.s.r. afwachten",
        "Oude tokens verwijderen",
    ]
    app = salary.environment.apps[APP]
    assert [token.description for token in app.tokens] == [f"{APP} {salary.clock():%Y-%m-%d}"]
    assert in_sync(salary)


def test_a_new_version_of_the_supplier_comes_before_the_old_one_goes(salary: Salary) -> None:
    salary.all_done()
    new = [name.replace("_v2", "_v3") for name in IDS]
    with salary.afas.change(NUMBER) as environment:
        environment.behind |= {name: GetConnector(name, name) for name in new}
    (salary.root / "files/benefits-plaza.zip").write_bytes(archive(*new))
    salary.inventory()
    salary.write(PLAYBOOK, (salary.root / PLAYBOOK).read_text("utf-8").replace("_v2", "_v3"))
    assert salary.all_done() == ["AFAS inrichten", "Connectoren van een app connector afhalen"]
    assert salary.environment.apps[APP].get_connectors == new


def test_an_employer_who_has_not_asked_holds_up_nobody_else(salary: Salary) -> None:
    salary.write("employers/zwolle.csv", "Werkgever;Aangevraagd\nBakkerij Smit;ja\nGarage Bos;nee\n")
    salary.all_done()
    text = " ".join(salary.plan().split())
    assert "the employer has not asked for the coupling at www.asr.nl/salariskoppeling" in text
    assert "15 in sync" in text


def test_a_token_that_stops_working_is_mended_where_the_app_connector_is_blocked(salary: Salary) -> None:
    salary.all_done()
    with salary.afas.change(NUMBER) as environment:
        environment.apps[APP].blocked = True
    number = handed_out(salary, "AFAS inrichten")
    with salary.work() as work:
        assert "AFAS neemt het token dat er is niet aan" in work.show(number).order.text
    with salary.afas.change(NUMBER) as environment:
        environment.apps[APP].blocked = False
    salary.apply()
    with salary.work() as work:
        assert work.show(number).state == "withdrawn"
    assert in_sync(salary)


def test_a_token_that_was_lost_stays_a_line_that_says_who_lost_it(salary: Salary) -> None:
    number = handed_out(salary, "AFAS inrichten")
    line = f"afas.token:{APP}/{USER}"
    with salary.work() as work:
        work.fail(number, "Jan Kuiper", "the window was closed", [line])
    text = " ".join(salary.plan().split())
    assert f"refused by Jan Kuiper: the window was closed ({number})" in text
    with salary.work() as work:
        work.reopen(number, "Jan Kuiper")
    assert salary.all_done() == ORDERS
    assert in_sync(salary)


def test_without_secrets_nothing_is_taken_for_lost(salary: Salary) -> None:
    salary.all_done()
    context = salary.context()
    context.secrets = False
    plan.plan(context, PLAYBOOK)
    text = context.out.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "afas.token " not in text.partition("  ! ")[0]
    assert "asr.payroll_processor" not in text

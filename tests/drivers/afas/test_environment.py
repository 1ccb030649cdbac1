"""The driver against the emulated AFAS, which is strict: what is read, what is changed, and what is read back."""

import asyncio
from typing import Any

import pytest

from helpers.afas_emulator import APP, GROUP, NUMBER, ROWS, USER, furnish, hex_canary
from helpers.afas_wire import driven
from helpers.clock import Clock
from inregel.contract import Driver, Operation, Secret
from inregel.drivers.afas.auth import Classic
from inregel.drivers.afas.http import Budget, opened
from inregel.drivers.afas.places import place
from inregel.drivers.afas.query import Condition, Operator, Question
from inregel.drivers.afas.rest import Rest
from inregel.formats import afas_token
from inregel.sandbox.afas.server import Emulator, serving
from inregel.sandbox.afas.store import Afas

OTHER = f"{NUMBER}.BP"


def test_a_token_says_what_it_is_and_may_do_in_one_call(emulator: Emulator, clock: Clock, data: str) -> None:
    scope = {"afas.app_connector": frozenset([APP]), "afas.connector_access": None, "afas.token": frozenset([APP])}
    view = driven(emulator, clock, lambda driver: driver.read(scope), tokens={APP: Secret("bp", data)})
    found = view["app_connectors"][APP]
    assert (found["state"], found["envid"], found["app_connector"]) == ("working", f"O{NUMBER}AA", APP)
    assert (found["group"], found["user"], found["expires"]) == ("Benefits", USER, "never")
    assert set(found["get_connectors"]) == {"Loonjaar", "ProfitGetConnectoren", "Profit_Users", "Profit_UserGroups"}
    assert found["update_connectors"] == {"KnUser": "Gebruiker"}
    assert len(emulator.calls) == 1


def test_users_groups_and_connectors_are_read_as_they_are(
    emulator: Emulator, clock: Clock, afas: Afas, data: str
) -> None:
    with afas.change(NUMBER) as environment:
        environment.get_connectors["Loonjaar"].blocked = True
    scope = {
        "afas.get_connector": frozenset(["loonjaar", "Gone"]),
        "afas.user": frozenset([USER]),
        "afas.user_group": frozenset([GROUP]),
    }
    view = driven(emulator, clock, lambda driver: driver.read(scope), token=Secret("own", data))
    assert view["get_connectors"] == {"loonjaar": {"description": "Loon per jaar", "blocked": True}}
    assert view["users"][USER]["groups"] == {GROUP, "Everyone"}
    assert view["groups"] == {GROUP: {"description": "Benefits", "users": frozenset({USER})}}
    assert "blocked" not in view
    assert len(emulator.calls) == 4


def test_a_user_is_made_put_into_a_group_blocked_and_retired(
    emulator: Emulator, clock: Clock, afas: Afas, data: str
) -> None:
    steps = [
        ("afas.create_system_user", {"name": "Benefits-Plaza", "connector": True, "email": "bp@office.example"}),
        ("afas.create_group", {"group": "NEW", "group_description": "Nieuw"}),
        ("afas.update_user", {"group": GROUP}),
        ("afas.block_user", {}),
        ("afas.unblock_user", {}),
        ("afas.retire_user", {}),
    ]
    seen = []

    async def work(driver: Driver) -> None:
        for number, (name, arguments) in enumerate(steps):
            operation = Operation(str(number), name, "afas.user", OTHER, {"user": OTHER, **arguments}, {})
            assert (await driver.perform(operation, lambda saved: None)).outcome == "performed", name
            view = await driver.read({"afas.user": frozenset([OTHER])})
            seen.append((view["users"][OTHER]["blocked"], view["users"][OTHER]["groups"] - {"Everyone"}))

    driven(emulator, clock, work, token=Secret("own", data))
    assert seen == [
        (False, set()), (False, {"NEW"}), (False, {"NEW", GROUP}), (True, {"NEW", GROUP}), (False, {"NEW", GROUP}),
        (True, set()),
    ]  # fmt: skip
    environment = afas.get(NUMBER)
    assert environment.users[OTHER].system
    assert environment.users[OTHER].email == "bp@office.example"
    assert environment.writes == len(steps)


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("afas.create_user", {"user": USER, "name": "x"}, f"User '{USER}' already exists"),
        ("afas.update_user", {"user": f"{NUMBER}.gone"}, "The entered value for 'User' does not exist"),
        ("afas.update_user", {"user": USER, "group": "GONE"}, "The entered value for 'User group' does not exist"),
    ],
)
def test_what_afas_cannot_do_is_said_in_its_words(
    emulator: Emulator, clock: Clock, afas: Afas, data: str, name: str, arguments: dict[str, Any], said: str
) -> None:
    async def work(driver: Driver) -> Any:
        return await driver.perform(Operation("1", name, "afas.user", "x", arguments, {}), lambda saved: None)

    receipt = driven(emulator, clock, work, token=Secret("own", data))
    assert receipt.outcome == "unknown"
    assert said in receipt.detail
    assert "(log reference " in receipt.detail
    assert afas.get(NUMBER).writes == 0


# --- rows -----------------------------------------------------------------------------------------------------------


def ids(emulator: Emulator, clock: Clock, data: str, *conditions: Condition) -> list[int]:
    """The rows of a GetConnector for which a condition holds, by their number."""

    async def run() -> list[int]:
        async with serving(emulator) as url, opened(clock.sleep) as http:
            rest = Rest(http, place("x", {"environment": NUMBER, "tier": "production", "url": url}))
            alternatives = tuple((condition,) for condition in conditions)
            who, budget = Classic(afas_token.parse(data)), Budget(clock, 60)
            rows = await rest.rows(who, budget, Question("Loonjaar", ("Medewerker",), alternatives))
            return [row["Medewerker"] for row in rows]

    return asyncio.run(run())


EVERY: dict[Operator, tuple[str, str, int]] = {
    Operator.EQUAL: ("Medewerker", "7", 1),
    Operator.AT_LEAST: ("Medewerker", "248", 3),
    Operator.AT_MOST: ("Medewerker", "3", 3),
    Operator.MORE: ("Medewerker", "248", 2),
    Operator.LESS: ("Medewerker", "3", 2),
    Operator.CONTAINS: ("Naam", "er 00", 9),
    Operator.UNEQUAL: ("Medewerker", "7", ROWS - 1),
    Operator.EMPTY: ("Naam", "", 0),
    Operator.NOT_EMPTY: ("Naam", "", ROWS),
    Operator.BEGINS: ("Naam", "Medewerker 2", 51),
    Operator.CONTAINS_NOT: ("Naam", "er 00", ROWS - 9),
    Operator.BEGINS_NOT: ("Naam", "Medewerker 2", ROWS - 51),
    Operator.ENDS: ("Naam", "50", 3),
    Operator.ENDS_NOT: ("Naam", "50", ROWS - 3),
}


@pytest.mark.parametrize("operator", EVERY)
def test_every_operator_means_what_it_is_called(
    emulator: Emulator, clock: Clock, data: str, operator: Operator
) -> None:
    field, value, count = EVERY[operator]
    assert len(ids(emulator, clock, data, Condition(field, value, operator))) == count


def test_many_names_are_found_each_once_with_queries_that_afas_takes(
    emulator: Emulator, clock: Clock, data: str
) -> None:
    names = [Condition("Naam", f"Medewerker {number:03}") for number in range(1, ROWS + 1)]
    assert sorted(ids(emulator, clock, data, *names)) == list(range(1, ROWS + 1))
    assert 2 < len(emulator.calls) < 8
    assert all(len(call.query) <= 2049 for call in emulator.calls)


def test_a_name_with_a_comma_is_one_name(emulator: Emulator, clock: Clock, afas: Afas, data: str) -> None:
    with afas.change(NUMBER) as environment:
        environment.get_connectors["Loonjaar"].rows[6]["Naam"] = "Jansen, A.; B. & C. = 100%"
    assert ids(emulator, clock, data, Condition("Naam", "Jansen, A.; B. & C. = 100%")) == [7]


# --- refusals -------------------------------------------------------------------------------------------------------


def test_each_refusal_says_what_a_person_has_to_do(emulator: Emulator, clock: Clock, afas: Afas, data: str) -> None:
    scope = {"afas.user": None, "afas.get_connector": None, "afas.token": None}

    async def read(driver: Driver) -> Any:
        return await driver.read(scope)

    with afas.change(NUMBER) as environment:
        environment.apps[APP].get_connectors.remove("Profit_Users")
        environment.get_connectors["ProfitGetConnectoren"].blocked = True
    both = {"token": Secret("own", data), "tokens": {APP: Secret("bp", data)}}
    blocked = driven(emulator, clock, read, **both)["blocked"]
    assert "Profit_Users is not assigned to the app connector" in blocked["afas.user"].remedy
    assert "Unblock it in Profit" in blocked["afas.get_connector"].remedy
    with afas.change(NUMBER) as environment:
        environment.apps[APP].ip_kind, environment.apps[APP].ip_addresses = "allow", ["192.0.2.1"]
    view = driven(emulator, clock, read, **both)
    assert view["app_connectors"][APP]["state"] == "unreadable"
    assert "A rule for IP addresses" in view["app_connectors"][APP]["remedy"]
    assert "A rule for IP addresses" in view["blocked"]["afas.user"].remedy


@pytest.mark.parametrize("what", ["blocked", "group", "deleted"])
def test_a_token_that_no_longer_works_is_refused(
    emulator: Emulator, clock: Clock, afas: Afas, data: str, what: str
) -> None:
    with afas.change(NUMBER) as environment:
        if what == "blocked":
            environment.apps[APP].blocked = True
        elif what == "group":
            environment.groups[GROUP].members.clear()
        else:
            environment.apps[APP].tokens.clear()
    view = driven(emulator, clock, lambda driver: driver.read({"afas.token": None}), tokens={APP: Secret("bp", data)})
    assert view["app_connectors"][APP]["state"] == "refused"


def test_a_token_of_another_environment_does_not_work_here(emulator: Emulator, clock: Clock, afas: Afas) -> None:
    elsewhere = hex_canary("AFAS token of elsewhere")
    furnish(afas, elsewhere, "54321")
    view = driven(
        emulator, clock, lambda driver: driver.read({"afas.token": None}), tokens={APP: Secret("bp", elsewhere)}
    )
    assert view["app_connectors"][APP]["state"] == "refused"

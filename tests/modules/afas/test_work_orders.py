"""The work orders of the salary coupling: the same steps in each language, with every value and no secret in clear."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from helpers.afas_office import APP, GROUP, NUMBER, USER, office, token
from inregel.contract import UNKNOWN, Key, State, Step
from inregel.formats import afas_token
from inregel.ledger.base import LineKind, NewOrder
from inregel.library import Library
from inregel.plan.model import PlannedLine, PlannedOrder
from inregel.plan.texts import render
from inregel.sandbox.clerk import actions

LIBRARY = Library(None)
LANGUAGES = ("nl", "en", "fr")
RIGHT = {"menu": ["Algemeen", "Appconnector"], "rights": [{"name": "Activering", "value": "onderhouden"}]}
THERE: State = {"status": "x"}
Lines = list[tuple[str, Key, str, dict[str, Any]]]

SETUP: Lines = [
    (
        "afas.get_connector",
        "A_v2",
        "afas.import_get_connector",
        {
            "id": "A_v2",
            "file": "f.zip",
            "member": "A.gcn",
            "sha256": "0" * 64,
            "name": "S - A",
            "changed": date(2026, 9, 1),
        },
    ),
    ("afas.get_connector", "B_v2", "afas.unblock_get_connector", {"id": "B_v2"}),
    (
        "afas.user",
        USER,
        "afas.create_system_user",
        {"user": USER, "name": "bp", "email": "a@b.example", "windows": True, "insite": False},
    ),
    ("afas.user", "54321.x", "afas.unblock_user", {"user": "54321.x"}),
    ("afas.user", "54321.y", "afas.update_user", {"user": "54321.y", "email": "new@b.example", "windows": False}),
    ("afas.user_group", GROUP, "afas.create_group", {"group": GROUP, "group_description": "BP", "user": USER}),
    ("afas.user_group", "OTHER", "afas.rename_group", {"group": "OTHER", "group_description": "Ander"}),
    ("afas.user", (GROUP, USER), "afas.update_user", {"user": USER, "group": GROUP}),
    (
        "afas.user",
        ("rights", USER),
        "afas.set_user_rights",
        {"user": USER, "system_user": True, "role": "applicatiebeheerder", "rights": [RIGHT]},
    ),
    (
        "afas.app_connector",
        APP,
        "afas.make_app_connector",
        {
            "description": APP,
            "group": GROUP,
            "group_shown": "BP",
            "authentication": "hybrid",
            "blocked": False,
            "validity": "365",
            "ip_rules": ["192.0.2.0/24"],
            "changed": [],
        },
    ),
    (
        "afas.connector_access",
        (APP, "A_v2"),
        "afas.assign_connector",
        {"app_connector": APP, "name": "A_v2", "kind": "get"},
    ),
    (
        "afas.token",
        (APP, USER),
        "afas.make_token",
        {
            "app_connector": APP,
            "user": USER,
            "environment": NUMBER,
            "renewal": False,
            "name": "BP 2026",
            "refused": True,
        },
    ),
]
REMOVE: Lines = [
    (
        "afas.connector_access",
        (APP, "A_v1"),
        "afas.unassign_connector",
        {"app_connector": APP, "name": "A_v1", "kind": "get"},
    ),
]
LOOK: Lines = [("afas.token", (APP, USER), "afas.look_at_token", {"app_connector": APP, "user": USER})]
OLD: Lines = [
    (
        "afas.old_tokens",
        (APP, USER),
        "afas.delete_old_tokens",
        {"app_connector": APP, "user": USER, "made": date(2026, 11, 20)},
    ),
]
FORM: dict[str, Any] = {
    "company": "De Hanze *Advies*",
    "email": "salaris@dehanze.example",
    "customer": NUMBER,
    "token_version": 1,
    "token": afas_token.parse(token().reveal(), "token_zwolle").data,
    "again": False,
}
REGISTER: Lines = [("asr.payroll_processor", APP, "asr.request_processor", FORM)]
CONFIRM: Lines = [("asr.payroll_processor", APP, "asr.confirm_processor", FORM)]
EMPLOYERS: Lines = [("asr.employer", "Bakkerij Smit", "asr.register_employer", {"employer": "Bakkerij Smit"})]
ORDERS: dict[str, Lines] = {
    "afas/setup": SETUP,
    "afas/remove": REMOVE,
    "afas/token_look": LOOK,
    "afas/old_tokens": OLD,
    "asr/registration": REGISTER,
    "asr/confirmation": CONFIRM,
    "asr/employers": EMPLOYERS,
    "asr/employers_confirmed": EMPLOYERS,
}


def rendered(name: str, language: str, lines: Lines, kind: LineKind = "do") -> NewOrder:
    planned = tuple(
        PlannedLine(module, key, kind, Step(operation, THERE, arguments, order=name), UNKNOWN)
        for module, key, operation, arguments in lines
    )
    order = PlannedOrder("0" * 32, "zwolle", name, "contact", planned, number="W1", person="Jan Kuiper")
    return render(order, office(), language, LIBRARY)


@pytest.mark.parametrize("name", ORDERS)
def test_the_steps_are_the_same_in_each_language(name: str) -> None:
    made = {language: rendered(name, language, ORDERS[name]) for language in LANGUAGES}
    # Yes and no are values too, and stand there in the language of the text.
    words = {"ja": "yes", "oui": "yes", "nee": "no", "non": "no"}
    walks = [
        [(action.label, words.get(action.value, action.value), action.opens) for action in actions(order.text)]
        for order in made.values()
    ]
    assert walks[0] == walks[1] == walks[2]
    assert len({order.title for order in made.values()}) == 3
    assert len({order.text for order in made.values()}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_to_be_typed_stands_in_the_one_order(language: str) -> None:
    text = rendered("afas/setup", language, SETUP).text
    typed = (
        *("f.zip", "BP 2026", "B_v2", USER, "a@b.example", "54321.x", "new@b.example", GROUP, "BP"),
        *("applicatiebeheerder", "onderhouden", APP, "Hybrid", "365", "192.0.2.0/24"),
        *("A_v2", NUMBER),
    )
    assert [value for value in typed if f"`{value}`" not in text] == []
    for menu in (
        "**Uitvoer** > **Beheer** > **Get Connector**",
        "**Autorisatietool**",
        "**Omzetten naar systeemgebruiker**",
    ):
        assert menu in text


@pytest.mark.parametrize("renewal", [False, True])
def test_a_renewal_keeps_the_old_token_and_a_first_one_ends_what_nobody_has(renewal: bool) -> None:
    module, key, operation, arguments = SETUP[-1]
    text = rendered("afas/setup", "nl", [(module, key, operation, {**arguments, "renewal": renewal})]).text
    assert ("Laat het oude token staan" in text) is renewal
    assert ("verwijder het dan" in text) is not renewal


def test_a_sheet_for_the_form_names_the_token_and_never_shows_it() -> None:
    for language in LANGUAGES:
        order = rendered("asr/registration", language, REGISTER)
        assert order.secrets == ("token_zwolle",)
        assert "`<secret token_zwolle>`" in order.text
        assert FORM["token"].reveal() not in order.text
        labels = [action.label for action in actions(order.text) if action.value]
        assert labels == ["Naam van het bedrijf", "E-mailadres", "Versienummer token", "Data token", "Klantnummer AFAS"]


def test_a_change_at_asr_says_that_its_way_is_not_known() -> None:
    again = [("asr.payroll_processor", APP, "asr.request_processor", {**FORM, "again": True})]
    order = rendered("asr/registration", "nl", again)  # type: ignore[arg-type]  # a key may be text
    assert order.title == "Wijziging als salarisverwerker doorgeven aan a.s.r."
    assert "is hier niet bekend" in order.text


def test_a_look_at_old_tokens_changes_nothing() -> None:
    text = rendered("afas/old_tokens", "nl", OLD, "look").text
    assert "u verandert niets" in text
    assert "Verwijderen" not in text


@pytest.mark.parametrize("name", ORDERS)
def test_each_answer_is_described_in_the_language_of_the_text(name: str) -> None:
    schemas = [rendered(name, language, ORDERS[name]).schema["properties"] for language in LANGUAGES]
    for answer in schemas[0]:
        assert len({schema[answer]["description"] for schema in schemas}) == 3

"""The emulated Assu: as strict as the manual of the original."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from helpers.assu import FILE, VERSIONS, wish
from helpers.canary import canary
from inregel.sandbox.assu import Assu, Held, NoInstallation, Portefeuille
from inregel.sandbox.certificates import make_container
from inregel.sandbox.screens import Desk
from inregel.sandbox.windows import NotOnScreen

AT = "rds-1/Van Dalen"
WIZARD = "Beheer > Bedrijfscertificaat inlezen"
APLAZA = "Aplaza instellingen > Algemeen"
COLLECTED = "Ik heb zelf het ABC bestand al opgehaald…"
LINK = "Ik wil…postbus"
NEXT = "Volgende>"


@pytest.fixture
def password() -> str:
    return canary("certificate")


@pytest.fixture
def assu(tmp_path: Path, password: str) -> Assu:
    (tmp_path / "files").mkdir()
    (tmp_path / FILE).write_bytes(make_container(wish(), password))
    made = Assu(tmp_path / "assu.json", tmp_path)
    made.add(portefeuille())
    return made


def portefeuille(version: str = "1.2628.3.16") -> Portefeuille:
    return Portefeuille(
        "rds-1",
        "Van Dalen",
        version,
        certificate=Held("4A910C", date(2026, 12, 18)),
        available=["I09000123", "I09000456"],
        linked=["I09000123"],
        users=["piet@vandalen.example", "ria@vandalen.example"],
    )


def read_in(desk: Desk, password: str) -> None:
    """Up to the data of the certificate."""
    desk.open(WIZARD)
    desk.press(NEXT)
    desk.tick(COLLECTED)
    desk.press(NEXT)
    desk.fill("Bestand", FILE)
    desk.fill("Wachtwoord", password)
    desk.press(NEXT)


@pytest.mark.parametrize("band", ["older", "built_in", "renewal"])
def test_the_wizard_reads_a_certificate_in_and_links_a_postbus(assu: Assu, password: str, band: str) -> None:
    assu.add(portefeuille(VERSIONS[band]))
    desk = Desk(assu, AT)
    read_in(desk, password)
    assert desk.control("Geldig tot").value == "14-11-2028"
    desk.press(NEXT)
    desk.tick(LINK)
    desk.select("Postbus", "I09000456")
    desk.press(NEXT)
    assert desk.control("Postbussen").value == "I09000123, I09000456"
    desk.press(NEXT)
    desk.press("Voltooien")
    after = assu.get(AT)
    assert after.certificate == Held("5D2077", date(2028, 11, 14), "vandalen@certificate.example")
    assert (after.linked, after.imports) == (["I09000123", "I09000456"], 1)


@pytest.mark.parametrize("steps", range(5))
def test_leaving_before_voltooien_changes_nothing(assu: Assu, password: str, steps: int) -> None:
    before = assu.get(AT)
    desk = Desk(assu, AT)
    read_in(desk, password)
    for _ in range(min(steps, 3)):
        desk.press(NEXT)
    desk.press("Annuleren")
    assert assu.get(AT) == before
    assert "Voltooien" not in desk.screen()


@pytest.mark.parametrize(
    ("band", "first", "message"),
    [
        ("older", "Ik wil het certificaat ophalen met de ABC-tool", "De ABC-tool is niet gevonden."),
        ("built_in", "Ik wil het certificaat ophalen met de ABC-tool", "De ABC-tool is niet gevonden."),
        ("renewal", "Ik wil een bestaand certificaat verlengen", ""),
    ],
)
def test_only_the_second_choice_leads_to_the_file(assu: Assu, band: str, first: str, message: str) -> None:
    assu.add(portefeuille(VERSIONS[band]))
    desk = Desk(assu, AT)
    desk.open(WIZARD)
    desk.press(NEXT)
    desk.press(NEXT)
    assert desk.message() == "Maak een keuze."
    desk.tick(first)
    desk.press(NEXT)
    assert desk.message() == message
    with pytest.raises(NotOnScreen):
        desk.fill("Bestand", FILE)


def test_a_wrong_password_a_missing_file_and_another_file_are_told_apart(assu: Assu, password: str) -> None:
    desk = Desk(assu, AT)
    read_in(desk, canary("another"))
    assert desk.message() == "Het wachtwoord is onjuist."
    desk.fill("Bestand", "files/none.abc")
    desk.press(NEXT)
    assert desk.message() == "Het bestand is niet gevonden."
    desk.fill("Bestand", "assu.json")
    desk.press(NEXT)
    assert desk.message() == "Het bestand kan niet worden gelezen."
    desk.fill("Bestand", FILE)
    desk.fill("Wachtwoord", password)
    desk.press(NEXT)
    assert desk.control("Geldig tot").value == "14-11-2028"


def test_without_the_right_there_is_no_wizard(assu: Assu) -> None:
    one = portefeuille()
    one.allowed = False
    assu.add(one)
    desk = Desk(assu, AT)
    assert WIZARD not in desk.screen()
    with pytest.raises(NotOnScreen):
        desk.open(WIZARD)


def test_a_postbus_can_be_chosen_only_after_the_tick_and_only_from_the_list(assu: Assu, password: str) -> None:
    desk = Desk(assu, AT)
    read_in(desk, password)
    desk.press(NEXT)
    with pytest.raises(NotOnScreen):
        desk.select("Postbus", "I09000456")
    desk.tick(LINK)
    with pytest.raises(NotOnScreen, match="I09999999 at Postbus is not on this screen"):
        desk.select("Postbus", "I09999999")


def test_aplaza_can_be_set_while_the_wizard_stays_open(assu: Assu, password: str) -> None:
    desk = Desk(assu, AT)
    read_in(desk, password)
    desk.open(APLAZA)
    assert desk.control("Gebruiker").value == "geen"
    desk.select("Gebruiker", "ria@vandalen.example")
    assert assu.get(AT).aplaza_user == ""
    desk.press("OK")
    assert assu.get(AT).aplaza_user == "ria@vandalen.example"
    assert desk.control("Geldig tot").value == "14-11-2028"


def test_cancelling_aplaza_keeps_the_user(assu: Assu) -> None:
    desk = Desk(assu, AT)
    desk.open(APLAZA)
    desk.select("Gebruiker", "ria@vandalen.example")
    desk.press("Annuleren")
    assert assu.get(AT).aplaza_user == ""


def test_the_screen_is_text_that_shows_no_password(assu: Assu, password: str) -> None:
    desk = Desk(assu, AT)
    desk.open(WIZARD)
    desk.press(NEXT)
    desk.tick(COLLECTED)
    desk.press(NEXT)
    desk.fill("Bestand", FILE)
    desk.fill("Wachtwoord", password)
    assert desk.screen() == (
        "Assu, Van Dalen\n"
        "== Bedrijfscertificaat inlezen: bestand ==\n"
        "Bestand: [files/utrecht.abc]\n"
        "Wachtwoord: [********]\n"
        "Versie: 1.2628.3.16\n"
        "[ Volgende> ] [ Annuleren ]\n"
    )


def test_what_is_in_use_can_be_looked_up_without_the_wizard(assu: Assu) -> None:
    desk = Desk(assu, AT)
    desk.open("Internetopties > Inhoud > Certificaten")
    assert desk.control("Geldig tot").value == "18-12-2026"
    desk.press("Sluiten")


def test_another_process_sees_what_was_done(assu: Assu, tmp_path: Path) -> None:
    assu.select_user(AT, "ria@vandalen.example")
    assert Assu(tmp_path / "assu.json", tmp_path).get(AT).aplaza_user == "ria@vandalen.example"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("assu.json")] == ["assu.json"]


def test_an_unknown_portefeuille_names_those_that_there_are(assu: Assu) -> None:
    with pytest.raises(NoInstallation, match=r"There is no portefeuille rds-9/X in the sandbox\. There are: rds-1/Van"):
        Desk(assu, "rds-9/X")


def test_asking_for_the_pfx_file_is_counted(assu: Assu, password: str) -> None:
    desk = Desk(assu, AT)
    read_in(desk, password)
    for _ in range(3):
        desk.press(NEXT)
    desk.press(".pfx bestand opvragen")
    assert (assu.get(AT).requests, assu.get(AT).imports) == (1, 0)

"""The clerk does the steps of the manual in AFAS, by a text alone. Facts §6."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_emulator import NUMBER, Client, make, running
from helpers.afas_files import gcn, zipped
from helpers.clock import Clock
from inregel.ledger.base import NewOrder, Order
from inregel.sandbox.afas.server import Emulator
from inregel.sandbox.afas.state import Field, GetConnector
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.assu import Assu
from inregel.sandbox.clerk import Clerk, Stuck
from inregel.sandbox.windows import NotOnScreen

STEPS = (
    "Ga naar **AFAS** `12345`.",
    "Open **Algemeen** > **Uitvoer** > **Beheer** > **Get Connector** en kies **Importeren**.",
    "Vul bij **Bestand** in: `connectoren.zip`. Druk op **Importeren**.",
    "Open **Algemeen** > **Beheer** > **Autorisatietool** en kies **Nieuwe gebruikersgroep**.",
    "Vul in: **Code** `BENEFITS`, **Omschrijving** `Benefits`. Kies **Voltooien**.",
    "Kies **Nieuw** en vul in: **Gebruiker** `12345.asr`, **Naam** `a.s.r.`, **Rol** `applicatiebeheerder`.",
    "Kies **Profit Windows** `ja` en **Gebruikersgroep** `BENEFITS`, dan **Voltooien**.",
    "Kies **Gebruiker** `12345.asr`, **Openen**, en dan **Omzetten naar systeemgebruiker**.",
    "Open **Autorisatie** > **Algemeen** > **Beheer** > **Appconnector** > **Tabbladen**.",
    "Kies **Activering** `onderhouden`, **Gebruikerstokens** `onderhouden`, **Getconnectoren** `onderhouden`.",
    "Kies **OK**.",
    "Open **Algemeen** > **Beheer** > **App Connector**, kies **Nieuw** en vul in: **Omschrijving** `Benefits-Plaza`.",
    "Kies **Gebruikersgroep** `BENEFITS`, dan **Voltooien**.",
    "Kies **App Connector** `Benefits-Plaza`, **Openen**, **Algemeen**, **Geblokkeerd** `nee`, **OK**.",
    "Kies **Getconnectoren**, **Nieuw**, **Getconnector** `Loonjaar`, **Voltooien**.",
    "Kies **Gebruikerstoken**, **Nieuw**, **Gebruiker** `12345.asr`, **Omschrijving token** `a.s.r.`, **Voltooien**.",
    "Neem over: **Versienummer token**, **Data token** en **Klantnummer**.",
)


def order(*steps: str, **asked: str) -> Order:
    text = "".join(f"{i}. {step}\n" for i, step in enumerate(steps, 1))
    schema: dict[str, Any] = {"properties": {name: {"title": title} for name, title in asked.items()}}
    new = NewOrder("van-dalen", "1", "afas/koppeling", "beheer", "Ria", "Koppeling", "nl", text, schema, ())
    return Order("W1", new, "open", datetime(2026, 11, 20, tzinfo=UTC), "0" * 64)


@pytest.fixture
def empty(clock: Clock) -> Afas:
    """An environment in which nothing was done yet."""
    afas = Afas(clock, make=make)
    afas.add(NUMBER, "O12345AA")
    behind = GetConnector("Loonjaar", "Loon per jaar", [Field("Naam")], [{"Naam": "Piet"}])
    afas.get(NUMBER).behind["Loonjaar"] = behind
    return afas


def follow(afas: Afas | None, folder: Path, asked: Order) -> dict[str, Any]:
    clerk = Clerk(None, Assu(folder / "assu.json", folder))  # type: ignore[arg-type]  # no secret is revealed
    return (clerk.also_in(afas) if afas else clerk).follow(asked)


def test_s6_the_steps_of_the_manual_lead_to_a_token_that_reads_the_connector(empty: Afas, tmp_path: Path) -> None:
    (tmp_path / "connectoren.zip").write_bytes(zipped({"Loonjaar.gcn": gcn()}))
    asked = order(*STEPS, version="Versienummer token", data="Data token", number="Klantnummer")
    answers = follow(empty, tmp_path, asked)
    assert (answers["version"], answers["number"]) == ("1", NUMBER)
    with running(Emulator(empty)) as port:
        client = Client(port, answers["data"])
        assert client.get("/connectors/Loonjaar").rows == [{"Naam": "Piet"}]
        assert client.get("/metainfo").json()["info"]["group"] == f"Benefits ({NUMBER}.asr)"


def test_s6_without_the_step_that_the_manual_forgets_the_token_does_not_work(empty: Afas, tmp_path: Path) -> None:
    (tmp_path / "connectoren.zip").write_bytes(zipped({"Loonjaar.gcn": gcn()}))
    steps = [step.replace("**Algemeen**, **Geblokkeerd** `nee`, **OK**", "**Algemeen**") for step in STEPS]
    data = follow(empty, tmp_path, order(*steps, data="Data token"))["data"]
    with running(Emulator(empty)) as port:
        assert Client(port, data).get("/metainfo").status == 401


def test_a_box_that_stands_as_the_order_says_is_left_alone(empty: Afas, tmp_path: Path) -> None:
    (tmp_path / "connectoren.zip").write_bytes(zipped({"Loonjaar.gcn": gcn()}))
    follow(empty, tmp_path, order(*STEPS))
    for value, blocked in (("nee", False), ("ja", True), ("ja", True), ("nee", False)):
        app = "**App Connector** `Benefits-Plaza`, **Openen**, **Algemeen**"
        menu = "Open **Algemeen** > **Beheer** > **App Connector**."
        follow(empty, tmp_path, order(STEPS[0], menu, f"Kies {app}, **Geblokkeerd** `{value}`, **OK**."))
        assert empty.get(NUMBER).apps["Benefits-Plaza"].blocked == blocked


def test_the_environment_may_be_given_by_its_name(empty: Afas, tmp_path: Path) -> None:
    asked = order("Ga naar **AFAS** `O12345AA`.", "Neem over: **Klantnummer**.", number="Klantnummer")
    assert follow(empty, tmp_path, asked) == {"number": NUMBER}


def test_the_clerk_is_stuck_where_afas_complains_or_is_not_there(empty: Afas, tmp_path: Path) -> None:
    with pytest.raises(Stuck, match="AFAS says: Het bestand is niet gevonden"):
        follow(empty, tmp_path, order(*STEPS[:3]))
    with pytest.raises(Stuck, match="there is no AFAS 54321 here"):
        follow(empty, tmp_path, order("Ga naar **AFAS** `54321`."))
    with pytest.raises(Stuck, match="there is no AFAS 12345 here"):
        follow(None, tmp_path, order(STEPS[0]))
    with pytest.raises(NotOnScreen):
        follow(empty, tmp_path, order(STEPS[0], "Kies **Nieuw**."))

"""The emulated screens in a browser: forms and buttons, on this computer only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from helpers.assu import FILE, wish
from helpers.canary import canary
from helpers.clock import Clock
from inregel.sandbox.afas.example import furnish
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.assu import Assu, Portefeuille
from inregel.sandbox.certificates import make_container
from inregel.sandbox.pages import serving

AT = "rds-1/Van <Dalen>"


@pytest.fixture
def password() -> str:
    return canary("certificate")


@pytest.fixture
def assu(tmp_path: Path, password: str) -> Assu:
    (tmp_path / "files").mkdir()
    (tmp_path / FILE).write_bytes(make_container(wish(), password))
    made = Assu(tmp_path / "assu.json", tmp_path)
    users = ["piet@vandalen.example", "ria@vandalen.example"]
    made.add(Portefeuille("rds-1", "Van <Dalen>", "1.2628.3.16", available=["I09000123"], users=users))
    return made


class Browser:
    """What a person does with a page: press one of its buttons, with what was typed."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self.page = ""

    async def visit(self, path: str, host: str = "") -> int:
        headers = {"Host": host} if host else {}
        async with self._session.get(self._address + path, headers=headers) as response:
            self.page = await response.text()
            if response.ok:
                assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
            return response.status

    async def send(self, **fields: str) -> int:
        word = re.search(r'name="word" value="([^"]+)"', self.page)
        assert word
        data = {"at": AT, "word": word[1], **fields}
        async with self._session.post(self._address + "desk", data=data) as response:
            self.page = await response.text()
            return response.status

    def text(self) -> str:
        return unescape(re.sub(r"<[^>]+>", " ", self.page))


def browse(assu: Assu, visit: Callable[[Browser], Awaitable[None]], afas: Afas | None = None) -> None:
    async def run() -> None:
        async with serving(assu, afas=afas) as address, aiohttp.ClientSession() as session:
            assert address.startswith("http://127.0.0.1:")
            await visit(Browser(session, address))

    asyncio.run(run())


def test_a_person_can_do_the_whole_wizard_by_hand(assu: Assu, password: str) -> None:
    async def visit(browser: Browser) -> None:
        await browser.visit("")
        assert "rds-1/Van &lt;Dalen&gt;" in browser.page
        await browser.visit("desk?at=rds-1%2FVan%20%3CDalen%3E")
        await browser.send(kind="open", label="Beheer > Bedrijfscertificaat inlezen")
        await browser.send(kind="button", label="Volgende>")
        await browser.send(kind="option", label="Ik heb zelf het ABC bestand al opgehaald bij Solera")
        await browser.send(kind="button", label="Volgende>")
        typed = {"field Bestand": FILE, "field Wachtwoord": password}
        await browser.send(kind="button", label="Volgende>", **typed)
        assert "Geldig tot  14-11-2028" in browser.text()
        await browser.send(kind="button", label="Volgende>")
        await browser.send(kind="tick", label="Ik wil het certificaat koppelen aan een postbus")
        await browser.send(kind="choice", label="Postbus", value="I09000123")
        await browser.send(kind="button", label="Volgende>")
        await browser.send(kind="button", label="Volgende>")
        await browser.send(kind="button", label="Voltooien")

    browse(assu, visit)
    after = assu.get(AT)
    assert (after.imports, after.linked) == (1, ["I09000123"])


def test_a_password_that_was_typed_is_not_in_the_next_page(assu: Assu, password: str) -> None:
    async def visit(browser: Browser) -> None:
        await browser.visit("desk?at=rds-1%2FVan%20%3CDalen%3E")
        await browser.send(kind="open", label="Beheer > Bedrijfscertificaat inlezen")
        await browser.send(kind="button", label="Volgende>")
        await browser.send(kind="option", label="Ik heb zelf het ABC bestand al opgehaald bij Solera")
        await browser.send(kind="button", label="Volgende>")
        await browser.send(kind="button", label="Volgende>", **{"field Wachtwoord": password, "field Bestand": "none"})
        assert "Het bestand is niet gevonden." in browser.text()
        assert password not in browser.page

    browse(assu, visit)


def test_a_page_of_a_stranger_changes_nothing(assu: Assu) -> None:
    async def visit(browser: Browser) -> None:
        await browser.visit("desk?at=rds-1%2FVan%20%3CDalen%3E")
        assert await browser.send(word="guessed", kind="open", label="Aplaza instellingen > Algemeen") == 403

    browse(assu, visit)


def test_another_name_for_this_computer_is_refused(assu: Assu) -> None:
    async def visit(browser: Browser) -> None:
        assert await browser.visit("", host="stranger.example") == 421

    browse(assu, visit)


def test_what_is_not_on_the_screen_and_who_is_not_there_are_told(assu: Assu) -> None:
    async def visit(browser: Browser) -> None:
        await browser.visit("desk?at=rds-1%2FVan%20%3CDalen%3E")
        assert await browser.send(kind="button", label="Voltooien") == 409
        assert await browser.visit("desk?at=nobody") == 404
        assert browser.page == f"There is no portefeuille nobody in the sandbox. There are: {AT}."

    browse(assu, visit)


def test_a_person_can_make_a_token_in_afas_by_hand(assu: Assu, clock: Clock) -> None:
    afas = Afas(clock)
    furnish(afas, 1)

    async def visit(browser: Browser) -> None:
        await browser.visit("")
        assert "AFAS 10001" in browser.page
        await browser.visit("desk?at=AFAS%2010001")
        at = {"at": "AFAS 10001"}
        await browser.send(**at, kind="open", label="Algemeen > Beheer > App Connector")
        await browser.send(**at, kind="choice", label="App Connector", value="Beheer")
        await browser.send(**at, kind="button", label="Openen")
        await browser.send(**at, kind="button", label="Gebruikerstoken")
        await browser.send(**at, kind="button", label="Nieuw")
        await browser.send(**at, kind="choice", label="Gebruiker", value="10001.beheer")
        await browser.send(**at, kind="button", label="Voltooien", **{"field Omschrijving token": "beheer"})
        assert re.search(r"Data token +[0-9A-F]{64}", browser.text())
        await browser.send(**at, kind="button", label="Sluiten")
        assert re.search("[0-9A-F]{64}", browser.text()) is None
        assert await browser.visit("desk?at=AFAS%2054321") == 404
        assert browser.page == "There is no AFAS environment 54321 in the sandbox. There are: 10001."

    browse(assu, visit, afas)
    assert [token.description for token in afas.get("10001").apps["Beheer"].tokens] == ["beheer"]

"""Offices that speak French or English: orders are done from their text alone, and a page is in one language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.example import Stage
from helpers.season import CERTIFICATE, Season, held
from inregel.commands import secret, work
from inregel.sandbox.certificates import Wish, make_container

Kind = TypeVar("Kind", bound=Stage)
LANGUAGES = ("fr", "en")
IMPORT = {"fr": "Importer le certificat d'entreprise", "en": "Import the company certificate"}
CHECK = {"fr": "Vérifier le certificat d'entreprise", "en": "Check the company certificate"}


def speaking(stage: Kind, language: str) -> Kind:
    """The same, and all offices of the example have this language."""
    path = stage.root / "inventory.yml"
    text = path.read_text("utf-8")
    assert "vars: {language: nl}" in text
    path.write_text(text.replace("language: nl", f"language: {language}"), "utf-8")
    return stage


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clerk_does_the_orders_of_the_example_in_the_language_of_the_offices(
    tmp_path: Path, clock: Clock, language: str
) -> None:
    stage = speaking(Stage(tmp_path / "example", clock), language)
    stage.mend()
    titles = []
    for _ in range(6):
        stage.apply()
        for number in stage.orders():
            with stage.work() as work:
                order = work.show(number).order
            assert order.language == language
            titles.append(order.title)
            assert stage.do(number).result == "done"
    assert (titles.count(IMPORT[language]), titles.count(CHECK[language])) == (3, 1)
    assert stage.plan()[1].splitlines()[-1] == "Nothing to do: 11 resources in sync."
    assert stage.imports() == {"rds-1": 1, "rds-2": 1, "rds-3": 1}
    assert [one.asr for one in stage.example.assu] == ["", "7C31E9", ""]


def season(tmp_path: Path, clock: Clock, language: str, tasks: str) -> Season:
    return speaking(Season(tmp_path / "example", clock, tasks), language)


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("fr", ["Récupérer le certificat d'entreprise", IMPORT["fr"]]),
        ("en", ["Collect the company certificate", IMPORT["en"]]),
    ],
)
def test_a_certificate_is_collected_and_then_read_in(
    tmp_path: Path, clock: Clock, language: str, titles: list[str]
) -> None:
    stage = season(tmp_path, clock, language, "    - name: C\n" + CERTIFICATE)
    password = canary("old")
    secret.set_(stage.context(), "assu_pfx_utrecht", read=password.encode)
    ends = datetime.combine(date(2026, 12, 18), time(12), UTC)
    wish = Wish(0x4A910C, "vandalen@certificate.example", "Van Dalen", ends - timedelta(days=800), ends)
    (stage.root / "files/utrecht.abc").write_bytes(make_container(wish, password))
    assert stage.all_done() == titles
    assert stage.one.certificate == held("4A910D", date(2028, 12, 17))


RENEW = """    - assu.certificate:
        route: renew
        bcc_code: "{{ secret('bcc_utrecht') }}"
        email: vandalen@certificate.example
"""


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "Prolonger le certificat d'entreprise"), ("en", "Renew the company certificate")],
)
def test_the_wizard_renews(tmp_path: Path, clock: Clock, language: str, title: str) -> None:
    stage = season(tmp_path, clock, language, RENEW)
    allow(stage.root / "sandbox/assu.json")
    code = canary("bcc")
    secret.set_(stage.context(), "bcc_utrecht", read=code.encode)
    stage.put(bcc=code)
    assert stage.all_done() == [title]
    assert stage.one.certificate == held("4A910D", date(2028, 12, 17))


OTHERS = f"""    - name: C
{CERTIFICATE}        kind: new
    - asr.certificate: {{kind: new}}
    - assu.version: {{at_least: "1.2632.1"}}
    - assu.administrator:
        email: vandalen@certificate.example
        name: Ria van Dalen
        people: {{Ria van Dalen: {{until: "2026-12-11", successor: Piet de Wit}}}}
"""


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        (
            "fr",
            {
                IMPORT["fr"],
                "Demander une nouvelle version d'Assu",
                "Changer l'administrateur du certificat d'entreprise",
            },
        ),
        (
            "en",
            {
                IMPORT["en"],
                "Ask for a new version of Assu",
                "Change the administrator of the company certificate",
            },
        ),
    ],
)
def test_the_hand_in_the_ticket_and_the_form_for_another_administrator(
    tmp_path: Path, clock: Clock, language: str, titles: set[str]
) -> None:
    stage = season(tmp_path, clock, language, OTHERS)
    stage.put(administrator="Ria van Dalen")
    assert set(stage.all_done()) == titles
    assert (stage.one.asr, stage.one.requests, stage.one.administrator) == ("5D2077", 1, "Piet de Wit")
    assert stage.one.tickets == ["Graag de nieuwste update van Assu op rds-1"]


# --- on paper -------------------------------------------------------------------------------------------------------

DUTCH = re.compile(
    r"\b(antwoord|bij|een|gedaan|het|kantoor|kies|klik|kijk|lukt|niet|noteer|nummer|opdracht|staat|uw|voor|wordt)\b",
    re.IGNORECASE,
)
SCREEN = re.compile(r"<strong>.*?</strong>|<code.*?</code>|<th scope=.row.>.*?</th>|<style>.*?</style>", re.DOTALL)
"""What stands there as the screen has it, and what no reader sees."""


def page(stage: Stage) -> str:
    """W1 and what else was handed out, as a page to print."""
    work.show(stage.context(), everything=True, out="orders.html")
    return (stage.root / "orders.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_to_print_is_in_one_language_but_for_the_labels_of_the_screen(
    tmp_path: Path, clock: Clock, language: str
) -> None:
    stage = speaking(Stage(tmp_path / "example", clock), language)
    stage.apply()
    shown = page(stage)
    assert set(re.findall(r'lang="(\w+)"', shown)) == {language}
    assert IMPORT[language].replace("'", "&#x27;") in shown
    assert "<strong>Volgende&gt;</strong>" in shown
    words = re.sub(r"<[^>]+>", " ", SCREEN.sub(" ", shown))
    assert DUTCH.findall(words) == []
    assert "<script" not in shown


def test_the_dutch_page_has_the_words_that_are_looked_for(tmp_path: Path, clock: Clock) -> None:
    stage = Stage(tmp_path / "example", clock)
    stage.apply()
    words = re.sub(r"<[^>]+>", " ", SCREEN.sub(" ", page(stage)))
    assert len({word.lower() for word in DUTCH.findall(words)}) > 12

"""The wizard's work order, as the clerk can follow it: for every version and every mixture of lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from helpers.assu import EMAIL, VERSIONS, World, change, office, order
from inregel.contract import AtLeast, Step, Unknown
from inregel.ledger.base import LineKind, NewOrder, Order
from inregel.plan.texts import render
from inregel.sandbox.assu import Assu, Held, Portefeuille
from inregel.sandbox.clerk import Clerk, Stuck

AT = "rds-1/Van Dalen"
RIA = "ria@vandalen.example"
KINDS: tuple[LineKind | None, ...] = (None, "look", "do")
BANDS = ("older", "built_in", "renewal")


@dataclass
class Door:
    """What of `inregel.work` the clerk needs to follow a text: secrets by name."""

    world: World
    revealed: list[str]

    def reveal(self, number: str, name: str, by: str, reason: str) -> str:
        assert (by, number) == ("Ria van Dalen", "W1")
        assert reason
        self.revealed.append(name)
        return self.world.secret.reveal()


@dataclass
class Scene:
    """An office, its emulated Assu and a clerk."""

    world: World
    assu: Assu
    version: str

    def step(self, module: str, key: str, state: Any, args: dict[str, Any]) -> Step:
        made = self.world.module(module).steps(
            change(module, key, state, args, office(self.version), before=Unknown.UNKNOWN), self.world.inputs()
        )
        assert isinstance(made, list)
        (only,) = made
        assert isinstance(only, Step)
        return only

    def text(
        self,
        certificate: LineKind | None = None,
        postbus: LineKind | None = None,
        aplaza: LineKind | None = None,
        **changes: Any,
    ) -> NewOrder:
        """The order of these lines; a postbus has the file of the certificate with it."""
        lines: list[tuple[str, str, LineKind, Step]] = []
        args = self.world.args(**changes)
        if certificate:
            after = {"serial": "5D2077", "valid_until": AtLeast(1)}
            lines.append(("assu.certificate", EMAIL, certificate, self.step("assu.certificate", EMAIL, after, args)))
        if postbus:
            more = {"numbers": ["I09000456"], "file": args["file"], "password": args["password"]}
            step = self.step("assu.postbus", "I09000456", {"status": "linked"}, more)
            lines.append(("assu.postbus", "I09000456", postbus, step))
        if aplaza:
            step = self.step("assu.aplaza_user", RIA, {"status": "selected"}, {"user": RIA})
            lines.append(("assu.aplaza_user", RIA, aplaza, step))
        where = office(self.version)
        return render(order(where, lines), where, "nl", self.world.library)

    def follow(self, new: NewOrder, **how: Any) -> tuple[dict[str, Any], list[str]]:
        """The clerk's answers, and the names of the secrets that were revealed."""
        door = Door(self.world, [])
        clerk = Clerk(door, self.assu, **how)  # type: ignore[arg-type]  # a door with the one method that it uses
        return clerk.follow(Order("W1", new, "open", datetime(2026, 11, 20, tzinfo=UTC), "0" * 64)), door.revealed


def scene(folder: Path, band: str) -> Scene:
    world = World(folder)
    assu = Assu(folder / "assu.json", folder)
    assu.add(
        Portefeuille(
            "rds-1",
            "Van Dalen",
            VERSIONS[band],
            certificate=Held("4A910C", date(2026, 12, 18)),
            available=["I09000123", "I09000456"],
            linked=["I09000123"],
            users=["piet@vandalen.example", RIA],
            aplaza_user="piet@vandalen.example",
        )
    )
    return Scene(world, assu, VERSIONS[band])


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize(
    ("certificate", "postbus", "aplaza"),
    [mixture for mixture in product(KINDS, KINDS, (*KINDS, "look_then_do")) if any(mixture)],
)
def test_every_mixture_of_lines_can_be_followed_by_its_text_alone(
    tmp_path: Path, band: str, certificate: LineKind | None, postbus: LineKind | None, aplaza: LineKind | None
) -> None:
    at = scene(tmp_path, band)
    answers, revealed = at.follow(at.text(certificate, postbus, aplaza))
    after = at.assu.get(AT)
    imported = "do" in (certificate, postbus)
    assert after.imports == int(imported)
    assert after.certificate is not None
    assert after.certificate.serial == ("5D2077" if imported else "4A910C")
    linked = ["I09000123", "I09000456"] if postbus == "do" else ["I09000123"]
    assert after.linked == linked
    user = RIA if aplaza in ("do", "look_then_do") else "piet@vandalen.example"
    assert after.aplaza_user == user
    expected: dict[str, Any] = {"assu_version": at.version}
    if certificate:
        expected["valid_until"] = "2028-11-14" if certificate == "do" else "2026-12-18"
    if postbus:
        expected["postbussen"] = linked
    if aplaza:
        expected["aplaza_user"] = user
    assert answers == expected
    assert revealed == (["assu_pfx_utrecht"] if imported or postbus else [])


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ({"certificate": "do", "postbus": "do"}, "Bedrijfscertificaat inlezen"),
        ({"postbus": "do", "aplaza": "look"}, "Postbus koppelen aan het bedrijfscertificaat"),
        ({"certificate": "look", "postbus": "do"}, "Postbus koppelen aan het bedrijfscertificaat"),
        ({"certificate": "look", "aplaza": "look_then_do"}, "Bedrijfscertificaat controleren"),
        ({"postbus": "look"}, "Bedrijfscertificaat controleren"),
        ({"aplaza": "look"}, "Aplaza-gebruiker controleren"),
        ({"aplaza": "do"}, "Aplaza-gebruiker instellen"),
    ],
)
def test_the_title_says_what_it_is_about(tmp_path: Path, lines: dict[str, Any], title: str) -> None:
    assert scene(tmp_path, "renewal").text(**lines).title == title


def test_an_order_that_only_looks_says_so_and_a_check_of_the_aplaza_user_names_no_file(tmp_path: Path) -> None:
    at = scene(tmp_path, "renewal")
    text = at.text(aplaza="look").text
    assert "U verandert niets" in text or "u verandert niets" in text
    assert ".abc" not in text
    assert "secret" not in text
    assert at.text(aplaza="look").secrets == ()


def test_the_password_stands_there_by_name_alone(tmp_path: Path) -> None:
    at = scene(tmp_path, "renewal")
    made = at.text("do", "do", "do")
    assert "`<secret assu_pfx_utrecht>`" in made.text
    assert made.secrets == ("assu_pfx_utrecht",)
    assert at.world.secret.reveal() not in repr(made)


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize(("kind", "asked"), [("new", 1), ("renewal", 0)])
def test_the_pfx_file_is_asked_for_only_where_the_certificate_is_new_and_before_the_end(
    tmp_path: Path, band: str, kind: str, asked: int
) -> None:
    at = scene(tmp_path, band)
    made = at.text("do", kind=kind)
    at.follow(made)
    assert at.assu.get(AT).requests == asked
    if asked:
        assert made.text.index(".pfx bestand opvragen") < made.text.index("**Voltooien**")


@pytest.mark.parametrize("band", BANDS)
def test_the_aplaza_user_is_looked_at_before_the_end_also_where_it_is_in_sync(tmp_path: Path, band: str) -> None:
    text = scene(tmp_path, band).text("do").text
    assert text.index("**Aplaza instellingen** > **Algemeen**") < text.index("**Voltooien**")


def test_only_the_oldest_band_says_that_the_tool_is_not_built_in(tmp_path: Path) -> None:
    for band in BANDS:
        folder = tmp_path / band
        folder.mkdir()
        text = scene(folder, band).text("do").text
        assert ("zit de ABC-tool niet ingebouwd" in text) is (band == "older")
        assert ("de tweede keuze" in text) is (band != "renewal")


def test_another_version_on_the_screen_stops_the_clerk(tmp_path: Path) -> None:
    at = scene(tmp_path, "renewal")
    made = at.text("do")
    one = at.assu.get(AT)
    one.version = "1.2628.3.14"
    at.assu.add(one)
    with pytest.raises(Stuck, match=r"^Versie: the order says 1\.2628\.3\.16, the screen 1\.2628\.3\.14$"):
        at.follow(made)
    assert at.assu.get(AT).imports == 0


def test_another_certificate_in_the_file_stops_an_honest_clerk(tmp_path: Path) -> None:
    at = scene(tmp_path, "renewal")
    made = at.text("do")
    at.world.wish(valid_until=datetime(2029, 1, 2, 12, tzinfo=UTC))
    with pytest.raises(Stuck, match=r"^Geldig tot: the order says 14-11-2028, the screen 02-01-2029$"):
        at.follow(made)
    assert at.assu.get(AT).imports == 0


def test_what_is_asked_is_what_the_lines_are_about(tmp_path: Path) -> None:
    at = scene(tmp_path, "renewal")
    assert list(at.text(aplaza="do").schema["properties"]) == ["assu_version", "aplaza_user"]
    assert list(at.text("do", "do", "do").schema["properties"]) == [
        "assu_version",
        "valid_until",
        "postbussen",
        "aplaza_user",
    ]


def test_values_of_one_office_alone_stand_in_its_order(tmp_path: Path) -> None:
    text = scene(tmp_path, "built_in").text("do", "do", "do").text
    for word in ("rds-1", "Van Dalen", "1.2628.3.15", "files/utrecht.abc", "14-11-2028", "I09000456", RIA):
        assert f"`{word}`" in text
    for word in ("1.2628.3.16", "I09000123", "None", "{{", "{%"):
        assert word not in text

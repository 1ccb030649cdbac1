"""Facts §6 (the steps of the manual) and §8 (what only a person can do): the screens of AFAS."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helpers.afas_emulator import APP, NUMBER, USER, Client
from helpers.afas_files import gcn, zipped
from helpers.clock import Clock
from inregel.sandbox.afas.auth import TOKEN
from inregel.sandbox.afas.desk import Desk
from inregel.sandbox.afas.state import AppConnector, Environment
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.windows import NotOnScreen

CONNECTORS = "Algemeen > Uitvoer > Beheer > Get Connector"
USERS = "Algemeen > Beheer > Autorisatietool"
APPS = "Algemeen > Beheer > App Connector"
TABS = "Autorisatie > Algemeen > Beheer > Appconnector > Tabbladen"
NEW = f"{NUMBER}.asr"


@pytest.fixture
def desk(afas: Afas, tmp_path: Path) -> Desk:
    return Desk(afas, NUMBER, tmp_path)


def at_app(desk: Desk, tab: str) -> Desk:
    desk.open(APPS)
    desk.select("App Connector", APP)
    desk.press("Openen")
    desk.press(tab)
    return desk


def shown(desk: Desk, label: str) -> str:
    return desk.control(label).value


def test_s6_the_number_stands_at_the_top_of_each_screen(desk: Desk) -> None:
    for path in ("", CONNECTORS, USERS, APPS):
        if path:
            desk.open(path)
        assert desk.screen().splitlines()[0] == "AFAS, O12345AA"
        assert f"Klantnummer: {NUMBER}" in desk.screen()


def test_a_label_that_is_not_on_the_screen_is_told_with_the_screen(desk: Desk) -> None:
    desk.open(APPS)
    with pytest.raises(NotOnScreen, match="Openen is not on this screen") as caught:
        desk.press("Openen")
    assert "App Connector: [geen] (Benefits-Plaza)" in str(caught.value)


# --- GetConnectors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["file", "zip", "folder"])
def test_s6_1_definitions_are_imported_from_a_file_a_zip_or_a_folder(
    desk: Desk, environment: Environment, tmp_path: Path, form: str
) -> None:
    if form == "file":
        (tmp_path / "in").write_bytes(gcn("VND_Een"))
    elif form == "zip":
        (tmp_path / "in").write_bytes(zipped({"VND_Een.gcn": gcn("VND_Een"), "leesmij.txt": b"-"}))
    else:
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "VND_Een.gcn").write_bytes(gcn("VND_Een"))
    desk.open(CONNECTORS)
    desk.press("Importeren")
    desk.fill("Bestand", "in")
    desk.press("Importeren")
    assert (desk.message(), shown(desk, "Resultaat")) == ("", "VND_Een: geimporteerd")
    assert "VND_Een" in environment.get_connectors
    desk.press("Sluiten")
    assert "VND_Een" in shown(desk, "Get Connectoren").split(", ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "Het bestand is niet gevonden."),
        (b"text", "cannot be imported"),
        (zipped({"leesmij.txt": b"-"}), "er staat geen .gcn-bestand in"),
        (zipped({"a.gcn": gcn("A")})[:-40], "cannot be imported"),
    ],
)
def test_s6_1_what_is_no_definition_is_complained_about(
    desk: Desk, environment: Environment, tmp_path: Path, data: bytes | None, message: str
) -> None:
    if data is not None:
        (tmp_path / "in").write_bytes(data)
    desk.open(CONNECTORS)
    desk.press("Importeren")
    desk.fill("Bestand", "in")
    desk.press("Importeren")
    assert message in desk.message()
    assert environment.imports == 0


def test_s6_1_one_bad_file_of_a_zip_imports_none(desk: Desk, environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(zipped({"a.gcn": gcn("A"), "b.gcn": b"-"}))
    desk.open(CONNECTORS)
    desk.press("Importeren")
    desk.fill("Bestand", "in")
    desk.press("Importeren")
    assert "b.gcn cannot be imported" in desk.message()
    assert environment.imports == 0


def test_s8_a_blocked_get_connector_is_unblocked_here(desk: Desk, client: Client, environment: Environment) -> None:
    environment.get_connectors["Loonjaar"].blocked = True
    desk.open(CONNECTORS)
    desk.select("Get Connector", "Loonjaar")
    assert shown(desk, "Geblokkeerd") == "ja"
    desk.press("Deblokkeren")
    assert shown(desk, "Geblokkeerd") == "nee"
    assert client.get("/connectors/Loonjaar").status == 200
    with pytest.raises(NotOnScreen):
        desk.press("Deblokkeren")


def test_a_definition_that_is_deleted_is_assigned_no_longer(desk: Desk, environment: Environment) -> None:
    desk.open(CONNECTORS)
    desk.select("Get Connector", "Loonjaar")
    desk.press("Verwijderen")
    assert "Loonjaar" not in environment.get_connectors
    assert "Loonjaar" not in environment.apps[APP].get_connectors


# --- users ----------------------------------------------------------------------------------------------------------


def make_user(desk: Desk) -> None:
    desk.open(USERS)
    desk.press("Nieuw")
    desk.fill("Gebruiker", NEW)
    desk.fill("Naam", "a.s.r.")
    desk.fill("E-mailadres", "asr@kantoor.example")
    desk.select("Rol", "applicatiebeheerder")
    desk.tick("Profit Windows")
    desk.select("Gebruikersgroep", "BENEFITS")
    desk.press("Voltooien")


def test_s6_2_a_user_is_made_with_role_group_and_profit_windows(desk: Desk, environment: Environment) -> None:
    make_user(desk)
    user = environment.users[NEW]
    assert (user.name, user.roles, user.windows, user.insite) == ("a.s.r.", ["applicatiebeheerder"], True, False)
    assert NEW in environment.groups["BENEFITS"].members


def test_s6_2_the_action_that_makes_a_system_user_is_gone_where_there_is_nothing_to_do(
    desk: Desk, environment: Environment
) -> None:
    make_user(desk)
    desk.select("Gebruiker", NEW)
    desk.press("Openen")
    desk.press("Omzetten naar systeemgebruiker")
    assert (shown(desk, "Systeemgebruiker"), environment.users[NEW].system) == ("ja", True)
    with pytest.raises(NotOnScreen):
        desk.press("Omzetten naar systeemgebruiker")


def test_s6_2_menu_rights_are_given_in_the_window_of_a_user(desk: Desk, environment: Environment) -> None:
    with pytest.raises(NotOnScreen):
        desk.open(TABS)
    make_user(desk)
    desk.select("Gebruiker", NEW)
    desk.press("Openen")
    desk.open(TABS)
    for name in ("Activering", "Gebruikerstokens", "Getconnectoren"):
        desk.select(name, "onderhouden")
    desk.press("OK")
    assert environment.users[NEW].rights == {
        f"{TABS} > {name}": "onderhouden" for name in ("Activering", "Gebruikerstokens", "Getconnectoren")
    }


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("asr", "a.s.r.", "beginnen met 12345."),
        (USER, "Nog een", "bestaat al"),
        (NEW, "", "Vul een naam in"),
    ],
)
def test_a_user_that_cannot_be_is_complained_about(
    desk: Desk, environment: Environment, code: str, name: str, message: str
) -> None:
    desk.open(USERS)
    desk.press("Nieuw")
    desk.fill("Gebruiker", code)
    desk.fill("Naam", name)
    desk.press("Voltooien")
    assert message in desk.message()
    assert list(environment.users) == [USER]


def test_what_is_changed_in_the_window_of_a_user_is_kept_by_ok_alone(desk: Desk, environment: Environment) -> None:
    for last in ("Annuleren", "OK"):
        desk.open(USERS)
        desk.select("Gebruiker", USER)
        desk.press("Openen")
        desk.tick("Geblokkeerd")
        desk.press(last)
        assert environment.users[USER].blocked == (last == "OK")


def test_a_group_is_made_and_a_user_put_in_and_out(desk: Desk, environment: Environment) -> None:
    desk.open(USERS)
    desk.press("Nieuwe gebruikersgroep")
    desk.fill("Code", "NIEUW")
    desk.fill("Omschrijving", "Nieuwe groep")
    desk.press("Voltooien")
    desk.select("Gebruiker", USER)
    desk.press("Openen")
    desk.select("Gebruikersgroep", "NIEUW")
    desk.press("Toevoegen aan groep")
    assert shown(desk, "Gebruikersgroepen") == "BENEFITS, NIEUW"
    desk.press("Verwijderen uit groep")
    assert environment.groups["NIEUW"].members == []


# --- app connectors -------------------------------------------------------------------------------------------------


def make_app(desk: Desk) -> None:
    desk.open(APPS)
    desk.press("Nieuw")
    desk.fill("Omschrijving", "Tweede")
    desk.select("Gebruikersgroep", "BENEFITS")
    desk.press("Voltooien")
    desk.select("App Connector", "Tweede")
    desk.press("Openen")


def test_s6_3_a_new_app_connector_is_blocked_until_that_is_unticked(desk: Desk, environment: Environment) -> None:
    make_app(desk)
    desk.press("Algemeen")
    assert desk.control("Geblokkeerd").line() == "[x] Geblokkeerd"
    assert environment.apps["Tweede"].blocked
    desk.tick("Geblokkeerd")
    assert environment.apps["Tweede"].blocked
    desk.press("OK")
    assert not environment.apps["Tweede"].blocked


def test_s6_3_a_token_is_shown_once_and_works(desk: Desk, client: Client, app: AppConnector) -> None:
    at_app(desk, "Gebruikerstoken")
    desk.press("Nieuw")
    desk.select("Gebruiker", USER)
    desk.fill("Omschrijving token", "tweede")
    desk.press("Voltooien")
    match = TOKEN.fullmatch(shown(desk, "Gebruikerstoken"))
    assert match
    assert (shown(desk, "Versienummer token"), shown(desk, "Data token")) == ("1", match[2])
    client.token = match[2]
    assert client.get("/metainfo").status == 200
    desk.press("Sluiten")
    assert match[2] not in desk.screen()
    desk.select("Token", "tweede")
    assert (match[2] in desk.screen(), shown(desk, "Gebruiker")) == (False, USER)
    assert (shown(desk, "Laatst gebruikt"), shown(desk, "Geldig tot")) == ("2026-11-20", "01-09-2027")
    desk.press("Verwijderen")
    assert client.get("/metainfo").status == 401
    assert [token.description for token in app.tokens] == ["eerste"]


def test_s2_the_description_of_a_token_is_unique_on_the_screen_too(desk: Desk, app: AppConnector) -> None:
    at_app(desk, "Gebruikerstoken")
    desk.press("Nieuw")
    desk.select("Gebruiker", USER)
    desk.fill("Omschrijving token", "eerste")
    desk.press("Voltooien")
    assert (desk.message(), len(app.tokens)) == ("De omschrijving bestaat al.", 1)


def test_s2_only_users_of_the_group_get_a_token(desk: Desk, environment: Environment) -> None:
    make_user(desk)
    environment.groups["BENEFITS"].members.remove(NEW)
    at_app(desk, "Gebruikerstoken").press("Nieuw")
    assert desk.control("Gebruiker").options == (USER,)


def test_s0_1_after_august_2027_no_token_is_made(desk: Desk, clock: Clock, app: AppConnector) -> None:
    clock.move(days=365)
    at_app(desk, "Gebruikerstoken").press("Nieuw")
    desk.select("Gebruiker", USER)
    desk.fill("Omschrijving token", "te laat")
    desk.press("Voltooien")
    assert ("geen gebruikerstokens meer" in desk.message(), len(app.tokens)) == (True, 1)


def test_s2_the_validity_counts_for_tokens_that_are_made_afterwards(desk: Desk, app: AppConnector) -> None:
    at_app(desk, "Algemeen").fill("Geldigheid nieuwe tokens (dagen)", "0")
    desk.press("OK")
    assert (desk.message(), app.validity_days) == ("De geldigheid is geen aantal dagen.", None)
    desk.fill("Geldigheid nieuwe tokens (dagen)", "90")
    desk.press("OK")
    assert (app.validity_days, app.tokens[0].expires) == (90, None)


def test_s6_4_getconnectoren_are_assigned_and_taken_away(desk: Desk, client: Client, environment: Environment) -> None:
    def told() -> list[str]:
        return [each["id"] for each in client.get("/metainfo").json()["getConnectors"]]

    at_app(desk, "Getconnectoren").select("Getconnector", "Loonjaar")
    desk.press("Verwijderen")
    assert "Loonjaar" not in told()
    desk.press("Nieuw")
    assert desk.control("Getconnector").options == ("Loonjaar",)
    desk.press("Voltooien")
    assert desk.message() == "Maak een keuze."
    desk.select("Getconnector", "Loonjaar")
    desk.press("Voltooien")
    assert told()[-1] == "Loonjaar"
    assert shown(desk, "Toegewezen getconnectoren").endswith("Loonjaar")


def test_s8_updateconnectors_and_services_are_assigned_too(desk: Desk, client: Client, app: AppConnector) -> None:
    at_app(desk, "Updateconnectoren").press("Nieuw")
    desk.select("Updateconnector", "KnSubject")
    desk.press("Voltooien")
    assert app.update_connectors == ["KnUser", "KnSubject"]
    desk.press("Connectors")
    desk.tick("ProfitVersion")
    desk.tick("AFAS Remote Cmd")
    desk.press("OK")
    assert client.get("/profitversion").status == 200
    assert app.remote


def test_s8_ip_rules_are_set_here(desk: Desk, client: Client, app: AppConnector) -> None:
    at_app(desk, "IP-restricties").fill("IP-adres", "kantoor")
    desk.press("Toevoegen")
    assert desk.message() == "Dit IP-adres is ongeldig of staat er al."
    desk.fill("IP-adres", "127.0.0.1")
    desk.press("Toevoegen")
    desk.select("Soort", "uitsluiten")
    desk.press("OK")
    assert (app.ip_kind, client.get("/metainfo").status) == ("exclude", 403)
    desk.select("Adres", "127.0.0.1")
    desk.press("Verwijderen")
    assert client.get("/metainfo").status == 200


def test_s8_the_keys_of_a_one_time_password_are_read_here(
    desk: Desk, environment: Environment, app: AppConnector
) -> None:
    at_app(desk, "Activering")
    assert (shown(desk, "API-sleutel"), shown(desk, "Omgevingssleutel")) == (app.api_key, environment.key)


def test_s2_from_profit_9_classic_becomes_hybrid_and_oauth_and_never_goes_back(
    desk: Desk, environment: Environment, app: AppConnector
) -> None:
    assert at_app(desk, "Algemeen").control("Authenticatietype").options == ("Classic token", "Hybrid", "OAuth")
    desk.select("Authenticatietype", "Hybrid")
    desk.press("OK")
    assert (app.authentication, len(app.get_connectors)) == ("hybrid", 4)
    assert at_app(desk, "Algemeen").control("Authenticatietype").options == ("Hybrid", "OAuth")
    environment.profit = 8
    assert at_app(desk, "Algemeen").control("Authenticatietype").options == ("Hybrid",)


def test_s2_a_client_secret_is_shown_once_and_works(
    desk: Desk, client: Client, app: AppConnector, tmp_path: Path
) -> None:
    assert [each.label for each in at_app(desk, "OAuth").controls() if each.kind == "field"] == []
    app.authentication = "hybrid"
    desk.select("Gebruiker", USER)
    desk.press("OK")
    desk.press("Nieuw client secret")
    secret = shown(desk, "Client secret")
    desk.press("Sluiten")
    assert secret not in desk.screen()
    form = {"grant_type": "client_credentials", "client_id": shown(desk, "Client-id"), "client_secret": secret}
    client.token = ""
    assert client.form("/oauth/token", form).status == 200


def test_s2_a_certificate_is_added_from_a_file(desk: Desk, app: AppConnector, tmp_path: Path) -> None:
    app.authentication, app.client_id = "oauth", "klant"
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "text.pem").write_bytes(b"text")
    for name, message in (
        ("none.pem", "Het bestand is niet gevonden."),
        ("text.pem", "Het bestand is geen certificaat en geen publieke sleutel."),
        ("key.pem", ""),
    ):
        at_app(desk, "OAuth").fill("Bestand", name)
        desk.press("Certificaat toevoegen")
        assert desk.message() == message
    assert len(app.keys) == 1


def test_s6_2_a_user_with_rights_sees_the_tabs_that_the_rights_are_for(
    afas: Afas, environment: Environment, tmp_path: Path
) -> None:
    desk = Desk(afas, NUMBER, tmp_path, USER)
    with pytest.raises(NotOnScreen):
        at_app(desk, "Getconnectoren")
    environment.users[USER].rights = {f"{TABS} > Getconnectoren": "onderhouden", f"{TABS} > Activering": "raadplegen"}
    at_app(desk, "Getconnectoren")
    with pytest.raises(NotOnScreen):
        at_app(desk, "Activering")
    environment.users[USER].roles = ["applicatiebeheerder"]
    at_app(desk, "Activering")


def test_an_app_connector_that_is_deleted_takes_its_tokens_along(desk: Desk, client: Client) -> None:
    desk.open(APPS)
    desk.select("App Connector", APP)
    desk.press("Verwijderen")
    assert client.get("/metainfo").status == 401


def test_s3_1_the_mailbox_shows_one_time_passwords_the_newest_first(
    desk: Desk, client: Client, environment: Environment, app: AppConnector
) -> None:
    keys = {"apiKey": app.api_key, "apiToken": environment.key, "userId": USER}
    for _ in range(12):
        client.send("POST", "/OtpRequest", keys)
    desk.open("Postvak > Postvak IN")
    assert shown(desk, "Bericht 1 aan koppeling@kantoor.example") == environment.mails[11].text
    assert [each.label for each in desk.controls() if each.label.startswith("Bericht")][-1][:10] == "Bericht 10"

"""What a renewal season brings to one office, from the first plan to "Nothing to do", done by the clerk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.example import SITE, Stage
from helpers.season import CERTIFICATE, Season, held
from inregel.cli import main
from inregel.commands import plan, secret
from inregel.commands.session import open_session
from inregel.contract import Provenance
from inregel.errors import InregelError
from inregel.sandbox.certificates import Wish, make_container
from inregel.sandbox.clerk import Clerk, Help
from inregel.speech import speech_in
from inregel.work import AnswersRefused, WorkError


def season(tmp_path: Path, clock: Clock, tasks: str = "    - name: C\n" + CERTIFICATE) -> Season:
    return Season(tmp_path / "example", clock, tasks)


VERSION = '    - assu.version: {at_least: "1.2628.3.16"}\n'


def test_a_version_that_nobody_knows_is_read_at_the_bottom_of_the_window(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock, VERSION)
    assert "? assu.version         rds-1: unknown, look" in stage.plan()[1]
    assert stage.all_done() == ["Versie van Assu opzoeken"]
    assert stage.last() == "Nothing to do: 1 resources in sync."
    assert stage.one.tickets == []


def test_a_version_that_is_too_old_gives_the_ticket_and_then_the_word_to_correct_the_inventory(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock, VERSION)
    stage.version("1.2628.3.9")
    assert stage.all_done() == ["Versie van Assu opzoeken", "Nieuwe versie van Assu aanvragen"]
    assert stage.one.tickets == ["Graag de nieuwste update van Assu op rds-1"]
    text = stage.plan()[1]
    told = 'the window said 1.2632.1, and the inventory has version "1.2628.3.9": write "1.2632.1" there'
    assert told in " ".join(text.split())
    stage.version("1.2632.1", "1.2628.3.9")
    assert stage.last() == "Nothing to do: 1 resources in sync."


def test_an_office_without_a_certificate_hands_its_first_one_in_at_asr_in_the_same_walk(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock, "    - name: C\n" + CERTIFICATE + "    - asr.certificate: {}\n")
    stage.put(certificate=None)
    forget(stage)
    assert stage.all_done() == ["Bedrijfscertificaat controleren", "Bedrijfscertificaat inlezen"]
    assert (stage.one.asr, stage.one.requests, stage.one.imports) == ("5D2077", 1, 1)
    assert stage.last() == "Nothing to do: 2 resources in sync."


def test_a_renewal_gives_nothing_at_asr(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock, "    - name: C\n" + CERTIFICATE + "    - asr.certificate: {}\n")
    assert stage.all_done() == ["Bedrijfscertificaat inlezen"]
    assert (stage.one.asr, stage.one.requests) == ("", 0)
    assert stage.last() == "Nothing to do: 1 resources in sync."


def old_file(stage: Season, serial: int = 0x4A910C, until: date = date(2026, 12, 18)) -> str:
    """The file that Assu has now: nothing newer was collected."""
    password = canary("old")
    put_file(stage, "vandalen@certificate.example", serial, until, password)
    return password


def put_file(stage: Season, email: str, serial: int, until: date, password: str) -> None:
    """Another certificate in the file of utrecht."""
    ends = datetime.combine(until, time(12), UTC)
    wish = Wish(serial, email, "Van Dalen Assurantiën", ends - timedelta(days=800), ends)
    secret.set_(stage.context(), "assu_pfx_utrecht", read=password.encode)
    (stage.root / "files/utrecht.abc").write_bytes(make_container(wish, password))


def forget(stage: Season) -> None:
    """Nobody has said anything about the certificate of utrecht, which has another address now."""
    playbook = stage.root / "playbooks/site.yml"
    playbook.write_text(playbook.read_text("utf-8").replace("vandalen@", "nieuw@"), "utf-8")
    put_file(stage, "nieuw@certificate.example", 0x5D2077, date(2028, 11, 14), canary("first"))


def test_a_task_that_declares_nothing_can_be_remarked_upon(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock, '    - assu.postbus: {numbers: [], ems: ["0123456"]}\n')
    assert "! assu.postbus: EMS postbus 0123456 and no I09 number: messages of TIME do not come" in stage.plan()[1]


# --- the file is the old one ----------------------------------------------------------------------------------------


def test_where_the_file_is_the_old_one_a_new_one_is_collected_stored_encrypted_and_then_read_in(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock)
    old = old_file(stage)
    text = stage.plan()[1]
    assert "valid_until        2026-12-18 -> at least 45 days" in text
    assert "W1 Bedrijfscertificaat ophalen, for Ria van Dalen, nl." in text
    assert "files/utrecht.abc is valid until 2026-12-18: 28 days; a new one is to be collected" in text
    assert stage.all_done() == ["Bedrijfscertificaat ophalen", "Bedrijfscertificaat inlezen"]
    assert stage.one.certificate == held("4A910D", date(2028, 12, 17))
    assert stage.one.imports == 1
    assert stage.last() == "Nothing to do: 1 resources in sync."
    data = (stage.root / "files/utrecht.abc").read_bytes()
    assert data.startswith(b"$ANSIBLE_VAULT;")
    with stage.desk() as work, pytest.raises(InregelError):
        work.reveal("W1", "assu_pfx_utrecht", "Ria", "to see")
    assert old not in stage.plan()[1]


def collected(stage: Season) -> tuple[str, dict[str, Any]]:
    """The order to collect, and what the clerk would answer."""
    stage.apply()
    (number,) = stage.orders()
    with stage.desk() as work:
        clerk = Clerk(work, stage.example.assu, help=Help(stage.made_up))
        return number, clerk.follow(work.show(number))


def refused(stage: Season, number: str, answers: dict[str, Any]) -> list[str]:
    """Why answers are refused; nothing is stored then."""
    before = (stage.root / "files/utrecht.abc").read_bytes(), (stage.root / "secrets.yml").read_bytes()
    with stage.desk() as work, pytest.raises(AnswersRefused) as caught:
        work.done(number, "Ria van Dalen", answers)
    after = (stage.root / "files/utrecht.abc").read_bytes(), (stage.root / "secrets.yml").read_bytes()
    assert (before, stage.orders()) == (after, [number])
    return [text.removeprefix("assu.certificate:vandalen@certificate.example: ") for text in caught.value.problems]


def test_what_was_collected_is_tried_at_once_and_refused_in_these_words(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    old = old_file(stage)
    number, answers = collected(stage)
    name = Path(answers["abc"]).name
    other = "the ABC-tool is 4.1.2, and what 4.1.2 collects cannot be used: revoke it and collect it with 4.1.3"
    assert refused(stage, number, {**answers, "abc_tool": "4.1.2"}) == [other]
    wrong = f"{name} is sound, and the password that was answered does not open it"
    assert refused(stage, number, {**answers, "abc_password": canary("another")}) == [wrong]
    same = "utrecht.abc holds the same certificate as before: collect the new one"
    assert refused(stage, number, {**answers, "abc": "files/utrecht.abc", "abc_password": old}) == [same]
    assert refused(stage, number, {**answers, "abc": "inventory.yml"}) == [
        "inventory.yml is not a PKCS#12 file but a text file"
    ]
    password = canary("of another")
    wish = Wish(1, "dehanze@certificate.example", "De Hanze", clock(), clock() + timedelta(days=700))
    (stage.root / "other.abc").write_bytes(make_container(wish, password))
    theirs = "other.abc is the certificate of dehanze@certificate.example, not of vandalen@certificate.example"
    assert refused(stage, number, {**answers, "abc": "other.abc", "abc_password": password}) == [theirs]
    short = replace(wish, email="vandalen@certificate.example", valid_until=clock() + timedelta(days=40))
    (stage.root / "other.abc").write_bytes(make_container(short, password))
    ends = "other.abc is valid until 2026-12-30, and asked is at least until 2027-01-04"
    assert refused(stage, number, {**answers, "abc": "other.abc", "abc_password": password}) == [ends]


def test_why_it_is_refused_is_in_the_language_of_the_reader(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    old_file(stage)
    number, answers = collected(stage)
    with stage.desk() as work, pytest.raises(AnswersRefused) as caught:
        work.done(number, "Ria van Dalen", {**answers, "abc": "inventory.yml", "abc_tool": "4.1.2"})
    told = speech_in("nl").error(caught.value)
    tool = "de ABC-tool is 4.1.2, en wat 4.1.2 ophaalt is onbruikbaar: trek het in en haal het op met 4.1.3"
    assert f"assu.certificate:vandalen@certificate.example: {tool}\n" in told
    assert "inventory.yml is geen PKCS#12-bestand, maar een tekstbestand\n" in told


def test_a_plan_with_an_old_file_and_a_wrong_password_is_in_the_language_of_the_reader(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock)
    old_file(stage)
    old = in_dutch(stage)
    assert "files/utrecht.abc is geldig tot en met 2026-12-18: nog 28 dag(en); er moet een nieuw opgehaald" in old
    secret.set_(stage.context(), "assu_pfx_utrecht", read=canary("another").encode)
    wrong = in_dutch(stage)
    assert "geheim assu_pfx_utrecht opent files/utrecht.abc niet (een gaaf PKCS#12-bestand)" in wrong
    english = (" is valid until ", " is to be collected", " does not open ")
    assert [each for each in english if each in old + wrong] == []


def in_dutch(stage: Season) -> str:
    """The plan, on one line."""
    context = stage.context()
    main(["--language", "nl", "plan", SITE], context)
    return " ".join(context.out.getvalue().split())  # type: ignore[attr-defined]  # a StringIO


def test_a_file_that_is_not_there_is_said_so_and_nothing_is_recorded(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    old_file(stage)
    number, answers = collected(stage)
    with stage.desk() as work, pytest.raises(WorkError, match=r"^The file none\.abc cannot be read: No such file"):
        work.done(number, "Ria van Dalen", {**answers, "abc": "none.abc"})
    assert stage.orders() == [number]


def test_one_that_is_wrong_is_not_stored_even_where_the_person_insists(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    old_file(stage)
    number, answers = collected(stage)
    before = (stage.root / "files/utrecht.abc").read_bytes()
    with stage.desk() as work:
        work.done(number, "Ria van Dalen", {**answers, "abc_password": canary("another")}, found=True)
    assert (stage.root / "files/utrecht.abc").read_bytes() == before
    assert "W2 Bedrijfscertificaat ophalen" in stage.plan()[1]


def test_without_a_store_the_password_is_kept_in_the_ledger_under_the_name_that_the_task_uses(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock)
    old_file(stage)
    number, answers = collected(stage)
    settings = stage.root / "inregel.yml"
    text = settings.read_text("utf-8")
    settings.write_text("\n".join(line for line in text.splitlines() if not line.startswith("secrets:")), "utf-8")
    with stage.desk() as work:
        work.done(number, "Ria van Dalen", answers)
    assert "serial             4A910C -> 4A910D" in stage.plan()[1]


def test_a_file_that_is_old_is_looked_at_first_where_nobody_knows_what_assu_has(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    stage.put(certificate=held("4A910C", date(2026, 12, 18)))
    forget(stage)
    put_file(stage, "nieuw@certificate.example", 0x4A910C, date(2026, 12, 18), canary("old too"))
    stage.apply()
    (number,) = stage.orders()
    assert stage.done(number)[1] == "Bedrijfscertificaat controleren"
    assert "W2 Bedrijfscertificaat ophalen" in stage.plan()[1]


# --- the route renew ------------------------------------------------------------------------------------------------

RENEW = """    - name: C
      assu.certificate:
        route: renew
        bcc_code: "{{ secret('bcc_utrecht') }}"
        email: vandalen@certificate.example
        administrator: Ria van Dalen
"""


def renewing(tmp_path: Path, clock: Clock) -> Season:
    stage = season(tmp_path, clock, RENEW)
    allow(stage.root / "sandbox/assu.json")
    code = canary("bcc")
    secret.set_(stage.context(), "bcc_utrecht", read=code.encode)
    stage.put(bcc=code)
    return stage


def test_the_wizard_renews_without_a_file_and_what_it_shows_is_attested(tmp_path: Path, clock: Clock) -> None:
    stage = renewing(tmp_path, clock)
    assert "valid_until        2026-12-18 -> at least 45 days" in stage.plan()[1]
    assert stage.all_done() == ["Bedrijfscertificaat verlengen"]
    assert stage.one.certificate == held("4A910D", date(2028, 12, 17))
    assert stage.last() == "Nothing to do: 1 resources in sync."
    assert "valid_until" in stage.plan(verbose=True)[1]


def test_a_later_file_of_that_certificate_is_not_read_in_again(tmp_path: Path, clock: Clock) -> None:
    stage = renewing(tmp_path, clock)
    stage.all_done()
    put_file(stage, "vandalen@certificate.example", 0x4A910D, date(2028, 12, 17), canary("later"))
    stage.play("    - name: C\n" + CERTIFICATE)
    assert stage.last() == "Nothing to do: 1 resources in sync."
    put_file(stage, "vandalen@certificate.example", 0x4A910E, date(2028, 12, 30), canary("another one"))
    assert "serial             renewed -> 4A910E" in stage.plan()[1]


def test_the_date_after_renewing_must_be_later_than_asked(tmp_path: Path, clock: Clock) -> None:
    stage = renewing(tmp_path, clock)
    stage.apply()
    with stage.desk() as work, pytest.raises(AnswersRefused) as caught:
        answers = {"assu_version": "1.2628.3.16", "valid_until": "2026-12-18"}
        work.done("W1", "Ria van Dalen", answers)
    assert caught.value.problems == (
        "assu.certificate:vandalen@certificate.example: "
        "valid_until was to be at least 45 days, and the answer says 2026-12-18.",
    )


# --- somebody leaves ------------------------------------------------------------------------------------------------

LEAVES = """    - assu.administrator:
        email: vandalen@certificate.example
        name: Ria van Dalen
        people: "{{ people }}"
"""


def leaver(tmp_path: Path, clock: Clock, people: str) -> Season:
    stage = season(tmp_path, clock, LEAVES)
    stage.inventory("    renew_before: 45d\n", f"    renew_before: 45d\n    people: {people}\n")
    stage.put(administrator="Ria van Dalen")
    return stage


@pytest.mark.parametrize(("until", "form"), [("2026-12-20", True), ("2026-12-21", False), ("2026-10-01", True)])
def test_from_30_days_before_the_holder_of_the_code_leaves_the_form_is_sent(
    tmp_path: Path, clock: Clock, until: str, form: bool
) -> None:
    stage = leaver(tmp_path, clock, f'{{Ria van Dalen: {{until: "{until}", successor: Piet de Wit}}}}')
    title = "wijzigen" if form else "opzoeken"
    assert stage.all_done() == [f"Beheerder van het bedrijfscertificaat {title}"]
    assert stage.one.administrator == ("Piet de Wit" if form else "Ria van Dalen")
    assert stage.last() == "Nothing to do: 1 resources in sync."


def test_a_leaver_without_a_successor_blocks_and_says_what_to_write(tmp_path: Path, clock: Clock) -> None:
    stage = leaver(tmp_path, clock, '{Ria van Dalen: {until: "2026-12-01"}}')
    text = " ".join(stage.plan()[1].split())
    assert "Ria van Dalen leaves on 2026-12-01 and holds the BCC code, and no successor is named" in text
    assert "people: {Ria van Dalen: {until: 2026-12-01, successor: NAME}}" in text


def test_a_day_passes_and_the_form_is_asked(tmp_path: Path, clock: Clock) -> None:
    stage = leaver(tmp_path, clock, '{Ria van Dalen: {until: "2026-12-21", successor: Piet de Wit}}')
    stage.all_done()
    clock.move(days=1)
    assert "+" not in stage.plan()[1]
    assert "Ria van Dalen -> Piet de Wit" in stage.plan()[1]
    assert stage.all_done() == ["Beheerder van het bedrijfscertificaat wijzigen"]


# --- without secrets, and beside others -----------------------------------------------------------------------------


def test_a_plan_without_secrets_tells_when_a_certificate_ends_and_cannot_be_applied(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock)
    stage.all_done()
    clock.move(days=700)
    text = ""
    for by in ("date", "office"):
        context = replace(stage.context(), secrets=False, environ={"COLUMNS": "110"})
        plan.plan(context, "playbooks/site.yml", by=by)
        text += context.out.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "2028-11-14  in 25 d  assu.certificate    valid_until ends: utrecht" in text
    assert "x assu.certificate     vandalen@certificate.example" in text


def test_a_wrong_password_blocks_its_office_and_not_the_others(tmp_path: Path, clock: Clock) -> None:
    stage = Stage(tmp_path / "example", clock)
    stage.apply()
    assert len(stage.orders()) == 1
    playbook = stage.root / "playbooks/site.yml"
    playbook.write_text(playbook.read_text("utf-8").replace('[1, 10, "50%"]', "[3]"), "utf-8")
    stage.apply()
    with stage.work() as work:
        assert [order.order.office for order in work.open()] == ["utrecht", "hoorn"]
    text = " ".join(stage.plan()[1].split())
    assert text.count("does not open files/zwolle.abc") == 1


# --- new, and only in part ------------------------------------------------------------------------------------------

BOTH = f"""    - name: C
{CERTIFICATE}    - asr.certificate: {{file: files/utrecht.abc, password: "{{{{ secret('assu_pfx_utrecht') }}}}"}}
"""


def nothing_there(tmp_path: Path, clock: Clock) -> Season:
    """An office of which somebody has said that it has no certificate."""
    stage = season(tmp_path, clock, BOTH)
    stage.put(certificate=None)
    forget(stage)
    stage.apply()
    (number,) = stage.orders()
    assert stage.done(number)[1] == "Bedrijfscertificaat controleren"
    return stage


def test_a_hand_in_that_was_not_done_comes_back_alone_and_reads_nothing_in_again(tmp_path: Path, clock: Clock) -> None:
    stage = nothing_there(tmp_path, clock)
    stage.apply()
    (number,) = stage.orders()
    outcome, _ = stage.done(number)
    assert outcome.result == "done"
    stage.put(asr="")
    with open_session(stage.context()) as session, session.ledger.writing() as tx:
        said = Provenance("attested", stage.now(), "a.s.r.")
        tx.attest("utrecht", "asr.certificate", "nieuw@certificate.example", None, said)
    assert "+ asr.certificate" in stage.plan()[1]
    assert stage.all_done() == ["Bedrijfscertificaat inlezen bij a.s.r."]
    assert (stage.one.asr, stage.one.imports) == ("5D2077", 1)


def test_the_answer_no_to_asr_is_refused_and_with_found_the_certificate_stays_new(tmp_path: Path, clock: Clock) -> None:
    stage = nothing_there(tmp_path, clock)
    stage.apply()
    (number,) = stage.orders()
    answers = {"assu_version": "1.2628.3.16", "valid_until": "2028-11-14", "asr_handed_in": "nee"}
    with stage.desk() as work:
        with pytest.raises(AnswersRefused, match=r"the answer says that a\.s\.r\. does not have the certificate"):
            work.done(number, "Ria van Dalen", answers)
        work.done(number, "Ria van Dalen", answers, found=True)
    assert "+ asr.certificate      nieuw@certificate.example: absent -> 5D2077" in stage.plan()[1]


def test_an_office_without_a_certificate_and_with_an_old_file_still_gets_a_new_one(
    tmp_path: Path, clock: Clock
) -> None:
    stage = nothing_there(tmp_path, clock)
    put_file(stage, "nieuw@certificate.example", 0x5D2077, date(2026, 12, 18), canary("old three"))
    stage.apply()
    (number,) = stage.orders()
    password = canary("collected by hand")
    wish = Wish(0x5D2078, "nieuw@certificate.example", "N", clock(), clock() + timedelta(days=700))
    (stage.root / "new.abc").write_bytes(make_container(wish, password))
    with stage.desk() as work:
        work.done(number, "Ria", {"abc_tool": "4.1.3", "abc": "new.abc", "abc_password": password})
    text = stage.plan()[1]
    assert "+ assu.certificate     nieuw@certificate.example: absent -> present (serial 5D2078" in text
    assert "? asr.certificate      nieuw@certificate.example: unknown -> 5D2078, look, then do" in text


@pytest.mark.parametrize("version", ["1.2628.3.9", "1.2628.3.15"])
def test_collecting_and_reading_in_can_be_followed_in_the_older_bands_too(
    tmp_path: Path, clock: Clock, version: str
) -> None:
    stage = season(tmp_path, clock, BOTH)
    stage.version(version)
    old_file(stage)
    stage.apply()
    with stage.desk() as work:
        text = work.show("W1").order.text
    assert ("zit de ABC-tool niet ingebouwd" in text) is (version == "1.2628.3.9")
    assert "4.1.2" in text
    assert "liggen ADN en Aplaza stil" in text
    assert stage.all_done() == ["Bedrijfscertificaat ophalen", "Bedrijfscertificaat inlezen"]
    assert stage.last() == "Nothing to do: 1 resources in sync."

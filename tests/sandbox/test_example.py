"""The example project, from its first plan to the last, and what becomes of the mistakes of people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.example import Stage
from inregel.commands import secret
from inregel.commands.session import open_session
from inregel.formats import pkcs12
from inregel.ledger.base import OrderClosed
from inregel.sandbox.example import build
from inregel.sandbox.folder import Taken
from inregel.work import AnswersRefused

UTRECHT = "rds-1/Van Dalen"


@pytest.fixture
def stage(tmp_path: Path, clock: Clock) -> Stage:
    return Stage(tmp_path / "example", clock)


def test_the_first_plan_is_that_of_the_documentation(stage: Stage) -> None:
    code, text = stage.plan()
    assert code == 0
    for line in (
        "  ~ assu.certificate     vandalen@certificate.example",
        "      serial             4A910C -> 5D2077               was: attested 2024-12-11 by Ria van Dalen",
        "      valid_until        2026-12-18 -> 2028-11-14       28 days left; new: verified, files/utrecht.abc",
        "  + assu.postbus         I09000456: absent -> linked",
        "  ? assu.aplaza_user     ria@vandalen.example: stale since 2026-09-30, look",
        "  W1 Bedrijfscertificaat inlezen, for Ria van Dalen, nl. No hand-in at a.s.r.: this is a renewal.",
        "  x assu.postbus         I09000789: blocked by assu.certificate",
        "  x asr.certificate      blocked by assu.certificate",
    ):
        assert line in text
    wrong = "secret assu_pfx_zwolle does not open files/zwolle.abc (a sound PKCS#12 file)"
    assert wrong in " ".join(text.split())
    assert "you can: inregel secret set assu_pfx_zwolle" in text


@pytest.mark.parametrize("days", [-700, 1, 400])
def test_made_on_another_day_it_is_as_far_from_its_ends(tmp_path: Path, days: int) -> None:
    clock = Clock(datetime(2026, 11, 20, 8, 14, tzinfo=UTC) + timedelta(days=days))
    stage = Stage(tmp_path / "example", clock)
    opened = pkcs12.open_container((stage.root / "files/zwolle.abc").read_bytes(), stage.example.letter)
    assert opened.last_day() == date(2028, 11, 16) + timedelta(days=days)
    assert "28 days left" in stage.plan()[1]
    assert "11 resources: 2 in sync" in stage.plan()[1]


def test_the_clerk_brings_everything_into_sync_and_nothing_is_done_twice(stage: Stage) -> None:
    stage.mend()
    for _ in range(6):
        stage.apply()
        for number in stage.orders():
            assert stage.do(number).result == "done"
    code, text = stage.plan(detailed_exitcode=True)
    assert (code, text.splitlines()[-1]) == (0, "Nothing to do: 11 resources in sync.")
    assert stage.imports() == {"rds-1": 1, "rds-2": 1, "rds-3": 1}
    assert [one.requests for one in stage.example.assu] == [0, 1, 0]
    assert [one.asr for one in stage.example.assu] == ["", "7C31E9", ""]
    assert [one.linked for one in stage.example.assu] == [["I09000123", "I09000456"], ["I09000789"], ["I09000321"]]


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "inventory.yml").write_text("mine", "utf-8")
    with pytest.raises(Taken, match=r"holds inventory\.yml already, so nothing was made there"):
        build(tmp_path, clock, {})
    assert [path.name for path in tmp_path.iterdir()] == ["inventory.yml"]


# --- mistakes of people ---------------------------------------------------------------------------------------------


def test_a_wrong_postbus_is_refused_by_the_check_and_mended_by_the_next_plan(stage: Stage) -> None:
    stage.apply()
    outcome = stage.do("W1", mistakes={"wrong_postbus"})
    assert outcome.result == "refused"
    assert "postbus I09000456 is not among those that the screen shows" in outcome.text
    assert stage.orders() == ["W1"]
    with stage.work() as work:
        work.done("W1", by="Ria van Dalen", answers=outcome.answers, found=True)
    text = stage.plan(limit="utrecht")[1]
    assert "+ assu.postbus         I09000456: absent -> linked" in text
    assert "assu.certificate" not in text
    stage.apply(limit="utrecht")
    (number,) = stage.orders()
    with stage.work() as work:
        assert work.show(number).order.title == "Postbus koppelen aan het bedrijfscertificaat"
    assert stage.do(number).result == "done"
    assert stage.plan(limit="utrecht")[1].splitlines()[-1] == "Nothing to do: 4 resources in sync."


def test_another_certificate_is_refused_by_the_check_and_mended_by_the_next_plan(stage: Stage) -> None:
    stage.mend()
    stage.apply()
    other = ("files/zwolle.abc", stage.example.letter)
    outcome = stage.do("W1", mistakes={"other_certificate"}, other_file=other)
    assert outcome.result == "refused"
    assert (
        "assu.certificate:vandalen@certificate.example: the screen says 2028-11-16, but files/utrecht.abc is valid "
        "until 2028-11-14: another one was read in"
    ) in outcome.text
    with stage.work() as work:
        work.done("W1", by="Ria van Dalen", answers=outcome.answers, found=True)
    text = stage.plan(limit="utrecht")[1]
    assert "serial             not 5D2077 -> 5D2077" in text
    stage.apply(limit="utrecht")
    (number,) = stage.orders()
    assert stage.do(number).result == "done"
    assert stage.plan(limit="utrecht")[1].splitlines()[-1] == "Nothing to do: 4 resources in sync."
    held = stage.example.assu.get(UTRECHT).certificate
    assert held is not None
    assert held.serial == "5D2077"


def test_a_forgotten_aplaza_user_is_refused_and_found_by_the_next_plan(stage: Stage) -> None:
    stage.apply(limit="hoorn")
    (number,) = stage.orders()
    outcome = stage.do(number, mistakes={"forgot_aplaza"})
    assert outcome.result == "refused"
    assert "the screen shows no user, not els@noordkop.example" in outcome.text
    with stage.work() as work:
        work.done(number, by="Els Bakker", answers=outcome.answers, found=True)
    assert "+ assu.aplaza_user     els@noordkop.example: absent -> selected" in stage.plan(limit="hoorn")[1]


def test_a_careless_answer_counts_until_it_is_stale_and_is_then_found_by_a_look(stage: Stage) -> None:
    stage.apply(limit="utrecht")
    assert stage.do("W1", mistakes={"wrong_postbus"}, careless=True).result == "done"
    assert "Nothing to do" in stage.plan(limit="utrecht")[1]
    stage.clock.move(days=401)
    assert "? assu.postbus" in stage.plan(limit="utrecht")[1]
    stage.apply(limit="utrecht")
    (number,) = stage.orders()
    stage.do(number)
    assert "I09000456: absent -> linked" in stage.plan(limit="utrecht")[1]


def test_an_order_whose_screens_are_others_is_refused_by_the_person_and_not_handed_out_again(stage: Stage) -> None:
    stage.apply(limit="utrecht")
    one = stage.example.assu.get(UTRECHT)
    one.version = "1.2628.3.15"
    stage.example.assu.add(one)
    outcome = stage.do("W1")
    assert (outcome.result, outcome.text) == ("failed", "Versie: the order says 1.2628.3.16, the screen 1.2628.3.15")
    code, _ = stage.apply(limit="utrecht")
    assert (code, stage.orders()) == (1, [])
    assert stage.imports()["rds-1"] == 0


ANSWERS = {
    "assu_version": "1.2628.3.15",
    "valid_until": "2028-11-14",
    "postbussen": ["I09000123", "I09000456"],
    "aplaza_user": "ria@vandalen.example",
}


def refused(stage: Stage, **changes: str) -> tuple[str, ...]:
    with stage.work() as work, pytest.raises(AnswersRefused) as caught:
        work.done("W1", by="Ria van Dalen", answers={**ANSWERS, **changes})
    return caught.value.problems


def test_a_version_of_another_band_refuses_the_answers_once_and_supersedes_the_order(stage: Stage) -> None:
    stage.apply(limit="utrecht")
    assert refused(stage) == (
        "assu.certificate:vandalen@certificate.example, assu.postbus:I09000456: "
        "Assu is 1.2628.3.15, but this order was written for 1.2628.3.16: "
        "correct the version in the inventory and apply again, which hands out the order for it",
    )
    inventory = stage.root / "inventory.yml"
    inventory.write_text(inventory.read_text("utf-8").replace("1.2628.3.16", "1.2628.3.15"), "utf-8")
    stage.apply(limit="utrecht")
    assert stage.orders() == ["W2"]
    with stage.work() as work:
        with pytest.raises(OrderClosed, match="W2 takes its place"):
            work.done("W1", by="Ria van Dalen", answers=ANSWERS)
        work.done("W2", by="Ria van Dalen", answers=ANSWERS)
    assert "Nothing to do" in stage.plan(limit="utrecht")[1]


@pytest.mark.parametrize("strange", ["v1.2628.3.15", "1,2628,3,15", "1.2628.3. 15", "1.2628.3.15.", "1"])
def test_an_answer_that_is_no_version_is_said_to_be_none(stage: Stage, strange: str) -> None:
    stage.apply(limit="utrecht")
    assert refused(stage, assu_version=strange) == (
        f"Versie (assu_version): this must look like 1.2628.3.16; answered was {strange}.",
    )


def test_two_applies_make_one_order_and_the_plan_writes_nothing(stage: Stage) -> None:
    stage.apply()
    before = (stage.root / "sandbox/assu.json").read_bytes()
    first = stage.orders()
    stage.apply()
    stage.plan()
    assert stage.orders() == first
    assert (stage.root / "sandbox/assu.json").read_bytes() == before


def test_the_same_file_at_two_offices_blocks_both(stage: Stage) -> None:
    with open_session(stage.context()) as session:
        password = session.project.secrets.get("assu_pfx_utrecht").reveal_bytes()
    secret.set_(stage.context(), "assu_pfx_zwolle", read=lambda: password)
    (stage.root / "files/zwolle.abc").write_bytes((stage.root / "files/utrecht.abc").read_bytes())
    inventory = stage.root / "inventory.yml"
    text = inventory.read_text("utf-8").replace("dehanze@certificate", "vandalen@certificate")
    inventory.write_text(text, "utf-8")
    plan = " ".join(stage.plan()[1].split())
    assert plan.count("certificate:5D2077 is claimed by utrecht and zwolle; only one can hold it") == 1
    assert "utrecht: assu.certificate (vandalen@certificate.example); zwolle: assu.certificate (vandalen@" in plan

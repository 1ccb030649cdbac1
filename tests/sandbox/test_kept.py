"""The public certificate is kept when it was read in: what it says is verified, and told without a secret."""

from __future__ import annotations

import base64
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.season import CERTIFICATE, Season
from inregel.commands import explain, plan, secret
from inregel.commands.session import open_session
from inregel.contract import Provenance
from inregel.formats.pkcs12 import open_container
from inregel.ledger.base import Event, Stated, Violation
from inregel.sandbox.certificates import Wish, make_container

EMAIL = "vandalen@certificate.example"
SITE = "playbooks/site.yml"
RENEW = f"""    - name: C
      assu.certificate:
        route: renew
        bcc_code: "{{{{ secret('bcc_utrecht') }}}}"
        email: {EMAIL}
"""
IMPORT = "    - name: C\n" + CERTIFICATE


def season(tmp_path: Path, clock: Clock, tasks: str = IMPORT) -> Season:
    return Season(tmp_path / "example", clock, tasks)


def blind(stage: Season, **options: Any) -> str:
    """A plan of somebody who has no secret at all."""
    context = replace(stage.context(), secrets=False, environ={"COLUMNS": "200"})
    plan.plan(context, SITE, **options)
    assert isinstance(context.out, io.StringIO)
    return context.out.getvalue()


def report(stage: Season) -> dict[str, Any]:
    """The one resource of such a plan, as JSON has it."""
    (part,) = json.loads(blind(stage, reports=[("json", "-")]))["offices"]
    (found,) = part["resources"]
    return dict(found)


def explained(stage: Season, *, secrets: bool = True) -> list[str]:
    """The values, as `inregel explain` tells them: name, value, and how it is known."""
    context = replace(stage.context(), secrets=secrets)
    explain.explain(context, "utrecht", "assu.certificate")
    assert isinstance(context.out, io.StringIO)
    lines = context.out.getvalue().splitlines()
    first = lines.index("Values") + 1
    values = [" ".join(line.split()) for line in lines[first : lines.index("What is done next")]]
    return [f"{value}: {how}" for value, how in zip(values, values[1:], strict=False) if " now " in value]


def stated(stage: Season) -> Stated:
    with open_session(stage.context()) as session:
        return session.ledger.known(["utrecht"])["utrecht"].resources["assu.certificate", EMAIL]


def events(stage: Season, kind: str) -> list[Event]:
    with open_session(stage.context()) as session:
        return [event for event in session.ledger.events("utrecht") if event.kind == kind]


def violations(stage: Season) -> list[Violation]:
    with open_session(stage.context()) as session:
        return session.ledger.verify()


# --- by the route import --------------------------------------------------------------------------------------------


def test_what_was_read_in_is_told_without_secrets_as_verified(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    stage.apply()
    stage.done("W1")
    told = " ".join(blind(stage).split())
    assert f"serial 5D2077, valid_until 2028-11-14, holder CN=Van Dalen Assurantiën, email {EMAIL}" in told
    found = report(stage)
    assert found["before"] | {"certificate": ""} == {
        "serial": "5D2077",
        "valid_until": {"date": "2028-11-14"},
        "holder": "CN=Van Dalen Assurantiën",
        "email": EMAIL,
        "kind": "renewal",
        "certificate": "",
    }
    known = {name: (each["kind"], each["source"]) for name, each in found["provenance"].items()}
    verified = dict.fromkeys(("serial", "valid_until", "holder", "email", "certificate"), "files/utrecht.abc")
    # That Assu has this one is the word of who read it in.
    assert known == {name: ("verified", file) for name, file in verified.items()} | {
        "": ("attested", "W1"),
        "kind": ("attested", "W1"),
    }


def test_it_is_the_public_certificate_itself_and_no_key(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    stage.all_done()
    kept = (stated(stage).state or {})["certificate"]
    assert isinstance(kept, str)
    der = base64.b64decode(kept, validate=True)
    found = x509.load_der_x509_certificate(der)
    assert (f"{found.serial_number:X}", found.not_valid_after_utc.date()) == ("5D2077", date(2028, 11, 14))
    assert found.public_bytes(encoding=Encoding.DER) == der  # nothing stands beside it


def test_it_tells_the_end_when_the_file_is_gone_and_no_plan_was_made_for_two_years(
    tmp_path: Path, clock: Clock
) -> None:
    stage = season(tmp_path, clock)
    stage.apply()
    stage.done("W1")
    (stage.root / "files/utrecht.abc").unlink()
    clock.move(days=700)
    assert "2028-11-14  in 25 d  assu.certificate    valid_until ends: utrecht" in blind(stage, by="date")
    assert "serial now 5D2077: verified 2026-11-20, files/utrecht.abc" in explained(stage, secrets=False)


def test_what_a_sheet_said_is_proven_by_the_next_apply_and_recorded_once(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    with open_session(stage.context()) as session, session.ledger.writing() as tx:
        said = Provenance("attested", stage.now(), "Jan", date(2027, 1, 1), "today.xlsx, row 2")
        tx.attest("utrecht", "assu.certificate", EMAIL, {"serial": "5D2077", "valid_until": date(2028, 11, 14)}, said)
    assert "holder" not in report(stage)["before"]
    assert stage.last() == "Nothing to do: 1 resources in sync."
    assert events(stage, "verified") == []  # a plan writes nothing
    stage.apply()
    stage.apply()
    (event,) = events(stage, "verified")
    assert event.body["source"] == "files/utrecht.abc"
    assert report(stage)["before"]["holder"] == "CN=Van Dalen Assurantiën"
    assert stated(stage).fields["serial"].by == "Jan"


def test_the_statement_that_assu_has_it_ends_as_before(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    with open_session(stage.context()) as session, session.ledger.writing() as tx:
        said = Provenance("attested", stage.now(), "Jan", date(2027, 1, 1), "today.xlsx, row 2")
        tx.attest("utrecht", "assu.certificate", EMAIL, {"serial": "5D2077", "valid_until": date(2028, 11, 14)}, said)
    stage.apply()
    clock.move(days=60)
    assert "stale since 2027-01-01, look" in stage.plan()[1]


def test_the_history_proves_what_was_kept(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    stage.all_done()
    assert violations(stage) == []
    with closing(sqlite3.connect(stage.root / ".inregel/ledger.db")) as database:
        where = "WHERE module = 'assu.certificate' AND office = 'utrecht'"
        row = database.execute(f"SELECT state FROM stated {where}")
        state = json.loads(row.fetchone()[0])
        wish = Wish(0x5D2077, EMAIL, "Somebody else", clock(), clock() + timedelta(days=3000))
        path = stage.root / "other.abc"
        password = canary("forged")
        path.write_bytes(make_container(wish, password))
        state["certificate"] = base64.b64encode(open_container(path.read_bytes(), password).der).decode()
        forged = json.dumps(state, separators=(",", ":"), sort_keys=True)
        database.execute(f"UPDATE stated SET state = ? {where}", [forged])
        database.commit()
    (found,) = violations(stage)
    assert found.reason == f"the table does not hold what it says of statement utrecht assu.certificate {EMAIL}"


def test_of_an_order_that_was_found_otherwise_nothing_is_kept(tmp_path: Path, clock: Clock) -> None:
    stage = season(tmp_path, clock)
    stage.apply()
    with stage.desk() as work:
        answers = {"assu_version": "1.2628.3.16", "valid_until": "2026-12-18"}
        work.done("W1", "Ria van Dalen", answers, found=True)
    assert events(stage, "verified") == []
    assert "certificate" not in (stated(stage).state or {})


# --- by the route renew ---------------------------------------------------------------------------------------------


def renewed(tmp_path: Path, clock: Clock) -> Season:
    """Ria has renewed, and said what the screen shows; nobody has a file."""
    stage = season(tmp_path, clock, RENEW)
    allow(stage.root / "sandbox/assu.json")
    code = canary("bcc")
    secret.set_(stage.context(), "bcc_utrecht", read=code.encode)
    stage.put(bcc=code)
    assert stage.all_done() == ["Bedrijfscertificaat verlengen"]
    return stage


def later_pfx(stage: Season, until: date = date(2028, 12, 17), email: str = EMAIL) -> None:
    """The .pfx file of the renewed certificate, which somebody asked for later."""
    password = canary("later")
    ends = datetime(until.year, until.month, until.day, 12, tzinfo=UTC)
    wish = Wish(0x4A910D, email, "Van Dalen", ends - timedelta(days=760), ends)
    secret.set_(stage.context(), "assu_pfx_utrecht", read=password.encode)
    (stage.root / "files/utrecht.abc").write_bytes(make_container(wish, password))


ATTESTED = [
    "kind now renewal: attested 2026-11-20 by Ria van Dalen, W1, until 2028-12-17",
    "serial now renewed: attested 2026-11-20 by Ria van Dalen, W1, until 2028-12-17",
    "valid_until now 2028-12-17: attested 2026-11-20 by Ria van Dalen, W1, until 2028-12-17",
]
VERIFIED = [
    "serial now 4A910D: verified 2026-11-21, files/utrecht.abc",
    "valid_until now 2028-12-17: verified 2026-11-21, files/utrecht.abc",
]
WITH_FILE = RENEW + "        file: files/utrecht.abc\n        password: \"{{ secret('assu_pfx_utrecht') }}\"\n"


@pytest.mark.parametrize("tasks", [IMPORT, WITH_FILE], ids=["by import from now on", "still by renew"])
def test_a_later_pfx_makes_what_was_attested_after_renewing_verified(tmp_path: Path, clock: Clock, tasks: str) -> None:
    stage = renewed(tmp_path, clock)
    assert sorted(explained(stage)) == ATTESTED
    clock.move(days=1)
    later_pfx(stage)
    stage.play(tasks)
    assert stage.last() == "Nothing to do: 1 resources in sync."
    assert set(VERIFIED) <= set(explained(stage))  # the file is open, before anything is recorded
    assert "serial now renewed" in " ".join(explained(stage, secrets=False))
    stage.apply()
    assert set(VERIFIED) <= set(explained(stage))
    assert set(VERIFIED) <= set(explained(stage, secrets=False))
    assert stage.last() == "Nothing to do: 1 resources in sync."
    assert len(events(stage, "verified")) == 1
    assert violations(stage) == []


@pytest.mark.parametrize(
    ("until", "email"),
    [(date(2028, 12, 30), EMAIL), (date(2028, 12, 17), "dehanze@certificate.example")],
    ids=["another last day", "of another office"],
)
def test_a_file_that_is_not_the_renewed_certificate_proves_nothing(
    tmp_path: Path, clock: Clock, until: date, email: str
) -> None:
    stage = renewed(tmp_path, clock)
    later_pfx(stage, until, email)
    stage.play(WITH_FILE)
    stage.apply()
    assert sorted(explained(stage)) == ATTESTED
    assert events(stage, "verified") == []


def test_a_file_beside_the_route_renew_that_does_not_open_is_remarked_upon(tmp_path: Path, clock: Clock) -> None:
    stage = renewed(tmp_path, clock)
    stage.play(WITH_FILE)
    secret.set_(stage.context(), "assu_pfx_utrecht", read=canary("not that of the file").encode)
    text = " ".join(stage.plan()[1].split())
    assert "secret assu_pfx_utrecht does not open files/utrecht.abc (a sound PKCS#12 file)" in text
    (stage.root / "files/utrecht.abc").unlink()  # the wizard renews without one
    assert stage.last() == "Nothing to do: 1 resources in sync."
    assert "utrecht.abc" not in stage.plan()[1]

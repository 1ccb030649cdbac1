"""`inregel demo --season`: a year of many offices through the commands themselves, with everything that goes wrong."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from helpers.clock import Clock
from helpers.sizes import size
from inregel.commands import plan
from inregel.commands.context import Context
from inregel.commands.season import MONTHS, PLAYBOOK, STEP, season
from inregel.commands.session import open_session
from inregel.ledger.base import Event
from inregel.sandbox.assu import Assu
from inregel.sandbox.season import LEAVER, SANDBOX, SUCCESSOR

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]


@dataclass
class Lived:
    """A season that ended."""

    root: Path
    offices: int
    said: str
    clock: Clock

    def context(self) -> Context:
        """At its end."""
        environ = {"INREGEL_VAULT_PASSWORD_FILE": str(self.root / ".vault-password"), "COLUMNS": "110"}
        out = io.StringIO()
        return Context(directory=self.root, out=out, err=out, environ=environ, now=self.clock, interactive=False)

    def events(self) -> list[Event]:
        """The history."""
        with open_session(self.context()) as session:
            return list(session.ledger.events())

    def assu(self) -> Assu:
        """What the emulated Assu holds."""
        return Assu(self.root / SANDBOX, self.root)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    clock, offices = Clock(), size("season offices")
    folder = tmp_path_factory.mktemp("season")
    here = Context(
        directory=folder, out=io.StringIO(), err=io.StringIO(), environ={"COLUMNS": "110"}, now=clock, interactive=False
    )
    assert season(here, "season", offices=offices, make_secret=canary) == 0
    assert isinstance(here.out, io.StringIO)
    clock.move(days=(MONTHS * STEP).days)
    root = folder / "season"
    # Passwords in clear: of the vault, in letters, and the code that the emulated Solera knows.
    for place in (root / ".vault-password", root / SANDBOX, *(root / "letters").iterdir()):
        allow(place)
    return Lived(root, offices, here.out.getvalue(), clock)


def test_after_the_year_there_is_nothing_to_do_and_a_later_plan_says_so_too(lived: Lived) -> None:
    context = lived.context()
    assert plan.plan(context, PLAYBOOK, detailed_exitcode=True) == 0
    assert isinstance(context.out, io.StringIO)
    last = context.out.getvalue().splitlines()[-1]
    assert re.fullmatch(r"Nothing to do: [0-9,]+ resources in sync\.", last)
    assert last in lived.said


def test_every_office_has_a_certificate_that_is_valid_for_45_days_more_and_did_work_for_it(lived: Lived) -> None:
    least = lived.clock().date() + timedelta(days=45)
    for one in lived.assu():
        assert one.certificate is not None, one.identity
        assert one.certificate.valid_until >= least, one.identity
    stories = Counter(event.office for event in lived.events() if event.kind == "order.done")
    assert len(stories) == lived.offices


def test_the_work_of_each_person_is_in_the_history(lived: Lived) -> None:
    opened: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for event in lived.events():
        if event.kind == "order.opened":
            opened[event.person or ""] += 1
        elif event.kind == "order.done":
            done[event.person or ""] += 1
    told = re.search(r"([0-9]+) work orders were done by ([0-9]+) people", lived.said)
    assert told is not None
    assert (sum(done.values()), len(done)) == (int(told[1]), int(told[2]))
    assert done.keys() <= opened.keys()
    assert LEAVER in done
    assert "" not in done


def test_each_mistake_of_a_clerk_is_refused_and_the_next_plan_mends_what_was_insisted_on(lived: Lived) -> None:
    refused = re.findall(r"  refused: (\S+): (.*)", lived.said)
    assert len(refused) == 3
    reasons = " ".join(why for _, why in refused)
    for why in ("another one was read in", "is not among those that the screen shows", "the screen shows balie@"):
        assert why in reasons, reasons
    for one in lived.assu():
        mine = {number for number in one.available if not number.startswith("I093")}
        assert mine <= set(one.linked), one.identity


def test_a_batch_in_which_too_many_fail_stops_the_rollout_and_it_goes_on_when_it_is_resumed(lived: Lived) -> None:
    assert re.search(r"  stopped: [23] of 10 offices failed \(more than 10 %\): tiel, goes", lived.said)
    events = lived.events()
    kinds = [event.kind for event in events]
    assert kinds.count("order.failed") >= 2
    assert "$ inregel rollout resume " in lived.said
    assert all(one.allowed for one in lived.assu())


def test_a_wrong_password_blocks_its_office_until_the_right_one_comes_and_no_other(lived: Lived) -> None:
    first, _, rest = lived.said.partition("$ inregel secret set ")
    blocked = re.findall(r"Nothing to do now: .*, ([0-9]+) blocked\.", first)
    wrong = (lived.offices - 11) // 30 + 1
    assert blocked[-1] == str(wrong)
    assert "blocked" not in rest.partition("Nothing to do:")[0]


def test_the_code_of_who_leaves_is_with_the_successor_before_the_last_day(lived: Lived) -> None:
    holders = {one.administrator for one in lived.assu()}
    assert SUCCESSOR in holders
    assert LEAVER not in holders
    (day,) = re.findall(rf"# {LEAVER} leaves on (\S+), and", lived.said)
    appointed = [
        event.at.date().isoformat()
        for event in lived.events()
        if event.kind == "order.opened" and "administrator" in str(event.body)
    ]
    assert appointed
    assert max(appointed) < day


def test_a_version_that_is_too_old_is_asked_for_and_no_order_is_for_other_screens(lived: Lived) -> None:
    tickets = [one.version for one in lived.assu() if one.tickets]
    assert tickets == ["1.2632.1"]
    assert "Versie: the order says" not in lived.said


def test_new_certificates_alone_were_handed_in_at_asr(lived: Lived) -> None:
    starting = (lived.offices - 12) // 40 + 1
    assert sum(one.requests for one in lived.assu()) == starting


def test_the_reports_of_the_season_are_there(lived: Lived) -> None:
    assert "<svg" in (lived.root / "season.html").read_text("utf-8")
    assert "BEGIN:VCALENDAR" in (lived.root / "season.ics").read_text("utf-8")

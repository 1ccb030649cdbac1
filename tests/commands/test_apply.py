"""`inregel plan` and `inregel apply` as commands: what they ask, what they begin, what they return."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.world import World
from inregel.commands.apply import NoSecrets, NotAllowed, apply
from inregel.commands.context import Context
from inregel.commands.plan import plan
from inregel.ledger import create

BOOK = "playbooks/site.yml"
DRIVER = "from inregel.drivers.memory import open\n"


class Desktop:
    """One person, one project on disk, one terminal."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.world = World(root, clock)
        self.world.write("drivers/box.py", DRIVER)
        ledger = create(".inregel/ledger.db", root, clock, {})
        self.world.write(
            "inregel.yml", json.dumps({"project": "t", "ledger_id": ledger.id, "inventory": "inventory.yml"})
        )
        ledger.close()
        box = {"box": "box-a", "store": "store.jsonl", "operations": ["box.set", "box.remove"]}
        self.world.offices("a", a={"connections": {"box": box}})
        self.out, self.err = io.StringIO(), io.StringIO()
        self.context = Context(root, self.out, self.err, {}, now=clock, sleep=clock.sleep, interactive=False)

    def types(self, answer: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Sits there and answers the question; `meanwhile` something happens."""

        class Keyboard(io.StringIO):
            def readline(self, size: int = -1, /) -> str:
                meanwhile()
                return super().readline(size)

        self.context.interactive = True
        self.context.stdin = Keyboard(answer + "\n")

    def store(self, key: str, value: str) -> None:
        """Somebody changes the system by hand."""
        line = json.dumps(["box:box-a", "box.item", key, {"value": value}])
        with (self.world.root / "store.jsonl").open("a") as file:
            file.write(line + "\n")

    def written(self) -> int:
        """Lines in the system's file."""
        file = self.world.root / "store.jsonl"
        return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def desktop(tmp_path: Path, clock: Clock) -> Desktop:
    return Desktop(tmp_path, clock)


def test_a_plan_ends_with_the_command_that_applies_it_with_all_its_options(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1", "y": "1"}, irreversible=True))
    assert plan(desktop.context, BOOK, limit="all:&a") == 0
    text = " ".join(desktop.out.getvalue().split())
    assert f"Next: inregel apply {BOOK} --limit 'all:&a' --allow box.set=2" in text


def test_what_is_not_allowed_is_blocked_and_says_what_to_type(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}, irreversible=True))
    assert apply(desktop.context, BOOK, yes=True) == 0
    text = desktop.out.getvalue()
    assert "Blocked by you  1 resource in 1 office" in text
    assert "box.set cannot be taken back" in text
    assert "--allow box.set=N" in text
    assert desktop.written() == 0
    assert apply(desktop.context, BOOK, yes=True, allow=["box.set=1"]) == 0
    assert desktop.written() == 1


@pytest.mark.parametrize("text", ["box.set", "box.set=", "=1", "box.set=many", "box.set=-1"])
def test_allow_needs_a_name_and_a_number(desktop: Desktop, text: str) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}))
    with pytest.raises(NotAllowed):
        apply(desktop.context, BOOK, yes=True, allow=[text])


def test_who_says_no_applies_nothing(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}))
    desktop.types("n")
    assert apply(desktop.context, BOOK) == 0
    assert "Nothing was applied." in desktop.out.getvalue()
    assert desktop.written() == 0


def test_who_says_yes_has_confirmed_what_cannot_be_taken_back(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}, irreversible=True))
    desktop.types("yes")
    assert apply(desktop.context, BOOK) == 0
    assert desktop.written() == 1


def test_what_moves_while_a_person_reads_the_plan_is_left_alone_and_exits_5(desktop: Desktop) -> None:
    desktop.store("x", "1")
    desktop.world.play(desktop.world.items({"x": "1", "y": "1"}))
    desktop.types("yes", lambda: desktop.store("x", "by hand"))
    assert apply(desktop.context, BOOK) == 5
    assert "it has moved since the plan that you confirmed" in desktop.out.getvalue()
    assert desktop.written() == 3


def test_check_only_plans(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}))
    assert apply(desktop.context, BOOK, check=True, detailed_exitcode=True) == 2
    assert desktop.written() == 0


def test_without_secrets_nothing_is_applied(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}))
    desktop.context.secrets = False
    with pytest.raises(NoSecrets):
        apply(desktop.context, BOOK, yes=True)


def test_exit_codes_of_a_plan(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}, file="files/none.bin"))
    assert plan(desktop.context, BOOK) == 0
    assert plan(desktop.context, BOOK, strict=True) == 1
    assert plan(desktop.context, BOOK, detailed_exitcode=True) == 2


def test_the_report_of_an_apply_is_json(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}))
    apply(desktop.context, BOOK, yes=True, reports=[("json", "apply.json")])
    report = json.loads((desktop.world.root / "apply.json").read_text())
    assert (report["kind"], report["performed"][0]["outcome"]) == ("apply", "performed")


def test_what_an_apply_could_not_do_is_found_in_the_file(desktop: Desktop) -> None:
    desktop.world.play(desktop.world.items({"x": "1"}, fault="the lid is open"))
    assert apply(desktop.context, BOOK, yes=True) == 0
    assert "the lid is open" in desktop.out.getvalue()
    assert re.search(rf"{BOOK}:\d+:\d+", desktop.out.getvalue())

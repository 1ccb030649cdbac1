"""Several connections of one system through the whole command line: declared, planned, done, answered, explained."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.world import World
from inregel.cli import main
from inregel.commands.context import Context
from inregel.ledger import create

BOOK = "playbooks/site.yml"


class Terminal:
    """A project on disk, whose office has a box for real and one to try things out."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.root, self.clock = root, clock
        self.world = World(root, clock)
        self.world.write("drivers/box.py", "from inregel.drivers.memory import open\n")
        ledger = create(".inregel/ledger.db", root, clock, {})
        settings = {"project": "t", "ledger_id": ledger.id, "inventory": "inventory.yml"}
        self.world.write("inregel.yml", json.dumps(settings))
        ledger.close()
        box = {"operations": ["box.set", "box.remove"]}
        connections = {
            "box": {**box, "box": "one", "store": "one.jsonl"},
            "box.test": {**box, "box": "two", "store": "two.jsonl"},
        }
        self.world.offices("a", a={"connections": connections})

    def type(self, *words: str) -> tuple[int, str]:
        """One command: its exit code and all that it printed."""
        out = io.StringIO()
        context = Context(self.root, out, out, {}, now=self.clock, sleep=self.clock.sleep, interactive=False)
        return main(list(words), context), out.getvalue()

    def lines(self, name: str) -> list[list[object]]:
        """What was written to one of the two boxes: identity, module, key, state."""
        path = self.root / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def terminal(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, clock)


def test_a_setting_is_tried_out_at_one_connection_before_the_other(terminal: Terminal) -> None:
    world = terminal.world
    world.play(
        {"name": "Real", "needs": "box.item@test", **world.items({"x": "1"})},
        {"name": "Try", "connection": "box.test", **world.items({"x": "1"})},
        {"name": "By hand", "connection": "box.test", **world.items({"y": "2"}, way=["person"])},
    )
    assert terminal.type("validate")[0] == 0
    assert "Real     box.item       after Try" in terminal.type("graph", BOOK)[1]
    code, told = terminal.type("plan", BOOK, "--detailed-exitcode")
    assert code == 2
    assert "box.item@test        x: absent -> 1" in told
    assert "W1 Formulier (test), for Contact of a" in told

    code, told = terminal.type("apply", BOOK, "--yes")
    assert (code, "W1" in told) == (0, True)
    test = ["box:two", "box.item", "x", {"value": "1"}]
    # The real one waits for all that is tried out, also for what a person does.
    assert (terminal.lines("one.jsonl"), terminal.lines("two.jsonl")) == ([], [test])
    code, told = terminal.type("work", "show", "W1")
    assert code == 0
    assert "Zet y op 2." in told.replace("`", "")

    with (terminal.root / "two.jsonl").open("a") as screen:
        screen.write(json.dumps(["box:two", "box.item", "y", {"value": "2"}]) + "\n")
    (terminal.root / "answers.json").write_text("{}")
    assert terminal.type("work", "done", "W1", "--by", "Ria", "--answers", "answers.json")[0] == 0
    assert terminal.type("apply", BOOK, "--yes")[0] == 0
    assert terminal.lines("one.jsonl") == [["box:one", "box.item", "x", {"value": "1"}]]
    assert terminal.type("plan", BOOK, "--detailed-exitcode")[0] == 0

    for resource, task in (("box.item:x", "Real"), ("box.item@test:x", "Try"), ("box.item:y", "By hand")):
        code, told = terminal.type("explain", "a", resource)
        assert (code, told.count("Declared"), f'task "{task}"' in told) == (0, 1, True), resource
    code, told = terminal.type("history")
    assert "box.set of box.item@test x" in told
    assert "box.set of box.item x" in told
    assert terminal.type("history", "verify")[0] == 0


def test_a_wrong_connection_is_shown_with_its_line_before_anything_is_read(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.world.write(
        BOOK, '- offices: all\n  connection: box.tset\n  tasks:\n    - box.item: {items: {x: {value: "1"}}}\n'
    )
    assert terminal.type("plan", BOOK)[0] == 1
    told = capsys.readouterr().err
    assert "playbooks/site.yml:2:15: there is no connection `box.tset`: the office has `box` and `box.test`" in told
    assert "write instead: box.test" in told
    assert terminal.lines("one.jsonl") == []

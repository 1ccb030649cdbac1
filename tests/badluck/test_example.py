"""The example with its certificates, its people and its emulated screens: crashes change nothing of how it ends."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.example import SITE, Stage
from helpers.forks import Ended, Forks
from inregel.sandbox.clerk import Clerk

KILLED = -9
POINTS = [
    "apply.after_lease",
    "ledger.before_commit",
    "apply.before_orders",
    "apply.after_orders",
    "rollout.after_begin",
]
ANSWERS = ["work.before_answer", "ledger.before_commit", "ledger.after_commit", "work.after_answer"]


class Misfortune:
    """The example in the hands of processes that die."""

    def __init__(self, stage: Stage, forks: Forks) -> None:
        self.stage, self.forks = stage, forks
        self.clock = stage.root.parent / "clock"
        self.clock.touch()
        time = stage.clock().timestamp()
        os.utime(self.clock, (time, time))

    def run(self, *argv: str, crash: str = "") -> Ended:
        """One command as a process of its own, at the time of the example."""
        password = {"INREGEL_VAULT_PASSWORD_FILE": ".vault-password"}
        return self.forks.run(self.stage.root, argv, crash=crash, clock=str(self.clock), environ=password)

    def answer(self, number: str, crash: str) -> None:
        """The clerk does what the order asks, once; the answer is given until it stands in the ledger."""
        with self.stage.work() as work:
            order = work.show(number)
            answers = Clerk(work, self.stage.example.assu).follow(order)
        (self.stage.root / "answers.json").write_text(json.dumps(answers, default=str))
        said = ("work", "done", number, "--by", order.order.person, "--answers", "answers.json")
        if crash:
            assert self.run(*said, crash=crash).code == KILLED
        if number in self.stage.orders():
            ended = self.run(*said)
            assert ended.code == 0, ended.said


@pytest.mark.parametrize(("point", "answer"), list(zip(POINTS, [*ANSWERS, ""], strict=True)))
def test_whatever_dies_the_certificates_are_read_in_once(
    point: str, answer: str, forks: Forks, tmp_path: Path, clock: Clock
) -> None:
    stage = Stage(tmp_path / "example", clock)
    stage.mend()
    luck = Misfortune(stage, forks)
    crash = point
    for _ in range(6):
        if crash:
            assert luck.run("apply", SITE, "--yes", crash=crash).code == KILLED
        ended = luck.run("apply", SITE, "--yes")
        assert ended.code == 0, ended.said
        for number in stage.orders():
            luck.answer(number, answer)
        crash = answer = ""
    assert "Nothing to do: 11 resources in sync." in stage.plan()[1]
    assert set(stage.imports().values()) == {1}
    with stage.work() as work:
        orders = work.all()
    assert {order.state for order in orders} == {"done"}
    assert max(Counter((order.order.office, order.order.identity) for order in orders).values()) == 1
    assert luck.run("history", "verify").code == 0

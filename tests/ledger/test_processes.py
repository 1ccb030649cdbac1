"""Several processes on one ledger: killed, stopped, woken late, writing at the same time."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.clock import START
from helpers.records import OTHER, finish, make, start
from helpers.sizes import SOAK, size
from inregel.ledger import open_ledger
from inregel.ledger.base import Holder, LeaseHeld, Ledger

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals that stop and kill are POSIX")

WORKER = Path(__file__).parent / "worker.py"
TTL = timedelta(seconds=10)
Worker = subprocess.Popen[str]


class FileClock:
    """A clock that all processes read from one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch()
        self.set(START)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)

    def set(self, time: datetime) -> None:
        os.utime(self.file, (time.timestamp(), time.timestamp()))

    def move(self, span: timedelta) -> None:
        self.set(self() + span)


@pytest.fixture
def time(tmp_path: Path) -> FileClock:
    return FileClock(tmp_path / "clock")


@pytest.fixture
def ledger(tmp_path: Path, time: FileClock) -> Iterator[Ledger]:
    opened = make(tmp_path, time)
    yield opened
    opened.close()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers that are ready to be told what to do; ends those that are left."""
    started: list[Worker] = []

    def one(name: str, **environ: str) -> Worker:
        worker = start(WORKER, tmp_path, tmp_path / "clock", name, **environ)
        started.append(worker)
        return worker

    yield one
    for worker in started:
        if worker.poll() is None:
            worker.kill()
        for stream in (worker.stdin, worker.stdout, worker.stderr):
            if stream and not stream.closed:
                stream.close()
        worker.wait()


def tell(worker: Worker, text: str) -> None:
    assert worker.stdin
    worker.stdin.write(text + "\n")
    worker.stdin.flush()


def hear(worker: Worker) -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


def late(ledger: Ledger) -> int:
    return sum(event.kind == "late" for event in ledger.events("utrecht"))


def test_a_killed_holder_frees_its_lease_at_once(ledger: Ledger, begin: Callable[..., Worker]) -> None:
    worker = begin("one")
    tell(worker, "lease")
    assert [hear(worker), hear(worker)] == ["ready", "held 1"]
    with pytest.raises(LeaseHeld, match="in use by worker one, since"):
        ledger.acquire("afas:54321", OTHER, TTL)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert ledger.acquire("afas:54321", OTHER, TTL).fence == 2


@pytest.mark.timeout(300)
def test_a_stopped_holder_is_taken_over_and_every_late_write_of_it_refused(
    ledger: Ledger, begin: Callable[..., Worker], time: FileClock
) -> None:
    worker = begin("one")
    assert hear(worker) == "ready"
    for _ in range(size("late writers")):
        tell(worker, "lease")
        fence = int(hear(worker).removeprefix("held "))
        worker.send_signal(signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        # It will write the moment that it wakes up.
        tell(worker, "go on")
        with pytest.raises(LeaseHeld, match="worker one"):
            ledger.acquire("afas:54321", OTHER, TTL)
        time.move(TTL)
        mine = ledger.acquire("afas:54321", OTHER, TTL)
        assert mine.fence == fence + 1
        worker.send_signal(signal.SIGCONT)
        assert hear(worker).startswith("refused The lease on afas:54321 was lost to jan@pc13, process 4712")
        with ledger.writing(mine) as tx:
            tx.event("utrecht", "mine", {})
        ledger.release(mine)
    tell(worker, "end")
    assert finish(worker)[0] == 0
    assert late(ledger) == 0
    assert ledger.verify() == []


def test_places_of_a_killed_process_are_free_at_once(
    ledger: Ledger, begin: Callable[..., Worker], time: FileClock
) -> None:
    worker = begin("one")
    tell(worker, "lease")
    assert [hear(worker), hear(worker)] == ["ready", "held 1"]
    # The worker's token, as if it had taken the place itself.
    assert ledger.take_slot("afas", 1, Holder("worker one", "one"), timedelta(days=1)) == 0
    assert ledger.take_slot("afas", 1, OTHER, TTL) is None
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert ledger.take_slot("afas", 1, OTHER, TTL) == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [2, 4, 8] if SOAK else [2, 4])
def test_writers_at_the_same_time_leave_no_gap_and_lose_nothing(
    ledger: Ledger, begin: Callable[..., Worker], count: int
) -> None:
    each = size("ledger commits")
    workers = [begin(f"w{number}") for number in range(count)]
    for worker in workers:
        assert hear(worker) == "ready"
    for worker in workers:
        tell(worker, f"commits {each}")
    outcomes = [finish(worker, "end\n") for worker in workers]
    assert [(code, err) for code, _, err in outcomes] == [(0, "")] * count
    acknowledged = [number for _, out, _ in outcomes for number in out.split()]
    assert len(acknowledged) == count * each
    assert sorted(acknowledged) == sorted(f"W{number + 1}" for number in range(count * each))
    assert [order.number for order in ledger.orders()] == [f"W{number + 1}" for number in range(count * each)]
    assert len(ledger.known(["utrecht"])["utrecht"].resources) == count * each
    assert ledger.verify(ledger.heads()) == []


EDGES = [(f"ledger.{edge}_commit", nth) for edge in ("before", "after") for nth in range(1, 8)]
DONE = ["acquire", "open", "close", "capture", "renew", "forget", "release"]


def seen(ledger: Ledger) -> list[str]:
    """Which steps of `every_kind` a ledger holds, from what they leave behind."""
    found = ["acquire"] if ledger.fences(["afas:54321"]) else []
    orders = ledger.orders(None, ("open", "done"))
    found += ["open"] if orders else []
    found += ["close"] if orders and orders[0].state == "done" else []
    found += ["capture"] if ledger.captured("token", ["afas:54321"]) else []
    found += ["forget"] if any(event.kind == "forgotten" for event in ledger.events("")) else []
    return found


@pytest.mark.parametrize(("edge", "nth"), EDGES)
def test_a_crash_at_the_edge_of_a_commit_leaves_all_or_nothing_of_it(
    ledger: Ledger, begin: Callable[..., Worker], edge: str, nth: int, time: FileClock, tmp_path: Path
) -> None:
    worker = begin("one", INREGEL_CRASH=f"{edge}:{nth}")
    code, out, err = finish(worker, "kinds\n")
    assert (code, err) == (-signal.SIGKILL, "")
    said = out.split()[1:]
    assert said == DONE[: nth - 1]
    done = DONE[:nth] if "after" in edge else said
    assert seen(ledger) == [step for step in done if step not in ("renew", "release")]
    if "close" in done:
        assert ledger.known(["utrecht"])["utrecht"].resources["m", "k"].state == {"a": 1}
        assert ledger.synced(["utrecht"]) == {"utrecht": {("m", "k"): {"a": 1}}}
    else:
        assert ledger.known(["utrecht"]) == ledger.synced(["utrecht"]) == {}
    assert ledger.verify(ledger.heads()) == []
    assert ledger.acquire("afas:54321", OTHER, TTL).fence == (2 if "acquire" in done else 1)
    again = open_ledger("ledger.db", tmp_path, ledger_id=ledger.id, now=time, environ={})
    assert seen(again) == seen(ledger)
    again.close()


def test_a_backup_while_others_write_is_one_moment_of_the_ledger(
    ledger: Ledger, begin: Callable[..., Worker], time: FileClock, tmp_path: Path
) -> None:
    worker = begin("one")
    assert hear(worker) == "ready"
    tell(worker, f"commits {4 * size('ledger commits')}")
    copies = []
    for number in range(3):
        hear(worker)
        copies.append(tmp_path / f"copy-{number}.db")
        ledger.backup(str(copies[-1]))
    finish(worker, "end\n")
    key = (tmp_path / "ledger.key").read_text().strip()
    counts = []
    for path in copies:
        copy = open_ledger(path.name, tmp_path, ledger_id=ledger.id, now=time, environ={"INREGEL_LEDGER_KEY": key})
        assert copy.verify() == []
        orders = copy.orders()
        assert [order.number for order in orders] == [f"W{number + 1}" for number in range(len(orders))]
        assert len(copy.known(["utrecht"])["utrecht"].resources) == len(orders)
        counts.append(len(orders))
        copy.close()
    assert counts == sorted(counts)
    assert counts[0] >= 1

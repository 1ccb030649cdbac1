"""A process of its own that uses a ledger; the tests talk with it line by line.

    worker.py FOLDER CLOCKFILE NAME

The clock is the file's modification time, so that a test moves the time of all processes without waiting.
"""

import resource
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpers.records import order, said
from inregel.contract import Secret
from inregel.ledger import open_ledger
from inregel.ledger.base import Holder, Ledger
from inregel.ledger.base import LedgerError as Refused

FOLDER, CLOCK, NAME = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
TTL = timedelta(seconds=10)


def now() -> datetime:
    return datetime.fromtimestamp(CLOCK.stat().st_mtime, UTC)


def commits(ledger: Ledger, count: int) -> None:
    """Opens `count` orders, each in a commit of its own; says each number once it is durable."""
    for each in range(count):
        with ledger.writing() as tx:
            opened = tx.open_order(order("utrecht", f"{NAME} {each}"))
            tx.attest("utrecht", "m", f"{NAME} {each}", {"n": each}, said())
        say(opened.number)


def lease_round(ledger: Ledger) -> None:
    """Takes the lease, says so, and writes under it when told to."""
    lease = ledger.acquire("afas:54321", Holder(f"worker {NAME}", NAME), TTL)
    say(f"held {lease.fence}")
    sys.stdin.readline()
    try:
        with ledger.writing(lease) as tx:
            tx.event("utrecht", "late", {"fence": lease.fence})
    except Refused as error:
        say(f"refused {str(error).splitlines()[0]}")
    else:
        say("written")


def every_kind(ledger: Ledger) -> None:
    """Commits of each kind, for crashes at their edges."""
    holder = Holder(NAME, NAME)
    lease = ledger.acquire("afas:54321", holder, TTL)
    say("acquire")
    with ledger.writing(lease) as tx:
        tx.open_order(order())
    say("open")
    with ledger.writing(lease) as tx:
        tx.close_order("W1", "done", by="Ria")
        tx.attest("utrecht", "m", "k", {"a": 1}, said())
        tx.record_sync("utrecht", {("m", "k"): {"a": 1}})
    say("close")
    with ledger.writing(lease) as tx:
        tx.capture("token", "afas:54321", Secret("token", "no secret of a test"))
    say("capture")
    lease = ledger.renew(lease, TTL)
    say("renew")
    ledger.forget("Ria")
    say("forget")
    ledger.release(lease)
    say("release")


def grow(ledger: Ledger) -> None:
    """Writes until the file may not grow any more; says what is then said."""
    size = (FOLDER / "ledger.db").stat().st_size + 200_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    done = 0
    try:
        for each in range(1000):
            with ledger.writing() as tx:
                tx.event("utrecht", "note", {"n": each, "text": "x" * 20_000})
            done += 1
    except Refused as error:
        say(f"{done} {' '.join(str(error).split())}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    ledger = open_ledger("ledger.db", FOLDER, ledger_id=None, now=now, environ={})
    say("ready")
    for command in sys.stdin:
        word, _, rest = command.strip().partition(" ")
        if word == "end":
            break
        acts = {"lease": lease_round, "kinds": every_kind, "grow": grow}
        if word == "commits":
            commits(ledger, int(rest))
        else:
            acts[word](ledger)
    with suppress(Refused):
        ledger.close()


main()

"""A process whose disk fails: it opens a ledger, then writes, and says what it is told.

broken_disk.py FOLDER fsync      the system answers EIO to every request to make writes durable
broken_disk.py FOLDER readonly   the process may read the ledger and not write it
broken_disk.py FOLDER read       the same, and it says what it reads first
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

# All that is needed stands in memory before the rights go.
import cryptography.hazmat.primitives.ciphers.aead

import inregel.ledger.files
from helpers.seccomp import refuse_fsync
from inregel.ledger import open_ledger
from inregel.ledger.base import Holder, LedgerError
from inregel.ledger.queries import statements


def main(folder: Path, how: str) -> None:
    statements()
    Path("/").as_uri()  # loads what it needs
    if how in ("readonly", "read") and os.geteuid() == 0:
        os.setuid(65534)
    environ = {"INREGEL_LEDGER_KEY": os.environ["TEST_KEY"]}
    try:
        ledger = open_ledger("ledger.db", folder, ledger_id=None, now=lambda: datetime.now(UTC), environ=environ)
        if how == "fsync" and not refuse_fsync():
            sys.exit(77)
        if how == "read":
            holder, minute = Holder("test", "token"), timedelta(minutes=1)
            slots = [ledger.take_slot("box:1", 1, holder, minute) for _ in range(3)]
            ledger.free_slot("box:1", 0, holder)
            sys.stdout.write(
                f"{sum(1 for _ in ledger.events('utrecht'))} notes\nslots {slots[0]} {slots[1]} {slots[2]}\n"
            )
        with ledger.writing() as tx:
            tx.event("utrecht", "note", {"n": "the last step"})
        sys.stdout.write("written\n")
    except LedgerError as error:
        sys.stdout.write(" ".join(str(error).split()) + "\n")


assert cryptography and inregel
main(Path(sys.argv[1]), sys.argv[2])

"""A process whose disk fails: it opens a ledger, then writes, and says what it is told.

broken_disk.py FOLDER fsync      the system answers EIO to every request to make writes durable
broken_disk.py FOLDER readonly   the process may read the ledger and not write it
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

# All that is needed stands in memory before the rights go.
import cryptography.hazmat.primitives.ciphers.aead

import inregel.ledger.files
from helpers.seccomp import refuse_fsync
from inregel.ledger import open_ledger
from inregel.ledger.base import LedgerError


def main(folder: Path, how: str) -> None:
    if how == "readonly" and os.geteuid() == 0:
        os.setuid(65534)
    environ = {"INREGEL_LEDGER_KEY": os.environ["TEST_KEY"]}
    try:
        ledger = open_ledger("ledger.db", folder, ledger_id=None, now=lambda: datetime.now(UTC), environ=environ)
        if how == "fsync" and not refuse_fsync():
            sys.exit(77)
        with ledger.writing() as tx:
            tx.event("utrecht", "note", {"n": "the last step"})
        sys.stdout.write("written\n")
    except LedgerError as error:
        sys.stdout.write(" ".join(str(error).split()) + "\n")


assert cryptography and inregel
main(Path(sys.argv[1]), sys.argv[2])

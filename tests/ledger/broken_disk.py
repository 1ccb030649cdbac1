"""A process whose disk fails: it opens a ledger, then writes, and says what it is told.

    broken_disk.py FOLDER fsync      the system answers EIO to every request to make writes durable
    broken_disk.py FOLDER readonly   the process may read the ledger and not write it
"""

import ctypes
import os
import platform
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path

# All that is needed stands in memory before the rights go.
import cryptography.hazmat.primitives.ciphers.aead

import inregel.ledger.files
from inregel.ledger import open_ledger
from inregel.ledger.base import LedgerError

EIO = 5
CALLS = {"x86_64": (0xC000003E, (74, 75)), "aarch64": (0xC00000B7, (82, 83))}
"""Per machine: its number for seccomp, and the numbers of fsync and fdatasync."""


def refuse_fsync() -> None:
    """A seccomp filter: fsync and fdatasync return EIO (https://docs.kernel.org/userspace-api/seccomp_filter.html)."""
    machine, (fsync, fdatasync) = CALLS[platform.machine()]
    load, equal, answer = 0x20, 0x15, 0x06
    steps = [
        (load, 0, 0, 4),
        (equal, 0, 4, machine),
        (load, 0, 0, 0),
        (equal, 1, 0, fsync),
        (equal, 0, 1, fdatasync),
        (answer, 0, 0, 0x00050000 | EIO),
        (answer, 0, 0, 0x7FFF0000),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    if library.prctl(no_new_privileges, 1, 0, 0, 0) or library.prctl(set_seccomp, filter_mode, program, 0, 0):
        sys.exit(77)


def main(folder: Path, how: str) -> None:
    if how == "readonly" and os.geteuid() == 0:
        os.setuid(65534)
    environ = {"INREGEL_LEDGER_KEY": os.environ["TEST_KEY"]}
    try:
        ledger = open_ledger("ledger.db", folder, ledger_id=None, now=lambda: datetime.now(UTC), environ=environ)
        if how == "fsync":
            refuse_fsync()
        with ledger.writing() as tx:
            tx.event("utrecht", "note", {"n": "the last step"})
        sys.stdout.write("written\n")
    except LedgerError as error:
        sys.stdout.write(" ".join(str(error).split()) + "\n")


assert cryptography and inregel
main(Path(sys.argv[1]), sys.argv[2])

"""A disk that keeps nothing: the kernel answers EIO to every request of this process to make writes durable."""

import ctypes
import platform
import struct

EIO = 5
CALLS = {"x86_64": (0xC000003E, (74, 75)), "aarch64": (0xC00000B7, (82, 83))}
"""Per machine: its number for seccomp, and the numbers of fsync and fdatasync."""


def refuse_fsync() -> bool:
    """From now on fsync and fdatasync fail, for good. False where this kernel does not let a process say so.

    A seccomp filter: https://docs.kernel.org/userspace-api/seccomp_filter.html
    """
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
    refused = library.prctl(no_new_privileges, 1, 0, 0, 0) or library.prctl(set_seccomp, filter_mode, program, 0, 0)
    return not refused

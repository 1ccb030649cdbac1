"""The durable edges of the program: places where a crash must leave a state from which the same command goes on.

Each place calls `point` with a name of `POINTS`. With INREGEL_CRASH="name:n" in the environment the process kills
itself at the nth time that it comes there, as `kill -9` would; otherwise a point costs one comparison.
"""

from __future__ import annotations

import os
import signal
from typing import Final

POINTS: Final = (
    "apply.leased",
    "apply.before_intend",
    "apply.after_intend",
    "apply.before_perform",
    "apply.after_perform",
    "apply.before_outcome",
    "apply.after_outcome",
    "apply.before_verify",
    "apply.before_orders",
    "apply.after_orders",
    "apply.before_sync",
    "apply.before_release",
    "ledger.before_commit",
    "ledger.after_commit",
    "memory.before_commit",
    "memory.after_commit",
    "work.before_answer",
    "work.after_answer",
    "rollout.saved",
)
"""Every point that there is; a test finds each called from the code."""

_name, _, _count = os.environ.get("INREGEL_CRASH", "").partition(":")
_left = int(_count) if _count.isdigit() else 1


def point(name: str) -> None:
    """Ends the process here where the environment asks for it."""
    global _left
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

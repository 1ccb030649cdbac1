"""The durable edges of the program: what is done for good there, and what a crash before or after it must not spoil.

Whatever is done for good stands in `with edge("area.verb")`; a test finds each edge where `EDGES` says, and nothing
durable outside of one. An edge has two points, `area.before_verb` and `area.after_verb`. With INREGEL_CRASH="point:n"
in the environment the process kills itself at the nth time that it comes to that point, as `kill -9` would;
"point:n:STOP" (or another signal) sends itself that signal instead. Otherwise an edge costs two comparisons.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from types import TracebackType
from typing import Final

EDGES: Final[Mapping[str, str]] = {
    "apply.commit": "engine/commits.py Commits._commit",
    "apply.lease": "engine/leases.py Leases.__aenter__",
    "apply.intend": "engine/performing.py _intend",
    "apply.perform": "engine/performing.py _one",
    "apply.checkpoint": "engine/performing.py _checkpoint",
    "apply.capture": "engine/performing.py _capture",
    "apply.outcome": "engine/performing.py _record",
    "apply.verify": "engine/performing.py verify",
    "apply.settle": "engine/performing.py settle",
    "apply.judge": "engine/shown.py judge",
    "apply.orders": "engine/office.py OfficeWork._finish",
    "apply.release": "engine/leases.py Leases._give_back",
    "rollout.begin": "engine/rolling.py Rolling.resume",
    "rollout.save": "engine/rolling.py Rolling._save",
    "rollout.say": "commands/rollout.py _move",
    "work.answer": "work/life.py Work.done",
    "work.import": "work/importing.py Importer.record",
    "work.refuse": "work/life.py Work.fail",
    "work.reopen": "work/life.py Work.reopen",
    "work.reveal": "work/life.py Work.reveal",
    "ledger.commit": "ledger/store.py Store.commit",
    "ledger.migrate": "ledger/store.py migrate",
    "ledger.create": "ledger/files.py create_sqlite",
    "ledger.folder": "ledger/files.py _make_folder",
    "ledger.note_create": "ledger/files.py create_sqlite",
    "ledger.note_restore": "ledger/files.py restore",
    "ledger.backup": "ledger/files.py _place",
    "ledger.copy": "ledger/files.py _copy",
    "ledger.aside": "ledger/files.py _move_aside",
    "ledger.restore": "ledger/files.py restore",
    "secrets.write": "secrets/files.py Disk.write",
    "secrets.replace": "secrets/files.py Disk.replace",
    "file.write": "platform.py write_durably",
    "memory.write": "drivers/memory.py FileStore.put",
}
"""Each edge, and the one function that it stands in."""


def points(name: str) -> tuple[str, str]:
    """The two points of an edge: before and after what it does."""
    area, _, verb = name.partition(".")
    return f"{area}.before_{verb}", f"{area}.after_{verb}"


POINTS: Final = tuple(point for name in EDGES for point in points(name))
"""Every point that there is."""


class Crash:
    """The crash that was asked for: at which point, how many times it is passed first, and by which signal."""

    __slots__ = ("_left", "_signal", "point")

    def __init__(self, text: str = "") -> None:
        self.arm(text)

    def arm(self, text: str) -> None:
        """Asks for `point:n:SIGNAL`; "" for none. Raises ValueError where there is no such point."""
        self.point, _, rest = text.partition(":")
        if self.point and self.point not in POINTS:
            raise ValueError(f"there is no point {self.point!r}; there are {', '.join(POINTS)}")
        count, _, name = rest.partition(":")
        self._left = int(count or 1)
        self._signal = int(getattr(signal, f"SIG{name or _KILL}"))

    def at(self, point: str) -> None:
        """The process comes to a point."""
        if point == self.point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._signal)


_KILL: Final = "KILL" if hasattr(signal, "SIGKILL") else "TERM"


def _asked() -> Crash:
    """What the environment asks for; ends the program where that is no point."""
    try:
        return Crash(os.environ.get("INREGEL_CRASH", ""))
    except (ValueError, AttributeError) as error:
        raise SystemExit(f"INREGEL_CRASH is not POINT:N:SIGNAL: {error}") from None


CRASH: Final = _asked()
"""The one of this process."""


class edge:  # noqa: N801  # reads as a word of the language: with edge("apply.intend")
    """`with edge("area.verb")`: what stands in it is done for good; its two points are before and after."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        if CRASH.point:
            CRASH.at(points(self._name)[0])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if CRASH.point and error is None:
            CRASH.at(points(self._name)[1])

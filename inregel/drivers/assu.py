"""Assu: nothing of it can be read or performed by a machine but one thing, the certificates of its client machines.

They are read from a report that `collect-certificates.ps1` wrote, a file or a folder of files. Everything else of Assu
is known from people. A report is not a reading of now: each machine is known as of when its report was made, and one
that is older than `client_report_max_age` says nothing. What does not belong here: what a machine should have.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from inregel import platform
from inregel.contract import Blocked, Checkpoint, Connection, Driver, Key, Operation, Receipt, Scope, View, World
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.formats.client_report import Collected

_MODULE: Final = "assu.client_certificates"
_MAX_AGE: Final = "30d"
_MOST_BYTES: Final = 64 * 2**20
_COLLECT: Final = "collect it with the script that this prints: inregel doc assu.client_certificates --script"


@dataclass(slots=True)
class _Report:
    """What stands at one place: by machine each store as it was last collected, and what could not be read."""

    machines: dict[str, dict[tuple[str, str], Collected]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, store: Collected) -> None:
        """Keeps it where it is the newest: each user of a machine collects the machine's own store too."""
        stores = self.machines.setdefault(store.machine, {})
        known = stores.get((store.store, store.user))
        if known is None or store.at > known.at:
            stores[store.store, store.user] = store

    def of(self, place: str) -> list[Collected]:
        """The stores that a place means."""
        from inregel.formats import client_report

        return client_report.of(self.machines.get(place.partition("\\")[0], {}).values(), place)


class Reports:
    """The reports of one run; each is read once, however many offices it speaks of."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, _Report] = {}

    def at(self, name: str) -> _Report:
        """All that stands in a file, or in the files *.csv and *.json of a folder."""
        if name not in self._known:
            self._known[name] = self._gather(name)
        return self._known[name]

    def _gather(self, name: str) -> _Report:
        place = self._root / name
        report = _Report()
        try:
            files = [place]
            if place.is_dir():
                files = sorted(each for each in place.iterdir() if each.suffix.lower() in (".csv", ".json"))
                if not files:
                    report.problems.append(said("{name} holds no report (*.csv, *.json)", name=name))
        except OSError as error:
            report.problems.append(said("{path} cannot be read: {reason}", path=name, reason=error.strerror))
            return report
        for file in files:
            self._add(file, name if file == place else f"{name}/{file.name}", report)
        return report

    @staticmethod
    def _add(file: Path, name: str, report: _Report) -> None:
        # Most offices have no report, and a plan without one does not pay for its reader.
        from inregel.formats.client_report import ReportError, read

        try:
            if platform.endless(file):
                raise ReportError(file=name, mistakes=" is not an ordinary file")
            if file.stat().st_size > _MOST_BYTES:
                raise ReportError(file=name, mistakes=f" is larger than {_MOST_BYTES >> 20} MiB")
            for store in read(file.read_bytes(), name):
                report.add(store)
        except ReportError as error:
            report.problems.append(str(error))
        except FileNotFoundError:
            report.problems.append(said("there is no report {name}", name=name))
        except OSError as error:
            report.problems.append(said("{path} cannot be read: {reason}", path=name, reason=error.strerror))


class Assu:
    """One portefeuille: reads the report of its client machines, where the connection names one."""

    operations: frozenset[str] = frozenset()

    def __init__(self, reports: Reports, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._reports, self._now = reports, now
        self._name = str(settings.get("client_report", ""))
        self._max_age = int(str(settings.get("client_report_max_age", _MAX_AGE)).removesuffix("d"))

    async def read(self, scope: Scope) -> View:
        """`clients`: per place (`PC-01`, `RDS-1\\ria`) when it was collected and what is there; else why not.

        Of a place only the certificates of the e-mail addresses that were asked for: stores hold those of others too.
        """
        if not self._name or _MODULE not in scope:
            return {}
        report = self._reports.at(self._name)
        if report.problems and not report.machines:
            return {"blocked": {_MODULE: Blocked(report.problems[0], "you", _COLLECT)}}
        asked: dict[str, set[str]] = {}
        for place, email in _keys(scope[_MODULE], report):
            asked.setdefault(place, set()).add(email.lower())
        places: dict[str, Any] = {}
        silent: dict[str, str] = {}
        for place, emails in asked.items():
            stores = report.of(place)
            why = self._useless(place, stores)
            if why:
                silent[place] = why
                continue
            own = [
                replace(store, certificates=tuple(each for each in store.certificates if each.email in emails))
                for store in stores
            ]
            places[place] = {"at": min(store.at for store in stores), "stores": own}
        return {"clients": {"places": places, "silent": silent, "problems": report.problems}}

    def _useless(self, place: str, stores: list[Collected]) -> str:
        """Why the report tells nothing of a place, up to its name; "" where it does."""
        _, backslash, user = place.partition("\\")
        if not stores or (user and not any(store.user == user.lower() for store in stores)):
            return said("{report} says nothing of", report=self._name)
        at, now = min(store.at for store in stores), self._now()
        if at > now + timedelta(days=1):
            return said(
                "{report} was collected on {day}, which is not yet (is the clock right?), of",
                report=self._name,
                day=at.date(),
            )
        if at < now - timedelta(days=self._max_age):
            return said(
                "{report} was collected on {day}, more than {days} days ago, of",
                report=self._name,
                day=at.date(),
                days=self._max_age,
            )
        return ""

    async def perform(self, operation: Operation, checkpoint: Checkpoint) -> Receipt:
        """Performs nothing: a person at that machine does."""
        return Receipt("failed", f"a machine cannot perform {operation.name}")

    async def settle(self, operation: Operation, checkpoint: Mapping[str, Any]) -> Receipt:
        """Nothing was begun."""
        return Receipt("failed", f"a machine cannot perform {operation.name}")


def _keys(keys: frozenset[Key] | None, report: _Report) -> Iterable[tuple[str, str]]:
    """Place and e-mail address of what is asked for; where all is asked for, of all that stands in the report."""
    if keys is not None:
        return [key for key in keys if isinstance(key, tuple)]
    return {
        (place, held.email)
        for stores in report.machines.values()
        for store in stores.values()
        for held in store.certificates
        for place in (store.machine, f"{store.machine}\\{store.user}")[: 2 if store.user else 1]
    }


@asynccontextmanager
async def open(world: World) -> AsyncIterator[Callable[[Connection], Driver]]:
    """One driver for each connection; reports are read once for all of them."""
    reports = Reports(Path(world.root))
    yield lambda connection: Assu(reports, connection.settings, world.now)

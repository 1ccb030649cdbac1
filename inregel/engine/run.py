"""What plan and apply share: the offices of a playbook, the drivers that are open, one read per connection."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from inregel.contract import Blocked, Connection, Driver, Key, Office, Seen, State, System, Unknown, View, World
from inregel.engine import asking, claims
from inregel.engine.allowance import Allowance, Confirmed
from inregel.engine.commits import Commits
from inregel.engine.desired import Desired
from inregel.engine.inputs import Shared
from inregel.engine.slots import Slot
from inregel.errors import InregelError
from inregel.ledger.base import Holder, Known, Ledger
from inregel.names import connection_of, plain, system_of
from inregel.plan import shapes
from inregel.plan.compare import stated
from inregel.plan.facts import Declared
from inregel.plan.faults import module_fault
from inregel.plan.progress import Observer, Silent
from inregel.speech import headline, said

if TYPE_CHECKING:
    from inregel.config.model import Play
    from inregel.config.playbook import Playbook
    from inregel.config.project import Project


@dataclass(slots=True, repr=False, eq=False)
class Options:
    """How one run is to go."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    limit: str = ""
    forks: int = 50
    """Offices at a time."""
    allow: Mapping[str, int] | None = None
    """Irreversible operations that may be begun, and how many; None: all, since a person confirmed them."""
    confirmed: Confirmed | None = None
    """The steps of the plan that a person confirmed: nothing else is begun. None: nobody was asked."""
    lease: timedelta = timedelta(seconds=60)
    patience: timedelta = timedelta(seconds=20)
    """The longest that one operation may take; the lease must outlast it."""
    reading: timedelta = timedelta(minutes=5)
    """The longest that one read may take."""
    observer: Observer = field(default_factory=Silent)


@dataclass(slots=True, repr=False, eq=False)
class OfficeRun:
    """One office in a run: what it declares and how it is reached."""

    office: Office
    desired: Desired
    declared: list[Declared]
    plays: tuple[int, ...]

    def connections(self) -> list[str]:
        """The names of the connections that its resources are at, also of those that the office does not have."""
        return sorted({connection_of(item.module) for item in self.declared})

    def modules(self) -> set[str]:
        """The modules that are planned."""
        return {item.module for item in self.declared if item.planned}


@dataclass(slots=True, repr=False, eq=False)
class Reading:
    """What one read of an office gave."""

    seen: dict[str, Seen] = field(default_factory=dict)
    """By module."""
    unreadable: dict[str, Blocked] = field(default_factory=dict)
    """By module."""
    views: dict[str, View] = field(default_factory=dict)
    """By name of the connection."""
    errors: list[InregelError] = field(default_factory=list)


class Run:
    """One plan or apply: opens each system once, and closes it at the end (`async with`)."""

    def __init__(self, project: Project, playbook: Playbook, ledger: Ledger, holder: Holder, options: Options) -> None:
        self.project, self.playbook, self.ledger = project, playbook, ledger
        self.options, self.holder = options, holder
        self.library = project.library
        self.secret_key = ledger.fingerprint_key()
        now = options.now().astimezone(project.settings.time_zone)
        self.shared = Shared(project.settings.root, project.secrets, now, project.places, self._stated)
        self._statements: dict[str, Known | None] = {}
        self.offices: dict[str, OfficeRun] = {}
        self.selected: list[tuple[str, ...]] = []
        self._systems: dict[str, System | None] = {}
        self._broken: dict[str, InregelError] = {}
        self._connect: dict[str, Callable[[Connection], Driver]] = {}
        self._drivers: dict[str, Driver] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._optional: dict[tuple[str, str], Callable[..., Any] | None] = {}
        self._stack = AsyncExitStack()
        self.allowance = Allowance(options.allow, options.confirmed, self.secret_key)
        self.commits = Commits(ledger, holder, options.lease)
        self.locks: dict[str, asyncio.Lock] = {}
        self.fences: dict[str, int] = {}
        self.written: set[str] = set()
        """Offices that this run had the leases of."""
        self.errors: list[InregelError] = []
        """What could not be read, in the order in which it was met."""
        self.stopping = False
        """Set by an interrupt: what is under way ends, nothing more is begun."""

    async def __aenter__(self) -> Run:
        await self._stack.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    @property
    def plays(self) -> tuple[Play, ...]:
        """The plays of the playbook."""
        return self.playbook.plays

    def declare(self) -> None:
        """Evaluates what all offices declare. Raises what is wrong with the configuration before anything is read."""
        in_play: dict[str, list[int]] = defaultdict(list)
        for index, play in enumerate(self.plays):
            chosen = self.project.select(play.pattern, self.options.limit)
            self.selected.append(tuple(chosen))
            for name in chosen:
                in_play[name].append(index)
        self.project.check(zip(self.plays, self.selected, strict=True))
        for office_id, plays in in_play.items():
            declarations = [
                (index, item) for index in plays for item in self.project.declare(self.plays[index], office_id)
            ]
            office = self.project.office(office_id)
            desired = Desired(office, declarations, self.library, self.shared)
            self.offices[office_id] = OfficeRun(office, desired, desired.resources(), tuple(plays))
        claims.block(self)

    def _stated(self, office: str, module: str, key: Key) -> State | Unknown | None:
        """What people last stated, when this run began to ask."""
        if office not in self._statements:
            self._statements[office] = self.ledger.known([office]).get(office)
        return stated(self._statements[office], module, key).state

    def optional(self, module: str, function: str) -> Callable[..., Any] | None:
        """A function that a module may have."""
        key = (plain(module), function)
        if key not in self._optional:
            self._optional[key] = getattr(self.library.module(key[0]), function, None)
        return self._optional[key]

    def note_fences(self) -> None:
        """Notes how often each lease was taken: what is read from now on holds for as long as nobody takes one.

        One that somebody holds now is left out: its holder may still write, so what is read is read again.
        """
        names = {f"office:{office}" for office in self.offices}
        names |= {c.identity for run in self.offices.values() for c in run.office.connections.values()}
        self.fences = dict(self.ledger.fences(names, free=True))

    # --- drivers ----------------------------------------------------------------------------------------------------

    async def driver(self, office: Office, name: str) -> Driver | None:
        """The driver of an office's connection; None where the system has none or the office no such connection."""
        connection = office.connections.get(name)
        if connection is None:
            return None
        system = connection.system
        known = self._drivers.get(connection.identity)
        if known is None and await self._open(system):
            try:
                known = self._drivers[connection.identity] = self._connect[system](connection)
            except InregelError:
                raise
            except Exception as error:
                raise asking.fault(system, error, f"with the connection of {office.id}") from error
        return known

    async def _open(self, system: str) -> bool:
        """Opens a system once; False where it has no driver. Raises each time what went wrong the first time."""
        if system in self._broken:
            raise self._broken[system]
        if system not in self._systems:
            found = self.library.system(system)
            if found is not None:
                world = World(self.options.now, self.options.sleep, str(self.project.settings.root))
                try:
                    self._connect[system] = await self._stack.enter_async_context(found.open(world))
                except Exception as error:
                    known = error if isinstance(error, InregelError) else asking.fault(system, error, "while opening")
                    self._broken[system] = known
                    raise known from error
            self._systems[system] = found
        return self._systems[system] is not None

    async def operations(self, run: OfficeRun) -> dict[str, frozenset[str]]:
        """What the driver of each of an office's connections can perform, by name of the connection."""
        result = {}
        for name in run.connections():
            try:
                driver = await self.driver(run.office, name)
                result[name] = frozenset() if driver is None else asking.operations(driver, system_of(name))
            except InregelError as error:
                # It can perform nothing; mostly reading this connection has said so already.
                result[name] = frozenset()
                if not any(error is known for known in self.errors):
                    self.errors.append(error)
        return result

    # --- reading ----------------------------------------------------------------------------------------------------

    async def read(self, run: OfficeRun, only: Collection[tuple[str, Key]] | None = None) -> Reading:
        """One read per connection of an office; `only` reads again what was changed."""
        reading = Reading()
        scopes: dict[str, dict[str, frozenset[Key] | None]] = defaultdict(dict)
        exact = {owner.module for owner in run.desired.owners}
        keys: dict[str, set[Key]] = defaultdict(set)
        if only is None:
            keys.update((module, set()) for module in exact)
        else:
            # What an `exact` task removes is declared by none.
            keys.update((module, set()) for module, _ in only if module in exact)
        for item in run.declared:
            if item.planned and (only is None or (item.module, item.key) in only):
                keys[item.module].add(item.key)
        for module, wanted in keys.items():
            scopes[connection_of(module)][module] = None if module in exact else frozenset(wanted)
        for name, scope in scopes.items():
            await self._read_connection(run, name, scope, reading)
        return reading

    async def read_undeclared(self, run: OfficeRun, refs: Collection[tuple[str, Key]]) -> Reading:
        """Reads resources that this run does not plan; those of a system that cannot be reached are left out."""
        reading = Reading()
        scopes: dict[str, dict[str, frozenset[Key]]] = defaultdict(dict)
        known = self.library.modules()
        for module, key in refs:
            name = connection_of(module)
            if plain(module) in known and name in run.office.connections:
                scopes[name][module] = scopes[name].get(module, frozenset()) | {key}
        for name, scope in scopes.items():
            await self._read_connection(run, name, scope, reading)
        return reading

    async def _read_connection(
        self, run: OfficeRun, name: str, scope: Mapping[str, frozenset[Key] | None], reading: Reading
    ) -> None:
        connection = run.office.connections.get(name)
        if connection is None:
            if self.library.connection_schema(system_of(name)) is not None:
                remedy = said("add it under offices: {office}: connections: in the inventory", office=run.office.id)
                why = Blocked(said("the office has no connection {name}", name=name), "you", remedy)
                reading.unreadable.update(dict.fromkeys(scope, why))
            return
        try:
            driver = await self.driver(run.office, name)
            if driver is None:
                return
            patience = self.options.reading
            async with self.slot(connection, patience):
                wanted = {plain(module): keys for module, keys in scope.items()}
                view = await asking.read(driver, connection, wanted, patience)
        except InregelError as error:
            self._unreadable(error, scope, reading)
        else:
            reading.views[name] = view
            blocked = view.get("blocked")
            for module in scope:
                barred = blocked.get(plain(module)) if isinstance(blocked, Mapping) else None
                if isinstance(barred, Blocked):
                    reading.unreadable[module] = barred
                else:
                    reading.seen[module] = self._actual(module, run.office.id, view)

    def _actual(self, module: str, office: str, view: View) -> Seen:
        try:
            given = self.library.module(plain(module)).actual(view)
        except (Exception, SystemExit) as error:
            raise module_fault(module, office, error) from error
        return shapes.seen(module, office, given)

    def _unreadable(self, error: InregelError, scope: Mapping[str, object], reading: Reading) -> None:
        reading.errors.append(error)
        self.errors.append(error)
        why = Blocked(headline(error), "other")
        reading.unreadable.update(dict.fromkeys(scope, why))

    def slot(self, connection: Connection, patience: timedelta) -> Slot:
        """A place among the calls that a connection allows at a time, over all processes of the ledger."""
        local = None
        if connection.limit:
            local = self._slots.setdefault(connection.identity, asyncio.Semaphore(connection.limit))
        return Slot(self, connection, local, patience)

    def day(self, office: str) -> date:
        """The day that it is in an office: what its quotas count by."""
        return self.shared.now.astimezone(self.project.zone(office)).date()

    def known(self, offices: Sequence[str]) -> Mapping[str, Known]:
        """What people stated about some offices."""
        return self.ledger.known(offices)

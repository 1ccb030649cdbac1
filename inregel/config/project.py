"""A project as the rest sees it: settings, inventory, playbooks, and what the offices declare."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo

from inregel.config import chosen, office_zone, patterns, variables
from inregel.config import settings as project_settings
from inregel.config.alike import unlike
from inregel.config.connections import Connections
from inregel.config.declare import Declarer
from inregel.config.expressions import Absent, Problem
from inregel.config.extra import EXTRA, ExtraVarsProblem, gathered
from inregel.config.inventory import Inventory
from inregel.config.limits import BadOption, named
from inregel.config.mistakes import Mistake, Position
from inregel.config.model import Declaration, Play, Settings
from inregel.config.office_values import OfficeValues
from inregel.config.places import CapturePlaces
from inregel.config.playbook import Playbook, Playbooks
from inregel.config.positions import failure
from inregel.config.reading import InventoryReader, Readers
from inregel.config.rules import strange_rules
from inregel.config.scope import OfficeScope, Rendered
from inregel.config.templates import Templates, settle, told
from inregel.config.variables import Files, Layer
from inregel.config.wrong import Wrong
from inregel.contract import Connection, Fault, Office
from inregel.library import Library
from inregel.secrets import open_source
from inregel.secrets.base import SecretSource


def load(
    directory: FilePath,
    *,
    extra_vars: Sequence[str] = (),
    inventory: Sequence[str] = (),
    secrets: SecretSource | None = None,
    library: Library | None = None,
) -> Project:
    """The project that `directory` stands in. `inventory` replaces that of `inregel.yml`; paths are from `directory`.

    Raises `ConfigError` with all mistakes of its inventory, or what `settings` raises.
    """
    root = project_settings.find_root(directory)
    settings = project_settings.load(root)
    files = Files(root)
    files.record(root / project_settings.FILE, (root / project_settings.FILE).read_bytes())
    source = secrets or open_source(root, settings.secrets, environ=os.environ)
    readers = Readers(files, source)
    shelf = library or Library(root)
    sources = [directory.absolute() / path for path in inventory] or [root / path for path in settings.inventory]
    try:
        extra = gathered(extra_vars, readers.read, directory)
    except (ExtraVarsProblem, variables.Locked) as problem:
        raise BadOption(reason=str(problem)) from problem
    if extra_vars:
        files.note(EXTRA, repr(sorted(extra.items(), key=str)).encode())
    found = InventoryReader(readers, shelf.schema("inventory")).read(sources)
    if strange := strange_rules(settings, shelf):
        raise failure(root, strange)
    return Project(settings, found, shelf, source, _Context(directory, readers, extra, sources))


class _Context:
    """What a project was loaded with."""

    __slots__ = ("directory", "extra", "readers", "sources")

    def __init__(
        self, directory: FilePath, readers: Readers, extra: Mapping[str, Any], sources: Sequence[FilePath]
    ) -> None:
        self.directory = directory
        self.readers = readers
        self.extra = extra
        self.sources = sources


class Project:
    """An open project. Offices are cheap to ask for; nothing is kept per office but what `check` has declared."""

    def __init__(
        self, settings: Settings, inventory: Inventory, library: Library, secrets: SecretSource, context: _Context
    ) -> None:
        self.settings = settings
        self.inventory = inventory
        self.library = library
        self.secrets = secrets
        self._context = context
        self._files = context.readers.files
        self._templates = Templates()
        self._declarer = Declarer(self._templates, library.module_schema)
        self._connections = Connections(library.connection_schema, library.systems)
        self._places = CapturePlaces(self._connections, library.systems, self.scope)
        self._values = OfficeValues(inventory, self._templates, context.extra, secrets, self.places)
        self._zones: dict[str, ZoneInfo] = {}
        self._declared: dict[tuple[int, str], list[Declaration]] = {}
        self._connected: dict[str, Mapping[str, Connection]] = {}

    # --- what there is ----------------------------------------------------------------------------------------------

    def playbook(self, path: str, *, tags: Sequence[str] = (), skip_tags: Sequence[str] = ()) -> Playbook:
        """A playbook by its path from the root. Raises one `ConfigError` for all its files."""
        root = self.settings.root
        folders = [source if source.is_dir() else source.parent for source in self._context.sources]
        reader = Playbooks(
            self._files,
            self._context.readers.read,
            self.library.schema("playbook"),
            self.library.modules(),
            tags,
            skip_tags,
            folders,
            self._context.extra,
        )
        found = reader.read(root / path)
        for play in found.plays:
            try:
                patterns.select(self.inventory, patterns.split(play.pattern))
            except patterns.PatternError as error:
                where = play.where._replace(path=(*play.where.path, "offices"))
                reader.mistakes.append(Mistake(error.short, where, error.near))
        if reader.mistakes:
            raise failure(root, reader.mistakes)
        return found

    def select(self, pattern: str, limit: str = "") -> tuple[str, ...]:
        """The offices of a pattern that `--limit` leaves, in the order of the inventory. Raises `PatternError`."""
        chosen = set(patterns.select(self.inventory, patterns.split(pattern)))
        if limit:
            parts = list(named(limit, self._context.directory))
            if not parts:
                # Without a name a pattern is everybody, and a file that came out empty means the contrary.
                raise BadOption(reason=f"--limit {limit}: this names nobody. For all offices leave --limit out")
            chosen &= set(patterns.select(self.inventory, parts))
        return tuple(office for office in self.inventory.order if office in chosen)

    def inputs(self) -> list[tuple[str, str]]:
        """(relative path, SHA-256) of every file that was read so far."""
        return self._files.inputs()

    # --- one office -------------------------------------------------------------------------------------------------

    def office(self, office_id: str, play: Play | None = None) -> Office:
        """An office as modules see it. Raises `ConfigError` where a connection is wrong."""
        connections = self._connected.pop(office_id, None) if play is None else None
        if connections is None:
            wrong = Wrong()
            connections = self._connections_of(office_id, play, wrong)
            if wrong:
                raise failure(self.settings.root, wrong.mistakes())
        name = self._values.name(office_id)
        groups = self.inventory.groups_of(office_id)
        return Office(office_id, name, groups, self.rendered(office_id, play), connections)

    def rendered(self, office_id: str, play: Play | None = None) -> Rendered:
        """The variables of an office, rendered when asked for, with `Secret`. Raises `Fault` or `ConfigError` then."""
        return Rendered(lambda: self.scope(office_id, play), self._failed)

    def office_name(self, office_id: str) -> str:
        """The name of an office as people know it, else its id."""
        return self._values.name(office_id)

    def _connections_of(self, office_id: str, play: Play | None, wrong: Wrong) -> Mapping[str, Connection]:
        scope = self.scope(office_id, play)
        try:
            return self._connections.of(office_id, scope, lambda mistake: wrong.add(mistake, office_id))
        except Absent:
            return {}

    def person(self, office_id: str, role: str) -> str:
        """Who stands under a role (`contact`, `certificate.administrator`); "" where nobody does."""
        value = self.value(office_id, role)
        return value if isinstance(value, str) else ""

    def language(self, office_id: str) -> str:
        """The language of the people of an office."""
        value = self.value(office_id, "language")
        return value if value in ("nl", "fr", "en") else self.settings.language

    def zone(self, office_id: str) -> ZoneInfo:
        """In which time zone a day of an office is a day: its variable `time_zone`, else that of the project."""
        found = self._zones.get(office_id)
        if found is None:
            found = self._zones[office_id] = self._zone(office_id, Wrong())
        return found

    def _zone(self, office_id: str, wrong: Wrong) -> ZoneInfo:
        layers = (self._context.extra, self.inventory.own_values(office_id), self.inventory.shared_values(office_id))
        if not any(office_zone.VARIABLE in layer for layer in layers):
            return self.settings.time_zone
        found = office_zone.of_office(self.scope(office_id), lambda mistake: wrong.add(mistake, office_id))
        return found or self.settings.time_zone

    def value(self, office_id: str, path: str, play: Play | None = None) -> Any:
        """A variable, or by a dotted path a part of one; None where there is none or it cannot be rendered."""
        scope = self.scope(office_id, play)
        try:
            return settle(self._templates.text("{{ " + path + " }}")(scope))
        except (Problem, Absent):
            return None

    def layers(self, office_id: str, play: Play | None = None) -> list[Layer]:
        """Everything that is said about an office, from weak to strong."""
        return self._values.layers(office_id, play)

    def scope(self, office_id: str, play: Play | None = None) -> OfficeScope:
        """What templates of an office see."""
        return self._values.scope(office_id, play)

    def places(self, office_id: str) -> Mapping[str, Sequence[str]]:
        """The connections of an office by name, each with the identities that its captured secrets stand under."""
        return self._places.of(office_id)

    # --- what is declared -------------------------------------------------------------------------------------------

    def check(self, plays: Iterable[tuple[Play, Sequence[str]]]) -> None:
        """Declares plays for their offices; `declare` and `office` then give what was found, once.

        Raises one `ConfigError` with the mistakes of all of them, before anything is read elsewhere.
        """
        wrong = Wrong()
        seen: set[str] = set()
        for play, offices in plays:
            self._declarer.prepare(play, wrong)
            for office_id in offices:
                self._declared[id(play), office_id] = self._declare(play, office_id, wrong)
                if office_id not in seen:
                    seen.add(office_id)
                    self._connected[office_id] = self._connections_of(office_id, None, wrong)
                    self._zones[office_id] = self._zone(office_id, wrong)
        for mistake in unlike(self._connected, self.library.connection_schema, self.scope, self.settings.root):
            wrong.add(mistake)
        if wrong:
            self._declared.clear()
            self._connected.clear()
            raise failure(self.settings.root, wrong.mistakes())

    def declare(self, play: Play, office_id: str) -> list[Declaration]:
        """What a play declares for one office, in the order of its tasks. Raises `ConfigError`."""
        ready = self._declared.pop((id(play), office_id), None)
        if ready is not None:
            return ready
        wrong = Wrong()
        found = self._declare(play, office_id, wrong)
        if wrong:
            raise failure(self.settings.root, wrong.mistakes())
        return found

    def _declare(self, play: Play, office_id: str, wrong: Wrong) -> list[Declaration]:
        locked = self.inventory.locked(office_id) or variables.locked_among(play.vars)
        if locked is not None:
            modules = [chosen.static(task) or task.module for task in play.tasks]
            return [
                Declaration(task, module, {}, locked.reason, locked.remedy)
                for task, module in zip(play.tasks, modules, strict=True)
            ]
        there = self._connection_names(office_id)
        return self._declarer.declare(play, office_id, self._values.shared(office_id, play), wrong, there)

    def _connection_names(self, office_id: str) -> Collection[str] | None:
        """The names of an office's connections, also of those that are wrong; None where a secret hides them."""
        values = (self._context.extra, self.inventory.own_values(office_id), self.inventory.shared_values(office_id))
        declared = next((each["connections"] for each in values if "connections" in each), None)
        if isinstance(declared, str):
            try:
                declared = self.scope(office_id).get("connections")
            except Absent:
                return None
            except (KeyError, Problem):  # what is wrong with it is said where the connections are made
                return None
        return declared.keys() if isinstance(declared, Mapping) else ()

    def _failed(self, problem: Problem | Absent, name: str) -> Exception:
        if isinstance(problem, Absent):
            return Fault(problem.reason, remedy=problem.remedy)
        message, instead = told(problem, iter(()))
        where = problem.where or Position(name, 0, 0)
        return failure(self.settings.root, [Mistake(message, where, instead)])

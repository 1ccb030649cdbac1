"""A project as the rest sees it: settings, inventory, playbooks, and what the offices declare."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, Final

from inregel.config import patterns, variables
from inregel.config import settings as project_settings
from inregel.config.connections import Connections
from inregel.config.declare import Declarer
from inregel.config.expressions import Absent, Problem
from inregel.config.inventory import Inventory
from inregel.config.lazy import dynamic
from inregel.config.mistakes import Mistake, Position, Where
from inregel.config.model import Declaration, Play, Settings
from inregel.config.playbook import Playbook, Playbooks
from inregel.config.positions import failure
from inregel.config.reading import InventoryReader, Readers
from inregel.config.scope import OfficeScope, Rendered, Shared
from inregel.config.source import Vaulted
from inregel.config.templates import Templates, settle, told
from inregel.config.variables import Files, Layer
from inregel.config.words import nearest
from inregel.config.wrong import Wrong
from inregel.contract import Connection, Fault, Office, Secret
from inregel.errors import InregelError
from inregel.library import Library
from inregel.secrets import open_source
from inregel.secrets.base import SecretSource

EXTRA: Final = "--extra-vars"


class BadOption(InregelError):
    """{reason}"""


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
    extra: dict[str, Any] = {}
    for text in extra_vars:
        try:
            extra.update(variables.parse_extra(text, readers.read, directory))
        except (variables.ExtraVarsProblem, variables.Locked) as problem:
            raise BadOption(reason=str(problem)) from problem
        files.note(EXTRA, repr(sorted(extra.items(), key=str)).encode())
    for name in extra.keys() & variables.RESERVED:
        raise BadOption(reason=f"--extra-vars: `{name}` always means inregel's own {name}; give it another name")
    found = InventoryReader(readers, shelf.schema("inventory")).read(sources)
    if strange := _strange_rules(settings, shelf):
        raise failure(root, strange)
    return Project(settings, found, shelf, source, _Context(directory, readers, extra, sources))


def _strange_rules(settings: Settings, library: Library) -> list[Mistake]:
    """Rules of `attestations:` for modules that there are not: each would count for nothing, unseen."""
    names = settings.attestations.keys() - project_settings.ATTESTED.keys()
    known = library.modules() if names else []
    return [
        Mistake(
            f"there is no module `{name}`; all modules: inregel doc",
            Where(project_settings.FILE, ("attestations", name), key=True),
            nearest(name, known),
        )
        for name in sorted(names - set(known))
    ]


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
        self._vaulted: dict[Vaulted, Secret] = {}
        self._others = Offices(self)
        self._declared: dict[tuple[int, str], list[Declaration]] = {}
        self._connected: dict[str, Mapping[str, Connection]] = {}
        self._last: tuple[str, Play | None, Shared] | None = None

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
            parts = list(self._limit(limit))
            if not parts:
                # Without a name a pattern is everybody, and a file that came out empty means the contrary.
                raise BadOption(reason=f"--limit {limit}: this names nobody. For all offices leave --limit out")
            chosen &= set(patterns.select(self.inventory, parts))
        return tuple(office for office in self.inventory.order if office in chosen)

    def _limit(self, limit: str) -> Iterator[str]:
        for part in patterns.split(limit):
            if part[0] != "@":
                yield part
                continue
            try:
                lines = (self._context.directory / part[1:]).read_text("utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise BadOption(reason=f"--limit {part}: the file {part[1:]} cannot be read") from error
            yield from (line.strip() for line in lines if line.strip())

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
        name = self._name(office_id)
        groups = self.inventory.groups_of(office_id)
        return Office(office_id, name, groups, self.rendered(office_id, play), connections)

    def rendered(self, office_id: str, play: Play | None = None) -> Rendered:
        """The variables of an office, rendered when asked for, with `Secret`. Raises `Fault` or `ConfigError` then."""
        return Rendered(lambda: OfficeScope(self._shared(office_id, play)), self._failed)

    def office_name(self, office_id: str) -> str:
        """The name of an office as people know it, else its id."""
        return self._name(office_id)

    def _connections_of(self, office_id: str, play: Play | None, wrong: Wrong) -> Mapping[str, Connection]:
        scope = OfficeScope(self._shared(office_id, play))
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

    def value(self, office_id: str, path: str, play: Play | None = None) -> Any:
        """A variable, or by a dotted path a part of one; None where there is none or it cannot be rendered."""
        scope = OfficeScope(self._shared(office_id, play))
        try:
            return settle(self._templates.text("{{ " + path + " }}")(scope))
        except (Problem, Absent):
            return None

    def layers(self, office_id: str, play: Play | None = None) -> list[Layer]:
        """Everything that is said about an office, from weak to strong."""
        own = play.vars.layers if play is not None and isinstance(play.vars, variables.Vars) else ()
        extra = [Layer(self._context.extra, EXTRA, (), {})] if self._context.extra else []
        return [*self.inventory.layers(office_id), *own, *extra]

    def scope(self, office_id: str, play: Play | None = None) -> OfficeScope:
        """What templates of an office see."""
        return OfficeScope(self._shared(office_id, play))

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
            return [Declaration(task, task.module, {}, locked.reason, locked.remedy) for task in play.tasks]
        return self._declarer.declare(play, office_id, self._shared(office_id, play), wrong)

    # --- how variables are found ------------------------------------------------------------------------------------

    def _shared(self, office_id: str, play: Play | None) -> Shared:
        kept = self._last
        if kept is not None and kept[0] == office_id and kept[1] is play:
            return kept[2]
        extra = self._context.extra
        own, base = self.inventory.own_values(office_id), self.inventory.shared_values(office_id)
        maps = [each for each in (extra, play.vars if play is not None else None, own, base) if each]
        groups = list(self.inventory.groups_of(office_id))
        office: dict[str, Any] = {"id": office_id, "name": office_id, "groups": groups}
        shared = Shared(
            self._templates,
            maps,
            {"office": office, "offices": self._others},
            lambda name: variables.place_of(name, self.layers(office_id, play)),
            self._secret,
        )
        shared.strongest = extra
        office["name"] = self._name(office_id)
        self._last = (office_id, play, shared)
        return shared

    def _name(self, office_id: str) -> str:
        """The variable `name` of the inventory, else the id."""
        own = self.inventory.own_values(office_id)
        raw = own["name"] if "name" in own else self.inventory.shared_values(office_id).get("name")
        if isinstance(raw, str) and not dynamic(raw):
            return raw
        if not isinstance(raw, str):
            return office_id
        maps = [self.inventory.own_values(office_id), self.inventory.shared_values(office_id)]
        magic = {"office": {"id": office_id, "name": office_id}, "offices": self._others}
        shared = Shared(self._templates, maps, magic, lambda name: None, self._secret)
        try:
            return str(settle(OfficeScope(shared).get("name")))
        except (Problem, Absent):
            return office_id

    def _secret(self, what: str | Vaulted) -> Secret:
        if isinstance(what, str):
            return self.secrets.get(what)
        found = self._vaulted.get(what)
        if found is None:
            name = f"{what.where.file}:{'.'.join(map(str, what.where.path))}"
            found = self._vaulted[what] = self.secrets.vaulted(what.text, name)
        return found

    def _failed(self, problem: Problem | Absent, name: str) -> Exception:
        if isinstance(problem, Absent):
            return Fault(problem.reason, remedy=problem.remedy)
        message, instead = told(problem, iter(()))
        where = problem.where or Position(name, 0, 0)
        return failure(self.settings.root, [Mistake(message, where, instead)])


class Offices(Mapping[str, Mapping[str, Any]]):
    """`offices` in templates: every office of the inventory by id, with its id, name, groups and variables."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._made: dict[str, _Other] = {}

    def __getitem__(self, office_id: str) -> Mapping[str, Any]:
        if office_id not in self._made:
            if office_id not in self._project.inventory.offices:
                raise KeyError(office_id)
            self._made[office_id] = _Other(self._project.scope(office_id))
        return self._made[office_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._project.inventory.order)

    def __len__(self) -> int:
        return len(self._project.inventory.order)


class _Other(Mapping[str, Any]):
    """One of `offices`."""

    def __init__(self, scope: OfficeScope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        own = self._scope.get("office")
        return own[name] if name in own else self._scope.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name in self._scope.names() if name not in variables.RESERVED))

    def __len__(self) -> int:
        return sum(1 for _ in self)

"""Where modules, drivers, schemas and work-order texts are found. Loads code by path, and only what is asked for.

The built-in library comes first, then the project's own folders `modules/`, `drivers/` and `schemas/`, in the same
way. A name that stands in both is an error that names both.
What does not belong here: what a module means (that is `inregel.plan`), and checking data against a schema (that is
`inregel.config.schema`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from inregel import loader
from inregel.errors import InregelError
from inregel.frozen import frozen

if TYPE_CHECKING:
    from inregel.contract import Module, System

LANGUAGES: Final = ("nl", "en", "fr")
"""The languages of work-order texts; the first is the one to fall back on."""
FUNCTIONS: Final = ("desired", "actual", "steps")
"""What every module has (`contract.Module`)."""
NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_GUIDE: Final = "docs/guide/modules-and-drivers.md"


class LibraryError(InregelError):
    """{reason}"""


class NoSuchModule(LibraryError):
    """There is no module {name}.{hint}
    The modules that exist: inregel doc"""


class NoSuchText(LibraryError):
    """There is no work-order text {name}.{hint}
    It is a file modules/<system>/work_orders/<name>.nl.md"""


class SameName(LibraryError):
    """{name} stands twice: {first} and {second}.
    Give the one of your project another name; the built-in one is not replaced."""


def home() -> Path:
    """The folder that holds `modules/`, `schemas/` and `playbooks/`: the package in a wheel, the checkout otherwise."""
    package = Path(__file__).resolve().parent
    return package if (package / "modules").is_dir() else package.parent


@frozen
class _Shelf:
    """One place where things are found."""

    root: Path
    package: str
    """The private name under which its code is loaded, such as `inregel_library`."""

    def name_of(self, path: Path) -> str:
        """The path as people know it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


class Library:
    """The built-in library and, where `root` is given, the folders of that project.

    `built_in` is for tests; everybody else uses the one that came with this version.
    """

    def __init__(self, root: Path | None, *, built_in: Path | None = None) -> None:
        base = built_in or home()
        package = "inregel_library" if built_in is None else loader.private_name()
        self._built_in = _Shelf(base, package)
        self._shelves = [self._built_in]
        if root is not None and root.resolve() != base.resolve():
            self._shelves.append(_Shelf(root, loader.private_name()))
        self._loaded: dict[str, Module] = {}
        self._systems: dict[str, System | None] = {}
        self._connection_schemas: dict[str, dict[str, Any] | None] = {}
        self._json: dict[Path, dict[str, Any]] = {}
        self._used: dict[Path, None] = {}

    # --- modules ----------------------------------------------------------------------------------------------------

    def modules(self) -> list[str]:
        """The names of all modules, `<system>.<name>`, sorted. Loads none."""
        return sorted(self._modules)

    def systems(self) -> list[str]:
        """The systems that have a module, a driver or a connection schema, sorted."""
        found = {name.partition(".")[0] for name in self._modules}
        for shelf in self._shelves:
            schemas = (shelf.root / "schemas/connections").glob("*.schema.json")
            found |= {path.name.partition(".")[0] for path in schemas}
            found |= {path.stem for path in (shelf.root / "drivers").glob("*.py") if NAME.match(path.stem)}
        return sorted(found)

    def module(self, name: str) -> Module:
        """The module `<system>.<name>`, loaded once. Raises `NoSuchModule` with the nearest name, or `LibraryError`."""
        if name not in self._loaded:
            shelf, path = self._find_module(name)
            self._schema_path(name, shelf, path)
            loaded = self._load(shelf, f"modules.{name}", path)
            missing = [function for function in FUNCTIONS if not callable(getattr(loaded, function, None))]
            if missing:
                raise LibraryError(
                    reason=f"{shelf.name_of(path)} has no function {' and no function '.join(missing)}.\n"
                    f"A module needs {', '.join(FUNCTIONS[:-1])} and {FUNCTIONS[-1]}; see {_GUIDE}"
                )
            self._loaded[name] = cast("Module", loaded)
        return self._loaded[name]

    def module_schema(self, name: str) -> dict[str, Any]:
        """The JSON Schema of a module's arguments."""
        shelf, path = self._find_module(name)
        return self._read_json(self._schema_path(name, shelf, path), shelf)

    def origin(self, name: str) -> Path:
        """The file of a module. Loads nothing."""
        return self._find_module(name)[1]

    def built_in(self, name: str) -> bool:
        """Whether a module came with this version, rather than with the project."""
        return self._find_module(name)[0] is self._built_in

    # --- systems ----------------------------------------------------------------------------------------------------

    def system(self, name: str) -> System | None:
        """The driver file of a system, or None where it has none: such a system works by work orders alone."""
        if name not in self._systems:
            self._systems[name] = self._load_system(name)
        return self._systems[name]

    def connection_schema(self, system: str) -> dict[str, Any] | None:
        """The JSON Schema of a system's connections, or None where there is none."""
        if system not in self._connection_schemas:
            found = self._one(f"schemas/connections/{system}.schema.json") if NAME.match(system) else None
            self._connection_schemas[system] = None if found is None else self._read_json(found[1], found[0])
        return self._connection_schemas[system]

    # --- texts and schemas ------------------------------------------------------------------------------------------

    def text(self, order: str, language: str) -> tuple[str, str]:
        """The path and the template of a work-order text (`assu/wizard`), in the language that `spoken` says."""
        _, shelf, path = self._spoken(order, language)
        self._used[path] = None
        return shelf.name_of(path), _read(path, shelf)

    def spoken(self, order: str, language: str) -> str:
        """The language in which there is a work-order text: `language`, else Dutch, else any. Raises `NoSuchText`."""
        return self._spoken(order, language)[0]

    def answers(self, order: str) -> dict[str, Any]:
        """The JSON Schema of what a work order asks back. Raises `NoSuchText` where it has none."""
        found = self._one(f"{_order_path(order)}.answers.schema.json")
        if found is None:
            raise NoSuchText(name=f"{order}.answers.schema.json", hint="")
        return self._read_json(found[1], found[0])

    def orders(self) -> list[str]:
        """The names of all work-order texts, `<system>/<name>`, sorted."""
        found = set()
        for shelf in self._shelves:
            for path in (shelf.root / "modules").glob("*/work_orders/*.md"):
                found.add(f"{path.parent.parent.name}/{path.name.partition('.')[0]}")
        return sorted(found)

    def schema(self, name: str) -> dict[str, Any]:
        """A schema of the product itself: `project`, `inventory`, `playbook`, `plan-report`."""
        path = self._built_in.root / "schemas" / f"{name}.schema.json"
        if not path.is_file():
            known = sorted(each.name.partition(".")[0] for each in path.parent.glob("*.schema.json"))
            near = _nearest(name, known)
            raise LibraryError(reason=f"There is no schema {name}.{f' Nearest: {near}.' if near else ''}")
        return self._read_json(path, self._built_in)

    def used(self) -> list[Path]:
        """Every file that was read so far: code, schemas and texts. A plan rests on them."""
        return list(self._used)

    # --- how things are found ---------------------------------------------------------------------------------------

    @cached_property
    def _modules(self) -> dict[str, tuple[_Shelf, Path]]:
        found: dict[str, tuple[_Shelf, Path]] = {}
        for shelf in self._shelves:
            for path in sorted((shelf.root / "modules").glob("*/*.py")):
                name = f"{path.parent.name}.{path.stem}"
                if not (NAME.match(path.parent.name) and NAME.match(path.stem)):
                    continue
                if name in found:
                    _refuse_same(f"The module {name}", found[name], (shelf, path))
                found[name] = (shelf, path)
        return found

    def _find_module(self, name: str) -> tuple[_Shelf, Path]:
        found = self._modules.get(name)
        if found is None:
            near = _nearest(name, self._modules)
            raise NoSuchModule(name=name, hint=f" Nearest: {near}." if near else "")
        return found

    def _schema_path(self, name: str, shelf: _Shelf, module: Path) -> Path:
        system, _, stem = name.partition(".")
        path = shelf.root / "schemas/modules" / system / f"{stem}.schema.json"
        if not path.is_file():
            others = sorted(each.name for each in path.parent.glob("*.schema.json"))
            near = _nearest(path.name, [each for each in others if f"{system}.{each[:-12]}" not in self._modules])
            hint = f"\n{shelf.name_of(path.parent / near)} belongs to no module: is it this one?" if near else ""
            raise LibraryError(
                reason=f"{shelf.name_of(module)} has no schema: {shelf.name_of(path)} is not there. "
                f"Module and schema have the same name.{hint}"
            )
        return path

    def _load_system(self, name: str) -> System | None:
        if not NAME.match(name):
            return None
        shipped = Path(__file__).parent / f"drivers/{name}.py"
        found = [(self._built_in, shipped)] if shipped.is_file() else []
        own = [(shelf, shelf.root / f"drivers/{name}.py") for shelf in self._shelves[1:]]
        found += [(shelf, path) for shelf, path in own if path.is_file()]
        if len(found) > 1:
            _refuse_same(f"The driver {name}", found[0], found[1])
        if not found:
            return None
        shelf, path = found[0]
        loaded = self._load(shelf, f"drivers.{name}", path)
        if not callable(getattr(loaded, "open", None)):
            raise LibraryError(reason=f"{shelf.name_of(path)} has no function open; see {_GUIDE}")
        return cast("System", loaded)

    def _spoken(self, order: str, language: str) -> tuple[str, _Shelf, Path]:
        for wanted in dict.fromkeys((language, LANGUAGES[0], *LANGUAGES)):
            found = self._one(f"{_order_path(order)}.{wanted}.md")
            if found is not None:
                return wanted, *found
        near = _nearest(order, self.orders())
        raise NoSuchText(name=order, hint=f" Nearest: {near}." if near else "")

    def _one(self, relative: str) -> tuple[_Shelf, Path] | None:
        """The one file of that name, wherever it stands."""
        found = [(shelf, shelf.root / relative) for shelf in self._shelves if (shelf.root / relative).is_file()]
        if len(found) > 1:
            _refuse_same(relative, found[0], found[1])
        return found[0] if found else None

    def _read_json(self, path: Path, shelf: _Shelf) -> dict[str, Any]:
        if path not in self._json:
            self._used[path] = None
            try:
                data = json.loads(_read(path, shelf))
            except ValueError as error:
                raise LibraryError(reason=f"{shelf.name_of(path)} is not JSON: {error}") from error
            if not isinstance(data, dict):
                raise LibraryError(reason=f"{shelf.name_of(path)} must hold one JSON object.")
            self._json[path] = data
        return self._json[path]

    def _load(self, shelf: _Shelf, name: str, path: Path) -> ModuleType:
        self._used[path] = None
        if path.is_relative_to(Path(__file__).parent / "drivers"):
            return loader.import_plainly(f"inregel.{name}", path, shelf.root)
        return loader.load(shelf.package, shelf.root, name)


def _order_path(order: str) -> str:
    system, _, name = order.partition("/")
    if not (NAME.match(system) and re.match(r"[a-z][a-z0-9_-]*\Z", name)):
        raise NoSuchText(name=order, hint=" It is named <system>/<name>.")
    return f"modules/{system}/work_orders/{name}"


def _read(path: Path, shelf: _Shelf) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryError(reason=f"{shelf.name_of(path)} cannot be read: {error}") from error


def _nearest(word: str, words: Iterable[str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)), "")


def _refuse_same(name: str, first: tuple[_Shelf, Path], second: tuple[_Shelf, Path]) -> NoReturn:
    raise SameName(name=name, first=first[1].as_posix(), second=second[0].name_of(second[1]))

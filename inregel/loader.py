"""Loads Python files by path under a private name, and says in plain words what is wrong with one that does not load.

What does not belong here: where files are found, and what they must hold (that is `inregel.library`).
"""

from __future__ import annotations

import importlib
import itertools
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from inregel.errors import InregelError

_PROJECT: Final = "inregel_project_"
_numbers = itertools.count(1)


class DoesNotLoad(InregelError):
    """{file}:{line}: {reason}
    The file cannot be loaded; correct it and try again."""


def private_name() -> str:
    """A package name for one project: two projects in one process, or two readings of one, never meet."""
    return f"{_PROJECT}{next(_numbers)}"


def load(package: str, root: Path, name: str) -> ModuleType:
    """Loads `name` (`modules.assu.postbus`) below the folder `root`, known to Python as `package`.

    The folder is a package, so that files of one system share helpers by relative import (`from ._wizard import ...`).
    Raises `DoesNotLoad` with paths relative to `root`.
    """
    _ensure_package(package, root)
    return import_plainly(f"{package}.{name}", root.joinpath(*name.split(".")).with_suffix(".py"), root)


def import_plainly(name: str, path: Path, shown: Path) -> ModuleType:
    """Imports `name`, whose file is `path`; an error names file and line, relative to `shown`."""
    try:
        return importlib.import_module(name)
    except InregelError:
        raise
    except SyntaxError as error:
        file, line = Path(error.filename or path), error.lineno or 1
        reason = f"{error.msg}."
        raise DoesNotLoad(file=_relative(file, shown), line=line, reason=reason) from error
    except Exception as error:
        file, line = _place(error, path)
        reason = f"{type(error).__name__}: {error}."
        raise DoesNotLoad(file=_relative(file, shown), line=line, reason=reason) from error


def _relative(path: Path, shown: Path) -> str:
    return path.relative_to(shown).as_posix() if path.is_relative_to(shown) else path.as_posix()


def _place(error: BaseException, path: Path) -> tuple[Path, int]:
    """The last line beside the loaded file that led to `error`; the libraries below it are not where to look."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == path.parent]
    return (Path(own[-1].filename), own[-1].lineno or 1) if own else (path, 1)


class _NoBytecode(SourceFileLoader):
    """Loads a project's own code without `__pycache__`: nothing is written there, and an edit is always seen."""

    def path_stats(self, path: Any) -> dict[str, Any]:
        raise OSError(f"no bytecode for {path}")


class _ProjectFinder:
    """Finds code below the package of a project, and nothing else (`importlib.abc.MetaPathFinder`, dear to import)."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not fullname.startswith(_PROJECT):
            return None
        spec = PathFinder.find_spec(fullname, list(path), target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _NoBytecode(spec.loader.name, spec.loader.path)
            spec.cached = None
        return spec


def _ensure_package(name: str, root: Path) -> None:
    """Makes the folder known to Python under `name`."""
    if name in sys.modules:
        return
    if not any(isinstance(finder, _ProjectFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _ProjectFinder())
    package = ModuleType(name, f"Code loaded from {root}.")
    package.__path__ = [str(root)]
    sys.modules[name] = package
    # Files made a moment ago (a new project) may not be in the listings that Python keeps.
    importlib.invalidate_caches()

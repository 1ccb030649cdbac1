"""What stands in bench/: its scripts and the project of the tutorial. Skips a test where there is no checkout."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from helpers.places import checkout

TUTORIAL = "bench/office_api"


def script(name: str) -> ModuleType:
    """A file of bench/ as a module, such as `engine` or `office_api/emulator`; it finds `measuring` beside it."""
    path = checkout() / "bench" / f"{name}.py"
    known = f"bench_of_tests.{name.replace('/', '.')}"
    if known in sys.modules:
        return sys.modules[known]
    if str(checkout() / "bench") not in sys.path:
        sys.path.append(str(checkout() / "bench"))
    spec = importlib.util.spec_from_file_location(known, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[known] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def tutorial() -> Path:
    """The project of the tutorial."""
    return checkout() / TUTORIAL

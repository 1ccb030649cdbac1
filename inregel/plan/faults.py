"""A module that raises what it must not: said with the module's file and line, so that its author can mend it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from inregel.errors import InregelError


class ModuleFault(InregelError):
    """The module {module} has a fault, for {office}: {reason}
    It was raised in {place}. Nothing was changed by it."""

    exit_code = 3


@contextmanager
def running(module: str, office: str) -> Iterator[None]:
    """`with running(module, office)`: whatever the module raises that it must not becomes a `ModuleFault`."""
    try:
        yield
    except InregelError:
        raise
    except (Exception, SystemExit) as error:
        raise module_fault(module, office, error) from error


def module_fault(module: str, office: str, error: BaseException) -> ModuleFault:
    """The fault as people need it. The text of a KeyError and the like may hold a value, so only its kind is said."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    fault = ModuleFault(
        module=module, office=office, reason=type(error).__name__, place=f"{last.filename}:{last.lineno}, {last.name}()"
    )
    fault.__cause__ = error
    return fault

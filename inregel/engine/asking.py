"""What a driver is asked, and for how long it is waited for. Whatever it does wrong ends here.

Foreign exceptions, answers of the wrong kind and silence become an `InregelError` (reading) or a receipt that says
`unknown` (performing), so that a fault of one driver stays with its connection.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from inregel.contract import Checkpoint, Connection, Driver, Operation, Receipt, Scope, Secret, View
from inregel.errors import InregelError, Unavailable
from inregel.speech import said


class DriverFault(Unavailable):
    """The driver of {system} has a fault: {reason}
    Nothing was changed through it by this step. It is code of inregel or of your project's drivers/ folder."""

    exit_code = 3


_OUTCOMES = ("performed", "failed", "unknown")


def fault(system: str, error: BaseException, when: str) -> DriverFault:
    """A foreign exception as people need it: its kind and place; its text may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f", raised in {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    result = DriverFault(system=system, reason=f"{type(error).__name__} {when}{place}")
    result.__cause__ = error
    return result


def operations(driver: Driver, system: str) -> frozenset[str]:
    """What it can perform now. Raises `DriverFault`."""
    try:
        return frozenset(driver.operations)
    except InregelError:
        raise
    except (Exception, SystemExit) as error:
        raise fault(system, error, "when asked what it can perform") from error


async def read(driver: Driver, connection: Connection, scope: Scope, patience: timedelta) -> View:
    """One read. Raises `Unavailable` where no answer comes in time, `DriverFault` for what it does wrong."""
    try:
        async with asyncio.timeout(patience.total_seconds()) as limit:
            view = await driver.read(scope)
    except TimeoutError as error:
        if not limit.expired():
            raise fault(connection.system, error, "while reading") from error
        reason = said("no answer within {seconds:g} s", seconds=patience.total_seconds())
        raise Unavailable(system=connection.identity, reason=reason) from error
    except InregelError:
        raise
    except asyncio.CancelledError as error:
        if _is_cancelled():
            raise
        raise fault(connection.system, error, "while reading") from error
    except (Exception, SystemExit) as error:
        raise fault(connection.system, error, "while reading") from error
    if not isinstance(view, Mapping):
        raise DriverFault(system=connection.system, reason=f"a read gave a {type(view).__name__}, which is no view")
    return view


async def perform(driver: Driver, operation: Operation, patience: timedelta, checkpoint: Checkpoint) -> Receipt:
    """What the driver answers; no answer in time, and every error, is `unknown`."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return _receipt(await driver.perform(operation, checkpoint))
    except TimeoutError:
        return Receipt("unknown", said("no answer within {seconds:g} s", seconds=patience.total_seconds()))
    except InregelError as error:
        return Receipt("unknown", str(error))
    except asyncio.CancelledError as error:
        if _is_cancelled():
            raise
        return Receipt("unknown", f"the driver has a fault: {type(error).__name__}")
    except (Exception, SystemExit) as error:
        return Receipt("unknown", f"the driver has a fault: {type(error).__name__}")


async def settle(driver: Driver, operation: Operation, patience: timedelta, checkpoint: Mapping[str, Any]) -> Receipt:
    """What it knows of an interrupted operation; whatever keeps it from telling, reading back may still tell."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return _receipt(await driver.settle(operation, checkpoint))
    except asyncio.CancelledError:
        if _is_cancelled():
            raise
        return Receipt("unknown")
    except (Exception, SystemExit):
        return Receipt("unknown")


def _receipt(answer: Any) -> Receipt:
    """A receipt that can be relied on; anything else is no answer."""
    if not isinstance(answer, Receipt):
        return Receipt("unknown", f"the driver has a fault: it answered a {type(answer).__name__}, which is no receipt")
    # A driver is code of others: nothing made it keep to the types of a receipt.
    given: Any = answer.captured
    said: Any = answer.detail
    captured = given if isinstance(given, Mapping) else {}
    secrets = {str(name): secret for name, secret in captured.items() if isinstance(secret, Secret)}
    if answer.outcome not in _OUTCOMES:
        return Receipt("unknown", "the driver has a fault: its receipt has no known outcome", secrets)
    detail = said if isinstance(said, str) else ""
    if len(secrets) < len(captured):
        detail = " ".join(filter(None, [detail, "(what it captured is no Secret, and was not kept)"]))
    return Receipt(answer.outcome, detail, secrets)


def _is_cancelled() -> bool:
    """Whether this run is being ended; else the driver cancelled something by itself, which is its own fault."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
